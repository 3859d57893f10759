"""What stands on the screen while the kiosk cannot come up: words on the display's background, and no window.

    python -m app.seat.apology CODE SECONDS

The session's supervisor runs it. It needs no seat folder, no keys and no replica, which may be what is the matter.
The kiosk's window covers it as soon as there is one. CODE: the fault's, or how the kiosk ended. SECONDS: until the next
try.
"""

import os
import re
import sys
from functools import partial
from typing import Final

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from app.exam.prose import Language
from app.ui.icons import Icon
from app.ui.look import PLAIN_LOOK
from app.ui.message import MessagePanel
from app.ui.style import prepare_application, stylesheet
from app.ui.tokens import Tone
from app.words import Words, all_keys
from proctoring.lockdown.session.backdrop import Area, paint_background
from sync.replica.durable import DiskFull

_CODE: Final = re.compile(r"[A-Z][A-Z0-9_]{2,59}(?: -?[0-9]{1,4})?")

_FACTORS: Final = (1.0, 1.15, 1.3, 1.5, 2.0, 3.0)
"""On a small screen the words are made smaller rather than cut off."""


def main(arguments: list[str]) -> int:
    """Paint the words; 0 if they stand there."""
    code = arguments[0] if arguments and _CODE.fullmatch(arguments[0]) else "KIOSK_ENDED"
    seconds = int(arguments[1]) if arguments[1:] and re.fullmatch(r"[0-9]{1,4}", arguments[1]) else 0
    os.environ["QT_QPA_PLATFORM"] = "offscreen"  # drawn here, and only then put on the display
    application = QApplication(sys.argv[:1])
    prepare_application(application)
    return 0 if paint_background(None, partial(_pixels, code, seconds)) else 1


def picture(code: str, seconds: int, width: int, height: int) -> QImage:
    """Draw the words for a screen of so many pixels."""
    drawn, shown = QImage(width, height, QImage.Format.Format_RGB32), page(code, seconds, width, height)
    with QPainter(drawn) as painter:
        painter.scale(width / shown.width(), height / shown.height())
        shown.render(painter, QPoint())
    return drawn


def page(code: str, seconds: int, width: int, height: int) -> QWidget:
    """Lay the words out, Chinese first, English below, on as many times the screen's size as they need."""
    made = QWidget()
    made.setProperty("part", "page")
    made.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
    made.setStyleSheet(stylesheet(PLAIN_LOOK))
    layout = QVBoxLayout(made)
    layout.setSpacing(0)
    for language in (Language.ZH, Language.EN):
        layout.addWidget(panel(Words(language), code, seconds))
    factors = (one for one in _FACTORS if layout.minimumHeightForWidth(int(width * one)) <= height * one)
    factor = next(factors, _FACTORS[-1])
    made.resize(int(width * factor), int(height * factor))
    return made


def panel(words: Words, code: str, seconds: int) -> MessagePanel:
    """Say it in one language."""
    said = MessagePanel(f"apology_{words.language.value}")
    again = words("apology.again_in", seconds=seconds) if seconds else words("apology.again")
    small = words("apology.code", code=code, again=again)
    what, safe, do = _what(words, code), words("apology.safe"), words("apology.do")
    said.show_message(Icon.ATTENTION, Tone.ATTENTION, what, safe, do, small)
    return said


def _what(words: Words, code: str) -> str:
    """Give what happened: the fault's own sentence if it is whole without the facts, which stayed in the kiosk."""
    if code == DiskFull.code:
        return words("apology.disk_full")
    key = f"fault.{code}.what"
    whole = words.has(key) and "{" not in all_keys(words.language)[key]
    return words(key) if whole else words("apology.what")


def _pixels(code: str, seconds: int, area: Area) -> bytes:
    return bytes(picture(code, seconds, area.width, area.height).constBits())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
