"""Hottext (文中选择): choose stretches of a text."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from app.exam.interactions import Hottext, Interaction
from app.exam.prose import Gap, Hot, Place, inline_text
from app.ui.interactions.base import Setting
from app.ui.interactions.board import Board
from app.ui.interactions.hot_button import HotButton
from app.ui.prose import BodyView, column_width


class HottextView(Board):
    """The prompt, and the text with its stretches. The response is in the order of the text."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._hottext: Hottext | None = None
        self._buttons: list[HotButton] = []
        self._hots: list[Hot] = []
        self._text = BodyView(self, after=self)
        self._text.picture_pressed.connect(self.picture_pressed)

    @property
    def buttons(self) -> list[HotButton]:
        """Give the stretches in the order of the text."""
        return self._buttons[: len(self._hots)]

    def show_interaction(self, interaction: Interaction, values: tuple[str, ...], setting: Setting) -> None:
        """Show a hottext with its response."""
        if not isinstance(interaction, Hottext):
            raise TypeError(type(interaction).__name__)
        self._hottext, self._hots = interaction, []
        self.begin(interaction, values, setting)
        body = interaction.text.in_language(setting.language)
        self._text.show_body(body, setting.media, words=setting.words, plays=setting.plays, fill=self._fill)
        words, most = setting.words, interaction.max_choices
        if most == 1:
            self.ask(words("screen.interaction.hottext.asked_one"))
        elif most == 0:
            self.ask(words("screen.interaction.hottext.asked_several"))
        else:
            asked = words("screen.interaction.hottext.asked_most", most=most)
            self.ask(asked, words("screen.interaction.hottext.full", most=most))
        self.show_values()

    def show_values(self) -> None:
        """Show what is chosen."""
        words, single = self.setting.words, bool(self._hottext and self._hottext.max_choices == 1)
        for button, hot in zip(self.buttons, self._hots, strict=True):
            chosen = hot.id in self.values
            state = words("screen.item.chosen" if chosen else "screen.item.not_chosen")
            button.show_hot(inline_text(hot.text), state, chosen=chosen, single=single)

    def arrange(self, width: int) -> int:
        """Lay prompt and text out."""
        top = self.arrange_top(width)
        reading = min(width, column_width(self.look))
        self._text.set_look(self.look)
        height = self._text.arrange(reading)
        self._text.setGeometry(0, top, reading, height)
        return top + height

    def _fill(self, piece: Place | Gap | Hot) -> QWidget | None:
        if not isinstance(piece, Hot):
            return None
        at = len(self._hots)
        self._hots.append(piece)
        if at == len(self._buttons):
            self._buttons.append(self._new_button())
        self._buttons[at].setObjectName(f"hot_{piece.id}")
        return self._buttons[at]

    def _new_button(self) -> HotButton:
        button = HotButton(self)
        button.clicked.connect(lambda: self._press(button))
        button.stepped.connect(lambda by: self._step(button, by))
        return button

    def _press(self, button: HotButton) -> None:
        hottext = self._hottext
        if hottext is None:
            return
        hot, most = self._hots[self._buttons.index(button)].id, hottext.max_choices
        chosen = {hot} if most == 1 and hot not in self.values else set(self.values) ^ {hot}
        if most and len(chosen) > most:
            self.warn(self.setting.words("screen.interaction.hottext.full", most=most))
            return
        self.respond(tuple(one.id for one in self._hots if one.id in chosen))

    def _step(self, button: HotButton, by: int) -> None:
        at = self._buttons.index(button) + by
        if 0 <= at < len(self.buttons):
            self.buttons[at].setFocus(Qt.FocusReason.TabFocusReason)
            self.row_focused.emit(self.buttons[at])
