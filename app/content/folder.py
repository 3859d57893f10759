"""A bank's folder: a QTI 3 content package in our own normal form, which grows by merging items into it.

Order of writes: media, stimuli and items first, each durably; then the manifest, which alone says what belongs to the
bank; then the index. Whenever the power goes, the folder is the old bank or the new one; what lies there unnamed is
written over by the next import.
"""

import fcntl
import hashlib
import io
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, ClassVar, Final

from app.content.archive import Archive, open_archive
from app.content.bank import Bank, BankRefused, BankTooLarge, Note, Rejection, TwiceRefused
from app.content.folder_index import INDEX, BankIndex, IndexedItem, SealedFacts, read_index
from app.content.formats.found import Found
from app.content.forms.facts import BankFacts, facts_of
from app.content.packing.clones import without_templates
from app.content.packing.facts import item_facts, sealed_digest
from app.content.qti.item import Sorting, read_item
from app.content.qti.manifest import MANIFEST, MAX_ITEMS
from app.content.qti.reading import read_bank
from app.content.qti.write import TEST, bank_files, item_path, media_path, stimulus_path, write_item, write_stimulus
from app.content.qti.write_manifest import Entry, write_manifest
from app.content.qti.write_test import write_test
from app.exam.item import Item, Stimulus
from app.exam.prose import Wording
from sync.faults import EnvironmentFault
from sync.replica.durable import disk_faults, write_all_durably, write_durably
from sync.wire.plan import Bilingual, ItemKind

_MAX_FILE: Final = 64_000_000
_MODE: Final = 0o644
_TOGETHER: Final = 512  # files that go to the disk together …
_TOGETHER_BYTES: Final = 32_000_000  # … or so many bytes
_NOTHING: Final = Wording((), ())
_OURS: Final = frozenset({"items", "media", "stimuli", TEST})


class FolderTaken(EnvironmentFault):
    """The folder holds other things than a bank. Fact: `folder`."""

    code: ClassVar[str] = "BANK_FOLDER_TAKEN"


@dataclass
class Merged:
    """What became of the items: how many are new, how many were there already, and which were put aside."""

    added: int = 0
    known: int = 0
    rejected: list[Rejection] = field(default_factory=list)
    kinds: Counter[ItemKind] = field(default_factory=Counter)
    notes: list[Note] = field(default_factory=list)


@dataclass(frozen=True)
class Origin:
    """What a bank that does not exist yet is called, and the test it begins with."""

    bank: str
    title: Bilingual
    source: str
    test: bytes | None = None


@dataclass
class _State:
    """A bank's folder while it is changed."""

    bank: str
    title: Bilingual
    test: str | None
    manifest: str
    stimuli: dict[str, str] = field(default_factory=dict)
    items: dict[str, IndexedItem] = field(default_factory=dict)
    changed: bool = False
    pending: dict[str, bytes] = field(default_factory=dict)


def merge(folder: Path, found: Iterable[Found], origin: Origin) -> Merged:
    """Put items into a bank's folder, which is made if it is not there.

    An item that would not read back exactly as it was, or whose id another item has, is put aside. An item that is
    there already changes nothing.

    Raises:
        FolderTaken: the folder holds other things than a bank.
        BankRefused: the bank that is in the folder is not good.
        DiskFull, DiskFault: the disk refuses; the bank is as it was.
    """
    merged = Merged()
    with disk_faults(folder, needed=0):
        folder.mkdir(parents=True, exist_ok=True)
    with _locked(folder):
        state = _state(folder, origin)
        for one in found:
            try:
                _put(folder, state, one, merged)
            except BankRefused as refused:
                merged.rejected.append(Rejection(origin.source, one.item.id, refused.detail, refused))
        if state.changed:
            _close(folder, state)
    return merged


def folder_facts(folder: Path) -> BankFacts:
    """Give what drawing a form needs of a bank, from its index where that is right.

    Raises:
        BankUnreadable, BankRefused: what reading the bank raises.
    """
    with open_archive(folder) as archive:
        index = read_index(archive)
    if index is not None:
        return index.facts()
    return facts_of(_good_bank(folder))


def package_files(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Give the files of the bank's content package by name, in order: always in the normal form.

    Raises:
        BankUnreadable, BankRefused: there is no good bank.
    """
    with open_archive(folder) as archive:
        index = read_index(archive)
        if index is not None:
            names = {name for name, _ in index.files()} | {path for item in index.items for path in item.media}
            for name in sorted(names):
                yield name, archive.read(name, _MAX_FILE)
            return
    yield from sorted(bank_files(_good_bank(folder)))


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Let one program at a time change a bank."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _good_bank(folder: Path) -> Bank:
    bank, rejected = read_bank(folder)
    if rejected:
        raise rejected[0].fault
    return bank


def _state(folder: Path, origin: Origin) -> _State:
    if not (folder / MANIFEST).exists():
        return _new(folder, origin)
    with open_archive(folder) as archive:
        index = read_index(archive)
    if index is None:
        return _rebuilt(folder)
    items = {item.item: item for item in index.items}
    return _State(index.bank, index.title, index.test, index.manifest, dict(index.stimuli), items)


def _new(folder: Path, origin: Origin) -> _State:
    there = {path.name for path in folder.iterdir() if not path.name.startswith(".")}
    if not there <= _OURS:  # what an import that was cut off leaves behind is ours
        raise FolderTaken(folder=str(folder))
    state = _State(origin.bank, origin.title, None, "")
    if origin.test is not None:
        state.test = _write(folder, TEST, origin.test)
    return state


def _rebuilt(folder: Path) -> _State:
    """Bring a bank that somebody else wrote, or changed by hand, into the normal form."""
    bank = _good_bank(folder)
    state = _State(bank.id, bank.title, None, "", changed=True)
    if bank.blueprint:
        state.test = _write(folder, TEST, write_test(bank.blueprint, bank.items, bank.duration_ms, bank.pass_mark))
    for item in bank.items:
        media = {medium.name: bank.media[item.id, medium.name] for medium in item.media}
        _put(folder, state, Found(item, bank.markings[item.id], media, f"{folder.name}/{item.id}"), Merged())
    return state


def _put(folder: Path, state: _State, found: Found, merged: Merged) -> None:
    """Write one item's files unless they are there.

    Raises:
        TwiceRefused: its id, or its stimulus's, stands for something else.
        BankRefused: it would not read back as it is.
    """
    files, indexed = _written(found)
    item = indexed.item
    stimulus = found.item.stimulus
    known = state.items.get(item)
    place = found.place.rpartition(":")
    where = (place[0], int(place[2])) if place[1] and place[2].isdigit() else (found.place, 0)
    told = _sha(files[stimulus_path(stimulus)]) if stimulus else ""
    if known == indexed and (stimulus is None or state.stimuli.get(stimulus.id) == told):
        merged.known += 1
        merged.kinds[found.item.kind] += 1
        return
    if known is not None:
        raise TwiceRefused(*where, f"another item has the identifier {item}", name=item)
    if stimulus and state.stimuli.get(stimulus.id, told) != told:
        raise TwiceRefused(*where, f"another material has the identifier {stimulus.id}", name=stimulus.id)
    if len(state.items) >= MAX_ITEMS:
        raise BankTooLarge(*where, "the bank is full", limit=MAX_ITEMS)
    notes = _proved(found, files, where)
    state.pending.update(files)
    if len(state.pending) >= _TOGETHER or sum(map(len, state.pending.values())) >= _TOGETHER_BYTES:
        _flush(folder, state)
    if stimulus:
        state.stimuli[stimulus.id] = told
    state.items[item] = indexed
    state.changed = True
    merged.added += 1
    merged.kinds[found.item.kind] += 1
    merged.notes += notes


def _written(found: Found) -> tuple[dict[str, bytes], IndexedItem]:
    """Give an item's files, the item's own last, and what the index says of it."""
    item = found.item
    paths = {medium.name: media_path(medium, found.media[medium.name]) for medium in item.media}
    files = {paths[name]: found.media[name] for name in paths}
    beside = {name: f"../{path}" for name, path in paths.items()}
    if item.stimulus:
        files[stimulus_path(item.stimulus)] = write_stimulus(item.stimulus, item.media, beside)
    written = files[item_path(item)] = write_item(item, found.marking, beside)
    media = {(item.id, name): data for name, data in found.media.items()}
    alone = Bank(item.id, Bilingual(zh="-", en="-"), (item,), {item.id: found.marking}, media)
    clones = without_templates(alone)
    own = item_facts(item)
    drawn = tuple(
        SealedFacts(
            facts=own if one is item else item_facts(one),
            sealed=sealed_digest(one, clones.markings[one.id], found.media.__getitem__),
        )
        for one in clones.items
    )
    indexed = IndexedItem(
        item=item.id, sha256=_sha(written), own=own, media=tuple(sorted(set(paths.values()))), drawn=drawn
    )
    return files, indexed


def _proved(found: Found, files: Mapping[str, bytes], where: tuple[str, int]) -> tuple[Note, ...]:
    """Read an item back from its files and give the notes of the reading; a wrong key must never be written."""
    item = found.item
    sorting = Sorting(item.subject, item.difficulty, item.enemies)
    try:
        read = read_item(Archive(_Memory(files)), item_path(item), sorting)
    except BankRefused as refused:
        facts: dict[str, Any] = {name: fact for name, fact in refused.facts.items() if name != "place"}
        raise type(refused)(*where, refused.detail.partition(": ")[2], **facts) from None
    same = read.item == item and dict(read.media) == dict(found.media)
    if not same and len(set(found.media.values())) < len(found.media):  # one picture under two names becomes one
        same = _written(Found(read.item, read.marking, read.media, found.place))[0] == dict(files)
    if not same or read.marking != found.marking:
        raise BankRefused(*where, "the item would not read back as it is")
    return read.notes


def _close(folder: Path, state: _State) -> None:
    """Write the manifest, and with it the bank; then the index."""
    _flush(folder, state)
    items = tuple(state.items[name] for name in sorted(state.items))
    entries = [Entry(_skeleton(one), one.media) for one in items]
    manifest = write_manifest(state.bank, state.title, entries, TEST if state.test else None)
    told = _write(folder, MANIFEST, manifest)
    index = BankIndex(
        bank=state.bank, title=state.title, manifest=told, test=state.test, stimuli=state.stimuli, items=items
    )
    _write(folder, INDEX, index.to_bytes())


def _skeleton(one: IndexedItem) -> Item:
    """Give as much of an item as the manifest says."""
    facts = one.own
    stimulus = Stimulus(facts.stimulus, _NOTHING) if facts.stimulus else None
    return Item(
        facts.item, facts.kind, facts.subject, facts.difficulty, _NOTHING, (), (), stimulus, enemies=facts.enemies
    )


def _flush(folder: Path, state: _State) -> None:
    with disk_faults(folder, needed=0):
        for name in ("media", "stimuli", "items"):
            (folder / name).mkdir(exist_ok=True)
    write_all_durably({folder / name: data for name, data in state.pending.items()}, _MODE)
    state.pending.clear()


def _write(folder: Path, name: str, data: bytes) -> str:
    write_durably(folder / name, data, _MODE)
    return _sha(data)


def _sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


class _Memory:
    """Files that are not written yet."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._files = files

    def open(self, name: str) -> BinaryIO | None:
        data = self._files.get(name)
        return None if data is None else io.BytesIO(data)

    def names(self) -> Iterator[str]:
        yield from self._files
