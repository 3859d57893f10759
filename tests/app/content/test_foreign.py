"""What other programs export: refused by a name that its keeper knows, or read as it was meant."""

import json
import zipfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli.main import app
from app.content.bank import NoteKind
from app.content.importing import ImportReport, import_file
from app.content.qti.reading import read_item_file
from tests.app.content.formats.giving import PNG

ITEM = (
    '<assessmentItem xmlns="http://www.imsglobal.org/xsd/imsqti_v2p2" identifier="one" title="1" adaptive="false" '
    'timeDependent="false"><responseDeclaration identifier="RESPONSE" cardinality="single" baseType="identifier">'
    "<correctResponse><value>A</value></correctResponse></responseDeclaration><outcomeDeclaration "
    'identifier="SCORE" cardinality="single" baseType="float"/><itemBody>{body}<choiceInteraction '
    'responseIdentifier="RESPONSE" shuffle="false" maxChoices="1"><simpleChoice identifier="A">a</simpleChoice>'
    '<simpleChoice identifier="B">b</simpleChoice></choiceInteraction></itemBody><responseProcessing '
    'template="http://www.imsglobal.org/question/qti_v2p1/rptemplates/match_correct"/></assessmentItem>'
)


def packed(folder: Path, files: dict[str, bytes | str]) -> Path:
    with zipfile.ZipFile(folder / "bank.zip", "w") as file:
        for name, data in files.items():
            file.writestr(name, data)
    return folder / "bank.zip"


def manifest(kind: str, href: str) -> str:
    return (
        '<manifest xmlns="http://www.imsglobal.org/xsd/imscp_v1p1" identifier="m"><resources>'
        f'<resource identifier="r" type="{kind}" href="{href}"><file href="{href}"/></resource></resources></manifest>'
    )


def refused(report: ImportReport) -> tuple[object, str]:
    (one,) = report.rejected
    assert report.accepted == 0
    return one.fault.facts["name"], one.reason


@pytest.mark.parametrize(
    "kind", ["imsqti_xmlv1p2", "imsqti_xmlv1p2/imscc_xmlv1p3/assessment", "assessment/x-bb-qti-pool"]
)
def test_a_package_of_qti_1_as_canvas_and_blackboard_export_it_is_refused_by_name(tmp_path: Path, kind: str) -> None:
    source = packed(tmp_path, {"imsmanifest.xml": manifest(kind, "q.xml"), "q.xml": "<questestinterop/>"})
    name, reason = refused(import_file(source, tmp_path / "bank"))
    assert name == "QTI 1"
    assert "export the bank as QTI 2.1 or later" in reason


def test_a_file_of_qti_1_and_a_word_document_are_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "q.xml").write_text('<?xml version="1.0"?><questestinterop><item ident="i"/></questestinterop>')
    assert refused(import_file(tmp_path / "q.xml", tmp_path / "bank"))[0] == "QTI 1"
    document = packed(tmp_path, {"[Content_Types].xml": "<x/>", "word/document.xml": "<x/>"})
    assert refused(import_file(document, tmp_path / "bank"))[0] == ".docx"


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ("<p>Solve \\(x^2=4\\)</p>", "TeX"),
        ("<p>Solve $$x$$ and $\\frac{1}{2}$</p>", "TeX"),
        ('<p>A <span data-role="tooltip-content" aria-hidden="true">hint</span></p>', "data-role=tooltip"),
    ],
)
def test_what_a_player_of_its_own_would_show_otherwise_is_refused_by_name(tmp_path: Path, body: str, name: str) -> None:
    (tmp_path / "one.xml").write_text(ITEM.format(body=body))
    assert refused(import_file(tmp_path / "one.xml", tmp_path / "bank"))[0] == name


def test_code_may_look_like_tex(tmp_path: Path) -> None:
    (tmp_path / "one.xml").write_text(ITEM.format(body="<p>What does <code>\\(a\\)</code> match?</p>"))
    assert import_file(tmp_path / "one.xml", tmp_path / "bank").accepted == 1


def test_an_item_of_a_bank_is_shown_with_the_media_of_the_bank(tmp_path: Path) -> None:
    body = '<p>See <img src="images/s.png" alt="s"/></p>'
    files = {"imsmanifest.xml": manifest("imsqti_item_xmlv2p2", "i/q.xml"), "i/q.xml": ITEM.format(body=body)}
    source = packed(tmp_path, {**files, "i/images/s.png": PNG})
    assert import_file(source, tmp_path / "bank").accepted == 1
    (item,) = (tmp_path / "bank" / "items").iterdir()
    assert "../media/" in item.read_text()
    assert list(read_item_file(item).media.values()) == [PNG]


def test_a_folder_that_was_packed_as_a_whole_is_read_by_its_manifest(tmp_path: Path) -> None:
    described = manifest("imsqti_item_xmlv2p2", "i/q.xml").replace('identifier="m"', 'identifier="town-2026"')
    inside: dict[str, bytes | str] = {
        "Bank/imsmanifest.xml": described,
        "Bank/i/q.xml": ITEM.format(body="<p>One</p>"),
        "Bank/old/left-over.xml": ITEM.format(body="<p>Not listed</p>"),
        "__MACOSX/Bank/._q.xml": "junk",
    }
    report = import_file(packed(tmp_path, inside), tmp_path / "bank")
    assert (report.accepted, report.rejected) == (1, ())
    assert 'identifier="town-2026"' in (tmp_path / "bank" / "imsmanifest.xml").read_text()
    loose = {"loose.xml": ITEM.format(body="<p>Two</p>").replace('"one"', '"two"')}
    beside = import_file(packed(tmp_path, {**inside, **loose}), tmp_path / "other")
    # then every file is looked at, and not the folder alone
    assert NoteKind.NO_MANIFEST in {one.kind for one in beside.warnings}


def test_why_a_test_was_left_out_is_told_with_its_place(tmp_path: Path) -> None:
    test = '<resource identifier="t" type="imsqti_test_xmlv2p2" href="t.xml"/></resources>'
    described = manifest("imsqti_item_xmlv2p2", "q.xml").replace("</resources>", test)
    source = packed(tmp_path, {"imsmanifest.xml": described, "q.xml": ITEM.format(body="<p>One</p>"), "t.xml": "<x/>"})
    result = CliRunner().invoke(app, ["content", "import", str(source), "--bank", str(tmp_path / "bank"), "--json"])
    (told,) = [one for one in json.loads(result.stdout)["warnings"] if one.startswith("t.xml")]
    assert told.startswith("t.xml:1: The assessment test cannot be followed as a rule for drawing forms")
    assert "assessment-test" in told
