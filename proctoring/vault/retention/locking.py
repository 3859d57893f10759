"""What the store itself has to keep, and until when, where it can (Object Lock): a recording, all papers about it."""

from collections.abc import Iterator
from typing import Final

from proctoring.vault.retention.custody import Custody, entry_name
from proctoring.vault.retention.papers import recording_prefix
from proctoring.vault.retention.standing import DAY_MS
from proctoring.vault.store.erasing import about_name, refused_abouts
from proctoring.vault.store.shelf import Shelf, is_name
from sync.wire.ids import LATEST_MS

PAPERS_MS: Final = 10 * 366 * DAY_MS
"""So long papers are locked: they have to tell what became of a recording when it is long gone."""


def papers_until(now_ms: int, recording_until_ms: int = 0) -> int:
    """Give until when the store has to refuse to let a paper go: ten years, and as long as the recording."""
    return min(max(now_ms + PAPERS_MS, recording_until_ms), LATEST_MS)


def locked_names(shelf: Shelf, recording: str, chain: Custody) -> Iterator[str]:
    """Name what a hold or an extension reaches: the recording's files, what is, or was, said about it, its custody."""
    yield from filter(is_name, shelf.names(recording_prefix(recording)))
    if shelf.size(about_name(recording)) is not None:
        yield about_name(recording)
    yield from filter(is_sealed, shelf.names(refused_abouts(recording)))
    yield from (entry_name(recording, entry.sequence) for entry in chain.entries)


def is_sealed(name: str) -> bool:
    """Tell whether this is what was put aside, and not the archive's own note about it."""
    return name.endswith(".sealed") and is_name(name)
