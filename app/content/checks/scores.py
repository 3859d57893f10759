"""What an item can score: whether its maximum can be reached, its key earns it, and anybody can fail.

The responses of `attempts` are scored by the engine that scores an exam. Where they are all there are, what is found is
certain; where they are not, it is said so.
"""

from collections.abc import Iterator
from typing import Final

from app.content.bank import Bank
from app.content.checks.attempts import attempts
from app.content.checks.finding import Code, Finding, excerpt
from app.exam.interactions import Responses
from app.exam.item import Item
from app.exam.marking import MATCH_CORRECT, SCORE, Marking
from app.exam.processing.faults import ProcessingRefused
from app.exam.processing.run import fitting, score_item
from app.exam.template import instantiate

SEEDS: Final = (1, 2, 3)
"""Seeds a template item is made with to be tried."""
_LITTLE: Final = 1e-9  # below this two scores are the same


def check_scores(bank: Bank) -> Iterator[Finding]:
    """Find items whose scores cannot be what they claim."""
    for item in bank.items:
        marking = bank.markings[item.id]
        if _is_plain(marking):
            continue
        try:
            if marking.template is None:
                yield from _scores(item, marking)
            else:
                yield from _first(finding for seed in SEEDS for finding in _scores(*instantiate(item, marking, seed)))
        except ProcessingRefused as fault:
            yield Finding(Code.RULES_REFUSED, (item.id,), {"reason": excerpt(fault.reason, 160)})


def _is_plain(marking: Marking) -> bool:
    """Tell whether an item is right or wrong as a whole by its key, worth 1: then only its key can be at fault."""
    return (
        marking.template is None
        and len(marking.declarations) == 2  # noqa: PLR2004 - the response and SCORE
        and marking.declarations[1] == SCORE
        and bool(marking.declarations[0].correct)
        and marking.response == MATCH_CORRECT
    )


def _first(findings: Iterator[Finding]) -> Iterator[Finding]:
    found = next(findings, None)
    if found:
        yield found


def _scores(item: Item, marking: Marking) -> Iterator[Finding]:
    tried = attempts(item, marking)
    reached = [_score(marking, given) for given in tried.others]
    by_key = _score(marking, tried.key) if tried.key is not None else None
    scores = [score for score in (*reached, by_key) if score is not None]
    most = score_item(marking, {}).max_score
    best = max(scores, default=0.0)
    if most is None and best <= 0:
        yield Finding(Code.BY_PERSON, (item.id,))
        return
    if by_key is not None and by_key <= 0:
        yield Finding(Code.KEY_SCORES_NOTHING, (item.id,))
        return
    if most is None:
        yield Finding(Code.MAX_UNKNOWN, (item.id,))
    elif best > most + _LITTLE:
        yield Finding(Code.MAX_EXCEEDED, (item.id,), {"most": f"{most:g}", "best": f"{best:g}"})
    if min(scores) < -_LITTLE:
        yield Finding(Code.CAN_BE_NEGATIVE, (item.id,), {"least": f"{min(scores):g}"})
    if most is not None and best < most - _LITTLE:
        code = Code.MAX_UNREACHABLE if tried.whole else Code.MAX_NOT_FOUND
        yield Finding(code, (item.id,), {"most": f"{most:g}", "best": f"{best:g}"})
    elif most is not None and by_key is not None and by_key < most - _LITTLE:
        yield Finding(Code.KEY_BELOW_MAX, (item.id,), {"most": f"{most:g}", "key": f"{by_key:g}"})
    if min(scores) >= (best if most is None else most) - _LITTLE:
        yield Finding(Code.CANNOT_FAIL, (item.id,), {"count": len(scores)})


def _score(marking: Marking, given: Responses) -> float | None:
    """Score responses as a seat would: what is not of its type is no response."""
    return score_item(marking, fitting(marking, given)).score
