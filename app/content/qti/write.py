"""Writing QTI 3: items, stimuli, and a whole bank as a content package, in one normal form.

What is read from it is equal to what was written (`app.content.qti.reading`), down to every run of text. Media lie
under the digest of their bytes, so that what many items show is there once.
"""

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from lxml import etree

from app.content.bank import Bank
from app.content.qti.write_body import BodyWriter, Media, element
from app.content.qti.write_item import ItemWriter
from app.content.qti.write_manifest import Entry, write_manifest
from app.content.qti.write_marking import declarations, rules
from app.content.qti.write_test import write_test
from app.exam.item import Item, Medium, Stimulus
from app.exam.marking import Marking
from sync.replica.durable import write_durably

MANIFEST: Final = "imsmanifest.xml"
TEST: Final = "test.xml"
_FILE_MODE: Final = 0o644
_ENDINGS: Final = {
    "image/png": "png",
    "image/jpeg": "jpg",
    "audio/ogg": "ogg",
    "audio/wav": "wav",
    "audio/flac": "flac",
    "audio/webm": "weba",
    "video/webm": "webm",
}
# Elements whose children are never part of a line: a new line for each changes nothing.
_STRUCTURE: Final = frozenset(
    {
        "qti-assessment-item",
        "qti-assessment-stimulus",
        "qti-response-declaration",
        "qti-outcome-declaration",
        "qti-template-declaration",
        "qti-correct-response",
        "qti-default-value",
        "qti-mapping",
        "qti-area-mapping",
        "qti-match-table",
        "qti-interpolation-table",
        "qti-item-body",
        "qti-stimulus-body",
        "qti-choice-interaction",
        "qti-inline-choice-interaction",
        "qti-order-interaction",
        "qti-match-interaction",
        "qti-simple-match-set",
        "qti-associate-interaction",
        "qti-hotspot-interaction",
        "qti-graphic-gap-match-interaction",
        "qti-extended-text-interaction",
        "qti-slider-interaction",
        "ul",
        "ol",
        "table",
        "tbody",
        "tr",
    }
)
_RULES: Final = frozenset({"qti-response-processing", "qti-template-processing"})


def write_item(item: Item, marking: Marking, addresses: Mapping[str, str] | None = None) -> bytes:
    """Write an item and its marking.

    `addresses` say where its media lie, by medium name and seen from the item's file; without them each lies beside
    the item under its own name. A stimulus lies at `../stimuli/<id>.xml`.
    """
    media = _media(item.media, addresses)
    root = element("qti-assessment-item", identifier=item.id, title=item.label or item.id)
    root.set("adaptive", "false")
    root.set("time-dependent", "false")
    for declaration in declarations(marking):
        root.append(declaration)
    if marking.template is not None:
        root.append(rules(marking.template))
    if item.stimulus:
        name = item.stimulus.id
        root.append(element("qti-assessment-stimulus-ref", identifier=name, href=f"../stimuli/{name}.xml"))
    body = element("qti-item-body")
    ItemWriter(item, media).wording(body, item.stem, None, lines=False)
    root.append(body)
    if marking.response is not None:
        root.append(rules(marking.response))
    return _document(root)


def write_stimulus(stimulus: Stimulus, media: tuple[Medium, ...], addresses: Mapping[str, str] | None = None) -> bytes:
    """Write what several items share; `addresses` as for `write_item`, seen from the stimulus's file."""
    root = element("qti-assessment-stimulus", identifier=stimulus.id, title=stimulus.id)
    body = element("qti-stimulus-body")
    BodyWriter(_media(media, addresses)).wording(body, stimulus.wording, None, lines=False)
    root.append(body)
    return _document(root)


def write_bank(bank: Bank, folder: Path) -> None:
    """Write a bank as a content package into a folder, each file durably, the manifest last.

    Raises:
        OSError: the folder cannot be written.
    """
    for name, data in bank_files(bank):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        write_durably(path, data, _FILE_MODE)


def bank_files(bank: Bank) -> Iterator[tuple[str, bytes]]:
    """Give the files of a bank's content package by name, the manifest last; a file that items share comes once."""
    seen: set[str] = set()
    entries = []
    for item in bank.items:
        addresses = {medium.name: media_path(medium, bank.media[item.id, medium.name]) for medium in item.media}
        entries.append(Entry(item, tuple(addresses.values())))
        for medium in item.media:
            if (path := addresses[medium.name]) not in seen:
                seen.add(path)
                yield path, bank.media[item.id, medium.name]
        beside = {name: f"../{path}" for name, path in addresses.items()}
        if item.stimulus and (path := stimulus_path(item.stimulus)) not in seen:
            seen.add(path)
            yield path, write_stimulus(item.stimulus, item.media, beside)
        yield item_path(item), write_item(item, bank.markings[item.id], beside)
    if bank.blueprint:
        yield TEST, write_test(bank.blueprint, bank.items, bank.duration_ms, bank.pass_mark)
    yield MANIFEST, write_manifest(bank.id, bank.title, entries, TEST if bank.blueprint else None)


def item_path(item: Item) -> str:
    """Give an item's place in a bank."""
    return f"items/{item.id}.xml"


def stimulus_path(stimulus: Stimulus) -> str:
    """Give a stimulus's place in a bank."""
    return f"stimuli/{stimulus.id}.xml"


def media_path(medium: Medium, data: bytes) -> str:
    """Give a medium's place in a bank: under its digest, so that it is there once."""
    return f"media/{hashlib.sha256(data).hexdigest()}.{_ENDINGS[medium.mime]}"


def _media(media: tuple[Medium, ...], addresses: Mapping[str, str] | None) -> Media:
    mimes = {medium.name: medium.mime for medium in media}
    return Media(addresses if addresses is not None else {name: name for name in mimes}, mimes)


def _document(root: etree._Element) -> bytes:
    _indent(root, 0)
    etree.cleanup_namespaces(root)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8") + b"\n"


def _indent(made: etree._Element, depth: int, *, within_rules: bool = False) -> None:
    name = etree.QName(made).localname
    within_rules = within_rules or name in _RULES
    if not len(made) or not (within_rules or name in _STRUCTURE):
        return
    made.text = "\n" + "  " * (depth + 1)
    for child in made:
        _indent(child, depth + 1, within_rules=within_rules)
        child.tail = made.text
    made[-1].tail = "\n" + "  " * depth
