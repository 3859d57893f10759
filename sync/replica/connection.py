"""What the replica's parts need of the database, and nothing more."""

from contextlib import AbstractContextManager
from typing import Any, Protocol


class Connection(Protocol):
    """A connection whose statements commit on their own unless they run inside `transaction`."""

    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """Run a query and give all of its rows."""
        ...

    def run(self, sql: str, *values: object) -> int:
        """Run a statement and give the number of rows it changed; durable when this returns."""
        ...

    def transaction(self) -> AbstractContextManager[None]:
        """Commit everything within the block together (durably), or nothing."""
        ...
