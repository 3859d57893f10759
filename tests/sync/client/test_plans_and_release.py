"""Plans are believed as signed; shares come in time, signed, and for this seat."""

import base64
from collections.abc import Iterator
from dataclasses import replace
from http import HTTPStatus

import pytest

from app.registry.keyroom import KeyName
from sync.client.asking import Asker, DeviceRevoked
from sync.client.connection import RegistryAnswerBad, RegistryConnection, RegistryUnreachable, Reply
from sync.client.plans import (
    PlanForAnotherSeat,
    PlanMissing,
    fetch_plans,
    keep_plan,
    load_plan,
    seal_plan,
    verify_plan,
)
from sync.client.release import NotReleasedYet, ReleaseRefused, fetch_release, unlock
from sync.replica.cabinet import FURTHEST_AHEAD_MS, DocumentKind
from sync.replica.database import Replica
from sync.trust.aead import SealRefused
from sync.trust.anchor import Trust
from sync.trust.envelope import EnvelopeRefused, sign
from sync.trust.keys import SigningKey
from sync.wire.enrolment import PlansReply, ReleaseReply
from sync.wire.ids import new_id
from sync.wire.plan import SessionPlan
from tests.app.registry.world import HOUR_MS, Seat, World, enrol_seat
from tests.sync.client.simulator import Act, Line


@pytest.fixture(autouse=True)
def _clock_put_back(world: World) -> Iterator[None]:
    before = world.clock.now_ms
    yield
    world.clock.now_ms = before


def plans_reply(asker: Asker, *envelopes: bytes) -> Reply:
    """Answer as a registry does that seals whatever it likes to a seat."""
    key = asker.keystore.sealing_key().public_raw
    sealed = [seal_plan(envelope, key, asker.device) for envelope in envelopes]
    reply = PlansReply(plans=tuple(base64.b64encode(plan).decode() for plan in sealed))
    return Reply(HTTPStatus.OK, reply.to_bytes())


def test_plans_are_fetched_verified_and_kept_as_they_were_signed(
    world: World, session: str, connection: RegistryConnection, trust: Trust, replica: Replica, asker: Asker
) -> None:
    assert session in fetch_plans(connection, asker, trust)
    plan, sha256 = load_plan(replica, trust, session)
    assert (plan, sha256) == world.plan(session)
    assert replica.cabinet.highest_signed_ms() >= plan.issued_ms
    assert session in fetch_plans(connection, asker, trust)
    with pytest.raises(PlanMissing):
        load_plan(replica, trust, new_id())


def test_a_plan_of_a_clock_years_ahead_moves_no_time_here(world: World, url: str) -> None:
    assert url
    seat = enrol_seat(world, "77")
    asker, trust = seat.asker, Trust.load(seat.trust)
    world.clock.now_ms += 2 * FURTHEST_AHEAD_MS
    asked = world.registry.plan_session(world.request((seat.device,)))
    plan, _ = world.plan(asked)
    envelope, key = world.registry.premises.shelf.session(asked).envelope, asker.keystore.sealing_key().public_raw
    assert keep_plan(seal_plan(envelope, key, asker.device), asker, trust) == asked
    assert seat.replica.cabinet.highest_signed_ms() == 0
    assert seat.replica.cabinet.refused_signed_ms() == plan.issued_ms


def test_a_plan_by_another_key_or_with_a_changed_byte_is_refused(
    world: World, session: str, trust: Trust, replica: Replica
) -> None:
    envelope = world.registry.premises.shelf.session(session).envelope
    plan = verify_plan(envelope, trust)
    forged = sign(plan.to_bytes(), SessionPlan.PAYLOAD_TYPE, SigningKey.generate_ed25519())
    receipts = world.registry.premises.keys.key(KeyName.RECEIPT)
    by_another_role = sign(plan.to_bytes(), SessionPlan.PAYLOAD_TYPE, receipts)
    for wrong in (forged, by_another_role, envelope.replace(b"A", b"B", 1)):
        with pytest.raises(EnvelopeRefused):
            verify_plan(wrong, trust)
    replica.cabinet.put_document(DocumentKind.PLAN, session, forged, 0)
    with pytest.raises(EnvelopeRefused):
        load_plan(replica, trust, session)


def test_a_plan_for_other_seats_is_not_kept(
    world: World,
    session: str,
    trust: Trust,
    replica: Replica,
    connection: RegistryConnection,
    monkeypatch: pytest.MonkeyPatch,
    asker: Asker,
) -> None:
    other = enrol_seat(world)
    envelope = world.registry.premises.shelf.session(session).envelope
    for elsewhere in (
        replace(asker, keystore=other.keystore, device=other.device),
        replace(asker, keystore=other.keystore),
    ):
        monkeypatch.setattr(connection, "post", lambda *_, to=elsewhere: plans_reply(to, envelope))
        with pytest.raises(PlanForAnotherSeat):
            fetch_plans(connection, elsewhere, trust)
    monkeypatch.setattr(connection, "post", lambda *_: plans_reply(asker, envelope))
    with pytest.raises(SealRefused):  # found on the way, or on a medium: nobody else learns a candidate's name
        fetch_plans(connection, replace(asker, keystore=other.keystore, device=other.device), trust)
    assert replica.cabinet.names(DocumentKind.PLAN) == []


def test_an_older_plan_does_not_replace_a_newer_one(
    world: World,
    session: str,
    trust: Trust,
    replica: Replica,
    connection: RegistryConnection,
    monkeypatch: pytest.MonkeyPatch,
    asker: Asker,
) -> None:
    plan, _ = world.plan(session)
    key = world.registry.premises.keys.key(KeyName.PLAN)
    newer = plan.model_copy(update={"issued_ms": plan.issued_ms + 1, "room": "Room 2"})
    for each in (newer, plan):
        envelope = sign(each.to_bytes(), SessionPlan.PAYLOAD_TYPE, key)
        monkeypatch.setattr(connection, "post", lambda *_, kept=envelope: plans_reply(asker, kept))
        fetch_plans(connection, asker, trust)
    assert load_plan(replica, trust, session)[0].room == "Room 2"


@pytest.mark.parametrize("damage", [b"", b"{}", b"\0" * 100])
def test_a_kept_plan_that_was_damaged_is_healed_by_what_is_fetched(
    world: World,
    session: str,
    trust: Trust,
    replica: Replica,
    connection: RegistryConnection,
    damage: bytes,
    asker: Asker,
) -> None:
    replica.cabinet.put_document(DocumentKind.PLAN, session, damage, 0)
    with pytest.raises(EnvelopeRefused):
        load_plan(replica, trust, session)
    assert session in fetch_plans(connection, asker, trust)
    assert load_plan(replica, trust, session) == world.plan(session)


def test_a_revoked_seat_is_told_so(world: World, trust: Trust) -> None:
    other = enrol_seat(world)
    world.registry.revoke_device(other.device)
    with pytest.raises(DeviceRevoked):
        fetch_plans(other.connect(), other.asker, trust)


def test_the_share_comes_when_it_is_time_and_opens_the_package(
    world: World, seat: Seat, trust: Trust, connection: RegistryConnection, asker: Asker
) -> None:
    session = world.registry.plan_session(world.request((seat.device,), candidates=1))
    with pytest.raises(NotReleasedYet) as caught:
        fetch_release(connection, asker, trust, session)
    assert caught.value.facts == {"minutes": 60}
    world.clock.now_ms += HOUR_MS
    share = fetch_release(connection, asker, trust, session)
    keys = unlock(world.plan(session)[0], seat.device, seat.keystore, share)
    assert (keys.content, keys.marking) == world.secrets
    with pytest.raises(ReleaseRefused, match="SESSION_UNKNOWN"):
        fetch_release(connection, asker, trust, new_id())


def test_a_share_that_is_not_the_registrys_word_for_this_seat_is_refused(
    world: World,
    seat: Seat,
    session: str,
    trust: Trust,
    connection: RegistryConnection,
    monkeypatch: pytest.MonkeyPatch,
    asker: Asker,
) -> None:
    key = world.registry.premises.keys.key(KeyName.PLAN)
    right = ReleaseReply(session=session, device=seat.device, code="0" * 30, released_ms=1)
    bodies = [
        sign(right.to_bytes(), ReleaseReply.PAYLOAD_TYPE, SigningKey.generate_ed25519()),
        sign(right.model_copy(update={"device": new_id()}).to_bytes(), ReleaseReply.PAYLOAD_TYPE, key),
        sign(right.model_copy(update={"session": new_id()}).to_bytes(), ReleaseReply.PAYLOAD_TYPE, key),
        right.to_bytes(),
    ]
    for body in bodies:
        monkeypatch.setattr(connection, "post", lambda *_, body=body: Reply(200, body))
        with pytest.raises(RegistryAnswerBad):
            fetch_release(connection, asker, trust, session)


@pytest.mark.parametrize(
    ("act", "fault"),
    [
        (Act.PORTAL_200, RegistryAnswerBad),
        (Act.PORTAL_409, RegistryAnswerBad),
        (Act.DOWN_503, RegistryUnreachable),
        (Act.DROP_AFTER, RegistryUnreachable),
    ],
)
def test_a_bad_line_gives_a_fault_with_a_name(
    session: str,
    trust: Trust,
    line: Line,
    over_the_line: RegistryConnection,
    act: Act,
    fault: type[Exception],
    asker: Asker,
) -> None:
    line.only = "POST"
    line.script = [act, act]
    with pytest.raises(fault):
        fetch_release(over_the_line, asker, trust, session)
    with pytest.raises(fault):
        fetch_plans(over_the_line, asker, trust)
