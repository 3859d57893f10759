"""Writing `imsmanifest.xml`: the files of a bank, and how each item is sorted (see `manifest` for the reading)."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from lxml import etree

from app.content.qti.manifest import ENEMIES_PURPOSE, ENEMIES_SOURCE
from app.content.xml import CP, LOM
from app.exam.item import Item
from sync.wire.plan import Bilingual, Difficulty

_STEPS: Final = {Difficulty.EASY: "easy", Difficulty.MEDIUM: "medium", Difficulty.HARD: "difficult"}
_LOM_SOURCE: Final = "LOMv1.0"


@dataclass(frozen=True)
class Entry:
    """An item with the paths of its media."""

    item: Item
    media: tuple[str, ...]


def write_manifest(bank: str, title: Bilingual, entries: Iterable[Entry], test: str | None = None) -> bytes:
    """Write a bank's manifest; `test` is the path of its assessment test."""
    root = etree.Element(f"{{{CP}}}manifest", nsmap={None: CP, "lom": LOM}, identifier=bank)
    metadata = _add(root, "metadata")
    _add(metadata, "schema").text = "QTI Package"
    _add(metadata, "schemaversion").text = "3.0.0"
    titles = _lom(_lom(_lom(metadata, "lom"), "general"), "title")
    for language, text in (("zh", title.zh), ("en", title.en)):
        _lom(titles, "string", language=language).text = text
    _add(root, "organizations")
    resources = _add(root, "resources")
    known: dict[str, str] = {}
    listed = list(entries)
    if test:
        resource = _resource(resources, "test", "imsqti_test_xmlv3p0", test)
        for entry in listed:
            _add(resource, "dependency", identifierref=entry.item.id)
    for entry in listed:
        _item(resources, entry, known)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _item(resources: etree._Element, entry: Entry, known: dict[str, str]) -> None:
    item = entry.item
    needs = []
    if item.stimulus:
        path = f"stimuli/{item.stimulus.id}.xml"
        needs.append(_shared(resources, known, path, "imsqti_stimulus_xmlv3p0", "stimulus"))
    needs += [_shared(resources, known, path, "webcontent", "medium") for path in dict.fromkeys(entry.media)]
    resource = _resource(resources, item.id, "imsqti_item_xmlv3p0", f"items/{item.id}.xml", item)
    for need in needs:
        _add(resource, "dependency", identifierref=need)


def _shared(resources: etree._Element, known: dict[str, str], path: str, kind: str, prefix: str) -> str:
    """List a file once, and give the identifier that items depend on."""
    if path not in known:
        known[path] = f"{prefix}.{len(known) + 1}"
        _resource(resources, known[path], kind, path)
    return known[path]


def _resource(resources: etree._Element, name: str, kind: str, path: str, item: Item | None = None) -> etree._Element:
    resource = _add(resources, "resource", identifier=name, type=kind, href=path)
    if item:
        _sorting(_add(resource, "metadata"), item)
    _add(resource, "file", href=path)
    return resource


def _sorting(metadata: etree._Element, item: Item) -> None:
    lom = _lom(metadata, "lom")
    _vocabulary(_lom(_lom(lom, "educational"), "difficulty"), _LOM_SOURCE, _STEPS[item.difficulty])
    _classification(lom, _LOM_SOURCE, "discipline", item.subject)
    for enemy in item.enemies:
        _classification(lom, ENEMIES_SOURCE, ENEMIES_PURPOSE, enemy)


def _classification(lom: etree._Element, source: str, purpose: str, taxon: str) -> None:
    classification = _lom(lom, "classification")
    _vocabulary(_lom(classification, "purpose"), source, purpose)
    _lom(_lom(_lom(classification, "taxonPath"), "taxon"), "id").text = taxon


def _vocabulary(element: etree._Element, source: str, value: str) -> None:
    _lom(element, "source").text = source
    _lom(element, "value").text = value


def _add(parent: etree._Element, name: str, **attributes: str) -> etree._Element:
    return etree.SubElement(parent, f"{{{CP}}}{name}", attributes)


def _lom(parent: etree._Element, name: str, **attributes: str) -> etree._Element:
    return etree.SubElement(parent, f"{{{LOM}}}{name}", attributes)
