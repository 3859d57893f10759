"""What is wrong with how a page is laid out, found by code: outside, over something else, squeezed, cut off."""

from collections.abc import Iterator

from PySide6.QtCore import QRect, QSize
from PySide6.QtWidgets import (
    QAbstractScrollArea,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollBar,
    QStackedWidget,
    QWidget,
)

from app.ui.interactions.area_button import AreaButton
from app.ui.interactions.hot_button import HotButton
from app.ui.labels import Label, Line

OVERLAYS = {"display_panel", "more_below"}
"""What lies over a page on purpose, by its name."""
LEAST_SIGHT = 0.17
"""What scrolls shows at least this part of the window's height at once."""
SHAPED = AreaButton | HotButton
"""Areas of a picture lie where the item's author drew them, words to press in their line; each knows its shape."""
RING_ROOM = 4  # round words to press in a line there is room for their focus ring, also at the line's end
ICON_GAP = 4  # what Qt puts between a button's icon and its word


def faults(page: QWidget) -> list[str]:
    """Give every fault of a shown page, each as a sentence that names the widget."""
    return [fault for widget in seen(page) for fault in _faults_of(widget)]


def seen(page: QWidget) -> list[QWidget]:
    """Give what is shown of a page, itself first."""
    return [page, *(child for child in page.findChildren(QWidget) if _shown(child, page))]


def name(widget: QWidget) -> str:
    """Name a widget so that it can be found: its class, its name or words, and what it stands in."""
    said = widget.objectName() or str(getattr(widget, "text", lambda: "")())[:24]
    parent = widget.parentWidget()
    inside = f" in {type(parent).__name__} {parent.objectName()}".rstrip() if parent else ""
    return f"{type(widget).__name__} '{said}'{inside}"


def _shown(widget: QWidget, page: QWidget) -> bool:
    return widget.isVisibleTo(page) and widget.window() is page.window()


def _faults_of(widget: QWidget) -> Iterator[str]:
    yield from _outside(widget)
    yield from _overlaps(widget)
    if isinstance(widget, Line):
        yield from _line(widget)
    elif isinstance(widget, Label):
        yield from _label(widget)
    elif isinstance(widget, QPushButton):
        yield from _button(widget)
    elif isinstance(widget, QAbstractScrollArea):
        yield from _slit(widget)
    elif not isinstance(widget, QScrollBar | QStackedWidget | QLineEdit):
        yield from _squeezed(widget)


def _outside(widget: QWidget) -> Iterator[str]:
    parent = widget.parentWidget()
    if parent is None or widget.isWindow():
        return
    room, place = parent.rect(), widget.geometry()
    if _scrolls(parent):
        room = QRect(room.left(), min(room.top(), place.top()), room.width(), max(room.height(), place.height()))
        room.setBottom(max(room.bottom(), place.bottom()))
    if isinstance(widget, HotButton):
        room = room.adjusted(-RING_ROOM, -RING_ROOM, RING_ROOM, RING_ROOM)
    if not room.contains(place):
        yield f"{name(widget)} at {place.getRect()} stands outside {parent.rect().getRect()}"


def _scrolls(parent: QWidget) -> bool:
    area = parent.parentWidget()
    return isinstance(area, QAbstractScrollArea) and area.viewport() is parent


def _overlaps(parent: QWidget) -> Iterator[str]:
    if isinstance(parent, QAbstractScrollArea | QStackedWidget):
        return
    children = [
        child
        for child in parent.children()
        if isinstance(child, QWidget)
        and child.isVisibleTo(parent)
        and not child.isWindow()
        and child.objectName() not in OVERLAYS
        and not child.size().isEmpty()
    ]
    for at, one in enumerate(children):
        for other in children[at + 1 :]:
            if isinstance(one, SHAPED) and isinstance(other, SHAPED):
                continue
            both = _solid(one).intersected(_solid(other))
            if both.width() > 0 and both.height() > 0:
                yield f"{name(one)} and {name(other)} lie over each other at {both.getRect()}"


def _solid(widget: QWidget) -> QRect:
    mask = widget.mask()
    return widget.geometry() if mask.isEmpty() else mask.boundingRect().translated(widget.pos())


def _line(line: Line) -> Iterator[str]:
    whole = line.sizeHint()
    if line.width() < whole.width():
        yield f"{name(line)} ends in … ({line.width()} of {whole.width()} pixels)"
    if line.height() < whole.height():
        yield f"{name(line)} is too low ({line.height()} of {whole.height()} pixels)"


def _label(label: QLabel) -> Iterator[str]:
    if not label.text():
        return
    need = label.heightForWidth(label.width()) if label.wordWrap() else label.sizeHint().height()
    if label.height() < need:
        yield f"{name(label)} is cut off below ({label.height()} of {need} pixels)"
    longest = (label.minimumSizeHint() if label.wordWrap() else label.sizeHint()).width()
    if label.width() < longest:
        yield f"{name(label)} is cut off at its side ({label.width()} of {longest} pixels)"


def _button(button: QPushButton) -> Iterator[str]:
    metrics = button.fontMetrics()
    need = QSize(metrics.horizontalAdvance(button.text()), metrics.height())
    if not button.icon().isNull():
        need += QSize(button.iconSize().width() + ICON_GAP, 0)
    if button.width() < need.width() + 2 * ICON_GAP or button.height() < need.height():
        yield f"{name(button)} is too small ({button.size().toTuple()} for {need.toTuple()})"


def _squeezed(widget: QWidget) -> Iterator[str]:
    least = widget.minimumSizeHint()
    if widget.width() < least.width() or widget.height() < least.height():
        yield f"{name(widget)} is squeezed ({widget.size().toTuple()}, needs {least.toTuple()})"
    layout = widget.layout()
    if layout is not None and layout.hasHeightForWidth():
        need = layout.minimumHeightForWidth(widget.width())
    else:
        need = widget.heightForWidth(widget.width()) if widget.hasHeightForWidth() else 0
    if widget.height() < need:
        yield f"{name(widget)} is too low ({widget.height()} of {need} pixels)"


def _slit(area: QAbstractScrollArea) -> Iterator[str]:
    hidden = area.verticalScrollBar().maximum()
    if hidden > 0 and area.viewport().height() < LEAST_SIGHT * area.window().height():
        yield f"{name(area)} shows a slit ({area.viewport().height()} pixels, {hidden} more below)"
