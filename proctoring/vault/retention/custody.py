"""A recording's custody (保管记录): the chain of what was done with it (`chain`, in `custody/<recording>/`)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from pydantic import ValidationError

from proctoring.vault.retention.chain import Book, Chain, ChainFaults, ShelfChain
from proctoring.vault.retention.faults import ActRefused, CustodyBusy, CustodyCut, CustodyRefused
from proctoring.vault.retention.people import Signer
from sync.trust.keys import SigningKey
from sync.wire.archive import CustodyAct, CustodyEntry, Moment
from sync.wire.ids import Millis

CUSTODY: Final = "custody/"
MAX_ENTRIES: Final = 100_000

BY_THE_ARCHIVE: Final = frozenset(
    {CustodyAct.ARRIVED, CustodyAct.VERIFIED, CustodyAct.KEYS_ERASED, CustodyAct.DESTROYED}
)
"""What the archive signs itself; everything else needs a person."""

Custody = Chain[CustodyEntry]


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


def custody_of(book: Book, recording: str) -> ShelfChain[CustodyEntry]:
    """Give a recording's custody where it lies."""

    def require_its_own(entry: CustodyEntry) -> None:
        if entry.by is None and entry.act not in BY_THE_ARCHIVE:
            raise CustodyRefused(f"{entry.act} needs a person")
        if entry.recording != recording:
            raise CustodyRefused("it belongs elsewhere")

    faults = ChainFaults(CustodyRefused, CustodyCut, CustodyBusy, {"recording": recording})
    return ShelfChain(book, f"{CUSTODY}{recording}", CustodyEntry, require_its_own, faults)


def entry_name(recording: str, sequence: int) -> str:
    """Name an entry on the shelf."""
    return f"{CUSTODY}{recording}/{sequence:06}.json"


def read_chain(book: Book, recording: str) -> Custody:
    """Read and verify a recording's custody; empty if there is none.

    Raises:
        CustodyRefused: an entry is missing, changed, in another's place, or signed by somebody who may not.
        CustodyCut: less is there, or other, than was seen.
        DiskFault: the disk does not give it.
    """
    return custody_of(book, recording).grown(Chain())


def append(
    book: Book,
    recording: str,
    own: SigningKey,
    judge: Callable[[Custody], tuple[str, Act, int]],
    check: Callable[[CustodyEntry], None],
) -> Custody:
    """Append an entry, durably, and give the custody that ends with it.

    `judge` is asked anew for every chain that is found: it gives the manifest's digest, the act, and until when
    the store has to keep the entry, or raises because the act has no place; `check` looks at the entry that came of it.

    Raises:
        CustodyRefused: the chain does not hold together.
        CustodyBusy: others were quicker every time.
        DiskFull, DiskFault: nothing was entered.
    """

    def made(chain: Custody) -> tuple[CustodyEntry, SigningKey, int]:
        if len(chain.entries) >= MAX_ENTRIES:
            raise CustodyRefused(f"{recording}: {MAX_ENTRIES} entries, no more")
        manifest_sha256, act, until_ms = judge(chain)
        entry = _made(book, recording, chain, manifest_sha256, act)
        check(entry)
        return entry, act.person.key if act.person else own, until_ms

    return custody_of(book, recording).append(Chain(), made)


def _made(book: Book, recording: str, chain: Custody, manifest_sha256: str, act: Act) -> CustodyEntry:
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
