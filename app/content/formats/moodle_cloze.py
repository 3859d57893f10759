"""Moodle's embedded answers (cloze): `{2:SHORTANSWER:=text~%50%other}` within the text becomes a place in a line.

Source: Moodle documentation, "Embedded Answers (Cloze) question type".
"""

import html
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import takewhile
from typing import Final

from app.content.bank import BankRefused, BankTooLarge, KeyRefused, MarkupRefused
from app.content.formats.building import NONE, ONE, Draft, check_rules, same, single_choice
from app.content.formats.html import looks_like_html
from app.content.formats.inline import marks, put_in_place
from app.content.formats.moodle_question import Question
from app.content.formats.numbers import decimal_of
from app.content.formats.parts import Part, chosen, several_parts, written
from app.content.formats.plaintext import line_of_text
from app.content.formats.rules import RESPONSE, Accepted, Between, Rule, accepted, that_count
from app.content.formats.warning import WarningKind
from app.exam.prose import Place, Wording

_MAX_PLACES: Final = 50
_PLACE: Final = re.compile(r"\{(\d{0,3}):([A-Z_]+):((?:\\.|[^{}\\])*)\}", re.DOTALL)
_LOOKS_LIKE_PLACE: Final = re.compile(r"\{\d*:[A-Z_]+:")
_ANSWER: Final = re.compile(r"((?:\\.|[^~\\])+)(?:~|$)", re.DOTALL)
_WEIGHT: Final = re.compile(r"%(-?\d+(?:\.\d+)?)%")
_FEEDBACK: Final = re.compile(r"(?<![\\&])#.*", re.DOTALL)
_SHORT: Final = {"SHORTANSWER": False, "SA": False, "MW": False, "SHORTANSWER_C": True, "SAC": True, "MWC": True}
_NUMBER: Final = frozenset({"NUMERICAL", "NM"})
# how Moodle lays the options out, and S for shuffled
_WAYS: Final = ("V", "H", "S", "VS", "HS")
_CHOICE: Final = frozenset(
    ("MULTICHOICE", "MC", *(f"MULTICHOICE_{way}" for way in _WAYS), *(f"MC{way}" for way in _WAYS))
)


@dataclass(frozen=True)
class _Answer:
    text: str  # HTML
    earns: Decimal


def cloze(question: Question) -> Draft:
    """Read a text with answers in it."""
    source = question.source()
    found = list(_PLACE.finditer(source))
    if not found or len(_LOOKS_LIKE_PLACE.findall(source)) != len(found):
        raise BankRefused(*question.place, "no place for an answer, or one that is not closed")
    if len(found) > _MAX_PLACES:
        raise BankTooLarge(*question.place, f"{len(found)} places", limit=_MAX_PLACES)
    names = [RESPONSE] if len(found) == 1 else [f"{RESPONSE}{at}" for at in range(1, len(found) + 1)]
    parts = [_part(question, name, place) for name, place in zip(names, found, strict=True)]
    words = marks(len(found), source)
    unread = iter(words)
    stem = question.stem(_PLACE.sub(lambda _: next(unread), source))
    places = {word: Place(name) for word, name in zip(words, names, strict=True)}
    placed = Wording(put_in_place(stem.zh, places, question.place), put_in_place(stem.en, places, question.place))
    return several_parts(placed, parts)


def _part(question: Question, name: str, place: re.Match[str]) -> Part:
    weight, kind = int(place[1] or 1), place[2]
    answers = _answers(question, place[3])
    if kind in _CHOICE:
        options = [(same(question.inline(one.text)), one.earns) for one in answers]
        return chosen(
            name,
            weight,
            single_choice(same(()), options, question.place, shuffle=kind.endswith("S")),
        )
    if kind in _SHORT:
        rules: list[Rule] = [_text(question, one, exact=_SHORT[kind]) for one in answers]
    elif kind in _NUMBER:
        rules = [_number(question, one) for one in _before_any_other(answers)]
    else:
        raise MarkupRefused(*question.place, f"{kind[:40]} within a text is not supported", name=kind[:40])
    rules = that_count(rules)
    check_rules(rules, question.place)
    return written(name, weight, rules)


def _before_any_other(answers: Sequence[_Answer]) -> Iterable[_Answer]:
    """Give the numbers; an `*` that earns nothing stands for any other, and nothing behind it is reached."""
    return takewhile(lambda one: one.text != "*" or one.earns, answers)


def _answers(question: Question, text: str) -> Sequence[_Answer]:
    found: list[_Answer] = []
    for piece in _ANSWER.finditer(text):
        words, earns = piece[1].strip(), NONE
        if words.startswith("="):
            words, earns = words[1:], ONE
        elif weight := _WEIGHT.match(words):
            words, earns = words[weight.end() :], Decimal(weight[1]) / 100
        if _FEEDBACK.search(words):
            words = _FEEDBACK.sub("", words)
            question.warnings.append(WarningKind.FEEDBACK)
        words = re.sub(r'\\([~=#{}"/\\])', r"\1", words).strip()
        if not words:
            raise KeyRefused(*question.place, "an answer without text")
        found.append(_Answer(words, earns))
    if not found:
        raise KeyRefused(*question.place, "a place without answers")
    return found


def _typed(question: Question, answer: _Answer) -> str:
    if looks_like_html(re.sub(r"&[#\w]+;", "", answer.text)):
        raise MarkupRefused(*question.place, "HTML in an answer that is typed", name="HTML")
    return line_of_text(html.unescape(answer.text), question.place)


def _text(question: Question, answer: _Answer, *, exact: bool) -> Accepted:
    return accepted(_typed(question, answer), answer.earns, exact=exact)


def _number(question: Question, answer: _Answer) -> Between:
    value, _, tolerance = _typed(question, answer).partition(":")
    middle, by = decimal_of(value, question.place), abs(decimal_of(tolerance or "0", question.place))
    return Between(middle - by, middle + by, answer.earns, middle)
