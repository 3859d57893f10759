"""The sheet an item is written on: its head, and its stem with the interactions where they stand."""

from collections.abc import Iterator

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QImage, QResizeEvent
from PySide6.QtWidgets import QWidget

from app.exam.interactions import Interaction, Responses
from app.exam.item import Item
from app.exam.prose import Body, Gap, Hot, Place
from app.ui import tokens
from app.ui.buttons import Button, Kind
from app.ui.flow_view import FlowView
from app.ui.interactions.base import InteractionView, Setting
from app.ui.interactions.choice import ChoiceView, strike_width
from app.ui.interactions.views import ViewPool, is_inline
from app.ui.item_head import ItemTop
from app.ui.look import Looked
from app.ui.pictures import UNBOUNDED
from app.ui.prose import BodyView, column_width
from app.ui.stimulus import StimulusPanel
from app.ui.tokens import Space

_LONGEST_NAME = 64  # characters, of an identifier
_LEAST_PICTURE = 200  # pixels: a picture gives way to the options down to this height; a press enlarges it
_Piece = BodyView | InteractionView


class ItemSheet(Looked, QWidget):
    """Everything of an item in one column. Views are kept from item to item.

    `responded` carries all responses of the item at every change the person makes.
    """

    responded = Signal(object)
    picture_pressed = Signal(QImage, str)
    row_focused = Signal(QWidget)
    struck_changed = Signal(object)  # the names of all options that are struck through

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("item_sheet")
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._item: Item | None = None
        self._setting: Setting | None = None
        self._responses: Responses = {}
        self.head = ItemTop(self)
        self.head.clear.clicked.connect(self._clear)
        self.clear_notes = Button("clear_notes", Kind.QUIET)
        self.clear_notes.setParent(self)
        self.clear_notes.hide()
        self._struck: tuple[str, ...] = ()
        self._pieces: list[_Piece] = []
        self._texts: list[BodyView] = []
        self._pool = ViewPool(self, self._connect)
        self._views: dict[str, InteractionView] = {}
        self._stimulus: StimulusPanel | None = None
        self.room = 0  # pixels in sight; pictures of the stem give way to what would else be below them

    @property
    def choice(self) -> ChoiceView | None:
        """Give the choice that digits and letters mean: the only interaction of its item."""
        views = list(self._views.values())
        return views[0] if len(views) == 1 and isinstance(views[0], ChoiceView) else None

    def show_item(self, item: Item, responses: Responses, setting: Setting) -> None:
        """Show an item; the caller arranges when the head has its words."""
        self._item, self._setting, self._responses = item, setting, dict(responses)
        self._pool.put_back()
        self._views, self._pieces = {}, []
        waiting = {one.response: one for one in item.interactions}
        for body in _pieces(item.stem.in_language(setting.language), waiting):
            self._pieces.append(self._piece(body, waiting))
        for interaction in list(waiting.values()):  # nothing that asks for a response is ever left out
            if interaction.response not in self._views:
                self._pieces.append(self._view(interaction))
        used = sum(isinstance(piece, BodyView) for piece in self._pieces)
        for text in self._texts[used:]:
            text.show_body((), {}, words=self._need().words, plays={})
            text.hide()
        self._pool.hide_rest()
        self.head.clear.setVisible(bool(self._responses))

    @property
    def empty_below(self) -> int:
        """How many pixels at the end are kept for `clear_notes` while it is not there."""
        return self.clear_notes.height() if self.clear_notes.isHidden() else 0

    @property
    def texts(self) -> list[FlowView]:
        """The texts of the item that can be marked, in reading order."""
        return [
            flow for piece in self._pieces for flow in (piece.flows if isinstance(piece, BodyView) else piece.texts)
        ]

    def show_struck(self, struck: tuple[str, ...]) -> None:
        """Show which options are struck through, by their names in the item's notes."""
        self._struck = struck
        for view in self._views.values():
            if isinstance(view, ChoiceView):
                names = {option: self._name(view, option) for option in view.options}
                view.show_struck(frozenset(option for option, name in names.items() if name in struck))

    def _name(self, view: ChoiceView, option: str) -> str:
        """Name an option in the notes: by its identifier, with that of its interaction where another has one too."""
        choices = [other for other in self._views.values() if isinstance(other, ChoiceView)]
        alone = sum(option in other.options for other in choices) == 1
        return option if alone else f"{view.response}.{option}"[:_LONGEST_NAME]

    def _strike(self, view: ChoiceView, option: str, struck: bool) -> None:
        name = self._name(view, option)
        kept = tuple(one for one in self._struck if one != name)
        self._struck = (*kept, name) if struck else kept
        self.struck_changed.emit(self._struck)

    def put_stimulus(self, panel: StimulusPanel | None) -> None:
        """Have the stimulus on the sheet, above the item; or not."""
        self._stimulus = panel
        if panel is not None:
            panel.setParent(self)
            panel.show()

    def arrange(self) -> None:
        """Place everything by hand: one pass, no nested layouts, so that changing the item is quick."""
        if self._item is None:
            return
        room = max(1, self.width() - 2 * Space.XXL)
        overhead = self.look.length(tokens.MARKER, 1.8) + self.look.length(tokens.ICON, 1.5) + 4 * Space.L
        overhead += strike_width(self.look)
        width = min(room, column_width(self.look) + overhead)
        left = (self.width() - width) // 2
        self.head.set_look(self.look)
        height = self.head.arrange(width)
        self.head.setGeometry(left, Space.L, width, height)
        top = Space.L + height + Space.L
        if self._stimulus is not None:
            height = self._stimulus.arrange(width)
            self._stimulus.setGeometry(left, top, width, height)
            top += height + Space.XL
        self.clear_notes.set_look(self.look)
        self.clear_notes.ensurePolished()
        size = self.clear_notes.sizeHint()
        begins, top = top, self._arrange_pieces(left, top, width, UNBOUNDED)
        high = _fitting(self._picture_heights(), top + size.height() - self.room) if self.room else None
        if high is not None:
            top = self._arrange_pieces(left, begins, width, high)
        self.clear_notes.setGeometry(left, top - Space.M, size.width(), size.height())
        self.setMinimumHeight(top + size.height())  # whether it is there or not, so that nothing moves
        self._order_focus()

    def _arrange_pieces(self, left: int, top: int, width: int, high: int) -> int:
        """Place stem and interactions from `top` on, no picture of the stem above `high`; give where they end."""
        reading = min(width, column_width(self.look))
        for piece in self._pieces:
            piece.set_look(self.look)
            if isinstance(piece, BodyView):
                wide, height = reading, piece.arrange(reading, high)
            else:
                wide, height = width, piece.arrange(width)
            piece.setGeometry(left, top, wide, height)
            piece.show()
            top += height + Space.XL
        return top

    def _picture_heights(self) -> list[int]:
        texts = (piece for piece in self._pieces if isinstance(piece, BodyView))
        return [height for text in texts for height in text.picture_heights]

    def look_changed(self) -> None:
        """Nothing yet: the screen arranges when everything has the look."""

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay out again when the width changed."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.arrange()

    def event(self, event: QEvent) -> bool:
        """Lay out again when an interaction has another height."""
        if event.type() is QEvent.Type.LayoutRequest:
            self.arrange()
            return True
        return super().event(event)

    # pieces

    def _piece(self, body: Body, waiting: dict[str, Interaction]) -> _Piece:
        match body:
            case (Place(response),) if response in waiting and not is_inline(waiting[response]):
                return self._view(waiting[response])
        used = sum(isinstance(piece, BodyView) for piece in self._pieces)
        if used == len(self._texts):
            text = BodyView(self, after=self.head.clear)
            text.setObjectName("stem")
            text.picture_pressed.connect(self.picture_pressed)
            self._texts.append(text)
        setting = self._need()

        def fill(piece: Place | Gap | Hot) -> QWidget | None:
            if isinstance(piece, Place) and piece.response in waiting:
                return self._view(waiting[piece.response])
            return None

        self._texts[used].show_body(body, setting.media, words=setting.words, plays=setting.plays, fill=fill)
        return self._texts[used]

    def _view(self, interaction: Interaction) -> InteractionView:
        view = self._views.get(interaction.response) or self._pool.take(interaction)
        self._views[interaction.response] = view
        view.setObjectName(f"interaction_{interaction.response}")
        view.set_look(self.look)
        if isinstance(view, ChoiceView):
            view.among_others = self._item is not None and len(self._item.interactions) > 1
        view.show_interaction(interaction, self._responses.get(interaction.response, ()), self._need())
        return view

    def _connect(self, view: InteractionView) -> None:
        if isinstance(view, ChoiceView):
            view.struck_through.connect(lambda option, struck: self._strike(view, option, struck))
        view.responded.connect(self._respond)
        view.picture_pressed.connect(self.picture_pressed)
        view.row_focused.connect(self.row_focused)

    def _need(self) -> Setting:
        if self._setting is None:
            raise RuntimeError("no item is shown")
        return self._setting

    # what the person does

    def _respond(self, response: str, values: tuple[str, ...]) -> None:
        others = {name: given for name, given in self._responses.items() if name != response}
        self._tell({**others, response: values} if values else others)

    def _clear(self) -> None:
        item = self._item
        if item is None or not self._responses:
            return
        self._responses = {}
        for interaction in item.interactions:
            self._views[interaction.response].show_interaction(interaction, (), self._need())
        self._tell({})
        self.arrange()

    def _tell(self, responses: Responses) -> None:
        self._responses = responses
        if self.head.clear.hasFocus() and not responses:
            self.setFocus()
        self.head.clear.setVisible(bool(responses))
        self.responded.emit(dict(responses))

    # the keyboard

    def _order_focus(self) -> None:
        """Let the keyboard come to everything in the order it is read; what clears it all comes last."""
        before: QWidget = self
        for part in (*((self._stimulus,) if self._stimulus is not None else ()), *self._pieces):
            for widget in _focusable(part):
                QWidget.setTabOrder(before, widget)
                before = widget
        for button in (self.head.read, self.head.calculator, self.clear_notes, self.head.clear):
            QWidget.setTabOrder(before, button)
            before = button


def _pieces(stem: Body, waiting: dict[str, Interaction]) -> Iterator[Body]:
    """Split a stem at the interactions that are blocks of their own."""
    text: Body = ()
    for block in stem:
        if isinstance(block, Place) and block.response in waiting and not is_inline(waiting[block.response]):
            if text:
                yield text
            text = ()
            yield (block,)
        else:
            text = (*text, block)
    if text:
        yield text


def _fitting(heights: list[int], over: int) -> int | None:
    """Give how high pictures may be so that `over` pixels are saved; None if that is nothing, or makes them too low."""
    if over <= 0 or not heights:
        return None
    for high in range(max(heights) - 1, _LEAST_PICTURE - 1, -1):
        if sum(height - min(height, high) for height in heights) >= over:
            return high
    return None


def _focusable(widget: QWidget) -> Iterator[QWidget]:
    """Give what the keyboard stops at, from top to bottom and from left to right, holders before what they hold."""
    if widget.isHidden():
        return
    if widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
        yield widget
    children = [child for child in widget.children() if isinstance(child, QWidget) and not child.isHidden()]
    for line in _lines(children):
        for child in sorted(line, key=lambda one: one.x()):
            yield from _focusable(child)


def _lines(widgets: list[QWidget]) -> list[list[QWidget]]:
    """Put widgets that stand beside each other together: the middle of one lies within the first of its line."""
    lines: list[list[QWidget]] = []
    for widget in sorted(widgets, key=lambda one: one.geometry().center().y()):
        first = lines[-1][0].geometry() if lines else None
        if (
            first is not None
            and widget.geometry().center().y() <= first.bottom()
            and widget.height() < 2 * first.height()
        ):
            lines[-1].append(widget)
        else:
            lines.append([widget])
    return lines
