"""What every interaction is shown with, and what its owner hears from it."""

from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from app.exam.interactions import Interaction
from app.exam.prose import Language
from app.ui.flow_view import FlowView
from app.ui.look import Looked
from app.words import Words


@dataclass(frozen=True)
class Setting:
    """What every interaction needs to be shown.

    `media` are the item's decrypted media by name; the sentences stand under `screen.interaction`. `plays`: how often
    each of its clips was begun; it is counted on here, and outlives what is shown.
    """

    language: Language
    media: Mapping[str, bytes]
    words: Words
    plays: MutableMapping[str, int] = field(default_factory=dict)


class InteractionView(Looked, QWidget):
    """An interaction on the page. Whoever owns it hands it a look and calls `arrange`.

    `responded` carries the response variable and all its values (a tuple, empty: no response) at every change the
    person makes. `row_focused` asks the owner to bring a part of it into sight.
    """

    responded = Signal(str, object)
    picture_pressed = Signal(QImage, str)
    row_focused = Signal(QWidget)

    def show_interaction(self, interaction: Interaction, values: tuple[str, ...], setting: Setting) -> None:  # noqa: ARG002
        """Show an interaction with the response it has; subclasses do."""
        raise TypeError(f"{type(self).__name__} shows nothing")

    def arrange(self, width: int) -> int:  # noqa: ARG002
        """Lay it out in `width` pixels and give the height it takes; subclasses do."""
        raise TypeError(f"{type(self).__name__} is not laid out")

    @property
    def texts(self) -> Sequence[FlowView]:
        """The texts in it that can be marked; none, where the mouse has something else to do."""
        return ()

    def look_changed(self) -> None:
        """Nothing yet: the owner arranges again."""
