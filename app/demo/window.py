"""The demonstration's window: the kiosk, and above it the demo card that says who to sign in as."""

from dataclasses import dataclass

from PySide6.QtCore import QSize
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from app.seat.kiosk import Kiosk
from app.ui.labels import Label
from app.ui.look import Look
from app.ui.style import stylesheet
from app.ui.tokens import Space, Tone, Type

WINDOW = QSize(1366, 820)


@dataclass(frozen=True)
class CardGroup:
    """One thing to know on the demo card: what it is, and each name with what to type for it."""

    title: str
    entries: tuple[tuple[str, str], ...]


class DemoWindow(QWidget):
    """The kiosk in a window, under the demo card. A real seat has neither."""

    def __init__(self, kiosk: Kiosk, title: str, card: tuple[CardGroup, ...]) -> None:
        super().__init__()
        self.setWindowTitle(title)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        if card:
            layout.addWidget(_card(card))
        layout.addWidget(kiosk, 1)
        self.resize(WINDOW.boundedTo(QGuiApplication.primaryScreen().availableSize()))


def _card(groups: tuple[CardGroup, ...]) -> QWidget:
    card = QFrame()
    card.setObjectName("demo_card")
    card.setProperty("part", "panel")
    card.setStyleSheet(stylesheet(Look()))
    row = QHBoxLayout(card)
    row.setContentsMargins(Space.XL, Space.XS, Space.XL, Space.XS)
    row.setSpacing(Space.XL)
    for group in groups:
        row.addLayout(_group(group))
    row.addStretch(1)
    return card


def _group(group: CardGroup) -> QVBoxLayout:
    column = QVBoxLayout()
    column.setSpacing(0)
    title = Label(Type.CAPTION, Tone.SOFT, wrap=False)
    title.setText(group.title)
    column.addWidget(title)
    line = QHBoxLayout()
    line.setSpacing(Space.L)
    for name, value in group.entries:
        entry = Label(Type.STRONG, wrap=False)
        entry.setText(f"{name}  {value}".strip())
        line.addWidget(entry)
    line.addStretch(1)
    column.addLayout(line)
    return column
