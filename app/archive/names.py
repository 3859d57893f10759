"""What the catalogue keeps of a name when a recording is read by somebody whose key does not open whom it shows."""

from dataclasses import replace
from typing import Final

from app.archive.catalogue import Entry
from app.archive.dossier import KEYLESS
from proctoring.vault.format.about import AboutOfAnotherKey

UNOPENED: Final = frozenset({KEYLESS, AboutOfAnotherKey.code})
"""The troubles that say nothing against a name: it was not read, for want of the key or with another one."""
_OF_ABOUT: Final = (
    "name", "admission_number", "id_number_masked", "seat", "site", "room", "title_zh", "title_en", "opens_ms",
)  # fmt: skip


def names_kept(fresh: Entry, known: Entry | None) -> Entry:
    """Give `fresh`, where it was read without its key, with the names that were known of the same recording.

    What the seat said of whom it shows is signed for one manifest, so names of another one are forgotten; so are those
    of a recording of which nothing lies on the shelf any more that says whom it shows, and of one that is destroyed.
    """
    if fresh.trouble not in UNOPENED or known is None or not known.name:
        return fresh
    if known.manifest_sha256 != fresh.manifest_sha256:
        return fresh
    said = {name: getattr(known, name) for name in _OF_ABOUT}
    return replace(fresh, **said, simulated=fresh.simulated or known.simulated, trouble="")
