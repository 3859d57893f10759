"""The cabinet: the other things a seat keeps, each under a name, and a few figures that must outlive a restart."""

from dataclasses import dataclass
from enum import StrEnum

from sync.replica.connection import Connection

_HIGHEST_SIGNED = "highest_signed_ms"


class DocumentKind(StrEnum):
    """What is kept."""

    PLAN = "plan"
    PACKAGE = "package"
    RELEASE = "release"
    ROOM_RECORD = "room_record"


@dataclass(frozen=True)
class PinFailure:
    """A wrong PIN and when it was typed: by the wall clock, and by the monotonic clock of one boot."""

    boot_id: str
    mono_ms: int
    wall_ms: int


class Cabinet:
    """Documents and figures of this replica."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put_document(self, kind: DocumentKind, name: str, data: bytes, now_ms: int) -> None:
        """Keep a document, replacing one of the same kind and name; durable when this returns."""
        self._connection.run(
            "INSERT INTO document (kind, name, data, kept_ms) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (kind, name) DO UPDATE SET data = excluded.data, kept_ms = excluded.kept_ms",
            *(kind.value, name, data, now_ms),
        )

    def document(self, kind: DocumentKind, name: str) -> bytes | None:
        """Give a document's bytes."""
        found = self._connection.rows("SELECT data FROM document WHERE kind = ? AND name = ?", kind.value, name)
        return bytes(found[0][0]) if found else None

    def names(self, kind: DocumentKind) -> list[str]:
        """Give the names of all documents of a kind, the newest first."""
        found = self._connection.rows(
            "SELECT name FROM document WHERE kind = ? ORDER BY kept_ms DESC, name DESC", kind.value
        )
        return [str(row[0]) for row in found]

    def remove_document(self, kind: DocumentKind, name: str) -> None:
        """Forget a document; SQLCipher's pages are overwritten (`secure_delete`)."""
        self._connection.run("DELETE FROM document WHERE kind = ? AND name = ?", kind.value, name)

    def setting(self, name: str) -> str | None:
        """Give a small figure or word that was set."""
        found = self._connection.rows("SELECT value FROM setting WHERE name = ?", name)
        return str(found[0][0]) if found else None

    def set_setting(self, name: str, value: str) -> None:
        """Set a small figure or word."""
        self._connection.run(
            "INSERT INTO setting (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            *(name, value),
        )

    def highest_signed_ms(self) -> int:
        """Give the latest time that anything believed was signed at, ms; 0 at first."""
        return int(self.setting(_HIGHEST_SIGNED) or 0)

    def raise_highest_signed_ms(self, signed_ms: int) -> None:
        """Remember a signed time if it is later than all before; it never goes back."""
        with self._connection.transaction():
            if signed_ms > self.highest_signed_ms():
                self.set_setting(_HIGHEST_SIGNED, str(signed_ms))

    def pin_failures(self, proctor: str) -> list[PinFailure]:
        """Give a proctor's wrong PINs since the last right one, the oldest first."""
        found = self._connection.rows(
            "SELECT boot_id, mono_ms, wall_ms FROM pin_failure WHERE proctor = ? ORDER BY rowid", proctor
        )
        return [PinFailure(*row) for row in found]

    def record_pin_failure(self, proctor: str, failure: PinFailure) -> None:
        """Count a wrong PIN, durably and before it is said: a restart must not give tries back."""
        self._connection.run(
            "INSERT INTO pin_failure (proctor, boot_id, mono_ms, wall_ms) VALUES (?, ?, ?, ?)",
            *(proctor, failure.boot_id, failure.mono_ms, failure.wall_ms),
        )

    def clear_pin_failures(self, proctor: str) -> None:
        """Forget a proctor's wrong PINs, after the right one."""
        self._connection.run("DELETE FROM pin_failure WHERE proctor = ?", proctor)
