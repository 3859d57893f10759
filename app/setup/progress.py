"""How far a first run has come, kept beside the seat, so that one that was broken off goes on where it was."""

from typing import Annotated, Final

from pydantic import Field, ValidationError

from app.seat.home import SeatHome
from app.setup.steps import Step
from sync.replica.durable import write_durably
from sync.software import software
from sync.trust.clock import read_clock
from sync.wire.document import Part
from sync.wire.ids import Millis

_FILE: Final = "setup.json"
_MAX_BYTES: Final = 20_000


class Done(Part):
    """When a step was done (ms, UTC), by which program, and with what (`of`: what it was done for)."""

    at_ms: Millis
    software: Annotated[str, Field(max_length=400)]
    of: Annotated[str, Field(max_length=4_000)] = ""


class Progress(Part):
    """`enrolling`: this PC has begun to enrol and may lack its replica yet."""

    enrolling: bool = False
    done: dict[Step, Done] = Field(default_factory=dict)

    def holds(self, step: Step, of: str = "") -> Done | None:
        """Give when a step was done for the same, by the same program."""
        found = self.done.get(step)
        return found if found and (found.software, found.of) == (software(), of) else None


def read_progress(home: SeatHome) -> Progress:
    """Give how far it has come; a file that cannot be read counts as nothing done, which only costs time."""
    try:
        with (home.root / _FILE).open("rb") as file:
            return Progress.model_validate_json(file.read(_MAX_BYTES), strict=False)
    except (OSError, ValidationError):
        return Progress()


def set_enrolling(home: SeatHome, *, enrolling: bool) -> None:
    """Keep whether this PC is about to enrol. Raises DiskFull, DiskFault."""
    _write(home, read_progress(home).model_copy(update={"enrolling": enrolling}))


def set_done(home: SeatHome, step: Step, of: str = "") -> None:
    """Keep that a step is done. Raises DiskFull, DiskFault."""
    before = read_progress(home)
    at = Done(at_ms=read_clock().wall_ms, software=software(), of=of)
    _write(home, before.model_copy(update={"done": {**before.done, step: at}}))


def _write(home: SeatHome, progress: Progress) -> None:
    write_durably(home.root / _FILE, progress.model_dump_json(indent=1).encode() + b"\n")
