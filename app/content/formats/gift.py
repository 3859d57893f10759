"""GIFT: an item is a paragraph `::title:: stem {answers} rest`; what stands in the braces tells its kind.

Source: Moodle documentation, "GIFT format". Feedback is left out with a warning; a text without braces is a
description and no item. Category names become the subject, `// [id:name]` the item's id; a title never does.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from app.content.bank import BankRefused, BankTooLarge
from app.content.formats.building import Draft, Sorting, finish, subject_of
from app.content.formats.encodings import decode
from app.content.formats.found import MAX_SOURCE_ITEMS, NO_MEDIA, Collector, FormatReading
from app.content.formats.gift_answers import Parts, read_answers
from app.content.formats.gift_text import EscapedText, escape, read_text, unescape
from app.content.formats.warning import WarningKind

_CATEGORY: Final = re.compile(r"\$CATEGORY\s*:\s*(.*)")
_ID: Final = re.compile(r"\[id:([^\]]*)\]")
_TITLE: Final = re.compile(r"::(.*?)::", re.DOTALL)
_FORMAT: Final = re.compile(r"\[(html|moodle|plain|markdown)\]")


@dataclass(frozen=True)
class _Paragraph:
    """The lines of one item, without comments; `name` is an id given in a comment."""

    line: int
    text: str
    name: str
    category: tuple[str, ...]


def read_gift(data: bytes, source: str) -> FormatReading:
    """Read a text in GIFT; an item that cannot be used is put aside.

    Raises:
        BankRefused: no text in a known encoding.
        BankTooLarge: more items than a source may have.
    """
    decoded = decode(data, source)
    if decoded.text.count("{") - decoded.text.count("\\{") > MAX_SOURCE_ITEMS:  # an item has one at least
        raise BankTooLarge(source, 0, "too many items", limit=MAX_SOURCE_ITEMS)
    found = Collector(source)
    for number, paragraph in enumerate(_paragraphs(decoded.text), start=1):
        if found.full:
            raise BankTooLarge(source, paragraph.line, "too many items", limit=MAX_SOURCE_ITEMS)
        _read(paragraph, number, found)
    return found.reading(decoded.encoding)


def _paragraphs(text: str) -> Iterator[_Paragraph]:
    category: tuple[str, ...] = ()
    lines: list[str] = []
    name, begin = "", 0
    for number, line in enumerate([*text.split("\n"), ""], start=1):
        if line.lstrip().startswith("//"):
            if named := _ID.search(line):
                name = named[1].strip()
        elif said := _CATEGORY.match(line.strip()):
            category = _category(said[1])
        elif line.strip():
            begin = begin if lines else number
            lines.append(line)
        elif lines:
            yield _Paragraph(begin, "\n".join(lines), name, category)
            lines, name = [], ""


def _category(path: str) -> tuple[str, ...]:
    """Give the names of a category path; `$course$` and `top` are Moodle's own places."""
    names = [name.strip() for name in path.replace("//", " ").split("/")]
    return tuple(name for name in names if name and name != "top" and not re.fullmatch(r"\$\w+\$", name))


def _read(paragraph: _Paragraph, number: int, found: Collector) -> None:
    title = ""
    try:
        text = escape(paragraph.text, (found.source, paragraph.line))
        if told := _TITLE.match(text.lstrip()):
            title = " ".join(unescape(told[1]).split())
            text = text.lstrip()[told.end() :]
        draft = _draft(text, paragraph.line, title, found)
        if draft is None:
            return
        sorting = Sorting(subject_of(paragraph.category))
        # a title is no identifier: "Q1" stands in many files
        found.items.append(finish(draft, paragraph.name, sorting, NO_MEDIA, f"{found.source}:{paragraph.line}"))
    except BankRefused as fault:
        found.refuse(paragraph.name or title or f"#{number}", fault)


def _draft(text: str, line: int, title: str, found: Collector) -> Draft | None:
    form = ""
    if told := _FORMAT.match(text.lstrip()):
        form, text = told[1], text.lstrip()[told.end() :]
    head, opened, rest = text.partition("{")
    if not opened:
        if "}" in text or "｛" in text:
            reason = "a brace is closed that was not opened" if "}" in text else "full-width braces: write { and }"
            raise BankRefused(found.source, line, reason)
        found.warn(line, WarningKind.DESCRIPTION, title=title[:80] or "-")
        return None
    answers, closed, tail = rest.partition("}")
    if not closed or "{" in answers:
        raise BankRefused(found.source, line, "a brace is not closed")
    if "{" in tail or "}" in tail:
        raise BankRefused(found.source, line, "more than one pair of braces")
    if answers != (answers := _without_feedback(answers)):
        found.warn(line, WarningKind.FEEDBACK)
    spaces = head[-1:].isspace(), tail[:1].isspace()
    stem = EscapedText(head.strip(), form), EscapedText(tail.strip(), form)
    return read_answers(Parts(*stem, spaces, answers.strip(), (found.source, line)), read_text)


def _without_feedback(answers: str) -> str:
    """Leave out `####` for the whole item and `#` behind each answer; a `#` at the very begin marks numbers."""
    body = answers.partition("####")[0]
    mark = "#" if body.lstrip().startswith("#") else ""
    body = body.lstrip().removeprefix("#") if mark else body
    return mark + re.sub(r"#[^=~]*", "", body)
