"""Plans and release shares go to enrolled seats, shares not before their time, and every release is written down."""

import base64
import secrets
from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import select

from app.registry.admitting import DeviceUnknown, RequestRepeated
from app.registry.answering import TooEarly
from app.registry.guarding import DeviceRevoked
from app.registry.models import LogLeaf, ReleaseEntry
from app.registry.premises import SessionUnknown
from sync.client.asking import Matter, sign_request
from sync.trust.anchor import Trust
from sync.trust.envelope import EnvelopeRefused, sign, verify
from sync.trust.leaf import release_leaf
from sync.trust.release import ReleaseShare
from sync.wire.enrolment import DeviceRequest, RegistryRole, ReleaseReply, RequestKind
from sync.wire.ids import new_id
from sync.wire.receipt import ReleaseFact, ReleaseWay
from tests.app.registry.world import HOUR_MS, Seat, World, enrol_seat


@pytest.fixture(autouse=True)
def _clock_put_back(world: World) -> Iterator[None]:
    before = world.clock.now_ms
    yield
    world.clock.now_ms = before


@pytest.fixture
def fresh(world: World, seat: Seat) -> str:
    return world.registry.plan_session(world.request((seat.device,), candidates=1))


def asking_release(seat: Seat, session: str | None) -> bytes:
    return sign_request(seat.asker, RequestKind.RELEASE, Matter(session))


def entries(world: World, session: str) -> list[tuple[str, str, str | None]]:
    with world.registry.premises.database.reading() as rows:
        found = rows.scalars(select(ReleaseEntry).where(ReleaseEntry.session == session).order_by(ReleaseEntry.number))
        return [(row.who, row.how, row.device) for row in found]


def test_a_share_is_withheld_until_the_registrys_clock_says_so(world: World, seat: Seat, fresh: str) -> None:
    world.clock.now_ms += HOUR_MS - 1
    with pytest.raises(TooEarly) as caught:
        world.registry.release_for(asking_release(seat, fresh))
    assert caught.value.facts["wait_ms"] == 1
    with pytest.raises(TooEarly):
        world.registry.release_code(fresh, world.clock.now_ms)
    assert entries(world, fresh) == []
    world.clock.now_ms += 1
    raw = world.registry.release_for(asking_release(seat, fresh))
    trust = Trust.load(world.registry.premises.public_folder)
    reply = ReleaseReply.parse(verify(raw, ReleaseReply.PAYLOAD_TYPE, trust.role_key(RegistryRole.PLAN)).payload)
    assert (reply.session, reply.device, reply.released_ms) == (fresh, seat.device, world.clock.now_ms)
    assert reply.code == world.registry.release_code(fresh, world.clock.now_ms, operator="Chen")
    assert entries(world, fresh) == [("07", "network", seat.device), ("Chen", "code", None)]
    planned = world.registry.premises.shelf.session(fresh)
    assert ReleaseShare.from_code(reply.code).raw == planned.release_share


def test_an_operator_can_release_earlier_and_this_is_written_down(world: World, seat: Seat, fresh: str) -> None:
    world.registry.release(fresh, world.clock.now_ms, operator="Chen")
    assert world.registry.release_for(asking_release(seat, fresh))
    assert entries(world, fresh) == [("Chen", "operator", None), ("07", "network", seat.device)]
    for action in (world.registry.release, world.registry.release_code):
        with pytest.raises(SessionUnknown):
            action(new_id(), world.clock.now_ms)


def test_a_seat_gets_its_own_sessions_only(world: World, seat: Seat, fresh: str) -> None:
    other = enrol_seat(world)
    mine = world.registry.plans_for(sign_request(seat.asker, RequestKind.PLANS))
    planned, info = world.registry.premises.shelf.session(fresh), b"examroom plan v1|" + seat.device.encode()
    opened = [seat.keystore.sealing_key().open(base64.b64decode(plan), info) for plan in mine.plans]
    assert planned.envelope in opened
    theirs = world.registry.plans_for(sign_request(other.asker, RequestKind.PLANS))
    assert theirs.plans == ()
    with pytest.raises(SessionUnknown):
        world.registry.release_for(asking_release(other, fresh))
    with pytest.raises(SessionUnknown):
        world.registry.release_for(asking_release(seat, None))


def test_a_request_is_good_once_and_for_what_it_asks(world: World, seat: Seat) -> None:
    asked = sign_request(seat.asker, RequestKind.PLANS)
    with pytest.raises(RequestRepeated):
        world.registry.release_for(asked)
    assert world.registry.plans_for(asked).plans is not None
    with pytest.raises(RequestRepeated):
        world.registry.plans_for(asked)


def test_strangers_and_revoked_seats_are_told_nothing(world: World, seat: Seat) -> None:
    request = DeviceRequest(
        kind=RequestKind.PLANS, device=new_id(), session=None, asked_ms=0, nonce=secrets.token_hex(32), counter=1
    )
    with pytest.raises(DeviceUnknown):
        world.registry.plans_for(sign(request.to_bytes(), DeviceRequest.PAYLOAD_TYPE, seat.keystore.device_key()))
    other = enrol_seat(world)
    in_anothers_name = sign_request(replace(other.asker, device=seat.device), RequestKind.PLANS)
    with pytest.raises(EnvelopeRefused):
        world.registry.plans_for(in_anothers_name)
    world.registry.revoke_device(other.device)
    with pytest.raises(DeviceRevoked):
        world.registry.plans_for(sign_request(other.asker, RequestKind.PLANS))


def test_a_release_stands_in_the_log_once_for_each_who_could_open_it(world: World, seat: Seat, fresh: str) -> None:
    premises, planned = world.registry.premises, world.registry.premises.shelf.session(fresh)
    world.registry.release(fresh, world.clock.now_ms, operator="Chen")
    for _ in range(2):
        world.registry.release_for(asking_release(seat, fresh))
    with premises.database.reading() as session:
        rows = session.scalars(select(ReleaseEntry).where(ReleaseEntry.session == fresh)).all()
        logged = [(row, session.get_one(LogLeaf, row.leaf)) for row in rows if row.leaf is not None]
    assert [(row.how, row.who) for row, _ in logged] == [("operator", "Chen"), ("network", "07")]
    assert len(rows) == 3  # the record has every time that a share was given, the log the first
    for row, leaf in logged:
        fact = ReleaseFact(session=fresh, how=ReleaseWay(row.how), who=row.who, device=row.device, at_ms=row.at_ms)
        assert leaf.data == release_leaf(planned.sha256, fact).data(bytes.fromhex(leaf.salt))
        assert premises.log.proof(leaf.number).index == leaf.number
