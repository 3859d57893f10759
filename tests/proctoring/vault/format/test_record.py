from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proctoring.vault.format.record import (
    HEADER_BYTES,
    MAX_PLAINTEXT_BYTES,
    TAG_BYTES,
    Flag,
    Header,
    Place,
    RecordRefused,
    open_record,
    parse_header,
    seal_record,
)

RECORDING = "01900000-0000-7000-8000-000000000001"
OTHER = "01900000-0000-7000-8000-000000000002"

keys = st.binary(min_size=32, max_size=32)
links = st.binary(min_size=32, max_size=32)
places = st.builds(Place, st.just(RECORDING), st.integers(0, 99_999), st.integers(0, 2**40))
flags = st.sampled_from(Flag)
times = st.integers(0, 2**32 - 1)


@given(keys, places, links, flags, times, st.binary(max_size=2_000))
def test_a_record_opens_to_what_was_sealed(
    key: bytes, place: Place, before: bytes, flag: Flag, time_ms: int, plaintext: bytes
) -> None:
    header = Header(len(plaintext), flag, time_ms)
    record = seal_record(key, place, before, header, plaintext)
    assert open_record(key, place, before, record) == (header, plaintext)
    assert len(record) == header.record_bytes == HEADER_BYTES + len(plaintext) + TAG_BYTES
    assert parse_header(record) == header


@given(st.data(), keys, places, links, flags, times, st.binary(max_size=200))
def test_no_bit_of_a_record_can_be_changed(
    data: st.DataObject, key: bytes, place: Place, before: bytes, flag: Flag, time_ms: int, plaintext: bytes
) -> None:
    record = bytearray(seal_record(key, place, before, Header(len(plaintext), flag, time_ms), plaintext))
    bit = data.draw(st.integers(0, len(record) * 8 - 1))
    record[bit // 8] ^= 1 << bit % 8
    with pytest.raises(RecordRefused):
        open_record(key, place, before, bytes(record))


@given(keys, places, links, flags, times)
def test_a_record_opens_nowhere_but_in_its_place(
    key: bytes, place: Place, before: bytes, flag: Flag, time_ms: int
) -> None:
    record = seal_record(key, place, before, Header(4, flag, time_ms), b"here")
    elsewhere = (
        replace(place, recording=OTHER),
        replace(place, segment=place.segment + 1),
        replace(place, counter=place.counter + 1),
    )
    for wrong in elsewhere:
        with pytest.raises(RecordRefused):
            open_record(key, wrong, before, record)
    with pytest.raises(RecordRefused):
        open_record(key, place, bytes(32) if before != bytes(32) else bytes([1] * 32), record)


@given(st.binary(max_size=64))
def test_a_header_of_any_bytes_is_read_or_refused(raw: bytes) -> None:
    header = parse_header(raw)
    if header is not None:
        assert header.length <= MAX_PLAINTEXT_BYTES
        assert header.to_bytes() == raw[:HEADER_BYTES]


@given(keys, links, st.binary(max_size=100))
def test_bytes_that_are_no_record_are_refused(key: bytes, before: bytes, raw: bytes) -> None:
    with pytest.raises(RecordRefused):
        open_record(key, Place(RECORDING, 0, 0), before, raw)


def test_a_record_larger_than_the_format_allows_is_not_sealed() -> None:
    plaintext = bytes(MAX_PLAINTEXT_BYTES + 1)
    with pytest.raises(ValueError, match="does not fit"):
        seal_record(bytes(32), Place(RECORDING, 0, 0), bytes(32), Header(len(plaintext), Flag.MORE, 0), plaintext)
