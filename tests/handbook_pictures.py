"""The handbook's pictures: screens of made-up people, with numbers where a caption points, as small as they go.

`make screenshots` draws them with the others; `python -m tests.handbook_pictures` draws only these. Nothing may be cut
off, as with all screenshots.
"""

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from PySide6.QtCore import QPoint, QRectF, Qt, qInstallMessageHandler
from PySide6.QtGui import QColor, QImage, QPainter, QPen
from PySide6.QtWidgets import QApplication, QWidget

from app.exam.appearance import Appearance
from app.exam.prose import Language
from app.handbook.book import handbook_folder
from app.ui.look import PLAIN_LOOK
from app.ui.style import prepare_application
from app.ui.tokens import LIGHT, Type
from app.words import Words
from tests.app.archive.window.gallery import SHOTS as ARCHIVE
from tests.app.seat.screens.gallery import SHOTS, SIZES
from tests.app.seat.screens.layout import faults

COLOURS: Final = 96
"""So many colours a picture keeps: letters stay smooth, and a file is a third as large."""
MARK: Final = 30
OFFSCREEN: Final = "This plugin does not support propagateSizeHints"  # said of every window that is shown


@dataclass(frozen=True)
class Drawn:
    """A picture of the handbook: its name, the screenshot it is made of, and the widgets its numbers stand at."""

    name: str
    shot: str
    marked: tuple[str, ...]


PICTURES: Final = (
    Drawn("identity", "03-identity", ("roster_photo", "live_picture", "confirm")),
    Drawn("notice", "04-notice-ready", ("preview", "level", "practice", "start_exam")),
    Drawn(
        "item",
        "05-item",
        ("option_A", "answer_card", "clock", "saved_state", "raise_hand", "flag", "next", "submit"),
    ),
    Drawn("review", "06-review", ("review_unanswered", "review_flagged", "back", "submit")),
    Drawn("result", "09-result", ("score", "verification_code", "delivery_state")),
    Drawn("launch", "02-launch", ("recheck", "fetch_release", "start_session")),
    Drawn("identity-proctor", "03-identity-proctor", ("roster_photo", "live_picture", "doubt", "admit")),
    Drawn("corner", "11-corner", ("time_left", "standing", "corner_hints", "corner_leave")),
    Drawn("reconcile", "16-reconcile", ("count_expected", "explanation", "sign_and_close")),
    Drawn("archive-find", "31-archive-find", ("text", "further", "found", "open")),
    Drawn("archive-recording", "32-archive-recording-playing", ("verify", "picture", "timeline")),
    Drawn("archive-media", "37-archive-media", ("media", "give_out", "register")),
    Drawn("archive-export", "35-archive-export", ("which_session", "place_0", "export_purpose", "export_now")),
    Drawn("archive-decide", "34-archive-decide", ("fact_candidate", "pin", "approve")),
)


def draw_all(folder: Path) -> Iterator[tuple[Path, list[str]]]:
    """Draw every picture in both languages below `folder`; give each file and what is wrong with its layout."""
    shots = {shot.name: shot for shot in (*SHOTS, *ARCHIVE)}
    for language in Language:
        pictures = folder / language.value / "pictures"
        pictures.mkdir(parents=True, exist_ok=True)
        for drawn in PICTURES:
            screen = shots[drawn.shot].make(Words(language))
            screen.set_appearance(Appearance(language))
            screen.resize(*SIZES[0])
            screen.show()
            for _settled in range(3):  # a layout asks for another until heights that depend on widths have settled
                QApplication.processEvents()
            wrong = faults(screen)
            image = screen.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
            _number(image, screen, drawn.marked)
            file = pictures / f"{drawn.name}.png"
            if not few_colours(image).save(str(file), quality=0):  # 0: the smallest file, not the quickest
                raise OSError(f"cannot write {file.name}")
            screen.hide()
            screen.deleteLater()
            yield file, wrong


def _number(image: QImage, screen: QWidget, marked: tuple[str, ...]) -> None:
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(LIGHT.line_strong), 2))
    painter.drawRect(image.rect().adjusted(1, 1, -1, -1))  # white on a white page has no edge
    font = PLAIN_LOOK.font(Type.STRONG)
    font.setBold(True)
    painter.setFont(font)
    for number, name in enumerate(marked, start=1):
        where = next((one for one in screen.findChildren(QWidget, name) if one.isVisibleTo(screen)), None)
        if where is None:
            raise LookupError(f"nothing called {name} is seen")
        corner = where.mapTo(screen, QPoint(0, 0))
        left = min(max(corner.x() - MARK / 2, 4.0), image.width() - MARK - 4.0)
        top = min(max(corner.y() + min(where.height(), MARK) / 2 - MARK, 4.0), image.height() - MARK - 4.0)
        circle = QRectF(left, top, MARK, MARK)
        painter.setPen(QPen(QColor(LIGHT.surface), 3))
        painter.setBrush(QColor(LIGHT.danger))
        painter.drawEllipse(circle)
        painter.setPen(QColor(LIGHT.on_danger))
        painter.drawText(circle, Qt.AlignmentFlag.AlignCenter, str(number))
    painter.end()


def few_colours(image: QImage) -> QImage:
    """Give the same picture in its most frequent colours, each of the others in the nearest of them."""
    width, height = image.width(), image.height()
    rows = np.frombuffer(bytes(image.constBits()), np.uint8).reshape(height, image.bytesPerLine())
    pixels = rows[:, : width * 3].reshape(-1, 3)
    coarse = (pixels >> 2).astype(np.int64)
    keys = (coarse[:, 0] << 12) | (coarse[:, 1] << 6) | coarse[:, 2]
    found, first, where, count = np.unique(keys, return_index=True, return_inverse=True, return_counts=True)
    kept = np.argsort(-count, kind="stable")[:COLOURS]
    palette = pixels[first[kept]].astype(np.int32)
    every = pixels[first].astype(np.int32)
    nearest = np.empty(len(found), np.uint8)
    for start in range(0, len(every), 4096):
        apart = ((every[start : start + 4096, None] - palette[None]) ** 2).sum(axis=2)
        nearest[start : start + 4096] = apart.argmin(axis=1)
    indexed = np.zeros((height, (width + 3) // 4 * 4), np.uint8)
    indexed[:, :width] = nearest[where].reshape(height, width)
    small = QImage(indexed.tobytes(), width, height, indexed.shape[1], QImage.Format.Format_Indexed8)
    small.setColorTable([QColor(*(int(part) for part in colour)).rgb() for colour in palette])
    return small.copy()


def main() -> int:
    """Draw, say how many, and give the exit code."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    qInstallMessageHandler(lambda _kind, _where, said: None if said.startswith(OFFSCREEN) else print(said))
    application = QApplication(sys.argv[:1])
    prepare_application(application)
    drawn = list(draw_all(handbook_folder()))
    application.processEvents()
    wrong = [f"{file.name}: {fault}" for file, faults in drawn for fault in faults]
    size = sum(file.stat().st_size for file, _ in drawn)
    print(*wrong, f"{len(drawn)} pictures of the handbook, {size // 1000} kB, {len(wrong)} faults of layout", sep="\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
