"""Keeping the catalogue as the shelf is: what is new or has changed is read again, what is gone is forgotten."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import islice
from typing import Final

from app.archive.catalogue import Catalogue, Entry
from app.archive.dossier import broken_entry, entry_of, read_dossier
from app.archive.names import names_kept
from proctoring.vault.retention.archive import Archive
from proctoring.vault.retention.timekeeping import Evidence
from sync.faults import EnvironmentFault, Refused
from sync.trust.keys import SealingKey
from sync.wire.ids import is_id

BATCH: Final = 200
_KEYLESS: Final = "1"
_NOBODY: Final = "0"
_KEY_LETTERS: Final = 8

Told = Callable[[int, int], None]
"""Called with how many recordings were looked at, and how many there are."""


class RefreshStopped(EnvironmentFault):
    """Somebody ended the reading of the shelf; the catalogue is whole as far as it got."""

    code = "REFRESH_STOPPED"


@dataclass(frozen=True)
class Refreshed:
    """What a refresh did: recordings read anew, forgotten, and how many there are now."""

    read: int
    forgotten: int
    recordings: int


def refresh(
    archive: Archive,
    catalogue: Catalogue,
    opener: SealingKey | None,
    *,
    anew: bool = False,
    told: Told = lambda _done, _all: None,
    stopped: Callable[[], bool] = lambda: False,
) -> Refreshed:
    """Make the catalogue say what the shelf has. `anew`: read everything again, not only what has changed.

    Raises:
        RefreshStopped: `stopped` said so.
        ClockLineRefused, and what the shelf raises: nothing was forgotten.
    """
    there = prints(archive, opener)
    known = catalogue.prints()
    due = [one for one, seen in there.items() if anew or not _unchanged(known.get(one, ""), seen)]
    evidence = archive.time()
    done = 0

    def read(one: str) -> Entry:
        entry, before = _entry(archive, one, opener, there[one], evidence), catalogue.entry(one)
        kept = names_kept(entry, before)
        if kept is entry or before is None or opener is not None:
            return kept
        return replace(kept, print=_read_as(before.print, there[one]))

    entries = map(read, due)
    while batch := list(islice(entries, BATCH)):
        catalogue.put(batch)
        done += len(batch)
        told(done, len(due))
        if stopped():
            raise RefreshStopped
    gone = known.keys() - there.keys()
    catalogue.remove(gone)
    return Refreshed(done, len(gone), len(there))


def prints(archive: Archive, opener: SealingKey | None) -> dict[str, str]:
    """Say of every recording what lies on the shelf: how much custody, whom it shows, whether it is there or destroyed.

    Whom it shows goes by the key that opens it: an index made without a key, or with another one, is read again.
    """
    custody = Counter(filter(is_id, (name.split("/")[1] for name in archive.shelf.names("custody/"))))
    abouts = {_stem(name) for name in archive.shelf.names("about/")}
    destroyed = set(filter(is_id, (_stem(name) for name in archive.shelf.names("destroyed/"))))
    lying = archive.ledger.lying()
    recordings = {*archive.recordings(), *custody, *destroyed}
    key = _KEYLESS if opener is None else sha256(opener.public_raw).hexdigest()[:_KEY_LETTERS]
    return {
        one: f"{custody[one]}:{key if one in abouts else _NOBODY}:{int(one in destroyed)}:{int(one in lying)}"
        for one in sorted(recordings)
    }


def _unchanged(known: str, seen: str) -> bool:
    """Say whether nothing new lies there; without a key, names that were read with any stay."""
    if known == seen:
        return True
    return _key_of(seen) == _KEYLESS and _key_of(known) not in ("", _NOBODY) and known == _read_as(known, seen)


def _read_as(known: str, seen: str) -> str:
    """Give what `seen` says as it is written where the key of `known` was used."""
    custody, _, rest = seen.split(":", 2)
    return f"{custody}:{_key_of(known) or _KEYLESS}:{rest}"


def _key_of(seen: str) -> str:
    return seen.split(":")[1] if seen else ""


def _entry(archive: Archive, recording: str, opener: SealingKey | None, print_: str, evidence: Evidence) -> Entry:
    try:
        return entry_of(read_dossier(archive, recording, opener, evidence), print_)
    except Refused as fault:
        return broken_entry(recording, fault, print_)


def _stem(name: str) -> str:
    return name.rpartition("/")[2].partition(".")[0]
