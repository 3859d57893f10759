"""F1 in a program's window: lays the handbook over what the window shows, where that is allowed, and takes it away."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QWidget

from app.exam.appearance import Appearance
from app.handbook.book import Place
from app.handbook.screen import HandbookScreen
from app.words import Words


class HandbookDoor(QObject):
    """Watches `window` for F1. `under` is what stands in the window's layout and is hidden meanwhile.

    `place`: where to open, or None where the handbook may not be opened now (a session runs). `appearance`: how the
    window looks. `folder`, `copying`: as `HandbookScreen` has them.
    """

    def __init__(
        self,
        window: QWidget,
        under: QWidget,
        place: Callable[[], Place | None],
        appearance: Callable[[], Appearance],
        folder: Path | None = None,
        *,
        copying: bool = False,
    ) -> None:
        super().__init__(window)
        self._window: Final = window
        self._under: Final = under
        self._place: Final = place
        self._appearance: Final = appearance
        self._folder: Final = folder
        self._copying: Final = copying
        self._focus: QWidget | None = None
        self.screen: HandbookScreen | None = None
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take F1 that nothing in the window wanted; every other event goes on."""
        if watched is not self._window or event.type() is not QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return False
        alone = event.modifiers() == Qt.KeyboardModifier.NoModifier
        return event.key() == Qt.Key.Key_F1 and alone and self.open()

    def open(self) -> bool:
        """Open the handbook if that is allowed now; say whether it is open."""
        place = self._place()
        layout = self._window.layout()
        if self.screen is not None or place is None or layout is None:
            return self.screen is not None
        appearance = self._appearance()
        screen = HandbookScreen(Words(appearance.language), place, self._folder, copying=self._copying)
        screen.set_appearance(appearance)
        screen.closed.connect(self.close)
        self._focus = QApplication.focusWidget()
        self.screen = screen
        layout.addWidget(screen)
        self._under.hide()
        screen.show()
        screen.take_focus()
        return True

    def close(self) -> None:
        """Take the handbook away, if it is open; the focus goes back to where it was."""
        screen, self.screen = self.screen, None
        if screen is None:
            return
        layout = self._window.layout()
        if layout is not None:
            layout.removeWidget(screen)
        screen.hide()
        self._under.show()
        screen.deleteLater()
        if self._focus is not None and self._window.isAncestorOf(self._focus) and self._focus.isVisible():
            self._focus.setFocus()
        self._focus = None

    def look_again(self) -> None:
        """Close the handbook if it may no longer be open."""
        if self.screen is not None and self._place() is None:
            self.close()
