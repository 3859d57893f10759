"""The archive's line of clock readings on the shelf (`clock/<n>.json`): written at every run, and at least daily.

Each line is a DSSE envelope over a `ClockEntry`, signed by the archive's key or by the administrator who states the
time, and names the SHA-256 of the line before.
"""

import re
import threading
from collections.abc import Callable
from hashlib import sha256
from typing import Final

from proctoring.vault.retention.custody import NOTHING_BEFORE, Book
from proctoring.vault.retention.faults import ClockLineCut, ClockLineRefused, CustodyBusy
from proctoring.vault.retention.locking import papers_until
from proctoring.vault.retention.memory import Cut, cut
from proctoring.vault.retention.people import Signer, key_of
from proctoring.vault.retention.timekeeping import moment
from proctoring.vault.store.shelf import ShelfBusy, ShelfConflict
from sync.faults import Refused
from sync.trust import envelope
from sync.trust.clock import ClockReading
from sync.trust.keys import PublicKey, SigningKey
from sync.wire.archive import ClockAct, ClockEntry

_PREFIX: Final = "clock/"
_CHAIN: Final = "clock"
_NAME: Final = re.compile(r"([0-9]{6})\.json")
_TRIES: Final = 20
_LIMIT: Final = ClockEntry.MAX_BYTES * 2


class ClockLine:
    """The line, read once and read on from there."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._entries: list[ClockEntry] = []
        self._digests: list[str] = []
        self._last_sha256 = NOTHING_BEFORE
        self._lock: Final = threading.RLock()  # a window asks from several threads at once

    def entries(self) -> tuple[ClockEntry, ...]:
        """Give the verified line as it is now.

        Raises:
            ClockLineRefused: a line is missing, changed, or signed by somebody who may not.
            ClockLineCut: less is there, or other, than was seen.
        """
        with self._lock:
            return self._read_on()

    def _read_on(self) -> tuple[ClockEntry, ...]:
        end = self._book.memory.end(_CHAIN)
        there = sorted(self._numbers())
        _refuse_cut(cut(end, there))
        if there != list(range(len(there))) or len(there) < len(self._entries):
            raise ClockLineRefused("lines are missing")
        for number in there[len(self._entries) :]:
            raw = self._book.shelf.read(_name(number), 0, _LIMIT + 1)
            entry = self._believed(number, raw)
            if entry.before != self._last_sha256:
                raise ClockLineRefused(f"line {number} does not follow the one before")
            self._entries.append(entry)
            self._last_sha256 = sha256(raw).hexdigest()
            self._digests.append(self._last_sha256)
        _refuse_cut(cut(end, there, self._digests))
        self._book.memory.see(_CHAIN, self._digests, end)
        return tuple(self._entries)

    def write(
        self,
        own: SigningKey,
        clock: Callable[[], ClockReading],
        *,
        act: ClockAct = ClockAct.READ,
        stated_ms: int | None = None,
        by: Signer | None = None,
    ) -> ClockEntry:
        """Write a line, durably; the clocks are read anew at every try, so that no line is older than the one before.

        Raises:
            ClockLineRefused: the line so far does not hold together.
            CustodyBusy: others were quicker every time.
            DiskFull, DiskFault: nothing was written.
        """
        for _ in range(_TRIES):
            with self._lock:
                number, reading, before = len(self.entries()), clock(), self._last_sha256
            entry = ClockEntry(
                archive=self._book.archive,
                sequence=number,
                before=before,
                act=act,
                at=moment(reading),
                slept_ms=reading.slept_ms,
                stated_ms=stated_ms,
                by=by.person if by else None,
            )
            signed = envelope.sign(entry.to_bytes(), ClockEntry.PAYLOAD_TYPE, by.key if by else own)
            self._believed(number, signed)
            try:
                self._book.shelf.put(_name(number), signed, papers_until(reading.wall_ms))
            except (ShelfConflict, ShelfBusy):
                continue
            self.entries()
            return entry
        raise CustodyBusy("clock")

    def strangers(self) -> tuple[str, ...]:
        """Give the names that lie among the lines and are no line's: nobody reads them, somebody should look."""
        names = self._book.shelf.names(_PREFIX)
        return tuple(name for name in names if not _NAME.fullmatch(name.removeprefix(_PREFIX)))

    def _numbers(self) -> list[int]:
        found = []
        for name in self._book.shelf.names(_PREFIX):
            match = _NAME.fullmatch(name.removeprefix(_PREFIX))
            if match is not None:
                found.append(int(match[1]))
        return found

    def _believed(self, number: int, raw: bytes) -> ClockEntry:
        try:
            claimed = ClockEntry.parse(envelope.peek(raw, ClockEntry.PAYLOAD_TYPE, max_bytes=_LIMIT).payload)
            envelope.verify(raw, ClockEntry.PAYLOAD_TYPE, [self._key(claimed)], max_bytes=_LIMIT)
        except Refused as fault:
            raise ClockLineRefused(f"line {number}: {fault.detail}") from None
        if (claimed.archive, claimed.sequence) != (self._book.archive, number):
            raise ClockLineRefused(f"line {number} belongs elsewhere")
        return claimed

    def _key(self, claimed: ClockEntry) -> PublicKey:
        if (claimed.by is None) == (claimed.act is ClockAct.STATED):
            raise ClockLineRefused("people, and only people, state the time")
        return key_of(claimed.by, self._book.trust, claimed.at.wall_ms) if claimed.by else self._book.key


def _name(number: int) -> str:
    return f"{_PREFIX}{number:06}.json"


def _refuse_cut(found: Cut | None) -> None:
    if found is not None:
        raise ClockLineCut(found.detail, seen=found.seen, missing=found.missing)
