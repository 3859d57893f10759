"""Drawing a form (试卷): a pure function of package, blueprint and seed, so that anybody can rebuild it.

The random stream: block *i* is SHA-256(`b"examroom-form-v1"` ‖ seed ‖ package SHA-256 ‖ blueprint SHA-256 ‖
*i* as 8 bytes big-endian); each block gives four unsigned 64-bit big-endian numbers in order. A number below
*n* is the next one that is below the largest multiple of *n* in 2**64, modulo *n*. Shuffling is Fisher-Yates
from the last place down. For each section in turn: the package's items that fit and are not yet used, in the
order of their ids, are shuffled and the first `count` taken. Then each drawn item's options are shuffled in
the same stream, in form order, unless it is true/false (whose two options keep their place), an item that
keeps its order, or the blueprint says otherwise.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import TypeVar

from sync.faults import Refused
from sync.wire.document import canonical_json
from sync.wire.package import PackedItem
from sync.wire.plan import Blueprint, BlueprintSection, ItemKind

T = TypeVar("T")


class BlueprintUnmet(Refused):
    """The package does not hold enough items for the blueprint."""

    code = "BLUEPRINT_UNMET"


@dataclass(frozen=True)
class FormItem:
    """One place on the form: `number` counts from 1, `options` are in the order they are shown."""

    number: int
    item: str
    section: int
    kind: ItemKind
    max_milli: int
    options: tuple[str, ...]


@dataclass(frozen=True)
class Form:
    """An assembled form. `sha256` is over the canonical JSON of its items."""

    items: tuple[FormItem, ...]

    @property
    def sha256(self) -> str:
        """The form's digest, hexadecimal."""
        return hashlib.sha256(canonical_json([asdict(item) for item in self.items])).hexdigest()

    @property
    def max_milli(self) -> int:
        """The most that can be scored, thousandths of a mark."""
        return sum(item.max_milli for item in self.items)


def draw_form(items: Sequence[PackedItem], package_sha256: str, blueprint: Blueprint, seed: str) -> Form:
    """Draw the form that belongs to this package, blueprint and seed (both digests hexadecimal).

    Raises:
        BlueprintUnmet: a section asks for more items than the package has left for it.
    """
    numbers = _Numbers(seed, package_sha256, blueprint)
    left = sorted(items, key=lambda item: item.item)
    drawn: list[tuple[int, BlueprintSection, PackedItem]] = []
    for index, section in enumerate(blueprint.sections):
        fitting = [item for item in left if _fits(item, section)]
        if len(fitting) < section.count:
            raise BlueprintUnmet(
                f"section {index + 1} needs {section.count} items, the package has {len(fitting)}",
                needed=section.count,
                found=len(fitting),
            )
        chosen = numbers.shuffled(fitting)[: section.count]
        drawn += [(index, section, item) for item in chosen]
        taken = {item.item for item in chosen}
        left = [item for item in left if item.item not in taken]
    return Form(
        tuple(
            FormItem(
                number=number,
                item=item.item,
                section=index,
                kind=item.kind,
                max_milli=section.marks_each * 1000,
                options=_options(item, blueprint, numbers),
            )
            for number, (index, section, item) in enumerate(drawn, start=1)
        )
    )


def _fits(item: PackedItem, section: BlueprintSection) -> bool:
    return item.kind is section.kind and section.subject in (None, item.subject)


def _options(item: PackedItem, blueprint: Blueprint, numbers: "_Numbers") -> tuple[str, ...]:
    if item.kind is ItemKind.TRUE_FALSE or item.keep_order or not blueprint.shuffle_options:
        return item.options
    return tuple(numbers.shuffled(item.options))


class _Numbers:
    """The stream of the module's docstring; Python's `random` is no format of ours."""

    def __init__(self, seed: str, package_sha256: str, blueprint: Blueprint) -> None:
        rule = hashlib.sha256(canonical_json(blueprint.model_dump(mode="json"))).digest()
        self._prefix = b"examroom-form-v1" + bytes.fromhex(seed) + bytes.fromhex(package_sha256) + rule
        self._stream = self._words()

    def _words(self) -> Iterator[int]:
        block = 0
        while True:
            digest = hashlib.sha256(self._prefix + block.to_bytes(8, "big")).digest()
            yield from (int.from_bytes(digest[at : at + 8], "big") for at in range(0, 32, 8))
            block += 1

    def below(self, bound: int) -> int:
        limit = 2**64 - 2**64 % bound
        return next(word for word in self._stream if word < limit) % bound

    def shuffled(self, things: Sequence[T]) -> list[T]:
        result = list(things)
        for last in range(len(result) - 1, 0, -1):
            other = self.below(last + 1)
            result[last], result[other] = result[other], result[last]
        return result
