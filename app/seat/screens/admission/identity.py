"""Is this the candidate? The roster's photo beside the live picture; the candidate says so, then a proctor does."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from PySide6.QtCore import Qt, Signal, SignalInstance
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app.seat.screens.admission.candidate_panel import CandidatePanel
from app.seat.screens.screen import PageHead, Screen
from app.seat.screens.view import CandidateCard, SessionFacts
from app.ui import tokens
from app.ui.buttons import Button, Kind
from app.ui.capture_view import SimulatedTag
from app.ui.fields import Field
from app.ui.labels import Label, Note
from app.ui.page import Column, Foot, Panel, Scroll
from app.ui.pictures import Photo, read_picture
from app.ui.text import Text, say
from app.ui.tokens import Space, Tone, Type
from app.words import Words
from sync.wire.ids import plain_line

REASON_LONGEST: Final = 160
"""Characters of a reason; it shares one entry of the journal with figures."""
_QUICK: Final = ("first", "second", "third")
"""The reasons that need no typing; a proctor stands, and may not type Chinese with ease."""


class Step(StrEnum):
    """Who has to act."""

    CANDIDATE = "candidate"
    PROCTOR = "proctor"
    CHECKING = "checking"


class Purpose(StrEnum):
    """What a reason is asked for."""

    DOUBT = "doubt"
    ADMIT = "admit"
    REFUSE = "refuse"


class Camera(StrEnum):
    """What the live picture is."""

    OPENING = "opening"
    LIVE = "live"
    SIMULATED = "simulated"
    NONE = "none"


@dataclass(frozen=True)
class IdentityView:
    """The candidate, who acts, what stands in the way in words, and how many proctors have to agree.

    `held`: a proctor has doubted; a second one admits or refuses.
    """

    session: SessionFacts
    card: CandidateCard
    step: Step
    notes: tuple[Text, ...] = ()
    people: int = 1
    held: bool = False


class IdentityScreen(Screen):
    """Two pictures of one size, the facts, and the answers at opposite ends of the foot; a page for a reason."""

    confirmed = Signal(str)
    denied = Signal(str)
    admit_requested = Signal(str)
    doubted = Signal(str)
    refuse_requested = Signal(str)
    reason_given = Signal(Purpose, str)
    back_requested = Signal()

    def __init__(self, words: Words, parent: QWidget | None = None) -> None:
        super().__init__(words, parent)
        self._view: IdentityView | None = None
        self._purpose: Purpose | None = None
        self._camera = Camera.OPENING
        self._missing = False
        self._head = PageHead(self.tools)
        self._title, self._hint = Label(Type.TITLE), Label(Type.LEAD, Tone.SOFT)
        self._note = Note()
        self._note.setObjectName("identity_note")
        self._manual = Note()
        self._manual.setObjectName("identity_manual")
        self._pages = QStackedWidget()
        self._pages.addWidget(self._faces_page())
        self._pages.addWidget(self._reason_page())
        self.body.addWidget(self._head)
        self.body.addWidget(self._pages, 1)
        self.body.addWidget(self._foot())
        self.dress()

    # laying out

    def _faces_page(self) -> QWidget:
        self._photo, self._live = Photo(tokens.FACE), Photo(tokens.FACE)
        self._photo.setObjectName("roster_photo")
        self._live.setObjectName("live_picture")
        self._tag = SimulatedTag()
        self._tag.setObjectName("picture_simulated")
        self._state = Label(Type.BODY, Tone.SOFT)
        self._state.setObjectName("live_state")
        photo_name, live_name = Label(Type.STRONG), Label(Type.STRONG)
        self.named(photo_name.setText, "identity.photo")
        self.named(live_name.setText, "identity.live")
        self._facts = CandidatePanel(photo=False)
        row = QHBoxLayout()
        row.setSpacing(Space.L)
        row.addLayout(_above_each_other(self._photo, photo_name))
        row.addLayout(_above_each_other(self._live, live_name, self._tag, self._state))
        row.addSpacing(Space.S)
        row.addWidget(self._facts, 1)
        sheet = Panel(Space.L)
        sheet.content.addLayout(row)
        column = Column(tokens.WIDE)
        column.content.setSpacing(Space.M)
        column.content.addStretch(1)
        for widget in (self._title, self._hint, self._note, sheet, self._manual):
            column.content.addWidget(widget)
        column.content.addStretch(2)
        self._sheet = Scroll(column)
        return self._sheet

    def _reason_page(self) -> QWidget:
        self._why, self._why_hint = Label(Type.TITLE), Label(Type.LEAD, Tone.SOFT)
        self._reason_name = Label(Type.STRONG)
        self._reason = Field("reason", longest=REASON_LONGEST)
        self._quick = [Button(f"quick_{number}") for number in range(1, len(_QUICK) + 1)]
        self._reason_note = Note()
        self._reason_note.setObjectName("reason_note")
        self.named(self._reason_name.setText, "identity.reason")
        self.named(self._reason.setAccessibleName, "identity.reason")
        self._reason.returnPressed.connect(self._give_reason)
        self._reason.textChanged.connect(lambda _text: self._say_missing(missing=False))
        panel = Panel(Space.XXL)
        for widget in (self._why, self._why_hint, self._reason_name, self._reason, self._reason_note):
            panel.content.addWidget(widget)
        for button in self._quick:
            button.clicked.connect(lambda _checked=False, button=button: self._take_quick(button))
            panel.content.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
        page = Column()
        page.content.addStretch(1)
        page.content.addWidget(panel)
        page.content.addStretch(2)
        return Scroll(page)

    def _foot(self) -> Foot:
        self._no, self._yes = Button("deny"), Button("confirm", Kind.PRIMARY)
        self._back, self._doubt, self._refuse = Button("back"), Button("doubt"), Button("refuse")
        self._admit, self._go = Button("admit", Kind.PRIMARY), Button("go_on", Kind.PRIMARY)
        self.named(self._no.setText, "check_in.no")
        self.named(self._yes.setText, "check_in.yes")
        self.named(self._back.setText, "identity.back")
        self.named(self._doubt.setText, "identity.doubt")
        self.named(self._refuse.setText, "identity.refuse")
        self.named(self._go.setText, "identity.go_on")
        self._no.clicked.connect(lambda: self._answer(self.denied))
        self._yes.clicked.connect(lambda: self._answer(self.confirmed))
        self._back.clicked.connect(self.back_requested)
        self._doubt.clicked.connect(lambda: self._answer(self.doubted))
        self._refuse.clicked.connect(lambda: self._answer(self.refuse_requested))
        self._admit.clicked.connect(lambda: self._answer(self.admit_requested))
        self._go.clicked.connect(self._give_reason)
        foot = Foot()
        for button in (self._no, self._back, self._doubt, self._refuse):
            foot.row.addWidget(button)
        foot.row.addStretch(1)
        for button in (self._yes, self._admit, self._go):
            foot.row.addWidget(button)
        return foot

    # what is shown

    def show_identity(self, view: IdentityView) -> None:
        """Show a candidate. The focus is on no answer: nobody becomes somebody by Return."""
        if self._view is None or self._view.card.sitting != view.card.sitting:
            self.show_live(None, Camera.OPENING)
        if self._purpose is not None or self._view is None or self._view.step is not view.step:
            self.turned.emit()
            self._sheet.verticalScrollBar().setValue(0)  # a new step is read from its top
        self._view, self._purpose = view, None
        self._pages.setCurrentIndex(0)
        self.render_view()
        self._sheet.setFocus(Qt.FocusReason.OtherFocusReason)

    def ask_reason(self, purpose: Purpose) -> None:
        """Ask why, before proctors give their PINs for it."""
        self._purpose, self._missing = purpose, False
        self._reason.clear()
        self._pages.setCurrentIndex(1)
        self.turned.emit()
        self.render_view()
        self._reason.setFocus()

    @property
    def asks_reason(self) -> bool:
        """Whether the page for a reason is in front."""
        return self._purpose is not None

    def show_live(self, jpeg: bytes | None, camera: Camera) -> None:
        """Show the newest picture, and say what it is."""
        self._live.show_photo(jpeg)
        if camera is not self._camera:
            self._camera = camera
            self.render_view()

    def render_view(self) -> None:
        """Write everything in the words of now."""
        view, words = self._view, self.words
        if view is None:
            return
        self._head.show_session(view.session, words)
        self._facts.show_candidate(view.card, words)
        self._photo.show_photo(view.card.photo)
        self._photo.setAccessibleName(words("screen.candidate.photo", name=view.card.name))
        self._live.setAccessibleName(words("screen.identity.live_of", name=view.card.name))
        self._name_step(view)
        self._name_camera(view)
        self._name_reason()
        self._show_buttons(view)

    def _name_step(self, view: IdentityView) -> None:
        words = self.words
        step = "held" if view.held and view.step is Step.PROCTOR else view.step.value
        self._title.setText(words(f"screen.identity.{step}_title"))
        self._hint.setText(words(f"screen.identity.{step}_hint"))
        shown = view.notes if view.step is not Step.CANDIDATE else ()
        self._note.say(Tone.ATTENTION, "\n".join(say(note, words) for note in shown))
        alone = "second" if view.held else "alone"
        self._admit.setText(words(f"screen.identity.admit_{alone if view.people == 1 else 'both'}"))

    def _name_camera(self, view: IdentityView) -> None:
        words = self.words
        simulated, missing = self._camera is Camera.SIMULATED, self._camera is Camera.NONE
        self._tag.say(words("screen.notice.picture_simulated") if simulated else "")
        self._state.setText(words(f"screen.identity.camera_{self._camera.value}"))
        self._state.setVisible(self._camera is Camera.OPENING or missing)
        readable = view.card.photo is not None and read_picture(view.card.photo) is not None
        reasons = [] if readable else [words("screen.identity.no_photo")]
        reasons += [words("screen.identity.no_camera")] if simulated or missing else []
        manual = [*reasons, words("screen.identity.manual")] if reasons else []
        self._manual.say(Tone.ACCENT, "\n".join(manual))

    def _name_reason(self) -> None:
        if self._purpose is None:
            return
        purpose = self._purpose.value
        self._why.setText(self.words(f"screen.identity.{purpose}_why"))
        self._why_hint.setText(self.words(f"screen.identity.{purpose}_why_hint"))
        for place, button in zip(_QUICK, self._quick, strict=True):
            button.setText(self.words(f"screen.identity.{purpose}_quick_{place}"))
        self._say_missing(missing=self._missing)

    def _show_buttons(self, view: IdentityView) -> None:
        asking, step = self._purpose is not None, view.step
        proctors = step is Step.PROCTOR and not asking
        self._no.setVisible(step is Step.CANDIDATE and not asking)
        self._yes.setVisible(step is Step.CANDIDATE and not asking)
        self._back.setVisible(asking or step is Step.PROCTOR)
        self._doubt.setVisible(proctors and not view.held)
        self._refuse.setVisible(proctors and view.held)
        self._admit.setVisible(proctors)
        self._go.setVisible(asking)

    # what is pressed

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go back on Escape, where there is a way back."""
        if event.key() == Qt.Key.Key_Escape and self._back.isVisible():
            self.back_requested.emit()
        else:
            super().keyPressEvent(event)

    def _take_quick(self, button: Button) -> None:
        self._reason.setText(button.text()[:REASON_LONGEST])
        self._say_missing(missing=False)
        self._go.setFocus()

    def _give_reason(self) -> None:
        reason = plain_line(self._reason.text())
        if self._purpose is None:
            return
        if not reason:
            self._say_missing(missing=True)
            self._reason.setFocus()
            return
        self.reason_given.emit(self._purpose, reason)

    def _say_missing(self, *, missing: bool) -> None:
        self._missing = missing
        self._reason.set_wrong(missing)
        self._reason_note.say(Tone.ATTENTION, self.words("screen.identity.reason_missing") if missing else "")

    def _answer(self, signal: SignalInstance) -> None:
        if self._view is not None:
            signal.emit(self._view.card.sitting)


def _above_each_other(*widgets: QWidget) -> QVBoxLayout:
    column = QVBoxLayout()
    column.setSpacing(Space.S)
    for widget in widgets:
        column.addWidget(widget)
    column.addStretch(1)
    return column
