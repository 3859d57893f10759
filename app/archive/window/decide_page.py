"""A second person decides about a destruction: they see what will be gone, and sign with their own PIN, or withdraw."""

from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.archive.window.act_page import Subject
from app.archive.window.chrome import ArchivePage, Facts
from app.archive.window.sayings import moment
from app.ui.buttons import Button
from app.ui.icons import Icon
from app.ui.labels import Label, Note, StatusMark
from app.ui.page import Foot, Panel, Scroll
from app.ui.pin_panel import PinPanel
from app.ui.proctor_button import ProctorCard
from app.ui.tokens import Space, Tone, Type
from app.words import Words
from proctoring.vault.retention.people import among
from proctoring.vault.retention.standing import Proposal
from sync.wire.archive import Person

_FACTS: Final = ("candidate", "session", "began", "until", "size", "id")


class DecidePage(ArchivePage):
    """Signals: the proposal is to be withdrawn; back. `pins` asks who approves for their PIN (`pin_asking`)."""

    withdraw_chosen = Signal()
    back = Signal()

    def __init__(self, words: Words, parent: QWidget | None = None) -> None:
        super().__init__(words, parent)
        self._subject: Subject | None = None
        self._proposal: Proposal | None = None
        self._people: tuple[Person, ...] = ()
        self._needed = 1
        self._working = False
        row = QHBoxLayout()
        row.setContentsMargins(Space.XL, Space.XL, Space.XL, Space.L)
        row.setSpacing(Space.XXL)
        row.addWidget(Scroll(self._make_facts()), 1)
        right = QVBoxLayout()
        right.setSpacing(Space.M)
        self.pins = PinPanel("approve", "agreed")
        self.named(self.pins.button.setText, "archive.decide.approve")
        self._nobody = Note()
        right.addWidget(self._nobody)
        right.addWidget(self.pins)
        right.addStretch(1)
        row.addLayout(right, 1)
        self.body.addLayout(row, 1)
        self.body.addWidget(self._make_foot())
        self.dress()

    def _make_facts(self) -> QWidget:
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, Space.M, 0)
        column.setSpacing(Space.L)
        title = Label(Type.TITLE)
        self.named(title.setText, "archive.decide.title")
        self._warning = Note()
        panel = Panel()
        self._facts = Facts(_FACTS)
        panel.content.addWidget(self._facts)
        said = Panel(Space.L)
        self._by, self._why = StatusMark(Type.STRONG, wrap=True), Label()
        self._count = Label(Type.BODY, Tone.SOFT)
        for widget in (self._by, self._why, self._count):
            said.content.addWidget(widget)
        for part in (title, self.problem, self._warning, panel, said):
            column.addWidget(part)
        column.addStretch(1)
        return content

    def _make_foot(self) -> QWidget:
        foot = Foot()
        self._back = Button("back", icon=Icon.BACK)
        self.named(self._back.setText, "archive.do.back")
        self._back.clicked.connect(self.back)
        self._withdraw = Button("withdraw")
        self.named(self._withdraw.setText, "archive.decide.withdraw")
        self._withdraw.clicked.connect(self.withdraw_chosen)
        foot.row.addWidget(self._back)
        foot.row.addSpacing(Space.XXL)
        foot.row.addWidget(self._withdraw)
        foot.row.addStretch(1)
        return foot

    def begin(self, subject: Subject, proposal: Proposal, people: tuple[Person, ...], needed: int) -> None:
        """Ask; `people` are all administrators: those who spoke already are left out. `needed`: approvals."""
        self._subject, self._proposal, self._needed, self._working = subject, proposal, needed, False
        self.begin_anew()
        self.set_simulated(subject.simulated)
        spoken = (proposal.by, *proposal.approved_by)
        self._people = tuple(one for one in people if not among(one, spoken))
        self.show_fault(None)
        self.pins.show_proctors(tuple(ProctorCard(one.administrator, one.name) for one in self._people))
        self.render_view()

    def show_working(self) -> None:
        """Say that the approval is being entered and acted on: nobody can stop that. The PIN does not stay."""
        self._working = True
        self.pins.show_proctors(())
        self.render_view()

    @property
    def subject(self) -> Subject | None:
        """Whom it is about."""
        return self._subject

    @property
    def proposal(self) -> Proposal | None:
        """What is decided about."""
        return self._proposal

    def render_view(self) -> None:
        """Write it."""
        super().render_view()
        self.pins.set_words(self.words)
        words, subject, proposal = self.words, self._subject, self._proposal
        if subject is None or proposal is None:
            return
        for name, key in self._facts.keys.items():
            key.setText(words(f"screen.archive.recording.{name}"))
            self._facts.say(name, subject.fact(name, words))
        self._warning.say(Tone.DANGER, words("screen.archive.decide.warning"))
        by = words("screen.archive.decide.proposed_by", name=proposal.by.name, when=moment(proposal.at_ms))
        self._by.show_status(Icon.ATTENTION, Tone.ATTENTION, by)
        self._why.setText(proposal.purpose)
        there = len(proposal.approved_by)
        self._count.setText(words("screen.archive.decide.count", there=there, needed=self._needed))
        self.pins.setVisible(bool(self._people) and not self._working)
        for button in (self._back, self._withdraw):
            button.allow(words("screen.archive.why.busy") if self._working else "")
        if self._working:
            self._nobody.say(Tone.ACCENT, words("screen.archive.decide.working"), Icon.RUNNING)
        else:
            self._nobody.say(Tone.ATTENTION, "" if self._people else words("screen.archive.decide.nobody_else"))
