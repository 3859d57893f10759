"""Nobody sits at two seats: the first has the claim, two proctors move it, and asking again changes nothing."""

import pytest
from sqlalchemy import select

from app.registry.admitting import RequestRepeated
from app.registry.guarding import DeviceRevoked
from app.registry.models import ClaimMove
from app.registry.premises import SessionUnknown
from sync.client.asking import Matter, sign_request
from sync.trust.envelope import EnvelopeRefused, countersign, sign
from sync.trust.keys import SigningKey
from sync.wire.enrolment import ClaimState, DeviceRequest, RequestKind
from sync.wire.ids import new_id
from tests.app.registry.world import Seat, World, enrol_seat, signed, simulated_packet


@pytest.fixture(scope="module")
def other(world: World, url: str) -> Seat:
    assert url
    return enrol_seat(world, "12")


@pytest.fixture
def fresh(world: World, seat: Seat, other: Seat) -> str:
    return world.registry.plan_session(world.request((seat.device, other.device), candidates=2))


@pytest.fixture
def sitting(world: World, fresh: str) -> str:
    return world.plan(fresh)[0].roster[0].sitting


def asking(seat: Seat, kind: RequestKind, session: str | None, sitting: str | None, *proctors: SigningKey) -> bytes:
    request = sign_request(seat.asker, kind, Matter(session, sitting))
    for key in proctors:
        request = countersign(request, key)
    return request


def ask(
    world: World, seat: Seat, kind: RequestKind, session: str, sitting: str, *proctors: SigningKey
) -> tuple[ClaimState, str | None]:
    reply = world.registry.claim_for(asking(seat, kind, session, sitting, *proctors))
    assert (reply.session, reply.sitting) == (session, sitting)
    return reply.state, reply.seat_label


def moves(world: World, sitting: str) -> list[tuple[str, str]]:
    with world.registry.premises.database.reading() as rows:
        found = rows.scalars(select(ClaimMove).where(ClaimMove.sitting == sitting)).all()
        return [(row.from_device, row.to_device) for row in found]


def test_the_first_seat_has_it_and_the_second_is_told_which(
    world: World, seat: Seat, other: Seat, fresh: str, sitting: str
) -> None:
    look, claim = RequestKind.CLAIM_LOOK, RequestKind.CLAIM
    assert ask(world, other, look, fresh, sitting) == (ClaimState.FREE, None)
    assert ask(world, seat, claim, fresh, sitting) == (ClaimState.YOURS, "07")
    assert ask(world, seat, claim, fresh, sitting) == (ClaimState.YOURS, "07")
    assert ask(world, other, look, fresh, sitting) == (ClaimState.ANOTHERS, "07")
    assert ask(world, other, claim, fresh, sitting) == (ClaimState.ANOTHERS, "07")
    assert ask(world, seat, look, fresh, sitting) == (ClaimState.YOURS, "07")


def test_two_proctors_move_it_once(world: World, seat: Seat, other: Seat, fresh: str, sitting: str) -> None:
    ask(world, seat, RequestKind.CLAIM, fresh, sitting)
    moving = asking(other, RequestKind.CLAIM_MOVE, fresh, sitting, *world.proctor_keys)
    assert world.registry.claim_for(moving).state is ClaimState.YOURS
    assert ask(world, other, RequestKind.CLAIM_MOVE, fresh, sitting, *world.proctor_keys) == (ClaimState.YOURS, "12")
    assert moves(world, sitting) == [(seat.device, other.device)]
    assert ask(world, seat, RequestKind.CLAIM_MOVE, fresh, sitting, *world.proctor_keys) == (ClaimState.YOURS, "07")
    again = world.registry.claim_for(moving)
    assert (again.state, again.seat_label) == (ClaimState.ANOTHERS, "07"), "a move that is played again moves nothing"


def test_one_proctor_or_strangers_move_nothing(world: World, seat: Seat, other: Seat, fresh: str, sitting: str) -> None:
    ask(world, seat, RequestKind.CLAIM, fresh, sitting)
    first, second = world.proctor_keys
    stranger = SigningKey.generate_p256()
    for signers in ((), (first,), (first, stranger), (stranger, SigningKey.generate_p256())):
        with pytest.raises(EnvelopeRefused):
            world.registry.claim_for(asking(other, RequestKind.CLAIM_MOVE, fresh, sitting, *signers))
    payload = DeviceRequest(
        kind=RequestKind.CLAIM_MOVE,
        device=other.device,
        session=fresh,
        asked_ms=1,
        nonce="a" * 64,
        counter=1,
        sitting=sitting,
    ).to_bytes()
    without_device = sign(payload, DeviceRequest.PAYLOAD_TYPE, first, second)
    with pytest.raises(EnvelopeRefused):
        world.registry.claim_for(without_device)
    assert ask(world, seat, RequestKind.CLAIM_LOOK, fresh, sitting) == (ClaimState.YOURS, "07")
    assert moves(world, sitting) == []


def test_who_handed_in_is_told_so(world: World, seat: Seat, other: Seat, fresh: str, sitting: str) -> None:
    world.registry.take_packet(*signed(world, seat, simulated_packet(world, seat, fresh, 0)))
    assert ask(world, other, RequestKind.CLAIM, fresh, sitting) == (ClaimState.HANDED_IN, "07")


def test_only_seats_of_the_session_claim_its_sittings(world: World, seat: Seat, fresh: str, sitting: str) -> None:
    elsewhere = enrol_seat(world, "99")
    for asker, session, whose in (
        (elsewhere, fresh, sitting),
        (seat, new_id(), sitting),
        (seat, fresh, new_id()),
        (seat, fresh, None),
    ):
        with pytest.raises(SessionUnknown):
            world.registry.claim_for(asking(asker, RequestKind.CLAIM, session, whose))
    with pytest.raises(RequestRepeated):
        world.registry.claim_for(asking(seat, RequestKind.PLANS, fresh, sitting))
    world.registry.revoke_device(elsewhere.device)
    with pytest.raises(DeviceRevoked):
        world.registry.claim_for(asking(elsewhere, RequestKind.CLAIM, fresh, sitting))
