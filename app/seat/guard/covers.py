"""Covers: every screen that is not the exam's is black, with a sentence that says why."""

from collections.abc import Iterator
from typing import Final

import shiboken6
from PySide6.QtCore import QObject, QRect, Qt
from PySide6.QtGui import QColor, QGuiApplication, QPalette, QScreen
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from app.exam.prose import Language
from app.seat.guard.events import GuardKind, Matter
from app.ui import tokens
from app.ui.tokens import Type
from app.words import Words

_FLAGS: Final = (
    Qt.WindowType.Tool
    | Qt.WindowType.FramelessWindowHint
    | Qt.WindowType.BypassWindowManagerHint
    | Qt.WindowType.WindowDoesNotAcceptFocus
)


class Cover(QWidget):
    """A dark window with the sentence in both languages: whoever looks at that screen is not known."""

    def __init__(self) -> None:
        super().__init__(None, _FLAGS)
        self.setObjectName("guard_cover")
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.setAutoFillBackground(True)
        palette = QPalette()
        palette.setColor(QPalette.ColorRole.Window, QColor(tokens.DARK.ground))
        palette.setColor(QPalette.ColorRole.WindowText, QColor(tokens.DARK.ink))
        self.setPalette(palette)
        layout = QVBoxLayout(self)
        layout.addStretch()
        for language in Language:
            label = QLabel(Words(language)("guard.cover"), self)
            label.setPalette(palette)
            font = label.font()
            font.setPixelSize(tokens.TYPES[Type.TITLE].px)
            label.setFont(font)
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            label.setWordWrap(True)
            layout.addWidget(label)
        layout.addStretch()


class Covers(QObject):
    """Covers the screens beside the window's as they come. A screen that shows the same place gets none."""

    def __init__(self, window: QWidget) -> None:
        super().__init__()
        self._window: Final = window
        self._covers: dict[QScreen, Cover] = {}
        self._spare: Cover | None = None

    @property
    def covered(self) -> tuple[QRect, ...]:
        """Where there are covers now."""
        return tuple(cover.geometry() for cover in self._covers.values())

    def begin(self) -> None:
        """Cover what is there, and what comes."""
        self._spare = Cover()  # made beforehand: a screen that comes is covered within milliseconds
        application = _application()
        application.screenAdded.connect(self._come)
        application.screenRemoved.connect(self._gone)
        for screen in QGuiApplication.screens():
            screen.geometryChanged.connect(self._arrange)
        self._arrange()

    def end(self) -> None:
        """Uncover every screen."""
        application = _application()
        application.screenAdded.disconnect(self._come)
        application.screenRemoved.disconnect(self._gone)
        for screen in QGuiApplication.screens():
            screen.geometryChanged.disconnect(self._arrange)
        for cover in (*self._covers.values(), *([self._spare] if self._spare else ())):
            shiboken6.delete(cover)
        self._covers.clear()
        self._spare = None

    def look(self) -> Iterator[Matter]:
        """Keep the covers in front, and tell which screens there are beside the window's."""
        self._arrange()
        own = self._window.screen()
        for screen in QGuiApplication.screens():
            if screen is not own:
                place = screen.geometry()
                said = f"{screen.name()}: {place.width()}x{place.height()}+{place.x()}+{place.y()}"
                same = place.intersects(own.geometry())
                kind = GuardKind.MIRRORED_SCREEN if same else GuardKind.SECOND_SCREEN
                yield Matter(kind, evidence=(said + (", shows the same" if same else ", covered"),))

    def _come(self, screen: QScreen) -> None:
        screen.geometryChanged.connect(self._arrange)
        self._arrange()

    def _gone(self, screen: QScreen) -> None:
        cover = self._covers.pop(screen, None)
        if cover is not None:
            cover.hide()
            self._spare = cover

    def _arrange(self) -> None:
        own = self._window.screen()
        for screen in QGuiApplication.screens():
            apart = screen is not own and not screen.geometry().intersects(own.geometry())
            cover = self._covers.get(screen)
            if not apart:
                self._gone(screen)
            else:
                cover = self._covers[screen] = cover or self._take_spare()
                if cover.geometry() != screen.geometry():
                    cover.setGeometry(screen.geometry())
                cover.show()
                cover.raise_()

    def _take_spare(self) -> Cover:
        cover, self._spare = self._spare or Cover(), None
        return cover


def _application() -> QGuiApplication:
    application = QGuiApplication.instance()
    if not isinstance(application, QGuiApplication):
        raise TypeError("covers need an application")
    return application
