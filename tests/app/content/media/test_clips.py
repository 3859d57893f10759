import io
import math
import struct
from contextlib import suppress
from functools import cache

import av
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.content.media.clips import MAX_CLIP_BYTES, admit_clip
from app.content.media.confined import run_confined
from app.content.media.medium import MediumRefused
from tests.spent import spent_s

RATE = 48_000


@cache
def clip(
    container: str, sound: str = "", picture: str = "", seconds: float = 1.0, size: tuple[int, int] = (160, 90)
) -> bytes:
    """Write a clip with real encoders: a tone, and a picture that grows lighter."""
    out = io.BytesIO()
    with av.open(out, mode="w", format=container) as file:
        heard = file.add_stream(sound, rate=RATE) if sound else None
        seen = file.add_stream(picture, rate=25) if picture else None
        if isinstance(heard, av.AudioStream):
            heard.layout = "mono"
        if isinstance(seen, av.VideoStream):
            seen.width, seen.height, seen.pix_fmt = *size, "yuv420p"
            for at in range(round(25 * seconds)):
                frame = av.VideoFrame(*size, "gray")
                frame.planes[0].update(bytes([at % 256]) * frame.planes[0].buffer_size)
                frame.pts = at
                for packet in seen.encode(frame.reformat(format="yuv420p")):
                    file.mux(packet)
            for packet in seen.encode(None):
                file.mux(packet)
        if isinstance(heard, av.AudioStream):
            tone = struct.pack(f"<{RATE // 50}h", *(int(9_000 * math.sin(at / 9)) for at in range(RATE // 50)))
            for at in range(round(50 * seconds)):
                sample = av.AudioFrame(format="s16", layout="mono", samples=RATE // 50)
                sample.planes[0].update(tone)
                sample.sample_rate, sample.pts = RATE, at * RATE // 50
                for packet in heard.encode(sample):
                    file.mux(packet)
            for packet in heard.encode(None):
                file.mux(packet)
    return out.getvalue()


def refusal(data: bytes) -> MediumRefused:
    begun = spent_s()
    with pytest.raises(MediumRefused) as refused:
        admit_clip(data)
    assert spent_s() - begun < 7
    return refused.value


OPEN = [
    ("ogg", "libopus", "", "audio/ogg"),
    ("ogg", "flac", "", "audio/ogg"),
    ("webm", "libopus", "", "audio/webm"),
    ("flac", "flac", "", "audio/flac"),
    ("wav", "pcm_s16le", "", "audio/wav"),
    ("webm", "libopus", "libvpx", "video/webm"),
    ("webm", "", "libvpx-vp9", "video/webm"),
    ("webm", "", "libsvtav1", "video/webm"),
]


@pytest.mark.parametrize(("container", "sound", "picture", "mime"), OPEN)
def test_an_open_clip_comes_in_as_it_is_with_its_length(container: str, sound: str, picture: str, mime: str) -> None:
    data = clip(container, sound, picture)
    admitted = admit_clip(data)
    assert (admitted.data, admitted.mime, admitted.picture) == (data, mime, bool(picture))
    assert abs(admitted.duration_ms - 1_000) <= 40


@pytest.mark.parametrize(("container", "sound", "picture", "mime"), OPEN[:6])
def test_a_clip_that_is_cut_short_is_refused(container: str, sound: str, picture: str, mime: str) -> None:
    data = clip(container, sound, picture)
    assert admit_clip(data).mime == mime
    for length in (len(data) // 2, len(data) - len(data) // 10):
        assert "cut short" in refusal(data[:length]).reason or container == "flac"


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (clip("mp4", "aac"), "MP4"),
        (clip("mp3", "libmp3lame"), "MP3"),
        (clip("adts", "aac"), "AAC"),
        (clip("matroska", "libopus"), "Matroska"),
        (b"FLV\x01" + bytes(20), "FLV"),
        (clip("wav", "pcm_alaw"), "pcm_alaw"),
        (clip("webm", "libopus", "libvpx", size=(1_922, 1_080)), "size"),
    ],
)
def test_closed_codecs_and_what_is_too_large_are_refused_by_name(data: bytes, name: str) -> None:
    refused = refusal(data)
    assert refused.name == name


def test_what_to_do_is_said_with_a_closed_format() -> None:
    assert "WebM" in refusal(clip("mp4", "aac")).reason


def test_a_renamed_film_in_matroska_is_seen_by_its_codec() -> None:
    data = clip("matroska", "", "mpeg4").replace(b"matroska", b"webm\0\0\0\0", 1)
    assert refusal(data).name == "mpeg4"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"OggS",
        b"RIFF\xff\xff\xff\x7fWAVE",
        b"fLaC" + bytes(1_000),
        b"\x1a\x45\xdf\xa3webm",
        b"#EXTM3U\nfile:///etc/passwd\n",
        b"ffconcat version 1.0\nfile /etc/passwd\n",
        bytes(MAX_CLIP_BYTES + 1),
    ],
)
def test_what_is_no_clip_is_refused(data: bytes) -> None:
    assert refusal(data).reason


def test_a_wave_that_claims_a_hundred_hours_in_a_few_bytes_is_refused() -> None:
    data = clip("wav", "pcm_s16le")
    slow = data[:24] + struct.pack("<II", 1, 2) + data[32:]  # a sample a second
    assert "more than 600 s" in refusal(slow).reason


def test_a_process_that_would_take_all_memory_or_time_is_stopped() -> None:
    assert run_confined("tests.app.content.media.greedy", b"little") == b"little"
    with pytest.raises(MediumRefused, match="bounds"):
        run_confined("tests.app.content.media.greedy", b"memory")
    begun = spent_s()
    with pytest.raises(MediumRefused):
        run_confined("tests.app.content.media.greedy", b"time")
    assert spent_s() - begun < 8


@settings(max_examples=15)
@given(
    st.sampled_from(OPEN[:6]),
    st.lists(st.tuples(st.integers(0, 100_000), st.integers(0, 255)), min_size=1, max_size=8),
)
def test_damaged_clips_are_admitted_or_refused_and_nothing_else(
    kind: tuple[str, str, str, str], damage: list[tuple[int, int]]
) -> None:
    data = bytearray(clip(*kind[:3]))
    for at, value in damage:
        data[at % len(data)] = value
    begun = spent_s()
    with suppress(MediumRefused):
        assert 0 < admit_clip(bytes(data)).duration_ms <= 600_000
    assert spent_s() - begun < 7
