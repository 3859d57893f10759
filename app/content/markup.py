"""From allowed XHTML to our own tree: what is on the list is shown fully, anything else refuses the item.

Allowed: `p`, `img` in a paragraph of its own, `strong` or `b`, `em` or `i`, `span`, and around them `div` or
`span` with an `xml:lang`. No styles, links, scripts, formulas, ruby or tables: a viewer that half-shows those
changes what an item asks.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from lxml import etree

from app.content.bank import BankTooLarge, MarkupRefused, PictureRefused
from app.content.blobs import MAX_BLOCKS, MAX_RUNS, MAX_TEXT
from app.content.xml import LANG, check_attributes, check_no_text, line_of, name_of, qti, refuse_element
from app.exam.item import Block, Body, Language, Paragraph, Picture, Run

_STRONG: Final = frozenset({qti("strong"), qti("b")})
_EMPHASIS: Final = frozenset({qti("em"), qti("i")})
_INLINE: Final = _STRONG | _EMPHASIS
_P, _DIV, _SPAN, _IMG = qti("p"), qti("div"), qti("span"), qti("img")
_BLOCKS: Final = frozenset({_P, _IMG})
_OUTER: Final = _BLOCKS | {_DIV, _SPAN}
_WITHIN_A_LINE: Final = _INLINE | {_SPAN}

_NO_ATTRIBUTES: Final = frozenset[str]()
_LANG_ONLY: Final = frozenset({LANG})
_IMG_ATTRIBUTES: Final = frozenset({"src", "alt", "width", "height"})  # a size is a hint: the screen decides

_SPACE: Final = re.compile(r"[ \t\r\n]+")
_UNSEEN: Final = frozenset({"Cc", "Cf", "Co", "Cs"})  # controls, bidi overrides and the like, private, surrogates

Keep = Callable[[str, int], str]
"""Keeps the picture that a `src` on a line names, and gives its medium name or refuses it."""


@dataclass(frozen=True)
class MarkupReader:
    """Reads the markup of one file; every picture is handed to `keep`.

    All methods raise `MarkupRefused` for an element, attribute, language or character that is not allowed,
    `PictureRefused` for a picture without a description and what `keep` raises, and `BankTooLarge`.
    """

    file: str
    keep: Keep

    def content(self, element: etree._Element, inherited: str) -> dict[Language, Body]:
        """Read all that stands in `element` (an option), by language; `inherited` where none is named."""
        if _has_text(element):
            language = self._language(element, inherited)
            return _bodies({language: self._inline_paragraph(element)})
        return self.parts(element, inherited)

    def parts(self, parts: Iterable[etree._Element], inherited: str) -> dict[Language, Body]:
        """Read elements that follow each other (a stem's), by language."""
        found: dict[Language, list[Block]] = {}
        for part in parts:
            self._admit(part, _OUTER, _LANG_ONLY)
            blocks = found.setdefault(self._language(part, inherited), [])
            blocks += self._part(part)
            if len(blocks) > MAX_BLOCKS:
                raise BankTooLarge(self.file, line_of(part), "too many paragraphs", limit=MAX_BLOCKS)
        return _bodies(found)

    def _admit(self, element: etree._Element, tags: frozenset[str], attributes: frozenset[str]) -> None:
        if element.tag not in tags:
            raise refuse_element(element, self.file)
        check_attributes(element, self.file, _IMG_ATTRIBUTES if element.tag == _IMG else attributes)

    def _language(self, element: etree._Element, inherited: str) -> Language:
        name = element.get(LANG, inherited)
        match name.lower().split("-")[0]:
            case "zh":
                return Language.ZH
            case "en":
                return Language.EN
            case _:
                raise MarkupRefused(
                    self.file, line_of(element), "neither Chinese nor English", name=f"xml:lang={name[:20]}"
                )

    def _part(self, part: etree._Element) -> list[Block]:
        if part.tag == _SPAN or (part.tag == _DIV and _has_text(part)):
            return self._inline_paragraph(part)
        if part.tag == _DIV:
            for child in part:
                self._admit(child, _BLOCKS, _NO_ATTRIBUTES)
            return [block for child in part for block in self._block(child)]
        return self._block(part)

    def _block(self, element: etree._Element) -> list[Block]:
        if element.tag == _IMG:
            return [self._picture(element)]
        if any(child.tag == _IMG for child in element):
            check_no_text(element, self.file)  # a picture within a line cannot be shown as one
            for child in element:
                self._admit(child, frozenset({_IMG}), _NO_ATTRIBUTES)
            return [self._picture(child) for child in element]
        return self._inline_paragraph(element)

    def _picture(self, element: etree._Element) -> Picture:
        source, alt = element.get("src", ""), _SPACE.sub(" ", element.get("alt", "")).strip()
        if not alt or len(alt) > MAX_TEXT:
            raise PictureRefused(self.file, line_of(element), "no description, or too long a one", name=source[:100])
        self._check_characters(alt, element)
        return Picture(self.keep(source, line_of(element)), alt)

    def _inline_paragraph(self, element: etree._Element) -> list[Block]:
        runs = _tidy(self._runs(element, strong=False, emphasis=False))
        if len(runs) > MAX_RUNS or any(len(run.text) > MAX_TEXT for run in runs):
            raise BankTooLarge(self.file, line_of(element), "too long a paragraph", limit=MAX_TEXT)
        for run in runs:
            self._check_characters(run.text, element)
        return [Paragraph(runs)] if runs else []

    def _runs(self, element: etree._Element, *, strong: bool, emphasis: bool) -> list[Run]:
        runs = [Run(element.text or "", strong, emphasis)]
        for child in element:
            self._admit(child, _WITHIN_A_LINE, _NO_ATTRIBUTES)
            runs += self._runs(
                child, strong=strong or child.tag in _STRONG, emphasis=emphasis or child.tag in _EMPHASIS
            )
            runs.append(Run(child.tail or "", strong, emphasis))
        return runs

    def _check_characters(self, text: str, element: etree._Element) -> None:
        for character in text:
            if unicodedata.category(character) in _UNSEEN:
                name = f"U+{ord(character):04X}"
                where = line_of(element)
                raise MarkupRefused(self.file, where, f"unseen character in {name_of(element)}", name=name)


def _has_text(element: etree._Element) -> bool:
    """Tell whether an element's own text makes it a line rather than a holder of blocks."""
    texts = [element.text, *(child.tail for child in element)]
    return any(text and text.strip() for text in texts) or any(child.tag in _INLINE for child in element)


def _bodies(found: dict[Language, list[Block]]) -> dict[Language, Body]:
    return {language: tuple(blocks) for language, blocks in found.items() if blocks}


def _tidy(runs: Iterable[Run]) -> tuple[Run, ...]:
    """Fold white space as XHTML does, drop what is empty, join runs of one style."""
    tidy: list[Run] = []
    for run in runs:
        text = _SPACE.sub(" ", run.text)
        if not tidy or tidy[-1].text.endswith(" "):
            text = text.removeprefix(" ")
        if not text:
            continue
        if tidy and (tidy[-1].strong, tidy[-1].emphasis) == (run.strong, run.emphasis):
            text = tidy.pop().text + text
        tidy.append(Run(text, run.strong, run.emphasis))
    if tidy and tidy[-1].text.endswith(" "):
        last = tidy.pop()
        tidy += [Run(last.text[:-1], last.strong, last.emphasis)] if last.text != " " else []
    return tuple(tidy)
