"""What is kept about the programs of a seat where only an administrator writes: `/var/lib/examroom/package`."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from sync.faults import EnvironmentFault
from sync.replica.durable import disk_faults
from sync.trust.files import read_bounded

STATE: Final = Path("/var/lib/examroom/package")
_MOST_BYTES: Final = 10_000


class UpdateStateDamaged(EnvironmentFault):
    """What is noted about a change of programs cannot be read."""

    code = "UPDATE_STATE_DAMAGED"


class Phase(StrEnum):
    """How far a change of programs is (`resources/update/apply.sh`)."""

    READY = "ready"
    INSTALLING = "installing"
    GOOD = "good"
    BACK = "back"
    GONE_BACK = "gone_back"


class End(StrEnum):
    """What the last change of programs came to; the words are at `update.end.<value>`."""

    GOOD = "good"
    GONE_BACK = "gone_back"
    NOT_BEGUN = "not_begun"
    STUCK = "stuck"
    SUPERSEDED = "superseded"  # somebody put a third version in by hand before it was finished


@dataclass(frozen=True)
class Outcome:
    """What the last change came to: from which version to which, and why it went back (`none`: it did not)."""

    end: End
    old: str
    new: str
    why: str


@dataclass(frozen=True)
class PackageState:
    """The folder and what lies where in it."""

    root: Path = STATE

    @property
    def update(self) -> Path:
        """A change of programs: packages, settings, how far it is, and the script that does it."""
        return self.root / "update"

    @property
    def phase_file(self) -> Path:
        """How far a change is; there is none while no change is under way."""
        return self.update / "phase"

    @property
    def outcome_file(self) -> Path:
        """What the last change came to."""
        return self.update / "outcome"

    @property
    def seat_file(self) -> Path:
        """Which seat's programs are changed: its folder. Anybody may read this, and how far it is."""
        return self.update / "seat"

    @property
    def log(self) -> Path:
        """What dpkg and the check said."""
        return self.update / "log"

    @property
    def previous(self) -> Path:
        """The package before, and a copy of the seat's records as they were then (encrypted as they are)."""
        return self.root / "previous"

    @property
    def decommissioned(self) -> Path:
        """The signed records of seats that ended here."""
        return self.root / "decommissioned"

    @property
    def pinned_root(self) -> Path:
        """The digest of the registry's first root, whose word counts for programs."""
        return self.root / "update-root.sha256"

    def phase(self) -> Phase | None:
        """Give how far a change is; None while none is under way. Raises UpdateStateDamaged, DiskFault."""
        said = self._words(self.phase_file)
        try:
            return Phase(said[0]) if said else None
        except ValueError:
            raise UpdateStateDamaged(self.phase_file.name) from None

    def is_changing(self, seat: Path) -> bool:
        """Tell whether the programs of the seat in that folder are being changed: then none of them may begin work.

        One that did could bring the records to tables that the version before, which may come back, cannot read.
        """
        try:
            self.phase_file.lstat()
            return read_bounded(self.seat_file, _MOST_BYTES).decode("utf-8", "replace") == str(seat.absolute())
        except OSError:
            return False

    def outcome(self) -> Outcome | None:
        """Give what the last change came to; None if there was none. Raises UpdateStateDamaged, DiskFault."""
        said = self._words(self.outcome_file)
        try:
            return Outcome(End(said[0]), *said[1:4]) if said else None
        except (ValueError, TypeError):
            raise UpdateStateDamaged(self.outcome_file.name) from None

    @staticmethod
    def _words(file: Path) -> list[str]:
        with disk_faults(file.parent, needed=0):
            try:
                return read_bounded(file, _MOST_BYTES).decode("utf-8", "replace").split()
            except FileNotFoundError:
                return []
