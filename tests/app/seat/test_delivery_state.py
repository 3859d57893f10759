"""The result's screen says where a packet is, for the same reason as the outbox's list."""

import pytest

from app.seat.phases.closing.closing import _delivery
from app.seat.screens.closing.result import DeliveryState
from sync.replica.outbox import OutboxRow, Stage, Why


def row(stage: Stage, why: Why, tries: int = 0) -> OutboxRow:
    return OutboxRow("a" * 64, "packet", "sitting", stage, why, "", tries, 1, 1, 1, 0, 1, b"x", None, None)


@pytest.mark.parametrize(
    ("stage", "why", "paused", "said"),
    [
        (Stage.QUEUED, Why.NEW, False, DeliveryState.SENDING),
        (
            Stage.QUEUED,
            Why.NO_NETWORK,
            False,
            DeliveryState.WAITING_NETWORK,
        ),  # though it never left: no try was counted
        (Stage.QUEUED, Why.BROKEN_OFF, False, DeliveryState.WAITING_NETWORK),
        (Stage.QUEUED, Why.NOT_REGISTRY, False, DeliveryState.WAITING_NETWORK),
        (Stage.QUEUED, Why.BUSY, False, DeliveryState.WAITING_REGISTRY),
        (Stage.QUEUED, Why.REFUSED, False, DeliveryState.WAITING_REGISTRY),
        (Stage.QUEUED, Why.NO_NETWORK, True, DeliveryState.PAUSED),
        (Stage.IN_FLIGHT, Why.NO_NETWORK, True, DeliveryState.SENDING),
        (Stage.RECEIPTED, Why.NO_PROOF, True, DeliveryState.RECEIPTED),
        (Stage.PURGEABLE, Why.NEW, False, DeliveryState.PROVEN),
        (Stage.QUARANTINED, Why.CONFLICT, False, DeliveryState.QUARANTINED),
    ],
)
def test_a_waiting_packet_is_said_to_wait_for_what_it_waits_for(
    stage: Stage, why: Why, paused: bool, said: DeliveryState
) -> None:
    assert _delivery(row(stage, why), paused=paused) is said
