"""How far chains of signed entries were seen that are kept elsewhere: whoever cuts one at its end is noticed.

A chain names its entries forwards only; that its last ones are gone it cannot tell by itself.
"""

from dataclasses import dataclass

from sync.replica.connection import Connection


@dataclass(frozen=True)
class ChainEnd:
    """The furthest entry that was seen: its sequence, the SHA-256 of its envelope, when (wall clock, UTC, ms)."""

    sequence: int
    sha256: str
    seen_ms: int


class ChainEnds:
    """What this replica has seen, by chain. It goes forward only."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def end(self, chain: str) -> ChainEnd | None:
        """Give how far a chain was seen, or None if it never was."""
        found = self._connection.rows("SELECT sequence, sha256, seen_ms FROM chain_end WHERE chain = ?", chain)
        return ChainEnd(*found[0]) if found else None

    def advance(self, chain: str, end: ChainEnd) -> None:
        """Remember an end that is further than the one before; durable when this returns. Others change nothing."""
        self._connection.run(
            "INSERT INTO chain_end (chain, sequence, sha256, seen_ms) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (chain) DO UPDATE SET sequence = excluded.sequence, sha256 = excluded.sha256,"
            " seen_ms = excluded.seen_ms WHERE excluded.sequence > chain_end.sequence",
            *(chain, end.sequence, end.sha256, end.seen_ms),
        )

    def chains(self, prefix: str) -> list[str]:
        """Give the names of all chains that were seen and begin with `prefix`, in order."""
        found = self._connection.rows(
            "SELECT chain FROM chain_end WHERE substr(chain, 1, ?) = ? ORDER BY chain", len(prefix), prefix
        )
        return [str(row[0]) for row in found]
