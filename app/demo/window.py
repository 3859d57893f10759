"""The demonstration's window: the kiosk, and above it the demo card that says who to sign in as."""

from dataclasses import dataclass

from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.seat.kiosk import Kiosk


@dataclass(frozen=True)
class CardRow:
    """One fact on the demo card."""

    name: str
    value: str


class DemoWindow(QWidget):
    """The kiosk in a window. A real seat has neither window nor card."""

    def __init__(self, kiosk: Kiosk, card: tuple[CardRow, ...]) -> None:
        super().__init__()
        self.setWindowTitle("examroom · demo")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        if card:
            layout.addWidget(_card(card))
        layout.addWidget(kiosk, 1)
        self.resize(1366, 768)


def _card(rows: tuple[CardRow, ...]) -> QWidget:
    strip = QWidget()
    strip.setObjectName("demo_card")
    line = QHBoxLayout(strip)
    for row in rows:
        line.addWidget(QLabel(f"{row.name}  {row.value}"))
    line.addStretch(1)
    return strip
