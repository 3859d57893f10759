"""What an administrator does at an archive: find, look, watch, hold, extend, destroy. No Qt; any thread may call.

Finding asks the catalogue, everything else reads the shelf. Whatever is watched is entered into custody first.
"""

import weakref
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from app.archive.catalogue import Catalogue, Condition, Entry, Month, Query
from app.archive.dossier import KEYLESS, OF_INTEREST, VERDICT, Dossier, entry_of, read_dossier
from app.archive.heads import HeadsOf, no_heads
from app.archive.indexing import Refreshed, Told, refresh
from app.archive.names import names_kept
from app.archive.playing import PlayingSource
from proctoring.vault.carrying.bundle import Carrier, export_bundle
from proctoring.vault.carrying.holdings import ArchiveHoldings, recordings_of
from proctoring.vault.carrying.media_register import MediaRegister, Medium
from proctoring.vault.carrying.request import Exported, ExportRequest, MakePapers, Progress
from proctoring.vault.format import RecordingReport
from proctoring.vault.format.outline import Tell, nobody
from proctoring.vault.format.verify import verify_recording
from proctoring.vault.retention.archive import Archive, Signer
from proctoring.vault.retention.forecast import Forecast, forecast
from proctoring.vault.retention.standing import Freeze
from proctoring.vault.retention.timekeeping import Evidence
from sync.faults import EnvironmentFault, Fault, Refused
from sync.trust.keys import SealingKey
from sync.wire.archive import CustodyAct, CustodyEntry, DestructionRecord

LOG_LENGTH: Final = 500
"""So many of the newest entries the log of views shows."""


class SiteKeyMissing(EnvironmentFault):
    """This archive has no key that opens recordings: they can be kept and verified, not watched."""

    code = KEYLESS


@dataclass(frozen=True)
class Outlook:
    """The retention calendar: what expires in which month, how long the disk lasts, whether the clock is believed.

    `reviews`: how many recordings have a hold that somebody should have looked at again by now.
    """

    months: tuple[Month, ...]
    forecast: Forecast
    evidence: Evidence
    reviews: int

    @property
    def recordings(self) -> int:
        """How many recordings are kept."""
        return sum(month.expiring for month in self.months)


@dataclass(frozen=True)
class Notices:
    """What an administrator has to know at once: media that should be back, a frozen clock, a store that gets full.

    `sessions`: so many more fit into the store; None where nobody can tell. `keyless`: nothing opens what is kept here.
    """

    overdue: tuple[Medium, ...]
    freeze: Freeze | None
    sessions: int | None
    keyless: bool = False


@dataclass(frozen=True)
class Views:
    """Who looked at, or took away, what. `names`: the candidates' by recording, as the catalogue has them.

    `broken`: recordings whose custody does not hold together, so that nobody can say.
    """

    entries: tuple[CustodyEntry, ...]
    names: dict[str, str]
    broken: tuple[str, ...] = ()


@dataclass(frozen=True)
class ExportWish:
    """What somebody wants to export: one recording, or (`session` not None) its session; where to, why, to whom."""

    recording: str
    session: str | None
    place: Path
    purpose: str
    recipients: tuple[str, ...]


class ArchiveDesk:
    """One archive, its catalogue, and the key that opens what is watched (None: nothing can be).

    `heads` gives the heads of a recording that left its seat.
    """

    def __init__(
        self, archive: Archive, catalogue: Catalogue, opener: SealingKey | None, heads: HeadsOf = no_heads
    ) -> None:
        self.archive: Final = archive
        self._heads: Final = heads
        self._catalogue: Final = catalogue
        self._opener: Final = opener

    def close(self) -> None:
        """Close the catalogue."""
        self._catalogue.close()

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
        fresh = names_kept(fresh, known)
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
        try:
            source = PlayingSource.open(folder, self._opener, dossier.about, self.archive.trust)
        except Fault:
            self.archive.let_go(folder)
            raise
        weakref.finalize(source, self.archive.let_go, folder)
        return source

    def note_snapshot(self, recording: str, person: Signer, sha256: str, at_ms: int) -> CustodyEntry:
        """Enter that somebody took a picture out of a recording."""
        facts = {"sha256": sha256, "at_ms": str(at_ms)}
        return self.archive.note(recording, CustodyAct.SNAPSHOT, person, None, **facts)

    def verify(self, recording: str, tell: Tell = nobody, person: Signer | None = None) -> RecordingReport:
        """Verify every byte of a recording and enter the verdict; `tell` may raise to end it, then nothing is entered.

        `person`: who asked for it; without one the archive did by itself.

        Raises:
            RecordingUnreadable; and what `Archive.note` raises.
        """
        with self.archive.using(recording) as folder:
            report = verify_recording(folder, self.archive.trust, left=self._heads(recording), tell=tell)
        facts = {VERDICT: report.verdict.value, "problems": str(len(report.findings))}
        self.archive.note(recording, CustodyAct.VERIFIED, person, None, **facts)
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
        now_ms = self.archive.clock().wall_ms
        lasts = forecast(self._catalogue.kept(), self.archive.shelf.free_bytes(), now_ms)
        reviews = self._catalogue.count(Query(condition=Condition.REVIEW, wall_ms=now_ms))
        return Outlook(tuple(self._catalogue.calendar()), lasts, self.archive.time(), reviews)

    def notices(self) -> Notices:
        """Give what somebody has to see to. Raises ClockLineRefused, MediaRegisterRefused, StorageFault."""
        now_ms = self.archive.clock().wall_ms
        overdue = tuple(medium for medium in self.register.media() if medium.overdue(now_ms))
        lasts = forecast(self._catalogue.kept(), self.archive.shelf.free_bytes(), now_ms)
        return Notices(overdue, self.archive.time().freeze, lasts.sessions, keyless=self._opener is None)

    def views(self) -> Views:
        """Give who viewed, exported, or took pictures, and why, the newest first, at most `LOG_LENGTH`.

        Custody that does not hold together is named, and keeps no other from being listed.
        """
        found, broken = list[CustodyEntry](), list[str]()
        names: dict[str, str] = {}
        for recording in self._catalogue.touched():
            try:
                found += [entry for entry in self.archive.custody(recording) if entry.act in OF_INTEREST]
            except Refused:
                broken.append(recording)
            entry = self._catalogue.entry(recording)
            names[recording] = entry.name if entry and entry.name else recording[:8]
        found.sort(key=lambda one: one.at.wall_ms, reverse=True)
        return Views(tuple(found[:LOG_LENGTH]), names, tuple(broken))

    # handing out

    @property
    def register(self) -> MediaRegister:
        """The register of media."""
        return MediaRegister(self.archive.ledger.book)

    def export(
        self, request: ExportWish, signer: Signer, working: Path, papers: MakePapers, tell: Callable[[Progress], None]
    ) -> Exported:
        """Export to a registered medium; `working` keeps on this machine how far it is. `tell` may raise to end it.

        Raises:
            SiteKeyMissing; and what `proctoring.vault.carrying.bundle.export_bundle` raises.
        """
        if self._opener is None:
            raise SiteKeyMissing
        session = request.session
        found = recordings_of(self.archive, session) if session else (request.recording,)
        asked = ExportRequest(found, session, request.purpose, self._opener, request.recipients)
        carrier = Carrier(request.place, self.register, signer, self.archive.clock, working)
        return export_bundle(ArchiveHoldings(self.archive), asked, carrier, papers, tell)
