"""The tools in the head of every page: language, how it looks, the proctors' way in, the handbook, the way out."""

from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.exam.appearance import Appearance
from app.exam.prose import Language
from app.ui.buttons import Button, Kind
from app.ui.tokens import Space
from app.words import Words


class Tools(QWidget):
    """On every screen in the same place. Signals: another look is wanted, or what the button said."""

    appearance_requested = Signal(object)
    display_requested = Signal()
    proctor_requested = Signal()
    handbook_requested = Signal()
    leave_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(Space.XS)
        self._appearance = Appearance()
        self.proctor_corner = Button("proctor_corner", Kind.QUIET, bar=True)
        self.handbook = Button("handbook", Kind.QUIET, bar=True)
        self.leave = Button("leave_program", Kind.QUIET, bar=True)
        self.language = Button("language", Kind.QUIET, bar=True)
        self.display = Button("display", Kind.QUIET, bar=True)
        self.proctor_corner.clicked.connect(self.proctor_requested)
        self.handbook.clicked.connect(self.handbook_requested)
        self.leave.clicked.connect(self.leave_requested)
        self.language.clicked.connect(self._turn_language)
        self.display.clicked.connect(self.display_requested)
        for button in (self.proctor_corner, self.handbook, self.leave, self.language, self.display):
            row.addWidget(button)
        self.set_proctor_corner(False)
        self.set_handbook(False)
        self.set_leave(False)

    def set_words(self, words: Words) -> None:
        """Name the buttons; the first one names the language it changes to."""
        named = {
            "proctor": self.proctor_corner,
            "handbook": self.handbook,
            "leave": self.leave,
            "language": self.language,
            "display": self.display,
        }
        for key, button in named.items():
            button.setText(words(f"screen.tools.{key}"))
            button.setAccessibleName(words(f"screen.tools.{key}_long"))

    def set_appearance(self, appearance: Appearance) -> None:
        """Know how it looks now."""
        self._appearance = appearance

    def set_proctor_corner(self, shown: bool) -> None:
        """Offer the proctors' way in, or not."""
        self.proctor_corner.setVisible(shown)

    def set_handbook(self, shown: bool) -> None:
        """Offer the handbook, or not."""
        self.handbook.setVisible(shown)

    def set_leave(self, shown: bool) -> None:
        """Offer the way out of the program, or not."""
        self.leave.setVisible(shown)

    def _turn_language(self) -> None:
        other = Language.EN if self._appearance.language is Language.ZH else Language.ZH
        self.appearance_requested.emit(replace(self._appearance, language=other))
