"""Where the blanks of a fill-in stem are: underscores, empty brackets, underlined spaces; and the answers to each."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from app.exam.prose import Run, Style

_BLANK: Final = re.compile(
    r"[（(][ \t\u3000\xa0_＿]+[）)]"  # brackets with room to write in
    r"|（）|(?<![A-Za-z0-9_])\(\)"  # empty ones; main() is a name
    r"|【[ \t\u3000\xa0_＿]*】"
    r"|[_＿]{2,}"
)
_LINE: Final = re.compile(r"[ \t\u3000\xa0]{2,}")


def with_lines(runs: Iterable[Run]) -> tuple[Run, ...]:
    """Write underlined spaces as a blank, which is what they are on paper."""
    return tuple(Run("____") if Style.UNDERLINE in run.styles and _LINE.fullmatch(run.text) else run for run in runs)


def count_blanks(runs: Sequence[Run]) -> int:
    """Count the blanks of a stem."""
    return len(_BLANK.findall("".join(run.text for run in runs)))


def fill(runs: Sequence[Run], words: Sequence[str]) -> tuple[Run, ...]:
    """Put words where the blanks are, brackets and all; `words` are as many as there are blanks."""
    filled: list[Run] = []
    at = 0
    for blank, word in zip(_BLANK.finditer("".join(run.text for run in runs)), words, strict=True):
        filled += [*_cut(runs, at, blank.start()), Run(word)]
        at = blank.end()
    return (*filled, *_cut(runs, at, sum(len(run.text) for run in runs)))


def answers_to(cell: str, blanks: int) -> list[str]:
    """Divide an answer's cell: at ; for each blank; at | where only that gives every blank its own."""
    answers = _parts(r"[;；]", cell)
    if len(answers) == 1 and blanks > 1:
        each = _parts(r"[|｜]", cell)
        return each if len(each) == blanks else answers
    return answers


def accepted_texts(answer: str) -> list[str]:
    """Divide what is accepted for one blank."""
    return _parts(r"[|｜]", answer)


def _parts(mark: str, text: str) -> list[str]:
    return [part for part in re.split(mark, text) if part.strip()]


def _cut(runs: Sequence[Run], start: int, end: int) -> Iterator[Run]:
    at = 0
    for run in runs:
        piece = run.text[max(start - at, 0) : max(end - at, 0)]
        if piece:
            yield Run(piece, run.styles)
        at += len(run.text)
