"""What a replica holds that must never be lost, in figures that any version of the program reads the same way."""

from dataclasses import dataclass
from typing import Final

from sync.replica.connection import Connection
from sync.replica.outbox import Stage

_DELIVERED: Final = frozenset({Stage.RECEIPTED.value, Stage.PROVEN.value, Stage.PURGEABLE.value})


@dataclass(frozen=True)
class PacketKept:
    """A packet in the outbox: how far it has come, and the bytes of what came back (0: nothing did)."""

    sha256: str
    stage: str
    size: int
    receipt: int
    proof: int

    @property
    def is_delivered(self) -> bool:
        """Tell whether the registry has signed for it."""
        return self.stage in _DELIVERED and self.receipt > 0


@dataclass(frozen=True)
class Contents:
    """Each journal with its last row's hash and number of rows, each packet, each document with its size in bytes."""

    journals: tuple[tuple[str, str, int], ...]
    packets: tuple[PacketKept, ...]
    documents: tuple[tuple[str, str, int], ...]


def read_contents(connection: Connection) -> Contents:
    """Read them by the tables and columns that every version has had."""
    journals = connection.rows(
        "SELECT sitting, hash, seq FROM journal AS one"
        " WHERE seq = (SELECT MAX(seq) FROM journal WHERE sitting = one.sitting) ORDER BY sitting"
    )
    packets = connection.rows(
        "SELECT sha256, stage, LENGTH(envelope), COALESCE(LENGTH(receipt), 0), COALESCE(LENGTH(proof), 0)"
        " FROM outbox ORDER BY sha256"
    )
    documents = connection.rows("SELECT kind, name, LENGTH(data) FROM document ORDER BY kind, name")
    return Contents(
        tuple((str(sitting), str(last), int(count)) for sitting, last, count in journals),
        tuple(PacketKept(*row) for row in packets),
        tuple((str(kind), str(name), int(size)) for kind, name, size in documents),
    )
