"""What an administrator does at an archive: find, look, watch, hold, extend, destroy. No Qt; any thread may call.

Finding asks the catalogue, everything else reads the shelf. Whatever is watched is entered into custody first.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from app.archive.catalogue import Catalogue, Entry, Month, Query
from app.archive.dossier import OF_INTEREST, VERDICT, Dossier, entry_of, read_dossier
from app.archive.indexing import Refreshed, Told, refresh
from app.archive.playing import PlayingSource
from proctoring.vault.format import RecordingReport
from proctoring.vault.format.verify import verify_recording
from proctoring.vault.retention.archive import Archive, Signer
from proctoring.vault.retention.timekeeping import Evidence
from sync.faults import EnvironmentFault
from sync.trust.keys import SealingKey
from sync.wire.archive import CustodyAct, CustodyEntry, DestructionRecord

LOG_LENGTH: Final = 500
"""So many of the newest entries the log of views shows."""


class SiteKeyMissing(EnvironmentFault):
    """This archive has no key that opens recordings: they can be kept and verified, not watched."""

    code = "SITE_KEY_MISSING"


@dataclass(frozen=True)
class Outlook:
    """The retention calendar: months, free bytes, how many more recordings and sessions fit (None: nobody can tell).

    `evidence` says what time it surely is, and whether the clock is believed.
    """

    months: tuple[Month, ...]
    recordings: int
    free_bytes: int | None
    sessions_left: int | None
    evidence: Evidence


class ArchiveDesk:
    """One archive, its catalogue, and the key that opens what is watched (None: nothing can be)."""

    def __init__(self, archive: Archive, catalogue: Catalogue, opener: SealingKey | None) -> None:
        self.archive: Final = archive
        self._catalogue: Final = catalogue
        self._opener: Final = opener

    def now_ms(self) -> int:
        """Give the time that evidence allows to believe, ms. Raises ClockLineRefused."""
        return self.archive.time().sure_ms

    # finding

    def page(self, query: Query, after: Entry | None = None) -> list[Entry]:
        """Give the next entries that fit, the newest first."""
        return self._catalogue.page(query, after)

    def count(self, query: Query) -> int:
        """Count what fits."""
        return self._catalogue.count(query)

    def refresh(self, told: Told, stopped: Callable[[], bool], *, anew: bool = False) -> Refreshed:
        """Make the catalogue say what the shelf has. Raises what `app.archive.indexing.refresh` raises."""
        return refresh(self.archive, self._catalogue, self._opener, anew=anew, told=told, stopped=stopped)

    # one recording

    def look(self, recording: str) -> Dossier:
        """Read a recording's papers from the shelf, and let the catalogue know.

        Raises:
            RecordingUnknown, CustodyRefused, ClockLineRefused.
        """
        dossier = read_dossier(self.archive, recording, self._opener)
        known = self._catalogue.entry(recording)
        fresh = entry_of(dossier, known.print if known else "")
        if fresh != known:
            self._catalogue.put([fresh])
        return dossier

    def watch(self, dossier: Dossier, person: Signer, purpose: str) -> PlayingSource:
        """Enter who views a recording and why, then open it; nothing is opened that is not entered.

        Raises:
            SiteKeyMissing: nothing was entered.
            RecordingTampered, RecordingUnreadable, RecordingKeyWrong, SealRefused: the view is entered all the same.
            what `Archive.note` raises: then nothing is opened.
        """
        if self._opener is None:
            raise SiteKeyMissing
        self.archive.note(dossier.recording, CustodyAct.VIEWED, person, purpose)
        folder = self.archive.folder(dossier.recording)
        return PlayingSource.open(folder, self._opener, dossier.about, self.archive.trust)

    def note_snapshot(self, recording: str, person: Signer, sha256: str, at_ms: int) -> CustodyEntry:
        """Enter that somebody took a picture out of a recording."""
        facts = {"sha256": sha256, "at_ms": str(at_ms)}
        return self.archive.note(recording, CustodyAct.SNAPSHOT, person, None, **facts)

    def verify(self, recording: str) -> RecordingReport:
        """Verify every byte of a recording and enter the verdict.

        Raises:
            RecordingUnreadable; and what `Archive.note` raises.
        """
        report = verify_recording(self.archive.folder(recording), self.archive.trust)
        facts = {VERDICT: report.verdict.value, "problems": str(len(report.findings))}
        self.archive.note(recording, CustodyAct.VERIFIED, None, None, **facts)
        return report

    def approve(self, recording: str, second: Signer, proposal: int) -> DestructionRecord | None:
        """Approve a proposal as another person than its maker; when enough have, destroy. None: more have to approve.

        Raises:
            SecondPersonNeeded, NotExpired, RecordingHeld, ClockFrozen, ActRefused, AdministratorRefused, StorageFault.
        """
        self.archive.approve_destruction(recording, second, proposal)
        if not self.archive.standing(recording).may_be_destroyed:
            return None
        return self.archive.destroy(recording, second)

    # the archive as a whole

    def outlook(self) -> Outlook:
        """Give the retention calendar and how long the disk lasts, by what the catalogue says.

        Raises:
            ClockLineRefused.
        """
        months = tuple(self._catalogue.calendar())
        recordings = sum(month.expiring for month in months)
        kept_bytes = sum(month.bytes for month in months)
        free = self.archive.shelf.free_bytes()
        sessions = self._catalogue.sessions()
        left = free * sessions // kept_bytes if free is not None and kept_bytes and sessions else None
        return Outlook(months, recordings, free, left, self.archive.time())

    def views(self) -> list[CustodyEntry]:
        """Give who viewed, exported, or took pictures, and why; the newest first, at most `LOG_LENGTH`.

        Raises:
            CustodyRefused: a recording's custody does not hold together.
        """
        found: list[CustodyEntry] = []
        for recording in self._catalogue.touched():
            entries = self.archive.custody(recording)
            found += [entry for entry in entries if entry.act in OF_INTEREST]
        return sorted(found, key=lambda entry: entry.at.wall_ms, reverse=True)[:LOG_LENGTH]
