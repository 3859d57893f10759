"""One act on one recording, on a page of its own: what it does, on whom, why, and until when."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from app.archive import days
from app.archive.window.chrome import ArchivePage, Facts
from app.archive.window.sayings import says_something
from app.ui.buttons import Button, Kind
from app.ui.fields import Field
from app.ui.icons import Icon
from app.ui.labels import Label, Note
from app.ui.page import Column, Foot, Panel, Scroll
from app.ui.simulated import Simulated
from app.ui.text import Text, say
from app.ui.tokens import Tone, Type
from app.words import Words

LONGEST_REASON: Final = 400
_FACTS: Final = ("candidate", "session", "began", "until", "held", "size", "id")


class Act(StrEnum):
    """What can be done; each has its words at `screen.archive.do.<act>`."""

    HOLD = "hold"
    RELEASE = "release"
    EXTEND = "extend"
    PROPOSE = "propose"
    WITHDRAW = "withdraw"


WITH_DATE: Final = frozenset({Act.HOLD, Act.EXTEND})
"""The acts that need a date: the day a hold is looked at again, the day something is kept until."""
_LONGEST_DATE: Final = 20
GRAVE: Final = frozenset({Act.PROPOSE})


@dataclass(frozen=True)
class Subject:
    """Whom an act is about, as the facts of a page name it; `about`: the sequence of a hold or a proposal.

    `held`: the hold that is about to go, by its reason and who set it.
    """

    recording: str
    candidate: str
    session: Text
    began: str
    until: str
    size: str
    about: int = 0
    held: str = ""
    simulated: tuple[Simulated, ...] = ()

    def fact(self, name: str, words: Words) -> str:
        """Give a fact by its name, in the reader's language."""
        return say(self.recording if name == "id" else getattr(self, name), words)


class ActPage(ArchivePage):
    """The form of one act. Signals: it is to be done (act, reason, end of the day typed in ms, or None); back."""

    confirmed = Signal(str, str, object)
    back = Signal()

    def __init__(self, words: Words, parent: QWidget | None = None) -> None:
        super().__init__(words, parent)
        self._act = Act.HOLD
        self._busy = False
        self._subject: Subject | None = None
        self._now_ms = 0
        column = Column()
        self._heading, self._body_text = Label(Type.TITLE), Label(Type.LEAD, Tone.SOFT)
        self._warning = Note()
        panel = Panel()
        self._facts = Facts(_FACTS)
        panel.content.addWidget(self._facts)
        self._reason_name, self._until_name = Label(Type.STRONG), Label(Type.STRONG)
        self.reason = Field("reason", longest=LONGEST_REASON)
        self.until = Field("until", longest=_LONGEST_DATE)
        self.named(self.until.setPlaceholderText, "archive.do.date_form")
        for field in (self.reason, self.until):
            field.textChanged.connect(self._changed)
            field.returnPressed.connect(self._confirm)
        form = (self._heading, self._body_text, self._warning, panel, self.problem, self._reason_name, self.reason)
        for widget in (*form, self._until_name, self.until):
            column.content.addWidget(widget)
        column.content.addStretch(1)
        self.body.addWidget(Scroll(column), 1)
        self.body.addWidget(self._make_foot())
        self.dress()

    def _make_foot(self) -> QWidget:
        foot = Foot()
        self._back = Button("back", icon=Icon.BACK)
        self.named(self._back.setText, "archive.do.back")
        self._back.clicked.connect(self.back)
        self._do = Button("do", Kind.PRIMARY)
        self._do.clicked.connect(self._confirm)
        self._why = Label(Type.BODY, Tone.SOFT)
        self._why.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        foot.row.addWidget(self._back)
        foot.row.addWidget(self._why, 1)
        foot.row.addWidget(self._do)
        return foot

    def begin(self, act: Act, subject: Subject, now_ms: int) -> None:
        """Ask for this act; `now_ms` is the wall clock's time."""
        self._act, self._subject, self._now_ms = act, subject, now_ms
        self.begin_anew()
        self.set_simulated(subject.simulated)
        self.reason.clear()
        self.until.clear()
        self.show_fault(None)
        self.render_view()

    @property
    def subject(self) -> Subject | None:
        """Whom it is about."""
        return self._subject

    def render_view(self) -> None:
        """Write it."""
        super().render_view()
        words, act, subject = self.words, self._act, self._subject
        if subject is None:
            return
        for name, key in self._facts.keys.items():
            key.setText(words(f"screen.archive.recording.{name}"))
            self._facts.say(name, subject.fact(name, words))
        self._heading.setText(words(f"screen.archive.do.{act.value}_title"))
        self._body_text.setText(words(f"screen.archive.do.{act.value}_body"))
        self._do.setText(words(f"screen.archive.do.{act.value}_verb"))
        self._reason_name.setText(words("screen.archive.do.reason"))
        self.reason.setAccessibleName(self._reason_name.text())
        self._warning.say(Tone.DANGER, words("screen.archive.do.propose_warning") if act in GRAVE else "")
        dated = act in WITH_DATE
        self._until_name.setVisible(dated)
        self.until.setVisible(dated)
        if dated:
            self._until_name.setText(words(f"screen.archive.do.{act.value}_until"))
            self.until.setAccessibleName(self._until_name.text())
        self._changed()

    def set_busy(self, busy: bool) -> None:
        """Let nothing be pressed while it is being done."""
        self._busy = busy
        self._back.allow(self.words("screen.archive.why.busy") if busy else "")
        self._changed()

    def until_ms(self) -> int | None:
        """Give the end of the day that was typed, ms since 1970 (UTC); None if there is none, or no date."""
        day = days.day_typed(self.until.text())
        return None if day is None else days.ends_ms(day)

    def _missing(self) -> str:
        """Name what is still to be written before this can be done: its words' key; empty: nothing."""
        date = self._missing_date() if self._act in WITH_DATE else ""
        whole = len(self.until.text().strip()) >= days.EXAMPLE_LENGTH
        self.until.set_wrong(date == "no_review" or (date == "no_date" and whole))
        return date if says_something(self.reason.text()) else "reason"

    def _missing_date(self) -> str:
        if not self.until.text().strip():
            return "date"
        day = days.day_typed(self.until.text())
        if day is None:
            return "no_date"
        first, last = days.review_days(self._now_ms)
        return "no_review" if self._act is Act.HOLD and not first <= day <= last else ""

    def _changed(self) -> None:
        missing = "busy" if self._busy else self._missing()
        first, last = days.review_days(self._now_ms)
        why = self.words(f"screen.archive.why.{missing}", first=f"{first}", last=f"{last}") if missing else ""
        self._do.allow(why)
        self._why.setText(why)

    def _confirm(self) -> None:
        if not self._missing() and self._do.isEnabled():
            until = self.until_ms() if self._act in WITH_DATE else None
            self.confirmed.emit(self._act.value, self.reason.text().strip(), until)
