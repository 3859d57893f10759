"""Signed heads that left the seat while it recorded: what shows that a recording was once longer."""

from collections.abc import Iterator
from pathlib import Path

from app.cli.files import FileUnreadable
from proctoring.vault.format.layout import MAX_HEAD_LINE_BYTES, MAX_HEADS_BYTES
from proctoring.vault.format.reading import lines, names
from proctoring.vault.format.report import RecordingUnreadable

_KINDS = (".json", ".jsonl")


def read_heads(place: Path) -> tuple[bytes, ...]:
    """Read the heads in a file, one signed head a line, or in all such files of a folder; of any recordings.

    Raises:
        FileUnreadable: there is nothing, or it cannot be read.
    """
    if not place.is_dir():
        return tuple(_file(place))
    try:
        files = sorted(name for name in names(place) if name.endswith(_KINDS))
    except RecordingUnreadable as fault:
        raise FileUnreadable(fault.detail, file=str(place)) from None
    return tuple(head for name in files for head in _file(place / name))


def _file(path: Path) -> Iterator[bytes]:
    try:
        for line in lines(path, MAX_HEAD_LINE_BYTES, MAX_HEADS_BYTES):
            if head := line.rstrip(b"\r\n"):
                yield head
    except (FileNotFoundError, RecordingUnreadable) as error:
        raise FileUnreadable(type(error).__name__, file=str(path)) from None
    except ValueError:
        raise FileUnreadable("not a path", file=str(path)) from None
