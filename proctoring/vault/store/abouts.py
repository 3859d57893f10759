"""What lies on the shelf as said about a recording: what can be no such thing is put aside, and stated.

Anybody who can write there can lay something down under that name before the seat's own comes; then the seat keeps its
own (`erasing.release_about`), and takes the place once this has gone. Whether the seat signed it, only those can tell
who may open it.
"""

from collections.abc import Iterator
from hashlib import sha256

import structlog

from proctoring.vault.store.erasing import about_name, drop_about, refused_about_name
from proctoring.vault.store.receiving import Outcome, Received, Receiver, aside_note
from proctoring.vault.store.shelf import ShelfNameMissing
from sync.faults import Fault, Refused
from sync.wire.archive import AsideReason, SealedAbout
from sync.wire.ids import is_id

_log = structlog.get_logger(__name__)


def look_at_abouts(receiver: Receiver) -> Iterator[Received]:
    """Look at all that is said about recordings; give what was put aside, or could not be."""
    for name in list(receiver.shelf.names("about/")):
        recording = name.removeprefix("about/").removesuffix(".sealed")
        if is_id(recording) and name == about_name(recording):
            yield from look_at_about(receiver, recording)


def look_at_about(receiver: Receiver, recording: str) -> Iterator[Received]:
    """Look at what is said about one recording, if anything is; as `look_at_abouts`."""
    try:
        why = _wrong(receiver, recording)
        if why:
            yield Received(recording, Outcome.ASIDE, reason=_put_aside(receiver, recording, why))
    except Fault as fault:
        _log.warning("what is said was not looked at", recording=recording, code=fault.code, detail=fault.detail)
        yield Received(recording, Outcome.FAILED, fault=fault)


def _wrong(receiver: Receiver, recording: str) -> str:
    """Say what is wrong with it; empty if nothing is, or nothing lies there."""
    try:
        found = SealedAbout.parse(_read(receiver, recording))
    except ShelfNameMissing:
        return ""
    except Refused as fault:
        return fault.detail or fault.code
    return "" if found.recording == recording else "about another recording"


def _put_aside(receiver: Receiver, recording: str, why: str) -> AsideReason:
    digest, reason = sha256(_read(receiver, recording)).hexdigest(), AsideReason.ABOUT_REFUSED
    aside = refused_about_name(recording, digest)
    receiver.shelf.adopt(about_name(recording), aside)
    note = f"{aside.removesuffix('.sealed')}.json"
    if receiver.shelf.size(note) is None:
        receiver.shelf.put(note, aside_note(receiver, recording, digest, reason, why))
    drop_about(receiver.shelf, recording, aside)
    return reason


def _read(receiver: Receiver, recording: str) -> bytes:
    return receiver.shelf.read(about_name(recording), 0, SealedAbout.MAX_BYTES + 1)
