"""The register of media (介质登记): which carriers are the archive's, who has each, why, and until when.

A chain of `MediumEntry` in `media/` on the shelf, as custody is one (`vault.retention.chain`); every entry is signed by
the administrator who acted. One register for all media, so none can be left out.
"""

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from proctoring.vault.carrying.media_faults import (
    MediaRegisterBusy,
    MediaRegisterCut,
    MediaRegisterRefused,
    MediumDiffers,
    MediumIsIn,
    MediumIsOut,
    MediumKnown,
    MediumLabelTaken,
    MediumOverdue,
    MediumReadOnly,
    MediumRetired,
    MediumTooSmall,
    MediumUnregistered,
)
from proctoring.vault.carrying.medium import FoundMedium
from proctoring.vault.retention.chain import Book, Chain, ChainFaults, ShelfChain
from proctoring.vault.retention.locking import papers_until
from proctoring.vault.retention.people import Signer
from proctoring.vault.retention.timekeeping import moment
from sync.replica.durable import free_bytes
from sync.trust.clock import ClockReading
from sync.trust.keys import SigningKey
from sync.wire.archive import MediumAct, MediumEntry, Person

_FAULTS: Final = ChainFaults(MediaRegisterRefused, MediaRegisterCut, MediaRegisterBusy)
_MB: Final = 1_000_000


class MediumState(StrEnum):
    """Where a registered medium is."""

    IN = "in"
    OUT = "out"
    RETIRED = "retired"


@dataclass(frozen=True)
class Medium:
    """A registered medium as the register has it now; `bearer`, `purpose` and `due_ms` while it is out."""

    serial: str
    label: str
    capacity_bytes: int
    state: MediumState
    by: Person
    since_ms: int
    bearer: str | None = None
    purpose: str | None = None
    due_ms: int | None = None

    def overdue(self, now_ms: int) -> bool:
        """Tell whether it should be back by now (wall clock, UTC)."""
        return self.state is MediumState.OUT and self.due_ms is not None and self.due_ms < now_ms


_Media = dict[str, Medium]
"""All media by their serial numbers, in the order they were registered."""


class MediaRegister:
    """The register on one archive's shelf, read once and read on from there.

    Every act may raise MediaRegisterRefused (see `entries`), MediaRegisterBusy, and what the shelf raises.
    """

    def __init__(self, book: Book) -> None:
        self._chain: Final = ShelfChain(book, "media", MediumEntry, lambda _: None, _FAULTS)
        self._read = Chain[MediumEntry]()

    def entries(self) -> tuple[MediumEntry, ...]:
        """Give the verified entries as they are now.

        Raises:
            MediaRegisterRefused: an entry is missing, changed, or signed by somebody who may not.
            MediaRegisterCut: less is there, or other, than was seen.
        """
        if strangers := self._chain.strangers():
            raise MediaRegisterRefused(f"{strangers[0][-60:]} is no entry")
        self._read = read = self._chain.grown(self._read)
        return read.entries

    def media(self) -> tuple[Medium, ...]:
        """Give every medium that was ever registered, in the order it was."""
        return tuple(_media(self.entries()).values())

    def medium(self, serial: str) -> Medium:
        """Give one medium by its serial number.

        Raises:
            MediumUnregistered: nobody registered it.
        """
        return _known(_media(self.entries()), serial)

    def register(self, found: FoundMedium, label: str, signer: Signer, now: ClockReading) -> Medium:
        """Take a medium into the register; it is in.

        Raises:
            MediumKnown: it is registered. MediumRetired: it was, and was retired. MediumLabelTaken: see there.
        """

        def check(media: _Media) -> Medium:
            same = media.get(found.serial)
            if same is not None:
                raise _retired(same) if same.state is MediumState.RETIRED else MediumKnown(label=same.label)
            if any(one.label.casefold() == label.casefold() for one in media.values()):
                raise MediumLabelTaken(label=label)
            return Medium(found.serial, label, found.capacity_bytes, MediumState.IN, signer.person, now.wall_ms)

        return self._append(MediumAct.REGISTERED, check, signer, now)

    def give_out(
        self, serial: str, *, bearer: str, purpose: str, due_ms: int, signer: Signer, now: ClockReading
    ) -> Medium:
        """Give a medium out (领用). Raises MediumUnregistered, MediumRetired; MediumIsOut: somebody has it."""

        def check(media: _Media) -> Medium:
            known = _kept(media, serial)
            if known.state is MediumState.OUT:
                raise MediumIsOut(label=known.label, bearer=known.bearer or "")
            return replace(known, bearer=bearer, purpose=purpose, due_ms=due_ms)

        return self._append(MediumAct.OUT, check, signer, now)

    def take_back(self, serial: str, signer: Signer, now: ClockReading) -> Medium:
        """Take a medium back in (归还). Raises MediumUnregistered, MediumRetired; MediumIsIn: it is in."""

        def check(media: _Media) -> Medium:
            known = _kept(media, serial)
            if known.state is MediumState.IN:
                raise MediumIsIn(label=known.label)
            return replace(known, bearer=None, purpose=None, due_ms=None)

        return self._append(MediumAct.BACK, check, signer, now)

    def retire(self, serial: str, purpose: str, signer: Signer, now: ClockReading) -> Medium:
        """Take a medium out of use for good. Raises MediumUnregistered, MediumRetired; MediumIsOut: it is not here."""

        def check(media: _Media) -> Medium:
            known = _kept(media, serial)
            if known.state is MediumState.OUT:
                raise MediumIsOut(label=known.label, bearer=known.bearer or "")
            return replace(known, purpose=purpose)

        return self._append(MediumAct.RETIRED, check, signer, now)

    def require_out(self, found: FoundMedium, now: ClockReading) -> Medium:
        """Give the registered medium that an export may be written to, or refuse with the reason.

        Raises:
            MediumUnregistered, MediumRetired, MediumIsIn, MediumOverdue, MediumDiffers, MediumReadOnly: see there.
        """
        known = _kept(_media(self.entries()), found.serial)
        if known.capacity_bytes != found.capacity_bytes:
            raise MediumDiffers(f"{found.capacity_bytes} bytes, registered {known.capacity_bytes}", label=known.label)
        if known.state is MediumState.IN:
            raise MediumIsIn(label=known.label)
        if known.overdue(now.wall_ms):
            due = datetime.fromtimestamp((known.due_ms or 0) / 1000, UTC)
            raise MediumOverdue(label=known.label, bearer=known.bearer or "", due=f"{due:%Y-%m-%d}")
        if found.read_only or not os.access(found.mount, os.W_OK):
            raise MediumReadOnly(label=known.label)
        return known

    def _append(self, act: MediumAct, check: Callable[[_Media], Medium], signer: Signer, now: ClockReading) -> Medium:
        def judge(chain: Chain[MediumEntry]) -> tuple[MediumEntry, SigningKey, int]:
            wanted = check(_media(chain.entries))
            entry = MediumEntry(
                archive=self._chain.book.archive,
                sequence=len(chain.entries),
                before=chain.last_sha256,
                act=act,
                serial=wanted.serial,
                label=wanted.label,
                capacity_bytes=wanted.capacity_bytes,
                by=signer.person,
                at=moment(now),
                purpose=wanted.purpose,
                bearer=wanted.bearer,
                due_ms=wanted.due_ms,
            )
            return entry, signer.key, papers_until(now.wall_ms)

        self._read = written = self._chain.append(self._read, judge)
        return _known(_media(written.entries), written.entries[-1].serial)


def require_room(found: FoundMedium, label: str, needed: int) -> None:
    """Refuse now what would not fit later. Raises MediumTooSmall."""
    free = free_bytes(found.mount)
    if free < needed:
        raise MediumTooSmall(label=label, needed_mb=-(-needed // _MB), free_mb=free // _MB)


def _media(entries: Iterable[MediumEntry]) -> _Media:
    found: _Media = {}
    for entry in entries:
        found[entry.serial] = _after(found.get(entry.serial), entry)
    return found


def _known(media: _Media, serial: str) -> Medium:
    if serial not in media:
        raise MediumUnregistered(serial=serial)
    return media[serial]


def _kept(media: _Media, serial: str) -> Medium:
    known = _known(media, serial)
    if known.state is MediumState.RETIRED:
        raise _retired(known)
    return known


def _after(known: Medium | None, entry: MediumEntry) -> Medium:
    """Give what a medium is after an entry; who acted judged whether the act had its place."""
    if known is None and entry.act is not MediumAct.REGISTERED:
        raise MediaRegisterRefused(f"entry {entry.sequence}: of a medium nobody registered")
    if known is not None and known.state is MediumState.RETIRED:
        raise MediaRegisterRefused(f"entry {entry.sequence}: of a medium that was retired")
    state = {
        MediumAct.REGISTERED: MediumState.IN,
        MediumAct.OUT: MediumState.OUT,
        MediumAct.BACK: MediumState.IN,
        MediumAct.RETIRED: MediumState.RETIRED,
    }[entry.act]
    return Medium(
        entry.serial,
        entry.label,
        entry.capacity_bytes,
        state,
        entry.by,
        entry.at.wall_ms,
        entry.bearer,
        entry.purpose,
        entry.due_ms,
    )


def _retired(known: Medium) -> MediumRetired:
    return MediumRetired(label=known.label)
