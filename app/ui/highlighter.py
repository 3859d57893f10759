"""Highlighting: a stretch of an item's text is marked as with a felt pen, by the mouse or by keys.

By the mouse: drag over the text marks it, a press on what is marked takes the mark away. By keys: a caret walks through
the text, with Shift it selects, Return marks, Return or Delete on a mark takes it away, Esc ends.
"""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QObject, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication

from app.exam.events import Highlight
from app.exam.prose import Language
from app.ui.flow_marks import Marking, Stretch, holding, merged
from app.ui.flow_view import FlowView

SHARED_FROM: Final = 50
"""The texts of the stimulus are numbered from here on, those of the item itself from 0."""
_MOST: Final = 200
_MOST_PARTS: Final = 100
_STEPS: Final = {
    Qt.Key.Key_Left: -1,
    Qt.Key.Key_Right: 1,
}


class Highlighter(QObject):
    """Marks texts. `changed` carries all marks of the language of now; `ended`: the caret is gone."""

    changed = Signal(object)
    ended = Signal()
    moved = Signal(object)  # the text the caret came to

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._flows: dict[int, FlowView] = {}
        self._marks: dict[int, tuple[Stretch, ...]] = {}
        self._language = Language.ZH
        self._pressed: tuple[FlowView, QPoint, int] | None = None
        self._part: int | None = None
        self._caret = self._anchor = 0

    def watch(
        self,
        own: Sequence[FlowView],
        shared: Sequence[FlowView],
        language: Language,
        marks: Sequence[Highlight],
        *,
        same: bool,
    ) -> None:
        """Have these texts with these marks; `same`: it is the item that was here before."""
        if not same:
            self.end()
        for flow in self._flows.values():
            flow.marker = None
        numbered = [*enumerate(own[:SHARED_FROM]), *enumerate(shared[: _MOST_PARTS - SHARED_FROM], SHARED_FROM)]
        self._flows, self._language, self._pressed = dict(numbered), language, None
        self._marks = {}
        for mark in marks:
            if mark.language is language:
                kept = self._marks.get(mark.part, ())
                self._marks[mark.part] = merged((*kept, (mark.start, mark.end)))
        if self._part not in self._flows:
            self.end()
        for part, flow in self._flows.items():
            flow.marker = self
            self._show(part)

    @property
    def walking(self) -> bool:
        """Tell whether the caret walks through the text."""
        return self._part is not None

    def marks(self) -> tuple[Highlight, ...]:
        """Give all marks of the language of now."""
        found = [
            Highlight(language=self._language, part=part, start=start, end=end)
            for part, stretches in sorted(self._marks.items())
            for start, end in stretches
        ]
        return tuple(found[:_MOST])

    # the mouse

    def press(self, flow: FlowView, at: QPoint) -> None:
        """Begin at a point of a text."""
        self.end()
        self._pressed = (flow, at, flow.place_at(at))

    def drag(self, at: QPoint) -> None:
        """Select from where it began to a point."""
        if self._pressed is None:
            return
        flow, began, place = self._pressed
        if (at - began).manhattanLength() >= QApplication.startDragDistance():
            self._show(self._number(flow), selected=_ordered(place, flow.place_at(at)))

    def release(self, at: QPoint) -> None:
        """Mark what is selected; take away the mark that was pressed."""
        if self._pressed is None:
            return
        flow, began, place = self._pressed
        self._pressed = None
        part = self._number(flow)
        if (at - began).manhattanLength() >= QApplication.startDragDistance():
            self._add(part, _ordered(place, flow.place_at(at)))
        else:
            self._remove(part, flow.character_at(at))
        self._show(part)

    # the keyboard

    def begin(self) -> bool:
        """Let the caret walk, from the first text that is seen; False if there is none."""
        part = self._next(-1, 1)
        if part is None:
            return False
        self._go(part, 0)
        return True

    def end(self) -> None:
        """Take the caret away."""
        part, self._part = self._part, None
        if part is not None:
            if part in self._flows:
                self._show(part)
            self.ended.emit()

    def key(self, event: QKeyEvent) -> None:
        """Walk, select, mark."""
        part = self._part
        if part is None:
            return
        key, flow = Qt.Key(event.key()), self._flows[part]
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if key == Qt.Key.Key_Escape:
            self.end()
        elif key in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
            other = self._next(part, -1 if key == Qt.Key.Key_Backtab else 1)
            if other is not None:
                self._go(other, 0)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._caret != self._anchor:
            self._add(part, _ordered(self._anchor, self._caret))
            self._go(part, self._caret)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self._remove(part, self._caret)
            self._go(part, self._caret)
        elif (place := self._walked(key, flow, event)) is not None:
            self._walk(part, place, select=shift)

    def _walked(self, key: Qt.Key, flow: FlowView, event: QKeyEvent) -> int | None:
        if key in _STEPS:
            step = _STEPS[key]
            far = event.modifiers() & Qt.KeyboardModifier.ControlModifier
            return flow.places.word(self._caret, step) if far else self._caret + step
        if key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            return flow.place_beside(self._caret, -1 if key == Qt.Key.Key_Up else 1)
        return {Qt.Key.Key_Home: 0, Qt.Key.Key_End: len(flow.places)}.get(key)

    def _walk(self, part: int, place: int, *, select: bool) -> None:
        self._caret = min(max(place, 0), len(self._flows[part].places))
        if not select:
            self._anchor = self._caret
        self._show(part)
        self.moved.emit(self._flows[part])

    def _go(self, part: int, place: int) -> None:
        before, self._part = self._part, part
        self._caret = self._anchor = place
        for shown in {before, part} - {None}:
            self._show(int(shown or 0))
        self.moved.emit(self._flows[part])

    def _next(self, part: int, step: int) -> int | None:
        order = sorted(self._flows, key=lambda one: (one < SHARED_FROM, one))  # what is shared is read first
        at = order.index(part) + step if part in order else 0
        while 0 <= at < len(order):
            if self._flows[order[at]].isVisible() and len(self._flows[order[at]].places):
                return order[at]
            at += step
        return None

    # the marks

    def _number(self, flow: FlowView) -> int:
        return next((part for part, one in self._flows.items() if one is flow), 0)

    def _add(self, part: int, stretch: Stretch) -> None:
        if stretch[0] < stretch[1] and len(self.marks()) < _MOST:
            self._marks[part] = merged((*self._marks.get(part, ()), stretch))
            self.changed.emit(self.marks())

    def _remove(self, part: int, place: int) -> None:
        kept = self._marks.get(part, ())
        pressed = holding(kept, place) if place >= 0 else None
        if pressed is not None:
            self._marks[part] = tuple(one for one in kept if one != pressed)
            self.changed.emit(self.marks())

    def _show(self, part: int, selected: Stretch | None = None) -> None:
        caret = self._caret if part == self._part else None
        if caret is not None and self._anchor != caret:
            selected = _ordered(self._anchor, caret)
        flow = self._flows.get(part)
        if flow is not None:
            flow.show_marking(Marking(self._marks.get(part, ()), selected, caret))


def _ordered(one: int, other: int) -> Stretch:
    return min(one, other), max(one, other)
