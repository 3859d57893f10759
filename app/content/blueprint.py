"""The blueprint (组卷规则) that a bank brings, from its QTI 3 assessment test.

QTI says it so: a section lists a pool of items, `qti-selection` says how many of them are drawn, `qti-ordering`
whether their order is drawn too, `qti-weight` what each is worth. A pool of every item of one kind, or of one kind and
subject, is named so, and grows with the bank; any other is named item by item.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from lxml import etree

from app.content.archive import Archive, resolve
from app.content.bank import BlueprintRefused, PictureRefused
from app.content.qti.body import BodyReader
from app.content.qti.flow import Inside
from app.content.qti.upgrade import upgraded
from app.content.xml import LANG, check_attributes, check_no_text, line_of, qti, read_xml, refuse_element
from app.exam.item import Item
from app.exam.prose import Formula, Language, plain_text
from sync.wire.plan import Bilingual, Blueprint, BlueprintSection

MAX_TEST_BYTES: Final = 16_000_000
MAX_TEST_NODES: Final = 250_000
_MAX_COUNT: Final = 500  # as in `BlueprintSection`
_MAX_MARKS: Final = 100
_MAX_PASS_MARK: Final = 1_000  # as in `Policy`
_MAX_TIME_S: Final = 86_400
_MAX_TITLE: Final = 200
_MAX_SECTIONS: Final = 50
_MAX_REQUIRED: Final = 500
_NUMBER: Final = re.compile(r"([0-9]{1,6})(?:\.([0-9]{1,3})0{0,6})?")

_TEST_ATTRIBUTES: Final = frozenset({"identifier", "title", "tool-name", "tool-version", LANG})
_PART_ATTRIBUTES: Final = frozenset({"identifier", "navigation-mode", "submission-mode"})
_SECTION_ATTRIBUTES: Final = frozenset({"identifier", "title", "visible"})
_SCORE_ATTRIBUTES: Final = frozenset(
    {"identifier", "cardinality", "base-type", "normal-maximum", "normal-minimum", "mastery-value"}
)
# The one total that we give: the sum of the items' weighted scores.
_TOTAL: Final[tuple[tuple[str, dict[str, str]], ...]] = (
    ("qti-set-outcome-value", {"identifier": "SCORE"}),
    ("qti-sum", {}),
    ("qti-test-variables", {"variable-identifier": "SCORE"}),
)


@dataclass(frozen=True)
class ExamRules:
    """What an assessment test says; marks are whole marks."""

    blueprint: Blueprint
    duration_ms: int | None
    pass_mark: int | None


@dataclass(frozen=True)
class _Section:
    """A section before its pool is named; `weights` are thousandths of a mark, by the item's file."""

    title: Bilingual
    count: int | None
    weights: Mapping[str, int]
    required: tuple[str, ...]
    shuffle: bool


def read_test(archive: Archive, file: str, items: Mapping[str, Item]) -> ExamRules:
    """Read the assessment test in `file`; `items` is by the name of the item's file.

    Raises:
        BlueprintRefused: something that a blueprint cannot say.
        BankRefused: its other kinds.
    """
    root = upgraded(read_xml(archive.read(file, MAX_TEST_BYTES), file, max_nodes=MAX_TEST_NODES))
    if root.tag != qti("qti-assessment-test"):
        raise BlueprintRefused(file, line_of(root), "the root is not qti-assessment-test")
    check_attributes(root, file, _TEST_ATTRIBUTES)
    check_no_text(root, file)
    parts: list[etree._Element] = []
    duration_ms = pass_mark = None
    for child in root:
        if child.tag == qti("qti-outcome-declaration") and child.get("identifier") == "SCORE":
            pass_mark = _pass_mark(child, file)
        elif child.tag == qti("qti-time-limits"):
            check_attributes(child, file, frozenset({"max-time"}))
            duration_ms = 1_000 * _whole(child, file, "max-time", _MAX_TIME_S)
        elif child.tag == qti("qti-test-part") and not parts:
            parts.append(child)
        elif child.tag == qti("qti-outcome-processing"):
            _check_total(child, file)
        else:
            raise refuse_element(child, file)
    if not parts:
        raise BlueprintRefused(file, line_of(root), "no test part")
    return ExamRules(Blueprint(sections=_sections(parts[0], file, items)), duration_ms, pass_mark)


def _pass_mark(declaration: etree._Element, file: str) -> int | None:
    check_attributes(declaration, file, _SCORE_ATTRIBUTES)
    for child in declaration:
        if child.tag != qti("qti-default-value"):
            raise refuse_element(child, file)
    if "mastery-value" not in declaration.attrib:
        return None
    return _whole(declaration, file, "mastery-value", _MAX_PASS_MARK)


def _check_total(processing: etree._Element, file: str) -> None:
    inside = processing
    for name, attributes in _TOTAL:
        if len(inside) != 1 or inside[0].tag != qti(name):
            raise refuse_element(inside[0] if len(inside) else inside, file)
        inside = inside[0]
        check_attributes(inside, file, frozenset({*attributes, "weight-identifier"}))
        if any(inside.get(key) != value for key, value in attributes.items()) or (inside.text or "").strip():
            raise refuse_element(inside, file)
    if len(inside):
        raise refuse_element(inside[0], file)


def _sections(part: etree._Element, file: str, items: Mapping[str, Item]) -> tuple[BlueprintSection, ...]:
    check_attributes(part, file, _PART_ATTRIBUTES)
    check_no_text(part, file)
    if part.get("navigation-mode") != "nonlinear" or part.get("submission-mode") != "simultaneous":
        raise BlueprintRefused(file, line_of(part), "candidates move freely and hand in once")
    sections = []
    for element in part:
        if element.tag != qti("qti-assessment-section"):
            raise refuse_element(element, file)
        sections.append(_match(_section(element, file, items), line_of(element), file, items))
    if not 1 <= len(sections) <= _MAX_SECTIONS:
        raise BlueprintRefused(file, line_of(part), f"{len(sections)} sections")
    return tuple(sections)


def _section(element: etree._Element, file: str, items: Mapping[str, Item]) -> _Section:
    check_attributes(element, file, _SECTION_ATTRIBUTES)
    check_no_text(element, file)
    title = Bilingual(zh=element.get("title") or "-", en=element.get("title") or "-")
    count: int | None = None
    shuffle = False
    weights: dict[str, int] = {}
    required: list[str] = []
    for child in element:
        if child.tag == qti("qti-assessment-item-ref"):
            name, weight = _reference(child, file)
            if name not in items or name in weights:
                raise BlueprintRefused(file, line_of(child), "no item of the bank, or one listed twice")
            weights[name] = weight
            required += [name] if child.get("required", "false") == "true" else []
        elif child.tag == qti("qti-selection"):
            check_attributes(child, file, frozenset({"select"}))
            count = _whole(child, file, "select", _MAX_COUNT)
        elif child.tag == qti("qti-ordering"):
            check_attributes(child, file, frozenset({"shuffle"}))
            shuffle = child.get("shuffle", "false") == "true"
        elif child.tag == qti("qti-rubric-block"):
            title = _title(child, file)
        else:
            raise refuse_element(child, file)
    if not weights:
        raise BlueprintRefused(file, line_of(element), "a section without items")
    return _Section(title, count, weights, tuple(required), shuffle)


def _reference(element: etree._Element, file: str) -> tuple[str, int]:
    """Give the item's file and what the item is worth, in thousandths of a mark."""
    check_attributes(element, file, frozenset({"identifier", "href", "required", "category"}))
    weights = list(element)
    for weight in weights:
        if weight.tag != qti("qti-weight") or len(weights) > 1:
            raise refuse_element(weight, file)
        check_attributes(weight, file, frozenset({"identifier", "value"}))
    name = resolve(element.get("href", ""), file, line_of(element))
    return name, _milli(weights[0], file, "value", _MAX_MARKS) if weights else 1000


class _NoMedia:
    """What candidates read at the head of a section has nothing but text."""

    def __init__(self, file: str) -> None:
        self._file = file

    def picture(self, source: str, line: int) -> str:
        raise PictureRefused(self._file, line, "a rubric has no pictures here", name=source[:100])

    clip = picture

    def formula(self, element: etree._Element) -> Formula:
        raise refuse_element(element, self._file)


def _title(rubric: etree._Element, file: str) -> Bilingual:
    """Give what a section's rubric tells the candidate, in both languages."""
    check_attributes(rubric, file, frozenset({"view", "use"}))
    if rubric.get("view") != "candidate":
        raise refuse_element(rubric, file)
    chinese, english = (
        " ".join(plain_text(BodyReader(file, _NoMedia(file), language).body(rubric, Inside.NOTHING)).split())
        for language in Language
    )
    if not (chinese or english) or max(len(chinese), len(english)) > _MAX_TITLE:
        raise BlueprintRefused(file, line_of(rubric), "an empty rubric, or too long a one")
    return Bilingual(zh=chinese or english, en=english or chinese)


def _match(section: _Section, line: int, file: str, items: Mapping[str, Item]) -> BlueprintSection:
    """Name a section's pool: by the kind, or kind and subject, of which all items are listed, or else item by item."""
    listed = {items[name].id for name in section.weights}
    kinds = {items[name].kind for name in section.weights}
    subjects = {items[name].subject for name in section.weights}
    milli = set(section.weights.values())
    if len(milli) != 1:
        raise BlueprintRefused(file, line, "a section's items differ in weight")
    count = section.count if section.count is not None else len(listed)
    if not 1 <= count <= min(len(listed), _MAX_COUNT) or len(section.required) > min(count, _MAX_REQUIRED):
        raise BlueprintRefused(file, line, f"{count} items to draw from {len(listed)}")
    kind = next(iter(kinds)) if len(kinds) == 1 else None
    subject = next(iter(subjects)) if len(subjects) == 1 else None
    made = BlueprintSection(
        title=section.title,
        count=count,
        milli_each=milli.pop(),
        required=tuple(items[name].id for name in section.required),
        shuffle=section.shuffle,
    )
    of_kind = {item.id: item.subject for item in items.values() if item.kind is kind}
    if section.shuffle and kind and listed == of_kind.keys():
        return made.model_copy(update={"kind": kind})
    if section.shuffle and kind and listed == {one for one, about in of_kind.items() if about == subject}:
        return made.model_copy(update={"kind": kind, "subject": subject})
    return made.model_copy(update={"items": tuple(items[name].id for name in section.weights)})


def _whole(element: etree._Element, file: str, name: str, most: int) -> int:
    """Read a whole number from 1 to `most`."""
    found = _milli(element, file, name, most)
    if found % 1000:
        raise BlueprintRefused(file, line_of(element), f"{name} is no whole number from 1 to {most}")
    return found // 1000


def _milli(element: etree._Element, file: str, name: str, most: int) -> int:
    """Read a number of at most three decimals in thousandths, above 0 and up to `most` wholes."""
    found = _NUMBER.fullmatch(element.get(name, "").strip())
    value = int(found[1]) * 1000 + int((found[2] or "0").ljust(3, "0")) if found else 0
    if not 1 <= value <= most * 1000:
        raise BlueprintRefused(file, line_of(element), f"{name} is no number up to {most}")
    return value
