"""Plain text from outside, as a body: white space folded as on a screen, nothing unseen in it."""

import re
from typing import Final

from app.content.bank import BankRefused, BankTooLarge
from app.content.escaped import refuse_escaped
from app.content.tex import refuse_tex
from app.content.unseen import without_unseen
from app.exam.prose import Body, Paragraph, Run

MAX_PARAGRAPH: Final = 4_000  # characters
MAX_PARAGRAPHS: Final = 50

_SPACE: Final = re.compile(r"[ \t\f\v\r\n]+")


def line_of_text(text: str, place: tuple[str, int]) -> str:
    """Give a text as one clean line.

    Raises:
        MarkupRefused: it has characters that a person does not see.
        BankTooLarge: it is too long.
    """
    line = _SPACE.sub(" ", without_unseen(_SPACE.sub(" ", text), place)).strip(" ")
    if len(line) > MAX_PARAGRAPH:
        raise BankTooLarge(*place, "too long a text", limit=MAX_PARAGRAPH)
    return line


def body_of_text(text: str, place: tuple[str, int]) -> Body:
    """Give a text as a body: a paragraph for every line that is not empty.

    Raises:
        BankRefused: there is nothing to read in it, or what `line_of_text` refuses.
    """
    refuse_tex(text, place)
    refuse_escaped(text, place)
    lines = [line for raw in text.split("\n") if (line := line_of_text(raw, place))]
    if not lines:
        raise BankRefused(*place, "nothing to read here")
    if len(lines) > MAX_PARAGRAPHS:
        raise BankTooLarge(*place, "too many paragraphs", limit=MAX_PARAGRAPHS)
    return tuple(Paragraph((Run(line),)) for line in lines)
