"""Graphic gap match (图上填空): options onto the areas of a picture, carried, by two presses, or by keys."""

from typing import Final

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import QWidget

from app.exam.interactions import GraphicGapMatch, Interaction
from app.exam.prose import Body, plain_text
from app.ui.interactions.area_canvas import AreaCanvas
from app.ui.interactions.base import Setting
from app.ui.interactions.board import Board
from app.ui.interactions.chip import Chip, arrange_chips, chip_columns
from app.ui.interactions.pairing import placed
from app.ui.options import marker
from app.ui.tokens import Space

_HIGH: Final = 330
"""The most pixels the picture is high at 100 %: the options are to be seen with it."""


class GraphicGapView(Board):
    """The options above, the picture with its gaps below. A press on a filled gap takes out what is in it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._gaps: GraphicGapMatch | None = None
        self._chips: list[Chip] = []
        self._held = ""
        self.canvas = AreaCanvas(self, _HIGH)
        self.canvas.pressed.connect(self._press_area)
        self.canvas.let_go.connect(self._let_go)
        self.canvas.area_focused.connect(self.row_focused)

    @property
    def chips(self) -> list[Chip]:
        """Give the chips of this interaction's options, in the order shown."""
        return self._chips[: len(self._gaps.options)] if self._gaps else []

    def show_interaction(self, interaction: Interaction, values: tuple[str, ...], setting: Setting) -> None:
        """Show a graphic gap match with its response."""
        if not isinstance(interaction, GraphicGapMatch):
            raise TypeError(type(interaction).__name__)
        self._gaps, self._held = interaction, ""
        self.begin(interaction, values, setting)
        while len(self._chips) < len(interaction.options):
            self._chips.append(self._new_chip())
        for at, option in enumerate(interaction.options):
            self._chips[at].show_option(option.id, self.body(option), setting, marker(at))
        for chip in self._chips:
            chip.setVisible(chip in self.chips)
        self.canvas.show_canvas(interaction.canvas, interaction.areas, setting.media, slots=True)
        words, most = setting.words, interaction.max_associations
        limited = 0 < most < len(interaction.areas)
        asked = words("screen.interaction.graphic_gap.asked")
        if limited:
            asked = words("screen.interaction.graphic_gap.most", most=most)
        self.ask(
            asked,
            words("screen.interaction.graphic_gap.held"),
            words("screen.interaction.graphic_gap.first"),
            words("screen.interaction.graphic_gap.full"),
        )
        self.show_values()

    def show_values(self) -> None:
        """Show what is where."""
        gaps, words = self._gaps, self.setting.words
        if gaps is None:
            return
        self._show_chips()
        letters = {option.id: marker(at) for at, option in enumerate(gaps.options)}
        bodies = {option.id: self.body(option) for option in gaps.options}
        for at, (button, area) in enumerate(zip(self.canvas.buttons, gaps.areas, strict=False)):
            inside = [value.split(" ")[0] for value in self.values if value.split(" ")[1] == area.id]
            body: Body = bodies[inside[0]] if len(inside) == 1 else ()
            said = "; ".join(plain_text(bodies[name]) for name in inside) or words(
                "screen.interaction.graphic_gap.empty"
            )
            label = area.label or words("screen.interaction.area", number=at + 1)
            button.setChecked(bool(inside))
            button.fill(" ".join(letters[name] for name in inside), body, self.setting)
            button.setAccessibleName(f"{label} {said}")

    def arrange(self, width: int) -> int:
        """Lay chips and picture out."""
        top = self.arrange_top(width)
        for chip in self.chips:
            chip.set_look(self.look)
        bodies = [self.body(option) for option in self._gaps.options] if self._gaps else []
        top = arrange_chips(self.chips, chip_columns(bodies, self.look, width, lettered=True), top, width) + Space.L
        self.canvas.set_look(self.look)
        size = self.canvas.size_within(width)
        self.canvas.setGeometry(0, top, size.width(), size.height())
        self.canvas.place_areas()
        return top + size.height()

    # what the person does

    def _new_chip(self) -> Chip:
        chip = Chip(self)
        chip.set_look(self.look)
        chip.clicked.connect(lambda: self._press_chip(chip))
        chip.stepped.connect(lambda by: self._step(chip, by))
        chip.let_go.connect(self._let_go)
        chip.lifted.connect(lambda: self._hold(chip))
        chip.moved.connect(self._over)
        chip.dropped.connect(self._drop)
        chip.body.picture_pressed.connect(self.picture_pressed)
        return chip

    def _show_chips(self) -> None:
        words = self.setting.words
        for chip, option in zip(self.chips, self._gaps.options if self._gaps else (), strict=False):
            times = sum(value.split(" ")[0] == option.id for value in self.values)
            held, used = option.id == self._held, bool(option.match_max) and times >= option.match_max
            state = words("screen.interaction.associate.is_used") if used else ""
            state = words("screen.interaction.associate.is_held") if held else state
            chip.show_state(state, held=held, used=used)

    def _hold(self, chip: Chip) -> None:
        self._held = chip.option
        self.tell(self.setting.words("screen.interaction.graphic_gap.held"))
        self._show_chips()

    def _let_go(self) -> None:
        held, self._held = self._held, ""
        self.calm()
        self._show_chips()
        for chip in self.chips:
            if chip.option == held and chip.by_key:
                chip.setFocus(Qt.FocusReason.TabFocusReason)

    def _press_chip(self, chip: Chip) -> None:
        if self._held == chip.option:
            self._let_go()
            return
        self._hold(chip)
        if chip.by_key and self.canvas.buttons:  # on to the gaps, an empty one first
            free = next((one for one in self.canvas.buttons if not one.isChecked()), self.canvas.buttons[0])
            free.setFocus(Qt.FocusReason.TabFocusReason)
            self.row_focused.emit(free)

    def _press_area(self, area: str) -> None:
        if self._held:
            self._put(self._held, area)
            return
        left = tuple(value for value in self.values if value.split(" ")[1] != area)
        if left == self.values:
            self.tell(self.setting.words("screen.interaction.graphic_gap.first"))
        else:
            self.respond(left)

    def _put(self, option: str, area: str) -> None:
        gaps = self._gaps
        if gaps is None:
            return
        held, self._held = option, ""
        if f"{option} {area}" in self.values:
            self.calm()
            self._show_chips()
            return
        most = next(one.match_max for one in gaps.options if one.id == option)
        room = next(one.match_max for one in gaps.areas if one.id == area)
        pairs, _moved = placed(self.values, (option, area), (most, room), gaps.max_associations)
        if pairs is None:
            self._show_chips()
            self.warn(self.setting.words("screen.interaction.graphic_gap.full"))
        else:
            self.respond(pairs)
        for chip in self.chips:
            if chip.option == held and chip.by_key:
                chip.setFocus(Qt.FocusReason.TabFocusReason)

    def _step(self, chip: Chip, by: int) -> None:
        at = self._chips.index(chip) + by
        if 0 <= at < len(self.chips):
            self.chips[at].setFocus(Qt.FocusReason.TabFocusReason)
            self.row_focused.emit(self.chips[at])

    def _over(self, place: QPoint) -> None:
        at = self.canvas.mapFromGlobal(place)
        self.canvas.set_hot(at)
        under = self.canvas.area_at(QPointF(at))
        if under is not None:
            self.row_focused.emit(under)

    def _drop(self, place: QPoint) -> None:
        self.canvas.set_hot(None)
        under = self.canvas.area_at(QPointF(self.canvas.mapFromGlobal(place)))
        if under is not None and self._held:
            self._put(self._held, under.area)
        else:
            self._let_go()
