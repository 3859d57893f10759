"""A message that fills its place: what happened, what is safe, what to do, and the small code."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.ui import tokens
from app.ui.icons import Icon, IconMark
from app.ui.labels import Label, rule
from app.ui.page import Column, Panel
from app.ui.tokens import Space, Tone, Type


class MessagePanel(Column):
    """A panel in the middle of its place; buttons can be put under the words by `add_button`."""

    def __init__(self, name: str) -> None:
        super().__init__(tokens.MESSAGE)
        self.setObjectName(name)
        self._panel = Panel(Space.XXL)
        self._icon = IconMark(Icon.ATTENTION, Tone.ATTENTION, Space.HUGE)
        self._title = Label(Type.TITLE)
        self._parts = [Label(Type.LEAD), Label(Type.LEAD)]
        self._marks = [
            IconMark(Icon.SHIELD, Tone.DONE, beside=Type.LEAD),
            IconMark(Icon.FORWARD, Tone.ACCENT, beside=Type.LEAD),
        ]
        self._code = Label(Type.CAPTION, Tone.SOFT)
        self._buttons = QHBoxLayout()
        self._lay_out()

    def _lay_out(self) -> None:
        inside = self._panel.content
        head = QHBoxLayout()
        head.setSpacing(Space.L)
        head.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        head.addWidget(self._title, 1, Qt.AlignmentFlag.AlignVCenter)
        inside.addLayout(head)
        self._rule = rule()
        inside.addWidget(self._rule)
        for mark, part in zip(self._marks, self._parts, strict=True):
            line = QHBoxLayout()
            line.setSpacing(Space.M)
            line.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
            line.addWidget(part, 1)
            inside.addLayout(line)
        inside.addWidget(self._code)
        inside.addLayout(self._buttons)
        self._buttons.setSpacing(Space.L)
        self.content.addStretch(2)
        self.content.addWidget(self._panel)
        self.content.addStretch(3)

    def add_button(self, button: QWidget) -> None:
        """Put a button under the words."""
        self._buttons.addWidget(button)
        self._buttons.addStretch(1)

    def show_message(self, icon: Icon, tone: Tone, title: str, safe: str = "", do: str = "", code: str = "") -> None:
        """Say it; parts that are empty take no room."""
        self._icon.show_icon(icon, tone)
        self._title.setText(title)
        for mark, part, text in zip(self._marks, self._parts, (safe, do), strict=True):
            part.setText(text)
            part.setVisible(bool(text))
            mark.setVisible(bool(text))
        self._rule.setVisible(bool(safe or do))
        self._code.setText(code)
        self._code.setVisible(bool(code))
        self.setAccessibleName(" ".join(text for text in (title, safe, do, code) if text))

    def text(self) -> str:
        """Give everything it says."""
        return self.accessibleName()
