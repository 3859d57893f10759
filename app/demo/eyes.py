"""What a simulated person sees: the screen in front, what can be pressed on it, and where the focus is."""

from typing import TypeVar

from PySide6.QtWidgets import QAbstractButton, QWidget

from app.seat.kiosk import Kiosk

W = TypeVar("W", bound=QWidget)


class Eyes:
    """Looks at a kiosk, and at nothing that a person could not see."""

    def __init__(self, kiosk: Kiosk) -> None:
        self._kiosk = kiosk

    @property
    def screen(self) -> QWidget:
        """The screen in front."""
        return self._kiosk.deck.currentWidget() or self._kiosk

    @property
    def screen_name(self) -> str:
        """The name of its class."""
        return type(self.screen).__name__

    def all(self, kind: type[W], name: str | None = None) -> list[W]:
        """Give what is seen of a kind (and of a name), whether it can be used or not."""
        found = self.screen.findChildren(kind, name) if name else self.screen.findChildren(kind)
        return [widget for widget in found if widget.isVisible()]

    def one(self, kind: type[W], name: str) -> W | None:
        """Give the first of a kind and name that can be used now."""
        return next((widget for widget in self.all(kind, name) if widget.isEnabled()), None)

    def button(self, *names: str) -> QAbstractButton | None:
        """Give the first of these buttons that can be pressed now."""
        found = (self.one(QAbstractButton, name) for name in names)
        return next((button for button in found if button is not None), None)
