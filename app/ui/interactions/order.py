"""Order (排序): rows dragged, moved by arrows or by keys. As they came they are no response yet."""

from itertools import pairwise

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QWidget

from app.exam.interactions import Interaction, Order
from app.ui.buttons import Button, Kind
from app.ui.interactions.base import Setting
from app.ui.interactions.board import Board
from app.ui.interactions.order_row import OrderRow, Part
from app.ui.labels import Line
from app.ui.tokens import Space, Type


class OrderView(Board):
    """All options in an order; or, where there are limits, some of them chosen and ordered."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._order: Order | None = None
        self._spare: list[OrderRow] = []
        self._rows: dict[str, OrderRow] = {}
        self._placed: list[str] = []
        self._held = ""
        self._chosen_title, self._rest_title = Line(Type.STRONG), Line(Type.STRONG)
        self.keep = Button("keep_order", Kind.SECONDARY)
        self.keep.clicked.connect(self._keep)
        for widget in (self._chosen_title, self._rest_title, self.keep):
            widget.setParent(self)

    def show_interaction(self, interaction: Interaction, values: tuple[str, ...], setting: Setting) -> None:
        """Show an order with its response."""
        if not isinstance(interaction, Order):
            raise TypeError(type(interaction).__name__)
        self._order, self._held = interaction, ""
        self.begin(interaction, values, setting)
        words = setting.words
        self.keep.setText(words("screen.interaction.order.keep"))
        self._rest_title.setText(words("screen.interaction.order.rest"))
        for title in (self._chosen_title, self._rest_title):
            title.setVisible(self._some)
        rows = [*self._rows.values(), *self._spare]
        while len(rows) < len(interaction.options):
            rows.append(self._new_row())
        self._spare = rows[len(interaction.options) :]
        for row in self._spare:
            row.hide()
        self._rows = {}
        for row, option in zip(rows, interaction.options, strict=False):
            row.show_option(option.id, self.body(option), setting)
            row.show()
            self._rows[option.id] = row
        self.show_values()

    @property
    def rows(self) -> list[OrderRow]:
        """Give the rows from top to bottom."""
        return [self._rows[option] for option in (*self._placed, *self._rest())]

    @property
    def _some(self) -> bool:
        """Tell whether some are chosen and ordered, rather than all ordered."""
        order = self._order
        if order is None or order.min_choices >= len(order.options):
            return False
        return bool(order.min_choices) or 0 < order.max_choices < len(order.options)

    def show_values(self) -> None:
        """Show the order of the response, or the one the options came in."""
        if self._order is None:
            return
        ids = [option.id for option in self._order.options]
        given = [value for value in self.values if value in ids]
        self._placed = given if self._some else [*given, *(one for one in ids if one not in given)]
        self.keep.setVisible(not self._some and not self.values)
        words = self.setting.words
        chosen = words("screen.interaction.order.chosen" if given else "screen.interaction.order.none_chosen")
        self._chosen_title.setText(chosen)
        self._say_asked()
        self._show_rows()
        self.rearrange()

    def arrange(self, width: int) -> int:
        """Lay the rows out under each other."""
        top = self.arrange_top(width)
        for titled, options in ((self._chosen_title, self._placed), (self._rest_title, self._rest())):
            if self._some:
                titled.set_look(self.look)
                height = titled.sizeHint().height()
                titled.setGeometry(0, top, width, height)
                top += height + Space.S
            for option in options:
                row = self._rows[option]
                row.set_look(self.look)
                height = row.arrange(width)
                row.setGeometry(0, top, width, height)
                top += height + Space.S
            top += Space.S if self._some else 0
        if not self.keep.isHidden():
            self.keep.set_look(self.look)
            self.keep.ensurePolished()
            size = self.keep.sizeHint()
            self.keep.setGeometry(0, top + Space.XS, min(size.width(), width), size.height())
            top += Space.XS + size.height() + Space.S
        return top - Space.S

    # what is said

    def _say_asked(self) -> None:
        order, words = self._order, self.setting.words
        if order is None:
            return
        held = words("screen.interaction.order.held")
        if not self._some:
            state = "done" if self.values else "untouched"
            self.ask(words(f"screen.interaction.order.{state}"), held, words("screen.interaction.order.untouched"))
            return
        most, least = order.max_choices or len(order.options), order.min_choices
        how_many = "exactly" if most == least else "some"
        asked = words(f"screen.interaction.order.{how_many}", least=max(least, 1), most=most)
        self.ask(asked, words("screen.interaction.order.full", most=most), held)

    def _show_rows(self) -> None:
        words = self.setting.words
        for at, option in enumerate(self._placed):
            last = [Part.REMOVE] if self._some else [Part.DOWN] * (at < len(self._placed) - 1)
            parts = [Part.UP] * (at > 0) + last
            state = words("screen.interaction.order.place", place=at + 1)
            self._rows[option].show_state(
                at + 1, tuple(parts), state, sure=bool(self.values), held=option == self._held
            )
        for option in self._rest():
            state = words("screen.interaction.order.not_placed")
            self._rows[option].show_state(None, (Part.ADD,), state, sure=False, held=option == self._held)
        rows = self.rows
        for before, after in pairwise(rows):
            QWidget.setTabOrder(before, after)

    def _rest(self) -> list[str]:
        if self._order is None:
            return []
        return [option.id for option in self._order.options if option.id not in self._placed]

    # what the person does

    def _new_row(self) -> OrderRow:
        row = OrderRow(self)
        row.set_look(self.look)
        row.clicked.connect(lambda: self._press(row.option))
        row.part_pressed.connect(lambda part: self._press_part(row.option, part))
        row.stepped.connect(lambda by: self._step(row.option, by))
        row.let_go.connect(self._let_go)
        row.moved.connect(lambda place: self._carry(row.option, place))
        row.dropped.connect(lambda _place: self._drop(row.option))
        row.body.picture_pressed.connect(self.picture_pressed)
        return row

    def _keep(self) -> None:
        self.rows[0].setFocus()  # the button goes
        self.respond(tuple(self._placed))

    def _press(self, option: str) -> None:
        """Pick a row up, or put the one held where this one is."""
        if self._held and self._held != option and option in self._placed:
            self._put(self._held, self._placed.index(option))
        elif self._held == option:
            self._let_go()
        elif option in self._placed:
            self._held = option
            self.tell(self.setting.words("screen.interaction.order.held"))
            self._show_rows()
        else:
            self._put(option, len(self._placed))

    def _press_part(self, option: str, part: Part) -> None:
        self._held = ""
        match part:
            case Part.ADD:
                self._put(option, len(self._placed))
            case Part.REMOVE:
                self.respond(tuple(one for one in self._placed if one != option))
            case Part.UP | Part.DOWN:
                self._put(option, self._placed.index(option) + (1 if part is Part.DOWN else -1))

    def _step(self, option: str, by: int) -> None:
        """Move the row that is held; otherwise go to the row before or after."""
        if option == self._held and option in self._placed:
            at = self._placed.index(option) + by
            if 0 <= at < len(self._placed):
                self._put(option, at, hold=True)
            return
        rows = self.rows
        at = rows.index(self._rows[option]) + by
        if 0 <= at < len(rows):
            rows[at].setFocus(Qt.FocusReason.TabFocusReason)
            self.row_focused.emit(rows[at])

    def _put(self, option: str, at: int, *, hold: bool = False) -> None:
        order = self._order
        if order is None:
            return
        others = [one for one in self._placed if one != option]
        if self._some and order.max_choices and len(others) + 1 > order.max_choices:
            self.warn(self.setting.words("screen.interaction.order.full", most=order.max_choices))
            return
        self._held = option if hold else ""
        at = max(0, min(at, len(others)))
        self.respond((*others[:at], option, *others[at:]))
        self._show_rows()
        if hold:
            self.tell(self.setting.words("screen.interaction.order.held"))
        self.row_focused.emit(self._rows[option])

    def _let_go(self) -> None:
        self._held = ""
        self.calm()
        self._show_rows()

    def _carry(self, option: str, place: QPoint) -> None:
        """Let the others give way while a row is carried over them."""
        y = self.mapFromGlobal(place).y()
        if option not in self._placed:
            return
        over = next((one for one in self._placed if self._rows[one].geometry().bottom() >= y), self._placed[-1])
        at = self._placed.index(over)
        if over != option:
            self._placed.remove(option)
            self._placed.insert(at, option)
            self._held = option
            self._show_rows()
            self.arrange(self.width())
        self.row_focused.emit(self._rows[option])

    def _drop(self, option: str) -> None:
        if option not in self._placed:
            self._put(option, len(self._placed))
            return
        self._held = ""
        came = tuple(one.id for one in self._order.options) if self._order else ()
        if tuple(self._placed) != (self.values or came):
            self.respond(tuple(self._placed))
        self._show_rows()
