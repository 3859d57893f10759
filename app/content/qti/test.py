"""Reading a test of QTI 2.x or 3.0 with its sections and items, all of them in the test's own folder."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import isfinite
from typing import Any, Final

from lxml import etree

from app.content.archive import Archive, resolve
from app.content.bank import BankRefused, BankTooLarge, MarkupRefused, RulesRefused, TwiceRefused
from app.content.qti.processing import TEST_ATTRIBUTES, Lines, read_declarations, read_node
from app.content.qti.scorable import ITEM, Scorable, read_root, scorable
from app.content.xml import LANG, QTI, check_attributes, line_of, name_of, refuse_element
from app.exam.assessment import (
    Assessment,
    Branch,
    ItemRef,
    Section,
    SessionControl,
    TestFeedback,
    TestPart,
    TimeLimits,
)
from app.exam.marking import Marking, Node
from app.exam.processing.faults import ProcessingRefused
from app.exam.processing.lexical import read_float, read_integer
from app.exam.processing.outcomes import score_assessment

TEST: Final = "qti-assessment-test"
MAX_ITEMS: Final = 1_000
MAX_SELECT: Final = 1_000
_MAX_DEPTH: Final = 20
_TRUTHS: Final = {"true": True, "1": True, "false": False, "0": False}
_CONTROL: Final = (
    "show-feedback",
    "allow-review",
    "show-solution",
    "allow-comment",
    "allow-skipping",
    "validate-responses",
)
_UNREAD: Final = frozenset({"qti-rubric-block", "qti-stylesheet", "qti-context-declaration", "qti-outcome-declaration"})
"""What scoring has no use for, or what is read elsewhere."""


@dataclass(frozen=True)
class ReadTest:
    """A test, and its items by item reference."""

    assessment: Assessment
    items: Mapping[str, Scorable]

    @property
    def markings(self) -> dict[str, Marking]:
        """The markings of its items, by item reference."""
        return {name: item.marking for name, item in self.items.items()}


@dataclass
class _Parts:
    """What stands in a part, a section or an item reference."""

    conditions: list[Node] = field(default_factory=list)
    branches: list[Branch] = field(default_factory=list)
    control: SessionControl = field(default_factory=SessionControl)
    limits: TimeLimits = field(default_factory=TimeLimits)

    def common(self) -> dict[str, Any]:
        return {
            "conditions": tuple(self.conditions),
            "branches": tuple(self.branches),
            "control": self.control,
            "limits": self.limits,
        }


def read_test(archive: Archive, root: etree._Element, file: str) -> ReadTest:
    """Read a test whose document `read_root` has read, and check that its rules can be followed.

    Raises:
        BankRefused: one of its kinds (see `app.content.bank`), with file and line.
    """
    return _Reader(archive, Lines(file)).test(root)


class _Reader:
    def __init__(self, archive: Archive, lines: Lines) -> None:
        self._archive = archive
        self._lines = lines
        self._items: dict[str, Scorable] = {}
        self._files: dict[str, Scorable] = {}
        self._seen: set[str] = set()
        self._feedback: list[TestFeedback] = []

    def test(self, root: etree._Element) -> ReadTest:
        file = self._lines.file
        allowed = frozenset({"identifier", "title", "tool-name", "tool-version", "class", LANG})
        check_attributes(root, file, allowed)
        parts: list[TestPart] = []
        limits, processing = TimeLimits(), None
        for child in root:
            match name_of(child):
                case "qti-test-part":
                    parts.append(self._part(child, file))
                case "qti-time-limits":
                    limits = self._limits(child, file)
                case "qti-outcome-processing" if processing is None:
                    processing = self._processing(child)
                case "qti-test-feedback":
                    self._feedback.append(self._read_feedback(child, file))
                case name if name not in _UNREAD:
                    raise refuse_element(child, file)
        made = Assessment(
            self._needed(root, "identifier", file),
            tuple(parts),
            read_declarations(root, self._lines),
            processing,
            tuple(self._feedback),
            limits,
        )
        read = ReadTest(made, self._items)
        try:
            score_assessment(made, read.markings, {})
        except ProcessingRefused as refused:
            raise self._lines.refusal(refused) from None
        return read

    def _processing(self, element: etree._Element) -> Node:
        children = tuple(read_node(child, self._lines, TEST_ATTRIBUTES) for child in element)
        return Node("outcome-processing", (), children)

    def _part(self, element: etree._Element, file: str) -> TestPart:
        check_attributes(
            element, file, frozenset({"identifier", "title", "navigation-mode", "submission-mode", "class"})
        )
        sections: list[Section] = []

        def other(child: etree._Element) -> None:
            match name_of(child):
                case "qti-assessment-section":
                    sections.append(self._section(child, file, _MAX_DEPTH))
                case "qti-assessment-section-ref":
                    sections.append(self._section_ref(child, file, _MAX_DEPTH))
                case "qti-test-feedback":
                    self._feedback.append(self._read_feedback(child, file))
                case _:
                    raise refuse_element(child, file)

        parts = self._common(element, file, other)
        return TestPart(
            self._named(element, file),
            **parts.common(),
            sections=tuple(sections),
            linear=self._choice(element, "navigation-mode", "linear", "nonlinear", file),
            individual=self._choice(element, "submission-mode", "individual", "simultaneous", file),
        )

    def _section_ref(self, element: etree._Element, file: str, depth: int) -> Section:
        check_attributes(element, file, frozenset({"identifier", "href"}))
        if not depth:
            raise BankTooLarge(file, line_of(element), "sections within sections without end", limit=_MAX_DEPTH)
        path = resolve(str(element.get("href", "")), file, line_of(element))
        root = read_root(self._archive, path, "qti-assessment-section")
        return self._section(root, path, depth - 1)

    def _section(self, element: etree._Element, file: str, depth: int) -> Section:
        allowed = {"identifier", "title", "required", "fixed", "visible", "keep-together", "class", "level"}
        check_attributes(element, file, frozenset(allowed))
        if not depth:
            raise BankTooLarge(file, line_of(element), "sections within sections without end", limit=_MAX_DEPTH)
        children: list[Section | ItemRef] = []
        settings: dict[str, Any] = {}

        def other(child: etree._Element) -> None:
            match name_of(child):
                case "qti-assessment-section":
                    children.append(self._section(child, file, depth - 1))
                case "qti-assessment-section-ref":
                    children.append(self._section_ref(child, file, depth))
                case "qti-assessment-item-ref":
                    children.append(self._item_ref(child, file))
                case "qti-selection":
                    check_attributes(child, file, frozenset({"select", "with-replacement"}))
                    settings["select"] = self._count(child, "select", file)
                    settings["with_replacement"] = self._truth(child, "with-replacement", file, otherwise=False)
                case "qti-ordering":
                    check_attributes(child, file, frozenset({"shuffle"}))
                    settings["shuffle"] = self._truth(child, "shuffle", file, otherwise=False)
                case _:
                    raise refuse_element(child, file)

        parts = self._common(element, file, other)
        return Section(
            self._named(element, file),
            **parts.common(),
            children=tuple(children),
            required=self._truth(element, "required", file, otherwise=False),
            fixed=self._truth(element, "fixed", file, otherwise=False),
            visible=self._truth(element, "visible", file, otherwise=True),
            keep_together=self._truth(element, "keep-together", file, otherwise=True),
            **settings,
        )

    def _item_ref(self, element: etree._Element, file: str) -> ItemRef:
        check_attributes(element, file, frozenset({"identifier", "href", "required", "fixed", "category", "class"}))
        weights: dict[str, float] = {}
        mappings: list[tuple[str, str]] = []

        def other(child: etree._Element) -> None:
            match name_of(child):
                case "qti-weight":
                    check_attributes(child, file, frozenset({"identifier", "value"}))
                    weights[self._needed(child, "identifier", file)] = self._number(child, "value", file) or 0.0
                case "qti-variable-mapping":
                    check_attributes(child, file, frozenset({"source-identifier", "target-identifier"}))
                    target = self._needed(child, "target-identifier", file)
                    mappings.append((target, self._needed(child, "source-identifier", file)))
                case _:
                    raise refuse_element(child, file)

        parts = self._common(element, file, other)
        name = self._named(element, file)
        path = resolve(str(element.get("href", "")), file, line_of(element))
        if path not in self._files:
            if len(self._files) >= MAX_ITEMS:
                raise BankTooLarge(file, line_of(element), f"more than {MAX_ITEMS} items", limit=MAX_ITEMS)
            self._files[path] = scorable(read_root(self._archive, path, ITEM), path)
        self._items[name] = self._files[path]
        return ItemRef(
            name,
            **parts.common(),
            href=path,
            required=self._truth(element, "required", file, otherwise=False),
            fixed=self._truth(element, "fixed", file, otherwise=False),
            categories=frozenset(str(element.get("category", "")).split()),
            weights=weights,
            mappings=tuple(mappings),
        )

    def _common(self, element: etree._Element, file: str, other: Callable[[etree._Element], None]) -> _Parts:
        """Read what every part, section and reference may hold; `other` takes the rest."""
        parts = _Parts()
        for child in element:
            if etree.QName(child).namespace != QTI:
                raise refuse_element(child, file)
            match name_of(child):
                case "qti-pre-condition":
                    parts.conditions.append(self._condition(child, file))
                case "qti-branch-rule":
                    check_attributes(child, file, frozenset({"target"}))
                    parts.branches.append(Branch(self._needed(child, "target", file), self._condition(child, file)))
                case "qti-item-session-control":
                    parts.control = self._control(child, file)
                case "qti-time-limits":
                    parts.limits = self._limits(child, file)
                case name if name not in _UNREAD:
                    other(child)
        return parts

    def _condition(self, element: etree._Element, file: str) -> Node:
        if len(element) != 1:
            raise RulesRefused(file, line_of(element), f"{len(element)} expressions for one", name=name_of(element))
        return read_node(element[0], self._lines, TEST_ATTRIBUTES)

    def _control(self, element: etree._Element, file: str) -> SessionControl:
        check_attributes(element, file, frozenset({"max-attempts", *_CONTROL}))
        attempts = self._count(element, "max-attempts", file) if element.get("max-attempts") is not None else None
        said = {
            name.replace("-", "_"): self._truth(element, name, file, otherwise=False)
            for name in _CONTROL
            if element.get(name) is not None
        }
        return SessionControl(attempts, **said)

    def _limits(self, element: etree._Element, file: str) -> TimeLimits:
        check_attributes(element, file, frozenset({"min-time", "max-time", "allow-late-submission"}))
        late = self._truth(element, "allow-late-submission", file, otherwise=False)
        return TimeLimits(self._number(element, "min-time", file), self._number(element, "max-time", file), late)

    def _read_feedback(self, element: etree._Element, file: str) -> TestFeedback:
        check_attributes(
            element, file, frozenset({"access", "outcome-identifier", "show-hide", "identifier", "title", "class"})
        )
        return TestFeedback(
            self._needed(element, "identifier", file),
            self._needed(element, "outcome-identifier", file),
            at_end=self._choice(element, "access", "atEnd", "during", file),
            shown_if=self._choice(element, "show-hide", "show", "hide", file),
            title=str(element.get("title", "")),
        )

    def _named(self, element: etree._Element, file: str) -> str:
        name = self._needed(element, "identifier", file)
        if name in self._seen:
            raise TwiceRefused(file, line_of(element), f"the identifier {name[:60]!r} stands twice", name=name[:60])
        self._seen.add(name)
        return name

    @staticmethod
    def _needed(element: etree._Element, name: str, file: str) -> str:
        given = str(element.get(name, "")).strip()
        if not given:
            raise BankRefused(file, line_of(element), f"{name_of(element)} needs {name}")
        return given

    @staticmethod
    def _truth(element: etree._Element, name: str, file: str, *, otherwise: bool) -> bool:
        given = str(element.get(name, "")).strip()
        if given and given not in _TRUTHS:
            raise BankRefused(file, line_of(element), f"{name} is not a boolean")
        return _TRUTHS.get(given, otherwise)

    @staticmethod
    def _choice(element: etree._Element, name: str, yes: str, no: str, file: str) -> bool:
        given = str(element.get(name, yes)).strip()
        if given not in {yes, no}:
            raise MarkupRefused(file, line_of(element), f"{name} is {given[:40]!r}", name=f"{name_of(element)} {name}")
        return given == yes

    @staticmethod
    def _number(element: etree._Element, name: str, file: str) -> float | None:
        given = element.get(name)
        try:
            number = None if given is None else read_float(str(given).strip())
        except ValueError as error:
            raise BankRefused(file, line_of(element), f"{name}: {error}") from None
        if number is not None and not isfinite(number):
            raise BankRefused(file, line_of(element), f"{name}: not a finite number: {str(given)[:40]!r}")
        return number

    def _count(self, element: etree._Element, name: str, file: str) -> int:
        try:
            count = read_integer(self._needed(element, name, file))
        except ValueError as error:
            raise BankRefused(file, line_of(element), f"{name}: {error}") from None
        if not 0 <= count <= MAX_SELECT:
            raise BankTooLarge(file, line_of(element), f"{name} is {count}", limit=MAX_SELECT)
        return count
