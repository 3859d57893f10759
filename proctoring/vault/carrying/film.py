"""Exporting a recording: one ordinary, seekable WebM with the time of the gaps kept.

The segments' clusters are joined as they are. They are opened twice: once to learn where everything will stand, once
to write it from beginning to end. So nothing is ever written in the clear that is to leave encrypted.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from proctoring.vault.carrying.heads import CLUSTER_HEAD_BYTES, Cue, Gap, cluster_head, heads
from proctoring.vault.carrying.matroska import LiveStream, MatroskaRefused, Track, blocks_of, tracks_of
from proctoring.vault.format.outline import Outline, Part
from proctoring.vault.format.plaintext import segments
from proctoring.vault.format.record import RecordRefused
from proctoring.vault.format.report import Finding, FindingCode, RecordingTampered, RecordingUnreadable, Verdict
from proctoring.vault.format.verify import Examination, examine
from sync.trust.aead import SealRefused
from sync.trust.keys import SealingKey

_SOUND_MS: Final = 20  # an Opus packet's length
_BETWEEN_CUES_MS: Final = 2_000  # where there is no picture to take key frames from
_MISSING: Final = frozenset({FindingCode.SEGMENT_MISSING, FindingCode.SEGMENT_SHORT})


@dataclass(frozen=True)
class _Joined:
    """A cluster as it will be written: its own time and which bytes of its content are kept."""

    time_ms: int
    kept: tuple[tuple[int, int], ...]

    @property
    def block_bytes(self) -> int:
        return sum(end - start for start, end in self.kept)


class Film:
    """A recording that can be written as one WebM, again and again with the same bytes.

    Making one verifies the recording and opens it once.

    Raises:
        RecordingTampered: it does not verify, or does not open as it stands.
        RecordingKeyWrong: it was not sealed to this key.
        RecordingUnreadable: there is no recording, nothing in it, or the disk does not give it.
    """

    def __init__(self, folder: Path, key: SealingKey) -> None:
        self.examination: Final[Examination] = examine(folder)
        report = self.examination.report
        if report.verdict is Verdict.TAMPERED:
            raise RecordingTampered(report.findings)
        self._folder: Final = folder
        self._key: Final = key
        self._outline: Final = _present(self.examination.outline)
        if not any(part.entry.records for part in self._outline.parts):
            raise RecordingUnreadable("nothing was recorded", file=folder.name)
        plan = _Plan()
        with _faults(folder):
            for part, stream in self._streams():
                plan.add_segment(stream, part.entry.start_ms)
        if not plan.clusters:
            raise RecordingUnreadable("nothing was recorded", file=folder.name)
        self.duration_ms: Final = max(plan.end_ms, self._outline.duration_ms)
        self.began_ms: Final = self._outline.parts[0].entry.clock.wall_ms
        self._clusters: Final = plan.clusters
        self._heads: Final = heads(
            plan.header,
            plan.tracks,
            title=report.recording,
            began_ms=self.began_ms,
            duration_ms=self.duration_ms,
            gaps=_chapters(self._outline),
            cues=plan.cues,
            cluster_bytes=plan.place,
        )
        self.bytes: Final = len(self._heads) + plan.place

    def chunks(self) -> Iterator[bytes]:
        """Give the file's bytes from beginning to end. Raises what making it raises."""
        yield self._heads
        joined = iter(self._clusters)
        with _faults(self._folder):
            for _, stream in self._streams():
                for content in stream.clusters():
                    cluster = next(joined)
                    if cluster.kept:
                        yield cluster_head(cluster.time_ms, cluster.block_bytes)
                    for start, end in cluster.kept:
                        yield content[start:end]

    def _streams(self) -> Iterator[tuple[Part, LiveStream]]:
        for part, reader in segments(self._folder, self._outline, self._key):
            if part.entry.records:
                yield part, LiveStream(reader.read)


class _Plan:
    """Where everything will stand, from a first look at all the clusters."""

    def __init__(self) -> None:
        self.header = b""
        self.tracks = b""
        self.clusters: list[_Joined] = []
        self.cues: list[Cue] = []
        self.place = 0
        self.end_ms = 0
        self._kinds: tuple[Track, ...] = ()
        self._pictures: frozenset[int] = frozenset()
        self._last: dict[int, int] = {}

    def add_segment(self, stream: LiveStream, start_ms: int) -> None:
        """Put one segment after those before; its times count from `start_ms`."""
        if stream.tracks and not self.tracks:
            self.header, self.tracks = stream.header, stream.tracks
            self._kinds = tracks_of(stream.tracks)
            self._pictures = frozenset(track.number for track in self._kinds if track.video)
        elif stream.tracks and stream.tracks != self.tracks and tracks_of(stream.tracks) != self._kinds:
            raise MatroskaRefused("a segment with other tracks")
        for content in stream.clusters():
            self._add_cluster(content, start_ms)

    def _add_cluster(self, content: bytes, start_ms: int) -> None:
        base, blocks = blocks_of(content)
        kept: list[tuple[int, int]] = []
        time_ms = start_ms + base
        last, pictures = self._last, self._pictures
        begin = end = 0
        for block in blocks:
            start, stop, track, block_ms, key = block
            at_ms = start_ms + block_ms
            if at_ms <= last.get(track, -1):
                continue  # an encoder that was started anew repeats its run-in; players refuse time going backwards
            last[track] = at_ms
            if start != end:
                kept.append((begin, end))
                begin = start
            end = stop
            if (key and track in pictures) or (not pictures and self._long_ago(at_ms)):
                self.cues.append(Cue(at_ms, track, self.place))
        kept = [span for span in (*kept, (begin, end)) if span[1]]
        joined = _Joined(time_ms, tuple(kept))
        self.clusters.append(joined)
        if kept:
            self.place += CLUSTER_HEAD_BYTES + joined.block_bytes
            self.end_ms = max(last.values()) + _SOUND_MS

    def _long_ago(self, at_ms: int) -> bool:
        """Tell whether nobody could begin to play for a while: where there is no picture to take key frames from."""
        return not self.cues or at_ms - self.cues[-1].time_ms >= _BETWEEN_CUES_MS


def _present(outline: Outline) -> Outline:
    """Leave out what is gone from the end of a truncated recording."""
    for number, part in enumerate(outline.parts):
        lost = next((found for found in part.checked.findings if found.code in _MISSING), None)
        if lost is None:
            continue
        there = [*outline.parts[:number]]
        if lost.code is FindingCode.SEGMENT_SHORT and lost.record:
            there.append(replace(part, entry=part.entry.model_copy(update={"records": lost.record})))
        return replace(outline, parts=tuple(there), duration_ms=0)
    return outline


def _chapters(outline: Outline) -> Sequence[Gap]:
    return [
        Gap(gap.start_ms, gap.start_ms + gap.length_ms, f"GAP {gap.length_ms / 1000:.1f} s: {gap.track}, {gap.reason}")
        for gap in outline.gaps
    ]


@contextmanager
def _faults(folder: Path) -> Iterator[None]:
    """Say in the recording's words what opening it came upon."""
    try:
        yield
    except RecordRefused as fault:
        found = Finding(FindingCode.RECORD_CHANGED, fault.segment, fault.record, fault.detail)
        raise RecordingTampered((found,)) from None
    except SealRefused as fault:
        raise RecordingTampered((Finding(FindingCode.OPENING_REFUSED, detail=fault.detail),)) from None
    except MatroskaRefused as error:
        raise RecordingUnreadable(f"not a recording inside: {error}", file=folder.name) from None
