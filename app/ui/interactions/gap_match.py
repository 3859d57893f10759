"""Gap match (选词填空): options into the gaps of a text, by two presses, carried with the mouse, or by keys."""

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QWidget

from app.exam.interactions import GapMatch, Interaction, Option
from app.exam.prose import Body, Gap, Hot, Place, plain_text
from app.ui.interactions.base import Setting
from app.ui.interactions.board import Board
from app.ui.interactions.chip import Chip, arrange_chips, chip_columns
from app.ui.interactions.gap_button import GapButton
from app.ui.interactions.pairing import placed
from app.ui.interactions.widest import Widest
from app.ui.prose import BodyView, column_width
from app.ui.tokens import Space


class GapMatchView(Board):
    """The options above, the text with its gaps below. A press on a filled gap takes out what is in it.

    With an option held (`_held`) the next press on a gap puts it there; with a gap waiting (`_waits`: Return was
    pressed on it) the next press on an option does.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._match: GapMatch | None = None
        self._chips: list[Chip] = []
        self._buttons: list[GapButton] = []
        self._used = 0
        self._held = self._waits = ""
        self._widest = Widest(self)
        self._text = BodyView(self, after=self)
        self._text.picture_pressed.connect(self.picture_pressed)

    @property
    def chips(self) -> list[Chip]:
        """Give the chips of this interaction's options, in the order shown."""
        return self._chips[: len(self._match.options)] if self._match else []

    @property
    def gaps(self) -> list[GapButton]:
        """Give the gaps in the order of the text."""
        return self._buttons[: self._used]

    def show_interaction(self, interaction: Interaction, values: tuple[str, ...], setting: Setting) -> None:
        """Show a gap match with its response."""
        if not isinstance(interaction, GapMatch):
            raise TypeError(type(interaction).__name__)
        self._match, self._held, self._waits, self._used = interaction, "", "", 0
        self.begin(interaction, values, setting)
        while len(self._chips) < len(interaction.options):
            self._chips.append(self._new_chip())
        for chip, option in zip(self._chips, interaction.options, strict=False):
            chip.show_option(option.id, self.body(option), setting)
        for chip in self._chips:
            chip.setVisible(chip in self.chips)
        self._widest.take([self.body(option) for option in interaction.options], setting)
        body = interaction.text.in_language(setting.language)
        self._text.show_body(body, setting.media, words=setting.words, plays=setting.plays, fill=self._fill)
        words, most = setting.words, interaction.max_associations
        limited = 0 < most < self._used
        asked = words("screen.interaction.gap_match.most", most=most) if limited else ""
        longest = max((plain_text(self.body(option)) for option in interaction.options), key=len, default="")
        self.ask(
            asked or words("screen.interaction.gap_match.asked"),
            words("screen.interaction.gap_match.held", option=longest),
            words("screen.interaction.gap_match.choose", number=self._used),
            words("screen.interaction.gap_match.first"),
            words("screen.interaction.gap_match.full", most=most),
        )
        self.show_values()

    def show_values(self) -> None:
        """Show what is where."""
        inside = {value.split(" ")[1]: value.split(" ")[0] for value in self.values}
        for gap in self.gaps:
            option = self._option(inside.get(gap.gap, ""))
            gap.fill(option.id if option else "", self.body(option) if option else (), self.setting)
        self._show_waiting()

    def arrange(self, width: int) -> int:
        """Lay chips and text out."""
        top = self.arrange_top(width)
        for chip in self.chips:
            chip.set_look(self.look)
        bodies: list[Body] = [self.body(option) for option in self._match.options] if self._match else []
        top = arrange_chips(self.chips, chip_columns(bodies, self.look, width), top, width) + Space.L
        reading = min(width, column_width(self.look))
        self._text.set_look(self.look)
        height = self._text.arrange(reading)
        self._text.setGeometry(0, top, reading, height)
        return top + height

    # its parts

    def _fill(self, piece: Place | Gap | Hot) -> QWidget | None:
        if not isinstance(piece, Gap):
            return None
        if self._used == len(self._buttons):
            self._buttons.append(self._new_gap())
        button = self._buttons[self._used]
        self._used += 1
        button.show_gap(piece.id, self._used)
        return button

    def _new_gap(self) -> GapButton:
        button = GapButton(self, self._widest)
        button.set_look(self.look)
        button.clicked.connect(lambda: self._press_gap(button))
        button.emptied.connect(lambda: self._empty(button))
        button.stepped.connect(lambda by: self._step(self.gaps, button, by))
        button.let_go.connect(self._let_go)
        button.lifted.connect(lambda: self._hold(button.option))
        button.moved.connect(self._over)
        button.dropped.connect(lambda place: self._drop(place, button))
        return button

    def _new_chip(self) -> Chip:
        chip = Chip(self)
        chip.set_look(self.look)
        chip.clicked.connect(lambda: self._press_chip(chip))
        chip.stepped.connect(lambda by: self._step(self.chips, chip, by))
        chip.let_go.connect(self._let_go)
        chip.lifted.connect(lambda: self._hold(chip.option))
        chip.moved.connect(self._over)
        chip.dropped.connect(lambda place: self._drop(place, None))
        chip.body.picture_pressed.connect(self.picture_pressed)
        return chip

    def _option(self, name: str) -> Option | None:
        return next((one for one in self._match.options if one.id == name), None) if self._match else None

    def _show_waiting(self) -> None:
        words = self.setting.words
        for chip, option in zip(self.chips, self._match.options if self._match else (), strict=False):
            times = sum(value.split(" ")[0] == option.id for value in self.values)
            held, used = option.id == self._held, bool(option.match_max) and times >= option.match_max
            state = words("screen.interaction.gap_match.used") if used else ""
            state = words("screen.interaction.gap_match.picked") if held else state
            chip.show_state(state, held=held, used=used)
        for gap in self.gaps:
            gap.show_waiting(over=False, asks=gap.gap == self._waits)

    # what the person does

    def _hold(self, name: str) -> None:
        option = self._option(name)
        if option is None:
            return
        self._held, self._waits = name, ""
        said = plain_text(self.body(option))
        self.tell(self.setting.words("screen.interaction.gap_match.held", option=said))
        self._show_waiting()

    def _let_go(self) -> None:
        held, waits = self._held, self._waits
        self._held = self._waits = ""
        self.calm()
        self._show_waiting()
        for chip in self.chips:
            if chip.option == held and chip.by_key:
                self._focus(chip)
        for gap in self.gaps:
            if gap.gap == waits:
                self._focus(gap)

    def _press_chip(self, chip: Chip) -> None:
        waiting = next((gap for gap in self.gaps if gap.gap == self._waits), None)
        if waiting is not None:
            self._put(chip.option, waiting)
            self._focus(waiting)
        elif self._held == chip.option:
            self._let_go()
        else:
            self._hold(chip.option)
            if chip.by_key and self.gaps:  # on to the gaps, an empty one first
                self._focus(next((gap for gap in self.gaps if not gap.option), self.gaps[0]))

    def _press_gap(self, gap: GapButton) -> None:
        if self._held:
            held = next((chip for chip in self.chips if chip.option == self._held), None)
            self._put(self._held, gap)
            if held is not None and gap.by_key and held.by_key:
                self._focus(held)
        elif gap.option:
            self._empty(gap)
        elif gap.by_key and self.chips:
            self._waits = gap.gap
            number = self.gaps.index(gap) + 1
            self.tell(self.setting.words("screen.interaction.gap_match.choose", number=number))
            self._show_waiting()
            self._focus(self.chips[0])
        else:
            self.tell(self.setting.words("screen.interaction.gap_match.first"))

    def _empty(self, gap: GapButton) -> None:
        self._held = self._waits = ""
        self.respond(tuple(value for value in self.values if value.split(" ")[1] != gap.gap))

    def _put(self, name: str, gap: GapButton, out_of: GapButton | None = None) -> None:
        match, option = self._match, self._option(name)
        self._held = self._waits = ""
        if match is None or option is None or gap.option == name:
            self.calm()
            self._show_waiting()
            return
        values = self.values
        if out_of is not None:
            values = tuple(value for value in values if value != f"{name} {out_of.gap}")
        pairs, _moved = placed(values, (name, gap.gap), (option.match_max, 1), match.max_associations)
        if pairs is None:
            self._show_waiting()
            self.warn(self.setting.words("screen.interaction.gap_match.full", most=match.max_associations))
        else:
            self.respond(pairs)

    def _step(self, among: list[Chip] | list[GapButton], one: Chip | GapButton, by: int) -> None:
        at = next(place for place, other in enumerate(among) if other is one) + by
        if 0 <= at < len(among):
            self._focus(among[at])

    def _focus(self, widget: QWidget) -> None:
        widget.setFocus(Qt.FocusReason.TabFocusReason)
        self.row_focused.emit(widget)

    def _under(self, place: QPoint) -> GapButton | None:
        return next((gap for gap in self.gaps if gap.rect().contains(gap.mapFromGlobal(place))), None)

    def _over(self, place: QPoint) -> None:
        under = self._under(place)
        for gap in self.gaps:
            gap.show_waiting(over=gap is under, asks=False)
        if under is not None:
            self.row_focused.emit(under)

    def _drop(self, place: QPoint, out_of: GapButton | None) -> None:
        under = self._under(place)
        if under is not None and self._held:
            self._put(self._held, under, out_of)
        elif out_of is not None and under is None:  # carried out of the text
            self._empty(out_of)
        else:
            self._let_go()
