"""Claims over a real line to a real registry; whatever the line does, the seat knows within three seconds."""

import time

import pytest

from sync.client.asking import Asker
from sync.client.claims import ClaimRefused, ask_claim, claims_connection
from sync.client.connection import RegistryAnswerBad, RegistryConnection, RegistryUnreachable
from sync.wire.enrolment import ClaimReply, ClaimState, RequestKind
from sync.wire.ids import new_id
from tests.app.registry.world import Seat, World
from tests.sync.client.simulator import Act, Line


@pytest.fixture
def sitting(world: World, session: str) -> str:
    return world.plan(session)[0].roster[3].sitting


def test_a_seat_claims_looks_and_moves(world: World, seat: Seat, session: str, sitting: str, asker: Asker) -> None:
    connection = claims_connection(seat.enrolment, seat.keystore)

    def ask(kind: RequestKind) -> ClaimReply:
        keys = world.proctor_keys if kind is RequestKind.CLAIM_MOVE else ()
        return ask_claim(connection, asker, kind, session, sitting, keys)

    assert ask(RequestKind.CLAIM_LOOK).state is ClaimState.FREE
    for kind in (RequestKind.CLAIM, RequestKind.CLAIM, RequestKind.CLAIM_LOOK, RequestKind.CLAIM_MOVE):
        assert ask(kind).state is ClaimState.YOURS
    assert ask(RequestKind.CLAIM_LOOK).seat_label == seat.enrolment.seat_label


def test_what_the_registry_refuses_is_a_refusal(seat: Seat, session: str, asker: Asker) -> None:
    connection = claims_connection(seat.enrolment, seat.keystore)
    with pytest.raises(ClaimRefused):
        ask_claim(connection, asker, RequestKind.CLAIM, session, new_id())


@pytest.mark.parametrize(
    "bad",
    [
        (Act.DROP_BEFORE, RegistryUnreachable),
        (Act.DROP_AFTER, RegistryUnreachable),
        (Act.TRUNCATE, RegistryUnreachable),
        (Act.DOWN_503, RegistryUnreachable),
        (Act.DRIP_BODY, RegistryUnreachable),
        (Act.DRIP_HEADERS, RegistryUnreachable),
        (Act.PORTAL_200, RegistryAnswerBad),
        (Act.PORTAL_409, RegistryAnswerBad),
        (Act.HUGE, RegistryAnswerBad),
    ],
)
def test_a_bad_line_is_said_in_time(
    over_the_line: RegistryConnection,
    connection: RegistryConnection,
    line: Line,
    session: str,
    sitting: str,
    bad: tuple[Act, type[Exception]],
    asker: Asker,
) -> None:
    act, fault = bad
    line.only, line.script = "POST", [act]
    began = time.monotonic()
    with pytest.raises(fault):
        ask_claim(over_the_line, asker, RequestKind.CLAIM, session, sitting)
    assert time.monotonic() - began < 3
    reply = ask_claim(connection, asker, RequestKind.CLAIM, session, sitting)  # nobody hurries this one
    assert reply.state is ClaimState.YOURS


def test_nobody_there_is_said_in_time(seat: Seat, session: str, sitting: str, asker: Asker) -> None:
    nowhere = seat.enrolment.model_copy(update={"url": "https://127.0.0.1:9"})
    with pytest.raises(RegistryUnreachable):
        ask_claim(claims_connection(nowhere, seat.keystore), asker, RequestKind.CLAIM, session, sitting)
