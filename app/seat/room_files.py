"""A closed session's record as files to hand over: the signed bytes, and the same on paper's size."""

import hashlib
from pathlib import Path

from app.seat.home import SeatHome
from app.seat.room_paper import print_record
from app.seat.room_record import kept_record, read_record
from app.seat.workplace import Workplace
from sync.replica.cabinet import DocumentKind
from sync.replica.durable import private_folder, sweep_leftovers, write_durably


def paper_of(envelope: bytes) -> bytes:
    """Lay a record out on paper's size, PDF. On the thread of the screens: a text document has timers of its own."""
    return print_record(read_record(envelope), hashlib.sha256(envelope).hexdigest()).pdf


def write_files(home: SeatHome, envelope: bytes, paper: bytes) -> tuple[Path, Path]:
    """Write the PDF and the signed file of a record, whole or not at all each, and give both. From any thread.

    Raises:
        DiskFull, DiskFault: the record itself is kept in the cabinet; call again.
    """
    private_folder(home.records)
    paper_file, signed_file = _files(home, read_record(envelope).session)
    write_durably(signed_file, envelope)
    write_durably(paper_file, paper)
    return paper_file, signed_file


def write_missing(workplace: Workplace) -> None:
    """Write the files of closed sessions that are not there: a kill came between, or somebody took them away.

    On the thread of the screens.

    Raises:
        DiskFull, DiskFault: as `write_files`.
    """
    if workplace.home.records.exists():
        sweep_leftovers(workplace.home.records, [""])
    for session in workplace.replica.cabinet.names(DocumentKind.ROOM_RECORD):
        if not all(file.exists() for file in _files(workplace.home, session)):
            envelope = kept_record(workplace, session)
            write_files(workplace.home, envelope, paper_of(envelope))


def _files(home: SeatHome, session: str) -> tuple[Path, Path]:
    stem = home.records / f"room-record-{session}"
    return stem.with_suffix(".pdf"), stem.with_suffix(".json")
