"""Importing: the source is told by its bytes, the report counts everything, and an export comes in again equal."""

import base64
import io
import json
import os
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from typer.testing import CliRunner

from app.cli.main import app
from app.content.archive import BankUnreadable
from app.content.bank import Bank, BankTooLarge, NoteKind
from app.content.exporting import package
from app.content.formats.found import MAX_TEXT_BYTES
from app.content.formats.sheet_template import template
from app.content.formats.warning import SourceWarning, WarningKind
from app.content.importing import Source, import_file, recognise
from app.content.qti.reading import read_package
from app.content.qti.write import write_bank
from app.exam.item import Item
from app.exam.marking import Marking
from app.exam.prose import Language
from app.resources import resource_folder
from app.words import Words
from sync.wire.plan import Bilingual
from tests.app.content.formats.giving import PNG, answer, question
from tests.app.content.formats.test_aiken import GOOD
from tests.app.content.formats.workbooks import TRUE, workbook
from tests.app.content.qti.drawing import items

GIFT = "// [id:elec-1]\nProved dead, then earthed?{T}\n\n// [id:elec-2]\nWhich? {=a ~b}\n\n::bad::No key {~a ~b}\n"
PICTURE = f'<file name="a.png" path="/" encoding="base64">{base64.b64encode(PNG).decode()}</file>'
BOXES = "<selectoption><text>x</text></selectoption><selectoption><text>y</text></selectoption>"
MINUS = answer("-100", "c")
MOODLE = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<quiz>'
    + question("multichoice", "<p>One?</p>", answer("100", "a") + answer("-50", "b"), "m-1")
    + question(
        "multichoice",
        "More?",
        "<single>0</single>" + answer("50", "a") + answer("50", "b") + answer("-100", "c"),
        "m-2",
    )
    + question("truefalse", "<p>H<sub>2</sub>S <i>sinks</i>?</p>", answer("100", "true") + answer("0", "false"), "m-3")
    + question("shortanswer", "?", answer("100", "*fire*") + answer("50", "Smoke"), "m-4")
    + question("numerical", "?", answer("100", "36", "<tolerance>0.1</tolerance>"), "m-5")
    + question("essay", "<table><tr><th>a</th><td>b</td></tr></table><ul><li>c</li></ul>", "", "m-6")
    + question("cloze", "<p>A {1:SA:=b~%50%c} and {2:MCS:=d~e} and {:NM:=5:1}.</p>", "", "m-7")
    + question(
        "ddwtos",
        "<p>A [[1]], B [[2]].</p>",
        "<dragbox><text>x</text></dragbox><dragbox><text>y</text></dragbox>",
        "m-8",
    )
    + question(
        "gapselect",
        "<p>Wear [[1]].</p>",
        "<selectoption><text>x</text></selectoption><selectoption><text>y</text></selectoption>",
        "m-9",
    )
    + question("ordering", "Order", answer("1", "a") + answer("1", "b") + answer("1", "c"), "m-10")
    + question(
        "matching",
        "Match",
        "".join(f"<subquestion><text>{at}</text><answer><text>c{at}</text></answer></subquestion>" for at in (1, 2)),
        "m-11",
    )
    + question("essay", '<p>See <img src="@@PLUGINFILE@@/a.png" alt="a"> here</p>', "", "m-12").replace(
        "</text></questiontext>", f"</text>{PICTURE}</questiontext>"
    )
    + "</quiz>"
)


def run(*arguments: object) -> tuple[int, str]:
    """Run a command and give its exit code and standard output."""
    result = CliRunner().invoke(app, [str(one) for one in arguments], env={"EXAMROOM_LANGUAGE": "en"})
    return result.exit_code, result.stdout


def put(folder: Path, name: str, data: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def zipped(**files: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return file.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "source"),
    [
        ("a.dat", GIFT.encode("gb18030"), Source.GIFT),
        ("a.xml", GOOD.encode("utf-16"), Source.AIKEN),
        ("a.txt", MOODLE.encode(), Source.MOODLE),
        ("a.zip", workbook(TRUE), Source.SHEET),
        ("a.xlsx", zipped(imsmanifest=b"x"), Source.PACKAGE),
        ("a.csv", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Source.SHEET),
        ("a", b"<?xml version='1.0'?>\n<!-- x --><assessmentItem xmlns='urn:x'/>", Source.ITEM),
        ("b", b"<p>Is it so?</p>{T}", Source.GIFT),
    ],
)
def test_a_source_is_told_by_its_bytes_and_not_by_its_name(
    tmp_path: Path, name: str, data: bytes, source: Source
) -> None:
    assert recognise(put(tmp_path, name, data)) is source


def test_the_report_counts_everything_and_the_good_is_in(tmp_path: Path) -> None:
    code, out = run("content", "import", put(tmp_path, "b.gift", GIFT), "--bank", tmp_path / "bank", "--json")
    assert code == 1
    assert json.loads(out) == {
        "read": 3,
        "accepted": 2,
        "known": 0,
        "replaced": 0,
        "rejected": [{"source": "b.gift", "item": "bad", "reason": "b.gift:7: no option is correct"}],
        "by_type": {"single_choice": 1, "true_false": 1},
        "warnings": [
            "b.gift: Wholly or partly in English only, which the Chinese screen will show: 2 (elec-1, elec-2)"
        ],
        "encoding": "UTF-8",
        "format": "gift",
    }
    assert [item.id for item in read_package(tmp_path / "bank").items] == ["elec-1", "elec-2"]


def test_all_in_ends_well_and_again_changes_nothing(tmp_path: Path) -> None:
    file = put(tmp_path, "b.xml", MOODLE)
    for _ in range(2):
        code, out = run("content", "import", file, "--bank", tmp_path / "bank", "--json")
        assert (code, json.loads(out)["accepted"]) == (0, 12)
    assert json.loads(out)["known"] == 12
    assert out.count("\n") == 1


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_person_reads_words(tmp_path: Path, language: str) -> None:
    file = put(tmp_path, "b.gift", GIFT)
    arguments = ["content", "import", str(file), "--bank", str(tmp_path / "bank")]
    result = CliRunner().invoke(app, arguments, env={"EXAMROOM_LANGUAGE": language})
    assert result.exit_code == 1
    assert (
        "读取试题 3 道，导入 2 道，未导入 1 道。" if language == "zh" else "Items read: 3; taken in: 2"
    ) in result.stdout
    assert "BANK_KEY" in result.stdout


def test_warnings_are_in_the_terminals_language_and_english_in_json(tmp_path: Path) -> None:
    file = put(tmp_path, "b.gift", "Only a text.\n\n进入有限空间前须先通风。{T#对}\n")
    arguments = ["content", "import", str(file), "--bank", str(tmp_path / "bank")]
    chinese = CliRunner().invoke(app, arguments, env={"EXAMROOM_LANGUAGE": "zh"}).stdout
    assert "b.gift:1: “-”是说明文字，不是试题，未导入。" in chinese
    assert "b.gift:3: 反馈内容未导入：考试中不显示反馈。" in chinese
    assert json.loads(run(*arguments, "--json")[1])["warnings"][:2] == [
        "b.gift:1: “-” is a description and no item; it was left out.",
        "b.gift:3: Feedback was left out: an exam shows none.",
    ]


@pytest.mark.parametrize("kind", [*WarningKind, *NoteKind])
def test_every_warning_has_words_and_every_fact_they_need(kind: WarningKind | NoteKind) -> None:
    names = ("title", "sheet", "columns", "picture", "count", "items", "of", "rows", "option", "name", "text")
    facts = dict.fromkeys(names, "x")
    for language in Language:
        assert Words(language)(f"content_import.warning.{kind}", **facts)


def test_what_is_said_of_a_bank_as_a_whole_is_a_sentence(tmp_path: Path) -> None:
    items = "".join(f'<resource type="imsqti_item_xmlv3p0" identifier="i{at}" href="i{at}.xml"/>' for at in (1, 2))
    bank = {"imsmanifest.xml": f"<manifest identifier='m'><resources>{items}</resources></manifest>".encode()}
    report = import_file(put(tmp_path, "b.zip", zipped(**bank)), tmp_path / "bank")
    assert report.warnings == (SourceWarning(NoteKind.UNSORTED, "b.zip", {"count": 2, "of": 2}),)


def test_two_files_whose_titles_are_the_same_come_in_both(tmp_path: Path) -> None:
    one = put(tmp_path, "1.gift", "::Q1::Is it dead?{T}\n\n::Q2::Is it earthed?{T}\n")
    two = put(tmp_path, "2.gift", "::Q1::Is it fenced?{T}\n\n::Q2::Is it earthed?{T}\n\n::Q3::Is it fenced?{T}\n")
    assert run("content", "import", one, "--bank", tmp_path / "bank")[0] == 0
    code, out = run("content", "import", two, "--bank", tmp_path / "bank", "--json")
    assert (code, json.loads(out)["accepted"], json.loads(out)["known"]) == (0, 3, 2)
    assert len(read_package(tmp_path / "bank").items) == 3


SCORM = b"""<manifest xmlns="http://www.imsglobal.org/xsd/imscp_v1p1" xmlns:adlcp="http://www.adlnet.org/xsd/adlcp_v1p3">
<metadata><schema>ADL SCORM</schema></metadata><resources>
<resource identifier="r" type="webcontent" adlcp:scormType="sco" href="index.html"/></resources></manifest>"""
PICTURE_AS_ITEM = b"""<manifest identifier="m"><resources>
<resource type="imsqti_item_xmlv2p1" identifier="a" href="media/a.PNG"/></resources></manifest>"""
QTI_1 = b"<!DOCTYPE questestinterop SYSTEM 'ims_qtiasiv1p2.dtd'>\n<questestinterop><item ident='a'/></questestinterop>"


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({"imsmanifest.xml": SCORM}, "SCORM"),
        ({"imsmanifest.xml": SCORM.replace(b"ADL SCORM", b"-")}, "SCORM"),
        ({"imsmanifest.xml": PICTURE_AS_ITEM, "media/a.PNG": PNG}, "'media/a.PNG' is listed as an item"),
        ({"bank.xml": QTI_1}, "QTI 1 is not supported"),
        ({"items\\a.xml": b"<x/>", "imsmanifest.xml": PICTURE_AS_ITEM}, "folders divided by backslashes"),
        ({"..\\a.xml": b"<x/>"}, "a path that leaves the bank"),
    ],
)
def test_the_reason_names_what_is_wrong(tmp_path: Path, files: dict[str, bytes], reason: str) -> None:
    report = import_file(put(tmp_path, "b.zip", zipped(**files)), tmp_path / "bank")
    (rejected,) = report.rejected
    assert reason in rejected.reason
    assert report.accepted == 0


def carried(folder: Path, source: Path) -> tuple[Bank, Bank]:
    """Import a source, export the bank, import that into another; give both banks."""
    first, second, packed = folder / "first", folder / "second", folder / "export.zip"
    assert import_file(source, first).rejected == ()
    packed.write_bytes(package(first).data)
    assert import_file(packed, second).rejected == ()
    assert package(second).data == packed.read_bytes()
    return read_package(first), read_package(second)


@settings(max_examples=20, suppress_health_check=list(HealthCheck))
@given(drawn=items())
def test_any_item_comes_out_and_in_again_equal(
    tmp_path_factory: pytest.TempPathFactory, drawn: tuple[Item, Marking, dict[str, bytes]]
) -> None:
    item, marking, media = drawn
    named = {(item.id, name): data for name, data in media.items()}
    folder = tmp_path_factory.mktemp("carried")
    write_bank(Bank("bank", Bilingual(zh="题库", en="Bank"), (item,), {item.id: marking}, named), folder / "source")
    one, two = carried(folder, folder / "source")
    assert (one.items, one.markings, one.media) == ((item,), {item.id: marking}, named)
    assert (two.items, two.markings, two.media) == (one.items, one.markings, one.media)


def test_every_kind_of_moodle_and_of_the_template_comes_out_and_in_again_equal(tmp_path: Path) -> None:
    for name, data in (("m.xml", MOODLE.encode()), ("t.xlsx", template())):
        (tmp_path / name[0]).mkdir()
        one, two = carried(tmp_path / name[0], put(tmp_path, name, data))
        assert (one.items, one.markings, one.media) == (two.items, two.markings, two.media)


def test_the_sample_bank_comes_in_with_its_blueprint(tmp_path: Path) -> None:
    sample = resource_folder() / "sample-bank"
    report = import_file(sample, tmp_path / "bank")
    assert (report.rejected, report.warnings) == ((), ())
    one, two = read_package(sample), read_package(tmp_path / "bank")
    assert (one.items, one.markings, one.blueprint, one.duration_ms) == (
        two.items,
        two.markings,
        two.blueprint,
        two.duration_ms,
    )


def test_export_and_template_never_write_over_a_file(tmp_path: Path) -> None:
    run("content", "import", put(tmp_path, "b.gift", GIFT), "--bank", tmp_path / "bank")
    for arguments in (("export", "--bank", tmp_path / "bank"), ("template",)):
        out = tmp_path / f"{arguments[0]}.out"
        assert run("content", *arguments, out)[0] == 0
        before = out.read_bytes()
        assert run("content", *arguments, out)[0] == 3
        assert out.read_bytes() == before


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("empty", b""),
        ("words", b"Just a letter.\n"),
        ("picture", PNG),
        ("zip", zipped(a=b"x")),
        ("cut", zipped(imsmanifest=b"x" * 1000)[:500]),
        ("html", b"<html><body>x</body></html>"),
        ("xml", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        ("manifest", b"<manifest/>"),
        ("sheet", workbook(TRUE)[:-60]),
        ("moodle", MOODLE.encode()[:-200]),
        ("bomb", b"<!DOCTYPE quiz [<!ENTITY a 'b'>]><quiz>&a;</quiz>"),
        ("binary", bytes(range(255, -1, -1))),
    ],
)
def test_what_is_no_bank_is_refused_as_a_whole_with_a_reason(tmp_path: Path, name: str, data: bytes) -> None:
    code, out = run("content", "import", put(tmp_path, name, data), "--bank", tmp_path / "bank", "--json")
    report = json.loads(out)
    assert (code, report["read"], report["accepted"]) == (1, 0, 0)
    (rejected,) = report["rejected"]
    assert rejected["source"] == name
    assert rejected["reason"].startswith(name) or name in {"zip", "cut", "sheet"}
    assert not (tmp_path / "bank").exists()


def test_a_source_that_is_not_there_is_a_fault_of_the_place(tmp_path: Path) -> None:
    with pytest.raises(BankUnreadable):
        import_file(tmp_path / "missing.xml", tmp_path / "bank")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(BankUnreadable):
        import_file(tmp_path / "pipe", tmp_path / "bank")
    assert run("content", "import", tmp_path / "missing", "--bank", tmp_path / "bank")[0] == 3


def test_a_text_longer_than_any_bank_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    long = tmp_path / "long.gift"
    with long.open("wb") as file:
        file.truncate(MAX_TEXT_BYTES + 1)
    (rejected,) = import_file(long, tmp_path / "bank").rejected
    assert isinstance(rejected.fault, BankTooLarge)
    assert "more than" in rejected.reason


def test_too_many_items_are_counted_before_one_is_read(tmp_path: Path) -> None:
    many = tmp_path / "many.gift"
    many.write_text("a{T}\n\n" * 50_001)
    (rejected,) = import_file(many, tmp_path / "bank").rejected
    assert isinstance(rejected.fault, BankTooLarge)
    assert "too many items" in rejected.reason
