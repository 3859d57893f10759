"""The manifest of a QTI content package (2.1, 2.2, 3.0): what the bank is called, and what lies where.

Source: 1EdTech QTI packaging (`imsmanifest.xml`), IEEE 1484.12.3 LOM for the metadata. The versions differ in their
namespaces and hardly in their names, so names alone are read. An item's subject is the last taxon of its classification
for the purpose "discipline"; its difficulty is LOM's five steps, taken as three; our own purpose "enemies" (source
`examroom`) names the groups of which a form may hold one item only. What is missing gets a default, and one note says
for how many items.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from lxml import etree

from app.content.archive import Archive, resolve
from app.content.bank import BankRefused, BankTooLarge, MarkupRefused, Note, NoteKind, TwiceRefused
from app.content.qti.item import Sorting
from app.content.qti.naming import titled
from app.content.xml import LANG, children, line_of, name_of, read_xml
from sync.wire.plan import Bilingual, Difficulty

MANIFEST: Final = "imsmanifest.xml"
MAX_MANIFEST_BYTES: Final = 64_000_000
MAX_MANIFEST_NODES: Final = 2_500_000
MAX_ITEMS: Final = 50_000
ENEMIES_SOURCE: Final = "examroom"
ENEMIES_PURPOSE: Final = "enemies"

_BANK_ID: Final = re.compile(r"[a-z0-9][a-z0-9\-]{0,63}")
_SUBJECT: Final = re.compile(r"-|[\w][\w .·&+/()（）、\-]{0,59}")
_NOT_SUBJECT: Final = re.compile(r"[^\w .·&+/()（）、\-]+")
_ENEMY: Final = re.compile(r"[^\W\d][\w.\-]{0,63}")
_MAX_ENEMIES: Final = 20
_DIFFICULTY: Final = {
    "very easy": Difficulty.EASY,
    "easy": Difficulty.EASY,
    "medium": Difficulty.MEDIUM,
    "difficult": Difficulty.HARD,
    "very difficult": Difficulty.HARD,
}
_ITEM_TYPE: Final = re.compile(r"imsqti_(apip)?item_xmlv(2p[0-2]|3p0)")
_OLD_TYPE: Final = re.compile(r"imsqti_\w*xmlv1p|assessment/x-bb-qti")  # also what Canvas and Blackboard export
_TEST_TYPE: Final = re.compile(r"imsqti_(apip)?test_xmlv(2p[0-2]|3p0)")
_MEDIA: Final = re.compile(r".*\.(png|jpe?g|gif|svg|webp|bmp|tiff?|mp3|m4a|og[agv]|opus|wav|mp4|m4v|webm|mov|avi|pdf)")
_SCORM: Final = re.compile(r"http://www\.(adlnet\.org|imsproject\.org)/xsd/adlcp_\w+")
_BESIDE: Final = re.compile(r"imsqti_(stimulus|fragment|rptemplate|resprocessing)_xmlv(2p[0-2]|3p0)")


@dataclass(frozen=True)
class Listed:
    """An item that a manifest lists: its resource's identifier, and how it is sorted."""

    name: str
    sorting: Sorting


@dataclass(frozen=True)
class Manifest:
    """What a manifest says: the items' files in its order, the test's file, and the entries that cannot be used."""

    bank: str
    title: Bilingual
    items: dict[str, Listed]
    test: str | None
    refused: tuple[tuple[str, BankRefused], ...] = ()
    notes: tuple[Note, ...] = ()


def read_manifest(archive: Archive) -> Manifest:
    """Read `imsmanifest.xml`.

    Raises:
        BankRefused: one of its kinds; entries that cannot be used are in `refused` instead.
    """
    raw = archive.read(MANIFEST, MAX_MANIFEST_BYTES)
    root = read_xml(raw, MANIFEST, max_nodes=MAX_MANIFEST_NODES)
    if name_of(root) != "manifest":
        raise BankRefused(MANIFEST, line_of(root), "the root is not manifest")
    reader = _Entries()
    for resources in children(root, "resources"):
        for resource in children(resources, "resource"):
            reader.read(resource)
    if len(reader.items) > MAX_ITEMS:
        raise BankTooLarge(MANIFEST, 0, f"{len(reader.items)} items", limit=MAX_ITEMS)
    if not reader.items and not reader.refused:
        if _is_scorm(root):
            raise MarkupRefused(MANIFEST, 0, "a SCORM package is a course and holds no items of QTI", name="SCORM")
        raise BankRefused(MANIFEST, 0, "no items")
    bank = bank_id(root.get("identifier", ""))
    notes = [Note(NoteKind.UNSORTED, "", f"{reader.unsorted}/{len(reader.items)}")] if reader.unsorted else []
    return Manifest(bank, _title(root, bank), reader.items, reader.test, tuple(reader.refused), tuple(notes))


def bank_id(raw: str) -> str:
    """Give a bank's identifier in our form: small letters, digits and hyphens; a changed one gets a digest."""
    if _BANK_ID.fullmatch(raw):
        return raw
    plain = re.sub(r"[^a-z0-9]+", "-", raw.lower()).strip("-")[:40].strip("-")
    return f"{plain or 'bank'}-{hashlib.sha256(raw.encode()).hexdigest()[:8]}"


class _Entries:
    """Reads the resources one by one."""

    def __init__(self) -> None:
        self.items: dict[str, Listed] = {}
        self.test: str | None = None
        self.refused: list[tuple[str, BankRefused]] = []
        self.unsorted = 0

    def read(self, resource: etree._Element) -> None:
        kind, name = resource.get("type", ""), resource.get("identifier", "")
        try:
            if _ITEM_TYPE.fullmatch(kind):
                self._item(resource, name)
            elif _TEST_TYPE.fullmatch(kind):
                self._test(resource)
            elif _OLD_TYPE.match(kind):
                reason = f"QTI 1 ({kind[:60]}) is not supported: export the bank as QTI 2.1 or later"
                raise MarkupRefused(MANIFEST, line_of(resource), reason, name="QTI 1")
            elif kind.startswith("imsqti_") and not _BESIDE.fullmatch(kind):
                what = f"type={kind[:60]}"
                raise MarkupRefused(MANIFEST, line_of(resource), f"{what} is not supported", name=what)
        except BankRefused as refused:
            self.refused.append((name, refused))

    def _item(self, resource: etree._Element, name: str) -> None:
        line = line_of(resource)
        file = resolve(_address(resource), MANIFEST, line)
        if _MEDIA.fullmatch(file.lower()):
            raise BankRefused(MANIFEST, line, f"{file[-80:]!r} is listed as an item, and is a picture, sound or film")
        if file in self.items:
            raise TwiceRefused(MANIFEST, line, "two resources have one file", name=file)
        sorting, whole = _sorting(resource)
        self.unsorted += not whole
        self.items[file] = Listed(name or PurePosixPath(file).stem, sorting)

    def _test(self, resource: etree._Element) -> None:
        if self.test is not None:
            raise MarkupRefused(MANIFEST, line_of(resource), "a second test", name="second test")
        self.test = resolve(_address(resource), MANIFEST, line_of(resource))


def _is_scorm(root: etree._Element) -> bool:
    """Tell whether a manifest is that of a course: its schema says SCORM, or ADL's own names are used in it."""
    schemas = [one.text or "" for metadata in children(root, "metadata") for one in children(metadata, "schema")]
    spaces = {uri for element in root.iter(etree.Element) for uri in element.nsmap.values()}
    return any("SCORM" in one.upper() for one in schemas) or any(_SCORM.fullmatch(one) for one in spaces)


def _address(resource: etree._Element) -> str:
    href = resource.get("href")
    if href is None:
        href = next((file.get("href") for file in children(resource, "file")), None)
    return href or ""


def _title(root: etree._Element, bank: str) -> Bilingual:
    """Give the bank's title; one language stands in for the other, and its identifier for both."""
    titles: dict[str, str] = {}
    for metadata in children(root, "metadata"):
        for string in _find(metadata, "lom", "general", "title", "string|langstring"):
            language = (string.get("language") or string.get(LANG) or "").lower().split("-")[0]
            text = titled(string.text or "")
            if text != "-":
                titles.setdefault(language, text)
    any_title = next(iter(titles.values()), bank)
    chinese = titles.get("zh") or titles.get("") or any_title
    return Bilingual(zh=chinese, en=titles.get("en") or chinese)


def _sorting(resource: etree._Element) -> tuple[Sorting, bool]:
    """Give how an item is sorted, and whether the manifest says so."""
    subject, difficulty = "", None
    enemies: list[str] = []
    for metadata in children(resource, "metadata"):
        for found in _find(metadata, "lom", "educational", "difficulty"):
            difficulty = difficulty or _DIFFICULTY.get(_vocabulary(found).lower())
        for classification in _find(metadata, "lom", "classification"):
            purposes = children(classification, "purpose")
            purpose = _vocabulary(purposes[0]).lower() if purposes else ""
            taxa = [taxon for path in children(classification, "taxonPath|taxonpath") for taxon in _taxa(path)]
            if purpose == "discipline" and taxa and not subject:
                subject = _subject(taxa[-1])
            elif purpose == ENEMIES_PURPOSE and _source(purposes[0]) == ENEMIES_SOURCE:
                enemies += [taxon for taxon in taxa if _ENEMY.fullmatch(taxon)]
    sorting = Sorting(subject or "-", difficulty or Difficulty.MEDIUM, tuple(enemies[:_MAX_ENEMIES]))
    return sorting, bool(subject) and difficulty is not None


def _subject(text: str) -> str:
    plain = " ".join(_NOT_SUBJECT.sub(" ", text).split())[:60].strip()
    return plain if _SUBJECT.fullmatch(plain) else ""


def _taxa(path: etree._Element) -> Iterator[str]:
    for taxon in children(path, "taxon"):
        ids = [one.text or "" for one in children(taxon, "id")]
        entries = [_text(entry) for entry in children(taxon, "entry")]
        found = next((one.strip() for one in (*ids, *entries) if one.strip()), "")
        if found:
            yield found


def _vocabulary(element: etree._Element) -> str:
    return next((_text(value) for value in children(element, "value")), "")


def _source(element: etree._Element) -> str:
    return next((_text(value) for value in children(element, "source")), "")


def _text(element: etree._Element) -> str:
    """Give the text of an element or of the first string in it."""
    return next((text for text in (str(one).strip() for one in element.itertext()) if text), "")


def _find(element: etree._Element, *path: str) -> Iterator[etree._Element]:
    if not path:
        yield element
        return
    for child in children(element, path[0]):
        yield from _find(child, *path[1:])
