"""What the doctor says: lines, each with what was seen, what it means and what to do, and whether the seat is ready."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from app.ui.text import Sentence
from sync.faults import Fault


class Standing(StrEnum):
    """How a line came out, the worst last. Only what is blocked keeps a seat from being ready."""

    GOOD = "good"
    NOTE = "note"
    ATTENTION = "attention"
    BLOCKED = "blocked"


class Part(StrEnum):
    """What a line is about."""

    SEAT = "seat"
    PC = "pc"


@dataclass(frozen=True)
class Line:
    """One thing that was looked at. `meaning` and `remedy`: only where it is not good. `evidence`: plain text."""

    part: Part
    check: str
    standing: Standing
    name: Sentence
    seen: Sentence
    meaning: Sentence | None = None
    remedy: Sentence | None = None
    evidence: tuple[str, ...] = ()


def not_good(
    part: Part, check: str, standing: Standing, variant: str, facts: Mapping[str, str | int | Sentence]
) -> Line:
    """Make a line of the sentences `doctor.<check>.<variant>.seen|meaning|remedy`, named `doctor.<check>.name`."""
    seen, meaning, remedy = (
        Sentence(f"doctor.{check}.{variant}.{said}", facts) for said in ("seen", "meaning", "remedy")
    )
    return Line(part, check, standing, Sentence(f"doctor.{check}.name"), seen, meaning, remedy)


def of_fault(part: Part, check: str, standing: Standing, fault: Fault) -> Line:
    """Make a line of a fault, in its own words."""
    what, safe, advice = (Sentence(f"fault.{fault.code}.{said}", fault.facts) for said in ("what", "safe", "do"))
    return Line(part, check, standing, Sentence(f"doctor.{check}.name"), what, safe, advice)


@dataclass(frozen=True)
class Diagnosis:
    """All lines of one look. `made_ms`: ms since the epoch by this PC's clock; `took_ms`: how long it took."""

    seat_label: str
    made_ms: int
    took_ms: int
    lines: tuple[Line, ...]

    @property
    def ready(self) -> bool:
        """Whether nothing keeps an exam from being held here."""
        return not self.of(Standing.BLOCKED)

    @property
    def verdict(self) -> Sentence:
        """Whether the seat is ready, and how much there is to settle, to look at and to know."""
        counted = {"blocked": Standing.BLOCKED, "others": Standing.ATTENTION, "notes": Standing.NOTE}
        facts = {name: len(self.of(standing)) for name, standing in counted.items()}
        return Sentence("doctor.ready" if self.ready else "doctor.not_ready", facts)

    def of(self, *standings: Standing) -> tuple[Line, ...]:
        """Give the lines that came out so, in their order."""
        return tuple(line for line in self.lines if line.standing in standings)

    @property
    def told(self) -> tuple[Line, ...]:
        """What somebody has to read: all that is not good, the worst first."""
        order = list(Standing)
        rest = (line for line in self.lines if line.standing is not Standing.GOOD)
        return tuple(sorted(rest, key=lambda line: -order.index(line.standing)))
