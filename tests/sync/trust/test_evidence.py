"""Packets, receipts and proofs: everything good is called good, and any change of any byte is not."""

import base64
from collections.abc import Iterable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.exam.prose import Language
from app.words import Words
from sync.trust import envelope
from sync.trust.evidence import EvidenceReport, check_packet, check_receipt
from sync.trust.keys import SigningKey
from sync.wire.document import canonical_json
from sync.wire.enrolment import DirectoryKey, RegistryRole
from sync.wire.ids import new_id
from sync.wire.packet import CLOCK_JUMPED, Answer, Incident, ItemOutcome, ScorePacket
from sync.wire.receipt import InclusionProof, Receipt
from tests.sync.trust.world import NOW_MS, ORIGIN, World, first_key

WORLD = World.make()  # for the hypothesis tests, which cannot take it as a fixture

PACKET_CHECKS = [
    "packet_form",
    "packet_signatures",
    "packet_schema",
    "packet_device",
    "packet_proctors",
    "packet_sums",
    "packet_items",
    "packet_times",
]
RECEIPT_CHECKS = ["receipt_signature", "receipt_schema", "receipt_packet", "receipt_ids", "receipt_leaf"]
PROOF_CHECKS = ["proof_schema", "proof_checkpoint", "proof_inclusion"]


def names(report: EvidenceReport) -> list[str]:
    return [check.name for check in report.checks]


def bad(report: EvidenceReport) -> list[str]:
    return [check.name for check in report.checks if not check.good]


def changes_of(good: bytes) -> Iterator[bytes]:
    for place in range(len(good)):
        for flip in (0x01, 0x20):
            yield good[:place] + bytes([good[place] ^ flip]) + good[place + 1 :]


def signed(packet: ScorePacket, signers: Iterable[SigningKey]) -> bytes:
    return envelope.sign(packet.to_bytes(), ScorePacket.PAYLOAD_TYPE, *signers)


def test_a_good_packet_passes_every_check(world: World) -> None:
    raw = world.signed_packet()
    report = check_packet(raw, world.trust)
    assert report.good
    assert names(report) == PACKET_CHECKS
    assert isinstance(report.document, ScorePacket)
    assert report.document.to_bytes() == envelope.peek(raw, ScorePacket.PAYLOAD_TYPE).payload


def test_a_good_receipt_and_proof_pass_every_check(world: World) -> None:
    packet = world.signed_packet()
    receipt, proof = world.receipt(packet)
    without = check_receipt(receipt, packet, None, world.trust)
    assert without.good
    assert names(without) == RECEIPT_CHECKS
    report = check_receipt(receipt, packet, proof, world.trust)
    assert report.good
    assert names(report) == RECEIPT_CHECKS + PROOF_CHECKS
    assert isinstance(report.document, Receipt)


def test_a_change_of_any_byte_of_a_packet_is_noticed(world: World) -> None:
    raw, trust = world.signed_packet(), world.trust
    assert check_packet(raw, trust).good
    assert [changed for changed in changes_of(raw) if check_packet(changed, trust).good] == []


def test_a_change_of_any_byte_of_a_receipt_a_proof_or_the_packet_is_noticed(world: World) -> None:
    packet, trust = world.signed_packet(), world.trust
    receipt, proof = world.receipt(packet)
    assert check_receipt(receipt, packet, proof, trust).good
    for changed in changes_of(receipt):
        assert not check_receipt(changed, packet, proof, trust).good
    for changed in changes_of(proof):
        assert not check_receipt(receipt, packet, changed, trust).good
    for changed in changes_of(packet):
        assert not check_receipt(receipt, changed, None, trust).good


@given(st.binary(max_size=400))
def test_hostile_bytes_make_a_report_and_no_error(raw: bytes) -> None:
    trust, packet = WORLD.trust, WORLD.signed_packet()
    receipt, _ = WORLD.receipt(packet)
    assert not check_packet(raw, trust).good
    assert not check_receipt(raw, packet, None, trust).good
    assert not check_receipt(receipt, raw, None, trust).good
    assert not check_receipt(receipt, packet, raw, trust).good


@given(st.binary(max_size=400))
def test_hostile_bytes_under_good_signatures_make_a_report_and_no_error(payload: bytes) -> None:
    trust = WORLD.trust
    raw = envelope.sign(payload, ScorePacket.PAYLOAD_TYPE, WORLD.device_key, WORLD.proctor_keys[0])
    report = check_packet(raw, trust)
    assert bad(report) == ["packet_schema"]
    assert report.document is None
    receipt = envelope.sign(payload, Receipt.PAYLOAD_TYPE, WORLD.roles[RegistryRole.RECEIPT])
    assert bad(check_receipt(receipt, raw, None, trust)) == ["receipt_schema"]


def test_nothing_after_a_broken_signature_is_looked_at(world: World) -> None:
    stranger = SigningKey.generate_p256()
    report = check_packet(signed(world.packet(), [world.device_key, stranger]), world.trust)
    assert names(report) == ["packet_form", "packet_signatures"]
    assert bad(report) == ["packet_signatures"]
    assert report.document is None
    assert names(check_packet(b"{}", world.trust)) == ["packet_form"]


def test_a_packet_needs_the_device_it_names(world: World) -> None:
    proctor = world.proctor_keys[0]
    report = check_packet(signed(world.packet(), [proctor]), world.trust)
    assert bad(report) == ["packet_device"]
    unknown = signed(world.packet(device=new_id()), [world.device_key, proctor])
    assert bad(check_packet(unknown, world.trust)) == ["packet_device"]


def test_another_device_cannot_sign_in_its_place_or_beside_it(world: World) -> None:
    other = SigningKey.generate_p256()
    entry = world.directory.devices[0].model_copy(update={"device": new_id(), "keys": (first_key(other),)})
    trust = world.with_directory(devices=(*world.directory.devices, entry)).trust
    proctor = world.proctor_keys[0]
    for signers in ([other, proctor], [world.device_key, other, proctor]):
        assert bad(check_packet(signed(world.packet(), signers), trust)) == ["packet_device"]


def test_a_packet_needs_a_proctor_whom_it_names(world: World) -> None:
    first, second = world.proctor_keys
    packet = world.packet()
    assert bad(check_packet(signed(packet, [world.device_key]), world.trust)) == ["packet_proctors"]
    for signers in ([world.device_key, second], [world.device_key, first, second]):
        assert bad(check_packet(signed(packet, signers), world.trust)) == ["packet_proctors"]
    both = world.packet(proctors=(first.public.keyid, second.public.keyid))
    assert check_packet(signed(both, [world.device_key, first, second]), world.trust).good
    assert check_packet(signed(both, [world.device_key, second]), world.trust).good
    twice = world.packet(proctors=(first.public.keyid, first.public.keyid))
    assert bad(check_packet(signed(twice, [world.device_key, first]), world.trust)) == ["packet_proctors"]


def test_a_device_that_names_itself_as_proctor_gains_nothing(world: World) -> None:
    packet = world.packet(proctors=(world.device_key.public.keyid,))
    assert bad(check_packet(signed(packet, [world.device_key]), world.trust)) == ["packet_proctors"]


def test_revoked_keys_sign_nothing_new_but_what_they_signed_before_stays(world: World) -> None:
    raw = world.signed_packet()
    submitted = NOW_MS + 60_000
    for revoked, expected in ((submitted, ["packet_device"]), (submitted + 1, [])):
        device = world.directory.devices[0].model_copy(update={"revoked_ms": revoked})
        assert bad(check_packet(raw, world.with_directory(devices=(device,)).trust)) == expected
    first, second = world.directory.proctors
    for revoked, expected in ((submitted, ["packet_proctors"]), (submitted + 1, [])):
        proctor = first.model_copy(update={"revoked_ms": revoked})
        assert bad(check_packet(raw, world.with_directory(proctors=(proctor, second)).trust)) == expected


@pytest.mark.parametrize(
    "changes",
    [
        {"score_milli": 1001},
        {"max_milli": 3001},
        {
            "outcomes": (
                ItemOutcome(item="Q1", score_milli=2000, max_milli=1000),
                ItemOutcome(item="Q2", score_milli=0, max_milli=2000),
            ),
            "score_milli": 2000,
        },
    ],
    ids=["score", "most", "one item above its most"],
)
def test_sums_that_do_not_add_up_are_noticed(world: World, changes: dict[str, object]) -> None:
    assert bad(check_packet(world.signed_packet(**changes), world.trust)) == ["packet_sums"]


def test_an_item_that_stands_twice_or_was_not_scored_is_noticed(world: World) -> None:
    answer = Answer(item="Q1", responses={"RESPONSE": ("A",)}, first_ms=1, last_ms=2)
    outcome = ItemOutcome(item="Q1", score_milli=500, max_milli=1500)
    for changes in (
        {"answers": (answer, answer)},
        {"outcomes": (outcome, outcome)},
        {"answers": (answer.model_copy(update={"item": "Q9"}),)},
    ):
        assert bad(check_packet(world.signed_packet(**changes), world.trust)) == ["packet_items"]


def test_a_sitting_that_ended_before_it_began_is_noticed(world: World) -> None:
    submitted = world.packet().submitted_ms
    assert bad(check_packet(world.signed_packet(started_ms=submitted + 1), world.trust)) == ["packet_times"]
    assert check_packet(world.signed_packet(started_ms=submitted), world.trust).good
    jumped = Incident(code=CLOCK_JUMPED, wall_ms=submitted, active_ms=0, detail="-99 s")
    told = world.signed_packet(started_ms=submitted + 1, incidents=(jumped,))
    assert check_packet(told, world.trust).good, "the packet says itself that the clock was moved"


def test_nobody_submits_later_than_their_packet_arrives(world: World) -> None:
    raw, submitted = world.signed_packet(), NOW_MS + 60_000
    device = world.directory.devices[0].model_copy(update={"revoked_ms": submitted})
    trust = world.with_directory(devices=(device,)).trust
    assert check_packet(raw, trust, received_ms=submitted - 1).good
    for received in (submitted, submitted + 1):
        assert bad(check_packet(raw, trust, received_ms=received)) == ["packet_device"]


def test_a_receipt_for_another_packet_is_noticed(world: World) -> None:
    first, second = world.signed_packet(), world.signed_packet()
    receipt, _ = world.receipt(first)
    assert bad(check_receipt(receipt, second, None, world.trust)) == ["receipt_packet"]


def reread(receipt: bytes) -> Receipt:
    return Receipt.parse(envelope.peek(receipt, Receipt.PAYLOAD_TYPE).payload)


def test_a_receipt_whose_ids_or_leaf_do_not_fit_is_noticed(world: World) -> None:
    packet = world.signed_packet()
    receipt = reread(world.receipt(packet)[0])
    result = receipt.result
    for changes, expected in (
        ({"packet": new_id()}, ["receipt_ids"]),
        ({"result": result.model_copy(update={"sitting": new_id()})}, ["receipt_ids", "receipt_leaf"]),
        ({"result": result.model_copy(update={"score_milli": 999})}, ["receipt_leaf"]),
        ({"log": receipt.log.model_copy(update={"salt": "0" * 64})}, ["receipt_leaf"]),
        ({"log": receipt.log.model_copy(update={"origin": "other.example/log"})}, ["receipt_leaf"]),
    ):
        other = world.sign_receipt(receipt.model_copy(update=changes))
        assert bad(check_receipt(other, packet, None, world.trust)) == expected


def test_a_receipt_signed_in_another_role_is_refused(world: World) -> None:
    packet = world.signed_packet()
    payload = envelope.peek(world.receipt(packet)[0], Receipt.PAYLOAD_TYPE).payload
    for key in (world.roles[RegistryRole.PLAN], world.roles[RegistryRole.LOG], world.device_key):
        forged = envelope.sign(payload, Receipt.PAYLOAD_TYPE, key)
        assert bad(check_receipt(forged, packet, None, world.trust)) == ["receipt_signature"]


def test_a_proof_for_another_place_or_tree_or_log_is_noticed(world: World) -> None:
    packet = world.signed_packet()
    receipt, proof = world.receipt(packet, others=5)
    good = InclusionProof.parse(proof)
    elsewhere = InclusionProof.parse(world.receipt(packet, others=6)[1])
    foreign = World.make().receipt(packet, others=5)[1]
    for changed, expected in (
        (good.model_copy(update={"index": 4}).to_bytes(), ["proof_inclusion"]),
        (good.model_copy(update={"tree_size": 8}).to_bytes(), ["proof_inclusion"]),
        (good.model_copy(update={"path": good.path[:-1]}).to_bytes(), ["proof_inclusion"]),
        (good.model_copy(update={"checkpoint": elsewhere.checkpoint}).to_bytes(), ["proof_inclusion"]),
        (elsewhere.to_bytes(), ["proof_inclusion"]),
        (good.model_copy(update={"index": 10**4000}).to_bytes(), ["proof_inclusion"]),
        (foreign, ["proof_checkpoint"]),
        (b"{}", ["proof_schema"]),
    ):
        assert bad(check_receipt(receipt, packet, changed, world.trust)) == expected


def test_large_and_deep_bytes_are_refused_at_once(world: World) -> None:
    deep = base64.b64encode(b"[" * 100_000).decode()
    tree = {"payload": deep, "payloadType": ScorePacket.PAYLOAD_TYPE, "signatures": []}
    for raw in (b"[" * 9_000_000, canonical_json(tree), bytes(9_000_000)):
        assert bad(check_packet(raw, world.trust)) == ["packet_form"]


@pytest.mark.parametrize("language", list(Language))
def test_every_check_has_words(language: Language) -> None:
    words = Words(language)
    for name in PACKET_CHECKS + RECEIPT_CHECKS + PROOF_CHECKS:
        assert words(f"check.{name}")
    assert ORIGIN.isascii()


def replaced(world: World, kind: str, key: SigningKey, until_ms: int) -> World:
    """Let the first device or proctor sign with `key` from `until_ms` on."""
    first, *others = getattr(world.directory, kind)
    before = first.keys[-1].model_copy(update={"until_ms": until_ms})
    now = DirectoryKey(public_key_pem=key.public.pem, from_ms=until_ms)
    changed = first.model_copy(update={"keys": (*first.keys[:-1], before, now)})
    return world.with_directory(**{kind: (changed, *others)})


@pytest.mark.parametrize(("kind", "check"), [("devices", "packet_device"), ("proctors", "packet_proctors")])
def test_a_key_that_was_replaced_is_judged_by_its_own_time(world: World, kind: str, check: str) -> None:
    submitted, fresh = NOW_MS + 60_000, SigningKey.generate_p256()
    after = world.signed_packet()
    assert bad(check_packet(after, replaced(world, kind, fresh, submitted + 1).trust)) == []
    assert bad(check_packet(after, replaced(world, kind, fresh, submitted).trust)) == [check]
    earlier = replaced(world, kind, fresh, submitted - 10)
    assert bad(check_packet(after, earlier.trust, received_ms=submitted - 20)) == []
    assert bad(check_packet(after, earlier.trust, received_ms=submitted - 10)) == [check]


def test_a_key_of_long_ago_in_a_row_of_keys_is_judged_by_its_own_end_not_by_the_last(world: World) -> None:
    second, third = SigningKey.generate_p256(), SigningKey.generate_p256()
    submitted = NOW_MS + 60_000
    row = replaced(replaced(world, "devices", second, submitted - 100), "devices", third, submitted + 100)
    for key, checks in ((world.device_key, ["packet_device"]), (second, []), (third, [])):
        envelope = signed(world.packet(), [key, world.proctor_keys[0]])
        assert bad(check_packet(envelope, row.trust)) == checks  # a clock that is slow makes no new key wrong


def test_a_proctor_who_signs_with_two_keys_of_theirs_is_not_two_people(world: World) -> None:
    fresh = SigningKey.generate_p256()
    changed = replaced(world, "proctors", fresh, NOW_MS + 10**9)
    first = world.proctor_keys[0]
    named = world.packet(proctors=(first.public.keyid, fresh.public.keyid), confirmed_by=(first.public.keyid,))
    envelope = signed(named, [world.device_key, first, fresh])
    assert bad(check_packet(envelope, changed.trust)) == ["packet_proctors"]
