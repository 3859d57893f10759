"""The room record: what it must hold together, and what its checks notice."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.trust import envelope
from sync.trust.evidence import EvidenceReport
from sync.trust.keys import SigningKey
from sync.trust.room_evidence import check_room_record
from sync.wire.document import DocumentRefused, canonical_json
from sync.wire.room import RoomCounts, RoomRecord, Standing
from tests.sync.trust.world import NOW_MS, World
from tests.sync.wire.rooms import room_record, signed_record

WORLD = World.make()
RECORD = room_record(WORLD)
SIGNED = signed_record(WORLD, RECORD)
TRUST = WORLD.trust


def failed(report: EvidenceReport) -> list[str]:
    return [check.name for check in report.checks if not check.good]


def checked(*keys: SigningKey, **changes: Any) -> list[str]:  # noqa: ANN401 - fields of the record
    record = RECORD.model_copy(update=changes)
    signers = keys or (WORLD.device_key, *WORLD.proctor_keys)
    return failed(check_room_record(envelope.sign(record.to_bytes(), RoomRecord.PAYLOAD_TYPE, *signers), TRUST))


def test_a_good_record_is_good() -> None:
    report = check_room_record(SIGNED, TRUST)
    assert report.good
    assert report.document == RECORD
    assert RoomRecord.parse(RECORD.to_bytes()) == RECORD


def test_who_signed_has_to_be_who_is_named() -> None:
    device, (one, two) = WORLD.device_key, WORLD.proctor_keys
    assert checked(device, one) == ["room_proctors"], "a signature was left out"
    assert checked(one, two) == ["room_device"]
    assert checked(device, one, two, SigningKey.generate_p256()) == ["room_signatures"]
    first = RECORD.signers[:1]
    assert checked(device, one, two, signers=first) == ["room_proctors"], "one more than it names"
    assert checked(device, one, signers=(one.public.keyid,)) == ["room_proctors"], "two were needed"
    assert checked(device, one, signers=(one.public.keyid,), proctors_needed=1) == []
    swapped = tuple(reversed([proctor.proctor for proctor in RECORD.proctors]))
    others = tuple(
        proctor.model_copy(update={"proctor": other}) for proctor, other in zip(RECORD.proctors, swapped, strict=True)
    )
    assert checked(proctors=others) == ["room_proctors"], "somebody's key under another person's id"


def test_a_proctor_whose_key_was_revoked_before_cannot_have_signed() -> None:
    first, second = WORLD.directory.proctors
    revoked = first.model_copy(update={"revoked_ms": NOW_MS - 1})
    world = WORLD.with_directory(proctors=(revoked, second))
    assert failed(check_room_record(SIGNED, world.trust)) == ["room_proctors"]


def test_counts_that_do_not_add_up_are_noticed() -> None:
    counts = RECORD.counts.model_dump()
    for name in counts:
        wrong = RoomCounts(**(counts | {name: counts[name] + 1}))
        assert checked(counts=wrong) == ["room_counts"], name
    hushed = tuple(one.model_copy(update={"irregular": False}) for one in RECORD.candidates)
    assert checked(candidates=hushed, counts=RoomCounts(**(counts | {"irregular": 0}))) == ["room_counts"]


@pytest.mark.parametrize("standing", [Standing.BLANK, Standing.NEVER_BEGUN, Standing.REFUSED, Standing.HELD])
def test_nobody_stays_unexplained(standing: Standing) -> None:
    silent = tuple(
        one.model_copy(update={"explanation": " "}) if one.standing is standing else one for one in RECORD.candidates
    )
    assert checked(candidates=silent) == ["room_explained"]


@pytest.mark.parametrize(
    "changes",
    [
        {"signers": (RECORD.signers[0], RECORD.signers[0])},
        {"signers": ("f" * 64,)},
        {"signers": ()},
        {"proctors": RECORD.proctors * 2},
        {"candidates": RECORD.candidates[:1] * 2},
        {"simulated": ("weather",)},
        {"proctors_needed": 0},
        {"extra": 1},
    ],
)
def test_a_record_that_does_not_hold_together_is_no_record(changes: dict[str, Any]) -> None:
    raw = RECORD.model_dump(mode="json")
    plain = {
        name: [_plain(part) for part in value] if isinstance(value, tuple) else value for name, value in changes.items()
    }
    with pytest.raises(DocumentRefused):
        RoomRecord.parse(canonical_json(raw | plain))


def _plain(part: Any) -> Any:  # noqa: ANN401 - a part of a record, or a text
    return part if isinstance(part, str) else part.model_dump(mode="json")


@settings(deadline=None)
@given(st.integers(0, len(SIGNED) - 1), st.integers(1, 255))
def test_a_change_of_any_byte_is_noticed(at: int, by: int) -> None:
    changed = SIGNED[:at] + bytes([SIGNED[at] ^ by]) + SIGNED[at + 1 :]
    assert not check_room_record(changed, TRUST).good


@given(st.binary(max_size=300))
def test_whatever_it_is_given_it_says_so_and_raises_nothing(raw: bytes) -> None:
    assert failed(check_room_record(raw, TRUST)) == ["room_form"]
