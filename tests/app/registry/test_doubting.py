"""What a packet says of its PC is held against the plan; what does not fit is written down, and the packet stays in."""

from dataclasses import replace

import pytest

from app.registry.doubting import DoubtKind, doubts
from app.registry.fitting import PacketRefused
from sync.trust.keys import SigningKey
from sync.wire.environment import (
    CheckStatement,
    EnvironmentPolicy,
    EnvironmentStatement,
    LockdownLevel,
    Override,
    Severity,
    Verdict,
)
from sync.wire.packet import ScorePacket
from sync.wire.plan import Policy
from tests.app.registry.world import Seat, World, signed, simulated_packet

TOOL = CheckStatement(
    check="remote_tool", verdict=Verdict.FOUND, severity=Severity.BLOCKING, evidence=("/proc/812/comm: x11vnc",)
)


@pytest.fixture(scope="module")
def session(world: World, seat: Seat) -> str:
    policy = Policy(pass_mark=80, environment=EnvironmentPolicy(level=LockdownLevel.DESKTOP))
    return world.registry.plan_session(replace(world.request((seat.device,), candidates=20), policy=policy))


def over(world: World, by: tuple[str, ...] | None = None) -> Override:
    people = tuple(key.public.keyid for key in world.proctor_keys) if by is None else by
    return Override(statement=TOOL, reason="The site's own help desk, unplugged", by=people, wall_ms=1)


def doubted(world: World, seat: Seat, packet: ScorePacket, environment: EnvironmentStatement) -> set[DoubtKind]:
    sha256, envelope = signed(world, seat, packet.model_copy(update={"environment": environment}))
    assert world.registry.take_packet(sha256, envelope).is_new
    return {doubt.kind for doubt in doubts(world.registry.premises) if doubt.packet_sha256 == sha256}


@pytest.mark.parametrize(
    ("level", "found"),
    [
        (LockdownLevel.SESSION, set()),
        (LockdownLevel.DESKTOP, set()),
        (LockdownLevel.OPEN, {DoubtKind.LEVEL_BELOW_PLAN}),
    ],
)
def test_a_pc_less_locked_down_than_the_plan_demands_is_doubted(
    world: World, seat: Seat, packet: ScorePacket, level: LockdownLevel, found: set[DoubtKind]
) -> None:
    assert doubted(world, seat, packet, EnvironmentStatement(level=level)) == found


def test_what_nothing_goes_on_over_is_doubted_unless_two_decided(world: World, seat: Seat, session: str) -> None:
    locked = EnvironmentStatement(level=LockdownLevel.SESSION, checks=(TOOL,))
    settled = locked.model_copy(update={"overrides": (over(world),)})
    noted = locked.model_copy(update={"checks": (TOOL.model_copy(update={"severity": Severity.NOTE}),)})
    found = [
        doubted(world, seat, simulated_packet(world, seat, session, 15 + number), stated)
        for number, stated in enumerate((locked, settled, noted))
    ]
    assert found == [{DoubtKind.CHECK_UNSETTLED}, set(), set()]


def test_who_goes_on_over_a_check_has_to_be_of_the_session(world: World, seat: Seat, packet: ScorePacket) -> None:
    people = (world.proctor_keys[0].public.keyid, SigningKey.generate_p256().public.keyid)
    stated = EnvironmentStatement(level=LockdownLevel.SESSION, checks=(TOOL,), overrides=(over(world, people),))
    with pytest.raises(PacketRefused, match="not one of the session"):
        world.registry.take_packet(*signed(world, seat, packet.model_copy(update={"environment": stated})))
