"""An export bundle: recordings with everything a court needs to check them, in one folder on a registered medium.

Before the first byte of a recording is on the medium, its custody says that its export begins. Nothing counts before
the signed list is there, and that is written last: after every file was read back from the medium, and after the
custody of every recording says that it was exported. Then the whole export is checked by the very checker that others
use. What a pulled medium interrupts goes on: finished films are read back and kept, the unfinished one is written anew.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Final

from proctoring.vault.carrying.age import check_recipients, encrypt
from proctoring.vault.carrying.export_check import ONLY_SIGNERS, check_export
from proctoring.vault.carrying.film import Film
from proctoring.vault.carrying.foothold import LIST, SUMS, entered, sweep
from proctoring.vault.carrying.media_faults import ExportNotWhole, MediumGone
from proctoring.vault.carrying.media_register import MediaRegister, Medium, require_room
from proctoring.vault.carrying.medium import FoundMedium, MediumNameless, NoMedium, medium_at
from proctoring.vault.carrying.meter import Meter
from proctoring.vault.carrying.outlet import Write, Written, read_back, write_whole
from proctoring.vault.carrying.progress_file import ProgressFile
from proctoring.vault.carrying.request import (
    CoverFacts,
    Exported,
    ExportRequest,
    HandedOut,
    Holdings,
    MakePapers,
    NothingToExport,
    Progress,
    checked_purpose,
)
from proctoring.vault.carrying.webm import write_film, written_bytes
from proctoring.vault.format import layout
from proctoring.vault.format.plaintext import RecordingKeyWrong
from proctoring.vault.format.reading import lines, names, read_small
from proctoring.vault.format.report import RecordingTampered, RecordingUnreadable
from proctoring.vault.retention.faults import CustodyRefused
from proctoring.vault.retention.people import Signer
from proctoring.vault.retention.timekeeping import moment
from sync.replica.durable import DiskFault, DiskFull, disk_faults
from sync.trust import envelope
from sync.trust.anchor import ROOT_FILE
from sync.trust.clock import ClockReading
from sync.wire.archive import RecordingAbout, TimelineKind
from sync.wire.document import canonical_json
from sync.wire.export import ExportedFile, ExportedRecording, ExportList, LeftOut
from sync.wire.recording import RecordingManifest

_PAPERS_BYTES: Final = 4_000_000  # room for what is small, once for each recording
_MOST_PAPER_BYTES: Final = 2 * RecordingManifest.MAX_BYTES
_OPENING_BYTES: Final = 200_000

Find = Callable[[Path], FoundMedium]


@dataclass(frozen=True)
class Carrier:
    """Where an export goes and who answers for it. `working` keeps on this machine how far it is.

    `find` looks up the medium under a folder; only a test that has no medium gives another.
    """

    place: Path
    register: MediaRegister
    signer: Signer
    clock: Callable[[], ClockReading]
    working: Path
    find: Find = medium_at


def export_bundle(
    holdings: Holdings,
    request: ExportRequest,
    carrier: Carrier,
    papers: MakePapers,
    tell: Callable[[Progress], None] | None = None,
) -> Exported:
    """Export recordings to a registered medium that is out; started again after an interruption it goes on.

    Recordings that do not verify or do not open are left out, and the list says so.

    Raises:
        PurposeMissing, NothingToExport, AgeRecipientRefused: the request cannot be carried out.
        NoMedium, MediumNameless, and what `MediaRegister.require_out` raises: the medium may not be used.
        MediumTooSmall, MediumGone, DiskFull, DiskFault, ReadBackDiffers: it stopped; finished films are kept.
        NoFolder: on the medium a link, or something else, stands where a folder of the export has to be.
        ExportNotWhole: everything was written, and the check finds fault with it; the next try begins a new folder.
    """
    recordings = tuple(dict.fromkeys(request.recordings))
    request = replace(request, purpose=checked_purpose(request.purpose))
    if not recordings:
        raise NothingToExport(asked=0)
    check_recipients(request.recipients)
    found = carrier.find(carrier.place)
    medium = carrier.register.require_out(found, carrier.clock())
    run = _Run(holdings, request, recordings, carrier, (found, medium), tell)
    return run.all(papers)


class _Run:
    """One try at an export."""

    def __init__(
        self,
        holdings: Holdings,
        request: ExportRequest,
        recordings: tuple[str, ...],
        carrier: Carrier,
        medium: tuple[FoundMedium, Medium],
        tell: Callable[[Progress], None] | None,
    ) -> None:
        self._holdings = holdings
        self._request = request
        self._recordings = recordings
        self._carrier = carrier
        self._found, self._medium = medium
        now = carrier.clock()
        name = f"examroom-{datetime.fromtimestamp(now.wall_ms / 1000, UTC):%Y%m%d}"
        person = carrier.signer.person
        self._progress = ProgressFile(carrier.working, request, self._found.serial, person.keyid, name)
        self._folder = carrier.place / self._progress.state.folder
        estimates = [written_bytes(_sealed_bytes(holdings, one), request.recipients) for one in recordings]
        self._meter = Meter(estimates, tell)
        self._needed = sum(estimates) + _PAPERS_BYTES * len(recordings)
        self._files: dict[str, ExportedFile] = {}
        self._left_out: list[LeftOut] = []

    def all(self, papers: MakePapers) -> Exported:
        """Write everything in its order."""
        with self._on_medium():
            self._begin()
        handed = [one for at, recording in enumerate(self._recordings) if (one := self._recording(at, recording))]
        if not handed:
            raise NothingToExport(asked=len(self._recordings))
        self._shared_papers()
        now = self._carrier.clock()
        for name, data in papers(self._cover(handed, now)).items():
            self._paper(name, data)
        listed = ExportList(
            export=self._progress.state.export,
            archive=self._holdings.archive,
            session=self._request.session,
            by=self._carrier.signer.person,
            at=moment(now),
            purpose=self._request.purpose,
            serial=self._medium.serial,
            label=self._medium.label,
            recipients=tuple(sorted(check_recipients(self._request.recipients))),
            recordings=tuple(self._entered(one) for one in handed),
            left_out=tuple(self._left_out),
            files=(),
        )
        self._paper(SUMS, self._sums())
        files = tuple(self._files[path] for path in sorted(self._files))
        listed = listed.model_copy(update={"files": files})
        signed = envelope.sign(listed.to_bytes(), ExportList.PAYLOAD_TYPE, self._carrier.signer.key)
        self._paper(LIST, signed)
        self._progress.remove()
        self._check()
        return Exported(self._folder, listed)

    # the medium

    def _begin(self) -> None:
        finished = sum(one.bytes for one in self._progress.state.films)
        require_room(self._found, self._medium.label, self._needed - finished)
        with entered(self._carrier.place, (self._folder.name,), make=True) as folder:
            sweep(folder)
            with suppress(FileNotFoundError):
                os.unlink(LIST, dir_fd=folder)  # it would speak of files that are about to be replaced
            os.fsync(folder)

    def _check(self) -> None:
        """Check what lies on the medium now as everybody will. Whose signatures count is for others to say."""
        with self._on_medium():
            found = check_export(self._folder)
        wrong = next((one for one in found.problems if one.code not in ONLY_SIGNERS), None)
        if wrong is not None:
            raise ExportNotWhole(f"{wrong.code} {wrong.detail}", file=wrong.where, folder=self._folder.name)

    @contextmanager
    def _on_medium(self) -> Iterator[None]:
        """See to it that the medium is the one it was, and tell a medium that was pulled from one that fails."""
        self._require_same()
        try:
            with disk_faults(self._carrier.place, self._needed):
                yield
        except DiskFull:
            raise
        except DiskFault:
            self._require_same()
            raise

    def _require_same(self) -> None:
        with suppress(NoMedium, MediumNameless):
            now = self._carrier.find(self._carrier.place)
            if (now.serial, now.mount) == (self._found.serial, self._found.mount):
                return
        raise MediumGone(label=self._medium.label) from None

    def _paper(self, path: str, data: bytes) -> None:
        """Write a small file; encrypted if it can name somebody and the export is encrypted."""

        def fill(write: Write) -> None:
            write(data)

        self._write(path, lambda target, folder: write_whole(target, fill, needed=len(data), folder=folder))

    def _private_paper(self, path: str, data: bytes) -> None:
        recipients = self._request.recipients
        if not recipients:
            self._paper(path, data)
            return

        def fill(write: Write) -> None:
            encrypt((data,), recipients, write)

        self._write(f"{path}.age", lambda target, folder: write_whole(target, fill, needed=len(data), folder=folder))

    def _write(self, path: str, write: Callable[[Path, int], Written]) -> ExportedFile:
        with self._on_medium(), entered(self._carrier.place, self._above(path), make=True) as folder:
            written = write(self._folder / path, folder)
        self._files[path] = ExportedFile(path=path, bytes=written.bytes, sha256=written.sha256)
        return self._files[path]

    def _above(self, path: str) -> tuple[str, ...]:
        """Give the folders a file lies in, from the medium on."""
        return (self._folder.name, *Path(path).parent.parts)

    # one recording

    @property
    def _facts(self) -> dict[str, str]:
        """What both entries in a recording's custody say of this export; it stays the same when it is gone on with."""
        return {"export": self._progress.state.export, "serial": self._medium.serial}

    def _recording(self, at: int, recording: str) -> HandedOut | None:
        """Write one recording's folder; None if it is left out."""
        self._meter.begin(at, written_bytes(_sealed_bytes(self._holdings, recording), self._request.recipients))
        try:
            folder = self._holdings.folder(recording)
            film = Film(folder, self._request.key)
        except (RecordingTampered, RecordingKeyWrong, RecordingUnreadable, CustodyRefused) as fault:
            self._left_out.append(LeftOut(recording=recording, code=fault.code))
            self._meter.end()
            return None
        self._meter.begin(at, written_bytes(film.bytes, self._request.recipients))
        base = f"recordings/{recording}"
        self._holdings.note_begun(recording, self._carrier.signer, self._request.purpose, self._facts)
        written = self._film(film, f"{base}/film.webm{'.age' if self._request.recipients else ''}")
        for name, data in _signed_papers(folder):
            self._paper(f"{base}/{name}", data)
        about = self._holdings.about(recording, self._request.key)
        if about is not None:
            self._private_paper(f"{base}/about.json", about.signed)
            marks = [mark.model_dump(mode="json") for mark in about.document.timeline]
            incidents = [mark for mark in marks if mark["kind"] == TimelineKind.INCIDENT]
            self._private_paper(f"{base}/incidents.json", canonical_json(incidents) + b"\n")
        self._meter.end()
        manifest = self._files.get(f"{base}/{layout.MANIFEST}")
        return HandedOut(
            recording,
            manifest.sha256 if manifest else None,
            film.examination.report.verdict,
            film.examination.outline.duration_ms or film.duration_ms,  # as every other paper has it; a film ends later
            written.path,
            written.bytes,
            written.sha256,
            about.document if about and not self._request.recipients else None,
            film.began_ms,
            about.document.exam_title if about else None,
            _simulated(film, about.document if about else None),
        )

    def _film(self, film: Film, path: str) -> ExportedFile:
        kept = self._progress.finished(path)
        if kept is not None and self._is_there(kept):
            self._files[path] = kept
            return kept
        to, tell = self._request.recipients, self._meter.add
        written = self._write(path, lambda target, folder: write_film(film, target, to, tell, folder))
        self._progress.add(written)
        return written

    def _is_there(self, kept: ExportedFile) -> bool:
        """Tell whether a film that was finished before is on the medium as it was."""
        with self._on_medium():
            try:
                with entered(self._carrier.place, self._above(kept.path)) as folder:
                    found = read_back(Path(kept.path).name, folder)
            except FileNotFoundError:
                return False
        return found == Written(kept.bytes, kept.sha256)

    def _entered(self, one: HandedOut) -> ExportedRecording:
        """Enter in the recording's custody that it was exported, and hand its custody out with it."""
        facts = {**self._facts, "film_sha256": one.sha256}
        self._require_same()
        self._holdings.note_exported(one.recording, self._carrier.signer, self._request.purpose, facts)
        custody = self._holdings.custody(one.recording)
        self._paper(f"recordings/{one.recording}/custody.jsonl", b"".join(entry + b"\n" for entry in custody))
        return ExportedRecording(
            recording=one.recording,
            manifest_sha256=one.manifest_sha256,
            verdict=one.verdict,
            duration_ms=one.duration_ms,
            film=one.film,
            custody_sha256=sha256(custody[-1]).hexdigest(),
        )

    # what belongs to all of them

    def _shared_papers(self) -> None:
        if self._request.session:
            for record in self._holdings.room_records(self._request.session):
                self._private_paper(f"room-records/{sha256(record).hexdigest()[:32]}.json", record)
        for name, data in self._holdings.public_papers().items():
            self._paper(name, data)

    def _cover(self, handed: list[HandedOut], now: ClockReading) -> CoverFacts:
        return CoverFacts(
            self._progress.state.export,
            self._holdings.archive,
            self._request.session,
            self._carrier.signer.person,
            now.wall_ms,
            self._request.purpose,
            self._medium,
            check_recipients(self._request.recipients),
            tuple(handed),
            tuple(self._left_out),
            self._files[f"trust/{ROOT_FILE}"].sha256,
        )

    def _sums(self) -> bytes:
        """Write what `sha256sum --check` reads."""
        return "".join(f"{self._files[path].sha256}  {path}\n" for path in sorted(self._files)).encode()


def _simulated(film: Film, about: RecordingAbout | None) -> tuple[str, ...]:
    """Say what of a recording is not real, by the papers its seat signed."""
    tracks = [source.track for source in film.examination.outline.sources if source.simulated]
    candidate = ["candidate"] if about is not None and about.simulated else []
    return tuple(dict.fromkeys((*candidate, *tracks)))


def _sealed_bytes(holdings: Holdings, recording: str) -> int:
    try:
        return holdings.sealed_bytes(recording)
    except CustodyRefused:  # it is missing, or nobody may believe its custody: it is going to be left out
        return 0


def _signed_papers(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Give a recording's signed papers as they are."""
    there = names(folder)
    for name in sorted(there):
        if name in {layout.MANIFEST, layout.DEVICE_KEY}:
            yield name, read_small(folder / name, _MOST_PAPER_BYTES)
        elif name == layout.HEADS:
            yield name, b"".join(lines(folder / name, layout.MAX_HEAD_LINE_BYTES, layout.MAX_HEADS_BYTES))
        elif layout.opening_number(name) is not None:
            yield name, read_small(folder / name, _OPENING_BYTES)
