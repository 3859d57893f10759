"""Why content is refused, in the reader's language: the source code gives reasons in English, this looks them up.

As gettext does it, the English text is the key. Where a reason fills something in, the key has a hole `{}`; the
sentence has as many, in the same order or numbered. The sentences lie in `resources/words/<language>/reasons/*.toml`;
a test reads every reason from the source code and compares.
"""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from app.exam.prose import Language
from app.resources import resource_folder

MAX_REASON: Final = 1000
"""Characters of a reason that is looked up; a longer one is none of ours."""
_MAX_WITHIN: Final = 4
"""A reason may tell, after a colon, another one; so many, one in the other, are looked up."""

_QUOTED: Final = r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\""
_FIRST: Final = rf"({_QUOTED}|(?:(?!: ).)*?)"
"""What a reason begins with. A name ends before its colon: what follows is looked up on its own."""
_EDGE: Final = "\0"
"""Stands beside a quotation mark, to take with it the space that a name without quotation marks needs there."""
_HOLE: Final = rf"({_QUOTED}|.*?)"


@dataclass(frozen=True)
class _Template:
    """How a reason reads in English, and its sentence."""

    pattern: re.Pattern[str]
    sentence: str


def reason_in(language: Language, reason: str) -> str:
    """Give an English reason in a language; one that is not known stays as it is."""
    if language is Language.EN or len(reason) > MAX_REASON:
        return reason
    return _look_up(_templates(language), reason, _MAX_WITHIN)


def _look_up(templates: Sequence[_Template], reason: str, within: int) -> str:
    for template in templates:
        found = template.pattern.fullmatch(reason)
        if found:
            filled = template.sentence.format(*(_filled(templates, part, within) for part in found.groups()))
            return re.sub(f" ?{_EDGE} ?", "", filled)
    return reason


def _filled(templates: Sequence[_Template], part: str, within: int) -> str:
    if re.fullmatch(_QUOTED, part, re.DOTALL):
        return f"{_EDGE}“{part[1:-1]}”{_EDGE}"
    return _look_up(templates, part, within - 1) if within else part


@cache
def _templates(language: Language) -> tuple[_Template, ...]:
    """Give all templates, those that say most of their own first."""
    found: list[tuple[int, _Template]] = []
    for file in sorted((resource_folder() / "words" / language.value / "reasons").glob("*.toml")):
        for reason, sentence in tomllib.loads(file.read_text(encoding="utf-8")).items():
            first, *others = reason.split("{}")
            holes = [_HOLE] * len(others)
            if others and not first:
                holes[0] = _FIRST
            pattern = re.escape(first) + "".join(
                hole + re.escape(part) for hole, part in zip(holes, others, strict=True)
            )
            own = len(reason) - 2 * len(others)
            found.append((own, _Template(re.compile(pattern, re.DOTALL), str(sentence))))
    return tuple(template for _, template in sorted(found, key=lambda one: -one[0]))
