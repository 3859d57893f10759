"""What goes on at an archive by itself: arrivals are received, the clocks are written down, what is due is stated.

It deletes nothing by itself: only a destruction that two administrators agreed to, and that a kill interrupted, is
brought to its end.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from app.archive.heads import HeadsThatLeft
from app.archive.home import ArchiveHome
from proctoring.vault.carrying.media_register import MediaRegister
from proctoring.vault.retention.archive import Archive, State
from proctoring.vault.retention.forecast import Kept, forecast
from proctoring.vault.store.abouts import look_at_about, look_at_abouts
from proctoring.vault.store.receiving import Outcome, Received, Receiver, receive_all
from proctoring.vault.store.shelf import ShelfAway
from sync.faults import Fault, Refused
from sync.replica.durable import disk_faults
from sync.trust.anchor import DIRECTORY_FILE

DAILY_MS: Final = 86_400_000


class Happening(StrEnum):
    """What the service tells."""

    ARRIVED = "arrived"
    SENT_AGAIN = "sent_again"
    ASIDE = "aside"
    FAILED = "failed"
    CLOCK = "clock"
    FROZEN = "frozen"
    EXPIRABLE = "expirable"
    MISSING = "missing"
    DESTROYED = "destroyed"
    MEDIUM_DUE = "medium_due"
    DISK_FULL = "disk_full"
    TROUBLE = "trouble"


@dataclass(frozen=True)
class Event:
    """One thing that happened, and its ids, codes and figures: nothing personal."""

    happening: Happening
    facts: dict[str, str | int] = field(default_factory=dict)


class ArchiveService:
    """The archive's background work, one turn after the other."""

    def __init__(self, home: ArchiveHome, opened: Callable[[], Archive]) -> None:
        """`opened` opens the archive: now, and again whenever the registry's public keys were renewed."""
        self._home = home
        self._opened = opened
        self._believes = self._directory()
        self._archive = opened()
        self._looked_ms: int | None = None
        self._frozen = False

    def turn(self) -> Iterator[Event]:
        """Do what is to be done now; the clock line and what is due once a day, and when the service starts.

        Raises:
            ClockLineRefused, DiskFault: the clock could not be written down.
            StorageFault's kin: the store does not say, or do, what it is asked.
        """
        directory = self._directory()
        if directory != self._believes:  # who was revoked counts no more, a new seat's recordings are believed
            self._archive, self._believes = self._opened(), directory
        receiver = self._receiver()
        aside = False
        for received in receive_all(receiver):
            yield _received(received)
            aside = aside or received.outcome is Outcome.ASIDE
            yield from map(_received, look_at_about(receiver, received.recording))
        now = self._archive.clock().mono_ms
        daily = self._looked_ms is None or now - self._looked_ms >= DAILY_MS
        if daily:
            yield from map(_received, look_at_abouts(receiver))
        frozen = self._archive.time().freeze is not None
        if daily or frozen != self._frozen:
            yield self._clock()
            self._frozen = frozen
        if daily:
            yield from self._due()
            self._looked_ms = now  # last: what a store that drops interrupts is looked at again
        elif aside:
            self._archive.settle_papers(())

    def _directory(self) -> int:
        file = self._home.trust / DIRECTORY_FILE
        with disk_faults(file.parent, needed=0):
            return file.stat().st_mtime_ns

    def _receiver(self) -> Receiver:
        archive = self._archive
        return Receiver(
            archive.shelf,
            archive.trust,
            archive.identity.archive,
            archive.key,
            archive.take_over,
            archive.copies,
            heads=HeadsThatLeft(self._home, once=True),
            clock=archive.clock,
        )

    def _clock(self) -> Event:
        evidence = self._archive.write_clock_line()
        if evidence.freeze is None:
            return Event(Happening.CLOCK, {"sure_ms": evidence.sure_ms})
        facts: dict[str, str | int] = {"said_ms": evidence.freeze.said_ms, "expected_ms": evidence.freeze.expected_ms}
        return Event(Happening.FROZEN, facts)

    def _due(self) -> Iterator[Event]:
        archive, kept = self._archive, list[Kept]()
        evidence = archive.time()
        for recording in archive.recordings():
            try:
                kept.append(archive.kept_of(recording, evidence))
                if kept[-1].state is State.MISSING:
                    yield Event(Happening.MISSING, {"recording": recording})
                for name in archive.odd(recording):
                    yield Event(Happening.TROUBLE, {"recording": recording, "stranger": name})
                if kept[-1].state is State.DESTROYING:
                    archive.destroy(recording)
                    yield Event(Happening.DESTROYED, {"recording": recording})
                elif kept[-1].state is State.EXPIRABLE and not kept[-1].held:
                    yield Event(Happening.EXPIRABLE, {"recording": recording, "until_ms": kept[-1].retain_until_ms})
                archive.settle_if_needed(kept[-1])
            except ShelfAway:
                raise  # of all of them, not of this one
            except Fault as fault:
                yield Event(Happening.TROUBLE, {"recording": recording, "code": fault.code})
        for name in (*archive.ledger.clock_line.strangers(), *archive.strangers()):
            yield Event(Happening.TROUBLE, {"stranger": name[:200]})
        now_ms = archive.clock().wall_ms
        yield from self._media(now_ms)
        outlook = forecast(kept, archive.shelf.free_bytes(), now_ms)
        if outlook.full:
            yield Event(Happening.DISK_FULL, {"free_bytes": outlook.free_bytes or 0})
        archive.settle_papers(kept)

    def _media(self, now_ms: int) -> Iterator[Event]:
        try:
            for medium in MediaRegister(self._archive.ledger.book).media():
                if medium.overdue(now_ms):
                    yield Event(Happening.MEDIUM_DUE, {"serial": medium.serial, "due_ms": medium.due_ms or 0})
        except Refused as fault:
            yield Event(Happening.TROUBLE, {"register": "media", "code": fault.code})


def _received(received: Received) -> Event:
    facts: dict[str, str | int] = {"recording": received.recording}
    if received.outcome is Outcome.ARRIVED:
        facts["verdict"] = received.verdict
    if received.reason is not None:
        facts["reason"] = received.reason.value
    if received.fault is not None:
        facts["code"] = received.fault.code
    return Event(Happening(received.outcome.value), facts)
