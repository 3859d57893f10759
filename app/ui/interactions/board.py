"""What the boards share: the prompt, the line that says what is asked, the response, and how a change is told."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QWidget

from app.exam.interactions import Interaction, Option
from app.exam.prose import Body, Language, Wording, plain_text
from app.ui.flow_view import FlowView
from app.ui.icons import Icon
from app.ui.interactions.base import InteractionView, Setting
from app.ui.interactions.hint import Hint
from app.ui.prose import BodyView, column_width
from app.ui.tokens import Space, Tone
from app.words import Words

_EMPTY: Final = Setting(Language.ZH, {}, Words(Language.ZH))


class Board(InteractionView):
    """Prompt, hint, and below them what a subclass lays out."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setting = _EMPTY
        self.values: tuple[str, ...] = ()
        self._response = ""
        self._has_prompt = False
        self._calm = ""
        self._warnings: tuple[str, ...] = ()
        self._prompt = BodyView(self, after=self)
        self._prompt.setObjectName("prompt")
        self._prompt.picture_pressed.connect(self.picture_pressed)
        self.hint = Hint(self)

    @property
    def texts(self) -> Sequence[FlowView]:
        """The texts of the prompt."""
        return self._prompt.flows if self._has_prompt else ()

    # for subclasses

    def begin(self, interaction: Interaction, values: tuple[str, ...], setting: Setting) -> None:
        """Take the prompt and the response; the subclass shows the rest."""
        self.setting, self.values, self._response = setting, values, interaction.response
        prompt: Wording | None = getattr(interaction, "prompt", None)
        body = prompt.in_language(setting.language) if prompt else ()
        self._has_prompt = bool(body)
        self._prompt.show_body(body, setting.media, words=setting.words, plays=setting.plays)
        self._prompt.setVisible(self._has_prompt)
        self.setAccessibleName(plain_text(body))

    def body(self, option: Option) -> Body:
        """Give what an option says in the language of now."""
        return option.wording.in_language(self.setting.language)

    def ask(self, calm: str, *warnings: str) -> None:
        """Say what is asked. `warnings`: all that may be said in its place, so that nothing moves when one is."""
        self._calm, self._warnings = calm, warnings
        self.hint.say(Icon.INFO, Tone.SOFT, calm)
        self.hint.setVisible(bool(calm or warnings))

    def warn(self, text: str) -> None:
        """Say what does not go, until the next change."""
        self.hint.say(Icon.ATTENTION, Tone.ATTENTION, text, aloud=True)

    def tell(self, text: str) -> None:
        """Say what can be done next, until the next change."""
        self.hint.say(Icon.INFO, Tone.ACCENT, text, aloud=True)

    def calm(self) -> None:
        """Say what is asked again."""
        self.hint.say(Icon.INFO, Tone.SOFT, self._calm)

    def respond(self, values: tuple[str, ...]) -> None:
        """Take another response of the person's and tell it."""
        self.calm()
        if values != self.values:
            self.values = values
            self.show_values()
            self.responded.emit(self._response, values)

    def show_values(self) -> None:
        """Show the response of now; subclasses do."""
        raise TypeError(f"{type(self).__name__} shows no response")

    def arrange_top(self, width: int) -> int:
        """Lay out prompt and hint; give where the rest begins."""
        top, reading = 0, min(width, column_width(self.look))
        if self._has_prompt:
            self._prompt.set_look(self.look)
            height = self._prompt.arrange(reading)
            self._prompt.setGeometry(0, 0, reading, height)
            top = height + Space.M
        if not self.hint.isHidden():
            self.hint.set_look(self.look)
            height = self.hint.height_of((self._calm, *self._warnings), width)
            self.hint.setGeometry(0, top, width, height)
            top += height + Space.M
        return top

    def rearrange(self) -> None:
        """Lay out again after a change that may change the height; the owner hears of it."""
        if not self.isVisible():
            return  # the owner lays it out when it shows it
        height = self.arrange(self.width())
        if height != self.height():
            self.resize(self.width(), height)
            self.updateGeometry()

    def event(self, event: QEvent) -> bool:
        """Keep what its parts ask for to itself: it lays them out by hand."""
        return True if event.type() is QEvent.Type.LayoutRequest else super().event(event)
