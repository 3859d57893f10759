"""Hotspot (图上点选): press the areas of a picture."""

from PySide6.QtWidgets import QWidget

from app.exam.interactions import Hotspot, Interaction
from app.ui.interactions.area_canvas import AreaCanvas
from app.ui.interactions.base import Setting
from app.ui.interactions.board import Board


class HotspotView(Board):
    """The picture; areas are outlined when the hand or the keyboard is on them, and stay so when chosen."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._hotspot: Hotspot | None = None
        self.canvas = AreaCanvas(self)
        self.canvas.pressed.connect(self._press)
        self.canvas.area_focused.connect(self.row_focused)

    def show_interaction(self, interaction: Interaction, values: tuple[str, ...], setting: Setting) -> None:
        """Show a hotspot with its response."""
        if not isinstance(interaction, Hotspot):
            raise TypeError(type(interaction).__name__)
        self._hotspot = interaction
        self.begin(interaction, values, setting)
        self.canvas.show_canvas(interaction.canvas, interaction.areas, setting.media, slots=False)
        words, most, least = setting.words, interaction.max_choices, interaction.min_choices
        full = words("screen.interaction.hotspot.full", most=most)
        if most == 1:
            self.ask(words("screen.interaction.hotspot.one"))
        elif not most:
            self.ask(words("screen.interaction.hotspot.any"))
        elif most == least:
            self.ask(words("screen.interaction.hotspot.exactly", most=most), full)
        else:
            self.ask(words("screen.interaction.hotspot.most", most=most), full)
        self.show_values()

    def show_values(self) -> None:
        """Show what is chosen."""
        if self._hotspot is None:
            return
        words = self.setting.words
        for at, (button, area) in enumerate(zip(self.canvas.buttons, self._hotspot.areas, strict=False)):
            chosen = area.id in self.values
            label = area.label or words("screen.interaction.area", number=at + 1)
            state = words("screen.item.chosen" if chosen else "screen.item.not_chosen")
            button.setChecked(chosen)
            button.setAccessibleName(f"{label} {state}")
            button.update()

    def arrange(self, width: int) -> int:
        """Lay the picture out."""
        top = self.arrange_top(width)
        self.canvas.set_look(self.look)
        size = self.canvas.size_within(width)
        self.canvas.setGeometry(0, top, size.width(), size.height())
        self.canvas.place_areas()
        return top + size.height()

    def _press(self, area: str) -> None:
        hotspot = self._hotspot
        if hotspot is None:
            return
        chosen = set(self.values) ^ {area}
        if hotspot.max_choices == 1:
            chosen = {area}
        elif 0 < hotspot.max_choices < len(chosen):
            self.warn(self.setting.words("screen.interaction.hotspot.full", most=hotspot.max_choices))
            return
        self.respond(tuple(one.id for one in hotspot.areas if one.id in chosen))
