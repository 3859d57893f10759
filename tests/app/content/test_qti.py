from pathlib import Path

import pytest

from app.content.bank import (
    BankRefused,
    BlueprintRefused,
    FileMissing,
    KeyRefused,
    MarkupRefused,
    Note,
    NoteKind,
    PictureRefused,
    TwiceRefused,
)
from app.content.qti import read_package
from app.exam.item import Item, Language, Paragraph, Picture, Run, plain_text
from sync.wire.plan import Bilingual, BlueprintSection, ItemKind
from tests.app.content.banks import (
    BODY,
    PLAIN_BODY,
    Files,
    item,
    manifest,
    one_item,
    png,
    resource,
    small_bank,
    write_folder,
    write_zip,
)

TEST = """<?xml version="1.0" encoding="UTF-8"?>
<qti-assessment-test xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0" identifier="t" title="t">
  <qti-outcome-declaration identifier="SCORE" cardinality="single" base-type="float" mastery-value="2"/>
  <qti-time-limits max-time="600"/>
  <qti-test-part identifier="p" navigation-mode="nonlinear" submission-mode="simultaneous">
    {sections}
  </qti-test-part>
  <qti-outcome-processing><qti-set-outcome-value identifier="SCORE"><qti-sum>
    <qti-test-variables variable-identifier="SCORE" weight-identifier="M"/>
  </qti-sum></qti-set-outcome-value></qti-outcome-processing>
</qti-assessment-test>
"""


def read(files: Files, folder: Path) -> Item:
    """Read a bank of one item and give the item."""
    (only,) = read_package(write_folder(files, folder)).items
    return only


def test_a_folder_and_a_zip_of_it_are_the_same_bank(tmp_path: Path) -> None:
    from_folder = read_package(write_folder(small_bank(), tmp_path / "bank"))
    from_zip = read_package(write_zip(small_bank(), tmp_path / "bank.zip"))
    assert from_zip == from_folder
    assert from_folder.id == "small-bank"
    assert from_folder.title == Bilingual(zh="小题库", en="Small bank")
    assert [one.id for one in from_folder.items] == ["judge-1", "multi-1", "single-1"]


def test_kinds_keys_subjects_and_difficulties_come_through(tmp_path: Path) -> None:
    bank = read_package(write_folder(small_bank(), tmp_path))
    seen = [(one.kind, one.subject, one.difficulty, one.keep_order) for one in bank.items]
    assert seen == [
        (ItemKind.TRUE_FALSE, "law", "hard", True),
        (ItemKind.MULTIPLE_CHOICE, "fire", "medium", True),
        (ItemKind.SINGLE_CHOICE, "fire", "easy", False),
    ]
    assert {one: bank.markings[one].correct for one in bank.markings} == {
        "judge-1": {"false"},
        "multi-1": {"A", "C"},
        "single-1": {"B"},
    }
    assert bank.blueprint is None
    assert bank.notes == ()


def test_a_body_becomes_our_tree_in_both_languages(tmp_path: Path) -> None:
    bank = read_package(write_folder(small_bank(), tmp_path))
    single = bank.items[-1]
    assert single.stem.zh == (
        Paragraph((Run("图中的标志表示什么？"),)),
        Picture("1.png", "黄色三角形"),
    )
    assert single.stem.en == (
        Paragraph((Run("What does the sign "), Run("mean", strong=True), Run("?"))),
        Picture("1.png", "A yellow triangle"),
    )
    assert plain_text(single.options[0].wording.in_language(Language.EN)) == "Option A"
    assert bank.media == {("single-1", "1.png"): png()}


def test_white_space_folds_and_styles_nest(tmp_path: Path) -> None:
    body = '<p>\n  a <b> b\n<em>c </em></b> d\t</p><p xml:lang="en">x<i/><span> y</span></p>'
    stem = read(one_item(item("single-1", body=body)), tmp_path).stem
    assert stem.zh == (
        Paragraph(
            (
                Run("a "),
                Run("b ", strong=True),
                Run("c ", strong=True, emphasis=True),
                Run("d"),
            )
        ),
    )
    assert stem.en == (Paragraph((Run("x y"),)),)


def test_one_language_stands_in_for_the_other_and_a_note_says_so(tmp_path: Path) -> None:
    chinese = read_package(write_folder(one_item(item("single-1", body="<p>对吗？</p>")), tmp_path / "zh"))
    assert chinese.items[0].stem.en == chinese.items[0].stem.zh
    assert chinese.notes == (Note(NoteKind.ONLY_CHINESE, "single-1"),)
    body = '<div xml:lang="en-GB"><p>So?</p></div>'
    english = read_package(write_folder(one_item(item("single-1", body=body)), tmp_path / "en"))
    assert plain_text(english.items[0].stem.zh) == "So?"
    assert english.notes == (Note(NoteKind.ONLY_ENGLISH, "single-1"),)


def test_an_option_may_be_bare_text_or_hold_paragraphs_and_pictures(tmp_path: Path) -> None:
    plain = item("single-1").decode()
    spans = '<span xml:lang="zh-CN">选项A</span><span xml:lang="en">Option A</span>'
    bare = read(one_item(plain.replace(spans, "<b>甲</b>类").encode()), tmp_path / "bare")
    assert bare.options[0].wording.zh == (Paragraph((Run("甲", strong=True), Run("类"))),)
    blocks = '<div xml:lang="zh"><p>甲</p><img src="../pictures/sign.png" alt="图"/></div>'
    rich = read(one_item(plain.replace(spans, blocks).encode()), tmp_path / "rich")
    assert rich.options[0].wording.en == (Paragraph((Run("甲"),)), Picture("1.png", "图"))


@pytest.mark.parametrize(
    "template",
    [
        "https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/match_correct.xml",
        "https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/match_correct",
        "http://www.imsglobal.org/question/qti_v3p0/rptemplates/match_correct",
        "http://www.imsglobal.org/question/qti_v2p1/rptemplates/match_correct.xml",
        "http://www.imsglobal.org/question/qti_v2p2/rptemplates/match_correct",
    ],
)
def test_match_correct_is_known_by_every_spelling(tmp_path: Path, template: str) -> None:
    assert read(one_item(item("single-1", template=template)), tmp_path).id == "single-1"


@pytest.mark.parametrize(
    "template",
    [
        "",
        "https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/map_response.xml",
        "http://example.org/rptemplates/match_correct",
        "https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/match_correct.xml#x",
    ],
)
def test_another_template_is_refused_by_name(tmp_path: Path, template: str) -> None:
    with pytest.raises(MarkupRefused) as caught:
        read(one_item(item("single-1", template=template)), tmp_path)
    assert caught.value.facts["name"] == f"template {template}"


def test_two_options_of_other_names_are_single_choice(tmp_path: Path) -> None:
    data = item("single-1", options=("yes", "no"), correct=("no",))
    assert read(one_item(data), tmp_path).kind is ItemKind.SINGLE_CHOICE


def test_score_may_be_declared_as_editors_do(tmp_path: Path) -> None:
    declared = """<qti-outcome-declaration identifier="SCORE" cardinality="single" base-type="float">
      <qti-default-value><qti-value>0</qti-value></qti-default-value></qti-outcome-declaration>
      <qti-item-body>"""
    data = item("single-1").decode().replace("<qti-item-body>", declared).encode()
    assert read(one_item(data), tmp_path / "nought").id == "single-1"
    with pytest.raises(MarkupRefused):
        read(one_item(data.replace(b"<qti-value>0<", b"<qti-value>1<")), tmp_path / "one")


@pytest.mark.parametrize(
    ("correct", "most"),
    [
        (("A", "B"), 1),  # two where one can be chosen
        ((), 1),
        ((), 0),
        (("Z",), 1),
        (("A", "Z"), 0),
        (("A", "A"), 0),
        (("a",), 1),
    ],
)
def test_a_key_that_cannot_be_is_refused(tmp_path: Path, correct: tuple[str, ...], most: int) -> None:
    with pytest.raises(KeyRefused) as caught:
        read(one_item(item("single-1", correct=correct, most=most)), tmp_path)
    assert caught.value.file == "items/single-1.xml"
    assert caught.value.line == 5  # where the declaration's start tag ends, as libxml2 counts


@pytest.mark.parametrize(
    ("old", "new", "name"),
    [
        ("<p>对吗？</p>", "<p>对吗<br/></p>", "<br>"),
        ("<p>对吗？</p>", "<p>对<ruby>吗<rt>ma</rt></ruby></p>", "<ruby>"),
        ("<p>对吗？</p>", "<p>H<sub>2</sub></p>", "<sub>"),
        ("<p>对吗？</p>", '<p style="display:none">对吗？</p>', "p style"),
        ("<p>对吗？</p>", '<p class="hidden">对吗？</p>', "p class"),
        ("<p>对吗？</p>", '<p>对<span hidden="">吗</span></p>', "span hidden"),
        ("<p>对吗？</p>", '<p onclick="x()">对吗？</p>', "p onclick"),
        ("<p>对吗？</p>", "<table/>", "<table>"),
        ("<p>对吗？</p>", '<object data="x.svg"/>', "<object>"),
        ("<p>对吗？</p>", "<script>x</script>", "<script>"),
        ("<p>对吗？</p>", '<math xmlns="http://www.w3.org/1998/Math/MathML"/>', "<math>"),
        ("<p>对吗？</p>", '<p xmlns="http://www.w3.org/1999/xhtml">对吗？</p>', "<p>"),
        ("<p>对吗？</p>", "<p>对\u202e吗</p>", "U+202E"),
        ("<p>对吗？</p>", "<p>对\u200b吗</p>", "U+200B"),
        ("<p>对吗？</p>", '<p>看<img src="../pictures/sign.png" alt="图"/></p>', "<p> text"),
        ('<div xml:lang="en">', '<div xml:lang="fr">', "xml:lang=fr"),
        ('<div xml:lang="en">', '<div xml:lang="">', "xml:lang="),
        ("<qti-choice-interaction ", "x<qti-choice-interaction ", "<qti-item-body> text"),
        ("</qti-choice-interaction>", "</qti-choice-interaction><p>x</p>", "<p>"),
        ("<qti-choice-interaction ", '<qti-choice-interaction min-choices="2" ', "min-choices"),
        ('max-choices="1"', 'max-choices="2"', "max-choices=2"),
        ("<qti-simple-choice ", '<qti-simple-choice fixed="true" ', "fixed"),
        ("<qti-simple-choice ", '<qti-simple-choice show-hide="hide" ', "show-hide"),
        ("qti-choice-interaction", "qti-order-interaction", "<qti-order-interaction>"),
        ("<qti-item-body>", "<qti-template-processing/><qti-item-body>", "<qti-template-processing>"),
        ("<qti-item-body>", '<qti-stylesheet href="a.css"/><qti-item-body>', "<qti-stylesheet>"),
        ("</qti-correct-response>", "</qti-correct-response><qti-mapping/>", "<qti-mapping>"),
        ('adaptive="false"', 'adaptive="true"', "adaptive"),
        ('time-dependent="false"', 'time-dependent="true"', "time-dependent"),
    ],
)
def test_what_would_be_half_shown_is_refused_by_its_name(tmp_path: Path, old: str, new: str, name: str) -> None:
    data = item("single-1").decode()
    assert old in data
    with pytest.raises(MarkupRefused) as caught:
        read(one_item(data.replace(old, new).encode()), tmp_path)
    assert name in str(caught.value.facts["name"])
    assert caught.value.line > 0


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<p>对吗？</p>", "<p> </p>"),
        ('identifier="single-1"', 'identifier="9 lives"'),
        ('identifier="single-1" ', ""),
        ('identifier="A"', 'identifier=""'),
        ('shuffle="true"', 'shuffle="yes"'),
        ('response-identifier="RESPONSE"', 'response-identifier="OTHER"'),
        ('identifier="RESPONSE" card', 'identifier="R" card'),
        ('base-type="identifier"', 'base-type="string"'),
        ("qti-assessment-item", "qti-assessment-stimulus"),
        ("http://www.imsglobal.org/xsd/imsqtiasi_v3p0", "http://www.imsglobal.org/xsd/imsqti_v2p2"),
    ],
)
def test_an_item_that_is_not_as_the_standard_says_is_refused(tmp_path: Path, old: str, new: str) -> None:
    data = item("single-1", body="<p>对吗？</p>").decode()
    assert old in data
    with pytest.raises(BankRefused):
        read(one_item(data.replace(old, new).encode()), tmp_path)


def test_a_part_that_stands_twice_or_not_at_all_is_refused(tmp_path: Path) -> None:
    data = item("single-1").decode()
    start, end = data.index("<qti-response-declaration"), data.index("<qti-item-body>")
    for number, body in enumerate((data[start:end] * 2, "")):
        with pytest.raises(BankRefused):
            read(one_item((data[:start] + body + data[end:]).encode()), tmp_path / str(number))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('alt="黄色三角形"', 'alt=" "'),
        ('alt="黄色三角形"', ""),
        ('<p><img src="../pictures/sign.png" alt="A yellow triangle"/></p>', ""),  # Chinese only
    ],
)
def test_a_picture_that_cannot_be_shown_to_everybody_is_refused(tmp_path: Path, old: str, new: str) -> None:
    data = item("single-1", body=BODY.replace(old, new))
    with pytest.raises(PictureRefused) as caught:
        read(one_item(data), tmp_path)
    assert caught.value.line > 0


def test_a_file_that_is_named_but_not_there_is_refused(tmp_path: Path) -> None:
    files = small_bank()
    del files["pictures/sign.png"]
    for path in (write_folder(files, tmp_path / "bank"), write_zip(files, tmp_path / "bank.zip")):
        with pytest.raises(FileMissing) as caught:
            read_package(path)
        assert caught.value.file == "items/single-1.xml"
        assert caught.value.line > 0
        assert caught.value.facts["name"] == "pictures/sign.png"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x89PNG\r\n\x1a\n",
        b'<svg xmlns="http://www.w3.org/2000/svg"/>',
        b"GIF89a" + b"\0" * 50,
        png(5_000, 1),
        png(0, 4),
    ],
)
def test_a_picture_is_known_by_its_bytes_and_bounded_in_size(tmp_path: Path, data: bytes) -> None:
    files = one_item(item("single-1", body=BODY)) | {"pictures/sign.png": data}
    with pytest.raises(PictureRefused) as caught:
        read(files, tmp_path)
    assert caught.value.facts["name"] == "pictures/sign.png"


def test_an_identifier_that_stands_twice_is_refused(tmp_path: Path) -> None:
    files = small_bank()
    files["items/judge-1.xml"] = item("single-1")
    with pytest.raises(TwiceRefused) as caught:
        read_package(write_folder(files, tmp_path / "items"))
    assert caught.value.facts["name"] == "single-1"
    data = item("single-1", options=("A", "B", "B"), correct=("A",))
    with pytest.raises(TwiceRefused):
        read(one_item(data), tmp_path / "options")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<lom:id>fire</lom:id>", ""),
        ("<lom:id>fire</lom:id>", "<lom:id>Fire Safety</lom:id>"),
        ("<lom:value>easy</lom:value>", ""),
        ("<lom:value>easy</lom:value>", "<lom:value>simple</lom:value>"),
        ("<lom:value>discipline</lom:value>", "<lom:value>idea</lom:value>"),
        ('identifier="small-bank"', 'identifier="Small Bank"'),
        ("imsqti_item_xmlv3p0", "imsqti_item_xmlv2p2"),
        ("imsqti_item_xmlv3p0", "webcontent"),  # no item is left
        ("小题库", ""),
        ("items/single-1.xml", "items/none.xml"),
    ],
)
def test_a_manifest_that_leaves_something_open_is_refused(tmp_path: Path, old: str, new: str) -> None:
    files = one_item(item("single-1"))
    text = files["imsmanifest.xml"].decode()
    assert old in text
    changed = text.replace(old, new).replace("Small bank", "" if old == "小题库" else "Small bank")
    files["imsmanifest.xml"] = changed.encode()
    with pytest.raises(BankRefused):
        read(files, tmp_path)


# ---------------------------------------------------------------------------------------- the assessment test


def section(refs: tuple[str, ...], *, select: str = "1", weight: str = "2", extra: str = "") -> str:
    items = "".join(
        f'<qti-assessment-item-ref identifier="{ref}" href="items/{ref}.xml">'
        f'<qti-weight identifier="M" value="{weight}"/></qti-assessment-item-ref>'
        for ref in refs
    )
    return (
        f'<qti-assessment-section identifier="s{refs[0]}" title="题" visible="true">'
        f'<qti-selection select="{select}"/>{extra}{items}</qti-assessment-section>'
    )


def with_test(sections: str) -> Files:
    """A bank of two single-choice items on fire, one on law, one true/false, and a test."""
    names = ("a", "b", "c", "j")
    resources = [resource(name, subject="law" if name in "cj" else "fire") for name in names]
    test = '<resource identifier="test" type="imsqti_test_xmlv3p0" href="test.xml"/>'
    files = {"imsmanifest.xml": manifest(test, *resources), "test.xml": TEST.format(sections=sections).encode()}
    files |= {f"items/{name}.xml": item(name) for name in "abc"}
    files["items/j.xml"] = item("j", options=("true", "false"), correct=("true",))
    return files


def test_sections_are_read_by_kind_and_by_kind_and_subject(tmp_path: Path) -> None:
    rubric = (
        '<qti-rubric-block view="candidate"><qti-content-body><div xml:lang="zh"><p>判断题</p></div>'
        '<div xml:lang="en"><p>True or false</p></div></qti-content-body></qti-rubric-block>'
    )
    sections = section(("j",), extra=rubric) + section(("a", "b"), select="2", weight="3.0") + section(("c",))
    bank = read_package(write_folder(with_test(sections), tmp_path))
    assert bank.blueprint is not None
    single = ItemKind.SINGLE_CHOICE
    same = Bilingual(zh="题", en="题")
    assert bank.blueprint.sections == (
        BlueprintSection(
            title=Bilingual(zh="判断题", en="True or false"),
            kind=ItemKind.TRUE_FALSE,
            count=1,
            marks_each=2,
        ),
        BlueprintSection(title=same, kind=single, count=2, marks_each=3, subject="fire"),
        BlueprintSection(title=same, kind=single, count=1, marks_each=2, subject="law"),
    )
    assert (bank.duration_ms, bank.pass_mark) == (600_000, 2)


def test_a_section_of_every_item_of_a_kind_names_no_subject(tmp_path: Path) -> None:
    bank = read_package(write_folder(with_test(section(("a", "b", "c"))), tmp_path))
    assert bank.blueprint is not None
    assert bank.blueprint.sections[0].subject is None


@pytest.mark.parametrize(
    "sections",
    [
        section(("a",)),  # one of two on the subject: no pool a blueprint can name
        section(("a", "c")),
        section(("a", "b", "c", "j")),
        section(("a", "b"), select="3"),
        section(("a", "b"), select="0"),
        section(("a", "b"), select="many"),
        section(("a", "b"), weight="0.5"),
        section(("a", "b"), weight="1000"),
        section(("a", "a", "b")),
        section(("a", "b", "x")),
        section(("a", "b", "c")).replace('value="2"', 'value="1"', 1),
        "",
    ],
)
def test_a_section_that_a_blueprint_cannot_say_is_refused(tmp_path: Path, sections: str) -> None:
    with pytest.raises(BlueprintRefused):
        read_package(write_folder(with_test(sections), tmp_path))


@pytest.mark.parametrize(
    ("old", "new", "refusal"),
    [
        ('"nonlinear"', '"linear"', BlueprintRefused),
        ("<qti-sum>", "<qti-max>", BankRefused),
        ('variable-identifier="SCORE"', 'variable-identifier="duration"', MarkupRefused),
        ('max-time="600"', 'max-time="600" min-time="300"', MarkupRefused),
        ("<qti-selection ", "<qti-pre-condition/><qti-selection ", MarkupRefused),
        ("<qti-selection ", '<qti-selection with-replacement="true" ', MarkupRefused),
        ("<qti-time-limits", "<qti-test-feedback/><qti-time-limits", MarkupRefused),
        ('visible="true"', 'visible="true" keep-together="false"', MarkupRefused),
    ],
)
def test_a_rule_of_a_test_that_we_would_not_follow_is_refused(
    tmp_path: Path, old: str, new: str, refusal: type[BankRefused]
) -> None:
    files = with_test(section(("a", "b", "c")))
    text = files["test.xml"].decode()
    assert old in text
    files["test.xml"] = text.replace(old, new).encode()
    with pytest.raises(refusal):
        read_package(write_folder(files, tmp_path))


def test_the_plain_body_of_these_tests_is_itself_fine(tmp_path: Path) -> None:
    stem = read(one_item(item("single-1", body=PLAIN_BODY)), tmp_path).stem
    assert (plain_text(stem.zh), plain_text(stem.en)) == ("对吗？", "Is it so?")
