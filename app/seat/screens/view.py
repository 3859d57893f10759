"""What several screens are told about: the session, people, and the cells of the number grid."""

from dataclasses import dataclass

from app.ui.proctor_button import ProctorCard
from app.ui.text import Text
from sync.wire.plan import Bilingual

__all__ = ["CandidateCard", "ProctorCard", "SessionFacts"]


@dataclass(frozen=True)
class SessionFacts:
    """The session as the head of a page names it. `when` is written out, e.g. "2026-11-22 09:00–11:00"."""

    exam_title: Bilingual
    site: str
    room: str
    when: str
    seat_label: str


@dataclass(frozen=True)
class CandidateCard:
    """A candidate as the roster has them. `photo` is the bytes of a PNG or JPEG; `allowance` e.g. extra time."""

    sitting: str
    name: str
    admission_number: str
    id_number_masked: str
    exam_title: Bilingual
    seat_number: int
    photo: bytes | None = None
    simulated: bool = False
    allowance: Text | None = None
