"""Marks on a laid-out text: places that stay the same at every text size, and how marks are painted.

A place counts the characters a person reads, from 0. What a layout puts in by itself (rooms for pictures, lines begun
early, the frames of tables) is not counted, nor are the ends of lines and paragraphs.
"""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import Final

from PySide6.QtGui import QAbstractTextDocumentLayout, QColor, QTextCharFormat, QTextCursor, QTextDocument

from app.ui.flow_inlines import NEW_LINE, OBJECT
from app.ui.tokens import Palette

_UNCOUNTED: Final = frozenset((OBJECT, NEW_LINE, "\N{PARAGRAPH SEPARATOR}", "\ufdd0", "\ufdd1"))
_BEYOND: Final = 0xFFFF  # a character from here on takes two places in a document

Stretch = tuple[int, int]
"""From a place to before another."""


@dataclass(frozen=True)
class Marking:
    """The marks on one text: what is highlighted, what is being selected, and where the caret stands (None: none)."""

    highlights: tuple[Stretch, ...] = ()
    selected: Stretch | None = None
    caret: int | None = None


NO_MARKING: Final = Marking()


class Places:
    """The counted characters of a document."""

    def __init__(self, document: QTextDocument) -> None:
        self._at: list[int] = []
        counted: list[str] = []
        position = 0
        for character in document.toRawText():
            if character not in _UNCOUNTED:
                self._at.append(position)
                counted.append(character)
            position += 2 if ord(character) > _BEYOND else 1
        self._end = self._at[-1] + (2 if ord(counted[-1]) > _BEYOND else 1) if counted else 0
        self.text = "".join(counted)

    def __len__(self) -> int:
        return len(self._at)

    def position(self, place: int) -> int:
        """Give the document's position of a place."""
        return self._at[place] if place < len(self._at) else self._end

    def place(self, position: int) -> int:
        """Give the first place at or behind a document's position."""
        return bisect_left(self._at, position)

    def word(self, place: int, step: int) -> int:
        """Give where the next word (a Chinese character is one) begins, forwards (1) or backwards (-1)."""
        text, at = self.text, place + min(step, 0)
        if not 0 <= at < len(text):
            return min(max(place, 0), len(text))
        joined = text[at].isascii() and text[at].isalnum()
        at += step
        while joined and 0 <= at < len(text) and text[at].isascii() and text[at].isalnum():
            at += step
        return at if step > 0 else at + 1


def merged(stretches: tuple[Stretch, ...]) -> tuple[Stretch, ...]:
    """Join stretches that touch."""
    found: list[Stretch] = []
    for start, end in sorted(stretches):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return tuple(found)


def holding(stretches: tuple[Stretch, ...], place: int) -> Stretch | None:
    """Give the stretch that a place lies in."""
    at = bisect_right([start for start, _end in stretches], place) - 1
    return stretches[at] if at >= 0 and place < stretches[at][1] else None


def add_selections(
    context: QAbstractTextDocumentLayout.PaintContext,
    document: QTextDocument,
    places: Places,
    marking: Marking,
    palette: Palette,
) -> None:
    """Let a document be painted with its marks: a ground and a line below for each."""
    chosen = [(stretch, palette.attention_soft, palette.attention) for stretch in marking.highlights]
    if marking.selected is not None:
        chosen.append((marking.selected, palette.accent_soft, palette.accent))
    found = []
    for (start, end), ground, line in chosen:
        selection = QAbstractTextDocumentLayout.Selection()
        cursor = QTextCursor(document)
        cursor.setPosition(min(places.position(start), document.characterCount() - 1))
        last = min(end, len(places)) - 1
        after = places.position(last) + (2 if last >= 0 and ord(places.text[last]) > _BEYOND else 1)
        cursor.setPosition(min(after, document.characterCount() - 1), QTextCursor.MoveMode.KeepAnchor)
        form = QTextCharFormat()
        form.setBackground(QColor(ground))
        form.setForeground(QColor(palette.ink))
        form.setUnderlineStyle(QTextCharFormat.UnderlineStyle.SingleUnderline)
        form.setUnderlineColor(QColor(line))
        selection.cursor, selection.format = cursor, form
        found.append(selection)
    if found:
        context.selections = found
