"""An item (试题) as it is shown. What scoring needs of it is kept apart: see `app.exam.marking`."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from app.exam.completion import is_finished
from app.exam.interactions import (
    Choice,
    ExtendedText,
    Interaction,
    Match,
    Responses,
    ShuffleSet,
    TextEntry,
    arranged,
    shuffle_sets,
)
from app.exam.marking import Marking
from app.exam.prose import Wording
from sync.wire.plan import Difficulty, ItemKind


@dataclass(frozen=True)
class Medium:
    """A medium an item shows; its bytes are fetched by name."""

    name: str
    mime: str


@dataclass(frozen=True)
class Stimulus:
    """What several items share (案例): a text or picture that stays beside each of them."""

    id: str
    wording: Wording


@dataclass(frozen=True)
class Item:
    """What a candidate sees of an item. The key is not in here: see `Marking`.

    `stem` holds a `Place` for each of `interactions`, in both languages. `media` are those of the stimulus too.
    `enemies` are names of groups of which a form may hold one item only, because one gives another away.
    `by_person`: only a person can mark it (`marked_by_person`), so no form has it.
    `label` is what its author calls it, if that is not the id: for its keepers, and no candidate ever gets it.
    `seed` is the one it was made with, if it was made from a template (`app.exam.template`).
    """

    id: str
    kind: ItemKind
    subject: str
    difficulty: Difficulty
    stem: Wording
    interactions: tuple[Interaction, ...]
    media: tuple[Medium, ...] = ()
    stimulus: Stimulus | None = None
    enemies: tuple[str, ...] = ()
    by_person: bool = False
    seed: int | None = None
    label: str = ""

    def interaction(self, response: str) -> Interaction:
        """Give the interaction that answers to `response`.

        Raises:
            KeyError: there is none.
        """
        return next((one for one in self.interactions if one.response == response), None) or _none(response)

    def shuffle_sets(self) -> Iterator[ShuffleSet]:
        """Give the options a form may shuffle. True and false always keep their places."""
        if self.kind is not ItemKind.TRUE_FALSE:
            for interaction in self.interactions:
                yield from shuffle_sets(interaction)

    def arranged(self, orders: dict[str, tuple[str, ...]]) -> "Item":
        """Give the item with its options in the orders that a form drew."""
        return replace(self, interactions=tuple(arranged(one, orders) for one in self.interactions))

    def wordings(self) -> Iterator[Wording]:
        """Give everything there is to read, the stimulus first."""
        if self.stimulus:
            yield self.stimulus.wording
        yield self.stem
        for interaction in self.interactions:
            yield from _wordings(interaction)


def choices(item: Item) -> int:
    """Tell how many options an item offers if it is one choice and nothing else, else 0 (`ItemFacts.choices`)."""
    match item.interactions:
        case (Choice(options=options),):
            return len(options)
        case _:
            return 0


def marked_by_person(interactions: Iterable[Interaction], marking: Marking) -> bool:
    """Tell whether only a person can mark an item: it has no rules, or they need a key of a text that is not there."""
    texts = (one.response for one in interactions if isinstance(one, TextEntry | ExtendedText))
    declared = (marking.declaration(response) for response in texts)
    return marking.response is None or any(one is not None and not marking.has_key(one) for one in declared)


def is_complete(item: Item, responses: Responses) -> bool:
    """Tell whether every interaction of an item is answered to its end (`is_finished`)."""
    return all(is_finished(interaction, responses.get(interaction.response, ())) for interaction in item.interactions)


def _wordings(interaction: Interaction) -> Iterator[Wording]:
    for name in ("prompt", "text"):
        wording = getattr(interaction, name, None)
        if wording is not None:
            yield wording
    options = (
        (*interaction.rows, *interaction.columns)
        if isinstance(interaction, Match)
        else getattr(interaction, "options", ())
    )
    for option in options:
        yield option.wording


def _none(response: str) -> Interaction:
    raise KeyError(response)
