"""What the sitting came to, and the code that proves it."""

from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import Signal

from app.seat.screens.screen import Screen
from sync.wire.plan import Bilingual


class DeliveryState(StrEnum):
    """Where the packet is."""

    WAITING_NETWORK = "waiting_network"
    SENDING = "sending"
    RECEIPTED = "receipted"
    PROVEN = "proven"
    QUARANTINED = "quarantined"


@dataclass(frozen=True)
class SectionScore:
    """One section's part; thousandths of a mark."""

    title: Bilingual
    score_milli: int
    max_milli: int
    right: int
    items: int


@dataclass(frozen=True)
class ResultView:
    """The result. `score_shown` false: the policy keeps the score from the seat, only the code is shown.

    `code` is the verification code without spaces; `qr` is what the QR code says.
    """

    exam_title: Bilingual
    candidate_name: str
    admission_number: str
    photo: bytes | None
    score_shown: bool
    score_milli: int
    max_milli: int
    pass_milli: int
    passed: bool
    sections: tuple[SectionScore, ...]
    submitted: str
    code: str
    qr: str
    delivery: DeliveryState


class ResultScreen(Screen):
    """Score, passed or not, sections, code and QR, delivery."""

    done = Signal()

    def show_result(self, view: ResultView) -> None:
        """Show the result; call again when only the delivery changed."""
