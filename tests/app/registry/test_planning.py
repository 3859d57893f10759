"""A plan is signed, gives each seat what only it can open, and refuses what cannot be."""

import base64
import json
import struct
from dataclasses import replace
from typing import Any

import pytest

from app.exam.form import BlueprintUnmet
from app.exam.identity import IdentityNumberWrong, is_identity_number, masked
from app.registry.models import Proctor
from app.registry.planning import PlanRefused, RecipientKeyWrong, SessionRequest
from sync.client.plans import verify_plan
from sync.client.release import SeatNotInPlan, grant_of, seat_context, unlock
from sync.trust.aead import SealRefused
from sync.trust.anchor import Trust
from sync.trust.keys import SealingKey
from sync.trust.pin import open_credential
from sync.trust.release import ReleaseShare
from sync.wire.ids import new_id
from sync.wire.plan import (
    Accommodation,
    Bilingual,
    PackageRef,
    Policy,
    ProctorCredential,
    Recipient,
    RecipientRole,
    Violation,
)
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


def test_a_section_that_lasts_longer_than_the_sitting_is_refused(world: World, seat: Seat) -> None:
    request = world.request((seat.device,))
    first, *others = request.blueprint.sections
    for limit_ms, planned in ((request.policy.duration_ms, True), (request.policy.duration_ms + 1, False)):
        sections = (first.model_copy(update={"limit_ms": limit_ms}), *others)
        wanted = replace(request, blueprint=request.blueprint.model_copy(update={"sections": sections}))
        if planned:
            assert world.registry.plan_session(wanted)
        else:
            with pytest.raises(PlanRefused, match="section 1"):
                world.registry.plan_session(wanted)


def test_a_clause_that_stands_twice_is_refused(world: World, seat: Seat) -> None:
    request = world.request((seat.device,))
    clause = Violation(code="6.3", title=Bilingual(zh="抄袭", en="Copying"))
    other = clause.model_copy(update={"code": "6.4"})
    policy = request.policy.model_copy(update={"violations": (clause, other)})
    assert world.registry.plan_session(replace(request, policy=policy))
    twice = policy.model_copy(update={"violations": (clause, other, clause)})
    with pytest.raises(PlanRefused, match="violation"):
        world.registry.plan_session(replace(request, policy=twice))


def test_two_proctors_with_one_key_are_refused(world: World, seat: Seat) -> None:
    twins = tuple(world.registry.enrol_proctor(name, PIN) for name in ("Zhao", "Qian"))
    request = replace(world.request((seat.device,)), proctors=twins)
    with world.registry.premises.database.writing() as rows:
        first, second = (rows.get_one(Proctor, twin) for twin in twins)
        own = second.credential
        second.credential = first.credential  # as if one person had brought one card for both
    with pytest.raises(PlanRefused, match="key"):
        world.registry.plan_session(request)
    with world.registry.premises.database.writing() as rows:
        rows.get_one(Proctor, twins[1]).credential = own
    assert world.registry.plan_session(request)


RAW_KEY = SealingKey.generate().public_raw
NO_KEYS = {"short": "AAAA", "empty": "", "zero": base64.b64encode(bytes(32)).decode(), "broken": "A"}


@pytest.mark.parametrize("key", NO_KEYS.values(), ids=NO_KEYS.keys())
def test_a_recipients_key_that_nothing_can_be_sealed_to_is_refused_by_its_place(
    world: World, seat: Seat, key: str
) -> None:
    good = Recipient(role=RecipientRole.SITE, public_key=base64.b64encode(RAW_KEY).decode())
    recipients = (good, Recipient(role=RecipientRole.ESCROW, public_key=key))
    with pytest.raises(RecipientKeyWrong, match=r"recipient 2 \(escrow\)") as refused:
        world.registry.plan_session(replace(world.request((seat.device,)), recipients=recipients))
    assert refused.value.facts == {"row": 2}


def test_one_recipient_twice_is_refused(world: World, seat: Seat) -> None:
    key = base64.b64encode(RAW_KEY).decode()
    twice = tuple(Recipient(role=role, public_key=key) for role in RecipientRole)
    with pytest.raises(PlanRefused, match="twice"):
        world.registry.plan_session(replace(world.request((seat.device,)), recipients=twice))


DAY_MS = 24 * HOUR_MS


@pytest.mark.parametrize(
    ("opens", "closes", "planned"),
    [
        (-2 * HOUR_MS, -1, False),
        (-HOUR_MS, 0, False),
        (-HOUR_MS, 1, True),
        (HOUR_MS, HOUR_MS, False),
        (0, 7 * DAY_MS, True),
        (0, 7 * DAY_MS + 1, False),
    ],
)
def test_a_session_closes_after_now_and_after_it_opens_and_within_a_week(
    world: World, seat: Seat, opens: int, closes: int, planned: bool
) -> None:
    now = world.clock.now_ms
    request = replace(world.request((seat.device,)), opens_ms=now + opens, closes_ms=now + closes)
    if planned:
        assert world.registry.plan_session(request)
        return
    with pytest.raises(PlanRefused):
        world.registry.plan_session(request)


@pytest.mark.parametrize(
    ("policy", "planned"),
    [
        ({"pass_mark": 100}, True),
        ({"pass_mark": 101}, False),
        ({"duration_ms": 60_000, "early_leave_ms": 60_000}, True),
        ({"duration_ms": 60_000, "early_leave_ms": 60_001}, False),
        ({"duration_ms": 59_999}, False),
        ({"duration_ms": DAY_MS}, True),
        ({"duration_ms": DAY_MS + 1}, False),
    ],
)
def test_a_policy_nobody_could_sit_or_pass_by_is_refused(
    world: World, seat: Seat, policy: dict[str, int], planned: bool
) -> None:
    request = replace(world.request((seat.device,)), policy=Policy().model_copy(update=policy))
    if planned:
        assert world.registry.plan_session(request)
        return
    with pytest.raises(PlanRefused):
        world.registry.plan_session(request)


def test_extra_time_counts_for_the_longest_sitting(world: World, seat: Seat) -> None:
    request = world.request((seat.device,))
    longest = replace(request.candidates[0], accommodation=Accommodation(extra_time_ms=DAY_MS))
    with pytest.raises(PlanRefused, match="candidate 1"):
        world.registry.plan_session(replace(request, candidates=(longest,)))


def png_head(width: int, height: int) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII5B", 13, b"IHDR", width, height, 8, 2, 0, 0, 0)


def test_a_photo_has_a_png_header_and_a_size_a_screen_can_hold(world: World, seat: Seat) -> None:
    request = world.request((seat.device,))

    def with_photo(photo: bytes) -> SessionRequest:
        return replace(request, candidates=(replace(request.candidates[0], photo_png=photo),))

    assert world.registry.plan_session(with_photo(png_head(2000, 2000)))
    whole = png_head(180, 240)
    for wrong in (whole[:8], whole[:20], png_head(2001, 1), png_head(0, 240), whole.replace(b"IHDR", b"IDAT"), b""):
        with pytest.raises(PlanRefused, match="candidate 1"):
            world.registry.plan_session(with_photo(wrong))


@pytest.mark.parametrize("unseen", ["\n", "\x1b[31m", "\u202e", "\u200b", "\u2028"])
def test_a_name_with_something_unseen_in_it_is_refused(world: World, seat: Seat, unseen: str) -> None:
    request = world.request((seat.device,))
    named = replace(request.candidates[0], name=f"Li{unseen}Mei")
    for wrong in (replace(request, room=f"Room{unseen}1"), replace(request, candidates=(named,))):
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
