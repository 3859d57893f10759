"""What runs: told of changed files, stopped, and started again."""

from typing import Final, Literal, Self

from proctoring.lockdown.steps import Place, Step

_ANY: Final = frozenset(range(256))
"""A unit that is not there, or not running, is stopped well enough."""
STOPPING_S: Final = 90.0
"""Longer than the kiosk's unit may take (60 s), in which its recorder seals what it recorded (40 s)."""

Argv = tuple[str, ...]


class CommandStep(Step):
    """Run `applying` with the application and `undoing` with the undoing; only where the system runs.

    `consoles`: units of which those that were running before are started again at the end of the undoing.
    """

    kind: Literal["command"] = "command"
    applying: tuple[Argv, ...] = ()
    undoing: tuple[Argv, ...] = ()
    stopping: tuple[str, ...] = ()
    consoles: tuple[str, ...] = ()
    running: tuple[str, ...] | None = None

    def looked(self, place: Place) -> Self:
        """See `Step.looked`."""
        if place.live is None:
            return self.model_copy(update={"running": ()})
        asked = ("systemctl", "is-active", "--", *self.consoles)
        said = place.live.run(asked, good=_ANY).split() if self.consoles else []
        running = tuple(unit for unit, state in zip(self.consoles, said, strict=False) if state == "active")
        return self.model_copy(update={"running": running})

    def apply(self, place: Place) -> None:
        """See `Step.apply`."""
        if place.live is not None:
            for argv in self.applying:
                place.live.run(argv)

    def undo(self, place: Place) -> None:
        """See `Step.undo`."""
        if place.live is None:
            return
        for unit in self.stopping:
            place.live.run(("systemctl", "stop", "--", unit), good=_ANY, within_s=STOPPING_S)
        for argv in self.undoing:
            place.live.run(argv)
        for unit in self.running or ():  # not waited for: at the start of the PC their turn comes later
            place.live.run(("systemctl", "start", "--no-block", "--", unit), good=_ANY)

    def difference(self, _place: Place) -> str:
        """See `Step.difference`. What was told is told."""
        return ""
