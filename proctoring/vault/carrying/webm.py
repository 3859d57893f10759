"""Exporting one recording into one file: a WebM, or the same WebM encrypted with age."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from proctoring.vault.carrying.age import check_recipients, encrypt
from proctoring.vault.carrying.film import Film
from proctoring.vault.carrying.outlet import Progress, Write, Written, write_whole
from proctoring.vault.format.report import Finding, Verdict
from proctoring.vault.retention.ledger import STORE
from sync.faults import EnvironmentFault, Refused
from sync.replica.durable import disk_faults, require_space
from sync.trust.keys import SealingKey

_AGE_HEAD_BYTES = 4_096  # the most that age adds, besides 16 bytes for each 65,536
_AGE_CHUNK = 65_536
_AGE_TAG = 16
_INSTEAD = (
    "examroom recording export --recording {} --home DIR --medium DIR --purpose TEXT --administrator NAME --key FILE"
)
_SHELVED = "recordings"  # where a shelf has its recordings, beside its `store.json`


class ExportPlaceRefused(EnvironmentFault):
    """The export cannot be written there: the name is taken or none, the folder missing or the recording itself."""

    code = "EXPORT_PLACE_REFUSED"


class ExportFromShelf(Refused):
    """The recording lies on an archive's shelf; the archive's own export enters it in the custody.

    Facts: `folder`, and the `command` that exports it from the archive.
    """

    code = "EXPORT_FROM_SHELF"


@dataclass(frozen=True)
class ExportReport:
    """What was written: length in time and bytes, digest of the file, and what the recording was found to be."""

    duration_ms: int
    bytes: int
    sha256: str
    verdict: Verdict
    findings: tuple[Finding, ...]


def export_recording(
    folder: Path, out: Path, key: SealingKey, recipients: Sequence[str] = (), progress: Progress | None = None
) -> ExportReport:
    """Write the recording in `folder` to `out`, opened with a recipient's key. `out` appears whole or not at all.

    With `recipients` (`age1…`) the file is encrypted to them, and nothing of it is ever written in the clear.

    Raises:
        ExportFromShelf: it lies on an archive's shelf. (A copy elsewhere may be exported by whoever holds a key.)
        RecordingTampered: it does not verify; nothing is written.
        RecordingKeyWrong: it was not sealed to this key.
        RecordingUnreadable: there is no recording, nothing in it, or the disk does not give it.
        ExportPlaceRefused, AgeRecipientRefused: see there.
        DiskFull, DiskFault, ReadBackDiffers: the export cannot be written.
    """
    sealed_to = check_recipients(recipients)
    _check_source(folder)
    film = Film(folder, key)
    _check_place(folder, out)
    with disk_faults(out.parent, film.bytes):
        require_space(out.parent, written_bytes(film.bytes, sealed_to))
    written = write_film(film, out, sealed_to, progress)
    report = film.examination.report
    return ExportReport(film.duration_ms, written.bytes, written.sha256, report.verdict, report.findings)


def write_film(
    film: Film, out: Path, recipients: Sequence[str], progress: Progress | None = None, folder: int | None = None
) -> Written:
    """Write a film durably, read back; encrypted if there are recipients. See `write_whole`, also for its faults."""

    def fill(write: Write) -> None:
        if recipients:
            encrypt(film.chunks(), recipients, write)
            return
        for chunk in film.chunks():
            write(chunk)

    return write_whole(out, fill, needed=film.bytes, progress=progress, folder=folder)


def written_bytes(plain_bytes: int, recipients: Sequence[str]) -> int:
    """Give the most bytes a file has on the medium that has so many in the clear."""
    if not recipients:
        return plain_bytes
    return plain_bytes + _AGE_HEAD_BYTES + (plain_bytes // _AGE_CHUNK + 1) * _AGE_TAG


def _check_source(folder: Path) -> None:
    place = folder.resolve()
    for one in (place, *place.parents):
        if one.parent.name == _SHELVED and (one.parent.parent / STORE).is_file():
            raise ExportFromShelf(folder=str(folder), command=_INSTEAD.format(one.name))


def _check_place(folder: Path, out: Path) -> None:
    try:
        os.lstat(out)
    except FileNotFoundError:
        taken = False
    except (OSError, ValueError) as error:
        raise ExportPlaceRefused(f"no name for a file: {error}", file=out.name) from None
    else:
        taken = True
    if taken or not out.parent.is_dir():
        raise ExportPlaceRefused("taken, or in no folder", file=out.name)
    if folder.resolve() in out.resolve().parents:
        raise ExportPlaceRefused("inside the recording", file=out.name)
