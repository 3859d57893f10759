"""A closed session's record as files to hand over: the signed bytes, and the same on paper's size."""

import hashlib
from pathlib import Path

from app.seat.home import SeatHome
from app.seat.room_paper import print_record
from app.seat.room_record import kept_record, read_record
from app.seat.workplace import Workplace
from sync.replica.cabinet import DocumentKind
from sync.replica.durable import private_folder, sweep_leftovers, write_durably


def write_files(home: SeatHome, envelope: bytes) -> tuple[Path, Path]:
    """Write the PDF and the signed file of a record, whole or not at all each; give both. Needs an application.

    Raises:
        DiskFull, DiskFault: the record itself is kept in the cabinet; call again.
    """
    record = read_record(envelope)
    private_folder(home.records)
    paper, signed = _files(home, record.session)
    write_durably(signed, envelope)
    write_durably(paper, print_record(record, hashlib.sha256(envelope).hexdigest()).pdf)
    return paper, signed


def write_missing(workplace: Workplace) -> None:
    """Write the files of closed sessions that are not there: a kill came between, or somebody took them away.

    Raises:
        DiskFull, DiskFault: as `write_files`.
    """
    if workplace.home.records.exists():
        sweep_leftovers(workplace.home.records, [""])
    for session in workplace.replica.cabinet.names(DocumentKind.ROOM_RECORD):
        if not all(file.exists() for file in _files(workplace.home, session)):
            write_files(workplace.home, kept_record(workplace, session))


def _files(home: SeatHome, session: str) -> tuple[Path, Path]:
    stem = home.records / f"room-record-{session}"
    return stem.with_suffix(".pdf"), stem.with_suffix(".json")
