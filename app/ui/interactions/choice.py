"""Choice (选择): rows to press, one or several."""

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QWidget

from app.exam.interactions import Choice, Interaction
from app.exam.prose import Body, InlinePicture, Paragraph, Picture
from app.ui import tokens
from app.ui.interactions.base import Setting
from app.ui.interactions.board import Board
from app.ui.look import Look
from app.ui.options import OptionRow, StrikeButton
from app.ui.tokens import Space

_PICTURES_A_LINE: Final = 2
"""Options that are pictures stand side by side, so that they can be compared."""


def strike_width(look: Look) -> int:
    """Give the room of what strikes an option through, beside it."""
    return look.length(tokens.TARGET, 1.2)


class ChoiceView(Board):
    """The options of a choice, one under the other. Rows are kept from item to item."""

    struck_through = Signal(str, bool)  # an option, and whether it now is

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._choice: Choice | None = None
        self._struck: frozenset[str] = frozenset()
        self._rows: list[OptionRow] = []
        self._strikes: list[StrikeButton] = []
        self._pictures = False
        self.among_others = False  # then the head of the item does not say that several may be right

    @property
    def rows(self) -> list[OptionRow]:
        """Give the rows of this choice's options, in the order shown."""
        return self._rows[: len(self._choice.options)] if self._choice else []

    @property
    def options(self) -> tuple[str, ...]:
        """Give the identifiers of the options, in the order shown."""
        return tuple(option.id for option in self._choice.options) if self._choice else ()

    @property
    def response(self) -> str:
        """Give the identifier of the response."""
        return self._response

    @property
    def several(self) -> bool:
        """Tell whether more than one may be chosen."""
        return self._choice is not None and self._choice.max_choices != 1

    def show_interaction(self, interaction: Interaction, values: tuple[str, ...], setting: Setting) -> None:
        """Show a choice with its response."""
        if not isinstance(interaction, Choice):
            raise TypeError(type(interaction).__name__)
        self._choice = interaction
        self.begin(interaction, values, setting)
        while len(self._rows) < len(interaction.options):
            self._add_row()
        for row, option in zip(self._rows, interaction.options, strict=False):
            row.show_option(option.id, self.body(option), setting, several=self.several)
        for at, (row, strike) in enumerate(zip(self._rows, self._strikes, strict=True)):
            row.setVisible(at < len(interaction.options))
            strike.setVisible(at < len(interaction.options))
        self._pictures = len(interaction.options) > _PICTURES_A_LINE and all(
            _is_picture(self.body(option)) for option in interaction.options
        )
        asked = _asked(interaction, setting)
        if self.among_others and self.several and not asked[0]:
            asked = (setting.words("screen.interaction.choice.several"),)
        self.ask(*asked)
        self.show_values()

    def choose(self, index: int) -> bool:
        """Choose the option at `index`, as a press on it does; False if there is none."""
        if not 0 <= index < len(self.rows):
            return False
        self.rows[index].setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.row_focused.emit(self.rows[index])
        self._press(self.rows[index])
        return True

    def strike(self, index: int) -> bool:
        """Strike the option at `index` through, or lift that; False if there is none."""
        if not 0 <= index < len(self.rows):
            return False
        self._toggle_strike(self.rows[index])
        return True

    def show_struck(self, struck: frozenset[str]) -> None:
        """Show which options are struck through."""
        if struck != self._struck:
            self._struck = struck
            self.show_values()

    def focus_chosen(self) -> None:
        """Put the focus on the option that is chosen, if one is."""
        chosen = next((row for row in self.rows if row.isChecked()), None)
        if chosen is not None:
            chosen.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_values(self) -> None:
        """Show what is chosen."""
        words = self.setting.words
        said, not_said = words("screen.item.chosen"), words("screen.item.not_chosen")
        struck_said = words("screen.item_view.struck")
        for row in self.rows:
            chosen, struck = row.option in self.values, row.option in self._struck
            state = f"{said if chosen else not_said} {struck_said if struck else ''}".rstrip()
            row.set_chosen(chosen, state, struck=struck)
        for row, strike in zip(self.rows, self._strikes, strict=False):
            act = "lift" if row.struck else "strike"
            strike.show_state(words(f"screen.item_view.{act}", letter=row.marker), struck=row.struck)

    def arrange(self, width: int) -> int:
        """Lay the rows out."""
        top = self.arrange_top(width)
        columns = _PICTURES_A_LINE if self._pictures else 1
        beside = strike_width(self.look)
        wide = (width - (columns - 1) * Space.M) // columns - beside
        for start in range(0, len(self.rows), columns):
            line = self.rows[start : start + columns]
            for row in line:
                row.set_look(self.look)
            height = max(row.arrange(wide) for row in line)
            for at, row in enumerate(line):
                row.arrange(wide, height)
                left = at * (wide + beside + Space.M)
                row.setGeometry(left, top, wide, height)
                strike = self._strikes[start + at]
                strike.set_look(self.look)
                strike.setGeometry(left + wide, top, beside, height)
            top += height + Space.M
        return top - Space.M if self.rows else top

    def _add_row(self) -> None:
        row = OptionRow(len(self._rows), self)
        row.set_look(self.look)
        row.clicked.connect(lambda: self._press(row))
        row.stepped.connect(lambda by: self._step(row, by))
        row.picture_pressed.connect(self.picture_pressed)
        row.strike_toggled.connect(lambda: self._toggle_strike(row))
        strike = StrikeButton(len(self._rows), self)
        strike.clicked.connect(lambda: self._toggle_strike(row))
        self._rows.append(row)
        self._strikes.append(strike)

    def _press(self, row: OptionRow) -> None:
        choice = self._choice
        if choice is None:
            return
        chosen = {row.option} if not self.several else set(self.values) ^ {row.option}
        if self.several and 0 < choice.max_choices < len(chosen):
            self.warn(self.setting.words("screen.interaction.choice.full", most=choice.max_choices))
            return
        if row.option in chosen and row.option in self._struck:
            self._toggle_strike(row)  # who chooses it no longer rules it out
        self.respond(tuple(option.id for option in choice.options if option.id in chosen))

    def _toggle_strike(self, row: OptionRow) -> None:
        """Strike an option through, or lift that. One that is chosen is not: the response is never touched here."""
        if row.option not in self._struck and row.option in self.values:
            said = self.setting.words("screen.item_view.chosen_not_struck")
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(row, said))
            return
        self._struck = self._struck ^ {row.option}
        self.show_values()
        self.struck_through.emit(row.option, row.option in self._struck)

    def _step(self, row: OptionRow, by: int) -> None:
        at = self._rows.index(row) + by
        if 0 <= at < len(self.rows):
            self.rows[at].setFocus(Qt.FocusReason.TabFocusReason)
            self.row_focused.emit(self.rows[at])


def _is_picture(body: Body) -> bool:
    """Tell whether a body is a picture and nothing else."""
    match body:
        case (Picture(),) | (Paragraph(inlines=(InlinePicture(),)),):
            return True
    return False


def _asked(choice: Choice, setting: Setting) -> tuple[str, ...]:
    """Say the limits where there are any; and what is said when too many are chosen."""
    least, most = choice.min_choices, choice.max_choices
    if most == 1 or (not most and least <= 1):
        return ("",)
    words = setting.words
    if not most or most >= len(choice.options):
        return (words("screen.interaction.choice.least", least=least),) if least > 1 else ("",)
    full = words("screen.interaction.choice.full", most=most)
    if least == most:
        return (words("screen.interaction.choice.exactly", most=most), full)
    if least > 1:
        return (words("screen.interaction.choice.between", least=least, most=most), full)
    return (words("screen.interaction.choice.most", most=most), full)
