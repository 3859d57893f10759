"""The steps of a first run, and what came of each: in words of any language, as JSON, from process to process."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated, Final, Self

from pydantic import Field

from app.words import Words
from sync.faults import Exit, Fault
from sync.wire.document import Part


class Step(StrEnum):
    """What is done, in this order."""

    REGISTRY = "registry"
    """Who the registry is: its fingerprint."""
    ENROLMENT = "enrolment"
    CLOCK = "clock"
    CONTENT = "content"
    DEVICES = "devices"
    PROFILE = "profile"
    REHEARSAL = "rehearsal"
    REPORT = "report"
    SERVICE = "service"
    LOCKDOWN = "lockdown"


class Outcome(StrEnum):
    """What came of it. `KEPT`: it had been done before and still holds."""

    DONE = "done"
    KEPT = "kept"
    ATTENTION = "attention"
    SKIPPED = "skipped"
    FAILED = "failed"


NO_FACTS: Final[Mapping[str, str | int]] = MappingProxyType({})
_PARTS: Final = ("what", "safe", "do")


class StepResult(Part):
    """What came of a step. `said`: its sentence is `first_run.<step>.<said>`; of a fault its code stands in `code`.

    An attention and a failure say what to do: `first_run.<step>.<said>_do`, or the fault's words.
    """

    step: Step
    outcome: Outcome
    said: str = ""
    facts: dict[str, str | int] = Field(default_factory=dict)
    code: Annotated[str, Field(max_length=100)] = ""
    detail: str = ""
    exit: int = 0

    @classmethod
    def of_fault(cls, step: Step, fault: Fault, outcome: Outcome = Outcome.FAILED) -> Self:
        """Say what kept a step from being done."""
        return cls(
            step=step,
            outcome=outcome,
            facts=dict(fault.facts),
            code=fault.code,
            detail=fault.detail,
            exit=int(fault.exit) if outcome is Outcome.FAILED else 0,
        )

    @property
    def good(self) -> bool:
        """Whether nothing of it stands in the way of an exam."""
        return self.outcome is not Outcome.FAILED

    def what(self, words: Words) -> str:
        """Say what happened."""
        if self.code:
            return self._of_fault("what", words)
        return words(f"first_run.{self.step}.{self.said}", **self._named(words))

    def advice(self, words: Words) -> tuple[str, ...]:
        """Say what is safe and what to do; nothing where all is well."""
        if self.code:
            said = (self._of_fault("safe", words), self._of_fault("do", words))
            return tuple(text for text in said if text)
        key = f"first_run.{self.step}.{self.said}_do"
        return (words(key, **self._named(words)),) if words.has(key) else ()

    def _named(self, words: Words) -> dict[str, str | int]:
        """Give the facts, those that are names of ours in the person's words (`first_run.value.<fact>.<value>`)."""
        keys = {name: f"first_run.value.{name}.{value}" for name, value in self.facts.items()}
        return {name: words(keys[name]) if words.has(keys[name]) else value for name, value in self.facts.items()}

    def _of_fault(self, part: str, words: Words) -> str:
        """Say it as a first run does, where a fault's usual words speak of an exam."""
        for key in (f"first_run.fault.{self.code}.{part}", f"fault.{self.code}.{part}"):
            if words.has(key):
                return words(key, **self.facts)
        return self.code if part == _PARTS[0] else ""


def done(step: Step, said: str, **facts: str | int) -> StepResult:
    """Say that a step is done."""
    return StepResult(step=step, outcome=Outcome.DONE, said=said, facts=facts)


def kept(step: Step, said: str, **facts: str | int) -> StepResult:
    """Say that a step had been done before."""
    return StepResult(step=step, outcome=Outcome.KEPT, said=said, facts=facts)


def attention(step: Step, said: str, **facts: str | int) -> StepResult:
    """Say that a step is done, and somebody should look at what came of it."""
    return StepResult(step=step, outcome=Outcome.ATTENTION, said=said, facts=facts)


def failed(step: Step, said: str, **facts: str | int) -> StepResult:
    """Say that a step came out badly."""
    return StepResult(step=step, outcome=Outcome.FAILED, said=said, facts=facts, exit=int(Exit.BAD))


def skipped(step: Step, said: str = "skipped") -> StepResult:
    """Say that a step was not wanted."""
    return StepResult(step=step, outcome=Outcome.SKIPPED, said=said)
