"""A test (QTI's assessment test) as it is declared, and the items in order that a seed makes of it.

How it is scored is in `app.exam.processing.outcomes`. Source: QTI 3.0.1, chapters on tests, sections, selection and
ordering.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import TypeVar

from app.exam.marking import Declaration, Node

T = TypeVar("T")


@dataclass(frozen=True)
class TimeLimits:
    """How long something may take, in seconds."""

    least_s: float | None = None
    most_s: float | None = None
    allow_late: bool = False


@dataclass(frozen=True)
class SessionControl:
    """What a candidate may do with an item; `None` is what the part or section around it says."""

    max_attempts: int | None = None
    show_feedback: bool | None = None
    allow_review: bool | None = None
    show_solution: bool | None = None
    allow_comment: bool | None = None
    allow_skipping: bool | None = None
    validate_responses: bool | None = None


@dataclass(frozen=True)
class Branch:
    """Where to go on if a condition holds: an identifier further on, or one of QTI's exits."""

    target: str
    condition: Node


@dataclass(frozen=True)
class Common:
    """What item references, sections and parts have in common; `conditions` all have to hold for it to be shown."""

    identifier: str
    conditions: tuple[Node, ...] = ()
    branches: tuple[Branch, ...] = ()
    control: SessionControl = SessionControl()
    limits: TimeLimits = TimeLimits()


@dataclass(frozen=True)
class ItemRef(Common):
    """An item's place in a test. `mappings` are the test's names for the item's variables: (the test's, the item's)."""

    href: str = ""
    required: bool = False
    fixed: bool = False
    categories: frozenset[str] = frozenset()
    weights: Mapping[str, float] = field(default_factory=dict)
    mappings: tuple[tuple[str, str], ...] = ()

    def variable(self, name: str) -> str:
        """Give the item's name of what the test calls `name`."""
        return dict(self.mappings).get(name, name)


@dataclass(frozen=True)
class Section(Common):
    """A section. `select`: how many of its children are taken; a section that is not `visible` is no unit to see."""

    children: tuple["Section | ItemRef", ...] = ()
    required: bool = False
    fixed: bool = False
    visible: bool = True
    keep_together: bool = True
    select: int | None = None
    with_replacement: bool = False
    shuffle: bool = False


@dataclass(frozen=True)
class TestPart(Common):
    """A part; conditions and branches only count where `linear`, outcomes grow item by item where `individual`."""

    __test__ = False  # no class of tests, whatever its name begins with

    sections: tuple[Section, ...] = ()
    linear: bool = True
    individual: bool = True


@dataclass(frozen=True)
class TestFeedback:
    """Words of a test; shown if `outcome` holds `identifier` (or, not `shown_if`, unless it does)."""

    __test__ = False

    identifier: str
    outcome: str
    at_end: bool
    shown_if: bool = True
    title: str = ""


@dataclass(frozen=True)
class Assessment:
    """A test."""

    identifier: str
    parts: tuple[TestPart, ...]
    declarations: tuple[Declaration, ...] = ()
    processing: Node | None = None
    feedback: tuple[TestFeedback, ...] = ()
    limits: TimeLimits = TimeLimits()

    def item_refs(self) -> Iterator[ItemRef]:
        """Give every item reference, as declared."""
        for part in self.parts:
            for section in part.sections:
                yield from _refs(section)


@dataclass(frozen=True)
class Placed:
    """An item of a drawn test. `key` is its reference's identifier, with ".2" if it was drawn a second time."""

    key: str
    ref: ItemRef
    part: TestPart
    sections: tuple[Section, ...]


def drawn(assessment: Assessment, seed: int) -> tuple[Placed, ...]:
    """Select and order a test's items: a pure function of the test and the seed."""
    placed = [
        Placed(ref.identifier, ref, part, sections)
        for part in assessment.parts
        for section in part.sections
        for ref, sections in _flat(section, seed, ())
    ]
    times: dict[str, int] = {}
    for one in placed:
        times[one.key] = times.get(one.key, 0) + 1
    count: dict[str, int] = {}
    numbered = []
    for one in placed:
        count[one.key] = count.get(one.key, 0) + 1
        numbered.append(one if times[one.key] == 1 else replace(one, key=f"{one.key}.{count[one.key]}"))
    return tuple(numbered)


def _refs(section: Section) -> Iterator[ItemRef]:
    for child in section.children:
        if isinstance(child, ItemRef):
            yield child
        else:
            yield from _refs(child)


_Path = tuple[Section, ...]


def _flat(section: Section, seed: int, above: _Path) -> Iterator[tuple[ItemRef, _Path]]:
    path = (*above, section)
    for child, its_path in _ordered(section, seed, path):
        if isinstance(child, ItemRef):
            yield child, its_path
        else:
            yield from _flat(child, seed, its_path)


def _ordered(section: Section, seed: int, path: _Path) -> list[tuple[Section | ItemRef, _Path]]:
    chosen = [(child, path) for child in _selected(section, seed)]
    if not section.shuffle:
        return chosen
    pool: list[tuple[Section | ItemRef, _Path]] = []
    for child, its_path in chosen:
        if isinstance(child, Section) and not child.visible and not child.keep_together and not child.fixed:
            pool += _ordered(child, seed, (*its_path, child))  # its children mix with ours
        else:
            pool.append((child, its_path))
    loose = [at for at, (child, _) in enumerate(pool) if not child.fixed]
    mixed = _shuffled([pool[at] for at in loose], f"{seed}\n{section.identifier}\norder")
    for at, one in zip(loose, mixed, strict=True):
        pool[at] = one
    return pool


def _selected(section: Section, seed: int) -> list[Section | ItemRef]:
    """Take as many children as the section wants, in their order, those that are required in any case."""
    count = section.select
    if count is None:
        return list(section.children)
    required = [at for at, child in enumerate(section.children) if child.required]
    more = max(count - len(required), 0)
    said = f"{seed}\n{section.identifier}\nselect"
    if section.with_replacement:
        places = range(len(section.children))
        taken = [places[_number(said, at) % len(places)] for at in range(more)] if places else []
    else:
        taken = _shuffled([at for at in range(len(section.children)) if at not in required], said)[:more]
    return [section.children[at] for at in sorted([*required, *taken])]


def _number(said: str, at: int) -> int:
    return int.from_bytes(sha256(f"examroom test draw 1\n{said}\n{at}".encode()).digest())


def _shuffled(items: list[T], said: str) -> list[T]:
    ranks = [_number(said, at) for at in range(len(items))]
    return [items[at] for at in sorted(range(len(items)), key=ranks.__getitem__)]
