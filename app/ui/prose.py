"""Exam text on the page: our own `Body` tree as text, tables, pictures, clips and the widgets that stand in it."""

from collections.abc import Callable, Iterator, Mapping, MutableMapping
from typing import Final, Generic, TypeVar

import shiboken6
from PySide6.QtCore import Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from app.exam.prose import (
    Block,
    Body,
    Clip,
    Formula,
    Gap,
    Hot,
    InlinePicture,
    Language,
    Picture,
    Place,
    Table,
)
from app.ui import tokens
from app.ui.clip_player import ClipPlayer
from app.ui.flow_ink import Images, is_small
from app.ui.flow_slots import Arranged, Filler, InLine, SlotPiece, slot_pieces
from app.ui.flow_table import TableView
from app.ui.flow_view import FlowView
from app.ui.item_store import images_of
from app.ui.look import Look, Looked
from app.ui.pictures import UNBOUNDED, PictureButton
from app.ui.tokens import Space, Type
from app.words import Words

W = TypeVar("W", bound=QWidget)
_ALONE: Final = (Picture, Clip, Place, Table)


def column_width(look: Look) -> int:
    """Give the width of the longest line of exam text, pixels."""
    return look.px(Type.EXAM) * tokens.LINE_CHARACTERS


class BodyView(Looked, QWidget):
    """A body. Whoever owns it calls `arrange` after `show_body`, and whenever the width or the look is another.

    The keyboard comes to what stands in it after the widget `after`, in reading order. `corner`: pictures are
    enlarged by their corner only, the rest of them belongs to what lies below.
    """

    picture_pressed = Signal(QImage, str)

    def __init__(self, parent: QWidget, *, after: QWidget, corner: bool = False) -> None:
        super().__init__(parent)
        self._after, self._corner = after, corner
        self._plays: MutableMapping[str, int] = {}
        self._images = Images({})
        self._body: Body = ()
        self._media: Mapping[str, bytes] = {}
        self._words = Words(Language.ZH)
        self._fill: Filler = _unfilled
        self._parts: list[QWidget] = []
        self._filled: list[QWidget] = []
        self._last = after
        self._flows, self._tables = _Pool(FlowView), _Pool(TableView)
        self._pictures, self._players = _Pool(PictureButton), _Pool(ClipPlayer)

    @property
    def last(self) -> QWidget:
        """The last widget in it for the keyboard; what follows on the page comes after it."""
        return self._last

    @property
    def flows(self) -> list[FlowView]:
        """The texts in it, in reading order."""
        views = (part.flow if isinstance(part, TableView) else part for part in self._parts)
        return [view for view in views if isinstance(view, FlowView)]

    def set_struck(self, struck: bool) -> None:
        """Strike its text through, or no longer."""
        for flow in self.flows:
            flow.set_struck(struck)

    def show_body(
        self,
        body: Body,
        media: Mapping[str, bytes],
        *,
        words: Words,
        plays: MutableMapping[str, int],
        fill: Filler | None = None,
    ) -> None:
        """Take a body and the bytes of its media.

        `words` are those around clips, `plays` counts how often each was begun (see `Setting`). `fill` gives the
        widgets for places, gaps and hot texts; they stay the caller's, but stand here until the next body.
        """
        same = self._parts and plays is self._plays and words.language is self._words.language
        if same and body == self._body and media == self._media and not _has_places(body):
            return  # nothing is built anew, and a clip goes on playing
        self._retire()
        self._body = body
        self._images, self._media, self._words, self._plays = images_of(media), media, words, plays
        self._fill = fill or _unfilled
        for blocks in _grouped(body):
            self._parts.append(self._part(blocks))

    def look_changed(self) -> None:
        """Nothing yet: the owner arranges again."""

    def arrange(self, width: int, high: int = UNBOUNDED) -> int:
        """Lay everything out in `width` and give the height it takes; no picture on its own is higher than `high`."""
        top = 0
        for part in self._parts:
            top += Space.M if top else 0
            if isinstance(part, Looked):
                part.set_look(self.look)
            wide, height = width, 0
            if isinstance(part, PictureButton):
                part.high = high
                size = part.size_within(width)
                wide, height = size.width(), size.height()
            elif isinstance(part, Arranged):
                height = part.arrange(width)
            part.setGeometry(0, top, wide, height)
            part.show()
            top += height
        return top

    @property
    def picture_heights(self) -> list[int]:
        """Give how high the pictures stand that stand on their own, pixels."""
        return [part.height() for part in self._parts if isinstance(part, PictureButton) and part.image is not None]

    def natural_width(self) -> int:
        """Give the width that it took when it was arranged, less than it was given where nothing filled it."""
        return max((_natural(part) for part in self._parts), default=0)

    def _part(self, blocks: Body) -> QWidget:
        """Give the widget that shows blocks which stand together."""
        match blocks[0]:
            case Table() as table:
                view = self._tables.take(lambda: TableView(self))
                self._next(view)
                view.show_table(table, [self._widget(piece, view.flow) for piece in slot_pieces(blocks)], self._images)
                return view
            case Picture() | Clip() | Place() as piece if (widget := self._widget(piece, self)) is not None:
                if not isinstance(widget, InLine):
                    return widget
                return self._flow(blocks, [widget])
            case _:
                return self._flow(blocks, None)

    def _flow(self, blocks: Body, widgets: list[QWidget | None] | None) -> FlowView:
        flow = self._flows.take(lambda: FlowView(self))
        if widgets is None:
            widgets = [self._widget(piece, flow) for piece in slot_pieces(blocks)]
        flow.show_blocks(blocks, widgets, self._images)
        return flow

    def _widget(self, piece: SlotPiece, holder: QWidget) -> QWidget | None:
        """Give the widget for a piece, in `holder`; None if it is painted."""
        widget = self._made(piece)
        if widget is None:
            return None
        if widget.parent() is not holder:
            widget.setParent(holder)
        self._next(widget)
        return widget

    def _made(self, piece: SlotPiece) -> QWidget | None:
        match piece:
            case Formula():
                return None
            case Picture() | InlinePicture():
                image = self._images[piece.media]
                small = isinstance(piece, InlinePicture) and is_small(image)
                return None if small else self._picture(image, piece.alt)
            case Clip():
                return self._clip(piece)
            case _:
                widget = self._fill(piece)
                if widget is not None:
                    self._filled.append(widget)
                return widget

    def _picture(self, image: QImage | None, alt: str) -> PictureButton:
        button = self._pictures.take(self._new_picture)
        button.show_image(image, alt, self._images.sized)
        return button

    def _new_picture(self) -> PictureButton:
        button = PictureButton(self, corner=self._corner)
        button.clicked.connect(lambda: self.picture_pressed.emit(button.image, button.text()))
        return button

    def _clip(self, clip: Clip) -> ClipPlayer:
        player = self._players.take(lambda: ClipPlayer(self))
        player.show_clip(clip, self._media.get(clip.media, b""), self._words, self._plays)
        return player

    def _next(self, widget: QWidget) -> None:
        QWidget.setTabOrder(self._last, widget)
        self._last = widget

    def _retire(self) -> None:
        """Take away what the body before had; what was put in by the caller may have been deleted since."""
        for widget in (*self._parts, *self._filled):
            if shiboken6.isValid(widget):
                widget.hide()
        for pool in (self._flows, self._tables, self._pictures, self._players):
            pool.put_back()
        self._parts, self._filled, self._last = [], [], self._after


class _Pool(Generic[W]):
    """Widgets of one kind that are kept from body to body."""

    def __init__(self, _kind: type[W]) -> None:
        self._all: list[W] = []
        self._used = 0

    def take(self, make: Callable[[], W]) -> W:
        """Give the next one that is not in use."""
        if self._used == len(self._all):
            self._all.append(make())
        self._used += 1
        return self._all[self._used - 1]

    def put_back(self) -> None:
        """Hide them all; they can be taken again."""
        for widget in self._all[: self._used]:
            widget.hide()
        self._used = 0


def _natural(part: QWidget) -> int:
    match part:
        case FlowView():
            return part.natural_width()
        case TableView():
            return part.flow.natural_width()
        case _:
            return part.width()


def _grouped(body: Body) -> Iterator[Body]:
    """Give the blocks that stand together: text in one piece, everything else by itself."""
    text: list[Block] = []
    for block in body:
        if isinstance(block, _ALONE):
            if text:
                yield tuple(text)
            text = []
            yield (block,)
        else:
            text.append(block)
    if text:
        yield tuple(text)


def _has_places(body: Body) -> bool:
    """Tell whether the owner's widgets stand in it."""
    return any(isinstance(piece, Place | Gap | Hot) for piece in slot_pieces(body))


def _unfilled(_piece: Place | Gap | Hot) -> None:
    return None
