"""Ids are UUIDv7 in one form, and nothing else passes for one."""

import time
import uuid

from hypothesis import given
from hypothesis import strategies as st

from sync.wire.ids import is_id, new_id


def test_new_ids_are_uuid_version_7_of_this_moment_and_never_the_same() -> None:
    before = time.time_ns() // 1_000_000
    ids = [new_id() for _ in range(2000)]
    after = time.time_ns() // 1_000_000
    assert len(set(ids)) == len(ids)
    for text in ids:
        parsed = uuid.UUID(text)
        assert str(parsed) == text
        assert (parsed.version, parsed.variant) == (7, uuid.RFC_4122)
        assert before <= parsed.int >> 80 <= after
        assert is_id(text)


def test_the_random_bits_are_all_in_use() -> None:
    ones, zeros = 0, 0
    for _ in range(200):
        number = uuid.UUID(new_id()).int & (2**80 - 1)
        ones, zeros = ones | number, zeros | ~number
    fixed = 0xF << 76 | 0b11 << 62  # version and variant
    assert ones & zeros & (2**80 - 1) == (2**80 - 1) & ~fixed


@given(st.uuids(version=4))
def test_other_versions_are_no_ids_of_ours(other: uuid.UUID) -> None:
    assert not is_id(str(other))


@given(place=st.integers(0, 36), extra=st.sampled_from(["/", "..", "\n", " ", "\0", "A", "０", "-"]))
def test_anything_put_into_an_id_makes_it_none(place: int, extra: str) -> None:
    text = new_id()
    assert not is_id(text[:place] + extra + text[place:])


@given(st.text(max_size=60))
def test_free_text_is_no_id(text: str) -> None:
    assert not is_id(text)


def test_capitals_and_braces_are_refused() -> None:
    text = "0190a5b2-7c3d-7e4f-8a5b-6c7d8e9fabcd"
    assert is_id(text)
    assert not is_id(text.upper())
    assert not is_id("{" + text + "}")
    assert not is_id(text.replace("-", ""))
