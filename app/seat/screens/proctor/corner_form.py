"""One act of a proctor before it is done: to whom, what will happen, why, and the verb on the button."""

from itertools import pairwise

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.seat.screens.admission.candidate_panel import CandidatePanel
from app.seat.screens.beside import Beside
from app.seat.screens.choice_list import ChoiceList
from app.seat.screens.late import hand_look
from app.seat.screens.proctor.corner_parts import BigClock
from app.seat.screens.proctor.corner_view import CornerAct, CornerAnswer, CornerForm, Writing
from app.seat.screens.screen import PageHead, Screen
from app.ui.buttons import Button, Kind, TickBox
from app.ui.fields import Field
from app.ui.labels import Label, Note
from app.ui.page import Foot, Panel, Scroll
from app.ui.text import say
from app.ui.tokens import Space, Tone, Type
from app.words import Words
from sync.wire.ids import plain_line

NOTE_LONGEST = 160
"""A note, a chosen reason and a statement fit into one entry of the journal together."""
_MINUTE_BUTTONS = 4
_MINUTE_DIGITS = 3
_MOST_OF_THE_FOOT = 1000


class CornerFormScreen(Screen):
    """The candidate at the left, the form at the right, back and go at opposite ends of the foot. Escape goes back."""

    confirmed = Signal(object)
    cancelled = Signal()

    def __init__(self, words: Words, parent: QWidget | None = None) -> None:
        super().__init__(words, parent)
        self._form: CornerForm | None = None
        self._missing = ""
        self._writing: Writing | None = None
        self._settled = QTimer(self, singleShot=True, interval=0)  # what has just come has its place after this
        self._head = PageHead(self.tools)
        self._clock = BigClock()
        self._candidate = CandidatePanel(narrow=True)
        self._sheet = Panel()
        self._shown, self._shown_name, self._evidence = Panel(Space.L), Label(Type.STRONG), Label(Type.BODY, Tone.SOFT)
        self._evidence.setObjectName("form_evidence")
        self._title, self._sentence = Label(Type.TITLE), Note()
        self._problem = Note(Space.S)  # one line is no higher than the buttons beside it
        self._problem.setObjectName("form_problem")
        self._minutes_name, self._choices_name = Label(Type.STRONG), Label(Type.STRONG)
        self._note_name, self._statement_name = Label(Type.STRONG), Label(Type.STRONG)
        self._minute_buttons = [Button(f"minutes_{index}") for index in range(_MINUTE_BUTTONS)]
        self._minutes = Field("minutes", longest=_MINUTE_DIGITS)
        self._choices = ChoiceList("choices")
        self._note = Field("note", longest=NOTE_LONGEST)
        self._statement = Field("statement", longest=NOTE_LONGEST)
        self._refused = TickBox("statement_refused")
        self._back, self._go = Button("form_back"), Button("form_confirm", Kind.PRIMARY)
        self._join()
        self._lay_out()
        self.dress()

    def _join(self) -> None:
        self._back.clicked.connect(self.cancelled)
        self._go.clicked.connect(self._confirm)
        for button in self._minute_buttons:
            button.clicked.connect(lambda _checked=False, button=button: self._take_minutes(button))
        for field in (self._minutes, self._note, self._statement):
            field.textChanged.connect(lambda _text: self._say_missing(""))
        self._choices.chosen_changed.connect(self._chosen)
        self._settled.timeout.connect(self._show_statement)
        self._refused.toggled.connect(self._refuse)
        self.named(self._head.show_title, "corner_form.head")
        self.named(self._clock.name.setText, "corner.time_left")
        self.named(self._back.setText, "corner_form.back")
        self.named(self._minutes_name.setText, "corner_form.minutes")
        self.named(self._minutes.setAccessibleName, "corner_form.minutes")
        self.named(self._note_name.setText, "corner_form.note")
        self.named(self._note.setAccessibleName, "corner_form.note")
        self.named(self._statement_name.setText, "corner_form.statement")
        self.named(self._statement.setAccessibleName, "corner_form.statement")
        self.named(self._refused.setText, "corner_form.refused")

    def _lay_out(self) -> None:
        right = QWidget()
        asked = self._asked = QVBoxLayout(right)
        asked.setContentsMargins(0, 0, 0, 0)
        asked.setSpacing(Space.M)
        self._scroll = Scroll(self._what())
        asked.addWidget(self._scroll, 1)
        asked.addWidget(self._heard_panel())
        self._beside = Beside(self._who(), right, (2, 3), right_first=True)
        self._beside.one_column.connect(self._one_column)
        foot = Foot()
        foot.row.addWidget(self._back)
        foot.row.addStretch(1)
        foot.row.addWidget(self._problem, _MOST_OF_THE_FOOT)  # in sight beside the button, and pushes nothing
        foot.row.addWidget(self._go)
        self.body.addWidget(self._head)
        self.body.addWidget(self._beside, 1)
        self.body.addWidget(foot)

    def _who(self) -> QWidget:
        self._sheet.content.addWidget(self._candidate)
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, Space.M, 0)
        column.setSpacing(Space.L)
        self._shown.content.addWidget(self._shown_name)
        self._shown.content.addWidget(self._evidence)
        column.addWidget(self._clock)
        column.addWidget(self._shown)
        column.addWidget(self._sheet)
        column.addStretch(1)
        return content

    def _what(self) -> QWidget:
        content = self._content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, Space.M, 0)
        column.setSpacing(Space.M)
        minutes = QHBoxLayout()
        minutes.setSpacing(Space.S)
        for button in self._minute_buttons:
            minutes.addWidget(button, 1)
        above: tuple[QWidget, ...] = (self._title, self._sentence, self._minutes_name)
        below: tuple[QWidget, ...] = (
            self._minutes,
            self._choices_name,
            self._choices,
            self._note_name,
            self._note,
        )
        for widget in above:
            column.addWidget(widget)
        column.addLayout(minutes)
        for widget in below:
            column.addWidget(widget)
        column.addStretch(1)
        return content

    def _one_column(self, one: bool) -> None:
        """Let all that is asked scroll with the page where the text is so large that every list would be a slit."""
        if one:
            self._scroll.takeWidget()
            self._scroll.hide()
            self._asked.insertWidget(0, self._content)
        else:
            self._asked.removeWidget(self._content)
            self._scroll.setWidget(self._content)
            self._scroll.show()
        self._content.show()

    def _heard_panel(self) -> QWidget:
        """Give the statement a place of its own: no list above it can push it out of sight."""
        self._heard = QWidget()
        column = QVBoxLayout(self._heard)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.S)
        for widget in (self._statement_name, self._statement, self._refused):
            column.addWidget(widget)
        return self._heard

    def show_form(self, form: CornerForm) -> None:
        """Ask anew; nothing of the form before is kept."""
        self._form, self._missing = form, ""
        self.show_writing(None)
        for field in (self._minutes, self._note, self._statement):
            field.clear()
        self._note.setText(form.note)
        self._refused.setChecked(False)
        self._choices.show_choices((), self.words)
        self.render_view()
        self._scroll.verticalScrollBar().setValue(0)
        self._beside.to_top()
        if form.minutes:
            self._minutes.setFocus(Qt.FocusReason.OtherFocusReason)
        elif form.choices:
            self._choices.focus()
        else:
            self._back.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_writing(self, writing: Writing | None) -> None:
        """Say how far what was confirmed is; until it is written nothing can be confirmed or changed, None: it is.

        What cannot be written yet lets nobody be kept here: then "back" leads away.
        """
        self._writing = writing
        if writing is not None:
            self.setFocus()  # before Qt hands the focus of what is shut to any other control
        for widget in (self._content, self._heard, self._go):
            widget.setEnabled(writing is None)
        self._back.setEnabled(writing is not Writing.SAVING)
        if writing is Writing.NOT_SAVED:
            self._back.setFocus(Qt.FocusReason.OtherFocusReason)
        self._show_problem()

    def choose(self, key: str) -> None:
        """Choose one of the choices by its key."""
        self._choices.choose(key)

    def set_remaining(self, remaining_ms: int | None) -> None:
        """Show the time left; None hides it."""
        self._clock.set_remaining(remaining_ms)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go back on Escape."""
        if event.key() == Qt.Key.Key_Escape:
            self._back.click()  # nothing while it is shut
        else:
            super().keyPressEvent(event)

    def render_view(self) -> None:
        """Write it."""
        words, form = self.words, self._form
        if form is None:
            return
        self._title.setText(say(form.title, words))
        self._sentence.say(Tone.DANGER if form.grave else Tone.ATTENTION, say(form.sentence, words))
        self._go.setText(say(form.verb, words))
        self._sheet.setVisible(form.candidate is not None)
        self._shown.setVisible(bool(form.evidence))
        self._shown_name.setText(words("screen.authority.point_evidence"))
        self._evidence.setText("\n".join(say(line, words) for line in form.evidence))
        self._head.show_facts(form.candidate.name if form.candidate else "")
        if form.candidate is not None:
            self._candidate.show_candidate(form.candidate, words)
        self._minutes_name.setVisible(bool(form.minutes))
        self._minutes.setVisible(bool(form.minutes))
        for index, button in enumerate(self._minute_buttons):
            button.setVisible(index < len(form.minutes))
            if index < len(form.minutes):
                button.setText(words("screen.corner_form.so_many", minutes=form.minutes[index]))
        choices_key = "what" if form.act is CornerAct.REPORT else "reason"
        self._choices_name.setText(words(f"screen.corner_form.{choices_key}"))
        self._choices.setAccessibleName(words(f"screen.corner_form.{choices_key}"))
        for widget in (self._choices_name, self._choices, self._note_name, self._note):
            widget.setVisible(bool(form.choices))
        if self._choices.show_choices(form.choices, words):
            self._take_rows()
        self._ask_statement()
        self._show_problem()

    def _take_rows(self) -> None:
        """Dress the new rows, and let the keyboard come to them where they stand."""
        hand_look(self._choices, self.look)
        chain = (self._minutes, *self._choices.rows, self._note, self._statement, self._refused, self._back, self._go)
        for before, after in pairwise(chain):
            QWidget.setTabOrder(before, after)
        self._tools_last()

    def _chosen(self) -> None:
        self._ask_statement()
        if self._choices.chosen is not None and self._choices.chosen.heard:
            self._settled.start()
        self._say_missing("")

    def _ask_statement(self) -> None:
        chosen = self._choices.chosen
        self._heard.setVisible(chosen is not None and chosen.heard)

    def _show_statement(self) -> None:
        for widget in (self._refused, self._statement):
            self._beside.bring_into_sight(widget)

    def _take_minutes(self, button: Button) -> None:
        if self._form is not None:
            self._minutes.setText(str(self._form.minutes[self._minute_buttons.index(button)]))
            self._say_missing("")

    def _refuse(self, refused: bool) -> None:
        self._statement.setEnabled(not refused)
        if refused:
            self._statement.clear()
        self._say_missing("")

    def _confirm(self) -> None:
        form = self._form
        if form is None:
            return
        chosen = self._choices.chosen
        text = self._minutes.text()
        minutes = int(text) if text.isascii() and text.isdecimal() else 0
        note, said = plain_line(self._note.text()), plain_line(self._statement.text())
        if form.minutes and not 1 <= minutes <= form.most_minutes:
            self._say_missing("minutes_missing", self._minutes)
        elif form.choices and chosen is None:
            self._say_missing("reason_missing", self._choices.rows[0])
        elif chosen is not None and chosen.noted and not note:
            self._say_missing("note_missing", self._note)
        elif chosen is not None and chosen.heard and not said and not self._refused.isChecked():
            self._say_missing("statement_missing", self._statement)
        else:
            self.confirmed.emit(CornerAnswer(chosen, minutes, note, said, self._refused.isChecked()))

    def _say_missing(self, what: str, where: QWidget | None = None) -> None:
        """Say what is missing, and go there: it may have been scrolled out of sight."""
        self._missing = what
        self._show_problem()
        if where is not None:
            where.setFocus(Qt.FocusReason.OtherFocusReason)
            self._scroll.ensureWidgetVisible(where)

    def _show_problem(self) -> None:
        key = self._writing.value if self._writing is not None else self._missing
        most = self._form.most_minutes if self._form is not None else 0
        said = self.words(f"screen.corner_form.{key}", most=most) if key else ""
        self._problem.say(Tone.ACCENT if self._writing is Writing.SAVING else Tone.ATTENTION, said)
