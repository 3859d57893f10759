"""Parts of the proctor's corner: the big clock, how the seat stands, and the incidents."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.seat.screens.proctor.corner_view import CornerView, IncidentRow, Recorder, Standing
from app.seat.screens.view import CandidateCard
from app.ui.clock import clock_text
from app.ui.icons import Icon, IconMark
from app.ui.labels import Label, Note, StatusMark, repolish, rule
from app.ui.look import Looked
from app.ui.page import Panel
from app.ui.pictures import Photo
from app.ui.text import Text, say
from app.ui.tokens import Space, Tone, Type
from app.words import Words

_STANDING = {
    Standing.NOBODY: (Icon.TO_DO, Tone.SOFT),
    Standing.ADMITTED: (Icon.CLOCK, Tone.ACCENT),
    Standing.RUNNING: (Icon.PLAY, Tone.DONE),
    Standing.PAUSED: (Icon.PAUSE, Tone.ATTENTION),
}
_RECORDER = {
    Recorder.NOT_YET: (Icon.TO_DO, Tone.SOFT),
    Recorder.CHECKING: (Icon.RUNNING, Tone.SOFT),
    Recorder.RECORDING: (Icon.RECORD, Tone.INK),
    Recorder.INTERRUPTED: (Icon.BLOCKED, Tone.DANGER),
}
_INCIDENTS_SHOWN = 30
_TROUBLES_SHOWN = 3
_STACKED_FROM = 1.4
_LONG_NAME = 24


class BigClock(QWidget):
    """The time left in digits that are read from some steps away, under its name; nothing when nobody's time runs."""

    def __init__(self, kind: Type = Type.SCORE) -> None:
        super().__init__()
        self.name = Label(Type.FACT, Tone.SOFT, wrap=False)
        self._digits = Label(kind, wrap=False)
        self._digits.setObjectName("time_left")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.name)
        column.addWidget(self._digits)
        self.hide()

    def set_remaining(self, remaining_ms: int | None) -> None:
        """Show the time left; None hides it."""
        self.setVisible(remaining_ms is not None)
        if remaining_ms is not None and clock_text(remaining_ms) != self._digits.text():
            self._digits.setText(clock_text(remaining_ms))


class Person(Looked, Panel):
    """Who sits here, with the photo, and the time they have left; one above the other where the text is large."""

    def __init__(self) -> None:
        super().__init__(Space.L)
        self._photo = Photo()
        self._name = Label(Type.NAME)
        self._name.setObjectName("candidate_name")
        self._facts = Label(Type.FACT, Tone.SOFT)
        self.clock = BigClock()
        text = QVBoxLayout()
        text.setSpacing(Space.S)
        text.addWidget(self._name)
        text.addWidget(self._facts)
        text.addStretch(1)
        who = QHBoxLayout()
        who.setSpacing(Space.L)
        who.addWidget(self._photo, 0, Qt.AlignmentFlag.AlignTop)
        who.addLayout(text, 1)
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._row.setSpacing(Space.L)
        self._row.addLayout(who, 1)
        self._row.addWidget(self.clock, 0, Qt.AlignmentFlag.AlignTop)
        self.content.addLayout(self._row)

    def look_changed(self) -> None:
        """Put the time under the name where it does not fit beside it."""
        stacked = self.look.scale >= _STACKED_FROM
        self._row.setDirection(QBoxLayout.Direction.TopToBottom if stacked else QBoxLayout.Direction.LeftToRight)

    def show_candidate(self, card: CandidateCard, words: Words) -> None:
        """Show a candidate."""
        self._photo.show_photo(card.photo)
        self._photo.setAccessibleName(words("screen.candidate.photo", name=card.name))
        self._name.setText(card.name)
        self._name.setProperty("type", (Type.NAME if len(card.name) <= _LONG_NAME else Type.STRONG).value)
        repolish(self._name)
        seat = words("screen.candidate.seat_number", number=f"{card.seat_number:02}")
        facts = [card.admission_number, card.id_number_masked, seat]
        facts += [say(card.allowance, words)] if card.allowance else []
        self._facts.setText("\n".join(facts))


class Glance(Panel):
    """How the seat stands, a line for each thing."""

    def __init__(self) -> None:
        super().__init__(Space.L)
        self.content.setSpacing(Space.S)
        self._standing = StatusMark(Type.SECTION, wrap=True)
        self._standing.setObjectName("standing")
        self._hand, self._saved, self._recorder = (StatusMark(Type.LEAD, wrap=True) for _ in range(3))
        self._hand.setObjectName("hand_raised")
        self._answered = Label(Type.LEAD, Tone.SOFT)
        self._hints = StatusMark(Type.LEAD, wrap=True)
        self._hints.setObjectName("hints")
        self._rule = rule()
        above = (self._standing, self._hand, self._rule, self._answered, self._saved, self._recorder)
        for widget in (*above, self._hints):
            self.content.addWidget(widget)

    def show_view(self, view: CornerView, words: Words) -> None:
        """Show it."""
        icon, tone = _STANDING[view.standing]
        self._standing.show_status(icon, tone, words(f"screen.corner.standing_{view.standing.value}"))
        somebody = view.candidate is not None
        self._hand.setVisible(view.hand_raised)
        self._hand.show_status(Icon.HAND, Tone.ATTENTION, words("screen.corner.hand_raised"))
        self._rule.setVisible(somebody)
        self._answered.setVisible(somebody)
        self._answered.setText(words("screen.corner.answered", answered=view.answered, items=view.items))
        self._saved.setVisible(somebody)
        if view.saved:
            self._saved.show_status(Icon.CHECK, Tone.DONE, words("screen.corner.saved", time=view.saved))
        else:
            self._saved.show_status(Icon.TO_DO, Tone.SOFT, words("screen.corner.nothing_saved"))
        icon, tone = _RECORDER[view.recorder]
        self._recorder.setVisible(somebody)
        simulated = view.simulated and view.recorder is Recorder.RECORDING
        key = "screen.corner.recorder_simulated" if simulated else f"screen.corner.recorder_{view.recorder.value}"
        self._recorder.show_status(icon, tone, words(key))
        self._hints.setVisible(view.hints > 0)
        self._hints.show_status(Icon.FLAG, Tone.SOFT, words("screen.corner.hints_count", count=view.hints))


class Troubles(QWidget):
    """What is wrong with the recording and what to do, one above the other; nothing when all is well."""

    def __init__(self) -> None:
        super().__init__()
        self._notes = tuple(Note() for _trouble in range(_TROUBLES_SHOWN))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.S)
        for note in self._notes:
            column.addWidget(note)

    def show_troubles(self, troubles: tuple[Text, ...], words: Words) -> None:
        """Show them."""
        self.setVisible(bool(troubles))
        for index, note in enumerate(self._notes):
            note.say(Tone.ATTENTION, say(troubles[index], words) if index < len(troubles) else "")


class _IncidentLine(QWidget):
    """One incident: a mark, what and when, and below it the note and who did it."""

    def __init__(self) -> None:
        super().__init__()
        self._mark = IconMark(Icon.INFO, Tone.SOFT, beside=Type.STRONG)
        self._what = Label(Type.STRONG)
        self._note = Label(Type.BODY)
        self._by = Label(Type.CAPTION, Tone.SOFT)
        text = QVBoxLayout()
        text.setSpacing(0)
        for label in (self._what, self._note, self._by):
            text.addWidget(label)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, Space.S, 0, Space.S)
        row.setSpacing(Space.M)
        row.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(text, 1)

    def show_row(self, row: IncidentRow, words: Words) -> None:
        """Show an incident."""
        self._mark.show_icon(*((Icon.ATTENTION, Tone.DANGER) if row.grave else (Icon.INFO, Tone.SOFT)))
        self._what.setText(say(row.what, words))
        self._note.setText(row.note)
        self._note.setVisible(bool(row.note))
        by = row.by or words("screen.corner.by_machine")
        self._by.setText(words("screen.corner.when_and_who", time=row.when, who=by))


class Incidents(QWidget):
    """The incidents, newest first."""

    def __init__(self) -> None:
        super().__init__()
        self._none = Label(Type.BODY, Tone.SOFT)
        self._more = Label(Type.CAPTION, Tone.SOFT)
        self._lines = [_IncidentLine() for _line in range(_INCIDENTS_SHOWN)]
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, Space.M, 0)
        column.setSpacing(0)
        for widget in (self._none, *self._lines, self._more):
            column.addWidget(widget)
        column.addStretch(1)

    def show_rows(self, rows: tuple[IncidentRow, ...], words: Words) -> None:
        """Show them; of very many the newest, and how many more there are."""
        self._none.setText(words("screen.corner.no_incidents"))
        self._none.setVisible(not rows)
        for index, line in enumerate(self._lines):
            line.setVisible(index < len(rows))
            if index < len(rows):
                line.show_row(rows[index], words)
        self._more.setVisible(len(rows) > _INCIDENTS_SHOWN)
        self._more.setText(words("screen.corner.more_incidents", count=max(0, len(rows) - _INCIDENTS_SHOWN)))
