"""What stands in the braces of a GIFT item, and so which kind of item it is."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from app.content.bank import BankRefused, KeyRefused, MarkupRefused
from app.content.formats.building import (
    NONE,
    ONE,
    Draft,
    extended_text,
    matching,
    multiple_choice,
    same,
    single_choice,
    text_entry,
    true_false,
)
from app.content.formats.gift_text import EscapedText, unescape
from app.content.formats.html import looks_like_html
from app.content.formats.inline import inline_choice_item, join_at_place
from app.content.formats.numbers import decimal_of
from app.content.formats.plaintext import line_of_text
from app.content.formats.rules import RESPONSE, Between, Rule, accepted, that_count
from app.exam.prose import Body, Run, Wording

_PIECE: Final = re.compile(r"([=~])([^=~]*)")
_WEIGHT: Final = re.compile(r"\s*%(-?\d+(?:\.\d+)?)%")
_TRUTH: Final = {"T": True, "TRUE": True, "F": False, "FALSE": False}
_ARROW: Final = "->"
_BLANK: Final = Run("____")

ReadText = Callable[[EscapedText, tuple[str, int]], Body]


@dataclass(frozen=True)
class Parts:
    """An item's text before and behind its braces, what is between them, and where it stands.

    `spaces`: whether there is a space before and behind the braces.
    """

    head: EscapedText
    tail: EscapedText
    spaces: tuple[bool, bool]
    answers: str
    place: tuple[str, int]


@dataclass(frozen=True)
class _Answer:
    right: bool
    fraction: Decimal | None
    text: str

    @property
    def earns(self) -> Decimal:
        return (ONE if self.right else NONE) if self.fraction is None else self.fraction


def read_answers(parts: Parts, read: ReadText) -> Draft:
    """Make the item of the kind that its answers show.

    Raises:
        BankRefused: one of its kinds.
    """
    answers = parts.answers
    if not answers:
        return extended_text(same(_stem(parts, read)))
    if answers.upper() in _TRUTH:
        return true_false(same(_stem(parts, read)), correct=_TRUTH[answers.upper()])
    if answers.startswith("#"):
        return _typed(parts, read, _numbers(answers[1:].strip(), parts.place))
    found = _answers(answers, parts.place)
    if not any(_ARROW in one.text for one in found):
        return _choice_or_text(parts, read, found)
    if not all(one.right and one.fraction is None and _ARROW in one.text for one in found):
        raise BankRefused(*parts.place, "pairs to match beside other answers")
    return _matching(parts, read, found)


def _choice_or_text(parts: Parts, read: ReadText, found: Sequence[_Answer]) -> Draft:
    place = parts.place
    if all(one.right for one in found):
        return _typed(parts, read, that_count([accepted(_plain(one.text, place), one.earns) for one in found]))
    options = [(same(read(EscapedText(one.text, parts.head.form), place)), one.earns) for one in found]
    if not any(one.right for one in found):
        return multiple_choice(same(_stem(parts, read)), options, place)
    if parts.tail.text:
        return inline_choice_item(_inline_stem(parts, read), options, place)
    return single_choice(same(_stem(parts, read)), options, place)


def _typed(parts: Parts, read: ReadText, rules: Sequence[Rule]) -> Draft:
    if parts.tail.text:
        return text_entry(_inline_stem(parts, read), rules, parts.place, placed=True)
    return text_entry(same(_stem(parts, read)), rules, parts.place)


def _matching(parts: Parts, read: ReadText, found: Sequence[_Answer]) -> Draft:
    pairs: list[tuple[Wording, Wording]] = []
    others: list[Wording] = []
    for one in found:
        row, _, column = (side.strip() for side in one.text.partition(_ARROW))
        answer = same(read(EscapedText(column, parts.head.form), parts.place))
        if row:
            pairs.append((same(read(EscapedText(row, parts.head.form), parts.place)), answer))
        else:
            others.append(answer)  # a column that belongs to no row
    return matching(same(_stem(parts, read)), pairs, others, parts.place)


def _stem(parts: Parts, read: ReadText) -> Body:
    """Give the stem; where text goes on behind the braces, a blank shows the place."""
    if not parts.tail.text:
        return read(parts.head, parts.place)
    return _joined(parts, read, blank=True).zh


def _inline_stem(parts: Parts, read: ReadText) -> Wording:
    return _joined(parts, read, blank=False)


def _joined(parts: Parts, read: ReadText, *, blank: bool) -> Wording:
    head = read(parts.head, parts.place) if parts.head.text else ()
    tail = read(EscapedText(parts.tail.text, parts.head.form), parts.place)
    return same(join_at_place(head, tail, _BLANK if blank else RESPONSE, parts.spaces))


def _answers(text: str, place: tuple[str, int], *, numbers: bool = False) -> list[_Answer]:
    pieces = list(_PIECE.finditer(text))
    if not pieces or text[: pieces[0].start()].strip():
        raise BankRefused(*place, "answers that begin with neither = nor ~")
    found: list[_Answer] = []
    for piece in pieces:
        words, fraction = piece[2], None
        if weight := _WEIGHT.match(words):
            fraction, words = Decimal(weight[1]) / 100, words[weight.end() :]
        if not words.strip():
            if numbers and piece[1] == "~":
                continue  # what is said to every other number: feedback, which was left out
            raise BankRefused(*place, "an answer without text")
        if fraction is not None and abs(fraction) > 1:
            raise KeyRefused(*place, f"an answer of {weight[1] if weight else ''} %")
        found.append(_Answer(piece[1] == "=", fraction, words.strip()))
    return found


def _plain(text: str, place: tuple[str, int]) -> str:
    shown = unescape(text)
    if looks_like_html(shown):
        raise MarkupRefused(*place, "HTML in an answer that is typed", name="HTML")
    return line_of_text(shown, place)


def _numbers(text: str, place: tuple[str, int]) -> list[Rule]:
    text = text.removesuffix("~").strip()  # what was said to every other number
    found = (
        _answers(text, place, numbers=True)
        if text[:1] in ("=", "~")
        else [_Answer(right=True, fraction=None, text=text)]
    )
    return [_between(one, place) for one in found if one.right or one.fraction]


def _between(answer: _Answer, place: tuple[str, int]) -> Between:
    text = unescape(answer.text).strip()
    low, dots, high = text.partition("..")
    if dots:
        least, most = decimal_of(low, place), decimal_of(high, place)
        if least > most:
            raise KeyRefused(*place, "a range whose end lies before its begin")
        return Between(least, most, answer.earns, (least + most) / 2)
    value, _, tolerance = text.partition(":")
    middle, by = decimal_of(value, place), abs(decimal_of(tolerance or "0", place))
    return Between(middle - by, middle + by, answer.earns, middle)
