"""A recording to look at in the player: a face, a clap now and then, and every kind of mark. Openly simulated."""

from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import av
import numpy as np
from PySide6.QtGui import QImage

from app.archive.playing.source import PlayingSource
from proctoring.vault.format.verify import examine
from sync.wire.archive import RecordingAbout, TimelineKind, TimelineMark
from sync.wire.ids import new_id
from sync.wire.packet import GapRef
from sync.wire.plan import Bilingual
from sync.wire.recording import Bookmark, Flag, FlagKind
from tests.app.archive.playing.made import Maker, Planes, webm
from tests.app.seat.screens.pictures import drawn_face

SECONDS = 24
GAPS = (
    GapRef(track="picture", start_ms=6_500, length_ms=1_500, reason="camera_lost"),
    GapRef(track="both", start_ms=13_000, length_ms=900, reason="recorder_restarted"),
)


def marked(folder: Path, *, length_ms: int = SECONDS * 1_000, size: tuple[int, int] = (64, 48)) -> PlayingSource:
    """Make a recording in `folder` and give it with everything marked that can be."""
    maker = Maker(folder)
    for start_ms in range(0, length_ms, 4_000):
        here_ms = min(4_000, length_ms - start_ms)
        maker.segment(webm(here_ms, size=size, claps_ms=range(500, here_ms, 1_000), scene=_face(size)), here_ms)
    maker.close(GAPS)
    found = examine(maker.folder)
    kinds = enumerate(FlagKind)
    flags = tuple(Flag(kind=kind, at_ms=2_000 + at * 2_100, length_ms=400 + 200 * at) for at, kind in kinds)
    outline = replace(found.outline, flags=flags, bookmarks=(Bookmark(at_ms=9_000, note="VIOLATION_7"),))
    return PlayingSource(folder, replace(found, outline=outline), maker.site, about(maker.recording))


def _face(size: tuple[int, int]) -> Planes:
    """Draw somebody who is nobody, as planes Y, U, V."""
    image = drawn_face(*size).convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(size[1], image.bytesPerLine())
    rgb = np.ascontiguousarray(rows[:, : size[0] * 3]).reshape(size[1], size[0], 3)
    return av.VideoFrame.from_ndarray(rgb, format="rgb24").reformat(format="yuv420p").to_ndarray().astype(np.uint8)


def about(recording: str) -> RecordingAbout:
    """Say whose recording it is, and what happened when."""
    marks = [TimelineMark(kind=TimelineKind.ITEM, at_ms=500 + at * 1_200, label=str(at + 1)) for at in range(12)]
    marks += [
        TimelineMark(kind=TimelineKind.INCIDENT, at_ms=11_000, label="IRREGULARITY", clause="7"),
        TimelineMark(kind=TimelineKind.PAUSED, at_ms=15_500, label=""),
        TimelineMark(kind=TimelineKind.CONTINUED, at_ms=16_500, label=""),
        TimelineMark(kind=TimelineKind.SUBMITTED, at_ms=19_000, label=""),
    ]
    return RecordingAbout(
        recording=recording,
        manifest_sha256="0" * 64,
        session=new_id(),
        sitting=new_id(),
        candidate=new_id(),
        name="张伟",
        admission_number="20261133020701",
        id_number_masked="3301**********1234",
        simulated=True,
        exam_title=Bilingual(zh="焊接与热切割作业 · 理论考试", en="Welding and thermal cutting · theory"),
        site="青河县职业培训中心考点",
        room="第 2 考场",
        seat_label="7",
        opens_ms=1_900_000_000_000,
        timeline=tuple(sorted(marks, key=lambda mark: mark.at_ms)),
    )


@cache
def shown() -> PlayingSource:
    """Give one for pictures, made once; its wave is known."""
    source = marked(Path(mkdtemp(prefix="player-")) / "recording", size=(320, 240))
    while source.overview.step():
        pass
    return source
