"""White space as XHTML means it: folded to one space, none at the ends of a line, runs of one style joined."""

import re
from collections.abc import Iterable
from typing import Final

from app.exam.prose import Break, Inline, Run

_SPACE: Final = re.compile(r"[ \t\r\n]+")


def fold(text: str) -> str:
    """Fold white space to single spaces and take it off both ends; a no-break space is no white space."""
    return _SPACE.sub(" ", text).strip(" ")


def tidy(inlines: Iterable[Inline], *, ends: bool = True) -> tuple[Inline, ...]:
    """Give a line in its one form; nothing at all if it holds only white space and breaks.

    `ends` false: a part of a line, whose first and last space separate words.
    """
    found: list[Inline] = []
    for inline in inlines:
        if isinstance(inline, Run):
            _add_run(found, inline, ends=ends)
            continue
        if isinstance(inline, Break):
            _drop_space(found)
        found.append(inline)
    if not ends:
        return tuple(found)
    _drop_space(found)
    while found and isinstance(found[-1], Break):
        found.pop()
        _drop_space(found)
    return tuple(found)


def _add_run(found: list[Inline], run: Run, *, ends: bool) -> None:
    text = _SPACE.sub(" ", run.text)
    before = found[-1] if found else None
    if (
        (before is None and ends)
        or isinstance(before, Break)
        or (isinstance(before, Run) and before.text.endswith(" "))
    ):
        text = text.removeprefix(" ")
    if not text:
        return
    if isinstance(before, Run) and before.styles == run.styles:
        found[-1] = Run(before.text + text, run.styles)
    else:
        found.append(Run(text, run.styles))


def _drop_space(found: list[Inline]) -> None:
    while found and isinstance(last := found[-1], Run) and last.text.endswith(" "):
        found.pop()
        if last.text.rstrip(" "):
            found.append(Run(last.text.rstrip(" "), last.styles))
