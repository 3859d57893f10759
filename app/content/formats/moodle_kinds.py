"""Moodle's question types that we take, each to one of our kinds; a type that is not here is refused by name."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from lxml import etree

from app.content.bank import BankRefused, KeyRefused, MarkupRefused
from app.content.formats.building import (
    ONE,
    Draft,
    extended_text,
    matching,
    multiple_choice,
    ordering,
    single_choice,
    text_entry,
    true_false,
)
from app.content.formats.moodle_cloze import cloze
from app.content.formats.moodle_gaps import drag_into_text, select_missing_words
from app.content.formats.moodle_question import Question
from app.content.formats.numbers import decimal_of
from app.content.formats.rules import Accepted, Between, accepted, that_count
from app.content.formats.warning import WarningKind

if TYPE_CHECKING:
    from decimal import Decimal

    from app.exam.prose import Wording

_MAX_LINES: Final = 50


def multichoice(question: Question) -> Draft:
    """Read a choice of one or of several options."""
    answers = _answers(question)
    options = [(question.wording(answer), question.fraction(answer)) for answer in answers]
    shuffle = question.flag("shuffleanswers", otherwise=True)
    if question.flag("single", otherwise=True):
        return single_choice(question.stem(), options, question.place, shuffle=shuffle)
    return multiple_choice(question.stem(), options, question.place, shuffle=shuffle)


def multichoiceset(question: Question) -> Draft:
    """Read the plugin's choice of several options of which exactly the right ones earn."""
    options = [(question.wording(answer), question.fraction(answer)) for answer in _answers(question)]
    shuffle = question.flag("shuffleanswers", otherwise=True)
    return multiple_choice(question.stem(), options, question.place, shuffle=shuffle, whole=True)


def truefalse(question: Question) -> Draft:
    """Read a true/false question; one of its two answers earns everything."""
    fractions: dict[str, Decimal] = {}
    for answer in _answers(question):
        fractions[question.plain(answer).lower()] = question.fraction(answer)
    if fractions.keys() != {"true", "false"} or sorted(fractions.values()) != [0, 1]:
        raise KeyRefused(*question.place, "true and false do not earn 100 and 0")
    return true_false(question.stem(), correct=fractions["true"] == ONE)


def shortanswer(question: Question) -> Draft:
    """Read a question whose answer is typed; `*` in an answer stands for any text."""
    exact = question.flag("usecase", otherwise=False)
    rules = [_accepted(question, answer, exact=exact) for answer in _answers(question)]
    return text_entry(question.stem(), that_count(rules), question.place)


def numerical(question: Question) -> Draft:
    """Read a question whose answer is a number; graded units are refused."""
    if question.setting("unitgradingtype", "0") != "0":
        raise MarkupRefused(*question.place, "units that are graded are not supported", name="unitgradingtype")
    if question.element.findall("units/unit"):
        question.warnings.append(WarningKind.UNITS)
    rules: list[Between] = []
    for answer in _answers(question):
        fraction, text = question.fraction(answer), (answer.findtext("text") or "").strip()
        if text == "*" and not fraction:
            break  # any other number: nothing behind it is reached
        value = decimal_of(text, question.place)
        by = abs(decimal_of(answer.findtext("tolerance") or "0", question.place))
        rules.append(Between(value - by, value + by, fraction, value))
    return text_entry(question.stem(), that_count(rules), question.place)


def match(question: Question) -> Draft:
    """Read pairs to match; an answer without a text of its own belongs to no row."""
    pairs: list[tuple[Wording, Wording]] = []
    others: list[Wording] = []
    for sub in question.element.findall("subquestion"):
        answer = sub.find("answer")
        if answer is None:
            raise KeyRefused(*question.place, "a subquestion without answer")
        column = question.wording(answer)
        if (sub.findtext("text") or "").strip():
            pairs.append((question.wording(sub), column))
        else:
            others.append(column)
    shuffle = question.flag("shuffleanswers", otherwise=True)
    return matching(question.stem(), pairs, others, question.place, shuffle=shuffle)


def essay(question: Question) -> Draft:
    """Read a question that a person marks; files cannot be handed in."""
    if question.setting("attachments", "0") != "0" or question.setting("responseformat") == "noinline":
        raise MarkupRefused(*question.place, "files that candidates hand in are not supported", name="attachments")
    lines = question.setting("responsefieldlines", "0")
    return extended_text(question.stem(), min(int(lines), _MAX_LINES) if lines.isascii() and lines.isdigit() else 0)


def order(question: Question) -> Draft:
    """Read the ordering plugin's question: its answers stand in the right order."""
    if question.setting("selecttype", "ALL").upper() not in ("ALL", "0"):
        raise MarkupRefused(*question.place, "an order of some of the answers is not supported", name="selecttype")
    grading = question.setting("gradingtype", "ABSOLUTE_POSITION").upper()
    by_place = grading in ("ABSOLUTE_POSITION", "0")
    if not by_place and grading not in ("ALL_OR_NOTHING", "-1"):
        name = f"gradingtype {grading[:40]}"
        raise MarkupRefused(*question.place, f"{name} is not supported", name=name)
    options = [question.wording(answer) for answer in _answers(question)]
    return ordering(question.stem(), options, question.place, by_place=by_place)


def _answers(question: Question) -> list[etree._Element]:
    found = question.element.findall("answer")
    if not found:
        raise BankRefused(*question.place, "no answers")
    return found


def _accepted(question: Question, answer: etree._Element, *, exact: bool) -> Accepted:
    text = question.plain(answer)
    if not text:
        raise KeyRefused(*question.place, "an answer without text")
    return accepted(text, question.fraction(answer), exact=exact)


KINDS: Final[Mapping[str, Callable[[Question], Draft]]] = {
    "multichoice": multichoice,
    "multichoiceset": multichoiceset,
    "truefalse": truefalse,
    "shortanswer": shortanswer,
    "numerical": numerical,
    "matching": match,
    "essay": essay,
    "cloze": cloze,
    "multianswer": cloze,
    "gapselect": select_missing_words,
    "ddwtos": drag_into_text,
    "ordering": order,
}
