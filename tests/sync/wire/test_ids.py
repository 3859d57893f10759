"""Ids are UUIDv7 in one form, and nothing else passes for one."""

import time
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from sync.wire.ids import Millis, Name, is_id, is_name, new_id, plain_line
from sync.wire.plan import CENTURY_DAYS, Policy


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


NAMES: TypeAdapter[str] = TypeAdapter(Name)


@pytest.mark.parametrize("name", ["李梅", "Zoë O’Neill-Śmith", "古丽·买买提", "\U00020bb7田", "\ue863", "\U000323af"])
def test_a_persons_name_is_taken_as_it_is_also_with_rare_characters(name: str) -> None:
    assert NAMES.validate_python(name) == name


@pytest.mark.parametrize(
    "unseen", ["\0", "\n", "\x1b", "\x7f", "\x85", "\u200b", "\u202e", "\u2066", "\ufeff", "\u2029"]
)
def test_nothing_unseen_stands_in_a_name(unseen: str) -> None:
    with pytest.raises(ValidationError):
        NAMES.validate_python(f"Li{unseen}Mei")


def test_true_is_no_number_even_where_strictness_is_turned_off() -> None:
    millis: TypeAdapter[int] = TypeAdapter(Millis)
    assert millis.validate_python(1, strict=False) == 1
    with pytest.raises(ValidationError):
        millis.validate_python(True, strict=False)
    for field in ("pass_mark", "proctors_needed", "duration_ms"):
        with pytest.raises(ValidationError):
            Policy.model_validate({field: True}, strict=False)


def test_recordings_are_kept_for_a_century_at_most() -> None:
    assert Policy(retention_days=CENTURY_DAYS).retention_days == 36_600
    with pytest.raises(ValidationError):
        Policy(retention_days=CENTURY_DAYS + 1)


@pytest.mark.parametrize(
    "nothing", ["", "  ", "\u200b\u200b", "\u202e", "\x1b\x07", "\u3164\u2800", "\u0301", "\u2028\n"]
)
def test_a_line_of_which_nothing_is_seen_is_empty(nothing: str) -> None:
    assert plain_line(nothing) == ""


@given(st.text(max_size=60))
def test_a_plain_line_is_one_that_an_event_takes_and_stays_what_it_is(text: str) -> None:
    line = plain_line(text)
    assert not line or is_name(line)
    assert plain_line(line) == line


def test_a_plain_line_keeps_what_is_seen() -> None:
    assert plain_line(" 手机\u200b\u202e在桌上\t 2\n ") == "手机在桌上 2"
