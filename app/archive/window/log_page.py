"""The archive's own log: who viewed, exported, or took pictures of what, and why."""

from PySide6.QtWidgets import QWidget

from app.archive.window.chrome import ArchivePage, Place
from app.archive.window.custody_list import CustodyList
from app.ui.icons import Icon
from app.ui.labels import Label, StatusMark
from app.ui.page import Column, Panel, Scroll
from app.ui.tokens import Tone, Type
from app.words import Words
from sync.wire.archive import CustodyEntry


class LogPage(ArchivePage):
    """Views, the newest first."""

    def __init__(self, words: Words, parent: QWidget | None = None) -> None:
        super().__init__(words, parent, Place.LOG)
        self._entries: list[CustodyEntry] | None = None
        self._names: dict[str, str] = {}
        column = Column()
        title, body = Label(Type.TITLE), Label(Type.LEAD, Tone.SOFT)
        self.named(title.setText, "archive.log.title")
        self.named(body.setText, "archive.log.body")
        panel = Panel()
        self._state = StatusMark(Type.BODY, wrap=True)
        self._list = CustodyList("log")
        panel.content.addWidget(self._state)
        panel.content.addWidget(self._list)
        for widget in (title, body, self.problem, panel):
            column.content.addWidget(widget)
        column.content.addStretch(1)
        self.body.addWidget(Scroll(column), 1)
        self.dress()

    def show_loading(self) -> None:
        """Say that it is being read."""
        self._entries = None
        self.render_view()

    def show_views(self, entries: list[CustodyEntry], names: dict[str, str]) -> None:
        """Show it; `names` of the candidates by recording."""
        self._entries, self._names = entries, names
        self.render_view()

    def render_view(self) -> None:
        """Write it."""
        super().render_view()
        entries = self._entries
        key = "reading" if entries is None else "empty" if not entries else ""
        self._state.setVisible(bool(key))
        if key:
            icon = Icon.RUNNING if entries is None else Icon.INFO
            self._state.show_status(icon, Tone.SOFT, self.words(f"screen.archive.log.{key}"))
        self._list.show_entries(entries or [], self.words, self.look, self._names)
