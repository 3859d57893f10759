"""Requests are counted: two PCs with one identity are noticed, and so is a seat that was set back; nothing else is."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from app.registry.admitting import FURTHEST, KEPT, LATE, CounterBehind, RequestRepeated, TwinNoticed
from app.registry.devices import NoTwin, device_line, settle_twin
from app.registry.enrolling import SignerUnknown
from app.registry.models import SeenRequest
from sync.client.asking import Asker, DeviceTwin, Matter, sign_request
from sync.client.enrolment import renew_certificate
from sync.client.plans import fetch_plans
from sync.replica.database import Replica
from sync.trust.anchor import Trust
from sync.trust.keystore import open_key_store
from sync.wire.enrolment import MOST_COUNTED, RequestKind
from sync.wire.ids import new_id
from tests.app.registry.world import Seat, World, enrol_seat, signed, simulated_packet


@pytest.fixture
def asked(world: World, url: str) -> Seat:
    """A seat of its own that has asked three times."""
    assert url
    seat = enrol_seat(world, "twin")
    for _ in range(3):
        world.registry.plans_for(sign_request(seat.asker, RequestKind.PLANS))
    return seat


@pytest.fixture
def clone(asked: Seat, tmp_path: Path) -> Iterator[Asker]:
    """The seat's whole folder, copied to another place and opened there."""
    folder = tmp_path / "clone"
    shutil.copytree(asked.trust.parent, folder)
    keystore = open_key_store(folder / "keys")
    with Replica.open(folder / "replica.db", keystore.replica_key()) as replica:
        yield Asker(asked.device, keystore, replica)


def plans(world: World, asker: Asker) -> int:
    return len(world.registry.plans_for(sign_request(asker, RequestKind.PLANS)).plans)


def twins(world: World, seat: Seat) -> int:
    return len(device_line(world.registry.premises, seat.device).twins)


def test_a_copied_seat_is_noticed_by_the_first_request_of_the_second_one(
    world: World, asked: Seat, clone: Asker
) -> None:
    assert plans(world, asked.asker) == 0
    assert twins(world, asked) == 0
    with pytest.raises(TwinNoticed):
        plans(world, clone)
    line = device_line(world.registry.premises, asked.device)
    assert line.has_twin
    assert [(twin.counter, twin.settled_ms) for twin in line.twins] == [(4, None)]
    with pytest.raises(TwinNoticed):  # which of them is the right one nobody knows: the first is not answered either
        plans(world, asked.asker)
    assert twins(world, asked) == 1


@pytest.mark.parametrize("kind", [RequestKind.RELEASE, RequestKind.CLAIM_LOOK, RequestKind.CLAIM, RequestKind.ROTATE])
def test_nothing_that_matters_is_given_to_a_device_with_a_twin(
    world: World, asked: Seat, clone: Asker, kind: RequestKind
) -> None:
    plans(world, asked.asker)
    with pytest.raises(TwinNoticed):
        plans(world, clone)
    answer = {RequestKind.RELEASE: world.registry.release_for, RequestKind.ROTATE: world.registry.rotate_device_key}
    following = asked.keystore.next_device_key()
    matter, others = Matter(new_id(), new_id(), device_key_pem=following.public.pem), [following]
    if kind is not RequestKind.ROTATE:
        others.clear()
    with pytest.raises(TwinNoticed):
        answer.get(kind, world.registry.claim_for)(sign_request(asked.asker, kind, matter, others))


def test_packets_and_certificates_are_taken_and_given_all_the_same(world: World, asked: Seat, clone: Asker) -> None:
    session = world.registry.plan_session(world.request((asked.device,)))
    plans(world, asked.asker)
    with asked.connect_once() as connection:
        with pytest.raises(DeviceTwin):
            fetch_plans(connection, clone, Trust.load(asked.trust))
        sha256, envelope = signed(world, asked, simulated_packet(world, asked, session, 0))
        assert connection.put(f"/v1/packets/{sha256}", envelope, 100_000).status == 201
        assert renew_certificate(connection, asked.asker, asked.trust).device == asked.device


def test_what_is_settled_is_answered_again_and_a_twin_that_goes_on_is_noticed_again(
    world: World, asked: Seat, clone: Asker
) -> None:
    plans(world, asked.asker)
    with pytest.raises(TwinNoticed):
        plans(world, clone)
    assert settle_twin(world.registry.premises, asked.device, "the copy was found and erased") == 1
    assert plans(world, asked.asker) == 0
    with pytest.raises(NoTwin):
        settle_twin(world.registry.premises, asked.device, "again")
    with pytest.raises(SignerUnknown):
        settle_twin(world.registry.premises, new_id(), "nobody")
    with pytest.raises(TwinNoticed):
        plans(world, clone)
    line = device_line(world.registry.premises, asked.device)
    assert [twin.why for twin in line.twins] == ["the copy was found and erased", ""]


def test_a_seat_that_was_set_back_is_noticed_and_goes_on_once_that_is_settled(
    world: World, asked: Seat, clone: Asker
) -> None:
    for _ in range(5):
        plans(world, asked.asker)
    yesterday, trust = clone, Trust.load(asked.trust)  # the copy is what the seat was before it asked those five
    with asked.connect_once() as connection:
        with pytest.raises(DeviceTwin):
            fetch_plans(connection, yesterday, trust)
        settle_twin(world.registry.premises, asked.device, "its disk was put back")
        assert fetch_plans(connection, yesterday, trust) == []
        assert yesterday.replica.requests.last() == asked.replica.requests.last() + 1
        assert fetch_plans(connection, yesterday, trust) == []
        with pytest.raises(DeviceTwin):  # and if the disk of today turns up again
            fetch_plans(connection, asked.asker, trust)


def test_going_on_is_said_once(world: World, asked: Seat, clone: Asker) -> None:
    plans(world, asked.asker)
    with pytest.raises(TwinNoticed):
        plans(world, clone)
    settle_twin(world.registry.premises, asked.device, "once")
    clone.replica.requests.raise_to(1)
    with pytest.raises(CounterBehind) as caught:
        world.registry.plans_for(sign_request(replace(clone, replica=asked_again(clone)), RequestKind.PLANS))
    assert caught.value.facts["counter"] == 4
    with pytest.raises(TwinNoticed):
        world.registry.plans_for(sign_request(replace(clone, replica=asked_again(clone)), RequestKind.PLANS))


def asked_again(clone: Asker) -> Replica:
    """Set the copy's count back by hand."""
    clone.replica.cabinet.set_setting("request_counter", "2")
    return clone.replica


def test_the_same_request_again_is_no_twin(world: World, asked: Seat) -> None:
    request = sign_request(asked.asker, RequestKind.PLANS)
    world.registry.plans_for(request)
    for _ in range(2):
        with pytest.raises(RequestRepeated):
            world.registry.plans_for(request)
    assert twins(world, asked) == 0


def test_a_crash_between_counting_and_sending_leaves_a_gap_that_is_no_twin(world: World, asked: Seat) -> None:
    for _ in range(LATE + 5):
        asked.replica.requests.take()
    assert plans(world, asked.asker) == 0
    assert twins(world, asked) == 0


def test_a_figure_far_behind_is_a_twin_though_its_first_request_is_forgotten(world: World, asked: Seat) -> None:
    late = [sign_request(asked.asker, RequestKind.PLANS) for _ in range(2)]
    asked.replica.requests.raise_to(asked.replica.requests.last() + LATE - 2)
    plans(world, asked.asker)
    world.registry.plans_for(late[1])  # as late as anything can be
    with pytest.raises(TwinNoticed):
        world.registry.plans_for(late[0])
    asked.replica.requests.raise_to(10 * KEPT)
    with pytest.raises(TwinNoticed):
        plans(world, asked.asker)
    with world.registry.premises.database.reading() as rows:
        kept = rows.scalars(select(SeenRequest).where(SeenRequest.device == asked.device)).all()
    assert len(kept) == 1


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations(range(8)), again=st.lists(st.integers(0, 7), max_size=4), lost=st.sets(st.integers(0, 7)))
def test_reordered_repeated_and_lost_requests_of_one_seat_are_never_a_twin(
    world: World, asked: Seat, order: list[int], again: list[int], lost: set[int]
) -> None:
    requests = [sign_request(asked.asker, RequestKind.CLAIM_LOOK) for _ in range(8)]
    for number in [one for one in order if one not in lost] + [one for one in again if one not in lost]:
        with pytest.raises(Exception, match="SESSION_UNKNOWN"):
            world.registry.claim_for(requests[number])
    assert twins(world, asked) == 0


@pytest.mark.parametrize("leap", [0, LATE - 1, LATE, FURTHEST - 10])
def test_a_thief_who_counts_on_elsewhere_is_noticed_before_the_seat_has_asked_often(
    world: World, asked: Seat, clone: Asker, leap: int
) -> None:
    clone.replica.requests.raise_to(clone.replica.requests.last() + leap)
    plans(world, clone)
    assert twins(world, asked) == 0
    with pytest.raises(TwinNoticed):
        for _ in range(LATE + 1):
            plans(world, asked.asker)


def test_a_leap_that_would_use_the_figures_up_is_a_twin_and_moves_nothing(
    world: World, asked: Seat, clone: Asker
) -> None:
    clone.replica.requests.raise_to(MOST_COUNTED - 1)
    with pytest.raises(TwinNoticed):
        plans(world, clone)
    settle_twin(world.registry.premises, asked.device, "a copy that leapt")
    assert plans(world, asked.asker) == 0
