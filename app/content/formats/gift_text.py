"""Text in GIFT: what is escaped stands for itself, and a tag says in which format it is written."""

import re
from dataclasses import dataclass
from typing import Final

from app.content.bank import BankRefused, MarkupRefused
from app.content.formats.html import body_of_html, looks_like_html
from app.content.formats.plaintext import body_of_text
from app.exam.prose import Body

_ESCAPED: Final = "~=#{}:n\\"
_HIDDEN: Final = {char: chr(0xE000 + at) for at, char in enumerate(_ESCAPED)}
_SHOWN: Final[dict[str, str | int | None]] = {hidden: "\n" if char == "n" else char for char, hidden in _HIDDEN.items()}
_FORMAT: Final = re.compile(r"\s*\[(html|moodle|plain|markdown)\]")
MARKDOWN: Final = re.compile(r"[*_`#\[\]!<>|~]|^\s*([-+]|\d+\.)\s", re.MULTILINE)


@dataclass(frozen=True)
class EscapedText:
    """A text after `escape`, and its format ("" for Moodle's automatic one)."""

    text: str
    form: str = ""


def escape(text: str, place: tuple[str, int]) -> str:
    """Hide what is escaped behind characters that GIFT gives no meaning.

    Raises:
        BankRefused: the text has such characters of its own (they are for private use).
    """
    if any(hidden in text for hidden in _SHOWN):
        raise BankRefused(*place, "characters for private use")
    return re.sub(r"\\([~=#{}:n\\])", lambda found: _HIDDEN[found[1]], text)


def unescape(text: str) -> str:
    """Show again what was hidden."""
    return text.translate(str.maketrans(_SHOWN))


def read_text(text: EscapedText, place: tuple[str, int]) -> Body:
    """Read a text in its format; automatic format is HTML where there are tags or entities in it.

    Raises:
        BankRefused: one of its kinds; Markdown that has marks in it is refused by name.
    """
    form, words = text.form, text.text
    if told := _FORMAT.match(words):
        form, words = told[1], words[told.end() :]
    shown = unescape(words)
    if form == "markdown" and MARKDOWN.search(shown):
        raise MarkupRefused(*place, "Markdown is not supported", name="[markdown]")
    if form == "html":
        return body_of_html(shown, place)
    if form in ("", "moodle") and looks_like_html(shown):
        return body_of_html(shown.replace("\n", "<br>"), place)
    return body_of_text(shown, place)
