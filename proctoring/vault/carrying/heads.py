"""Writing an exported WebM's heads: what a player wants to know before the first cluster (RFC 9559).

Length, chapters and the places of the key frames stand in front, so that a file can be written from beginning to end
without going back, also into a stream that is encrypted on its way.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from proctoring.vault.carrying.matroska import CLUSTER, SEGMENT, TRACKS

_SEEK_HEAD: Final = bytes.fromhex("114D9B74")
_INFO: Final = bytes.fromhex("1549A966")
_CHAPTERS: Final = bytes.fromhex("1043A770")
_CUES: Final = bytes.fromhex("1C53BB6B")
_LONG_SIZE: Final = 0x10000000  # a size written in 4 bytes
_EPOCH_2001_MS: Final = 978_307_200_000
_MS: Final = 1_000_000  # in ns


@dataclass(frozen=True)
class Gap:
    """A chapter that says where nothing was recorded, ms."""

    start_ms: int
    end_ms: int
    text: str


@dataclass(frozen=True)
class Cue:
    """A place to begin playing: a key frame's time (ms), and which cluster it is in, bytes from the first cluster."""

    time_ms: int
    track: int
    place: int


def cluster_head(time_ms: int, block_bytes: int) -> bytes:
    """Write the beginning of a cluster whose blocks count from `time_ms` and have so many bytes together."""
    stamp = b"\xe7\x84" + time_ms.to_bytes(4)
    return CLUSTER + (_LONG_SIZE | len(stamp) + block_bytes).to_bytes(4) + stamp


CLUSTER_HEAD_BYTES: Final = len(cluster_head(0, 0))


def heads(  # noqa: PLR0913 - everything a player wants to know before the first cluster
    header: bytes,
    tracks: bytes,
    *,
    title: str,
    began_ms: int,
    duration_ms: int,
    gaps: Sequence[Gap],
    cues: Sequence[Cue],
    cluster_bytes: int,
) -> bytes:
    """Write a file up to its first cluster; `cluster_bytes` of clusters follow. `began_ms`: wall clock, UTC."""
    since_2001_ns = (began_ms - _EPOCH_2001_MS) * _MS
    info = _element(
        _INFO,
        _element(b"\x2a\xd7\xb1", _MS.to_bytes(3)),  # times are in ms
        _element(b"\x44\x89", struct.pack(">d", float(duration_ms))),
        _element(b"\x44\x61", since_2001_ns.to_bytes(8, signed=True)),
        _element(b"\x7b\xa9", title.encode()),
        _element(b"\x4d\x80", b"examroom"),
        _element(b"\x57\x41", b"examroom"),
    )
    chapters = _chapters(gaps)
    length = _cues(cues, 0)
    sizes = {_INFO: len(info), TRACKS: len(tracks), _CHAPTERS: len(chapters), _CUES: len(length)}
    present = {name: size for name, size in sizes.items() if size}
    places: dict[bytes, int] = {}
    at = len(_seek_head(dict.fromkeys(present, 0)))
    for name, size in present.items():
        places[name] = at
        at += size
    body = _seek_head(places) + info + tracks + chapters + _cues(cues, at)
    segment = SEGMENT + (1 << 56 | len(body) + cluster_bytes).to_bytes(8)
    return header + segment + body


def _element(name: bytes, *content: bytes) -> bytes:
    whole = b"".join(content)
    return name + (_LONG_SIZE | len(whole)).to_bytes(4) + whole


def _seek_head(places: dict[bytes, int]) -> bytes:
    return _element(
        _SEEK_HEAD,
        *(
            _element(b"\x4d\xbb", _element(b"\x53\xab", name), _element(b"\x53\xac", place.to_bytes(8)))
            for name, place in places.items()
        ),
    )


def _cues(cues: Sequence[Cue], first_cluster: int) -> bytes:
    return _element(
        _CUES,
        *(
            b"\xbb\x93\xb3\x84%b\xb7\x8b\xf7\x81%b\xf1\x86%b"
            % (cue.time_ms.to_bytes(4), cue.track.to_bytes(1), (first_cluster + cue.place).to_bytes(6))
            for cue in cues
        ),
    )


def _chapters(gaps: Sequence[Gap]) -> bytes:
    if not gaps:
        return b""
    atoms = (
        _element(
            b"\xb6",
            _element(b"\x73\xc4", number.to_bytes(8)),
            _element(b"\x91", (gap.start_ms * _MS).to_bytes(8)),
            _element(b"\x92", (gap.end_ms * _MS).to_bytes(8)),
            _element(b"\x80", _element(b"\x85", gap.text.encode()), _element(b"\x43\x7c", b"eng")),
        )
        for number, gap in enumerate(gaps, 1)
    )
    return _element(_CHAPTERS, _element(b"\x45\xb9", *atoms))
