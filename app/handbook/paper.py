"""A reader's part of the handbook on A4: to be handed out, or hung up beside the door."""

from typing import Final

from PySide6.QtGui import QTextDocument

from app.exam.prose import Language
from app.handbook.book import Reader, book
from app.handbook.sheet import Manner, write
from app.ui.look import PLAIN_LOOK
from app.ui.paper import Printed, print_paper
from app.words import Words
from sync.software import software

_POINTS: Final = 0.53
"""Points for a pixel of the screen's type: 10 for text."""
_WIDTH: Final = 560
"""How wide pictures are, in pixels of 1/96 inch: the whole line is 670."""


def print_handbook(reader: Reader, language: Language) -> Printed:
    """Lay out all pages of a reader, each beginning on a new sheet. Wants a `QGuiApplication`."""
    words = Words(language)
    title = f"{words('screen.handbook.title')} · {words(f'screen.handbook.reader_{reader.value}')}"
    manner = Manner(PLAIN_LOOK, _WIDTH, _POINTS)

    def fill(document: QTextDocument) -> None:
        for page in book(language).of(reader):
            write(document, page, manner, words)

    def foot(page: int, pages: int) -> str:
        return f"{title} · {words('room.paper.page', page=page, pages=pages)} · {software()}"

    return print_paper(title, software(), fill, foot)


def paper_name(reader: Reader, language: Language) -> str:
    """Give the file's name."""
    return f"examroom-handbook-{reader.value}-{language.value}.pdf"
