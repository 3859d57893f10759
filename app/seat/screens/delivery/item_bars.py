"""Head and foot of the item screen."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Final

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app.ui import tokens
from app.ui.buttons import Button, Kind
from app.ui.clock import ClockFace
from app.ui.icons import Icon
from app.ui.labels import Line, StatusMark
from app.ui.look import Looked
from app.ui.page import Bar
from app.ui.pictures import Photo
from app.ui.text import Text, say
from app.ui.tokens import Space, Tone, Type
from app.ui.tools import Tools
from app.words import Words


@dataclass(frozen=True)
class ItemHeader:
    """Who sits what, where; without a seat number it is no sitting, and no photo is looked for."""

    exam_title: Text
    candidate_name: str
    seat_number: int | None
    photo: bytes | None = None


class RecordingState(StrEnum):
    """What the recorder does."""

    RECORDING = "recording"
    INTERRUPTED = "interrupted"
    CHECKING = "checking"


NOTE_MS: Final = 20_000
"""So long a note stands."""


class _Slot(IntEnum):
    NAMES = 0
    WARNING = 1
    NOTE = 2


class ItemHead(Bar):
    """Exam and candidate at the left, tools, and the clock at the right end."""

    def __init__(self, tools: Tools) -> None:
        super().__init__("head")
        self._header: ItemHeader | None = None
        self._minutes: int | None = None
        self._title, self._who = Line(Type.BAR_STRONG), Line(Type.BAR, Tone.SOFT)
        self._photo = Photo(tokens.THUMB, 1.2)
        self._note: Text = ""
        self._warning, self._noted = StatusMark(Type.BAR_STRONG), StatusMark(Type.BAR_STRONG)
        self.clock = ClockFace()
        self._slot = QStackedWidget()
        self._slot.addWidget(self._names())
        self._slot.addWidget(self._strip("time_warning", Tone.ATTENTION, self._warning))
        self._slot.addWidget(self._strip("note_strip", Tone.ACCENT, self._noted))
        self._note_timer = QTimer(self, interval=NOTE_MS, singleShot=True)
        self._note_timer.timeout.connect(self._show_slot)
        row = QHBoxLayout(self)
        row.setContentsMargins(Space.XL, Space.XS, Space.L, Space.XS)
        row.setSpacing(Space.M)
        row.addWidget(self._photo)
        row.addWidget(self._slot, 1)
        row.addWidget(tools)
        row.addSpacing(Space.S)
        row.addWidget(self.clock)

    def _names(self) -> QWidget:
        names = QWidget()
        column = QVBoxLayout(names)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addStretch(1)
        column.addWidget(self._title)
        column.addWidget(self._who)
        column.addStretch(1)
        return names

    def _strip(self, name: str, tone: Tone, mark: StatusMark) -> QFrame:
        strip = QFrame()
        strip.setObjectName(name)
        strip.setProperty("part", "note")
        strip.setProperty("tone", tone.value)
        line = QHBoxLayout(strip)
        line.setContentsMargins(Space.L, 0, Space.L, 0)
        line.addWidget(mark)
        line.addStretch(1)
        return strip

    def show_header(self, header: ItemHeader, words: Words) -> None:
        """Show who sits what."""
        self._header = header
        self._photo.show_photo(header.photo)
        self._photo.setAccessibleName(words("screen.candidate.photo", name=header.candidate_name))
        self._title.setText(say(header.exam_title, words))
        who = header.candidate_name
        if header.seat_number is not None:
            who = words("screen.item.who", name=who, seat=f"{header.seat_number:02}")
        self._who.setText(who)
        self._photo.setVisible(header.seat_number is not None)

    def show_warning(self, minutes: int | None, words: Words) -> None:
        """Put the warning over the title, or take it away. The focus is not touched."""
        self._minutes = minutes
        if minutes is not None:
            self._warning.show_status(Icon.CLOCK, Tone.ATTENTION, words("screen.item.warning", minutes=minutes))
        self._show_slot()

    def show_note(self, text: Text, words: Words) -> None:
        """Say something calmly for a while; a warning of time comes before it."""
        self._note = text
        self._noted.show_status(Icon.INFO, Tone.ACCENT, say(text, words))
        self._note_timer.start()
        self._show_slot()

    def forget(self) -> None:
        """Take warning and note away."""
        self._minutes = None
        self._note_timer.stop()
        self._show_slot()

    def _show_slot(self) -> None:
        slot = _Slot.NAMES
        if self._minutes is not None:
            slot = _Slot.WARNING
        elif self._note_timer.isActive():
            slot = _Slot.NOTE
        self._slot.setCurrentIndex(slot)

    def set_words(self, words: Words) -> None:
        """Say everything in another language."""
        self.clock.set_caption(words("screen.item.remaining"))
        if self._header is not None:
            self.show_header(self._header, words)
        self._noted.show_status(Icon.INFO, Tone.ACCENT, say(self._note, words))
        self.show_warning(self._minutes, words)


class _Saved(StrEnum):
    NOTHING = "nothing"
    SAVED = "saved"
    SAVING = "saving"
    NOT_SAVED = "not_saved"


_SAVED_LOOK = {
    _Saved.NOTHING: (Icon.TO_DO, Tone.INK),
    _Saved.SAVED: (Icon.CHECK, Tone.DONE),
    _Saved.SAVING: (Icon.RUNNING, Tone.INK),
    _Saved.NOT_SAVED: (Icon.BLOCKED, Tone.DANGER),
}
_RECORDING_LOOK = {
    RecordingState.RECORDING: (Icon.RECORD, Tone.INK),
    RecordingState.INTERRUPTED: (Icon.ATTENTION, Tone.ATTENTION),
    RecordingState.CHECKING: (Icon.RUNNING, Tone.SOFT),
}
_STACKED_FROM = 1.3  # from this scale on the two states stand one above the other


class ItemFoot(Looked, Bar):
    """What the recorder does and whether everything is saved; flag, previous, next; and, set apart, hand in."""

    def __init__(self) -> None:
        super().__init__("foot")
        self._saved, self._at = _Saved.NOTHING, ""
        self._recording, self._simulated = RecordingState.CHECKING, False
        self._flagged = False
        self.recording, self.saved = StatusMark(), StatusMark()
        self.recording.setObjectName("recording_state")
        self.saved.setObjectName("saved_state")
        self.hand_is_up = False
        self.hand = Button("raise_hand", Kind.SECONDARY, Icon.HAND, bar=True)
        self.hand.be_markable()
        self.flag = Button("flag", Kind.SECONDARY, Icon.FLAG, bar=True)
        self.flag.be_markable()
        self.previous = Button("previous", Kind.SECONDARY, Icon.BACK, bar=True)
        self.next = Button("next", Kind.PRIMARY, bar=True)
        self.submit = Button("submit", bar=True)
        self._states = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._states.setSpacing(Space.XL)
        self._states.addWidget(self.recording)
        self._states.addWidget(self.saved)
        self._states.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(Space.XL, Space.S, Space.XL, Space.S)
        row.setSpacing(Space.M)
        row.addLayout(self._states, 1)
        row.addWidget(self.hand)
        row.addSpacing(Space.M)
        for button in (self.flag, self.previous, self.next):
            row.addWidget(button)
        row.addSpacing(Space.HUGE + Space.XXL)
        row.addWidget(self.submit)

    def look_changed(self) -> None:
        """Put the two states one above the other when they are large."""
        stacked = self.look.scale >= _STACKED_FROM
        way = QBoxLayout.Direction.TopToBottom if stacked else QBoxLayout.Direction.LeftToRight
        self._states.setDirection(way)
        self._states.setSpacing(0 if stacked else Space.XL)

    def set_words(self, words: Words) -> None:
        """Say everything in another language."""
        self.previous.setText(words("screen.item.previous"))
        self.next.setText(words("screen.item.next"))
        self.submit.setText(words("screen.item.submit"))
        self.flag.keep_room(words("screen.item.flag"), words("screen.item.unflag"))
        self.hand.keep_room(words("screen.item_view.hand_up"), words("screen.item_view.hand_down"))
        self.show_flag(words, on=self._flagged)
        self.show_hand(words, up=self.hand_is_up)
        self.show_recording(self._recording, words, simulated=self._simulated)
        self._show_saved(self._saved, words)

    def show_flag(self, words: Words, *, on: bool) -> None:
        """Show whether this item is flagged."""
        self._flagged = on
        self.flag.setChecked(on)
        self.flag.setText(words("screen.item.unflag" if on else "screen.item.flag"))

    def show_hand(self, words: Words, *, up: bool) -> None:
        """Show whether the hand is up."""
        self.hand_is_up = up
        self.hand.setChecked(up)
        self.hand.setText(words("screen.item_view.hand_down" if up else "screen.item_view.hand_up"))

    def show_nothing(self, words: Words) -> None:
        """Say that there is nothing to save yet."""
        self._show_saved(_Saved.NOTHING, words)

    def show_saved(self, at: str, words: Words) -> None:
        """Say when everything was saved."""
        self._at = at
        self._show_saved(_Saved.SAVED, words)

    def show_saving(self, words: Words) -> None:
        """Say that saving goes on."""
        self._show_saved(_Saved.SAVING, words)

    def show_not_saved(self, words: Words) -> None:
        """Say that the newest change is not saved."""
        self._show_saved(_Saved.NOT_SAVED, words)

    def show_recording(self, state: RecordingState, words: Words, *, simulated: bool) -> None:
        """Say what the recorder does, and that its sources are simulated."""
        self._recording, self._simulated = state, simulated
        text = words(f"screen.item.recording_{state.value}")
        if simulated:
            text = words("screen.item.recording_simulated", state=text)
        self.recording.show_status(*_RECORDING_LOOK[state], text)

    def _show_saved(self, saved: _Saved, words: Words) -> None:
        self._saved = saved
        self.saved.show_status(*_SAVED_LOOK[saved], words(f"screen.item.{saved.value}", time=self._at))
