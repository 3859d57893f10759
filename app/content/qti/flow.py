"""Gathering a body piece by piece: text and what stands within lines in a line, which every block closes."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Flag, auto
from typing import Final

from app.content.qti.line import tidy
from app.exam.prose import Align, Block, Body, Break, Inline, InlinePicture, Paragraph, Picture, Run, Style

MAX_TEXT: Final = 20_000  # characters of one paragraph
MAX_BLOCKS: Final = 500


class Inside(Flag):
    """What may stand in a body beside what may always."""

    NOTHING = 0
    INTERACTIONS = auto()
    GAPS = auto()
    HOTTEXTS = auto()
    CONDITIONS = auto()


class FlowTooLargeError(ValueError):
    """A paragraph or a body is longer than anybody could read on a screen."""

    def __init__(self, reason: str, limit: int) -> None:
        super().__init__(reason)
        self.limit = limit


@dataclass
class Flow:
    """A body while it is read. `align` and `level` are those of the paragraph that is open."""

    inside: Inside
    align: Align = Align.START
    level: int = 0
    blocks: list[Block] = field(default_factory=list)
    line: list[Inline] = field(default_factory=list)
    stays: bool = False

    def text(self, text: str, styles: frozenset[Style]) -> None:
        """Add text to the open line."""
        self.line.append(Run(text, styles))

    def inline(self, inline: Inline, *, stays: bool = False) -> None:
        """Add something to the open line; `stays`: a picture that is no block even where it stands alone."""
        self.line.append(inline)
        self.stays |= stays

    def block(self, block: Block) -> None:
        """Close the open line and add a block."""
        self.flush()
        self.blocks.append(block)
        if len(self.blocks) > MAX_BLOCKS:
            raise FlowTooLargeError(f"more than {MAX_BLOCKS} blocks", MAX_BLOCKS)

    def flush(self) -> None:
        """Close the open line; a line of nothing but pictures becomes pictures that stand by themselves."""
        line, stays = tidy(self.line), self.stays
        self.line, self.stays = [], False
        if sum(len(one.text) for one in line if isinstance(one, Run)) > MAX_TEXT:
            raise FlowTooLargeError(f"a paragraph of more than {MAX_TEXT} characters", MAX_TEXT)
        if line and not stays and is_pictures(line):
            for one in line:
                if isinstance(one, InlinePicture):
                    self.block(Picture(one.media, one.alt))
        elif line:
            self.block(Paragraph(line, self.level, self.align))

    @contextmanager
    def paragraph(self, level: int, align: Align | None) -> Iterator[None]:
        """Keep what is added within to itself, as a heading of `level` or as plain text."""
        self.flush()
        before = self.level, self.align
        self.level, self.align = level or self.level, align or self.align
        yield
        self.flush()
        self.level, self.align = before

    def close(self) -> Body:
        """Give the body."""
        self.flush()
        return tuple(self.blocks)


def is_pictures(line: tuple[Inline, ...]) -> bool:
    """Tell whether a line is nothing but pictures, with breaks and spaces between them."""
    between = (one for one in line if not isinstance(one, InlinePicture))
    alone = all(isinstance(one, Break) or (isinstance(one, Run) and one.text.isspace()) for one in between)
    return alone and any(isinstance(one, InlinePicture) for one in line)
