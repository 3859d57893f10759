"""Scoring: what is made of responses. One function for the seat and for the registry, so that they agree.

Marks are whole thousandths, so that no rounding differs between machines. `all-or-nothing@1` is QTI's
`match_correct`: exactly the correct options earn the item's marks, anything else earns none.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from app.exam.form import Form
from app.exam.item import Marking
from sync.wire.packet import ItemOutcome

SCORER = "all-or-nothing@1"


@dataclass(frozen=True)
class Score:
    """What a form came to."""

    outcomes: tuple[ItemOutcome, ...]
    score_milli: int
    max_milli: int
    passed: bool


def score_form(
    form: Form, markings: Mapping[str, Marking], responses: Mapping[str, tuple[str, ...]], pass_mark: int
) -> Score:
    """Score the responses (item id → chosen option ids) to a form; `pass_mark` is in whole marks.

    An item without a response scores nothing. A response to an item that is not on the form is not counted.

    Raises:
        KeyError: `markings` lacks an item of the form (a defect of the caller, who opens them from the package).
    """
    outcomes = tuple(
        ItemOutcome(
            item=place.item,
            score_milli=place.max_milli if _matches(markings[place.item], responses.get(place.item, ())) else 0,
            max_milli=place.max_milli,
        )
        for place in form.items
    )
    total = sum(outcome.score_milli for outcome in outcomes)
    return Score(outcomes, total, form.max_milli, passed=total >= pass_mark * 1000)


def _matches(marking: Marking, choices: tuple[str, ...]) -> bool:
    return len(choices) == len(set(choices)) and set(choices) == marking.correct
