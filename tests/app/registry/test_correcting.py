"""Results are corrected by new entries only; what stands is a fold that anybody can do again."""

from hashlib import sha256

import pytest

from app.registry.correcting import Decision, DecisionIncomplete, decide, reinstate, void
from app.registry.intake import PacketConflict
from app.registry.models import Packet
from app.registry.results import Account, ResultUnknown, account_of, is_disputed
from sync.trust.corrections import CorrectionRefused
from sync.trust.leaf import correction_leaf
from sync.wire.ids import new_id
from sync.wire.packet import EndReason, ScorePacket
from sync.wire.result import CorrectionKind, ResultState
from tests.app.registry.world import Seat, World, signed, simulated_packet


def two(world: World, reason: str = "camera was covered") -> Decision:
    return Decision(reason, ("Zhao Min", "Qian Wei"), world.clock.now_ms)


def account(world: World, sitting: str) -> Account:
    with world.registry.premises.database.reading() as rows:
        return account_of(world.registry.premises, rows, sitting)


def disputed(world: World, seat: Seat, packet: ScorePacket, *, right: int = 5) -> tuple[str, str]:
    """Hand in two packets for one sitting; give the digest of the first and of the one set aside."""
    first, envelope = signed(world, seat, packet)
    world.registry.take_packet(first, envelope)
    number = [entry.sitting for entry in world.plan(packet.session)[0].roster].index(packet.sitting)
    other = simulated_packet(world, seat, packet.session, number, right=right)
    aside, envelope = signed(world, seat, other)
    with pytest.raises(PacketConflict):
        world.registry.take_packet(aside, envelope)
    return first, aside


def test_a_void_and_a_reinstatement_are_new_entries_and_the_receipt_stays(
    world: World, seat: Seat, packet: ScorePacket
) -> None:
    digest, envelope = signed(world, seat, packet)
    receipt = world.registry.take_packet(digest, envelope).receipt
    premises = world.registry.premises
    voided = void(premises, packet.sitting, two(world))
    assert (voided.state, voided.stand.result.passed) == (ResultState.VOIDED, False)
    again = reinstate(premises, packet.sitting, two(world, "the camera was not covered"))
    assert (again.state, again.stand.result) == (ResultState.STANDS, again.receipt.result)
    assert [one.document.kind for one in again.corrections] == [CorrectionKind.VOID, CorrectionKind.REINSTATED]
    with premises.database.reading() as rows:
        assert rows.get_one(Packet, digest).receipt == receipt
    indices = [again.receipt.log.index, *(one.logged.log.index for one in again.corrections)]
    assert indices == sorted(indices)
    for one in again.corrections:
        leaf = correction_leaf(sha256(one.envelope).hexdigest(), one.document.result)
        assert leaf.hash(bytes.fromhex(one.logged.log.salt)).hex() == one.logged.log.leaf_hash
        assert premises.log.proof(one.logged.log.index).index == one.logged.log.index


@pytest.mark.parametrize(
    ("reason", "by"),
    [("", ("A", "B")), ("\u3000", ("A", "B")), ("why", ("A",)), ("why", ("Zhao", " ｚhao")), ("why", ())],
)
def test_a_decision_needs_a_reason_and_two_different_people(
    world: World, seat: Seat, packet: ScorePacket, reason: str, by: tuple[str, ...]
) -> None:
    world.registry.take_packet(*signed(world, seat, packet))
    with pytest.raises(DecisionIncomplete):
        void(world.registry.premises, packet.sitting, Decision(reason, by, world.clock.now_ms))
    assert account(world, packet.sitting).corrections == ()


def test_nothing_is_voided_twice_or_reinstated_unvoided_or_corrected_unknown(
    world: World, seat: Seat, packet: ScorePacket
) -> None:
    premises = world.registry.premises
    world.registry.take_packet(*signed(world, seat, packet))
    with pytest.raises(CorrectionRefused):
        reinstate(premises, packet.sitting, two(world))
    void(premises, packet.sitting, two(world))
    with pytest.raises(CorrectionRefused):
        void(premises, packet.sitting, two(world))
    with pytest.raises(CorrectionRefused):
        decide(premises, packet.sitting, "0" * 64, two(world))
    assert len(account(world, packet.sitting).corrections) == 1
    with pytest.raises(ResultUnknown):
        void(premises, new_id(), two(world))


def test_what_was_voided_at_the_seat_can_be_reinstated_with_what_it_earned(
    world: World, seat: Seat, packet: ScorePacket
) -> None:
    ended = packet.model_copy(update={"end_reason": EndReason.VOIDED, "passed": False})
    world.registry.take_packet(*signed(world, seat, ended))
    assert account(world, packet.sitting).state is ResultState.VOIDED
    back = reinstate(world.registry.premises, packet.sitting, two(world))
    assert (back.stand.result.passed, back.stand.result.score_milli) == (True, 80_000)


@pytest.mark.parametrize("which", [0, 1])
def test_people_decide_which_of_two_packets_counts(world: World, seat: Seat, packet: ScorePacket, which: int) -> None:
    pair = disputed(world, seat, packet)
    premises = world.registry.premises
    assert account(world, packet.sitting).state is ResultState.WITHHELD
    decided = decide(premises, packet.sitting, pair[which], two(world))
    assert decided.state is ResultState.STANDS
    assert decided.stand.packet_sha256 == pair[which]
    assert decided.stand.result.score_milli == (80_000, 100_000)[which]
    with pytest.raises(CorrectionRefused):
        decide(premises, packet.sitting, pair[0], two(world))
    with premises.database.reading() as rows:
        assert not is_disputed(premises, rows, packet.sitting)


def test_a_third_packet_disputes_again_and_a_voided_sitting_stays_void(
    world: World, seat: Seat, packet: ScorePacket
) -> None:
    first, aside = disputed(world, seat, packet)
    premises = world.registry.premises
    void(premises, packet.sitting, two(world))
    assert account(world, packet.sitting).state is ResultState.WITHHELD
    assert decide(premises, packet.sitting, aside, two(world)).state is ResultState.VOIDED
    third, envelope = signed(world, seat, packet.model_copy(update={"resumes": 9, "packet": new_id()}))
    with pytest.raises(PacketConflict):
        world.registry.take_packet(third, envelope)
    assert account(world, packet.sitting).state is ResultState.WITHHELD
    assert decide(premises, packet.sitting, first, two(world)).state is ResultState.VOIDED
    assert reinstate(premises, packet.sitting, two(world)).stand.result.score_milli == 80_000
