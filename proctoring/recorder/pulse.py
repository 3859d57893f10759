"""What a keeper and its worker say to each other: one JSON object a line, on a socket only they have.

Light: the keeper imports it. The specification travels as the text it has; only the worker reads it.
"""

import json
from dataclasses import asdict, dataclass
from typing import Final, Self

MAX_PULSE_BYTES: Final = 65_536
PULSE_S: Final = 0.5


@dataclass(frozen=True)
class Order:
    """What a worker is started with: its keeper, and the recording to go on with (JSON of its specification), if any.

    `reason` states the gap; `restarts` counts the workers before this one.
    """

    keeper: int
    spec: str | None = None
    reason: str = ""
    restarts: int = 0

    def to_line(self) -> bytes:
        """Write it as a line."""
        return json.dumps(asdict(self)).encode() + b"\n"

    @classmethod
    def parse(cls, line: bytes) -> Self:
        """Read what a keeper wrote."""
        return cls(**json.loads(line))


@dataclass(frozen=True)
class Pulse:
    """A worker's life sign: the recording it wants to go on with, if any, and how far capture and seals have got."""

    spec: str | None = None
    capturing: bool = False
    turns: int = 0
    sealed_ms: int = 0

    def to_line(self) -> bytes:
        """Write it as a line."""
        return json.dumps(asdict(self)).encode() + b"\n"

    @classmethod
    def parse(cls, line: bytes) -> Self | None:
        """Read what a worker wrote; None for what a worker in trouble may write."""
        try:
            return cls(**json.loads(line))
        except (ValueError, TypeError):
            return None
