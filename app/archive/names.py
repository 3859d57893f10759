"""What the catalogue keeps of a name when a recording is read by somebody who has no key to open whom it shows."""

from dataclasses import replace
from typing import Final

from app.archive.catalogue import Entry

_OF_ABOUT: Final = (
    "name", "admission_number", "id_number_masked", "seat", "site", "room", "title_zh", "title_en", "opens_ms",
)  # fmt: skip


def names_kept(fresh: Entry, known: Entry | None, *, shows: bool) -> Entry:
    """Give `fresh`, which was read without the key, with the names that were known of the same recording.

    `shows`: what the seat said of whom it shows still lies on the shelf. It is signed for one manifest, so names of
    another one are forgotten; so are those of a recording that is destroyed.
    """
    if known is None or not shows or known.manifest_sha256 != fresh.manifest_sha256 or not known.name:
        return fresh
    said = {name: getattr(known, name) for name in _OF_ABOUT}
    return replace(fresh, **said, simulated=fresh.simulated or known.simulated, trouble="")
