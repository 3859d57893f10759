"""The rows of each type as items."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Final

from app.content.bank import BankRefused, KeyRefused
from app.content.formats.building import (
    NONE,
    ONE,
    Draft,
    check_rules,
    extended_text,
    matching,
    multiple_choice,
    single_choice,
    text_entry,
    true_false,
    with_place,
)
from app.content.formats.inline import marks, put_in_place
from app.content.formats.numbers import decimal_of
from app.content.formats.parts import several_parts, written
from app.content.formats.plaintext import line_of_text
from app.content.formats.rules import RESPONSE, Accepted, Between, Rule
from app.content.formats.sheet_blanks import accepted_texts, answers_to, count_blanks, fill, with_lines
from app.content.formats.sheet_columns import OPTION_LETTERS, SCORINGS, Column, Key, SheetType, narrow, truth_of
from app.content.formats.sheet_row import Row
from app.exam.interactions import Option, Order
from app.exam.marking import MATCH_CORRECT, SCORE, BaseType, Cardinality, Declaration, Marking, Role, Written
from app.exam.prose import Body, Place, Run, Wording

_LETTERS: Final = re.compile(r"[a-l]([,，、;；.]?[a-l])*")
_ARROW: Final = re.compile(r"\s*(?:->|=>|→|——>|－>)\s*")
_NUMBER: Final = re.compile(r"(.+?)\s*(?:±|\+/-|\+-)\s*(.+)")
_MAX_BLANKS: Final = 20


def draft_of(kind: SheetType, row: Row, picture: Body) -> Draft:
    """Make the item of a row; `picture` stands below its stem.

    Raises:
        BankRefused: one of its kinds.
    """
    return _KINDS[kind](row, picture)


def _stem(row: Row, picture: Body) -> Wording:
    stem = row.wording(Column.STEM, Column.STEM_EN)
    return Wording(stem.zh + picture, stem.en + picture)


def _true_false(row: Row, picture: Body) -> Draft:
    answer = narrow(row.text(Column.ANSWER))
    options = row.option_texts()
    if options:
        truths = [truth_of(option) for option in options]
        if sorted(str(truth) for truth in truths) != ["False", "True"]:
            raise KeyRefused(*row.place, "a true/false item whose options are not true and false")
        if answer in ("a", "b"):
            answer = options["ab".index(answer)]
    correct = truth_of(answer)
    if correct is None:
        raise KeyRefused(*row.place, f"the answer {row.text(Column.ANSWER)[:20]!r} is neither true nor false")
    return true_false(_stem(row, picture), correct=correct)


def _single(row: Row, picture: Body) -> Draft:
    letters = _letters(row)
    if len(letters) != 1:
        raise KeyRefused(*row.place, f"{len(letters)} answers, where one option can be chosen")
    return single_choice(_stem(row, picture), _options(row, letters), row.place)


def _multiple(row: Row, picture: Body) -> Draft:
    letters = _letters(row)
    scoring = narrow(row.text(Column.SCORING))
    if scoring not in SCORINGS:
        raise BankRefused(*row.place, f"多选计分 {scoring[:20]!r} is neither 全对 (whole) nor 按项 (parts)")
    options = _options(row, letters, parts=not SCORINGS[scoring])
    return multiple_choice(_stem(row, picture), options, row.place, whole=SCORINGS[scoring])


def _blanks(row: Row, picture: Body) -> Draft:
    _refuse_raised(row, Column.ANSWER)
    stems = (with_lines(row.runs(Column.STEM)), with_lines(row.runs(Column.STEM_EN)))
    blanks = count_blanks(stems[0])
    answers = answers_to(row.cells.get(Column.ANSWER, ""), blanks)
    rules = [[_rule(text, row) for text in accepted_texts(answer)] for answer in answers]
    if stems[1] and count_blanks(stems[1]) != blanks:
        raise BankRefused(*row.place, "the English stem has another number of blanks")
    if not blanks and len(rules) == 1:
        return text_entry(_stem(row, picture), rules[0], row.place)
    if len(rules) != blanks or blanks > _MAX_BLANKS:
        raise KeyRefused(*row.place, f"{blanks} blanks and {len(rules)} answers")
    names = [RESPONSE] if blanks == 1 else [f"{RESPONSE}{at}" for at in range(1, blanks + 1)]
    placed = _placed(row, stems, names)
    for one in rules:
        check_rules(one, row.place)
    parts = [written(name, 1, one) for name, one in zip(names, rules, strict=True)]
    return several_parts(Wording(placed.zh + picture, placed.en + picture), parts)


def _placed(row: Row, stems: tuple[tuple[Run, ...], tuple[Run, ...]], names: list[str]) -> Wording:
    """Put the blanks' places into both stems, the first blank of each answering to the first response."""
    words = marks(len(names), "".join(run.text for stem in stems for run in stem))
    places = {word: Place(name) for word, name in zip(words, names, strict=True)}
    chinese, english = (fill(stem, words) if stem else () for stem in stems)
    wording = row.said_in(chinese, english)
    return Wording(put_in_place(wording.zh, places, row.place), put_in_place(wording.en, places, row.place))


def _rule(text: str, row: Row) -> Rule:
    clean = line_of_text(text, row.place)
    if number := _NUMBER.fullmatch(clean):
        middle, by = decimal_of(number[1], row.place), abs(decimal_of(number[2], row.place))
        return Between(middle - by, middle + by, ONE, middle)
    return Accepted(clean, ONE)


def _essay(row: Row, picture: Body) -> Draft:
    draft = extended_text(_stem(row, picture))
    answer = row.text(Column.ANSWER)
    if not answer:
        return draft
    _refuse_raised(row, Column.ANSWER)
    response, *others = draft.marking.declarations
    told = replace(response, correct=(Written(answer),))
    return replace(draft, marking=replace(draft.marking, declarations=(told, *others)))


def _order(row: Row, picture: Body) -> Draft:
    options = row.options()
    letters = _letters(row)
    if sorted(letters) != [letter for letter, _ in options] or len(letters) < 2:  # noqa: PLR2004 - one is no order
        raise KeyRefused(*row.place, "the order does not name every option once")
    declaration = Declaration(
        Role.RESPONSE,
        RESPONSE,
        Cardinality.ORDERED,
        BaseType.IDENTIFIER,
        correct=tuple(Written(letter) for letter in letters),
    )
    order = Order(RESPONSE, None, tuple(Option(letter, wording) for letter, wording in options), shuffle=True)
    stem = with_place(_stem(row, picture))
    return Draft(stem, (order,), Marking("", (declaration, SCORE), MATCH_CORRECT))


def _match(row: Row, picture: Body) -> Draft:
    if row.text(Column.ANSWER):
        raise KeyRefused(*row.place, "an answer beside pairs: in a match, the pairs are the answer")
    pairs: list[tuple[Wording, Wording]] = []
    others: list[Wording] = []
    for letter in OPTION_LETTERS:
        for english in (False, True):
            _refuse_raised(row, (letter, english))
    for zh, en in row.pairs():
        left, right = _sides(zh, row)
        left_en, right_en = _sides(en, row) if en else ("", "")
        if left:
            pairs.append((row.said(left, left_en), row.said(right, right_en)))
        else:
            others.append(row.said(right, right_en))
    return matching(_stem(row, picture), pairs, others, row.place)


def _sides(text: str, row: Row) -> tuple[str, str]:
    sides = _ARROW.split(text)
    if len(sides) != 2 or not sides[1]:  # noqa: PLR2004 - a left and a right side
        raise KeyRefused(*row.place, f"{text[:40]!r} is not a pair, written as left -> right")
    return sides[0], sides[1]


def _refuse_raised(row: Row, key: Key) -> None:
    if row.is_raised(key):
        raise KeyRefused(*row.place, "raised or lowered letters (上标、下标) where only plain text can be kept")


def _letters(row: Row) -> list[str]:
    answer = narrow(row.text(Column.ANSWER))
    if not _LETTERS.fullmatch(answer):
        raise KeyRefused(*row.place, f"the answer {row.text(Column.ANSWER)[:20]!r} does not name options")
    letters = [char.upper() for char in answer if char.isalpha()]
    if len(set(letters)) != len(letters):
        raise KeyRefused(*row.place, "the answer names an option twice")
    return letters


def _options(row: Row, correct: list[str], *, parts: bool = False) -> list[tuple[Wording, Decimal]]:
    options = row.options()
    if not set(correct) <= {letter for letter, _ in options}:
        raise KeyRefused(*row.place, "the answer names something that is no option")
    earns, loses = (ONE / len(correct), -ONE) if parts else (ONE, NONE)
    return [(wording, earns if letter in correct else loses) for letter, wording in options]


_KINDS: Final[Mapping[SheetType, Callable[[Row, Body], Draft]]] = {
    SheetType.TRUE_FALSE: _true_false,
    SheetType.SINGLE: _single,
    SheetType.MULTIPLE: _multiple,
    SheetType.BLANKS: _blanks,
    SheetType.ESSAY: _essay,
    SheetType.ORDER: _order,
    SheetType.MATCH: _match,
}
