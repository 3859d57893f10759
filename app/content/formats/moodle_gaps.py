"""Moodle's two kinds of text with gaps `[[1]]`: words chosen from lists, and words dragged into it."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from lxml import etree

from app.content.bank import BankRefused, BankTooLarge, KeyRefused
from app.content.formats.building import NONE, ONE, Draft, single_choice, with_place
from app.content.formats.inline import Standing, marks, put_in_place
from app.content.formats.moodle_question import Question
from app.content.formats.parts import chosen, several_parts
from app.content.formats.rules import RESPONSE, by_mapping, mapped, share
from app.exam.interactions import GapMatch, Option
from app.exam.marking import BaseType, Cardinality, MapEntry
from app.exam.prose import Gap, Place, Wording

_GAP: Final = re.compile(r"\[\[(\d{1,3})\]\]")
_MAX_GAPS: Final = 50
_EMPTY: Final = Wording((), ())


def select_missing_words(question: Question) -> Draft:
    """Read a text whose gaps are filled from lists: all options of the right one's group are in the list."""
    boxes = question.element.findall("selectoption")
    numbers = _numbers(question, boxes)
    shuffle = question.flag("shuffleanswers", otherwise=True)
    names = [RESPONSE] if len(numbers) == 1 else [f"{RESPONSE}{at}" for at in range(1, len(numbers) + 1)]
    parts = []
    for name, number in zip(names, numbers, strict=True):
        right = boxes[number - 1]
        options = [
            (question.wording(box), ONE if box is right else NONE) for box in boxes if _group(box) == _group(right)
        ]
        parts.append(chosen(name, 1, single_choice(_EMPTY, options, question.place, shuffle=shuffle)))
    return several_parts(_placed(question, [Place(name) for name in names]), parts)


def drag_into_text(question: Question) -> Draft:
    """Read a text with gaps that words are dragged into; each right one earns its part."""
    boxes = question.element.findall("dragbox")
    numbers = _numbers(question, boxes)
    uses = {number: 0 if boxes[number - 1].find("infinite") is not None else 1 for number in range(1, len(boxes) + 1)}
    repeated = {number for number in numbers if numbers.count(number) > 1 and uses[number]}
    if repeated:
        raise KeyRefused(*question.place, f"option {min(repeated)} fills two gaps and can be used once")
    options = tuple(
        Option(f"O{at}", question.wording(box), match_max=uses[at]) for at, box in enumerate(boxes, start=1)
    )
    gaps = [Gap(f"G{at}") for at in range(1, len(numbers) + 1)]
    correct = [f"O{number} {gap.id}" for number, gap in zip(numbers, gaps, strict=True)]
    part = float(share(len(correct)))
    declaration = mapped(
        RESPONSE,
        Cardinality.MULTIPLE,
        BaseType.DIRECTED_PAIR,
        correct,
        [MapEntry(pair, part) for pair in correct],
    )
    shuffle = question.flag("shuffleanswers", otherwise=True)
    interaction = GapMatch(RESPONSE, None, options, _placed(question, gaps), shuffle=shuffle)
    return Draft(with_place(_EMPTY), (interaction,), by_mapping("", declaration))


def _numbers(question: Question, boxes: Sequence[etree._Element]) -> list[int]:
    numbers = [int(found) for found in _GAP.findall(question.source())]
    if not numbers:
        raise BankRefused(*question.place, "no gap in the text")
    if len(numbers) > _MAX_GAPS:
        raise BankTooLarge(*question.place, f"{len(numbers)} gaps", limit=_MAX_GAPS)
    if not all(1 <= number <= len(boxes) for number in numbers):
        raise KeyRefused(*question.place, "a gap without an option for it")
    return numbers


def _placed(question: Question, standing: Sequence[Standing]) -> Wording:
    source = question.source()
    words = marks(len(standing), source)
    unread = iter(words)
    stem = question.stem(_GAP.sub(lambda _: next(unread), source))
    places: Mapping[str, Standing] = dict(zip(words, standing, strict=True))
    return Wording(put_in_place(stem.zh, places, question.place), put_in_place(stem.en, places, question.place))


def _group(box: etree._Element) -> str:
    return (box.findtext("group") or "1").strip()
