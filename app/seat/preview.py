"""An item as the candidate sees it, as a picture: the very item screen, with a head that says it is a preview."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QBuffer, QByteArray, QCoreApplication, QEvent
from PySide6.QtGui import QImageWriter
from PySide6.QtWidgets import QApplication

from app.exam.appearance import Appearance
from app.exam.item import Item, is_complete
from app.exam.prose import Language
from app.seat.screens.delivery.item import ItemScreen, ItemView
from app.ui.number_grid import GridCell
from app.ui.style import prepare_application
from app.words import Words

_ROUNDS: Final = 4
"""A layout asks for another until heights that depend on widths have settled."""
_A_MARK: Final = 1000


@dataclass(frozen=True)
class PreviewSettings:
    """How the item is to be seen: `size` in pixels, `percent` of text, with `responses` as if given."""

    language: Language
    size: tuple[int, int]
    percent: int = 100
    responses: Mapping[str, tuple[str, ...]] | None = None


@dataclass(frozen=True)
class PreviewPicture:
    """A PNG, and how many pixels of the item are below the edge and have to be scrolled to."""

    png: bytes
    below: int


class Previewer:
    """Renders items one after another, in one application without a display (unless the platform is named)."""

    def __init__(self) -> None:
        running = QCoreApplication.instance()
        if running is None:
            os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
            running = QApplication(["examroom"])
        if isinstance(running, QApplication):
            prepare_application(running)
        self._application = running

    def render(self, item: Item, media: Mapping[str, bytes], settings: PreviewSettings) -> PreviewPicture:
        """Show an item and give the picture of it."""
        screen = ItemScreen(Words(settings.language))
        responses = dict(settings.responses or {})
        screen.show_preview(f"{item.label} · {item.id}" if item.label else item.id)
        screen.show_cells((GridCell(1, answered=is_complete(item, responses), flagged=False),))
        screen.show_item(ItemView(item, 1, _A_MARK, responses, flagged=False, media=media))
        screen.set_appearance(Appearance(settings.language, settings.percent))
        screen.resize(*settings.size)
        screen.grab()  # lays everything out, without a window
        for _round in range(_ROUNDS):
            QCoreApplication.processEvents()
        png = _encoded(screen)
        below = screen.pane.below_the_edge()
        screen.deleteLater()
        QCoreApplication.sendPostedEvents(screen, QEvent.Type.DeferredDelete.value)
        return PreviewPicture(png, below)


def _encoded(screen: ItemScreen) -> bytes:
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QBuffer.OpenModeFlag.WriteOnly)
    writer = QImageWriter(buffer, QByteArray(b"png"))
    if not writer.write(screen.grab().toImage()):
        raise RuntimeError(writer.errorString())
    return bytes(data.data())
