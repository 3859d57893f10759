"""A recording's custody (保管记录): a chain of signed entries on the shelf, read strictly, appended by one at a time.

Entry `n` is `custody/<recording>/<n, six digits>.json`, a DSSE envelope over a `CustodyEntry` that names the SHA-256 of
the envelope before. A name that exists is never written over: of two who append at once one is refused, reads again and
judges anew.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from pydantic import ValidationError

from proctoring.vault.retention.faults import ActRefused, CustodyBusy, CustodyCut, CustodyRefused
from proctoring.vault.retention.memory import Cut, Memory, cut
from proctoring.vault.retention.people import Signer, key_of, require_acting
from proctoring.vault.store.shelf import Shelf, ShelfBusy, ShelfConflict
from sync.faults import Refused
from sync.replica.ends import ChainEnd
from sync.trust import envelope
from sync.trust.anchor import Trust
from sync.trust.keys import PublicKey, SigningKey
from sync.wire.archive import CustodyAct, CustodyEntry, Moment
from sync.wire.ids import Millis

CUSTODY: Final = "custody/"
NOTHING_BEFORE: Final = "0" * 64
MAX_ENTRIES: Final = 100_000
_TRIES: Final = 20
_ENVELOPE_FACTOR: Final = 2  # base64 and the signature around an entry
_NAME: Final = re.compile(r"([0-9]{6})\.json")

BY_THE_ARCHIVE: Final = frozenset(
    {CustodyAct.ARRIVED, CustodyAct.VERIFIED, CustodyAct.KEYS_ERASED, CustodyAct.DESTROYED}
)
"""What the archive signs itself; everything else needs a person."""


@dataclass(frozen=True)
class Book:
    """Whose custody it is, where it lies, whom it believes, and what of it was seen."""

    archive: str
    shelf: Shelf
    key: PublicKey
    trust: Trust
    memory: Memory


@dataclass(frozen=True)
class Chain:
    """A verified chain. `digests` are those of the envelopes, in order."""

    entries: tuple[CustodyEntry, ...] = ()
    digests: tuple[str, ...] = ()

    @property
    def last_sha256(self) -> str:
        """The digest that the next entry names."""
        return self.digests[-1] if self.digests else NOTHING_BEFORE


@dataclass(frozen=True)
class Act:
    """What is to be entered; `person` is None where the archive itself acts."""

    act: CustodyAct
    person: Signer | None
    at: Moment
    purpose: str | None = None
    about: int | None = None
    until_ms: Millis | None = None
    facts: tuple[tuple[str, str], ...] = ()


def entry_name(recording: str, sequence: int) -> str:
    """Name an entry on the shelf."""
    return f"custody/{recording}/{sequence:06}.json"


def chain_name(recording: str) -> str:
    """Name a recording's custody as the archive's memory does."""
    return f"{CUSTODY}{recording}"


def read_chain(book: Book, recording: str) -> Chain:
    """Read and verify a recording's custody; empty if there is none.

    Raises:
        CustodyRefused: an entry is missing, changed, in another's place, or signed by somebody who may not.
        CustodyCut: less is there, or other, than was seen.
        DiskFault: the disk does not give it.
    """
    return grown(book, recording, Chain())


def grown(book: Book, recording: str, chain: Chain) -> Chain:
    """Read on from a chain that was verified already. Raises what `read_chain` raises."""
    name = chain_name(recording)
    end = book.memory.end(name)  # first: what somebody enters meanwhile is then not missed
    there = sorted(_numbers(book.shelf, recording))
    _refuse_cut(recording, cut(end, there))
    if there != list(range(len(there))) or len(there) < len(chain.entries):
        raise CustodyRefused(f"{recording}: entries are missing")
    entries, digests = list(chain.entries), list(chain.digests)
    for number in there[len(entries) :]:
        raw = book.shelf.read(entry_name(recording, number), 0, CustodyEntry.MAX_BYTES * _ENVELOPE_FACTOR + 1)
        entry = _believed(book, recording, number, raw)
        if entry.before != (digests[-1] if digests else NOTHING_BEFORE):
            raise CustodyRefused(f"{recording}: entry {number} does not follow the one before")
        _require_signer(book, entry, entries, end)
        entries.append(entry)
        digests.append(sha256(raw).hexdigest())
    _refuse_cut(recording, cut(end, there, digests))
    book.memory.see(name, digests, end)
    return Chain(tuple(entries), tuple(digests))


def append(
    book: Book,
    recording: str,
    own: SigningKey,
    judge: Callable[[Chain], tuple[str, Act, int]],
    check: Callable[[Chain, CustodyEntry], None],
) -> tuple[CustodyEntry, Chain]:
    """Append an entry, durably.

    `judge` is asked anew for every chain that is found: it gives the manifest's digest, the act, and until when
    the store has to keep the entry, or raises because the act has no place; `check` looks at the entry that came of it.

    Raises:
        CustodyRefused: the chain does not hold together.
        CustodyBusy: others were quicker every time.
        DiskFull, DiskFault: nothing was entered.
    """
    chain = Chain()
    for _ in range(_TRIES):
        chain = grown(book, recording, chain)
        if len(chain.entries) >= MAX_ENTRIES:
            raise CustodyRefused(f"{recording}: {MAX_ENTRIES} entries, no more")
        manifest_sha256, act, until_ms = judge(chain)
        entry = _made(book, recording, chain, manifest_sha256, act)
        check(chain, entry)
        signed = envelope.sign(entry.to_bytes(), CustodyEntry.PAYLOAD_TYPE, act.person.key if act.person else own)
        _believed(book, recording, entry.sequence, signed)  # what would not be believed later is not entered
        try:
            book.shelf.put(entry_name(recording, entry.sequence), signed, until_ms)
        except (ShelfConflict, ShelfBusy):
            continue
        digests = (*chain.digests, sha256(signed).hexdigest())
        book.memory.see(chain_name(recording), digests, book.memory.end(chain_name(recording)))
        return entry, Chain((*chain.entries, entry), digests)
    raise CustodyBusy(recording)


def _made(book: Book, recording: str, chain: Chain, manifest_sha256: str, act: Act) -> CustodyEntry:
    try:
        return CustodyEntry(
            archive=book.archive,
            recording=recording,
            manifest_sha256=manifest_sha256,
            sequence=len(chain.entries),
            before=chain.last_sha256,
            act=act.act,
            by=act.person.person if act.person else None,
            at=act.at,
            purpose=act.purpose,
            about=act.about,
            until_ms=act.until_ms,
            facts=dict(act.facts),
        )
    except ValidationError as error:
        raise ActRefused(f"{act.act}: {error.errors()[0]['loc']} is out of bounds") from None


def _numbers(shelf: Shelf, recording: str) -> list[int]:
    prefix = f"custody/{recording}/"
    found = []
    for name in shelf.names(prefix):
        match = _NAME.fullmatch(name.removeprefix(prefix))
        if match is not None:
            found.append(int(match[1]))
    return found


def odd_names(shelf: Shelf, recording: str) -> list[str]:
    """Give what lies among a recording's custody and is no entry; it says nothing, and keeps nobody from a hold."""
    prefix = f"custody/{recording}/"
    return [name for name in shelf.names(prefix) if not _NAME.fullmatch(name.removeprefix(prefix))]


def _refuse_cut(recording: str, found: Cut | None) -> None:
    if found is not None:
        raise CustodyCut(f"{recording}: {found.detail}", recording=recording, seen=found.seen, missing=found.missing)


def _require_signer(book: Book, entry: CustodyEntry, before: list[CustodyEntry], end: ChainEnd | None) -> None:
    """Refuse what somebody enters after their revocation under an earlier time.

    What was seen before stands. What comes new counts only if its signer may act now; where nothing was ever seen (a
    home that was lost) a signer who was revoked since may at least not go back in time behind the entry before.
    Somebody who may act has no reason to: there the clock was wrong, and was set right.
    """
    seen = end is not None and entry.sequence <= end.sequence
    unseen = end is not None and not seen
    back = bool(before) and entry.at.wall_ms < before[-1].at.wall_ms
    if entry.by is None or seen or not (unseen or back):
        return
    try:
        require_acting(entry.by, book.trust)
    except Refused as fault:
        raise CustodyRefused(f"{entry.recording}: entry {entry.sequence}, new here: {fault.detail}") from None


def _believed(book: Book, recording: str, number: int, raw: bytes) -> CustodyEntry:
    limit = CustodyEntry.MAX_BYTES * _ENVELOPE_FACTOR
    try:
        entry = CustodyEntry.parse(envelope.peek(raw, CustodyEntry.PAYLOAD_TYPE, max_bytes=limit).payload)
        key = key_of(entry.by, book.trust, entry.at.wall_ms) if entry.by else _archives(book, entry)
        envelope.verify(raw, CustodyEntry.PAYLOAD_TYPE, [key], max_bytes=limit)
    except Refused as fault:
        raise CustodyRefused(f"{recording}: entry {number}: {fault.detail}") from None
    if (entry.archive, entry.recording, entry.sequence) != (book.archive, recording, number):
        raise CustodyRefused(f"{recording}: entry {number} belongs elsewhere")
    return entry


def _archives(book: Book, entry: CustodyEntry) -> PublicKey:
    if entry.act not in BY_THE_ARCHIVE:
        raise CustodyRefused(f"{entry.act} needs a person")
    return book.key
