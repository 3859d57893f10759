"""The few forms of Markdown that the handbook's pages are written in. Anything else is refused, not guessed at.

Blocks: `#` title, `##` and `###` headings, paragraphs, lists by `-` or `1.` (their items are one paragraph), tables
with a row of heads, pictures alone on a line, fenced commands, and GitHub's notes (`> [!TIP]`, `> [!NOTE]`,
`> [!WARNING]`). In a line: `**strong**`, `` `command` ``, `[link](page.md)`; what stands on the screen is quoted, in
Chinese by 「」, in English by “”.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class HandbookRefused(ValueError):  # noqa: N818 - "refused" is the word of the house
    """A page of the handbook is not written as pages are (a defect of ours; the tests read every page)."""


class Kind(StrEnum):
    """What a run of text is."""

    PLAIN = "plain"
    STRONG = "strong"
    SCREEN = "screen"  # what stands on the screen, in its quotes
    COMMAND = "command"
    LINK = "link"


@dataclass(frozen=True)
class Run:
    """Text of one kind; `target` is a link's."""

    kind: Kind
    text: str
    target: str = ""


Runs = tuple[Run, ...]


class Tone(StrEnum):
    """What a note says, by the word it has on GitHub."""

    SAFE = "TIP"
    INFO = "NOTE"
    CARE = "WARNING"


@dataclass(frozen=True)
class Heading:
    """A heading; level 1 is the page's title. `anchor` is the part of an address after `#`, as GitHub makes it."""

    level: int
    text: str
    anchor: str


@dataclass(frozen=True)
class Paragraph:
    """A paragraph."""

    runs: Runs


@dataclass(frozen=True)
class Items:
    """A list; numbered: one step after the other."""

    items: tuple[Runs, ...]
    numbered: bool


@dataclass(frozen=True)
class Note:
    """Something set apart: what is safe, what to know, what to take care of."""

    tone: Tone
    paragraphs: tuple[Runs, ...]


@dataclass(frozen=True)
class Table:
    """A table; the first row names the columns."""

    rows: tuple[tuple[Runs, ...], ...]


@dataclass(frozen=True)
class Figure:
    """A picture by its address from the page, and what is written below it."""

    source: str
    caption: str


@dataclass(frozen=True)
class Commands:
    """Commands to be typed as they stand, one a line."""

    lines: tuple[str, ...]


Block = Heading | Paragraph | Items | Note | Table | Figure | Commands

_INLINE: Final = re.compile(
    r"\*\*(?P<strong>[^*]+)\*\*|`(?P<command>[^`]+)`|\[(?P<link>[^\]]+)\]\((?P<target>[^)\s]+)\)"
    r"|(?P<screen>「[^」]+」|“[^”]+”)"
)
_HEADING: Final = re.compile(r"(#{1,3}) (\S.*)")
_ITEM: Final = re.compile(r"(?:(-)|(\d+)\.) (\S.*)")
_FIGURE: Final = re.compile(r"!\[([^\]]+)\]\(([^)\s]+)\)")
_NOTE: Final = re.compile(r"> \[!(\w+)\]")
_RULE: Final = re.compile(r"\|(?: ?-+ ?\|)+")
_FORMS: Final = ("<", "* ", "+ ", "---", "===", "    ", "\t", "~~~")
_LEFT_OVER: Final = re.compile(r"\*\*|`|\]\(|<[A-Za-z/]")


def parse(text: str) -> tuple[Block, ...]:
    """Read a page.

    Raises:
        HandbookRefused: it holds something that our pages do not use; the line is told.
    """
    lines = text.splitlines()
    blocks: list[Block] = []
    at = 0
    while at < len(lines):
        if not lines[at].strip():
            at += 1
            continue
        block, at = _block(lines, at)
        blocks.append(block)
    if not blocks or not isinstance(blocks[0], Heading) or blocks[0].level != 1:
        raise HandbookRefused("a page begins with its title")
    if sum(isinstance(block, Heading) and block.level == 1 for block in blocks) > 1:
        raise HandbookRefused("a page has one title")
    return tuple(blocks)


def anchor_of(heading: str) -> str:
    """Give a heading's anchor as GitHub makes it: lower case, no punctuation, a hyphen for every space."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def plain(runs: Sequence[Run]) -> str:
    """Give a line's text alone."""
    return "".join(run.text for run in runs)


def _block(lines: list[str], at: int) -> tuple[Block, int]:
    line = lines[at]
    if heading := _HEADING.fullmatch(line):
        return Heading(len(heading[1]), heading[2], anchor_of(heading[2])), at + 1
    if figure := _FIGURE.fullmatch(line):
        return Figure(figure[2], figure[1]), at + 1
    for begins, read in (("```", _commands), ("|", _table), (">", _note)):
        if line.startswith(begins):
            return read(lines, at)
    if item := _ITEM.fullmatch(line):
        return _items(lines, at, numbered=item[1] is None)
    if line.startswith((*_FORMS, "#", "![")):
        raise HandbookRefused(f"line {at + 1}: {line[:40]!r} is no form of our pages")
    end = at + 1
    while end < len(lines) and lines[end].strip() and not _begins_another(lines[end]):
        end += 1
    return Paragraph(_runs(_joined(lines[at:end]))), end


def _begins_another(line: str) -> bool:
    return line.startswith(("#", "```", "|", ">", "![")) or _ITEM.fullmatch(line) is not None


def _commands(lines: list[str], at: int) -> tuple[Commands, int]:
    for end in range(at + 1, len(lines)):
        if lines[end] == "```":
            return Commands(tuple(lines[at + 1 : end])), end + 1
    raise HandbookRefused(f"line {at + 1}: commands without an end")


def _table(lines: list[str], at: int) -> tuple[Table, int]:
    end = at
    while end < len(lines) and lines[end].startswith("|"):
        end += 1
    if end - at < len(("heads", "rule", "row")) or not _RULE.fullmatch(lines[at + 1]):
        raise HandbookRefused(f"line {at + 1}: a table has heads, a rule and rows")
    rows = tuple(tuple(_runs(cell.strip()) for cell in line.strip("|").split("|")) for line in _rows(lines, at, end))
    if len({len(row) for row in rows}) != 1:
        raise HandbookRefused(f"line {at + 1}: rows of different lengths")
    return Table(rows), end


def _rows(lines: list[str], at: int, end: int) -> Iterator[str]:
    yield lines[at]
    yield from lines[at + 2 : end]


def _note(lines: list[str], at: int) -> tuple[Note, int]:
    head = _NOTE.fullmatch(lines[at])
    if head is None or head[1] not in set(Tone):
        raise HandbookRefused(f"line {at + 1}: a note begins with its kind")
    end = at + 1
    while end < len(lines) and lines[end].startswith(">"):
        end += 1
    inside = [line.removeprefix(">").strip() for line in lines[at + 1 : end]]
    paragraphs = "\n".join(inside).strip().split("\n\n")
    if not paragraphs[0]:
        raise HandbookRefused(f"line {at + 1}: a note that says nothing")
    return Note(Tone(head[1]), tuple(_runs(_joined(one.split("\n"))) for one in paragraphs)), end


def _items(lines: list[str], at: int, *, numbered: bool) -> tuple[Items, int]:
    items: list[list[str]] = []
    end = at
    while end < len(lines) and lines[end].strip():
        item = _ITEM.fullmatch(lines[end])
        if item is not None:
            if (item[1] is None) is not numbered or (numbered and int(item[2]) != len(items) + 1):
                raise HandbookRefused(f"line {end + 1}: a list that changes its form or its count")
            items.append([item[3]])
        elif lines[end].startswith("   " if numbered else "  "):
            items[-1].append(lines[end].strip())
        else:
            raise HandbookRefused(f"line {end + 1}: a list's line that is not set in")
        end += 1
    return Items(tuple(_runs(_joined(item)) for item in items), numbered), end


def _joined(lines: Sequence[str]) -> str:
    """Join the lines of a paragraph: with a space, unless Chinese stands on either side of the break."""
    text = ""
    for line in (one.strip() for one in lines):
        apart = text and line and not (_is_wide(text[-1]) or _is_wide(line[0]))
        text += (" " if apart else "") + line
    return text


def _is_wide(character: str) -> bool:
    return character >= "\u2e80" or character in "“”‘’…—"


def _runs(text: str) -> Runs:
    runs: list[Run] = []
    at = 0
    for match in _INLINE.finditer(text):
        if match.start() > at:
            runs.append(Run(Kind.PLAIN, text[at : match.start()]))
        kind = next(kind for kind in Kind if kind is not Kind.PLAIN and match[kind.value])
        runs.append(Run(kind, match[kind.value], match["target"] or ""))
        at = match.end()
    if at < len(text):
        runs.append(Run(Kind.PLAIN, text[at:]))
    for run in runs:
        if run.kind is not Kind.COMMAND and _LEFT_OVER.search(run.text):
            raise HandbookRefused(f"a form without its end: {run.text[:60]!r}")
    return tuple(runs)
