"""Keeping the catalogue as the shelf is: what is new or has changed is read again, what is gone is forgotten."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final

from app.archive.catalogue import Catalogue, Entry
from app.archive.dossier import broken_entry, entry_of, read_dossier
from app.archive.names import names_kept
from proctoring.vault.retention.archive import Archive
from proctoring.vault.retention.timekeeping import Evidence
from sync.faults import EnvironmentFault, Refused
from sync.trust.keys import SealingKey

BATCH: Final = 200

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
    there = prints(archive, opened=opener is not None)
    known = catalogue.prints()
    same = prints(archive, opened=True) if opener is None else there  # names that were read with the key stay
    due = [one for one, seen in there.items() if anew or known.get(one) not in (seen, same.get(one))]
    evidence = archive.time()
    done = 0

    def read(one: str) -> Entry:
        entry = _entry(archive, one, opener, there[one], evidence)
        if opener is not None or entry.print == same[one]:  # nothing is sealed there
            return entry
        kept = names_kept(entry, catalogue.entry(one), shows=True)
        return replace(kept, print=same[one]) if kept is not entry else entry

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


def prints(archive: Archive, *, opened: bool) -> dict[str, str]:
    """Say of every recording what lies on the shelf: how much custody, whom it shows, whether it is there or destroyed.

    `opened`: whether whom it shows can be read; an index made without the key is read again with it.
    """
    custody = Counter(name.split("/")[1] for name in archive.shelf.names("custody/"))
    abouts = {_stem(name) for name in archive.shelf.names("about/")}
    destroyed = {_stem(name) for name in archive.shelf.names("destroyed/")}
    lying = archive.ledger.lying()
    recordings = {*archive.recordings(), *custody, *destroyed}
    return {
        one: f"{custody[one]}:{(1 + opened) * (one in abouts)}:{int(one in destroyed)}:{int(one in lying)}"
        for one in sorted(recordings)
    }


def _entry(archive: Archive, recording: str, opener: SealingKey | None, print_: str, evidence: Evidence) -> Entry:
    try:
        return entry_of(read_dossier(archive, recording, opener, evidence), print_)
    except Refused as fault:
        return broken_entry(recording, fault, print_)


def _stem(name: str) -> str:
    return name.rpartition("/")[2].partition(".")[0]
