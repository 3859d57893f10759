"""A snapshot: one picture exactly as it was decoded, as a file that says where it comes from, and its digest."""

import re
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray
from PySide6.QtGui import QImage, QImageWriter

from app.archive.playing.pictures import Picture
from app.archive.playing.source import PlayingSource
from app.archive.window.player_times import recorded, utc, wall
from app.words import Words
from sync.faults import EnvironmentFault
from sync.replica.durable import disk_faults
from sync.software import software
from sync.trust.files import sync_folder, write_new


class SnapshotTaken(EnvironmentFault):
    """There is a snapshot of this very picture already. Fact: `file`."""

    code = "SNAPSHOT_TAKEN"


@dataclass(frozen=True)
class Snapshot:
    """What was written: the PNG file, its SHA-256, and the picture's recorded time, ms, which its name says.

    Beside it lies a text that says the same for people.
    """

    path: Path
    sha256: str
    at_ms: int


def take_snapshot(source: PlayingSource, picture: Picture, folder: Path, words: Words) -> Snapshot:
    """Write a picture of `source` into `folder`.

    Raises:
        SnapshotTaken: this picture lies there already.
        DiskFull, DiskFault: the disk refuses.
    """
    stamp = re.sub(r"[:.]", "-", recorded(picture.at_ms, fine=True))
    path = folder / f"{source.recording}-{stamp}.png"
    png = _png(source, picture)
    digest = sha256(png).hexdigest()
    note = _note(source, picture, path.name, digest, words)
    with disk_faults(folder, needed=len(png)):
        for file, data in ((path, png), (path.with_suffix(".txt"), note.encode())):
            try:
                write_new(file, data)
            except FileExistsError:
                raise SnapshotTaken(file=file.name) from None
        sync_folder(folder)
    return Snapshot(path, digest, picture.at_ms)


def _facts(source: PlayingSource, picture: Picture) -> dict[str, str]:
    """Give what the picture is of; `Picture-SHA256` is of its planes Y, U, V, which every VP8 decoder gives alike."""
    wall_ms = source.wall_ms(picture.at_ms)
    return {
        "Recording": source.recording,
        "Manifest-SHA256": source.manifest_sha256,
        "Recorded-Time": recorded(picture.at_ms, fine=True),
        "Wall-Time": utc(wall_ms),
        "Picture-SHA256": sha256(picture.i420.tobytes()).hexdigest(),
        "Verdict": source.report.verdict.value,
        "Software": software(),
    }


def _png(source: PlayingSource, picture: Picture) -> bytes:
    rgb = picture.rgb()
    image = QImage(rgb.tobytes(), picture.width, picture.height, 3 * picture.width, QImage.Format.Format_RGB888).copy()
    for key, value in _facts(source, picture).items():
        image.setText(key, value)
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QBuffer.OpenModeFlag.WriteOnly)
    writer = QImageWriter(buffer, QByteArray(b"png"))
    if not writer.write(image):
        raise OSError(writer.errorString())
    return bytes(data.data())


def _note(source: PlayingSource, picture: Picture, name: str, digest: str, words: Words) -> str:
    facts = _facts(source, picture)
    return words(
        "player.snapshot_note",
        file=name,
        sha256=digest,
        recording=facts["Recording"],
        manifest=facts["Manifest-SHA256"],
        at=facts["Recorded-Time"],
        wall=wall(source.wall_ms(picture.at_ms)),
        utc=facts["Wall-Time"],
        picture=facts["Picture-SHA256"],
        verdict=words(f"verdict.{source.report.verdict}"),
    )
