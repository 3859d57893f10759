"""The replica's generation: how an older copy that was put back is noticed.

The figure grows whenever the replica is opened and closed, and at moments that must not be undone. It is written in
the replica first, durably, and then told to a keeper outside of it (the key store). So the replica is never behind its
keeper, wherever a program is killed between the two; a replica that is behind was put back. What is noticed is a copy
made before the last time the figure grew.
"""

from dataclasses import dataclass
from typing import Protocol

from sync.faults import EnvironmentFault
from sync.replica.connection import Connection


class ReplicaRolledBack(EnvironmentFault):
    """The replica is older than it was: an old copy was put back, or it was removed. Facts: `found`, `reached`."""

    code = "REPLICA_ROLLED_BACK"


class GenerationKeeper(Protocol):
    """Remembers, outside of the replica, the highest generation that it reached."""

    def generation(self) -> int:
        """Give the highest generation that was raised to; 0 at first."""
        ...

    def raise_generation(self, to: int) -> None:
        """Remember a generation durably; it never goes back."""
        ...


@dataclass(frozen=True)
class Acceptance:
    """That a person accepted a replica that was put back: who, why, when (wall clock, UTC, ms), and the figures."""

    who: str
    reason: str
    at_ms: int
    found: int
    reached: int


class Generations:
    """The generation of one replica, and what was accepted of it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def current(self) -> int:
        """Give the generation; 0 in a new replica."""
        return int(self._connection.rows("SELECT COALESCE(MAX(value), 0) FROM generation")[0][0])

    def advance(self, keeper: GenerationKeeper) -> int:
        """Raise the generation by one, here and then at the keeper; give it.

        Raises:
            ReplicaRolledBack: this replica is behind its keeper; nothing was changed.
        """
        # The keeper is read first: others who advance meanwhile bring the replica ahead of what was read, not behind.
        reached = keeper.generation()
        with self._connection.transaction():
            found = self.current()
            if found < reached:
                raise rolled_back(found, reached)
            self._set(found + 1)
        keeper.raise_generation(found + 1)
        return found + 1

    def accept(self, keeper: GenerationKeeper, who: str, reason: str, now_ms: int) -> Acceptance | None:
        """Go on with this replica although it was put back, and keep for good who said so and why; None if it was not.

        A copy of what was set aside is noticed from then on as any other.
        """
        reached = keeper.generation()
        with self._connection.transaction():
            found = self.current()
            if found >= reached:
                return None
            self._connection.run(
                "INSERT INTO replica_accepted (who, reason, at_ms, found, reached) VALUES (?, ?, ?, ?, ?)",
                *(who, reason, now_ms, found, reached),
            )
            self._set(reached + 1)
        keeper.raise_generation(reached + 1)
        return Acceptance(who, reason, now_ms, found, reached)

    def acceptances(self) -> list[Acceptance]:
        """Give everything that was accepted, the oldest first."""
        found = self._connection.rows("SELECT who, reason, at_ms, found, reached FROM replica_accepted ORDER BY rowid")
        return [Acceptance(*row) for row in found]

    def _set(self, value: int) -> None:
        self._connection.run("DELETE FROM generation")
        self._connection.run("INSERT INTO generation (value) VALUES (?)", value)


def rolled_back(found: int, reached: int) -> ReplicaRolledBack:
    """Give the fault of a replica that is behind."""
    return ReplicaRolledBack(f"generation {found}, it was {reached}", found=found, reached=reached)
