"""The cabinet: the other things a seat keeps, each under a name, and a few figures that must outlive a restart."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import structlog

from sync.replica.connection import Connection

FURTHEST_AHEAD_MS: Final = 366 * 86_400_000
_HIGHEST_SIGNED: Final = "highest_signed_ms"
_REFUSED: Final = "refused_signed_ms"
_ENROLLED: Final = "enrolled_ms"
_log = structlog.get_logger(__name__)


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

    def raise_highest_signed_ms(self, signed_ms: int, wall_ms: int) -> bool:
        """Remember a signed time if it is later than all before; it never goes back. Tell whether it can be right.

        One that lies more than `FURTHEST_AHEAD_MS` after the latest of this PC's wall clock, the highest signed time so
        far and the time this seat was enrolled at cannot: whoever signed it had a wrong clock. It counts for nothing,
        is logged, and stands in `refused_signed_ms` until a signed time is right again. ms, UTC.
        """
        with self._connection.transaction():
            highest_ms = self.highest_signed_ms()
            known_ms = max(wall_ms, highest_ms, int(self.setting(_ENROLLED) or 0))
            if signed_ms - known_ms > FURTHEST_AHEAD_MS:
                self.set_setting(_REFUSED, str(signed_ms))
                _log.warning("signed time not believed", signed_ms=signed_ms, known_ms=known_ms)
                return False
            if signed_ms > highest_ms:
                self.set_setting(_HIGHEST_SIGNED, str(signed_ms))
            if self.refused_signed_ms() is not None:
                self._connection.run("DELETE FROM setting WHERE name = ?", _REFUSED)
            return True

    def refused_signed_ms(self) -> int | None:
        """Give the signed time that was not believed, ms, if the last one was not."""
        refused = self.setting(_REFUSED)
        return None if refused is None else int(refused)

    def set_enrolled_ms(self, directory_ms: int) -> None:
        """Remember when the directory was signed that this seat was enrolled with: no time is before that."""
        self.set_setting(_ENROLLED, str(directory_ms))

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
