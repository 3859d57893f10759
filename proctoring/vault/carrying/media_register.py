"""The register of media (介质登记): which carriers are the archive's, who has each, why, and until when.

Entry `n` is `media/<n, six digits>.json` on the shelf: a DSSE envelope over a `MediumEntry`, signed by the
administrator who acted, that names the SHA-256 of the envelope before. One register for all media, so none can be
left out.
"""

import os
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256
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
from proctoring.vault.retention.custody import NOTHING_BEFORE, Book
from proctoring.vault.retention.locking import papers_until
from proctoring.vault.retention.memory import Cut, cut
from proctoring.vault.retention.people import Signer, key_of
from proctoring.vault.retention.timekeeping import moment
from proctoring.vault.store.shelf import ShelfBusy, ShelfConflict
from sync.faults import Refused
from sync.replica.durable import free_bytes
from sync.trust import envelope
from sync.trust.clock import ClockReading
from sync.wire.archive import MediumAct, MediumEntry, Person

_PREFIX: Final = "media/"
_CHAIN: Final = "media"
_NAME: Final = re.compile(r"([0-9]{6})\.json")
_TRIES: Final = 20
_LIMIT: Final = MediumEntry.MAX_BYTES * 2
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


class MediaRegister:
    """The register on one archive's shelf, read once and read on from there.

    Every act may raise MediaRegisterRefused (see `entries`), MediaRegisterBusy, and what the shelf raises.
    """

    def __init__(self, book: Book) -> None:
        self._book: Final = book
        self._entries: list[MediumEntry] = []
        self._digests: list[str] = []
        self._last_sha256 = NOTHING_BEFORE

    def entries(self) -> tuple[MediumEntry, ...]:
        """Give the verified entries as they are now.

        Raises:
            MediaRegisterRefused: an entry is missing, changed, or signed by somebody who may not.
            MediaRegisterCut: less is there, or other, than was seen.
        """
        end = self._book.memory.end(_CHAIN)
        there = sorted(self._numbers())
        _refuse_cut(cut(end, there))
        if there != list(range(len(there))) or len(there) < len(self._entries):
            raise MediaRegisterRefused("entries are missing")
        for number in there[len(self._entries) :]:
            raw = self._book.shelf.read(_name(number), 0, _LIMIT + 1)
            entry = self._believed(number, raw)
            if entry.before != self._last_sha256:
                raise MediaRegisterRefused(f"entry {number} does not follow the one before")
            self._entries.append(entry)
            self._last_sha256 = sha256(raw).hexdigest()
            self._digests.append(self._last_sha256)
        _refuse_cut(cut(end, there, self._digests))
        self._book.memory.see(_CHAIN, self._digests, end)
        return tuple(self._entries)

    def media(self) -> tuple[Medium, ...]:
        """Give every medium that was ever registered, in the order it was."""
        found: dict[str, Medium] = {}
        for entry in self.entries():
            found[entry.serial] = _after(found.get(entry.serial), entry)
        return tuple(found.values())

    def medium(self, serial: str) -> Medium:
        """Give one medium by its serial number.

        Raises:
            MediumUnregistered: nobody registered it.
        """
        found = next((one for one in self.media() if one.serial == serial), None)
        if found is None:
            raise MediumUnregistered(serial=serial)
        return found

    def register(self, found: FoundMedium, label: str, signer: Signer, now: ClockReading) -> Medium:
        """Take a medium into the register; it is in.

        Raises:
            MediumKnown: it is registered. MediumRetired: it was, and was retired. MediumLabelTaken: see there.
        """

        def check() -> Medium:
            known = self.media()
            same = next((one for one in known if one.serial == found.serial), None)
            if same is not None:
                raise _retired(same) if same.state is MediumState.RETIRED else MediumKnown(label=same.label)
            if any(one.label.casefold() == label.casefold() for one in known):
                raise MediumLabelTaken(label=label)
            return Medium(found.serial, label, found.capacity_bytes, MediumState.IN, signer.person, now.wall_ms)

        return self._append(MediumAct.REGISTERED, check, signer, now)

    def give_out(
        self, serial: str, *, bearer: str, purpose: str, due_ms: int, signer: Signer, now: ClockReading
    ) -> Medium:
        """Give a medium out (领用). Raises MediumUnregistered, MediumRetired; MediumIsOut: somebody has it."""

        def check() -> Medium:
            known = self._kept(serial)
            if known.state is MediumState.OUT:
                raise MediumIsOut(label=known.label, bearer=known.bearer or "")
            return replace(known, bearer=bearer, purpose=purpose, due_ms=due_ms)

        return self._append(MediumAct.OUT, check, signer, now)

    def take_back(self, serial: str, signer: Signer, now: ClockReading) -> Medium:
        """Take a medium back in (归还). Raises MediumUnregistered, MediumRetired; MediumIsIn: it is in."""

        def check() -> Medium:
            known = self._kept(serial)
            if known.state is MediumState.IN:
                raise MediumIsIn(label=known.label)
            return replace(known, bearer=None, purpose=None, due_ms=None)

        return self._append(MediumAct.BACK, check, signer, now)

    def retire(self, serial: str, purpose: str, signer: Signer, now: ClockReading) -> Medium:
        """Take a medium out of use for good. Raises MediumUnregistered, MediumRetired; MediumIsOut: it is not here."""

        def check() -> Medium:
            known = self._kept(serial)
            if known.state is MediumState.OUT:
                raise MediumIsOut(label=known.label, bearer=known.bearer or "")
            return replace(known, purpose=purpose)

        return self._append(MediumAct.RETIRED, check, signer, now)

    def require_out(self, found: FoundMedium, now: ClockReading) -> Medium:
        """Give the registered medium that an export may be written to, or refuse with the reason.

        Raises:
            MediumUnregistered, MediumRetired, MediumIsIn, MediumOverdue, MediumDiffers, MediumReadOnly: see there.
        """
        known = self._kept(found.serial)
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

    def _kept(self, serial: str) -> Medium:
        known = self.medium(serial)
        if known.state is MediumState.RETIRED:
            raise _retired(known)
        return known

    def _append(self, act: MediumAct, check: Callable[[], Medium], signer: Signer, now: ClockReading) -> Medium:
        for _ in range(_TRIES):
            wanted = check()
            entry = MediumEntry(
                archive=self._book.archive,
                sequence=len(self._entries),
                before=self._last_sha256,
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
            signed = envelope.sign(entry.to_bytes(), MediumEntry.PAYLOAD_TYPE, signer.key)
            self._believed(entry.sequence, signed)  # what would not be believed later is not entered
            try:
                self._book.shelf.put(_name(entry.sequence), signed, papers_until(now.wall_ms))
            except (ShelfConflict, ShelfBusy):
                continue
            return self.medium(wanted.serial)
        raise MediaRegisterBusy

    def _numbers(self) -> list[int]:
        found = []
        for name in self._book.shelf.names(_PREFIX):
            match = _NAME.fullmatch(name.removeprefix(_PREFIX))
            if match is None:
                raise MediaRegisterRefused(f"{name[-60:]} is no entry")
            found.append(int(match[1]))
        return found

    def _believed(self, number: int, raw: bytes) -> MediumEntry:
        try:
            claimed = MediumEntry.parse(envelope.peek(raw, MediumEntry.PAYLOAD_TYPE, max_bytes=_LIMIT).payload)
            key = key_of(claimed.by, self._book.trust, claimed.at.wall_ms)
            entry = MediumEntry.parse(envelope.verify(raw, MediumEntry.PAYLOAD_TYPE, [key], max_bytes=_LIMIT).payload)
        except Refused as fault:
            raise MediaRegisterRefused(f"entry {number}: {fault.detail}") from None
        if (entry.archive, entry.sequence) != (self._book.archive, number):
            raise MediaRegisterRefused(f"entry {number} belongs elsewhere")
        return entry


def require_room(found: FoundMedium, label: str, needed: int) -> None:
    """Refuse now what would not fit later. Raises MediumTooSmall."""
    free = free_bytes(found.mount)
    if free < needed:
        raise MediumTooSmall(label=label, needed_mb=-(-needed // _MB), free_mb=free // _MB)


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


def _refuse_cut(found: Cut | None) -> None:
    if found is not None:
        raise MediaRegisterCut(found.detail, seen=found.seen, missing=found.missing)


def _retired(known: Medium) -> MediumRetired:
    return MediumRetired(label=known.label)


def _name(number: int) -> str:
    return f"{_PREFIX}{number:06}.json"
