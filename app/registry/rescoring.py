"""Scoring a packet's responses centrally, as they came, or under errata of items."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from pydantic import ValidationError

from app.exam.form import Form, draw_form
from app.exam.item import Item
from app.exam.marking import Declaration, Marking, Role, Written
from app.exam.responses import can_be_given
from app.exam.scoring import SCORER, Score, score_form
from app.registry.fitting import check_form, check_responses, matching_entry
from app.registry.premises import Planned, Premises
from sync.faults import Refused
from sync.wire.packet import ItemOutcome, ScorePacket
from sync.wire.receipt import Result
from sync.wire.result import FULL_MARKS, LEAVE_OUT, Erratum

_UNKEYED: Final = "the item is not scored by one key"


class ErratumRefused(Refused):
    """An item cannot be scored in the way that was asked for."""

    code = "ERRATUM_REFUSED"


@dataclass(frozen=True)
class Paper:
    """What a packet is scored with: its form, the items' markings, what was given, and the plan it was sat under."""

    packet: ScorePacket
    planned: Planned
    form: Form
    markings: Mapping[str, Marking]

    def score(self, errata: Sequence[Erratum] = ()) -> Score:
        """Score it; not yet voided, whatever the packet says.

        Raises:
            ErratumRefused: an erratum's key is not one of its item.
        """
        policy = self.planned.plan.policy
        keyed = {erratum.item: erratum.key for erratum in errata if erratum.key}
        markings = {item: keyed_marking(one, keyed.get(item, ())) for item, one in self.markings.items()}
        given = {answer.item: answer.responses for answer in self.packet.answers}
        score = score_form(self.form, markings, given, policy.scoring, policy.pass_mark)
        return _amended(score, {erratum.item: erratum.rule for erratum in errata}, policy.pass_mark * 1000)

    def result(self, errata: Sequence[Erratum] = (), *, voided: bool) -> Result:
        """Give the result of it. Raises what `score` raises."""
        score = self.score(errata)
        return Result(
            session=self.packet.session,
            sitting=self.packet.sitting,
            score_milli=score.score_milli,
            max_milli=score.max_milli,
            passed=score.passed and not voided,
            voided=voided,
            scorer=SCORER,
        )


def lay_out(premises: Premises, packet: ScorePacket) -> Paper:
    """Open what a believed packet is scored with, and hold it against the plan.

    Raises:
        PacketRefused, SessionUnknown: it is not as planned.
    """
    planned = premises.shelf.session(packet.session)
    entry, plan = matching_entry(packet, planned), planned.plan
    package = premises.shelf.package(plan.package.package)
    form = draw_form(package.header.items, package.sha256, plan.blueprint, entry.form_seed)
    check_form(packet, form)
    keys = premises.keys.package(plan.package.package)
    check_responses(packet, lambda item: package.open_item(item, keys.content))
    markings = {place.item: package.open_marking(place.item, keys.marking) for place in form.items}
    return Paper(packet, planned, form, markings)


def read_erratum(item: str, rule: str) -> Erratum:
    """Read an erratum as it was typed. Raises ErratumRefused."""
    try:
        return Erratum(item=item, rule=rule)
    except ValidationError:
        raise ErratumRefused("neither full-marks nor leave-out nor a key") from None


def check_erratum(premises: Premises, session: str, erratum: Erratum) -> None:
    """Refuse an erratum that says nothing for a session.

    Raises:
        SessionUnknown: no such session.
        ErratumRefused: no such item in its package, or a key that nobody could have given.
    """
    plan = premises.shelf.session(session).plan
    package = premises.shelf.package(plan.package.package)
    if erratum.item not in {facts.item for facts in package.header.items}:
        raise ErratumRefused("no such item in the session's package")
    if not erratum.key:
        return
    keys = premises.keys.package(plan.package.package)
    marking = keyed_marking(package.open_marking(erratum.item, keys.marking), erratum.key)
    _check_key(lambda: package.open_item(erratum.item, keys.content), marking, erratum.key)


def keyed_marking(marking: Marking, key: tuple[str, ...]) -> Marking:
    """Give an item's marking with another key; the same where `key` is empty.

    Raises:
        ErratumRefused: it has several responses, or its rules do not look at a key.
    """
    if not key:
        return marking
    declared = _only_keyed(marking)
    other = replace(declared, correct=tuple(Written(value) for value in key))
    return replace(marking, declarations=tuple(other if one is declared else one for one in marking.declarations))


def _only_keyed(marking: Marking) -> Declaration:
    declared = [one for one in marking.declarations if one.role is Role.RESPONSE]
    looks = marking.response is not None and any(node.name == "correct" for node in marking.response.walk())
    if len(declared) != 1 or not declared[0].correct or not looks:
        raise ErratumRefused(_UNKEYED)
    return declared[0]


def _check_key(item: Callable[[], Item], marking: Marking, key: tuple[str, ...]) -> None:
    if not can_be_given(item(), {_only_keyed(marking).identifier: key}):
        raise ErratumRefused("nobody could give this key as a response")


def _amended(score: Score, rules: Mapping[str, str], pass_milli: int) -> Score:
    """Let full marks and left-out items count; what is left is held against the pass mark in proportion."""
    outcomes = tuple(
        _full(outcome) if rules.get(outcome.item) == FULL_MARKS else outcome
        for outcome in score.outcomes
        if rules.get(outcome.item) != LEAVE_OUT
    )
    total = sum(outcome.score_milli for outcome in outcomes)
    most = sum(outcome.max_milli for outcome in outcomes)
    passed = most > 0 and total * score.max_milli >= pass_milli * most
    return replace(score, outcomes=outcomes, score_milli=total, max_milli=most, passed=passed)


def _full(outcome: ItemOutcome) -> ItemOutcome:
    return outcome.model_copy(update={"score_milli": outcome.max_milli})
