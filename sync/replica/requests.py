"""The count of the requests a seat signs: every process of the seat takes from the one count, and it is never set back.

The figure is durable before the request that carries it leaves. So a crash leaves a gap, never a figure that is used
twice; two requests with one figure come from two PCs with one identity, or from a replica that was set back.
"""

from typing import Final

from sync.replica.connection import Connection

_NAME: Final = "request_counter"


class RequestCounter:
    """The count of one seat's requests, in its replica."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def last(self) -> int:
        """Give the last figure that was taken; 0 at first."""
        found = self._connection.rows("SELECT value FROM setting WHERE name = ?", _NAME)
        return int(found[0][0]) if found else 0

    def take(self) -> int:
        """Take the next figure; durable when this returns, and nobody else's."""
        with self._connection.transaction():
            return self._set(self.last() + 1)

    def raise_to(self, counter: int) -> None:
        """Go on from `counter` if that is further; what was counted is never counted again."""
        with self._connection.transaction():
            self._set(max(self.last(), counter))

    def _set(self, counter: int) -> int:
        self._connection.run(
            "INSERT INTO setting (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            *(_NAME, str(counter)),
        )
        return counter
