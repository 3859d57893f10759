"""The archive's own log: who viewed, exported, or took pictures of what, and why."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.archive.desk import Views
from app.archive.window.chrome import ArchivePage, Place
from app.archive.window.custody_list import CustodyList
from app.ui.icons import Icon
from app.ui.labels import Label, StatusMark
from app.ui.page import Column, Panel, Scroll
from app.ui.tokens import Tone, Type
from app.words import Words

_NAMED = 10
"""So many recordings are named."""


class LogPage(ArchivePage):
    """Views, the newest first. Signal: the recording of one of them is to be opened."""

    opened = Signal(str)

    def __init__(self, words: Words, parent: QWidget | None = None) -> None:
        super().__init__(words, parent, Place.LOG)
        self._views: Views | None = None
        column = Column()
        title, body = Label(Type.TITLE), Label(Type.LEAD, Tone.SOFT)
        self.named(title.setText, "archive.log.title")
        self.named(body.setText, "archive.log.body")
        panel = Panel()
        self._state = StatusMark(Type.BODY, wrap=True)
        self._list = CustodyList("log", opens=True)
        self._list.opened.connect(self.opened)
        panel.content.addWidget(self._state)
        panel.content.addWidget(self._list)
        for widget in (title, body, self.problem, panel):
            column.content.addWidget(widget)
        column.content.addStretch(1)
        self.body.addWidget(Scroll(column), 1)
        self.dress()

    def show_loading(self) -> None:
        """Say that it is being read."""
        self._views = None
        self.render_view()

    def show_views(self, views: Views) -> None:
        """Show it."""
        self._views = views
        self.render_view()

    def render_view(self) -> None:
        """Write it."""
        super().render_view()
        views = self._views
        broken = views.broken if views else ()
        key = "reading" if views is None else "broken" if broken else "empty" if not views.entries else ""
        self._state.setVisible(bool(key))
        if key:
            icon = Icon.RUNNING if views is None else Icon.ATTENTION if broken else Icon.INFO
            named = " ".join(one[:8] for one in broken[:_NAMED])
            said = self.words(f"screen.archive.log.{key}", count=len(broken), recordings=named)
            self._state.show_status(icon, Tone.DANGER if broken else Tone.SOFT, said)
        self._list.show_entries(
            list(views.entries) if views else [], self.words, self.look, views.names if views else {}
        )
