import io
from contextlib import suppress
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from proctoring.vault.carrying.heads import CLUSTER_HEAD_BYTES, Cue, Gap, cluster_head, heads
from proctoring.vault.carrying.matroska import LiveStream, MatroskaRefused, blocks_of, tracks_of
from proctoring.vault.format.plaintext import segments
from proctoring.vault.format.verify import examine
from tests.proctoring.seat import Recorded


@pytest.fixture(scope="module")
def webm(recorded: Recorded) -> bytes:
    """The plaintext of a recording's first segment."""
    outline = examine(recorded.spec.folder).outline
    opened = segments(recorded.spec.folder, outline, recorded.seat.site)
    _, reader = next(opened)
    read = b""
    while piece := reader.read(1 << 20):
        read += piece
    return read


def read_all(raw: bytes) -> list[tuple[int, int, int, bool]]:
    stream = LiveStream(io.BytesIO(raw).read)
    if stream.tracks:
        tracks_of(stream.tracks)
    return [
        (block.track, block.time_ms, block.end - block.start, block.key)
        for cluster in stream.clusters()
        for block in blocks_of(cluster)[1]
    ]


def test_every_packet_of_a_segment_is_found_with_its_time(webm: bytes) -> None:
    found = read_all(webm)
    stream = LiveStream(io.BytesIO(webm).read)
    assert [(track.number, track.video, track.codec) for track in tracks_of(stream.tracks)] == [
        (1, True, b"V_VP8"),
        (2, False, b"A_OPUS"),
    ]
    sound = [time for track, time, _, _ in found if track == 2]
    assert all(19 <= later - earlier <= 21 for earlier, later in pairwise(sound))
    pictures = [(time, key) for track, time, _, key in found if track == 1]
    assert pictures[0][1]
    assert [time for time, _ in pictures] == sorted(time for time, _ in pictures)


def test_a_stream_that_is_read_in_small_pieces_is_the_same(webm: bytes) -> None:
    file = io.BytesIO(webm)
    stream = LiveStream(lambda size: file.read(min(size, 97)))
    assert sum(len(cluster) for cluster in stream.clusters()) > len(webm) * 0.9


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_what_is_no_webm_is_refused_and_never_worse(webm: bytes, data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(["noise", "cut", "changed"]))
    if kind == "noise":
        raw = data.draw(st.binary(max_size=400))
    else:
        short = webm[:4_000]
        at = data.draw(st.integers(0, len(short) - 1))
        raw = short[:at] if kind == "cut" else short[:at] + bytes([data.draw(st.integers(0, 255))]) + short[at + 1 :]
    with suppress(MatroskaRefused):
        read_all(raw)


def test_an_element_that_claims_to_be_huge_is_refused_before_it_is_read() -> None:
    huge = bytes.fromhex("1A45DFA3") + (1 << 56 | 1 << 40).to_bytes(8)
    with pytest.raises(MatroskaRefused):
        LiveStream(io.BytesIO(huge + bytes(100)).read)


def test_heads_say_where_each_cluster_stands() -> None:
    cluster = cluster_head(5, 3) + b"abc"
    assert len(cluster) == CLUSTER_HEAD_BYTES + 3
    cues = [Cue(0, 1, 0), Cue(2_000, 1, len(cluster))]
    raw = heads(
        b"H",
        bytes.fromhex("1654AE6B80"),
        title="t",
        began_ms=1_800_000_000_000,
        duration_ms=4_000,
        gaps=[Gap(1_000, 2_000, "GAP")],
        cues=cues,
        cluster_bytes=2 * len(cluster),
    )
    body = raw.index(bytes.fromhex("18538067")) + 12
    for number, at in enumerate(cue.place for cue in cues):
        written = (len(raw) - body + at).to_bytes(6)
        assert raw.count(b"\xf1\x86" + written) == 1, number
