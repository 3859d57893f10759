"""A clip read from end to end by FFmpeg's libraries: run as a process of its own, see `confined`."""

import io
import json
from typing import Final

import av
from av.container import InputContainer

from app.content.media.confined import serve
from app.content.media.medium import MediumRefused

MAX_SECONDS: Final = 600
MAX_PICTURE: Final = (
    1280,
    720,
)  # pixels, the longer side first; what a plain seat decodes without a graphics card
MAX_FRAMES: Final = 60 * MAX_SECONDS
MAX_CHANNELS: Final = 2
MAX_RATE: Final = 96_000  # samples a second

_FORMATS: Final = {b"OggS": "ogg", b"\x1a\x45\xdf\xa3": "matroska", b"fLaC": "flac", b"RIFF": "wav"}
_SOUND: Final = frozenset({"opus", "vorbis", "flac", "pcm_u8", "pcm_s16le", "pcm_s24le", "pcm_s32le", "pcm_f32le"})
_MOVING: Final = frozenset({"vp8", "vp9", "av1"})
_ADVICE: Final = "save it as WebM with VP9 and Opus, or as Ogg with Opus"
_MISSING: Final = 1.0  # seconds that may be missing from what the file says of itself
_STRICT: Final = {"err_detect": "crccheck+explode"}


def probe(data: bytes) -> bytes:
    """Give as JSON how long a clip is (`duration_ms`) and whether there is something to see (`picture`).

    Sound is decoded whole, of a moving picture every key frame; its other frames are counted.
    """
    # The format is named: left to itself, FFmpeg would also try those that open other files.
    try:
        with av.open(io.BytesIO(data), mode="r", format=_FORMATS[data[:4]], options=_STRICT) as container:
            picture = _check_streams(container)
            seconds = _read(container)
            said = container.duration / av.time_base if container.duration else 0.0
    except av.FFmpegError as error:
        raise MediumRefused(f"a clip that cannot be read: {type(error).__name__}") from None
    if not 0 < seconds <= MAX_SECONDS:
        raise MediumRefused(f"a clip of nothing, or of more than {MAX_SECONDS} s")
    if seconds + _MISSING < said:
        raise MediumRefused("a clip that is cut short")
    return json.dumps({"duration_ms": round(seconds * 1000), "picture": picture}).encode()


def _check_streams(container: InputContainer) -> bool:
    sounds, pictures = container.streams.audio, container.streams.video
    if len(container.streams) != len(sounds) + len(pictures) or len(sounds) > 1 or len(pictures) > 1:
        raise MediumRefused("a clip with more than one sound and one picture", "streams")
    if not container.streams:
        raise MediumRefused("a clip without sound or picture")
    for stream in (*sounds, *pictures):
        codec = getattr(stream.codec_context, "codec", None)  # none for what FFmpeg itself cannot decode
        name = codec.canonical_name if codec else "unknown"
        if name not in (_SOUND if stream.type == "audio" else _MOVING):
            raise MediumRefused(f"a clip in {name}, which is not supported; {_ADVICE}", name)
        stream.codec_context.options = {"err_detect": "explode"}
        stream.codec_context.thread_count = 1
    for sound in sounds:
        if sound.codec_context.channels > MAX_CHANNELS or not 0 < sound.codec_context.sample_rate <= MAX_RATE:
            raise MediumRefused(f"a clip of more than {MAX_CHANNELS} channels or {MAX_RATE} samples a second")
    for moving in pictures:
        sides = sorted((moving.codec_context.width, moving.codec_context.height), reverse=True)
        if sides[0] > MAX_PICTURE[0] or sides[1] > MAX_PICTURE[1] or sides[1] < 1:
            raise MediumRefused(f"a clip of more than {MAX_PICTURE[0]} x {MAX_PICTURE[1]} pixels", "size")
        moving.codec_context.skip_frame = "NONKEY"
    return bool(pictures)


def _read(container: InputContainer) -> float:
    """Read every packet and give the seconds there are."""
    end, heard, frames, shown = 0.0, 0.0, 0, 0
    for packet in container.demux():
        if packet.size and packet.pts is not None and packet.time_base:
            end = max(end, float((packet.pts + (packet.duration or 0)) * packet.time_base))
        for frame in packet.decode():
            if isinstance(frame, av.AudioFrame):
                heard += frame.samples / frame.sample_rate
                end = max(end, heard)
            elif isinstance(frame, av.VideoFrame):
                shown += 1
                if sorted((frame.width, frame.height), reverse=True) > list(MAX_PICTURE):
                    raise MediumRefused(f"a clip of more than {MAX_PICTURE[0]} x {MAX_PICTURE[1]} pixels", "size")
        frames += packet.stream.type == "video"
        if end > MAX_SECONDS or frames > MAX_FRAMES:
            raise MediumRefused(f"a clip of more than {MAX_SECONDS} s or {MAX_FRAMES} frames")
    if (container.streams.audio and not heard) or (container.streams.video and not shown):
        raise MediumRefused("a clip of which nothing can be decoded")
    return end


if __name__ == "__main__":
    serve(probe)
