"""Everything an archive knows of one recording, read anew from its shelf."""

from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from app.archive.catalogue import Entry
from proctoring.vault.format.about import AboutRefused, open_about
from proctoring.vault.retention.archive import Archive
from proctoring.vault.retention.ledger import Situation, record_name
from proctoring.vault.retention.standing import Standing
from proctoring.vault.retention.timekeeping import Evidence
from proctoring.vault.store.shelf import ShelfNameMissing
from sync.faults import Fault
from sync.trust.keys import SealingKey
from sync.wire.archive import CustodyAct, CustodyEntry, DestructionRecord, RecordingAbout, SealedAbout

VERDICT: Final = "verdict"
"""The fact of a custody entry that says what a verification found."""
KEYLESS: Final = "SITE_KEY_MISSING"
"""Why nobody here knows whom a recording shows: there is no key (`app.archive.desk.SiteKeyMissing`)."""
OF_INTEREST: Final = frozenset({CustodyAct.VIEWED, CustodyAct.SNAPSHOT, CustodyAct.EXPORT_BEGUN, CustodyAct.EXPORTED})
"""What the archive's own log lists: who saw, or took away, what."""
_MAX_ABOUT: Final = SealedAbout.MAX_BYTES
_MAX_RECORD: Final = 2 * DestructionRecord.MAX_BYTES


@dataclass(frozen=True)
class Dossier:
    """One recording: its verified papers, where it stands, whom it shows.

    `about` is None where nobody here may open it, or the seat never wrote it; `about_trouble` then says why by a
    fault's code, empty where there is none. `record_sha256`: of the signed record of its destruction, as it lies on the
    shelf, if it was destroyed.
    """

    recording: str
    situation: Situation
    standing: Standing
    about: RecordingAbout | None
    about_trouble: str = ""
    record_sha256: str = ""

    @property
    def verdict(self) -> str:
        """What the last verification found, empty before the first."""
        return verdict_of(self.situation.chain.entries)

    @property
    def custody(self) -> tuple[CustodyEntry, ...]:
        """The custody, the oldest entry first."""
        return self.situation.chain.entries


def verdict_of(entries: tuple[CustodyEntry, ...]) -> str:
    """Give what the last verification found."""
    said = (one.facts[VERDICT] for one in reversed(entries) if VERDICT in one.facts and _by_looking(one))
    return next(said, "")


def _by_looking(entry: CustodyEntry) -> bool:
    return entry.act in (CustodyAct.VERIFIED, CustodyAct.ARRIVED)


def read_dossier(
    archive: Archive, recording: str, opener: SealingKey | None, evidence: Evidence | None = None
) -> Dossier:
    """Read a recording's papers from the shelf. `evidence`: what time it is, if that was found out already.

    Raises:
        RecordingUnknown, CustodyRefused, ClockLineRefused: there are none, or none to believe.
    """
    situation = archive.ledger.situation(recording)
    now = evidence or archive.time()
    stands = archive.standing_of(situation, now)
    about, trouble = _about(archive, situation, opener)
    signed = archive.shelf.read(record_name(recording), 0, _MAX_RECORD) if situation.record is not None else b""
    return Dossier(recording, situation, stands, about, trouble, sha256(signed).hexdigest() if signed else "")


def entry_of(dossier: Dossier, print_: str) -> Entry:
    """Give what the catalogue says of a recording; `print_` is what the shelf had when it was read."""
    situation, about = dossier.situation, dossier.about
    manifest = situation.manifest.document if situation.manifest else None
    record = situation.record
    flags = manifest.flags if manifest else ()
    session = manifest.session if manifest else record.session if record else dossier.situation.session or ""
    return Entry(
        recording=dossier.recording,
        manifest_sha256=situation.terms.manifest_sha256,
        session=session,
        sitting=manifest.sitting if manifest else record.sitting if record else "",
        started_ms=manifest.started.wall_ms if manifest else record.recorded.wall_ms if record else 0,
        duration_ms=manifest.duration_ms if manifest else 0,
        bytes=situation.manifest.bytes if situation.manifest else 0,
        gaps=len(manifest.gaps) if manifest else 0,
        flags=tuple(dict.fromkeys(flag.kind for flag in flags)),
        flag_count=len(flags),
        verdict=dossier.verdict,
        state=dossier.standing.state.value,
        retain_until_ms=dossier.standing.retain_until_ms,
        holds=len(dossier.standing.holds),
        proposed=int(dossier.standing.proposal is not None),
        name=about.name if about else "",
        admission_number=about.admission_number if about else "",
        id_number_masked=about.id_number_masked if about else "",
        seat=about.seat_label if about else "",
        site=about.site if about else "",
        room=about.room if about else "",
        title_zh=about.exam_title.zh if about else "",
        title_en=about.exam_title.en if about else "",
        opens_ms=about.opens_ms if about else 0,
        simulated=_simulated(dossier),
        viewed_ms=max((one.at.wall_ms for one in dossier.custody if one.act in OF_INTEREST), default=0),
        trouble=dossier.about_trouble,
        print=print_,
        review_ms=min((hold.review_ms for hold in dossier.standing.holds if hold.review_ms), default=0),
    )


def broken_entry(recording: str, fault: Fault, print_: str) -> Entry:
    """Give the entry of a recording whose papers cannot be believed: it must not drop out of sight."""
    return Entry(
        recording=recording, manifest_sha256="", session="", sitting="", started_ms=0, duration_ms=0, bytes=0,
        gaps=0, flags=(), flag_count=0, verdict="tampered", state="", retain_until_ms=0, holds=0, proposed=0,
        name="", admission_number="", id_number_masked="", seat="", site="", room="", title_zh="", title_en="",
        opens_ms=0, simulated=False, viewed_ms=0, trouble=fault.code, print=print_, review_ms=0,
    )  # fmt: skip


def _simulated(dossier: Dossier) -> bool:
    manifest = dossier.situation.manifest
    sources = manifest.document.sources if manifest else ()
    return any(source.simulated for source in sources) or (dossier.about is not None and dossier.about.simulated)


def _about(archive: Archive, situation: Situation, opener: SealingKey | None) -> tuple[RecordingAbout | None, str]:
    manifest = situation.manifest
    if manifest is None:
        return None, ""
    if opener is None:
        shows = archive.shelf.size(about_name(situation.recording)) is not None
        return None, KEYLESS if shows else ""
    device = archive.trust.device(manifest.document.device)
    try:
        raw = archive.shelf.read(about_name(situation.recording), 0, _MAX_ABOUT + 1)
        if device is None:
            return None, AboutRefused.code
        signers = [key for key in archive.trust.device_keys() if key.keyid == manifest.document.device_keyid]
        return open_about(raw, situation.recording, manifest.sha256, opener, signers), ""
    except ShelfNameMissing:
        return None, ""
    except AboutRefused as fault:
        return None, fault.code


def about_name(recording: str) -> str:
    """Name what a recording shows on the shelf."""
    return f"about/{recording}.sealed"
