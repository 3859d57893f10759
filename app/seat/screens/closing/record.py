"""The session is closed: that the room record was signed and kept, and where its files are."""

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from app.seat.screens.screen import PageHead, Screen
from app.seat.screens.view import SessionFacts
from app.ui import tokens
from app.ui.buttons import Button, Kind
from app.ui.icons import Icon
from app.ui.labels import Label, Note, StatusMark, rule
from app.ui.page import Column, Foot, Panel, Scroll
from app.ui.text import Text, say
from app.ui.tokens import Space, Tone, Type
from app.words import Words
from sync.wire.room import RoomCounts

_FACTS = ("paper", "signed_file", "digest", "signers")


@dataclass(frozen=True)
class RecordView:
    """What was kept. `paper` and `signed_file` name files, `problem` says why they could not be written.

    `waiting`: how many packets have no receipt yet.
    """

    session: SessionFacts
    counts: RoomCounts
    signers: tuple[str, ...]
    digest: str
    waiting: int = 0
    paper: str = ""
    signed_file: str = ""
    problem: Text | None = None


class RecordScreen(Screen):
    """What was signed and where it is; nothing is printed from here."""

    write_requested = Signal()
    done = Signal()

    def __init__(self, words: Words, parent: QWidget | None = None) -> None:
        super().__init__(words, parent)
        self._view: RecordView | None = None
        self._head = PageHead(self.tools)
        self._title, self._counts = StatusMark(Type.TITLE), Label(Type.LEAD)
        self._title.setObjectName("record_title")
        self._note = Note()
        self._note.setObjectName("record_note")
        self._values = {fact: Label(Type.BODY) for fact in _FACTS}
        self._again = Button("write_again")
        self.named(self._again.setText, "record.write_again")
        self._again.clicked.connect(self.write_requested)
        self._delivery, todo = StatusMark(Type.STRONG, wrap=True), Label(Type.BODY, Tone.SOFT)
        self._delivery.setObjectName("record_delivery")
        self.named(todo.setText, "record.safe")
        panel = Panel()
        panel.content.setSpacing(Space.M)
        for widget in (self._title, self._counts, rule(), self._note):
            panel.content.addWidget(widget)
        panel.content.addWidget(self._again, 0, Qt.AlignmentFlag.AlignLeft)
        for fact, value in self._values.items():
            name = Label(Type.STRONG)
            self.named(name.setText, f"record.{fact}")
            value.setObjectName(f"record_{fact}")
            panel.content.addWidget(name)
            panel.content.addWidget(value)
        panel.content.addWidget(rule())
        panel.content.addWidget(self._delivery)
        panel.content.addWidget(todo)
        page = Column(tokens.COLUMN)
        page.content.addWidget(panel)
        page.content.addStretch(1)
        foot = Foot()
        self._done = Button("record_done", Kind.PRIMARY)
        self.named(self._done.setText, "record.done")
        self._done.clicked.connect(self.done)
        foot.row.addStretch(1)
        foot.row.addWidget(self._done)
        self.body.addWidget(self._head)
        self.body.addWidget(Scroll(page), 1)
        self.body.addWidget(foot)
        self.dress()

    def show_record(self, view: RecordView) -> None:
        """Show what was kept."""
        self._view = view
        self.render_view()

    def render_view(self) -> None:
        """Write it."""
        view = self._view
        if view is None:
            return
        words = self.words
        self._head.show_session(view.session, words)
        self._title.show_status(Icon.SHIELD, Tone.DONE, words("screen.record.title"))
        self._counts.setText(words("screen.record.counts", **view.counts.model_dump()))
        self._note.say(Tone.ATTENTION, say(view.problem, words) if view.problem else "")
        self._again.setVisible(view.problem is not None)
        if view.waiting:
            waits = words("screen.record.waiting", count=view.waiting)
            self._delivery.show_status(Icon.OUTBOX, Tone.ATTENTION, waits)
        else:
            self._delivery.show_status(Icon.CHECK, Tone.DONE, words("screen.record.delivered"))
        unwritten = words("screen.record.unwritten")
        self._values["paper"].setText(_breakable(view.paper) or unwritten)
        self._values["signed_file"].setText(_breakable(view.signed_file) or unwritten)
        self._values["digest"].setText(_breakable(view.digest))
        self._values["signers"].setText(words("screen.simulated.between").join(view.signers))


def _breakable(text: str) -> str:
    """Let a long path or digest break anywhere: a zero-width space after every few characters."""
    return "\u200b".join(text[at : at + 8] for at in range(0, len(text), 8))
