r"""On and off for the policies: the undo plan is on the disk before the first value is set, until all is back.

It is a value of the registry (`HKEY_LOCAL_MACHINE\SOFTWARE\Examroom\Lockdown`, `Undo`), flushed: an ordinary user
cannot write there. Canonical JSON: `format`, `sha256` over the canonical JSON of `steps`, and `steps` in the order of
their application, each with what it found.
"""

import hashlib
import json
from dataclasses import dataclass
from typing import Final

from pydantic import TypeAdapter, ValidationError

from proctoring.lockdown.faults import LockdownPlanDamaged
from proctoring.lockdown.windows.policies import PolicyStep
from proctoring.win32.door import WindowsRefused
from proctoring.win32.registry import BINARY, Registry, Value
from sync.wire.document import canonical_json

KEY: Final = r"HKEY_LOCAL_MACHINE\SOFTWARE\Examroom\Lockdown"
_VALUE: Final = "Undo"
_FORMAT: Final = 1
_STEPS: Final[TypeAdapter[tuple[PolicyStep, ...]]] = TypeAdapter(tuple[PolicyStep, ...])


@dataclass(frozen=True)
class Policies:
    """The policies of one PC."""

    registry: Registry

    def stand(self) -> bool:
        """Tell whether an undo plan is kept: policies are on, or were left half way. Raises `WindowsRefused`."""
        return self.registry.get(KEY, _VALUE) is not None

    def on(self, steps: tuple[PolicyStep, ...]) -> None:
        """Apply the steps. What is on already is taken off first, so that only one undo plan is ever true.

        Raises:
            WindowsRefused: a step could not be applied; all are undone.
            LockdownPlanDamaged: nothing was changed.
        """
        self.off()
        looked = tuple(step.looked(self.registry) for step in steps)
        self._keep(looked)
        try:
            for step in looked:
                step.apply(self.registry)
        except WindowsRefused:
            self.off()
            raise

    def off(self) -> None:
        """Put back everything the plan names, the last first, and forget the plan; may be repeated at any point.

        Raises:
            WindowsRefused: something could not be put back; the plan is kept.
            LockdownPlanDamaged: the plan is not what was written; nothing was changed.
        """
        refusal: WindowsRefused | None = None
        for step in reversed(self._kept()):
            try:
                step.undo(self.registry)
            except WindowsRefused as problem:  # the others are put back all the same
                refusal = problem
        if refusal is not None:
            raise refusal
        self.registry.delete(KEY, _VALUE)
        for key in (KEY, KEY.rpartition("\\")[0]):
            if not self.registry.delete_empty(key):
                return

    def _keep(self, steps: tuple[PolicyStep, ...]) -> None:
        body = _STEPS.dump_python(steps, mode="json")
        raw = canonical_json({"format": _FORMAT, "sha256": _digest(body), "steps": body})
        self.registry.set(KEY, _VALUE, Value(BINARY, raw))

    def _kept(self) -> tuple[PolicyStep, ...]:
        value = self.registry.get(KEY, _VALUE)
        if value is None:
            return ()
        try:
            document = json.loads(value.data)
            good = document["format"] == _FORMAT and document["sha256"] == _digest(document["steps"])
            steps = _STEPS.validate_json(canonical_json(document["steps"]))
        except (ValueError, KeyError, TypeError, RecursionError, ValidationError):
            raise LockdownPlanDamaged(file=KEY) from None
        if not good:
            raise LockdownPlanDamaged(file=KEY)
        return steps


def _digest(body: object) -> str:
    return hashlib.sha256(canonical_json(body)).hexdigest()
