"""One `question` element: its texts in their formats, its flags and numbers, and the files within it."""

import base64
import binascii
import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final
from urllib.parse import unquote

from lxml import etree

from app.content.bank import BankRefused, MarkupRefused
from app.content.formats.files import Files
from app.content.formats.gift_text import MARKDOWN
from app.content.formats.html import body_of_html, looks_like_html, wording_of_html
from app.content.formats.numbers import decimal_of
from app.content.formats.plaintext import body_of_text, line_of_text
from app.content.formats.warning import WarningKind
from app.content.xml import name_of
from app.exam.prose import Body, Wording

_PLUGIN_FILE: Final = "@@PLUGINFILE@@"
_DATA: Final = re.compile(r"data:image/[a-z+.\-]{1,20};base64,")  # a picture pasted into the text
_TRUE: Final = frozenset({"1", "true"})
_HUNDRED: Final = Decimal(100)


@dataclass
class Question:
    """Reads what stands in a question; `warnings` gather what was changed."""

    element: etree._Element
    place: tuple[str, int]
    warnings: list[WarningKind] = field(default_factory=list)

    def __post_init__(self) -> None:
        for parent in self.element.iter():
            texts = parent.findall("text")
            if len(texts) > 1:
                raise BankRefused(*self.place, f"two texts in one {name_of(parent)}")
            if texts and len(texts[0]):  # only what stands before it would be read
                name = f"<{name_of(texts[0][0])}>"
                raise MarkupRefused(*self.place, "markup in a text that is neither escaped nor in CDATA", name=name)
        self.files = Files(self.place, self._embedded)

    def stem(self, replaced: str | None = None) -> Wording:
        """Give the question's text; `replaced` stands in for it, with marks where answers are given."""
        texts = self.element.findall("questiontext")
        if len(texts) != 1:
            raise BankRefused(*self.place, "no questiontext")
        return self.wording(texts[0], replaced)

    def source(self) -> str:
        """Give the question's text as it is written, as HTML."""
        element = self.element.find("questiontext")
        if element is None:
            raise BankRefused(*self.place, "no questiontext")
        return element.findtext("text") or ""

    def wording(self, element: etree._Element, replaced: str | None = None) -> Wording:
        """Read the text of `element` in the format that it names."""
        text = (element.findtext("text") or "") if replaced is None else replaced
        form = element.get("format", "html" if looks_like_html(text) else "")
        if form == "markdown" and MARKDOWN.search(text):
            raise MarkupRefused(*self.place, "Markdown is not supported", name="markdown")
        if form == "html" or (form == "moodle_auto_format" and looks_like_html(text)):
            breaks = text.replace("\n", "<br>") if form == "moodle_auto_format" else text
            return wording_of_html(breaks, self.place, self.files)
        if element.findall("file"):
            raise BankRefused(*self.place, "a file in a text that is no HTML")
        body = body_of_text(text, self.place)
        return Wording(body, body)

    def plain(self, element: etree._Element) -> str:
        """Give a text that a candidate would type, as one line.

        Raises:
            MarkupRefused: it is HTML.
        """
        text = element.findtext("text") or ""
        if looks_like_html(text):
            raise MarkupRefused(*self.place, "HTML in an answer that is typed", name="HTML")
        return line_of_text(text, self.place)

    def flag(self, name: str, *, otherwise: bool) -> bool:
        """Give a setting that is on or off; empty is off, missing is `otherwise`."""
        found = self.element.find(name)
        return otherwise if found is None else (found.text or "").strip().lower() in _TRUE

    def setting(self, name: str, otherwise: str = "") -> str:
        """Give a setting as it is written."""
        return (self.element.findtext(name) or otherwise).strip()

    def fraction(self, answer: etree._Element) -> Decimal:
        """Give what an answer earns, of 1."""
        return decimal_of(answer.get("fraction", "0"), self.place) / _HUNDRED

    def inline(self, html: str) -> Body:
        """Read a piece of HTML that has no files."""
        return body_of_html(html, self.place)

    def _embedded(self, source: str) -> bytes:
        """Give the file that a picture's address means.

        Raises:
            BankRefused: it is not embedded, or damaged.
        """
        if data := _DATA.match(source):
            return self._decoded(source[data.end() :], data[0])
        if not source.startswith(f"{_PLUGIN_FILE}/"):
            raise MarkupRefused(*self.place, f"{source[:100]!r} is not in the file", name=source[:100])
        wanted = unquote(source.removeprefix(_PLUGIN_FILE)).partition("?")[0]
        for file in self.element.iter("file"):
            path = file.get("path", "/").rstrip("/") + "/" + file.get("name", "")
            if path == wanted:
                if file.get("encoding", "base64") != "base64":
                    raise BankRefused(*self.place, f"{wanted[:100]!r} is not in base64")
                return self._decoded(file.text or "", wanted)
        raise BankRefused(*self.place, f"the file {wanted[:100]!r} is not there")

    def _decoded(self, text: str, name: str) -> bytes:
        try:
            return base64.b64decode("".join(text.split()), validate=True)
        except (binascii.Error, ValueError):
            raise BankRefused(*self.place, f"{name[:100]!r} is damaged") from None
