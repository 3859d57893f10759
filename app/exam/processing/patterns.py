"""XML Schema's regular expressions, matched without ever trying anything twice, so that no pattern can hang.

A set of states walks along the text; the whole text has to match.

Source: XML Schema 1.1 part 2, appendix G. A `^` at the start and a `$` at the end are ordinary characters there, but
authors write them as anchors: here they may stand in the text or not.
"""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from app.exam.processing.faults import UnfitError

MOST_PATTERN: Final = 2_000
MOST_STATES: Final = 4_000
MOST_WORK: Final = 1_500_000
"""The most states visited for all texts of one run, about a second."""

Test = Callable[[str], bool]

_BLOCKS: Final = {
    "BasicLatin": (0x0000, 0x007F),
    "Latin-1Supplement": (0x0080, 0x00FF),
    "LatinExtended-A": (0x0100, 0x017F),
    "LatinExtended-B": (0x0180, 0x024F),
    "Greek": (0x0370, 0x03FF),
    "GreekandCoptic": (0x0370, 0x03FF),
    "Cyrillic": (0x0400, 0x04FF),
    "GeneralPunctuation": (0x2000, 0x206F),
    "CurrencySymbols": (0x20A0, 0x20CF),
    "MathematicalOperators": (0x2200, 0x22FF),
    "CJKSymbolsandPunctuation": (0x3000, 0x303F),
    "Hiragana": (0x3040, 0x309F),
    "Katakana": (0x30A0, 0x30FF),
    "Bopomofo": (0x3100, 0x312F),
    "CJKUnifiedIdeographsExtensionA": (0x3400, 0x4DBF),
    "CJKUnifiedIdeographs": (0x4E00, 0x9FFF),
    "HangulSyllables": (0xAC00, 0xD7AF),
    "HalfwidthandFullwidthForms": (0xFF00, 0xFFEF),
}
_CATEGORIES: Final = frozenset(
    {group + kind for group, kinds in (("L", "ultmo"), ("M", "nce"), ("N", "dlo")) for kind in ("", *kinds)}
    | {group + kind for group, kinds in (("P", "cdseifo"), ("Z", "slp"), ("S", "mcko")) for kind in ("", *kinds)}
    | {"C", "Cc", "Cf", "Co", "Cn"}
)
_CONTROLS: Final = {"n": "\n", "r": "\r", "t": "\t"}
_ESCAPED: Final = frozenset("\\|.-^?*+{}()[]$")


def matches(pattern: str, text: str) -> bool:
    """Tell whether the whole text matches the pattern.

    Raises:
        UnfitError: it is no pattern of XML Schema, or too large a one.
    """
    return compiled(pattern).matches(text, MOST_WORK)[0]


@lru_cache(maxsize=256)
def compiled(pattern: str) -> "Automaton":
    """Read a pattern.

    Raises:
        UnfitError: it is no pattern of XML Schema, or too large a one.
    """
    if len(pattern) > MOST_PATTERN:
        raise UnfitError(f"a pattern of more than {MOST_PATTERN} characters")
    return _Reader(pattern).automaton()


@dataclass
class Automaton:
    """States: each goes to `free` ones without a character, and over `step` if its character passes the test."""

    free: list[list[int]] = field(default_factory=list)
    step: list[tuple[Test, int] | None] = field(default_factory=list)
    start: int = 0
    end: int = 0

    def state(self) -> int:
        """Add a state."""
        if len(self.free) >= MOST_STATES:
            raise UnfitError("a pattern with too many repetitions")
        self.free.append([])
        self.step.append(None)
        return len(self.free) - 1

    def matches(self, text: str, most_work: int) -> tuple[bool, int]:
        """Walk along a text with all states it may be in; tell whether it ends well, and how much work it was.

        Raises:
            UnfitError: it would be more than `most_work`, in states visited.
        """
        work = 0
        states = self._reach([self.start])
        for char in text:
            work += len(states) + 1
            if work > most_work:
                raise UnfitError("a text too long for its pattern")
            steps = (self.step[state] for state in states)
            states = self._reach([step[1] for step in steps if step and step[0](char)])
            if not states:
                return False, work
        return self.end in states, work

    def _reach(self, states: list[int]) -> set[int]:
        seen: set[int] = set()
        while states:
            state = states.pop()
            if state not in seen:
                seen.add(state)
                states.extend(self.free[state])
        return seen


# A piece of a pattern builds itself between two states; it may be built several times, for {n,m}.
_Build = Callable[[Automaton, int], int]


class _Reader:
    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self._at = 0
        self._depth = 0

    def automaton(self) -> Automaton:
        build = self._branches()
        if self._at < len(self._pattern):
            raise self._wrong("a bracket too many")
        made = Automaton()
        made.start = made.state()
        made.end = build(made, made.start)
        return made

    def _wrong(self, why: str) -> UnfitError:
        return UnfitError(f"not a pattern of XML Schema: {why} (character {self._at + 1})")

    def _peek(self) -> str:
        return self._pattern[self._at : self._at + 1]

    def _take(self) -> str:
        char = self._peek()
        if not char:
            raise self._wrong("it ends too early")
        self._at += 1
        return char

    def _branches(self) -> _Build:
        self._depth += 1
        if self._depth > 50:  # noqa: PLR2004 - nested brackets, far from Python's own limit
            raise self._wrong("nested too deeply")
        branches = [self._branch()]
        while self._peek() == "|":
            self._at += 1
            branches.append(self._branch())
        self._depth -= 1

        def build(made: Automaton, start: int) -> int:
            end = made.state()
            for branch in branches:
                made.free[branch(made, start)].append(end)
            return end

        return branches[0] if len(branches) == 1 else build

    def _branch(self) -> _Build:
        pieces: list[_Build] = []
        while self._peek() not in {"", "|", ")"}:
            first = not pieces
            char = self._peek()
            atom = self._atom()
            following = self._peek()
            if (char == "^" and first) or (char == "$" and following in {"", "|", ")"}):
                pieces.append(_repeated(atom, 0, 1))
            else:
                pieces.append(self._quantified(atom))

        def build(made: Automaton, start: int) -> int:
            for piece in pieces:
                start = piece(made, start)
            return start

        return build

    def _quantified(self, atom: _Build) -> _Build:
        match self._peek():
            case "?":
                least, most = 0, 1
            case "*":
                least, most = 0, -1
            case "+":
                least, most = 1, -1
            case "{":
                return self._counted(atom)
            case _:
                return atom
        self._at += 1
        return _repeated(atom, least, most)

    def _counted(self, atom: _Build) -> _Build:
        end = self._pattern.find("}", self._at)
        if end < 0:
            raise self._wrong("a { without its }")
        low, comma, high = self._pattern[self._at + 1 : end].partition(",")
        if not _counts(low) or not (high == "" or _counts(high)) or (high and int(high) < int(low)):
            raise self._wrong("a quantity that is none")
        self._at = end + 1
        least = int(low)
        most = least if not comma else int(high) if high else -1
        if max(least, most) > MOST_STATES:
            raise UnfitError("a pattern with too many repetitions")
        return _repeated(atom, least, most)

    def _atom(self) -> _Build:
        char = self._take()
        if char == "(":
            inner = self._branches()
            if self._take() != ")":
                raise self._wrong("a ( without its )")
            return inner
        if char == "[":
            return _one(self._class())
        if char == ".":
            return _one(lambda each: each not in "\n\r")
        if char == "\\":
            return _one(self._escape())
        if char in "?*+{}])":
            raise self._wrong(f"a {char} out of place")
        return _one(lambda each: each == char)

    def _class(self) -> Test:
        self._depth += 1
        if self._depth > 50:  # noqa: PLR2004 - as above
            raise self._wrong("nested too deeply")
        negated = self._peek() == "^"
        if negated:
            self._at += 1
        tests: list[Test] = []
        without: Test | None = None
        while True:
            char = self._take()
            if char == "]" and tests:
                break
            if char == "-" and self._peek() == "[" and tests:
                self._at += 1
                without = self._class()
                if self._take() != "]":
                    raise self._wrong("text after what a class leaves out")
                break
            tests.append(self._ranged(char))
        self._depth -= 1

        def test(each: str) -> bool:
            found = any(one(each) for one in tests) is not negated
            return found and not (without is not None and without(each))

        return test

    def _ranged(self, char: str) -> Test:
        if char in "[]":
            raise self._wrong(f"a {char} out of place")
        if char == "\\":
            low = self._single_escape()
            if not low:
                return self._escape()
        else:
            low = char
        after = self._pattern[self._at : self._at + 2]
        if after[:1] != "-" or after[1:] in {"]", "["}:
            return lambda each: each == low
        self._at += 1
        high = self._take()
        if high == "\\":
            high = self._single_escape()
        if not high or high < low:
            raise self._wrong("a range that is none")
        return lambda each: low <= each <= high

    def _single_escape(self) -> str:
        """Give the character an escape stands for, or nothing if it stands for a class (and take nothing)."""
        char = self._peek()
        if char in _CONTROLS or (char and char in _ESCAPED):
            self._at += 1
            return _CONTROLS.get(char, char)
        return ""

    def _escape(self) -> Test:
        one = self._single_escape()
        if one:
            return lambda each: each == one
        char = self._take()
        if char in "pP":
            test = self._property()
        elif char.lower() in _ESCAPES:
            test = _ESCAPES[char.lower()]
        else:
            raise self._wrong(f"the escape \\{char}")
        return test if char.islower() else lambda each: not test(each)

    def _property(self) -> Test:
        end = self._pattern.find("}", self._at)
        if self._peek() != "{" or end < 0:
            raise self._wrong("a property without its brackets")
        name = self._pattern[self._at + 1 : end]
        self._at = end + 1
        if name in _CATEGORIES:
            return lambda each: unicodedata.category(each).startswith(name)
        block = _BLOCKS.get(name.removeprefix("Is")) if name.startswith("Is") else None
        if block is None:
            raise self._wrong(f"the property {name[:40]}")
        low, high = block
        return lambda each: low <= ord(each) <= high


def _counts(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 6  # noqa: PLR2004 - a million is beyond every bound


def _one(test: Test) -> _Build:
    def build(made: Automaton, start: int) -> int:
        begin, end = made.state(), made.state()
        made.free[start].append(begin)
        made.step[begin] = (test, end)
        return end

    return build


def _repeated(atom: _Build, least: int, most: int) -> _Build:
    def build(made: Automaton, start: int) -> int:
        for _ in range(least):
            start = atom(made, start)
        if most < 0:
            loop, end = made.state(), made.state()
            made.free[start].append(loop)
            made.free[atom(made, loop)].append(loop)
            made.free[loop].append(end)
            return end
        end = made.state()
        made.free[start].append(end)
        for _ in range(most - least):
            start = atom(made, start)
            made.free[start].append(end)
        return end

    return build


def _is_word(each: str) -> bool:
    return unicodedata.category(each)[0] not in "PZC"


def _is_name_start(each: str) -> bool:
    return each in ":_" or unicodedata.category(each)[0] == "L" or unicodedata.category(each) == "Nl"


def _is_name(each: str) -> bool:
    return _is_name_start(each) or each in ".-·" or unicodedata.category(each)[:2] in {"Nd", "Mn", "Mc"}


_ESCAPES: Final[dict[str, Test]] = {
    "s": lambda each: each in " \t\n\r",
    "d": lambda each: unicodedata.category(each) == "Nd",
    "w": _is_word,
    "i": _is_name_start,
    "c": _is_name,
}
