"""Moodle XML: the question types that come in, and those that are refused by name."""

import base64
from pathlib import Path

import pytest

from app.content.bank import BankRefused
from app.content.formats.moodle import read_moodle
from app.content.formats.warning import SourceWarning, WarningKind
from app.exam.interactions import GapMatch, InlineChoice, Match, Order, TextEntry
from app.exam.prose import Gap, InlinePicture, Paragraph, Picture, Run, Style, plain_text, walk
from sync.wire.plan import ItemKind
from tests.app.content.formats.giving import PNG, answer, moodle, most, only, question, score, stem


def test_a_choice_of_one() -> None:
    found = only(
        moodle(
            question(
                "multichoice",
                "<p>发现有人触电，<b>首先</b>应当怎样做？<br></p>",
                "<single>true</single><shuffleanswers>0</shuffleanswers>"
                + answer("100", "<p>切断电源</p>")
                + answer("0", "<p>用手拉开</p>")
                + answer("-50", "泼水"),
            )
        )
    )
    assert found.item.id.startswith("i-"), "a name is a title"
    assert found.item.kind is ItemKind.SINGLE_CHOICE
    assert not found.item.interactions[0].shuffle  # type: ignore[union-attr]
    assert Run("首先", frozenset({Style.STRONG})) in list(walk(found.item.stem.zh))
    assert (score(found, "A"), score(found, "B"), score(found, "C"), most(found)) == (1, 0, -0.5, 1)


def test_a_choice_of_several_with_thirds() -> None:
    rest = (
        "<single>false</single>" + "".join(answer("33.33333", text) for text in ("a", "b", "c")) + answer("-100", "d")
    )
    found = only(moodle(question("multichoice", "Which?", rest)))
    assert (score(found, ["A", "B", "C"]), score(found, ["A", "B", "C", "D"])) == (1, 0)
    assert score(found, ["A"]) == pytest.approx(1 / 3, abs=1e-6)
    assert most(found) == 1


@pytest.mark.parametrize("right", ["true", "false"])
def test_true_and_false(right: str) -> None:
    rest = "".join(answer("100" if text == right else "0", text) for text in ("true", "false"))
    found = only(moodle(question("truefalse", "True?", rest)))
    assert (found.item.kind, score(found, right)) == (ItemKind.TRUE_FALSE, 1)


def test_short_answers_with_wildcards_and_case() -> None:
    loose = only(moodle(question("shortanswer", "?", answer("100", "*灭火器*") + answer("50", "Water*"))))
    assert [score(loose, text) for text in ("用灭火器", "water mist", "sand")] == [1, 0.5, 0]
    exact = only(moodle(question("shortanswer", "?", "<usecase>1</usecase>" + answer("100", "kV"))))
    assert [score(exact, text) for text in ("kV", "KV")] == [1, 0]
    star = only(moodle(question("shortanswer", "?", answer("100", "2\\*3"))))
    assert [score(star, text) for text in ("2*3", "2xx3")] == [1, 0]


def test_numbers_with_tolerance() -> None:
    rest = answer("100", "36", "<tolerance>0.5</tolerance>") + answer("50", "40", "<tolerance>4</tolerance>")
    found = only(moodle(question("numerical", "?", rest + answer("0", "*"))))
    assert [score(found, text) for text in ("36.5", "37", "45")] == [1, 0.5, 0]


def test_graded_units_are_refused_by_name() -> None:
    rest = answer("100", "36") + "<unitgradingtype>1</unitgradingtype>"
    (rejected,) = moodle(question("numerical", "?", rest)).rejected
    assert rejected.fault.facts["name"] == "unitgradingtype"


def test_pairs_to_match() -> None:
    rest = "".join(
        f'<subquestion format="html"><text>{row}</text><answer><text>{column}</text></answer></subquestion>'
        for row, column in (("&lt;p&gt;A&lt;/p&gt;", "solids"), ("B", "liquids"), ("", "metals"))
    )
    found = only(moodle(question("matching", "Match", rest)))
    assert score(found, ["R1 C1", "R2 C2"]) == 1
    assert score(found, ["R1 C1", "R2 C3"]) == 0.5


def test_an_essay_is_marked_by_a_person_and_takes_no_files() -> None:
    reading = moodle(question("essay", "Why?", "<responsefieldlines>15</responsefieldlines>"))
    assert only(reading).item.kind is ItemKind.EXTENDED_TEXT
    (rejected,) = moodle(question("essay", "Why?", "<attachments>1</attachments>")).rejected
    assert rejected.fault.facts["name"] == "attachments"


def test_embedded_answers_become_places_within_the_text() -> None:
    found = only(
        moodle(
            question(
                "cloze",
                "<p>Above {2:NUMERICAL:=2:0.01} m it is {1:SHORTANSWER:=work at height~%50%height#nearly}; wear "
                "{:MULTICHOICE_S:=a harness~a <b>tie</b>~%0%sandals}.</p>",
            )
        )
    )
    assert found.item.kind is ItemKind.COMPOSITE
    assert [type(one) for one in found.item.interactions] == [TextEntry, TextEntry, InlineChoice]
    assert stem(found) == "Above ____ m it is ____; wear ____."
    assert score(found, {"RESPONSE1": "2", "RESPONSE2": "Work at height", "RESPONSE3": "A"}) == 1
    assert score(found, {"RESPONSE1": "2"}) == 0.5
    assert score(found, {"RESPONSE2": "height", "RESPONSE3": "B"}) == 0.125
    assert most(found) == 1


def test_one_embedded_answer_is_an_item_of_its_own_kind() -> None:
    found = only(moodle(question("multianswer", "<p>CO{:MC:=2~3} is heavier than air.</p>")))
    assert found.item.kind is ItemKind.INLINE_CHOICE
    assert (score(found, "A"), score(found, "B")) == (1, 0)


def test_gaps_filled_from_lists_and_by_dragging() -> None:
    options = "".join(
        f"<{{tag}}><text>{text}</text><group>{group}</group></{{tag}}>"
        for text, group in (("ventilate", 1), ("test", 1), ("supervise", 2), ("leave", 2))
    )
    text = "<p>First [[1]], then [[2]], and always [[3]].</p>"
    chosen = only(moodle(question("gapselect", text, options.format(tag="selectoption"))))
    assert [len(one.options) for one in chosen.item.interactions] == [2, 2, 2]  # type: ignore[union-attr]
    assert score(chosen, {"RESPONSE1": "A", "RESPONSE2": "B", "RESPONSE3": "A"}) == 1
    dragged = only(moodle(question("ddwtos", text, options.format(tag="dragbox"))))
    (gaps,) = dragged.item.interactions
    assert isinstance(gaps, GapMatch)
    assert [piece.id for piece in walk(gaps.text.zh) if isinstance(piece, Gap)] == ["G1", "G2", "G3"]
    assert score(dragged, ["O1 G1", "O2 G2", "O3 G3"]) == 1
    assert score(dragged, ["O1 G1"]) == pytest.approx(1 / 3, abs=1e-6)


def test_an_order_by_place_or_as_a_whole() -> None:
    answers = "".join(answer("1", text) for text in ("check", "wear", "hook"))
    by_place = only(moodle(question("ordering", "Order", answers + "<gradingtype>ABSOLUTE_POSITION</gradingtype>")))
    assert score(by_place, ["A", "B", "C"]) == 1
    assert score(by_place, ["A", "C", "B"]) == pytest.approx(1 / 3, abs=1e-6)
    whole = only(moodle(question("ordering", "Order", answers + "<gradingtype>ALL_OR_NOTHING</gradingtype>")))
    assert (score(whole, ["A", "B", "C"]), score(whole, ["A", "C", "B"])) == (1, 0)
    assert isinstance(whole.item.interactions[0], Order)


def test_pictures_come_from_the_file_itself() -> None:
    embedded = f'<file name="sign 1.png" path="/" encoding="base64">{base64.b64encode(PNG).decode()}</file>'
    text = '<p>What does it mean?</p><p><img src="@@PLUGINFILE@@/sign%201.png" alt="A warning sign" width="10"></p>'
    plain = question("truefalse", text, answer("100", "true") + answer("0", "false"))
    found = only(moodle(plain.replace("</text></questiontext>", f"</text>{embedded}</questiontext>")))
    assert found.item.stem.zh[1] == Picture("1.png", "A warning sign")
    assert list(found.media) == ["1.png"]
    (missing,) = moodle(plain).rejected
    assert "is not there" in missing.reason
    (away,) = moodle(plain.replace("@@PLUGINFILE@@", "https://example.org")).rejected
    assert away.fault.code == "BANK_MARKUP"
    assert not any(isinstance(piece, InlinePicture) for piece in walk(found.item.stem.zh))


def test_two_languages_in_one_text() -> None:
    told = (("zh_cn", "戴安全帽"), ("en", "Wear a helmet"))
    text = "".join(f'<span lang="{language}" class="multilang">{words}</span>' for language, words in told)
    found = only(moodle(question("truefalse", text, answer("100", "true") + answer("0", "false"))))
    assert (plain_text(found.item.stem.zh), plain_text(found.item.stem.en)) == ("戴安全帽", "Wear a helmet")


def test_categories_descriptions_and_feedback() -> None:
    reading = moodle(
        '<question type="category"><category><text>$course$/top/焊接 &amp; 切割/气焊</text></category></question>',
        question("description", "Read this."),
        question(
            "truefalse",
            "True?",
            "<generalfeedback><text>Because</text></generalfeedback>" + answer("100", "true") + answer("0", "false"),
        ),
    )
    assert only(reading).item.subject == "焊接 & 切割/气焊"
    assert reading.warnings == (
        SourceWarning(WarningKind.DESCRIPTION, "bank.xml:2", {"title": "elec-001"}),
        SourceWarning(WarningKind.FEEDBACK, "bank.xml:2"),
    )


@pytest.mark.parametrize(
    "kind",
    ["calculated", "calculatedsimple", "calculatedmulti", "ddimageortext", "ddmarker", "random", "coderunner", ""],
)
def test_a_type_that_is_not_supported_is_refused_by_name(kind: str) -> None:
    reading = moodle(question(kind, "?"), question("essay", "?", name="good"))
    assert [one.item.kind for one in reading.items] == [ItemKind.EXTENDED_TEXT]
    assert reading.rejected[0].reason == f"bank.xml:2: question type {kind} is not supported"


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"<quiz><question type='essay'>", "BANK_REFUSED"),
        (b"<questions/>", "BANK_REFUSED"),
        (b"<quiz><other/></quiz>", "BANK_REFUSED"),
        (b"<!DOCTYPE quiz [<!ENTITY a 'b'>]><quiz>&a;</quiz>", "BANK_UNSAFE"),
        (b"<quiz>" + b"<a>" * 200 + b"</a>" * 200 + b"</quiz>", "BANK_TOO_LARGE"),
        (b"<quiz><question>" + b"<a/>" * 30_000 + b"</question></quiz>", "BANK_TOO_LARGE"),
        (b"", "BANK_REFUSED"),
    ],
)
def test_a_file_that_is_damaged_or_hostile_is_refused_as_a_whole(raw: bytes, code: str) -> None:
    with pytest.raises(BankRefused) as refused:
        read_moodle(raw, "bank.xml")
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("kind", "text", "rest", "words"),
    [
        ("truefalse", "TeX \\(x^2\\)", answer("100", "true") + answer("0", "false"), "TeX"),
        ("truefalse", "<p>a<script>x</script></p>", answer("100", "true") + answer("0", "false"), "script"),
        ("truefalse", "x<y", answer("100", "true") + answer("0", "false"), "within a tag"),
        ("multichoice", "?", "<single>true</single>" + answer("50", "a") + answer("50", "b"), "0 options"),
        ("multichoice", "?", "<single>false</single>" + answer("50", "a") + answer("0", "b"), "0.50"),
        ("shortanswer", "?", answer("100", ""), "without text"),
        ("cloze", "<p>nothing</p>", "", "no place"),
        ("cloze", "<p>{1:MULTIRESPONSE:=a~=b}</p>", "", "MULTIRESPONSE"),
        ("gapselect", "<p>[[3]]</p>", "<selectoption><text>a</text></selectoption>", "without an option"),
    ],
)
def test_an_item_that_would_be_half_shown_is_put_aside(kind: str, text: str, rest: str, words: str) -> None:
    (rejected,) = moodle(question(kind, text, rest)).rejected
    assert words in rejected.reason


def test_a_file_as_moodle_writes_it(tmp_path: Path) -> None:
    raw = (
        '<?xml version="1.0" encoding="UTF-8"?>\r\n<quiz>\r\n<!-- question: 1  -->\r\n'
        + question("essay", '<p dir="ltr" style="text-align: left;">Describe.</p>')
        + "\r\n</quiz>\r\n"
    )
    assert only(read_moodle(raw.encode(), str(tmp_path / "x.xml"))).place.endswith(":4")


def test_the_first_answer_that_fits_counts_even_if_it_earns_nothing() -> None:
    short = only(moodle(question("shortanswer", "?", answer("0", "not paris") + answer("100", "*paris*"))))
    assert [score(short, text) for text in ("not Paris", "in Paris")] == [0, 1]
    exact, near = answer("0", "5", "<tolerance>0</tolerance>"), answer("100", "5", "<tolerance>2</tolerance>")
    number = only(moodle(question("numerical", "?", exact + near + answer("0", "*"))))
    assert [score(number, text) for text in ("5", "6")] == [0, 1]
    placed = only(moodle(question("cloze", "<p>Say {1:SA:%0%not paris~=*paris*} or {1:NM:%0%5~=5:2~%0%*}</p>")))
    assert score(placed, {"RESPONSE1": "not paris", "RESPONSE2": "5"}) == 0
    assert score(placed, {"RESPONSE1": "paris", "RESPONSE2": "6"}) == 1


def test_columns_that_are_not_shuffled_do_not_stand_beside_their_rows() -> None:
    pairs = "".join(
        f"<subquestion><text>{name}</text><answer><text>of {name}</text></answer></subquestion>" for name in "abcdef"
    )
    found = only(moodle(question("matching", "?", f"<shuffleanswers>0</shuffleanswers>{pairs}")))
    (match,) = found.item.interactions
    assert isinstance(match, Match)
    assert [column.id for column in match.columns] != [f"C{at}" for at in range(1, 7)]
    assert score(found, [f"R{at} C{at}" for at in range(1, 7)]) == 1


def test_lines_of_an_automatic_text_stay_lines() -> None:
    raw = question("truefalse", "one\ntwo <b>bold</b>", answer("100", "true") + answer("0", "false"))
    found = only(moodle(raw.replace('<questiontext format="html"', '<questiontext format="moodle_auto_format"')))
    assert stem(found) == "one\ntwo bold"


def test_what_other_programs_leave_in_a_text() -> None:
    data = base64.b64encode(PNG).decode()
    text = (
        '<p class="MsoNormal">work<o:p></o:p> permit</p><p><img src="data:image/png;base64,'
        f'{data}" alt="sign"></p><p><math xmlns="http://www.w3.org/1998/Math/MathML"><mn>1</mn></math></p>'
    )
    found = only(moodle(question("truefalse", text, answer("100", "true") + answer("0", "false"))))
    assert found.item.stem.zh[0] == Paragraph((Run("work permit"),))
    assert found.media["1.png"] == PNG


@pytest.mark.parametrize(
    ("text", "rest", "name"),
    [
        ("&#92;(x^2&#92;)", "", "TeX"),
        ("&#92;<b>(x^2</b>&#92;)", "", "TeX"),
        ("See", "<image>a.png</image><image_base64>AAAA</image_base64>", "<image>"),
    ],
)
def test_what_would_be_shown_wrongly_or_not_at_all_is_refused_by_name(text: str, rest: str, name: str) -> None:
    (rejected,) = moodle(question("truefalse", text, rest + answer("100", "true") + answer("0", "false"))).rejected
    assert rejected.fault.facts["name"] == name


def test_what_an_exam_has_no_use_for_is_said_once() -> None:
    reading = moodle(
        question("cloze", "<p>{1:MC:=a#yes~b#no} {1:MC:=a#yes~b#no}</p>", "<hidden>1</hidden>"),
        question(
            "essay",
            "?",
            "<responsetemplate><text>Begin</text></responsetemplate><maxwordlimit>100</maxwordlimit>",
            name="second",
        ),
    )
    assert [warning.kind for warning in reading.warnings] == [
        WarningKind.HIDDEN_ITEM,
        WarningKind.FEEDBACK,
        WarningKind.RESPONSE_TEMPLATE,
        WarningKind.WORD_LIMITS,
    ]


def test_two_questions_may_have_the_same_name_but_not_the_same_number() -> None:
    first, second = (question("essay", text, name="Q1") for text in ("One?", "Two?"))
    ids = [one.item.id for one in moodle(first, second).items]
    assert len(set(ids)) == 2
    assert all(one.startswith("i-") for one in ids)
    numbered = [raw.replace("<name>", "<idnumber>n-1</idnumber><name>") for raw in (first, second)]
    assert [one.item.id for one in moodle(*numbered).items] == ["n-1", "n-1"]  # the folder refuses the second


@pytest.mark.parametrize(
    ("inside", "why"),
    [
        ("<answer fraction='100'><text>36<sup>2</sup></text></answer>", "neither escaped nor in CDATA"),
        ("<answer fraction='100'><text>36</text><text>63</text></answer>", "two texts in one answer"),
    ],
)
def test_a_text_that_would_be_read_in_part_is_refused(inside: str, why: str) -> None:
    (rejected,) = moodle(question("shortanswer", "How many volts?", inside)).rejected
    assert why in rejected.reason


def test_an_encoding_that_is_declared_and_not_ours_is_refused_and_not_guessed() -> None:
    whole = '<?xml version="1.0" encoding="big5"?><quiz><question type="truefalse"/></quiz>'
    with pytest.raises(BankRefused, match="the encoding big5"):
        read_moodle(whole.encode("big5"), "bank.xml")
