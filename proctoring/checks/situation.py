"""What a check has to know beyond the PC's files: who we are, what is ours, what was measured elsewhere."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sync.wire.environment import LockdownLevel


@dataclass(frozen=True)
class Situation:
    """What is ours and expected on this PC; None is "not known", and then a check cannot tell.

    `own_pids`: our processes (kiosk, recorder, agent, supervisor) whose children are ours, too; `own_pid`: the one
    that asks. `peers`: addresses (numeric host, port) we may talk to; `ports`: those that may be listened on here,
    beside our own processes'. `home`: the seat's folder. `environment`: our own process's variables. `level`: how far
    this PC is shut down. `accessibility`: an accommodation in this room was approved that reads the screen.
    """

    own_pids: frozenset[int] = frozenset()
    peers: frozenset[tuple[str, int]] = frozenset()
    home: Path | None = None
    own_pid: int | None = None
    ports: frozenset[int] = frozenset()
    environment: Mapping[str, str] | None = None
    level: LockdownLevel | None = None
    accessibility: bool = False
