"""The archive's line of clock readings on the shelf (`clock/<n>.json`): written at every run, and at least daily.

Each line is signed by the archive's key, or by the administrator who states the time; chained as custody is (`chain`).
"""

from collections.abc import Callable
from typing import Final

from proctoring.vault.retention.chain import Book, Chain, ChainFaults, ShelfChain
from proctoring.vault.retention.faults import ClockLineCut, ClockLineRefused, CustodyBusy
from proctoring.vault.retention.locking import papers_until
from proctoring.vault.retention.people import Signer
from proctoring.vault.retention.timekeeping import moment
from sync.trust.clock import ClockReading
from sync.trust.keys import SigningKey
from sync.wire.archive import ClockAct, ClockEntry

_FAULTS: Final = ChainFaults(ClockLineRefused, ClockLineCut, CustodyBusy)


class ClockLine:
    """The line, read once and read on from there. A window asks from several threads at once: nothing here waits."""

    def __init__(self, book: Book) -> None:
        self._chain: Final = ShelfChain(book, "clock", ClockEntry, _require_its_own, _FAULTS)
        self._read = Chain[ClockEntry]()

    def entries(self) -> tuple[ClockEntry, ...]:
        """Give the verified line as it is now.

        Raises:
            ClockLineRefused: a line is missing, changed, or signed by somebody who may not.
            ClockLineCut: less is there, or other, than was seen.
        """
        self._read = read = self._chain.grown(self._read)
        return read.entries

    def write(
        self,
        own: SigningKey,
        clock: Callable[[], ClockReading],
        *,
        act: ClockAct = ClockAct.READ,
        stated_ms: int | None = None,
        by: Signer | None = None,
    ) -> ClockEntry:
        """Write a line, durably; the clocks are read anew at every try, so that no line is older than the one before.

        Raises:
            ClockLineRefused: the line so far does not hold together.
            CustodyBusy: others were quicker every time.
            DiskFull, DiskFault: nothing was written.
        """

        def judge(chain: Chain[ClockEntry]) -> tuple[ClockEntry, SigningKey, int]:
            reading = clock()
            entry = ClockEntry(
                archive=self._chain.book.archive,
                sequence=len(chain.entries),
                before=chain.last_sha256,
                act=act,
                at=moment(reading),
                slept_ms=reading.slept_ms,
                stated_ms=stated_ms,
                by=by.person if by else None,
            )
            return entry, by.key if by else own, papers_until(reading.wall_ms)

        self._read = written = self._chain.append(self._read, judge)
        return written.entries[-1]

    def strangers(self) -> tuple[str, ...]:
        """Give the names that lie among the lines and are no line's: nobody reads them, somebody should look."""
        return self._chain.strangers()


def _require_its_own(entry: ClockEntry) -> None:
    if (entry.by is None) == (entry.act is ClockAct.STATED):
        raise ClockLineRefused("people, and only people, state the time")
