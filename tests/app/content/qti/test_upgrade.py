"""QTI 2.x is the same in other words: whatever we write, told in 2.1's or 2.2's names, is read as the same item."""

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from lxml import etree

from app.content.bank import BankRefused, MarkupRefused, NoteKind
from app.content.qti.reading import read_bank, read_item_file, read_package
from app.content.qti.upgrade import new_name
from app.content.qti.write import bank_files
from app.content.xml import QTI
from app.exam.item import Item
from app.exam.marking import Marking
from app.exam.prose import Picture, Place, plain_text
from sync.wire.plan import ItemKind
from tests.app.content.banks import png
from tests.app.content.qti.drawing import items
from tests.app.content.qti.test_writing import bank_of


def _camel(name: str) -> str:
    return re.sub(r"-([a-z])", lambda found: found[1].upper(), name)


def as_old(data: bytes, namespace: str) -> bytes:
    """Tell a QTI 3 document in the names of QTI 2."""
    root = etree.fromstring(data)
    for element in root.iter(etree.Element):
        name = etree.QName(element).localname
        old = _camel(name.removeprefix("qti-")) if name.startswith("qti-") else name
        element.tag = f"{{{namespace}}}{old}"
        if old == name:
            continue
        for key, value in list(element.attrib.items()):
            if not str(key).startswith(("{", "data-", "aria-")):
                del element.attrib[key]
                element.set(_camel(str(key)), value)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8").replace(QTI.encode(), namespace.encode())


@pytest.mark.parametrize("version", ["v2p1", "v2p2"])
@settings(max_examples=25, suppress_health_check=list(HealthCheck))
@given(drawn=items())
def test_an_item_told_in_older_names_is_the_same(
    tmp_path_factory: pytest.TempPathFactory, version: str, drawn: tuple[Item, Marking, dict[str, bytes]]
) -> None:
    bank = bank_of(*drawn)
    folder = tmp_path_factory.mktemp("bank")
    namespace = f"http://www.imsglobal.org/xsd/imsqti_{version}"
    for name, data in bank_files(bank):
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        manifest = data.replace(b"qti/qtiv3p0/imscp_v1p1", b"imscp_v1p1").replace(b"v3p0", version.encode())
        if name == "imsmanifest.xml":
            path.write_bytes(manifest)
        else:
            path.write_bytes(as_old(data, namespace) if name.endswith(".xml") else data)
    again = read_package(folder)
    assert again.items == bank.items
    assert again.markings == bank.markings


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("simpleChoice", "qti-simple-choice"),
        ("durationLT", "qti-duration-lt"),
        ("responseElseIf", "qti-response-else-if"),
        ("anyN", "qti-any-n"),
        ("gapImg", "qti-gap-img"),
        ("itemBody", "qti-item-body"),
        ("blockquote", "blockquote"),
        ("object", "object"),
    ],
)
def test_names_are_taken_over_by_rule(old: str, new: str) -> None:
    assert new_name(old) == new


OLD = """<?xml version="1.0" encoding="UTF-8"?>
<assessmentItem xmlns="http://www.imsglobal.org/xsd/imsqti_v2p1" xmlns:xi="http://www.w3.org/2001/XInclude"
    identifier="{identifier}" title="a" adaptive="false" timeDependent="false" xml:lang="en">
  <responseDeclaration identifier="RESPONSE" cardinality="single" baseType="identifier">
    <correctResponse><value>A</value></correctResponse>
  </responseDeclaration>
  <itemBody>{body}
    <choiceInteraction responseIdentifier="RESPONSE" shuffle="true" maxChoices="1">
      <prompt>Which one?</prompt>
      <simpleChoice identifier="A" fixed="true">One</simpleChoice><simpleChoice identifier="B">Two</simpleChoice>
    </choiceInteraction>
  </itemBody>
  <responseProcessing template="http://www.imsglobal.org/question/qti_v2p1/rptemplates/match_correct"/>
</assessmentItem>"""


def old_item(body: str = "<p>Look.</p>", identifier: str = "old") -> bytes:
    return OLD.format(body=body, identifier=identifier).encode()


def test_a_lone_item_file_is_a_bank_and_an_item(tmp_path: Path) -> None:
    path = tmp_path / "item.xml"
    path.write_bytes(old_item('<p><object type="image/png" data="a.png">A sign</object></p>'))
    (tmp_path / "a.png").write_bytes(png())
    bank, rejected = read_bank(path)
    assert rejected == ()
    assert bank.items == (read_item_file(path).item,)
    assert bank.items[0].kind is ItemKind.SINGLE_CHOICE
    assert bank.items[0].stem.en == (Picture("1.png", "A sign"), Place("RESPONSE"))


def test_a_folder_without_a_manifest_gives_the_items_in_it(tmp_path: Path) -> None:
    for name in ("b/two", "one"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / f"{name}.xml").write_bytes(old_item(identifier=name.replace("/", "-")))
    (tmp_path / "notes.xml").write_bytes(b"<notes/>")
    (tmp_path / "broken.xml").write_bytes(b"<notes")
    bank, rejected = read_bank(tmp_path, loose=True)
    assert [item.id for item in bank.items] == ["b-two", "one"]
    assert [one.item for one in rejected] == ["broken"]
    assert NoteKind.NO_MANIFEST in {note.kind for note in bank.notes}


@pytest.mark.parametrize(
    "shared",
    [
        '<xi:include href="case.xml"/>',
        '<div><xi:include href="case.xml"/></div>',
        '<object type="text/html" data="case.xml"/>',
    ],
)
def test_what_items_share_at_their_top_is_their_stimulus(tmp_path: Path, shared: str) -> None:
    (tmp_path / "case.xml").write_bytes(
        b'<div xmlns="http://www.w3.org/1999/xhtml"><h2>Case</h2><p><img src="a.png" alt="A"/></p></div>'
    )
    (tmp_path / "a.png").write_bytes(png())
    for name in ("one", "two"):
        (tmp_path / f"{name}.xml").write_bytes(old_item(f"{shared}<p>Look.</p>", name))
    bank, rejected = read_bank(tmp_path, loose=True)
    first, second = bank.items
    assert rejected == ()
    assert first.stimulus == second.stimulus
    assert first.stimulus is not None
    assert plain_text(first.stimulus.wording.en) == "Case\nA"
    assert plain_text(first.stem.en) == "Look."


def test_an_inclusion_within_a_text_is_put_in_its_place(tmp_path: Path) -> None:
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts/part.xml").write_bytes(
        b'<span xmlns="http://www.imsglobal.org/xsd/imsqti_v2p1">at <img src="../a.png" alt="it"/></span>'
    )
    (tmp_path / "a.png").write_bytes(png())
    (tmp_path / "item.xml").write_bytes(old_item('<p>Look <xi:include href="parts/part.xml"/> now.</p>'))
    assert plain_text(read_item_file(tmp_path / "item.xml").item.stem.en) == "Look at it now."


def test_an_identifier_that_is_none_here_is_changed_and_told(tmp_path: Path) -> None:
    path = tmp_path / "item.xml"
    path.write_bytes(old_item(identifier="题 1"))
    found = read_item_file(path)
    assert re.fullmatch(r"i-1-[0-9a-f]{12}", found.item.id)
    assert ("renamed", "题 1") in {(note.kind.value, note.detail) for note in found.notes}


def test_what_only_names_an_old_item_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "item.xml"
    for data in (b"<assessmentItem/>", old_item().replace(b"imsqti_v2p1", b"imsqti_v9"), b"<html/>"):
        path.write_bytes(data)
        with pytest.raises(BankRefused):
            read_item_file(path)
    path.write_bytes(old_item("<positionObjectStage/>"))
    with pytest.raises(MarkupRefused):
        read_item_file(path)
