"""Why somebody wants to see a recording: asked before the first picture, and written into its custody."""

from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout

from app.archive.window.sayings import says_something
from app.ui.buttons import Button, Kind
from app.ui.fields import Field
from app.ui.icons import Icon
from app.ui.labels import Label, StatusMark
from app.ui.page import Panel, Scroll
from app.ui.screen import Screen
from app.ui.tokens import Space, Tone, Type
from app.words import Words

LONGEST: Final = 400
_COMMON: Final = ("dispute", "irregularity", "inspection", "technical")


class PurposePanel(Panel):
    """Asks for the purpose. Signal: it was given."""

    given = Signal(str)

    def __init__(self, page: Screen) -> None:
        super().__init__(0)
        self._words: Words = page.words
        self._opening = False
        content = Panel(Space.XL)
        content.setProperty("part", "clear")
        inside = content.content
        title, body = Label(Type.TITLE), Label(Type.LEAD, Tone.SOFT)
        page.named(title.setText, "archive.purpose.title")
        page.named(body.setText, "archive.purpose.body")
        grid = QGridLayout()
        grid.setSpacing(Space.M)
        for at, name in enumerate(_COMMON):
            button = Button(f"purpose_{name}")
            page.named(button.setText, f"archive.purpose.{name}")
            button.clicked.connect(lambda _checked=False, this=button: self._take(this.text()))
            grid.addWidget(button, at // 2, at % 2)
        self.field = Field("purpose", longest=LONGEST)
        page.named(self.field.setPlaceholderText, "archive.purpose.field")
        page.named(self.field.setAccessibleName, "archive.purpose.field")
        self.field.textChanged.connect(self._changed)
        self.field.returnPressed.connect(self._give)
        self._state = StatusMark(Type.BODY, wrap=True)
        self._begin = Button("begin_viewing", Kind.PRIMARY, Icon.PLAY)
        page.named(self._begin.setText, "archive.purpose.begin")
        self._begin.clicked.connect(self._give)
        self._why = Label(Type.BODY, Tone.SOFT)
        for widget in (title, body):
            inside.addWidget(widget)
        inside.addLayout(grid)
        inside.addWidget(self.field)
        row = QHBoxLayout()
        row.setSpacing(Space.M)
        row.addWidget(self._begin)
        row.addWidget(self._why, 1)
        inside.addLayout(row)
        inside.addWidget(self._state)
        inside.addStretch(1)
        self.content.addWidget(Scroll(content))
        self.begin()

    def set_words(self, words: Words) -> None:
        """Say it in another language."""
        self._words = words
        self._state.show_status(Icon.RUNNING, Tone.ACCENT, words("screen.archive.purpose.opening"))
        self._changed()

    def begin(self) -> None:
        """Ask anew."""
        self.field.clear()
        self._state.hide()
        self._changed()

    def show_opening(self, opening: bool) -> None:
        """Say that the recording is being checked and opened, or no longer."""
        self._state.setVisible(opening)
        self._state.show_status(Icon.RUNNING, Tone.ACCENT, self._words("screen.archive.purpose.opening"))
        self._opening = opening
        self.field.setEnabled(not opening)
        self._changed()

    def _is_said(self) -> bool:
        return says_something(self.field.text())

    def _changed(self) -> None:
        missing = "busy" if self._opening else "" if self._is_said() else "reason"
        why = self._words(f"screen.archive.why.{missing}") if missing else ""
        self._begin.allow(why)
        self._why.setText("" if self._opening else why)

    def _take(self, purpose: str) -> None:
        self.field.setText(purpose)
        self.field.setFocus()

    def _give(self) -> None:
        if self._is_said():
            self.given.emit(self.field.text().strip())
