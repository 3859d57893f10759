"""A chain of signed entries on the shelf: read strictly, appended to by one at a time, its end remembered.

Entry `n` is `<folder>/<n, six digits>.json`: a DSSE envelope over a document that says whose archive's it is, which in
the chain, who signed it, and the SHA-256 of the envelope before. A name that exists is never written over: of two who
append at once one is refused, reads again and judges anew. That the last entries are gone no chain can tell by itself:
the home's memory can, whichever chain it is. Custody, the clock line and the register of media are such chains.

What lies among the entries and is none is a stranger: it is named, and keeps nobody from reading the chain. So is a
number after a gap, if what lies there cannot be an entry of this chain; if it is one, entries are missing.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import ClassVar, Final, Generic, Protocol, Self, TypeVar

from proctoring.vault.retention.memory import Cut, Memory, cut
from proctoring.vault.retention.people import key_of, require_acting
from proctoring.vault.store.shelf import Shelf, ShelfBusy, ShelfConflict
from sync.faults import Fault, Refused
from sync.replica.ends import ChainEnd
from sync.trust import envelope
from sync.trust.anchor import Trust
from sync.trust.keys import PublicKey, SigningKey
from sync.wire.archive import Moment, Person

NOTHING_BEFORE: Final = "0" * 64
_TRIES: Final = 20
_ENVELOPE_FACTOR: Final = 2  # base64 and the signature around an entry
_NAME: Final = re.compile(r"([0-9]{6})\.json")


class Chained(Protocol):
    """What every entry says: whose archive's it is, which in its chain, what was before, who acted (or the archive)."""

    PAYLOAD_TYPE: ClassVar[str]
    MAX_BYTES: ClassVar[int]

    @property
    def archive(self) -> str: ...  # noqa: D102
    @property
    def sequence(self) -> int: ...  # noqa: D102
    @property
    def before(self) -> str: ...  # noqa: D102
    @property
    def by(self) -> Person | None: ...  # noqa: D102
    @property
    def at(self) -> Moment: ...  # noqa: D102

    def to_bytes(self) -> bytes: ...  # noqa: D102
    @classmethod
    def parse(cls, raw: bytes) -> Self: ...  # noqa: D102


Entry = TypeVar("Entry", bound=Chained)


@dataclass(frozen=True)
class Book:
    """Whose chains they are, where they lie, whom they are believed from, and what of them was seen."""

    archive: str
    shelf: Shelf
    key: PublicKey
    trust: Trust
    memory: Memory


@dataclass(frozen=True)
class Chain(Generic[Entry]):
    """A verified chain. `digests` are those of the envelopes, in order."""

    entries: tuple[Entry, ...] = ()
    digests: tuple[str, ...] = ()

    @property
    def last_sha256(self) -> str:
        """The digest that the next entry names."""
        return self.digests[-1] if self.digests else NOTHING_BEFORE


@dataclass(frozen=True)
class ChainFaults:
    """What is raised: the chain does not hold together, it was cut, others kept writing. `facts` belong to a cut."""

    refused: type[Refused]
    cut: type[Refused]
    busy: type[Fault]
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ShelfChain(Generic[Entry]):
    """One chain where it lies. `require_its_own` raises a fault for an entry that has no place in this chain."""

    book: Book
    folder: str
    document: type[Entry]
    require_its_own: Callable[[Entry], None]
    faults: ChainFaults

    def grown(self, chain: Chain[Entry]) -> Chain[Entry]:
        """Read and verify what came after `chain`, which was verified already; an empty one reads everything.

        Raises:
            `faults.refused`: an entry is missing, changed, in another's place, or signed by somebody who may not.
            `faults.cut`: less is there, or other, than was seen.
            DiskFault: the disk does not give it.
        """
        end = self.book.memory.end(self.folder)  # first: what somebody enters meanwhile is then not missed
        there, beyond = self._numbers()
        self._refuse_cut(cut(end, [*there, *beyond]))
        if any(map(self._is_entry, beyond)) or len(there) < len(chain.entries):
            raise self._refused("entries are missing")
        self._refuse_cut(cut(end, there))
        entries, digests = list(chain.entries), list(chain.digests)
        for number in there[len(entries) :]:
            raw = self.book.shelf.read(self.name(number), 0, self._most_bytes + 1)
            entry = self._believed(number, raw)
            if entry.before != (digests[-1] if digests else NOTHING_BEFORE):
                raise self._refused(f"entry {number} does not follow the one before")
            self._require_signer(entry, entries[-1] if entries else None, end)
            entries.append(entry)
            digests.append(sha256(raw).hexdigest())
        self._refuse_cut(cut(end, there, digests))
        self.book.memory.see(self.folder, digests, end)
        return Chain(tuple(entries), tuple(digests))

    def append(
        self, chain: Chain[Entry], judge: Callable[[Chain[Entry]], tuple[Entry, SigningKey, int]]
    ) -> Chain[Entry]:
        """Append an entry, durably, and give the chain that ends with it; `chain` was verified already.

        `judge` is asked anew for every chain that is found: it gives the entry, the key that signs it, and until when
        the store has to keep it, or raises because it has no place.

        Raises:
            `faults.busy`: others were quicker every time; and what `grown` raises.
            DiskFull, DiskFault: nothing was entered.
        """
        for _ in range(_TRIES):
            chain = self.grown(chain)
            entry, key, until_ms = judge(chain)
            signed = envelope.sign(entry.to_bytes(), self.document.PAYLOAD_TYPE, key)
            self._believed(len(chain.entries), signed)  # what would not be believed later is not entered
            try:
                self.book.shelf.put(self.name(entry.sequence), signed, until_ms)
            except (ShelfConflict, ShelfBusy):
                continue
            digests = (*chain.digests, sha256(signed).hexdigest())
            self.book.memory.see(self.folder, digests, self.book.memory.end(self.folder))
            return Chain((*chain.entries, entry), digests)
        raise self.faults.busy(self.folder)

    def strangers(self) -> tuple[str, ...]:
        """Give the names that lie among the entries and are no entry's: nobody reads them, somebody should look."""
        others = [name for number, name in self._names() if number is None]
        return (*others, *(self.name(number) for number in self._numbers()[1]))

    def name(self, number: int) -> str:
        """Name an entry on the shelf."""
        return f"{self.folder}/{number:06}.json"

    @property
    def _most_bytes(self) -> int:
        return self.document.MAX_BYTES * _ENVELOPE_FACTOR

    def _names(self) -> Iterator[tuple[int | None, str]]:
        for name in self.book.shelf.names(f"{self.folder}/"):
            match = _NAME.fullmatch(name.removeprefix(f"{self.folder}/"))
            yield (int(match[1]) if match else None), name

    def _numbers(self) -> tuple[list[int], list[int]]:
        """Give the numbers that follow one another from 0 on, and those that come after a gap."""
        there = sorted(number for number, _ in self._names() if number is not None)
        whole = next((at for at, number in enumerate(there) if at != number), len(there))
        return there[:whole], there[whole:]

    def _is_entry(self, number: int) -> bool:
        """Tell whether what lies there is an entry of this chain, whatever came before it."""
        try:
            self._believed(number, self.book.shelf.read(self.name(number), 0, self._most_bytes + 1))
        except Refused:
            return False
        return True

    def _believed(self, number: int, raw: bytes) -> Entry:
        kind, most = self.document.PAYLOAD_TYPE, self._most_bytes
        try:
            entry = self.document.parse(envelope.peek(raw, kind, max_bytes=most).payload)
            self.require_its_own(entry)
            key = key_of(entry.by, self.book.trust, entry.at.wall_ms) if entry.by else self.book.key
            envelope.verify(raw, kind, [key], max_bytes=most)
        except Refused as fault:
            raise self._refused(f"entry {number}: {fault.detail}") from None
        if (entry.archive, entry.sequence) != (self.book.archive, number):
            raise self._refused(f"entry {number} belongs elsewhere")
        return entry

    def _require_signer(self, entry: Entry, before: Entry | None, end: ChainEnd | None) -> None:
        """Refuse what somebody enters after their revocation under an earlier time.

        What was seen before stands. What comes new counts only if its signer may act now; where nothing was ever seen
        (a home that was lost) a signer who was revoked since may at least not go back in time behind the entry before.
        Somebody who may act has no reason to: there the clock was wrong, and was set right.
        """
        seen = end is not None and entry.sequence <= end.sequence
        unseen = end is not None and not seen
        back = before is not None and entry.at.wall_ms < before.at.wall_ms
        if entry.by is None or seen or not (unseen or back):
            return
        try:
            require_acting(entry.by, self.book.trust)
        except Refused as fault:
            raise self._refused(f"entry {entry.sequence}, new here: {fault.detail}") from None

    def _refused(self, detail: str) -> Refused:
        return self.faults.refused(f"{self.folder}: {detail}")

    def _refuse_cut(self, found: Cut | None) -> None:
        if found is not None:
            facts = {**self.faults.facts, "seen": found.seen, "missing": found.missing}
            raise self.faults.cut(f"{self.folder}: {found.detail}", **facts)
