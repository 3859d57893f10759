"""The manifest of a QTI 3 content package: what the bank is called, and what lies where.

Source: 1EdTech QTI 3.0 packaging (`imsmanifest.xml`), IEEE 1484.12.3 LOM for the metadata. An item's subject
is the last taxon id of its classification for the purpose "discipline"; its difficulty is LOM's five steps,
taken as three.
"""

import re
from dataclasses import dataclass
from typing import Final

from lxml import etree

from app.content.archive import Archive, resolve
from app.content.bank import BankRefused, BankTooLarge, MarkupRefused, TwiceRefused
from app.content.items import Sorting
from app.content.xml import CP, LOM, line_of, read_xml
from sync.wire.plan import Bilingual

MANIFEST: Final = "imsmanifest.xml"
MAX_MANIFEST_BYTES: Final = 64_000_000
MAX_ITEMS: Final = 50_000

_BANK_ID: Final = re.compile(r"[a-z0-9][a-z0-9\-]{0,63}")
_SUBJECT: Final = re.compile(r"[a-z][a-z0-9\-]{0,39}")
_MAX_TITLE: Final = 200
_DIFFICULTY: Final = {
    "very easy": "easy",
    "easy": "easy",
    "medium": "medium",
    "difficult": "hard",
    "very difficult": "hard",
}
_ITEM_TYPE: Final = "imsqti_item_xmlv3p0"
_TEST_TYPE: Final = "imsqti_test_xmlv3p0"
_FILES_ONLY: Final = "webcontent"


@dataclass(frozen=True)
class Manifest:
    """What a manifest says: the items' files in its order, each with its sorting, and the test's file."""

    bank: str
    title: Bilingual
    items: dict[str, Sorting]
    test: str | None


def read_manifest(archive: Archive) -> Manifest:
    """Read `imsmanifest.xml`.

    Raises:
        BankRefused: one of its kinds.
    """
    root = read_xml(archive.read(MANIFEST, MAX_MANIFEST_BYTES), MANIFEST, _cp("manifest"))
    bank = root.get("identifier", "")
    if not _BANK_ID.fullmatch(bank):
        raise BankRefused(MANIFEST, line_of(root), "its identifier is not small letters, digits and hyphens")
    items: dict[str, Sorting] = {}
    tests: list[str] = []
    for resource in root.iterfind(f"{_cp('resources')}/{_cp('resource')}"):
        kind, line = resource.get("type", ""), line_of(resource)
        if kind == _FILES_ONLY:
            continue
        file = resolve(resource.get("href", ""), MANIFEST, line)
        if kind == _TEST_TYPE and not tests:
            tests.append(file)
        elif kind == _ITEM_TYPE:
            if file in items:
                raise TwiceRefused(MANIFEST, line, "two resources have one file", name=file)
            items[file] = _sorting(resource)
        else:
            name = f"type={kind[:60]}"
            raise MarkupRefused(MANIFEST, line, "a second test, or a type that is not supported", name=name)
    if not items:
        raise BankRefused(MANIFEST, 0, "no items")
    if len(items) > MAX_ITEMS:
        raise BankTooLarge(MANIFEST, 0, f"{len(items)} items", limit=MAX_ITEMS)
    return Manifest(bank, _title(root), items, tests[0] if tests else None)


def _title(root: etree._Element) -> Bilingual:
    """Give the bank's title; one language stands in for the other."""
    path = "/".join((_cp("metadata"), _lom("lom"), _lom("general"), _lom("title"), _lom("string")))
    titles: dict[str, str] = {}
    for string in root.iterfind(path):
        language = string.get("language", "").lower().split("-")[0]
        titles[language] = " ".join((string.text or "").split())
    chinese, english = titles.get("zh", ""), titles.get("en", "")
    title = chinese or english
    if not title or max(len(chinese), len(english)) > _MAX_TITLE:
        raise BankRefused(MANIFEST, line_of(root), "no title in Chinese or English, or too long a one")
    return Bilingual(zh=title, en=english or title)


def _sorting(resource: etree._Element) -> Sorting:
    line = line_of(resource)
    lom = f"{_cp('metadata')}/{_lom('lom')}"
    difficulty = _vocabulary(resource, f"{lom}/{_lom('educational')}/{_lom('difficulty')}")
    subjects = [
        (taxa[-1].text or "").strip()
        for classification in resource.iterfind(f"{lom}/{_lom('classification')}")
        if _vocabulary(classification, _lom("purpose")) == "discipline"
        if (taxa := classification.findall(f"{_lom('taxonPath')}/{_lom('taxon')}/{_lom('id')}"))
    ]
    if difficulty not in _DIFFICULTY:
        raise BankRefused(MANIFEST, line, "an item's difficulty is missing or not one of LOM's")
    if len(subjects) != 1 or not _SUBJECT.fullmatch(subjects[0]):
        raise BankRefused(MANIFEST, line, "an item needs one subject: a discipline's taxon id")
    return Sorting(subjects[0], _DIFFICULTY[difficulty])


def _vocabulary(element: etree._Element, path: str) -> str:
    return (element.findtext(f"{path}/{_lom('value')}") or "").strip().lower()


def _cp(name: str) -> str:
    return f"{{{CP}}}{name}"


def _lom(name: str) -> str:
    return f"{{{LOM}}}{name}"
