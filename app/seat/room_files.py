"""A closed session's record as files to hand over: the signed bytes, and the same on paper's size."""

import hashlib
from pathlib import Path

from app.seat.home import SeatHome
from app.seat.room_paper import print_record
from app.seat.room_record import read_record
from sync.replica.durable import private_folder, write_durably


def write_files(home: SeatHome, envelope: bytes) -> tuple[Path, Path]:
    """Write the PDF and the signed file of a record, whole or not at all each; give both. Needs an application.

    Raises:
        DiskFull, DiskFault: the record itself is kept in the cabinet; call again.
    """
    record = read_record(envelope)
    private_folder(home.records)
    stem = home.records / f"room-record-{record.session}"
    signed, paper = stem.with_suffix(".json"), stem.with_suffix(".pdf")
    write_durably(signed, envelope)
    write_durably(paper, print_record(record, hashlib.sha256(envelope).hexdigest()).pdf)
    return paper, signed
