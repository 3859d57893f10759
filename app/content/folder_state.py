"""A bank's folder while it is changed: what is in it, what is about to be, and the order in which that is written.

Media, stimuli and items that are new come first, each durably; then files of items that are replaced, and the test;
then the manifest, which alone says what belongs to the bank; then the index; and last what nobody uses any more goes.
"""

import fcntl
import hashlib
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from app.content.archive import Archive, Unwritten, open_archive
from app.content.bank import Bank, BankEmptied, BankRefused, FileMissing, ItemUnknown, Note, NoteKind
from app.content.folder_index import INDEX, BankIndex, IndexedItem, SealedFacts, read_index
from app.content.folder_rules import kept_test
from app.content.formats.found import Found
from app.content.packing.clones import without_templates
from app.content.packing.facts import item_facts, sealed_digest
from app.content.qti.item import Sorting, read_item
from app.content.qti.manifest import MANIFEST, read_manifest
from app.content.qti.reading import read_bank
from app.content.qti.write import TEST, item_path, media_path, stimulus_path, write_item, write_stimulus
from app.content.qti.write_test import write_test
from sync.replica.durable import disk_faults, remove_all_durably, write_all_durably
from sync.wire.plan import Bilingual

FOLDERS: Final = ("media", "stimuli", "items")
_ITEM_ID: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.\-]{0,63}")
_MODE: Final = 0o644
_MAX_TEST: Final = 16_000_000
_TOGETHER: Final = 512  # files that go to the disk together …
_TOGETHER_BYTES: Final = 32_000_000  # … or so many bytes


@dataclass
class FolderState:
    """What a bank's folder holds, and what is to be written: `pending` soon, `rewritten` over what the bank says now.

    `before`: the files that are the bank's. `unsettled`: items were removed or replaced, so the test may speak of what
    is not there.
    """

    bank: str
    title: Bilingual
    test: bytes | None = None
    stimuli: dict[str, str] = field(default_factory=dict)
    items: dict[str, IndexedItem] = field(default_factory=dict)
    before: frozenset[str] = frozenset()
    changed: bool = False
    unsettled: bool = False
    pending: dict[str, bytes] = field(default_factory=dict)
    rewritten: dict[str, bytes] = field(default_factory=dict)

    def put(self, folder: Path, files: Mapping[str, bytes], indexed: IndexedItem, stimulus: tuple[str, str]) -> None:
        """Take an item in, with its stimulus's id and digest, and write its files as soon as there are enough."""
        known = indexed.item in self.items
        for name, data in files.items():
            over = known if name.startswith("items/") else name in self.before and not name.startswith("media/")
            (self.rewritten if over else self.pending)[name] = data
        if stimulus[0]:
            self.stimuli[stimulus[0]] = stimulus[1]
        self.items[indexed.item] = indexed
        self.changed = True
        self.unsettled |= known
        if len(self.pending) >= _TOGETHER or sum(map(len, self.pending.values())) >= _TOGETHER_BYTES:
            self._flush(folder)

    def users(self, stimulus: str) -> frozenset[str]:
        """Give the items that a stimulus belongs to."""
        return frozenset(name for name, one in self.items.items() if one.own.stimulus == stimulus)

    def close(self, folder: Path) -> None:
        """Write what has changed; after the manifest it is the new bank, before it the old one."""
        if self.unsettled and self.test is not None:
            skeletons = {f"items/{name}.xml": self.items[name].skeleton() for name in sorted(self.items)}
            self.test = kept_test(self.test, skeletons)
        self._flush(folder)
        self.rewritten |= {TEST: self.test} if self.test is not None else {}
        write_all_durably(folder, self.rewritten, _MODE)
        used = {one.own.stimulus for one in self.items.values()}
        index = BankIndex(
            bank=self.bank,
            title=self.title,
            test=sha(self.test) if self.test is not None else None,
            stimuli={name: told for name, told in self.stimuli.items() if name in used},
            items=tuple(self.items[name] for name in sorted(self.items)),
        ).digested()
        write_all_durably(folder, {MANIFEST: index.manifest()}, _MODE)
        write_all_durably(folder, {INDEX: index.to_bytes()}, _MODE)
        remove_all_durably(folder, self.before - index.names())

    def _flush(self, folder: Path) -> None:
        write_all_durably(folder, self.pending, _MODE)
        self.pending.clear()


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Let one program at a time change a bank.

    Raises:
        FolderMissing, NoFolder, DiskFault: it cannot be opened.
    """
    with disk_faults(folder, needed=0):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def load(folder: Path, without: frozenset[str] = frozenset()) -> FolderState:
    """Give what a bank's folder holds, which is locked; what a kill left behind there goes.

    `without`: items that are to be removed: they are left out, and may be unreadable.

    Raises:
        ItemUnknown, BankEmptied: they are not there, or nothing else is.
        BankUnfinished, BankRefused: there is no manifest, or the bank is not good.
    """
    with open_archive(folder) as archive:
        index = read_index(archive)
        if index is None:
            return _rebuilt(folder, archive, without)
        test = archive.read(TEST, _MAX_TEST) if index.test else None
    _check_leaving(folder, without, {item.item for item in index.items})
    items = {item.item: item for item in index.items if item.item not in without}
    before = index.names()
    return FolderState(index.bank, index.title, test, dict(index.stimuli), items, before, unsettled=bool(without))


def _check_leaving(folder: Path, without: frozenset[str], there: set[str]) -> None:
    """Refuse to remove what is not there, or all that is."""
    unknown = without - there
    if unknown:
        told = ", ".join(sorted(unknown))[:200]
        raise ItemUnknown(folder.name, 0, f"no such items: {told}", name=told)
    if without >= there:
        raise BankEmptied(folder.name, 0, "no item would be left")


def good_bank(folder: Path) -> Bank:
    """Read a bank of which every item must be good.

    Raises:
        BankUnreadable, BankRefused: what reading the bank raises, or what is wrong with the first bad item.
    """
    bank, rejected = read_bank(folder)
    if rejected:
        raise rejected[0].fault
    return bank


def _rebuilt(folder: Path, archive: Archive, without: frozenset[str]) -> FolderState:
    """Bring a bank that somebody else wrote, or changed by hand, into the normal form."""
    bank, rejected = read_bank(folder)
    bad = next((one for one in rejected if one.item not in without), None)
    if bad:
        raise bad.fault
    broken = {one.item for one in rejected}
    _check_leaving(folder, without, broken | {item.id for item in bank.items})
    state = FolderState(bank.id, bank.title, unsettled=bool(without))
    before = {f"items/{name}.xml" for name in broken if _ITEM_ID.fullmatch(name)}
    for item in bank.items:
        media = {medium.name: bank.media[item.id, medium.name] for medium in item.media}
        found = Found(item, bank.markings[item.id], media, f"{folder.name}/{item.id}")
        files, indexed = written(found)
        before |= files.keys()
        if item.id in without:
            continue
        proved(found, files, (folder.name, 0))
        stimulus = item.stimulus
        state.put(folder, files, indexed, (stimulus.id, sha(files[stimulus_path(stimulus)])) if stimulus else ("", ""))
    state.before = frozenset(before)
    if bank.blueprint:
        state.test = write_test(bank.blueprint, bank.items, bank.duration_ms, bank.pass_mark)
    elif any(note.kind is NoteKind.BLUEPRINT_LEFT_OUT for note in bank.notes):  # it may speak of what is to go
        state.test, state.unsettled = _unread_test(archive), True
    state.before |= {TEST} if state.test is not None else set()
    state.changed = True
    return state


def _unread_test(archive: Archive) -> bytes:
    try:
        return archive.read(read_manifest(archive).test or TEST, _MAX_TEST)
    except FileMissing:
        return b""


def written(found: Found) -> tuple[dict[str, bytes], IndexedItem]:
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
        item=item.id, sha256=sha(written), own=own, media=tuple(sorted(set(paths.values()))), drawn=drawn
    )
    return files, indexed


def proved(found: Found, files: Mapping[str, bytes], where: tuple[str, int]) -> tuple[Note, ...]:
    """Read an item back from its files and give the notes of the reading; a wrong key must never be written."""
    item = found.item
    sorting = Sorting(item.subject, item.difficulty, item.enemies)
    try:
        read = read_item(Archive(Unwritten(files)), item_path(item), sorting)
    except BankRefused as refused:
        facts: dict[str, Any] = {name: fact for name, fact in refused.facts.items() if name != "place"}
        raise type(refused)(*where, refused.detail.partition(": ")[2], **facts) from None
    same = read.item == item and dict(read.media) == dict(found.media)
    if not same and len(set(found.media.values())) < len(found.media):  # one picture under two names becomes one
        same = written(Found(read.item, read.marking, read.media, found.place))[0] == dict(files)
    if not same or read.marking != found.marking:
        raise BankRefused(*where, "the item would not read back as it is")
    return read.notes


def sha(data: bytes) -> str:
    """Give the SHA-256, hexadecimal."""
    return hashlib.sha256(data).hexdigest()
