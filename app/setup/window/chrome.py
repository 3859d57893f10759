"""What every page of the wizard has: its head, the way that lies behind and ahead, the words, and the foot."""

from enum import StrEnum

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from app.ui.buttons import Button, Kind
from app.ui.icons import Icon
from app.ui.labels import Label, Note, StatusMark
from app.ui.look import Looked
from app.ui.page import Column, Foot, Scroll
from app.ui.screen import PageHead, Screen
from app.ui.tokens import Space, Tone, Type
from app.words import Words


class Leg(StrEnum):
    """The legs of the way, as they stand at the side."""

    WELCOME = "welcome"
    REGISTRY = "registry"
    ENROLMENT = "enrolment"
    CAMERA = "camera"
    PROFILE = "profile"
    REHEARSAL = "rehearsal"
    REPORT = "report"
    LOCKDOWN = "lockdown"


class Way(StrEnum):
    """How a leg stands."""

    AHEAD = "ahead"
    HERE = "here"
    DONE = "done"
    ATTENTION = "attention"
    FAILED = "failed"


_SIDE = 216
_SHOWN = {
    Way.AHEAD: (Icon.TO_DO, Tone.SOFT),
    Way.HERE: (Icon.FORWARD, Tone.ACCENT),
    Way.DONE: (Icon.CHECK, Tone.DONE),
    Way.ATTENTION: (Icon.ATTENTION, Tone.ATTENTION),
    Way.FAILED: (Icon.BLOCKED, Tone.DANGER),
}


class Side(Looked, QFrame):
    """All legs, one under the other, each with its mark."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("part", "side_left")
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.XL, Space.XL, Space.L, Space.XL)
        column.setSpacing(Space.L)
        self._marks = {leg: StatusMark(Type.BAR) for leg in Leg}
        for mark in self._marks.values():
            column.addWidget(mark, 0, Qt.AlignmentFlag.AlignLeft)
        column.addStretch(1)

    def look_changed(self) -> None:
        """Keep its width; it grows less than the text."""
        self.setFixedWidth(self.look.length(_SIDE, 1.4))

    def show_ways(self, ways: dict[Leg, Way], here: Leg | None, words: Words) -> None:
        """Show how every leg stands."""
        for leg, mark in self._marks.items():
            way = Way.HERE if leg is here else ways.get(leg, Way.AHEAD)
            icon, tone = _SHOWN[way]
            mark.show_status(icon, tone, words(f"screen.setup.leg_{leg}"))
            mark.setAccessibleDescription(words(f"screen.setup.way_{way}"))


class SetupPage(Screen):
    """A page of the wizard. Signals: back, on, and whatever the second button says. `over`: no leg is under way.

    Its sentences are `screen.setup.<name>_title`, `_lead`, `_next`, and `_second` if there is a second button.
    """

    at_seat = False
    back_requested = Signal()
    next_requested = Signal()
    second_requested = Signal()

    def __init__(self, words: Words, leg: Leg, name: str, *, second: bool = False, back: bool = True) -> None:
        super().__init__(words)
        self.setObjectName(f"setup_{name}")
        self.leg = leg
        self.over = False
        self._ways: dict[Leg, Way] = {}
        self._head = PageHead(self.tools)
        self.side = Side()
        self.column = Column()
        self.problem = Note()
        self.problem.setObjectName("problem")
        title, self.lead = Label(Type.TITLE), Label(Type.LEAD, Tone.SOFT)
        self.named(self._head.show_title, "setup.title")
        self.named(title.setText, f"setup.{name}_title")
        self.named(self.lead.setText, f"setup.{name}_lead")
        self.column.content.addWidget(title)
        self.column.content.addWidget(self.lead)
        middle = QHBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(self.side)
        middle.addWidget(Scroll(self.column), 1)
        self.body.addWidget(self._head)
        self.body.addLayout(middle, 1)
        self.body.addWidget(self._foot(name, second=second, back=back))

    def _foot(self, name: str, *, second: bool, back: bool) -> Foot:
        foot = Foot()
        self.next = Button("next", Kind.PRIMARY)  # first: Tab comes to the way on before the way back
        self.second = Button("second")
        self.back = Button("back", Kind.QUIET, Icon.BACK)
        self.named(self.back.setText, "setup.back")
        self.named(self.next.setText, f"setup.{name}_next")
        if second:
            self.named(self.second.setText, f"setup.{name}_second")
        self.back.setVisible(back)
        self.second.setVisible(second)
        self.back.clicked.connect(self.back_requested)
        self.second.clicked.connect(self.second_requested)
        self.next.clicked.connect(self.next_requested)
        foot.row.addWidget(self.back)
        foot.row.addStretch(1)
        foot.row.addWidget(self.second)
        foot.row.addWidget(self.next)
        return foot

    def finish(self) -> None:
        """End of a page's `__init__`: the problem comes last, then everything is dressed."""
        self.column.content.addWidget(self.problem)
        self.column.content.addStretch(1)
        self.dress()

    def show_ways(self, ways: dict[Leg, Way]) -> None:
        """Show how the other legs stand."""
        self._ways = dict(ways)
        self._name_ways()

    def set_words(self, words: Words) -> None:
        """Say everything in another language, in place."""
        super().set_words(words)
        self._name_ways()

    def render_view(self) -> None:
        """Write what was shown last once more."""
        self._name_ways()

    def purpose(self) -> QWidget:
        """Give the way on, where nothing else is to be filled in."""
        ways = (one for one in (self.next, self.second) if one.isVisible() and one.isEnabled())
        return next(ways, None) or super().purpose()

    def lead_on(self) -> None:
        """Put the focus on what the page is for now: what came changed it, or what had it is gone."""
        if self.isVisible():
            self.purpose().setFocus()

    def _name_ways(self) -> None:
        number = list(Leg).index(self.leg) + 1
        where = "screen.setup.leg_end" if self.over else "screen.setup.leg_number"
        self._head.show_facts(self.words(where, number=number, legs=len(Leg)))
        self.side.show_ways(self._ways, None if self.over else self.leg, self.words)
