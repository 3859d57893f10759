"""The room record on paper's size: an A4 PDF in Chinese and English, made from the signed record and nothing else."""

from app.exam.prose import Language
from app.seat.room_paper_parts import Paper, fill
from app.ui.paper import Printed, print_paper
from app.words import Words
from sync.wire.room import RoomRecord


def print_record(record: RoomRecord, envelope_sha256: str) -> Printed:
    """Lay the record out on A4. `envelope_sha256` names the signed bytes it was read from."""
    zh, en = Words(Language.ZH), Words(Language.EN)

    def foot(page: int, pages: int) -> str:
        named = zh("room.paper.foot", session=record.session, digest=envelope_sha256[:16])
        counted = (words("room.paper.page", page=page, pages=pages) for words in (zh, en))
        return " · ".join((named, *counted))

    paper = Paper(record, envelope_sha256, zh, en)
    title = f"{record.exam_title.zh} {record.session}"
    return print_paper(title, record.software, lambda document: fill(document, paper), foot)
