"""What this archive has seen of every chain on its shelf: custody, the clock line, the register of media.

A chain cannot tell its own end: who takes the last entries away, or puts an older copy of the store back, leaves one
that holds together. So the archive's home remembers, in its encrypted replica, how far it saw each; it only goes
forward, and durably before an act is told as done. A home that was lost begins anew and sees what lies there.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from sync.replica.ends import ChainEnd, ChainEnds
from sync.trust.clock import ClockReading

_LATEST_MS: Final = 253_402_300_799_000
_MOST_NAMED: Final = 5


@dataclass(frozen=True)
class Cut:
    """A chain has less, or other, than was seen of it. `seen`: a date and time (UTC); `missing`: which entries."""

    seen: str
    missing: str

    @property
    def detail(self) -> str:
        """Say it in a line for the person who reports it."""
        return f"entries {self.missing}, seen {self.seen}, are missing or others"


@dataclass(frozen=True)
class Memory:
    """The memory of one archive's home."""

    ends: ChainEnds
    clock: Callable[[], ClockReading]

    def end(self, chain: str) -> ChainEnd | None:
        """Give how far a chain was seen. Ask before the chain is read: another process may be writing to it."""
        return self.ends.end(chain)

    def see(self, chain: str, digests: Sequence[str], before: ChainEnd | None) -> None:
        """Remember a chain that was read and verified, if it has grown."""
        if digests and (before is None or len(digests) - 1 > before.sequence):
            self.ends.advance(chain, ChainEnd(len(digests) - 1, digests[-1], max(0, self.clock().wall_ms)))

    def known(self, prefix: str) -> list[str]:
        """Give the chains that were seen."""
        return self.ends.chains(prefix)


def cut(end: ChainEnd | None, there: list[int], digests: Sequence[str] | None = None) -> Cut | None:
    """Say what is missing of what was seen.

    `there`: the sequences that lie on the shelf; `digests`, once they were read: of their envelopes, in order.
    """
    if end is None:
        return None
    missing = sorted(set(range(end.sequence + 1)) - set(there))
    if not missing and digests is not None and digests[end.sequence] != end.sha256:
        missing = [end.sequence]
    if not missing:
        return None
    named = ", ".join(map(str, missing[:_MOST_NAMED])) + (" …" if len(missing) > _MOST_NAMED else "")
    return Cut(f"{datetime.fromtimestamp(min(end.seen_ms, _LATEST_MS) / 1000, UTC):%Y-%m-%d %H:%M}", named)
