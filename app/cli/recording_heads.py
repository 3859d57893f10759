"""Signed heads that left the seat while it recorded: what shows that a recording was once longer."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from app.cli.files import FileUnreadable, read_file
from proctoring.vault.format.layout import MAX_HEAD_LINE_BYTES, MAX_HEADS_BYTES
from proctoring.vault.format.papers import read_papers
from proctoring.vault.format.reading import lines, names
from proctoring.vault.format.report import RecordingUnreadable
from sync.faults import Exit, Fault

HeadsOf = Callable[[Path], tuple[bytes, ...]]
"""Gives the heads to hold the recording in a folder against; those of other recordings may be among them."""

_KINDS: Final = (".json", ".jsonl")
_PATH: Final = "/v1/recordings/"
_CA_FILE: Final = "ca.pem"


class HeadsNeedTrust(Fault):
    """An address was given to ask for heads, and no folder of public keys to believe it by."""

    code = "HEADS_NEED_TRUST"
    exit = Exit.USAGE


def heads_from(place: str | None, trust: Path | None) -> HeadsOf:
    """Find heads: a file with one signed head a line, a folder of such files, or a registry that keeps them.

    A registry is `https://HOST`, or with the whole path of one recording's heads; `trust` says which to believe.

    Raises:
        FileUnreadable: there is nothing, or it cannot be read.
        HeadsNeedTrust: an address, and no `trust`.
        Fault: of the registry's; also when what is given is called.
    """
    if place is None:
        return lambda _folder: ()
    if not place.startswith("https://"):
        kept = _read(Path(place))
        return lambda _folder: kept
    if trust is None:
        raise HeadsNeedTrust
    from sync.client.heads import heads_at

    ca_pem = read_file(trust / _CA_FILE).decode("utf-8", "replace")
    if _PATH in place:
        fetched = tuple(heads_at(place, ca_pem))
        return lambda _folder: fetched
    return lambda folder: _of_registry(place, ca_pem, folder)


def _of_registry(url: str, ca_pem: str, folder: Path) -> tuple[bytes, ...]:
    from sync.client.connection import RegistryConnection
    from sync.client.heads import fetch_heads

    papers = read_papers(folder, None)
    named_by = papers.manifest or next(iter(papers.openings), None)
    if named_by is None:
        return ()
    connection = RegistryConnection(url, ca_pem)
    try:
        return tuple(fetch_heads(connection, named_by.recording))
    finally:
        connection.close()


def _read(place: Path) -> tuple[bytes, ...]:
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
