"""GIFT: every kind that its documentation names."""

import pytest

from app.content.formats.found import FormatReading
from app.content.formats.gift import read_gift
from app.content.formats.warning import SourceWarning, WarningKind
from app.exam.interactions import InlineChoice, Match, TextEntry
from app.exam.prose import Paragraph, Place, Run, Style
from sync.wire.plan import ItemKind
from tests.app.content.formats.giving import most, only, score, stem


def gift(text: str) -> FormatReading:
    return read_gift(text.encode(), "bank.gift")


@pytest.mark.parametrize(
    ("answer", "key"), [("T", "true"), ("TRUE", "true"), ("F", "false"), ("FALSE#yes#no", "false"), (" true ", "true")]
)
def test_true_and_false(answer: str, key: str) -> None:
    found = only(gift(f"验电后方可装设接地线。{{{answer}}}"))
    assert found.item.kind is ItemKind.TRUE_FALSE
    assert (score(found, key), most(found)) == (1, 1)


def test_a_choice_of_one_with_part_marks_and_penalties() -> None:
    found = only(gift("First step in an electric shock? {=cut the power ~%50%call help ~%-25%pull by hand ~wait}"))
    assert found.item.kind is ItemKind.SINGLE_CHOICE
    assert [score(found, option) for option in "ABCD"] == [1, 0.5, -0.25, 0]
    assert most(found) == 1


def test_a_choice_of_several_never_goes_below_nothing() -> None:
    found = only(gift("Before hot work? {~%33.333%permit ~%33.333%clear ~%33.333%extinguisher ~%-100%lights off}"))
    assert found.item.kind is ItemKind.MULTIPLE_CHOICE
    assert (score(found, ["A", "B", "C"]), score(found, ["A", "D"]), score(found, ["D"])) == (1, 0, 0)
    assert score(found, ["A", "B"]) == pytest.approx(2 / 3, abs=1e-6)
    assert most(found) == 1


def test_short_answers_have_weights_and_no_case() -> None:
    found = only(gift("What does PPE stand for? {=personal protective equipment =%50%protective equipment}"))
    assert found.item.kind is ItemKind.TEXT_ENTRY
    assert score(found, "Personal Protective Equipment") == 1
    assert (score(found, "protective equipment"), score(found, "helmet")) == (0.5, 0)


@pytest.mark.parametrize(
    ("key", "right", "wrong"),
    [
        ("#3:2", ["1", "5", "3.5"], ["0.99", "5.01"]),
        ("#1..5", ["1", "5.0"], ["0.999", "5.001"]),
        ("#0.8:0.1", ["0.7", "0.9"], ["0.69", "0.91"]),
        ("#-10", ["-10", "-1e1"], ["10"]),
        ("#=36:0#yes", ["36", "36.0"], ["35"]),
    ],
)
def test_numbers_with_tolerances_and_ranges(key: str, right: list[str], wrong: list[str]) -> None:
    found = only(gift(f"How many volts? {{{key}}}"))
    assert [score(found, value) for value in right] == [1] * len(right)
    assert [score(found, value) for value in wrong] == [0] * len(wrong)
    assert most(found) == 1


def test_several_numbers_the_first_that_fits_earns() -> None:
    found = only(gift("How high? {#=2:0 =%50%2:0.5 ~#no}"))
    assert (score(found, "2"), score(found, "2.4"), score(found, "3")) == (1, 0.5, 0)


def test_pairs_to_match_and_columns_that_belong_to_no_row() -> None:
    found = only(gift("Match {=A class -> solids =B class -> liquids =also B -> liquids = -> metals}"))
    (match,) = found.item.interactions
    assert isinstance(match, Match)
    assert (len(match.rows), len(match.columns)) == (3, 3)
    assert score(found, ["R1 C1", "R2 C2", "R3 C2"]) == 1
    assert score(found, ["R1 C3", "R2 C2", "R3 C2"]) == pytest.approx(2 / 3, abs=1e-6)


def test_a_missing_word_is_chosen_within_the_line() -> None:
    found = only(gift("在潮湿场所应使用{=安全电压 ~220 V ~380 V}供电。"))
    (choice,) = found.item.interactions
    assert isinstance(choice, InlineChoice)
    assert found.item.stem.zh == (Paragraph((Run("在潮湿场所应使用"), Place("RESPONSE"), Run("供电。"))),)
    assert score(found, "A") == 1


def test_a_missing_word_that_is_typed_keeps_its_spaces() -> None:
    found = only(gift("Work above {=2} metres is work at height."))
    assert isinstance(found.item.interactions[0], TextEntry)
    (paragraph,) = found.item.stem.zh
    assert paragraph == Paragraph((Run("Work above "), Place("RESPONSE"), Run(" metres is work at height.")))


def test_an_essay_has_no_key() -> None:
    found = only(gift("Describe the rescue plan. {}"))
    assert found.item.kind is ItemKind.EXTENDED_TEXT
    assert score(found, "text") == 0


def test_titles_categories_ids_and_comments() -> None:
    reading = gift(
        "// a comment\n$CATEGORY: $course$/top/电工/高压\n\n// [id:elec-7] [tag:x]\n::题一::题干{T}\n\n"
        "// [id:elec-8]\nSecond{F}\n\n$CATEGORY: Welding\n\nThird{T}\n"
    )
    assert [(one.item.id, one.item.subject) for one in reading.items[:2]] == [
        ("elec-7", "电工/高压"),
        ("elec-8", "电工/高压"),
    ]
    assert reading.items[2].item.subject == "Welding"


def test_escapes_stand_for_themselves() -> None:
    found = only(gift(r"::a\:b::Is 1 \= 1\{x\} \~ \# \\ ?\nSecond line {=a\=b ~c\~d}"))
    assert stem(found) == "Is 1 = 1{x} ~ # \\ ?\nSecond line"


def test_html_is_read_as_html_and_plain_text_stays_plain() -> None:
    html = only(gift("[html]<p>H<sub>2</sub>S is <b>toxic</b></p>{T}"))
    assert html.item.stem.zh[0] == Paragraph(
        (
            Run("H"),
            Run("2", frozenset({Style.SUB})),
            Run("S is "),
            Run("toxic", frozenset({Style.STRONG})),
        )
    )
    assert stem(only(gift("[plain]a <b> c{T}"))) == "a <b> c"
    assert [one.fault.facts["name"] for one in gift("[plain]a <b>c</b>{T}").rejected] == ["escaped HTML <b>"]
    assert stem(only(gift("If a < b and b > c{T}"))) == "If a < b and b > c"


def test_what_is_left_out_is_said() -> None:
    reading = gift("Only a text.\n\nTrue?{T#good####general}\n")
    assert len(reading.items) == 1
    assert reading.warnings == (
        SourceWarning(WarningKind.DESCRIPTION, "bank.gift:1", {"title": "-"}),
        SourceWarning(WarningKind.FEEDBACK, "bank.gift:3"),
    )


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("not closed {=a ~b", "BANK_REFUSED"),
        ("closed } only", "BANK_REFUSED"),
        ("twice {T} and {F}", "BANK_REFUSED"),
        ("no key {~a ~b}", "BANK_KEY"),
        ("half {=%50%a}", "BANK_KEY"),
        ("two keys {=a ~b =c ~d}", "BANK_KEY"),
        ("same twice {=a ~a}", "BANK_KEY"),
        ("number {#many}", "BANK_KEY"),
        ("range {#5..1}", "BANK_KEY"),
        ("mixed {=a -> b =c}", "BANK_REFUSED"),
        ("[markdown]**bold**{T}", "BANK_MARKUP"),
        ("TeX $$x^2$$ {T}", "BANK_MARKUP"),
        ("[html]<script>x</script>y{T}", "BANK_MARKUP"),
        ("[html]<p onclick='x'>y</p>{T}", "BANK_MARKUP"),
        ("[html]<img src='http://a/b.png' alt='x'>{T}", "BANK_MARKUP"),
        ("[html]<iframe src='x'></iframe>y{T}", "BANK_MARKUP"),
        ("right to left \u202e override {T}", "BANK_MARKUP"),
        ("{T}", "BANK_REFUSED"),
        ("200 percent {~%200%a ~b}", "BANK_KEY"),
    ],
)
def test_what_cannot_be_used_is_put_aside_by_name(text: str, code: str) -> None:
    reading = gift(f"good{{T}}\n\n{text}\n\ngood{{F}}\n")
    assert len(reading.items) == 2
    assert [(one.fault.code, one.fault.line) for one in reading.rejected] == [(code, 3)]


def test_a_star_in_a_typed_answer_stands_for_any_text_as_in_moodle() -> None:
    found = only(gift(r"Name it {=*extinguisher* =%50%water\* =%0%*}"))
    assert [score(found, text) for text in ("a fire Extinguisher", "water*", "waters", "*")] == [1, 0.5, 0, 0]


def test_what_earns_nothing_comes_before_what_would_fit_too() -> None:
    found = only(gift("Capital? {=%0%not beijing =*beijing*}"))
    assert [score(found, text) for text in ("not Beijing", "in Beijing")] == [0, 1]


def test_a_number_with_words_for_every_other_number() -> None:
    assert score(only(gift("From 1 to 5? {#3:2~#Completely wrong}")), "4") == 1


def test_a_title_is_no_identifier() -> None:
    reading = gift("::Q1::First?{T}\n\n::Q1::Second?{F}\n\n::Q2::First?{T}\n\n// [id:n-1]\n::Q1::Third?{T}\n")
    first, second, again, named = (one.item.id for one in reading.items)
    assert first == again != second
    assert first.startswith("i-")
    assert second.startswith("i-")
    assert named == "n-1"
    assert reading.warnings == ()


@pytest.mark.parametrize(
    "text", ["$\\\\frac\\{1\\}\\{2\\}$", "$x^2$", "$a_\\{1\\}+b$", "[tex]x[/tex]", "\\\\begin\\{array\\}"]
)
def test_a_formula_in_tex_is_never_shown_as_it_is_written(text: str) -> None:
    (rejected,) = gift(f"What is {text} ? {{T}}").rejected
    assert rejected.fault.facts["name"] == "TeX"


@pytest.mark.parametrize("text", ["$5 or $6", "costs $30 or $31_000", "a_b and c^d", "$HOME/x_1"])
def test_money_and_names_are_no_formula(text: str) -> None:
    assert stem(only(gift(f"[plain]{text} {{T}}"))) == text


def test_braces_of_a_chinese_keyboard_are_refused_and_not_taken_for_a_description() -> None:
    (rejected,) = gift("下列正确的是｛=甲 ~乙｝").rejected
    assert "full-width" in rejected.reason
