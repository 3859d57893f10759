"""The one door by which a recording ever goes, at the seat or in the archive. Nothing else removes any of its files.

Nothing goes without a signed custody entry that says it may: at the seat the archive's entry that exactly these bytes
arrived, in the archive the entry with which a destruction begins. Keys go first (manifest, openings: whatever a disk
keeps of the rest is then noise), data after; every step may be repeated after a kill.
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final, Protocol, runtime_checkable

from proctoring.vault.format import layout
from proctoring.vault.format.reading import read_small
from proctoring.vault.format.report import RecordingUnreadable, Verdict
from proctoring.vault.store.listing import Listing, list_recording
from proctoring.vault.store.shelf import Shelf, ShelfNameMissing, is_name
from sync.faults import Refused
from sync.replica.durable import disk_faults, sync_folder, write_durably
from sync.trust.envelope import EnvelopeRefused, peek, verify
from sync.trust.keys import PublicKey
from sync.wire.archive import CustodyAct, CustodyEntry, SealedAbout
from sync.wire.document import DocumentRefused
from sync.wire.ids import is_id

_GOING: Final = ".going-"
_PROOF: Final = ".proof"
_ENTRY_BYTES: Final = CustodyEntry.MAX_BYTES * 2
_ABOUT_BYTES: Final = SealedAbout.MAX_BYTES
_SHORT: Final = 16
_GOOD: Final = frozenset({Verdict.COMPLETE, Verdict.RECOVERED})


class ErasingRefused(Refused):
    """Nothing signed says that this may go; nothing was removed. The detail says what is missing. Fact: `recording`."""

    code = "ERASING_REFUSED"


class StillHeld(Refused):
    """A hold stands on this recording: it stays. Fact: `recording`."""

    code = "ERASING_HELD"


@runtime_checkable
class _Erasable(Protocol):
    """What a shelf offers to this door only."""

    def erase(self, name: str, *, overwrite: bool = False) -> None: ...
    def erase_folders(self, prefix: str) -> None: ...
    def erase_unfinished(self, prefix: str) -> None: ...


# at the seat


def release_seat_copy(folder: Path, entry: bytes, archive_key: PublicKey) -> None:
    """Let a seat's copy of a recording go, because the archive has it: `entry` is its signed entry of the arrival.

    What is said about it (`<recording>.about` beside the folder) goes by `release_about`. A kill at any step leaves
    something that `finish_releases` brings to its end.

    Raises:
        ErasingRefused: the entry is not the archive's, or not about exactly the files that are in `folder`, or the
            recording was found to be damaged: then somebody has to look at both.
        RecordingUnreadable, DiskFault: the disk refuses.
    """
    arrived = _entry(entry, [archive_key], CustodyAct.ARRIVED)
    if arrived.facts.get("verdict") not in _GOOD:
        raise _refused(arrived.recording, f"its verdict is {arrived.facts.get('verdict', 'not stated')[:20]}")
    found = list_recording(folder)
    listing = found.listing
    if found.odd:
        raise _refused(listing.recording, "files in it that the archive does not have")
    if (arrived.recording, arrived.manifest_sha256) != (listing.recording, listing.manifest_sha256):
        raise _refused(listing.recording, "the entry is about another recording or manifest")
    if arrived.facts.get("files_sha256") != listing.sha256:
        raise _refused(listing.recording, "the archive has other files")
    root, recording = folder.parent, listing.recording
    write_durably(root / f"{_GOING}{recording}{_PROOF}", entry)
    with disk_faults(root, needed=0):
        folder.rename(root / f"{_GOING}{recording}")
        sync_folder(root)
    _finish(root, recording)


def release_about(file: Path, shelf: Shelf, recording: str) -> None:
    """Let what a seat says about a recording go, once the shelf has exactly that.

    Raises:
        ErasingRefused: the shelf has nothing, or something else.
        RecordingUnreadable, DiskFault: the seat's disk refuses.
    """
    try:
        own, there = read_small(file, _ABOUT_BYTES), shelf.read(about_name(recording), 0, _ABOUT_BYTES + 1)
    except (FileNotFoundError, ShelfNameMissing):
        raise _refused(recording, "nothing about it is on the shelf") from None
    if own != there or len(own) > _ABOUT_BYTES:
        raise _refused(recording, "what the shelf has about it is not what the seat says")
    with disk_faults(file.parent, needed=0):
        file.unlink(missing_ok=True)
        sync_folder(file.parent)


def finish_releases(root: Path, archive_key: PublicKey) -> tuple[str, ...]:
    """Bring releases to their end that a kill interrupted; give the recordings.

    Raises:
        DiskFault: the disk refuses.
    """
    with disk_faults(root, needed=0):
        for unfinished in root.glob(f".{_GOING}*.new"):  # a proof that a kill kept from taking its name
            unfinished.unlink()
        begun = sorted(file.name for file in root.glob(f"{_GOING}*{_PROOF}"))
    done = []
    for name in begun:
        recording = name.removeprefix(_GOING).removesuffix(_PROOF)
        with suppress(Refused, RecordingUnreadable, FileNotFoundError):  # somebody else's (also a pipe) says nothing
            raw = read_small(root / name, _ENTRY_BYTES)
            if is_id(recording) and _entry(raw, [archive_key], CustodyAct.ARRIVED).recording == recording:
                _finish(root, recording)
                done.append(recording)
    return tuple(done)


def _finish(root: Path, recording: str) -> None:
    """Remove what was set aside to go. One that was not set aside yet (killed just before) stays: it is asked again."""
    going = root / f"{_GOING}{recording}"
    with disk_faults(root, needed=0):
        if going.is_dir() and not going.is_symlink():
            _remove_files(going)
            going.rmdir()
            sync_folder(root)
        (root / f"{_GOING}{recording}{_PROOF}").unlink(missing_ok=True)
        sync_folder(root)


def _remove_files(folder: Path) -> None:
    for name in _keys_first(file.name for file in folder.iterdir()):
        file = folder / name
        if _is_key(name) and file.is_file() and not file.is_symlink():
            _overwrite(file)
        file.unlink()
        sync_folder(folder)


def _overwrite(file: Path) -> None:
    with file.open("r+b", buffering=0) as handle:
        handle.write(bytes(os.fstat(handle.fileno()).st_size))
        os.fsync(handle.fileno())


# in the archive


def erase_keys(shelf: Shelf, begun: bytes, keys: Iterable[PublicKey]) -> None:
    """Erase what opens a recording: its manifest, openings, and what is said about it. Again is nothing.

    `begun` is the signed custody entry with which the destruction began, as it lies on the shelf; `keys` are those who
    may sign one.

    Raises:
        ErasingRefused: the entry is not signed by any of `keys`, or is not the one on the shelf.
        StillHeld: custody has a hold that nobody released.
        StorageForbidden: the store itself keeps it.
    """
    recording = _ordered(shelf, begun, keys)
    door = _door(shelf)
    names = [name for name in _all_of(shelf, recording) if _is_key(name.rpartition("/")[2])]
    said = [about_name(recording), *shelf.names(refused_abouts(recording))]
    for name in (*_keys_first(names), *said):
        door.erase(name, overwrite=True)


def erase_data(shelf: Shelf, begun: bytes, keys: Iterable[PublicKey]) -> None:
    """Erase the rest of a recording whose keys were erased; its custody stays. Raises what `erase_keys` raises.

    Raises:
        ErasingRefused: the keys are still there.
    """
    recording = _ordered(shelf, begun, keys)
    door = _door(shelf)
    names = list(_all_of(shelf, recording))
    if any(_is_key(name.rpartition("/")[2]) for name in names):
        raise _refused(recording, "its keys were not erased yet")
    for name in names:
        door.erase(name)
    door.erase_folders(f"recordings/{recording}")
    door.erase_folders(f"arriving/{recording}")


def clear_arrival(shelf: Shelf, listing: Listing) -> None:
    """Clear the place where a recording arrived, once each of its files also lies among the recordings.

    Raises:
        ErasingRefused: one does not.
        StorageForbidden: the bucket keeps everything for a time; the place clears itself later.
    """
    kept, place = f"recordings/{listing.recording}", arrival(listing)
    there, waiting = shelf.sizes(f"{kept}/"), shelf.sizes(f"{place}/")
    for file in listing.files:
        if there.get(f"{kept}/{file.name}") != file.bytes:
            raise _refused(listing.recording, f"{file.name} is not among the recordings")
    door = _door(shelf)
    for file in listing.files:
        if f"{place}/{file.name}" in waiting:
            door.erase(f"{place}/{file.name}")
    door.erase(f"{place}.json")
    door.erase_folders(place)


def sweep_arrival(shelf: Shelf, listing: Listing) -> None:
    """Remove what a kill left unfinished where a recording has arrived, whole: nobody writes there any more."""
    _door(shelf).erase_unfinished(arrival(listing))


def drop_damaged(shelf: Shelf, listing: Listing, names: Iterable[str]) -> None:
    """Drop files that did not arrive as the seat has them, so that it sends them again; only before the arrival.

    The mark of a whole arrival goes first, so that the seat knows. The seat's own copy is there: it only ever goes with
    the entry of the arrival.
    """
    door, place = _door(shelf), arrival(listing)
    door.erase(f"{place}.json")
    for name in names:
        door.erase(f"{place}/{name}")


def drop_about(shelf: Shelf, recording: str, aside: str) -> None:
    """Drop what lies in the place of what is said about a recording, once the same is kept aside under `aside`.

    Raises:
        ErasingRefused: it is not.
        StorageForbidden: the bucket keeps it for a time.
    """
    place = about_name(recording)
    kept, there = (shelf.read(name, 0, _ABOUT_BYTES + 1) for name in (aside, place))
    if kept != there or shelf.size(aside) != shelf.size(place):
        raise _refused(recording, "what is said about it is not kept aside")
    _door(shelf).erase(place)


def arrival(listing: Listing) -> str:
    """Name the place where a recording's files lie while they arrive; `.json` after it marks a whole arrival."""
    return f"arriving/{listing.recording}/{listing.short}"


def about_name(recording: str) -> str:
    """Name what is said about a recording, sealed."""
    return f"about/{recording}.sealed"


def refused_abouts(recording: str) -> str:
    """Give the beginning of the names of what was put aside as said about a recording, and of the notes why."""
    return f"aside/{recording}/about-"


def refused_about_name(recording: str, digest: str) -> str:
    """Name the place of something that was put aside because it is nothing that is said about a recording."""
    return f"{refused_abouts(recording)}{digest[:_SHORT]}.sealed"


# inside


def _ordered(shelf: Shelf, begun: bytes, keys: Iterable[PublicKey]) -> str:
    entry = _entry(begun, keys, CustodyAct.DESTRUCTION_BEGUN)
    recording, chain = entry.recording, f"custody/{entry.recording}/"
    try:
        if shelf.read(f"{chain}{entry.sequence:06}.json") != begun:
            raise _refused(recording, "another entry stands there")
    except ShelfNameMissing:
        raise _refused(recording, "the entry is not in the recording's custody") from None
    held: set[int] = set()
    for name in shelf.names(chain):
        claimed = _claimed(shelf.read(name, 0, _ENTRY_BYTES))
        if claimed.act is CustodyAct.HELD:
            held.add(claimed.sequence)
        elif claimed.act is CustodyAct.RELEASED:
            held.discard(-1 if claimed.about is None else claimed.about)
    if held:
        raise StillHeld(f"{len(held)} holds", recording=recording)
    return recording


def _all_of(shelf: Shelf, recording: str) -> Iterator[str]:
    for place in ("recordings", "arriving"):
        yield from filter(is_name, shelf.names(f"{place}/{recording}/"))  # what is no name nobody put there, and stays


def _door(shelf: Shelf) -> _Erasable:
    if not isinstance(shelf, _Erasable):
        raise TypeError(f"{type(shelf).__name__} lets nothing go")
    return shelf


def _entry(envelope: bytes, keys: Iterable[PublicKey], act: CustodyAct) -> CustodyEntry:
    try:
        verified = verify(envelope, CustodyEntry.PAYLOAD_TYPE, keys, max_bytes=_ENTRY_BYTES)
        entry = CustodyEntry.parse(verified.payload)
    except (EnvelopeRefused, DocumentRefused) as fault:
        raise _refused("", fault.detail) from None
    if entry.act is not act:
        raise _refused(entry.recording, f"the entry says {entry.act}")
    return entry


def _claimed(envelope: bytes) -> CustodyEntry:
    """Read an entry without asking who signed it: for what speaks against erasing, anybody's word counts."""
    try:
        return CustodyEntry.parse(peek(envelope, CustodyEntry.PAYLOAD_TYPE, max_bytes=_ENTRY_BYTES).payload)
    except (EnvelopeRefused, DocumentRefused) as fault:
        raise _refused("", f"custody that cannot be read: {fault.detail}") from None


def _keys_first(names: Iterable[str]) -> list[str]:
    return sorted(names, key=lambda name: (not _is_key(name.rpartition("/")[2]), name))


def _is_key(name: str) -> bool:
    """Tell whether a file holds the wrapped keys: the manifest and the openings, also unfinished ones."""
    return name == layout.MANIFEST or layout.opening_number(name) is not None or layout.is_leftover(name)


def _refused(recording: str, why: str) -> ErasingRefused:
    return ErasingRefused(f"{recording}: {why}" if recording else why, recording=recording)
