"""A bank's folder: a QTI 3 content package in our own normal form, which grows by merging items into it.

Whenever the power goes, the folder is the old bank or the new one (see `folder_state` for the order of writes); what
lies there unnamed is written over by the next import. An import that replaces items puts them in place one by one:
after a power cut each is whole, the old one or the new one, and importing again brings the rest.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Final

from app.content.archive import open_archive
from app.content.bank import (
    BankRefused,
    BankTooLarge,
    ItemStands,
    Note,
    NoteKind,
    Rejection,
    TwiceRefused,
)
from app.content.folder_index import read_index
from app.content.folder_state import FOLDERS, FolderState, good_bank, load, locked, proved, sha, written
from app.content.formats.found import Found
from app.content.forms.facts import BankFacts, facts_of
from app.content.qti.manifest import MANIFEST, MAX_ITEMS
from app.content.qti.write import TEST, bank_files, stimulus_path
from sync.faults import EnvironmentFault
from sync.replica.durable import disk_faults, sweep_leftovers
from sync.wire.plan import Bilingual, ItemKind

_MAX_FILE: Final = 64_000_000
_OURS: Final = frozenset({*FOLDERS, TEST})


class FolderTaken(EnvironmentFault):
    """The folder holds other things than a bank. Fact: `folder`."""

    code: ClassVar[str] = "BANK_FOLDER_TAKEN"


@dataclass
class Merged:
    """What became of the items: how many are new, replaced, or were there already, and which were put aside."""

    added: int = 0
    replaced: int = 0
    known: int = 0
    rejected: list[Rejection] = field(default_factory=list)
    kinds: Counter[ItemKind] = field(default_factory=Counter)
    notes: list[Note] = field(default_factory=list)


@dataclass(frozen=True)
class Removed:
    """What became of a bank: how many items are left.

    `test_left_out`: its test could draw no form from them, and is no part of it any more.
    """

    left: int
    test_left_out: bool


@dataclass(frozen=True)
class Origin:
    """What a bank that does not exist yet is called, and the test it begins with."""

    bank: str
    title: Bilingual
    source: str
    test: bytes | None = None


def merge(folder: Path, found: Iterable[Found], origin: Origin, *, replace: bool = False) -> Merged:
    """Put items into a bank's folder, which is made if it is not there.

    An item that would not read back exactly as it was is put aside, and so is one whose id another item has; with
    `replace` it takes that one's place, unless both stand in the source. An item that is there already changes nothing.
    A stimulus is replaced if all the items that it belongs to are.

    Raises:
        FolderTaken: the folder holds other things than a bank.
        BankRefused: the bank that is in the folder is not good.
        FolderMissing, NoFolder, DiskFull, DiskFault: the disk refuses; the bank is as it was.
    """
    items = tuple(found)
    with disk_faults(folder, needed=0):
        folder.mkdir(parents=True, exist_ok=True)
    with locked(folder):
        state = load(folder) if (folder / MANIFEST).exists() else _new(folder, origin)
        sweep_leftovers(folder, ("", *FOLDERS))
        merging = _Merging(folder, state, _renewed(state, items) if replace else frozenset(), replace=replace)
        for one in items:
            try:
                merging.put(one)
            except BankRefused as refused:
                merging.merged.rejected.append(Rejection(origin.source, one.item.id, refused.detail, refused))
        if state.changed and _close(folder, state):
            merging.merged.notes.append(Note(NoteKind.BLUEPRINT_LEFT_OUT, "", "no form can be drawn by it any more"))
    return merging.merged


def remove(folder: Path, names: Iterable[str]) -> Removed:
    """Take items out of a bank, with the media and stimuli that nobody uses any more; also ones that cannot be read.

    Raises:
        ItemUnknown: there is no such item; none is removed.
        BankEmptied: no item would be left; none is removed.
        BankUnreadable, BankRefused: there is no good bank in the folder.
        FolderMissing, NoFolder, DiskFull, DiskFault: the disk refuses.
    """
    gone = frozenset(names)
    with locked(folder):
        state = load(folder, gone)
        sweep_leftovers(folder, ("", *FOLDERS))
        return Removed(len(state.items), _close(folder, state))


def folder_facts(folder: Path) -> BankFacts:
    """Give what drawing a form needs of a bank, from its index where that is right.

    Raises:
        BankUnreadable, BankRefused: what reading the bank raises.
    """
    with open_archive(folder) as archive:
        index = read_index(archive)
    if index is not None:
        return index.facts()
    return facts_of(good_bank(folder))


def package_files(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Give the files of the bank's content package by name, in order: always in the normal form.

    Raises:
        BankUnreadable, BankRefused: there is no good bank.
    """
    with open_archive(folder) as archive:
        index = read_index(archive)
        if index is not None:
            for name in sorted(index.names()):
                yield name, archive.read(name, _MAX_FILE)
            return
    yield from sorted(bank_files(good_bank(folder)))


def _close(folder: Path, state: FolderState) -> bool:
    """Write what has changed, and tell whether the test had to be left out."""
    had_test = state.test is not None
    state.close(folder)
    return had_test and state.test is None


def _new(folder: Path, origin: Origin) -> FolderState:
    there = {path.name for path in folder.iterdir() if not path.name.startswith(".")}
    if not there <= _OURS:  # what an import that was cut off leaves behind is ours
        raise FolderTaken(folder=str(folder))
    return FolderState(origin.bank, origin.title, origin.test)


def _renewed(state: FolderState, items: tuple[Found, ...]) -> frozenset[str]:
    """Give the stimuli that these items may change: all items of each are replaced by good ones, which say the same."""
    said: dict[str, set[str]] = {}
    for one in items:
        if one.item.stimulus:
            files, _ = written(one)
            said.setdefault(one.item.stimulus.id, set()).add(sha(files[stimulus_path(one.item.stimulus)]))
    changing = {name for name, told in said.items() if len(told) == 1 and state.stimuli.get(name) not in {None, *told}}
    users = {name: state.users(name) for name in changing}
    wanted = frozenset().union(*users.values())
    good = {one.item.id for one in items if one.item.id in wanted and _is_good(one)}
    return frozenset(name for name in changing if users[name] <= good)


def _is_good(one: Found) -> bool:
    try:
        proved(one, written(one)[0], (one.place, 0))
    except BankRefused:
        return False
    return True


@dataclass
class _Merging:
    """Items on their way into a folder; `renewed` are the stimuli that may change."""

    folder: Path
    state: FolderState
    renewed: frozenset[str]
    replace: bool
    merged: Merged = field(default_factory=Merged)
    seen: set[str] = field(default_factory=set)

    def put(self, found: Found) -> None:
        """Write one item's files unless they are there.

        Raises:
            ItemStands, TwiceRefused: its id, or its stimulus's, stands for something else.
            BankRefused: it would not read back as it is.
        """
        files, indexed = written(found)
        item, stimulus = indexed.item, found.item.stimulus
        place = found.place.rpartition(":")
        where = (place[0], int(place[2])) if place[1] and place[2].isdigit() else (found.place, 0)
        told = sha(files[stimulus_path(stimulus)]) if stimulus else ""
        known = self.state.items.get(item)
        if known == indexed and (stimulus is None or self.state.stimuli.get(stimulus.id) == told):
            self.merged.known += 1
            self.merged.kinds[found.item.kind] += 1
            self.seen.add(item)
            return
        if known is not None and item in self.seen:
            raise TwiceRefused(*where, f"another item has the identifier {item}", name=item)
        if known is not None and not self.replace:
            raise ItemStands(*where, f"another item has the identifier {item}", name=item)
        if stimulus and stimulus.id not in self.renewed and self.state.stimuli.get(stimulus.id, told) != told:
            raise TwiceRefused(*where, f"another material has the identifier {stimulus.id}", name=stimulus.id)
        if known is None and len(self.state.items) >= MAX_ITEMS:
            raise BankTooLarge(*where, "the bank is full", limit=MAX_ITEMS)
        self.merged.notes += proved(found, files, where)
        self.state.put(self.folder, files, indexed, (stimulus.id, told) if stimulus else ("", ""))
        self.seen.add(item)
        self.merged.added += known is None
        self.merged.replaced += known is not None
        self.merged.kinds[found.item.kind] += 1
