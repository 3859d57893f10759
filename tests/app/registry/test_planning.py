"""A plan is signed, gives each seat what only it can open, and refuses what cannot be."""

import base64
import json
from dataclasses import replace
from typing import Any

import pytest

from app.exam.form import BlueprintUnmet
from app.registry.identity import IdentityNumberWrong, is_identity_number, masked
from app.registry.planning import PlanRefused
from sync.client.plans import verify_plan
from sync.client.release import SeatNotInPlan, grant_of, seat_context, unlock
from sync.trust.aead import SealRefused
from sync.trust.anchor import Trust
from sync.trust.pin import open_credential
from sync.trust.release import ReleaseShare
from sync.wire.ids import new_id
from sync.wire.plan import PackageRef, ProctorCredential
from tests.app.registry.world import HOUR_MS, PIN, Seat, World, enrol_seat, id_number


def test_only_the_planned_seat_with_the_release_share_opens_the_keys(world: World, seat: Seat, session: str) -> None:
    plan, _ = world.plan(session)
    world.clock.now_ms += HOUR_MS
    share = ReleaseShare.from_code(world.registry.release_code(session, world.clock.now_ms))
    world.clock.now_ms -= HOUR_MS
    keys = unlock(plan, seat.device, seat.keystore, share)
    assert (keys.content, keys.marking) == world.secrets
    with pytest.raises(SealRefused):
        unlock(plan, seat.device, seat.keystore, ReleaseShare.generate())
    stranger = enrol_seat(world)
    with pytest.raises(SealRefused):
        unlock(plan, seat.device, stranger.keystore, share)
    with pytest.raises(SeatNotInPlan):
        unlock(plan, stranger.device, stranger.keystore, share)


def test_the_seat_finds_its_proctors_keys_behind_their_pins(world: World, seat: Seat, session: str) -> None:
    plan, _ = world.plan(session)
    sealed = base64.b64decode(grant_of(plan, seat.device).sealed_credentials)
    raw = seat.keystore.sealing_key().open(sealed, seat_context(b"credentials", session, seat.device))
    opened = {
        open_credential(ProctorCredential.model_validate_json(json.dumps(each)), PIN).public.keyid
        for each in json.loads(raw)
    }
    assert opened == {entry.keyid for entry in plan.proctors}


def test_the_plan_is_signed_and_masks_identity_numbers(world: World, session: str) -> None:
    planned = world.registry.premises.shelf.session(session)
    plan = verify_plan(planned.envelope, Trust.load(world.registry.premises.public_folder))
    assert plan == planned.plan
    assert plan.roster[3].id_number_masked == masked(id_number(3)) == f"990***********{id_number(3)[-4:]}"
    assert id_number(3).encode() not in base64.b64decode(json.loads(planned.envelope)["payload"])
    assert len({entry.form_seed for entry in plan.roster}) == len(plan.roster)


@pytest.mark.parametrize("number", ["11010519491231002X", "440524188001010014"])
def test_the_standards_own_examples_pass(number: str) -> None:
    assert is_identity_number(number)


def test_every_single_wrong_digit_and_swap_is_noticed() -> None:
    good = "11010519491231002X"
    wrong = {good[:at] + digit + good[at + 1 :] for at in range(17) for digit in "0123456789"} - {good}
    wrong |= {good[:at] + good[at + 1] + good[at] + good[at + 2 :] for at in range(16)} - {good}
    assert not [number for number in wrong if is_identity_number(number)]
    assert not is_identity_number(good.lower())
    assert not is_identity_number("１１０１０５１９４９１２３１００２X")
    assert not is_identity_number(good + "\n")


@pytest.mark.parametrize(
    "change",
    [
        {"devices": (new_id(),)},
        {"proctors": (new_id(), new_id())},
        {"recipients": ()},
        {"candidates": ()},
        {"site": ""},
        {"closes_ms": 0},
        {
            "package": PackageRef(
                package=new_id(), version=1, target=f"packages/a/{new_id()}.erp", sha256="0" * 64, length=1
            )
        },
    ],
)
def test_what_cannot_be_is_not_planned(world: World, seat: Seat, change: dict[str, Any]) -> None:
    with pytest.raises(PlanRefused):
        world.registry.plan_session(replace(world.request((seat.device,)), **change))


def test_too_few_proctors_or_somebody_twice_is_refused(world: World, seat: Seat) -> None:
    request = world.request((seat.device,))
    for wrong in (
        replace(request, proctors=request.proctors[:1]),
        replace(request, proctors=request.proctors[:1] * 2),
        replace(request, devices=request.devices * 2),
        replace(request, candidates=request.candidates[:1] * 2),
        replace(request, candidates=(replace(request.candidates[0], photo_png=b"GIF89a"),)),
        replace(request, candidates=(replace(request.candidates[0], admission_number="?"),)),
    ):
        with pytest.raises(PlanRefused):
            world.registry.plan_session(wrong)


def test_a_mistyped_identity_number_names_its_row(world: World, seat: Seat) -> None:
    request = world.request((seat.device,))
    wrong = replace(request.candidates[1], id_number="110105194912310021")
    with pytest.raises(IdentityNumberWrong) as caught:
        world.registry.plan_session(replace(request, candidates=(request.candidates[0], wrong)))
    assert caught.value.facts == {"row": 2}
    assert "1949" not in str(caught.value)


def test_a_blueprint_the_package_cannot_fill_is_refused(world: World, seat: Seat) -> None:
    request = world.request((seat.device,))
    first, *others = request.blueprint.sections
    greedy = request.blueprint.model_copy(update={"sections": (first.model_copy(update={"count": 99}), *others)})
    with pytest.raises(BlueprintUnmet):
        world.registry.plan_session(replace(request, blueprint=greedy))
