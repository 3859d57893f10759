"""Items of several responses within a text: each earns its fraction, the item their weighted mean."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.content.formats.building import Draft
from app.content.formats.rules import (
    OF_ONE,
    RESPONSE,
    Rule,
    map_response,
    matched,
    processing,
    set_outcome,
    several,
    typed,
)
from app.exam.interactions import Choice, InlineChoice, Interaction, TextEntry
from app.exam.marking import Declaration, Marking, Node
from app.exam.prose import Wording


@dataclass(frozen=True)
class Part:
    """One response: its interaction, its declaration, the rule that sets its outcome, and its weight."""

    interaction: Interaction
    declaration: Declaration
    rule: Node
    weight: int


def outcome_of(response: str) -> str:
    """Name the outcome that a response sets: SCORE where it is the only one."""
    return "SCORE" if response == RESPONSE else f"SCORE{response.removeprefix(RESPONSE)}"


def chosen(response: str, weight: int, choice: Draft) -> Part:
    """Make a part of a choice that is made from a list within the line."""
    found, declaration = choice.interactions[0], choice.marking.declarations[0]
    options = found.options if isinstance(found, Choice) else ()
    shuffle = isinstance(found, Choice) and found.shuffle
    outcome = outcome_of(response)
    rule = set_outcome(outcome, map_response(response)) if declaration.mapping else matched(response, outcome)
    return Part(
        InlineChoice(response, options, shuffle=shuffle), replace(declaration, identifier=response), rule, weight
    )


def written(response: str, weight: int, rules: Sequence[Rule]) -> Part:
    """Make a part of something that is typed."""
    declaration, rule = typed(response, outcome_of(response), rules)
    return Part(TextEntry(response), declaration, rule, weight)


def several_parts(stem: Wording, parts: Sequence[Part]) -> Draft:
    """Make the item of a text whose places are in it; one part alone is an item of its own kind."""
    interactions = tuple(part.interaction for part in parts)
    if len(parts) > 1:
        told = [(part.declaration, part.rule, outcome_of(part.interaction.response), part.weight) for part in parts]
        return Draft(stem, interactions, several("", told))
    part = parts[0]
    return Draft(stem, interactions, Marking("", (part.declaration, OF_ONE), processing(part.rule)))
