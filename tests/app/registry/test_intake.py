"""Packets come in once, are scored again, and never push out what was first."""

import base64
import hashlib
import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from app.registry.fitting import PacketRefused
from app.registry.intake import PacketConflict
from app.registry.models import Conflict, LogLeaf, Packet, ScoredResult
from app.registry.premises import SessionUnknown
from app.registry.results import _disputes, is_disputed
from sync.faults import Refused
from sync.trust.anchor import Trust
from sync.trust.envelope import countersign, sign, verify
from sync.trust.evidence import check_packet, check_receipt
from sync.trust.keys import SigningKey
from sync.trust.leaf import dispute_leaf
from sync.trust.result_evidence import dispute_stands
from sync.wire.enrolment import RegistryRole
from sync.wire.ids import new_id
from sync.wire.packet import Incident, ItemOutcome, PackageUsed, ScorePacket
from sync.wire.plan import Accommodation, ItemKind, ScoringPolicy
from sync.wire.receipt import Receipt
from tests.app.exam.given import answer, chosen
from tests.app.registry.conftest import Numbers
from tests.app.registry.world import PIN, Seat, World, enrol_seat, signed, simulated_packet


def receipt_of(world: World, raw: bytes) -> Receipt:
    trust = Trust.load(world.registry.premises.public_folder)
    return Receipt.parse(verify(raw, Receipt.PAYLOAD_TYPE, trust.role_key(RegistryRole.RECEIPT)).payload)


def test_a_packet_is_scored_again_and_the_receipt_and_proof_are_good(
    world: World, seat: Seat, packet: ScorePacket
) -> None:
    sha256, envelope = signed(world, seat, packet)
    taken = world.registry.take_packet(sha256, envelope)
    trust = Trust.load(world.registry.premises.public_folder)
    assert taken.is_new
    assert check_packet(envelope, trust).good
    proof = world.registry.proof(sha256).to_bytes()
    assert check_receipt(taken.receipt, envelope, proof, trust).good
    receipt = receipt_of(world, taken.receipt)
    assert receipt.agrees
    assert (receipt.result.score_milli, receipt.result.max_milli) == (80_000, 100_000)
    assert receipt.result.passed
    with world.registry.premises.database.reading() as rows:
        results = rows.scalars(select(ScoredResult).where(ScoredResult.packet_sha256 == sha256)).all()
    assert [(row.score_milli, row.agrees) for row in results] == [(80_000, True)]


def test_the_same_bytes_again_get_the_same_receipt_and_count_once(
    world: World, seat: Seat, packet: ScorePacket
) -> None:
    sha256, envelope = signed(world, seat, packet)
    first = world.registry.take_packet(sha256, envelope)
    again = world.registry.take_packet(sha256, envelope)
    assert not again.is_new
    assert again.receipt == first.receipt
    with world.registry.premises.database.reading() as rows:
        count = rows.scalar(select(func.count()).select_from(Packet).where(Packet.sitting == packet.sitting))
    assert count == 1


def test_a_score_that_disagrees_is_still_taken_and_said_to_disagree(
    world: World, seat: Seat, packet: ScorePacket
) -> None:
    boastful = packet.model_copy(
        update={
            "score_milli": 100_000,
            "outcomes": tuple(
                outcome.model_copy(update={"score_milli": outcome.max_milli}) for outcome in packet.outcomes
            ),
        }
    )
    receipt = receipt_of(world, world.registry.take_packet(*signed(world, seat, boastful)).receipt)
    assert not receipt.agrees
    assert receipt.result.score_milli == 80_000


@pytest.mark.parametrize("change", [{"resumes": 7}, {"packet": new_id(), "resumes": 8}])
def test_two_packets_with_one_id_or_for_one_sitting_are_both_kept_and_the_sitting_is_disputed_in_the_log(
    world: World, seat: Seat, packet: ScorePacket, change: dict[str, object]
) -> None:
    sha256, envelope = signed(world, seat, packet)
    first = world.registry.take_packet(sha256, envelope)
    with world.registry.premises.database.reading() as rows:
        assert not is_disputed(world.registry.premises, rows, packet.sitting)
    other_sha256, other = signed(world, seat, packet.model_copy(update=change))
    for _ in range(2):
        with pytest.raises(PacketConflict):
            world.registry.take_packet(other_sha256, other)
    assert world.registry.take_packet(sha256, envelope).receipt == first.receipt
    with world.registry.premises.database.reading() as rows:
        kept = rows.get_one(Conflict, other_sha256)
        assert rows.get_one(Packet, sha256).envelope == envelope
        assert is_disputed(world.registry.premises, rows, packet.sitting)
        leaves = rows.scalars(select(LogLeaf).where(LogLeaf.subject_sha256 == other_sha256)).all()
    assert (kept.envelope, kept.first_sha256) == (other, sha256)
    (leaf,) = leaves  # once, however often it came
    assert leaf.data == dispute_leaf(other_sha256, sha256).data(bytes.fromhex(leaf.salt))


def test_a_body_that_is_not_the_one_in_the_address_is_refused(world: World, seat: Seat, packet: ScorePacket) -> None:
    sha256, envelope = signed(world, seat, packet)
    with pytest.raises(PacketRefused, match="digest"):
        world.registry.take_packet(sha256[::-1], envelope)


def device_only(_world: World, seat: Seat, packet: ScorePacket) -> bytes:
    return sign(packet.to_bytes(), ScorePacket.PAYLOAD_TYPE, seat.keystore.device_key())


def proctors_only(world: World, _seat: Seat, packet: ScorePacket) -> bytes:
    return sign(packet.to_bytes(), ScorePacket.PAYLOAD_TYPE, *world.proctor_keys)


def with_a_stranger(world: World, seat: Seat, packet: ScorePacket) -> bytes:
    return countersign(signed(world, seat, packet)[1], SigningKey.generate_p256())


def by_another_device(world: World, _seat: Seat, packet: ScorePacket) -> bytes:
    key = SigningKey.generate_p256()
    return sign(packet.to_bytes(), ScorePacket.PAYLOAD_TYPE, key, *world.proctor_keys)


def with_one_bit_changed(world: World, seat: Seat, packet: ScorePacket) -> bytes:
    envelope = json.loads(signed(world, seat, packet)[1])
    payload = bytearray(base64.b64decode(envelope["payload"]))
    payload[payload.index(b'"passed":true') + 9 : payload.index(b'"passed":true') + 13] = b"null"
    envelope["payload"] = base64.b64encode(payload).decode()
    return json.dumps(envelope, sort_keys=True, separators=(",", ":")).encode()


def of_another_type(world: World, seat: Seat, packet: ScorePacket) -> bytes:
    keys = (seat.keystore.device_key(), *world.proctor_keys)
    return sign(packet.to_bytes(), Receipt.PAYLOAD_TYPE, *keys)


def not_json(_world: World, _seat: Seat, _packet: ScorePacket) -> bytes:
    return b"<html>"


@pytest.mark.parametrize(
    "forge",
    [
        device_only,
        proctors_only,
        with_a_stranger,
        by_another_device,
        with_one_bit_changed,
        of_another_type,
        not_json,
    ],
)
def test_a_packet_that_the_right_people_did_not_sign_is_refused_and_not_kept(
    world: World, seat: Seat, packet: ScorePacket, forge: Callable[[World, Seat, ScorePacket], bytes]
) -> None:
    envelope = forge(world, seat, packet)
    sha256 = hashlib.sha256(envelope).hexdigest()
    with pytest.raises(PacketRefused):
        world.registry.take_packet(sha256, envelope)
    with world.registry.premises.database.reading() as rows:
        assert rows.get(Packet, sha256) is None
        assert rows.get(Conflict, sha256) is None


OTHER = new_id()


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"session": OTHER}, SessionUnknown),
        ({"sitting": OTHER}, PacketRefused),
        ({"candidate": OTHER}, PacketRefused),
        ({"plan_sha256": "1" * 64}, PacketRefused),
        ({"package": PackageUsed(package=OTHER, version=3, sha256="2" * 64)}, PacketRefused),
        ({"device": OTHER}, PacketRefused),
        ({"scoring": ScoringPolicy.HALVES}, PacketRefused),
    ],
)
def test_a_packet_that_does_not_fit_its_plan_is_refused(
    world: World, seat: Seat, packet: ScorePacket, change: dict[str, object], fault: type[Refused]
) -> None:
    with pytest.raises(fault):
        world.registry.take_packet(*signed(world, seat, packet.model_copy(update=change)))


def test_a_form_or_seed_of_ones_own_choice_is_refused(world: World, seat: Seat, packet: ScorePacket) -> None:
    for change in ({"sha256": "3" * 64}, {"seed": "4" * 64}):
        other = packet.model_copy(update={"form": packet.form.model_copy(update=change)})
        with pytest.raises(PacketRefused, match="form"):
            world.registry.take_packet(*signed(world, seat, other))


def test_an_item_answered_twice_is_refused(world: World, seat: Seat, packet: ScorePacket) -> None:
    twice = packet.model_copy(update={"answers": (*packet.answers, packet.answers[0])})
    with pytest.raises(PacketRefused, match="packet_items"):
        world.registry.take_packet(*signed(world, seat, twice))


def test_one_packet_that_collides_with_two_disputes_both_sittings_each_by_its_own_leaf(
    world: World, seat: Seat, session: str, packet: ScorePacket, numbers: Numbers
) -> None:
    premises = world.registry.premises
    other = simulated_packet(world, seat, session, numbers.next())
    first, second = signed(world, seat, packet), signed(world, seat, other)
    for one in (first, second):
        world.registry.take_packet(*one)
    aside = signed(world, seat, other.model_copy(update={"packet": packet.packet, "resumes": 9}))
    for _ in range(2):
        with pytest.raises(PacketConflict, match=f"{first[0]} and {second[0]}"):
            world.registry.take_packet(*aside)
    with premises.database.reading() as rows:
        shown = [_disputes(premises, rows, rows.get_one(Packet, sha256)) for sha256 in (first[0], second[0])]
    assert [[(one.aside_sha256, one.first_sha256) for one in each] for each in shown] == [
        [(aside[0], first[0])],
        [(aside[0], second[0])],
    ]
    assert all(dispute_stands(one, Trust.load(premises.public_folder)) for each in shown for one in each)


def test_a_seat_of_another_session_cannot_hand_in_for_this_one(world: World, url: str, packet: ScorePacket) -> None:
    assert url
    stranger = enrol_seat(world)
    theirs = packet.model_copy(update={"device": stranger.device})
    with pytest.raises(PacketRefused, match="no seat"):
        world.registry.take_packet(*signed(world, stranger, theirs))


def test_a_revoked_device_is_not_believed_any_more(world: World, url: str) -> None:
    assert url
    lost = enrol_seat(world)
    session = world.registry.plan_session(world.request((lost.device,), candidates=2))
    first = signed(world, lost, simulated_packet(world, lost, session, 0))
    taken = world.registry.take_packet(*first)
    world.registry.revoke_device(lost.device)
    with pytest.raises(PacketRefused, match="revoked"):
        world.registry.take_packet(*signed(world, lost, simulated_packet(world, lost, session, 1)))
    assert world.registry.take_packet(*first).receipt == taken.receipt


def test_a_proctor_revoked_after_the_sitting_still_counts_for_it_but_not_for_a_later_one(
    world: World, seat: Seat
) -> None:
    leaving = world.registry.enrol_proctor("Zhao", PIN)
    key = world.proctor_key(leaving)
    request = replace(world.request((seat.device,), candidates=2), proctors=(leaving, *world.proctors))
    session = world.registry.plan_session(request)

    def by_the_one_who_leaves(packet: ScorePacket) -> tuple[str, bytes]:
        named = (key.public.keyid, world.proctor_keys[0].public.keyid)
        document = packet.model_copy(update={"proctors": named}).to_bytes()
        envelope = sign(document, ScorePacket.PAYLOAD_TYPE, seat.keystore.device_key(), key)
        return hashlib.sha256(envelope).hexdigest(), envelope

    before = by_the_one_who_leaves(simulated_packet(world, seat, session, 0))
    world.clock.now_ms += 10
    world.registry.revoke_proctor(leaving)
    assert world.registry.take_packet(*before).is_new
    world.clock.now_ms += 10
    with pytest.raises(PacketRefused, match="packet_proctors"):
        world.registry.take_packet(*by_the_one_who_leaves(simulated_packet(world, seat, session, 1)))


def test_one_of_the_two_proctors_who_ran_it_is_enough_to_sign(world: World, seat: Seat, packet: ScorePacket) -> None:
    device = seat.keystore.device_key()
    envelope = sign(packet.to_bytes(), ScorePacket.PAYLOAD_TYPE, device, world.proctor_keys[1])
    assert world.registry.take_packet(hashlib.sha256(envelope).hexdigest(), envelope).is_new


def test_proctors_who_are_too_few_unnamed_or_of_another_session_are_refused(
    world: World, seat: Seat, packet: ScorePacket
) -> None:
    first, second = (key.public.keyid for key in world.proctor_keys)
    stranger = world.proctor_key(world.registry.enrol_proctor("Sun", PIN)).public.keyid
    for named, signers, why in (
        ((first,), world.proctor_keys[:1], "needs 2"),
        ((first, stranger), world.proctor_keys[:1], "not one of the session"),
        ((first, second, stranger), world.proctor_keys, "not one of the session"),
        ((first,), world.proctor_keys, "packet_proctors"),
        ((first, first), world.proctor_keys[:1], "packet_proctors"),
    ):
        document = packet.model_copy(update={"proctors": named}).to_bytes()
        envelope = sign(document, ScorePacket.PAYLOAD_TYPE, seat.keystore.device_key(), *signers)
        with pytest.raises(PacketRefused, match=why):
            world.registry.take_packet(hashlib.sha256(envelope).hexdigest(), envelope)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"seat_number": 9999}, "seat 9999"),
        ({"accommodation": Accommodation(extra_time_ms=3_600_000)}, "accommodation"),
        ({"simulated_candidate": False}, "simulated"),
        ({"started_ms": 2**50}, "packet_times"),
        ({"score_milli": 100_000}, "packet_sums"),
    ],
)
def test_a_packet_that_says_other_than_the_roster_and_the_policy_is_refused(
    world: World, seat: Seat, packet: ScorePacket, change: dict[str, object], why: str
) -> None:
    with pytest.raises(PacketRefused, match=why):
        world.registry.take_packet(*signed(world, seat, packet.model_copy(update=change)))


def test_another_seat_than_the_rosters_is_taken_only_if_two_proctors_put_the_candidate_there(
    world: World, seat: Seat, packet: ScorePacket
) -> None:
    both = tuple(key.public.keyid for key in world.proctor_keys)

    def moved(code: str, *by: str) -> ScorePacket:
        incident = Incident(code=code, wall_ms=0, active_ms=0, detail="seat 1, here 99", by=by)
        return packet.model_copy(update={"seat_number": 99, "incidents": (incident,)})

    for wrong in (moved("LATE_ADMITTED", *both), moved("SEAT_CHANGED"), moved("SEAT_CHANGED", both[0])):
        with pytest.raises(PacketRefused, match="seat 99"):
            world.registry.take_packet(*signed(world, seat, wrong))
    with pytest.raises(PacketRefused, match="not one of the session"):
        world.registry.take_packet(*signed(world, seat, moved("SEAT_CHANGED", both[0], "f" * 64)))
    assert world.registry.take_packet(*signed(world, seat, moved("SEAT_CHANGED", *both))).is_new


def test_a_seat_that_could_not_hand_in_in_time_is_heard_and_a_response_may_be_taken_back(
    world: World, seat: Seat, packet: ScorePacket
) -> None:
    first, *others = packet.answers
    changed = packet.model_copy(
        update={
            "active_ms": 10 * 120 * 60_000,
            "answers": (first.model_copy(update={"responses": {}}), *others),
        }
    )
    assert not receipt_of(world, world.registry.take_packet(*signed(world, seat, changed)).receipt).agrees


def test_outcomes_and_answers_outside_the_form_are_refused(world: World, seat: Seat, packet: ScorePacket) -> None:
    scored = (*packet.outcomes, ItemOutcome(item="Elsewhere", score_milli=0, max_milli=0))
    answered = (*packet.answers, answer("Elsewhere"))
    for change in ({"outcomes": scored}, {"outcomes": scored, "answers": answered}):
        with pytest.raises(PacketRefused, match="not on its form"):
            world.registry.take_packet(*signed(world, seat, packet.model_copy(update=change)))


@pytest.mark.parametrize("choices", [("Z",), ("A", "B"), ("T", "F"), ("A", "A")])
@pytest.mark.parametrize("kind", [ItemKind.TRUE_FALSE, ItemKind.SINGLE_CHOICE])
def test_what_cannot_be_given_on_a_seat_is_refused(
    world: World, seat: Seat, packet: ScorePacket, kind: ItemKind, choices: tuple[str, ...]
) -> None:
    answers = tuple(
        one.model_copy(update={"responses": chosen(*choices)}) if one.item.startswith(kind.value) else one
        for one in packet.answers
    )
    with pytest.raises(PacketRefused, match="cannot be given"):
        world.registry.take_packet(*signed(world, seat, packet.model_copy(update={"answers": answers})))
