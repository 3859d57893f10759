"""The journal: the append-only, hash-chained record of every sitting. Committed before it is acknowledged."""

import hashlib
from dataclasses import dataclass

from sync.faults import EnvironmentFault, Refused
from sync.replica.connection import Connection
from sync.wire.document import canonical_json

GENESIS = "0" * 64


class JournalBroken(Refused):
    """A row is missing, was changed, or stands in the wrong place. Fact: `seq`."""

    code = "JOURNAL_BROKEN"


class OtherWriter(EnvironmentFault):
    """Somebody else has written to this journal since its writer last did."""

    code = "JOURNAL_OTHER_WRITER"


@dataclass(frozen=True)
class JournalRow:
    """One event as it was committed; `hash` covers everything else and, through `prev`, all rows before."""

    sitting: str
    seq: int
    kind: str
    run: str
    mono_ms: int
    wall_ms: int
    body: bytes
    prev: str
    hash: str

    def reckoned_hash(self) -> str:
        """Compute the hash the row must have (format: the package's README)."""
        body = hashlib.sha256(self.body).hexdigest()
        covered = [self.seq, self.sitting, self.kind, self.run, self.mono_ms, self.wall_ms, body, self.prev]
        return hashlib.sha256(canonical_json(covered)).hexdigest()


class Journal:
    """The journals of this replica's sittings."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def append(
        self, sitting: str, kind: str, run: str, mono_ms: int, wall_ms: int, body: bytes, after: str | None = None
    ) -> JournalRow:
        """Add a row at the end and commit it; when this returns, the row is on the disk.

        `after`: the hash of the last row its writer knows (`GENESIS`: of none), so that two writers never interleave;
        None adds it after whatever there is.

        Raises:
            OtherWriter: the last row is another one; nothing was added.
            DiskFull, DiskFault, ReplicaUnreadable: nothing was added.
        """
        with self._connection.transaction():
            head, count = self.head(sitting)
            if after not in (None, head):
                raise OtherWriter(f"row {count}")
            unhashed = JournalRow(sitting, count + 1, kind, run, mono_ms, wall_ms, body, head, "")
            row = JournalRow(**{**vars(unhashed), "hash": unhashed.reckoned_hash()})
            self._connection.run(
                "INSERT INTO journal (sitting, seq, kind, run, mono_ms, wall_ms, body, prev, hash)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                *vars(row).values(),
            )
        return row

    def rows(self, sitting: str) -> list[JournalRow]:
        """Give a sitting's rows in order, after checking the whole chain.

        Raises:
            JournalBroken: naming the first row that does not fit.
        """
        found = self._connection.rows(
            "SELECT sitting, seq, kind, run, mono_ms, wall_ms, body, prev, hash FROM journal"
            " WHERE sitting = ? ORDER BY seq",
            sitting,
        )
        rows = [JournalRow(*values) for values in found]
        prev = GENESIS
        for expected, row in enumerate(rows, start=1):
            if (row.seq, row.prev, row.hash) != (expected, prev, row.reckoned_hash()):
                raise JournalBroken(f"row {expected} of {len(rows)}", seq=expected)
            prev = row.hash
        return rows

    def head(self, sitting: str) -> tuple[str, int]:
        """Give the last row's hash and the number of rows (64 zeros and 0 for a journal that has none)."""
        last = self._connection.rows(
            "SELECT hash, seq FROM journal WHERE sitting = ? ORDER BY seq DESC LIMIT 1", sitting
        )
        return (str(last[0][0]), int(last[0][1])) if last else (GENESIS, 0)

    def sittings(self) -> list[str]:
        """Give the sittings that have a journal here, in the order of their ids."""
        return [str(row[0]) for row in self._connection.rows("SELECT DISTINCT sitting FROM journal ORDER BY 1")]
