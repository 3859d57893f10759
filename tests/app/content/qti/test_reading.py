from pathlib import Path

import pytest

from app.content.bank import (
    BankRefused,
    FileMissing,
    KeyRefused,
    MarkupRefused,
    Note,
    NoteKind,
    PictureRefused,
    RulesRefused,
    TwiceRefused,
)
from app.content.qti.languages import keep_version
from app.content.qti.reading import read_package
from app.content.xml import LANG, qti, read_xml
from app.exam.interactions import Choice, Option
from app.exam.item import Item, Medium
from app.exam.prose import (
    Align,
    Body,
    Break,
    Cell,
    Divider,
    Formula,
    InlinePicture,
    Language,
    Listing,
    Numbering,
    Paragraph,
    Picture,
    Place,
    Quote,
    Run,
    Style,
    Table,
    Verbatim,
    plain_text,
)
from sync.wire.plan import Bilingual, ItemKind
from tests.app.content.banks import (
    BODY,
    Files,
    item,
    one_item,
    png,
    small_bank,
    write_folder,
    write_zip,
)

STRONG, SUB, UNDERLINE = (frozenset({one}) for one in (Style.STRONG, Style.SUB, Style.UNDERLINE))
P_A, P_B = ((Paragraph((Run(text),)),) for text in "甲乙")
SIGN = InlinePicture("1.png", "图")


def options(item: Item) -> tuple[Option, ...]:
    (choice,) = item.interactions
    assert isinstance(choice, Choice)
    return choice.options


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
    seen = [(one.kind, one.subject, one.difficulty, bool(list(one.shuffle_sets()))) for one in bank.items]
    assert seen == [
        (ItemKind.TRUE_FALSE, "law", "hard", False),
        (ItemKind.MULTIPLE_CHOICE, "fire", "medium", False),
        (ItemKind.SINGLE_CHOICE, "fire", "easy", True),
    ]
    assert {one: bank.markings[one].correct() for one in bank.markings} == {
        "judge-1": ("false",),
        "multi-1": ("A", "C"),
        "single-1": ("B",),
    }
    assert bank.blueprint is None
    assert bank.notes == ()


def test_a_body_becomes_our_tree_in_both_languages(tmp_path: Path) -> None:
    bank = read_package(write_folder(small_bank(), tmp_path))
    single = bank.items[-1]
    assert single.stem.zh == (
        Paragraph((Run("图中的标志表示什么？"),)),
        Picture("1.png", "黄色三角形"),
        Place("RESPONSE"),
    )
    assert single.stem.en == (
        Paragraph((Run("What does the sign "), Run("mean", STRONG), Run("?"))),
        Picture("1.png", "A yellow triangle"),
        Place("RESPONSE"),
    )
    assert plain_text(options(single)[0].wording.in_language(Language.EN)) == "Option A"
    assert bank.media == {("single-1", "1.png"): png()}


def test_white_space_folds_and_styles_nest(tmp_path: Path) -> None:
    body = '<p xml:lang="zh">\n  a <b> b\n<em>c </em></b> d\t</p><p xml:lang="en">x<i/><span> y</span></p>'
    stem = read(one_item(item("single-1", body=body)), tmp_path).stem
    both = STRONG | {Style.EMPHASIS}
    assert stem.zh[0] == Paragraph((Run("a "), Run("b ", STRONG), Run("c ", both), Run("d")))
    assert stem.en[0] == Paragraph((Run("x y"),))


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
    assert options(bare)[0].wording.zh == (Paragraph((Run("甲", STRONG), Run("类"))),)
    blocks = '<div xml:lang="zh"><p>甲</p><img src="../pictures/sign.png" alt="图"/></div>'
    rich = read(one_item(plain.replace(spans, blocks).encode()), tmp_path / "rich")
    assert options(rich)[0].wording.en == (Paragraph((Run("甲"),)), Picture("1.png", "图"))


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
        "https://example.org/rptemplates/half_right",
        "file:///etc/hostname",
    ],
)
def test_another_template_is_refused_by_name(tmp_path: Path, template: str) -> None:
    with pytest.raises(MarkupRefused) as caught:
        read(one_item(item("single-1", template=template)), tmp_path)
    assert template in str(caught.value.facts["name"])


def test_two_options_of_other_names_are_single_choice(tmp_path: Path) -> None:
    data = item("single-1", options=("yes", "no"), correct=("no",))
    assert read(one_item(data), tmp_path).kind is ItemKind.SINGLE_CHOICE


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
    with pytest.raises((KeyRefused, RulesRefused)) as caught:
        read(one_item(item("single-1", correct=correct, most=most)), tmp_path)
    assert caught.value.file == "items/single-1.xml"
    assert caught.value.line == 5  # where the declaration's start tag ends, as libxml2 counts


RULER = "<qti-companion-materials-info><qti-rule/></qti-companion-materials-info>"


@pytest.mark.parametrize(
    ("old", "new", "name"),
    [
        ("<p>对吗？</p>", "<p>对<ruby>吗<rtc>ma</rtc></ruby></p>", "<rtc>"),
        ("<p>对吗？</p>", '<p style="display:none">对吗？</p>', "style=display"),
        ("<p>对吗？</p>", '<p style="background-image:url(a.png)">对吗？</p>', "style=background-image"),
        ("<p>对吗？</p>", '<p style="color: red">对吗？</p>', "style=color"),
        ("<p>对吗？</p>", '<p class="hidden">对吗？</p>', "class=hidden"),
        ("<p>对吗？</p>", '<p class="visually-hidden">对吗？</p>', "class=visually-hidden"),
        ("<p>对吗？</p>", '<p dir="rtl">对吗？</p>', "p dir"),
        ("<p>对吗？</p>", '<p>对<span hidden="">吗</span></p>', "span hidden"),
        ("<p>对吗？</p>", '<p onclick="x()">对吗？</p>', "p onclick"),
        ("<p>对吗？</p>", '<p>看<a href="http://example.org/">这里</a></p>', "<a>"),
        ("<p>对吗？</p>", "<table/>", "<table>"),
        ("<p>对吗？</p>", '<table><tr><td colspan="0">a</td></tr></table>', "td colspan=0"),
        ("<p>对吗？</p>", '<ol type="甲"><li>x</li></ol>', "ol type=甲"),
        ("<p>对吗？</p>", '<object data="x.swf" type="application/x-shockwave-flash"/>', "object application"),
        ("<p>对吗？</p>", "<script>x</script>", "<script>"),
        ("<p>对吗？</p>", '<iframe src="a.html"/>', "<iframe>"),
        ("<p>对吗？</p>", '<svg xmlns="http://www.w3.org/2000/svg"/>', "<svg>"),
        ("<p>对吗？</p>", "<p>对\u202e吗</p>", "U+202E"),
        ("<p>对吗？</p>", "<p>对\u200e吗</p>", "U+200E"),
        ("<p>对吗？</p>", "<qti-info-control><p>x</p></qti-info-control>", "<qti-info-control>"),
        ("<p>对吗？</p>", '<p><qti-end-attempt-interaction response-identifier="R"/></p>', "<qti-end-attempt"),
        ('<div xml:lang="en">', '<div xml:lang="fr">', "xml:lang=fr"),
        ("<qti-choice-interaction ", '<qti-choice-interaction min-choices="2" ', "min-choices=2"),
        ('max-choices="1"', 'max-choices="2"', "max-choices=2"),
        ('max-choices="1"', 'max-choices="x"', "max-choices=x"),
        ('shuffle="true"', 'shuffle="yes"', "shuffle=yes"),
        ("<qti-simple-choice ", '<qti-simple-choice match-group="A" ', "match-group"),
        ("<qti-choice-interaction ", '<qti-choice-interaction onclick="x" ', "onclick"),
        ('identifier="A">', 'identifier="A">' + "<qti-text-entry-interaction/>", "<qti-text-entry-interaction>"),
        ("qti-choice-interaction", "qti-graphic-order-interaction", "<qti-graphic-order-interaction>"),
        ("qti-choice-interaction", "qti-upload-interaction", "<qti-upload-interaction>"),
        ("qti-choice-interaction", "qti-drawing-interaction", "<qti-drawing-interaction>"),
        ("qti-choice-interaction", "qti-portable-custom-interaction", "<qti-portable-custom-interaction>"),
        ("qti-choice-interaction", "qti-select-point-interaction", "<qti-select-point-interaction>"),
        ("qti-choice-interaction", "qti-media-interaction", "<qti-media-interaction>"),
        ("<qti-item-body>", f"{RULER}<qti-item-body>", "<qti-companion-materials-info>"),
        ('adaptive="false"', 'adaptive="true"', "adaptive"),
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
    ("markup", "body"),
    [
        ("<p>H<sub>2</sub>O<br/>x</p>", (Paragraph((Run("H"), Run("2", SUB), Run("O"), Break(), Run("x"))),)),
        ("<p>对<ruby>吗<rp>(</rp><rt>ma</rt><rp>)</rp></ruby></p>", (Paragraph((Run("对吗（ma）"),)),)),
        ("<h2>题</h2>看<hr/>", (Paragraph((Run("题"),), level=2), Paragraph((Run("看"),)), Divider())),
        ('<p class="mine" id="x" style="text-align:center">中</p>', (Paragraph((Run("中"),), align=Align.CENTRE),)),
        ('<p class="qti-align-right">右</p>', (Paragraph((Run("右"),), align=Align.END),)),
        ("<p><span style='text-decoration: underline'>线</span></p>", (Paragraph((Run("线", UNDERLINE),)),)),
        ("<ol start='3'><li>甲</li><li><p>乙</p></li></ol>", (Listing((P_A, P_B), ordered=True, start=3),)),
        (
            "<ol type='a'><li>甲</li><li>乙</li></ol>",
            (Listing((P_A, P_B), ordered=True, numbering=Numbering.LOWER_ALPHA),),
        ),
        ("<p>甲\u200b</p><p>\ufeff乙</p>", (*P_A, *P_B)),
        (
            "<table><caption>表</caption><tfoot><tr><td>乙</td></tr></tfoot><tr><th rowspan='2'>甲</th></tr></table>",
            (Table(((Cell(P_A, heading=True, rows=2),), (Cell(P_B),)), (Run("表"),)),),
        ),
        ("<blockquote><p>甲</p></blockquote>", (Quote(P_A),)),
        ("<pre>\na\n  b</pre>", (Verbatim("a\n  b"),)),
        ('<p>看<img src="../pictures/sign.png" alt="图"/>。</p>', (Paragraph((Run("看"), SIGN, Run("。"))),)),
        ('<object type="image/png" data="../pictures/sign.png">图</object>', (Picture("1.png", "图"),)),
        ('<qti-rubric-block view="candidate"><qti-content-body><p>甲</p></qti-content-body></qti-rubric-block>', P_A),
        ('<qti-rubric-block view="scorer"><p>评分</p></qti-rubric-block><p>甲</p>', P_A),
        ('<p>甲<qti-feedback-inline outcome-identifier="SCORE" identifier="x">错</qti-feedback-inline></p>', P_A),
        ('<p><span xml:lang="zh">甲</span><span xml:lang="en">乙</span></p>', P_A),
        ('<p xmlns="http://www.w3.org/1999/xhtml">甲</p>', P_A),
        ("<p>甲<q>乙</q></p>", (Paragraph((Run("甲“乙”"),)),)),
    ],
)
def test_a_body_says_all_that_its_markup_says(tmp_path: Path, markup: str, body: Body) -> None:
    stem = read(one_item(item("single-1", body=markup)), tmp_path).stem
    assert stem.zh == (*body, Place("RESPONSE"))


def test_a_word_of_the_other_language_is_not_taken_for_a_version(tmp_path: Path) -> None:
    body = '<p>缩写 <span xml:lang="en">PPE</span> 指 <span xml:lang="zh">什么</span>？</p>'
    stem = read(one_item(item("single-1", body=body)), tmp_path).stem
    assert plain_text(stem.zh) == plain_text(stem.en) == "缩写 PPE 指 什么？"


def test_a_formula_becomes_a_picture_and_a_line_of_text(tmp_path: Path) -> None:
    math = '<math xmlns="http://www.w3.org/1998/Math/MathML"><mfrac><mn>1</mn><mn>2</mn></mfrac></math>'
    found = read(one_item(item("single-1", body=f"<p>多于{math}</p>")), tmp_path)
    (paragraph, _) = found.stem.zh
    assert isinstance(paragraph, Paragraph)
    formula = paragraph.inlines[1]
    assert isinstance(formula, Formula)
    assert (formula.media, formula.text) == ("1.png", "1/2")
    assert found.media == (Medium("1.png", "image/png"),)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<p>对吗？</p>", "<p> </p>"),
        ('identifier="single-1" ', ""),
        ('identifier="A"', 'identifier=""'),
        ('response-identifier="RESPONSE"', 'response-identifier="OTHER"'),
        ('identifier="RESPONSE" card', 'identifier="R" card'),
        ('cardinality="single"', 'cardinality="ordered"'),
        ('base-type="identifier"', 'base-type="string"'),
        ("qti-assessment-item", "qti-assessment-stimulus"),
        ("http://www.imsglobal.org/xsd/imsqtiasi_v3p0", "http://example.org/qti"),
        ('identifier="single-1"', 'identifier=" "'),
        ("</qti-choice-interaction>", "</qti-choice-interaction><p>&#xD800;</p>"),
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
        ('<p><img src="../pictures/sign.png" alt="A yellow triangle"/></p>', ""),  # Chinese only
        ('<p><img src="../pictures/sign.png" alt="黄色三角形"/></p>', ""),
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
        b'<svg xmlns="http://www.w3.org/2000/svg"><script>x</script></svg>',
        b'<svg xmlns="http://www.w3.org/2000/svg"><a href="http://127.0.0.1:9/"><text>x</text></a></svg>',
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
        ("imsqti_item_xmlv3p0", "imsqti_item_xmlv9p9"),
        ("imsqti_item_xmlv3p0", "webcontent"),  # no item is left
        ("items/single-1.xml", "items/none.xml"),
        ('href="items/single-1.xml">', 'href="../single-1.xml">'),
    ],
)
def test_a_manifest_that_lists_what_is_not_there_is_refused(tmp_path: Path, old: str, new: str) -> None:
    files = one_item(item("single-1"))
    text = files["imsmanifest.xml"].decode()
    assert old in text
    files["imsmanifest.xml"] = text.replace(old, new).encode()
    with pytest.raises(BankRefused):
        read(files, tmp_path)


def test_what_a_manifest_does_not_say_gets_a_default_and_one_note(tmp_path: Path) -> None:
    files = small_bank()
    text = files["imsmanifest.xml"].decode().replace("<lom:id>fire</lom:id>", "").replace("小题库", "")
    files["imsmanifest.xml"] = text.replace('identifier="small-bank"', 'identifier="MANIFEST 1"').encode()
    bank = read_package(write_folder(files, tmp_path))
    assert [one.subject for one in bank.items] == ["law", "-", "-"]
    assert bank.notes == (Note(NoteKind.UNSORTED, "", "2/3"),)
    assert bank.id.startswith("manifest-1-")
    assert bank.title == Bilingual(zh="Small bank", en="Small bank")


def test_one_version_of_a_document_has_every_interaction_once() -> None:
    entry = '<qti-text-entry-interaction response-identifier="RESPONSE"/>'
    body = f'<div xml:lang="zh"><p>填{entry}</p></div><div xml:lang="en"><p>Fill {entry}</p></div><p>x</p>'
    root = read_xml(item("single-1", body=body), "a.xml")
    keep_version(root, Language.EN, "a.xml")
    assert [one.get("response-identifier") for one in root.iter(qti("qti-text-entry-interaction"))] == ["RESPONSE"]
    assert [one.get(LANG) for one in root.iter(qti("div"))] == ["en"]
    assert [one.text for one in root.iter(qti("span"))] == ["Option A", "Option B", "Option C"]
