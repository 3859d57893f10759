"""One attack: what is done, and how it is seen whether it did any harm. And how it ended."""

import contextlib
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

import xcffib

from tests.app.seat.guard.attacks.foe import Foe
from tests.app.seat.guard.attacks.stage import HEIGHT, WIDTH, NoHands, Setup, Stage, TargetGone, TargetStopped, until

WATCHED_S: Final = 0.4
"""So long it is looked whether harm comes."""
UNDONE_S: Final = 0.7
"""What is over by then counts as undone."""
_STRANGE: Final = "strange_client"
_ALWAYS: Final = frozenset({_STRANGE, "injected_input"})
_STEP_S: Final = 0.01
_LATER_S: Final = 1.5
"""What the guard has to tell is told by then (a change has to be in the journals within 2 s)."""


class Outcome(StrEnum):
    """How an attack ended, the best first."""

    STOPPED = "stopped"
    UNDONE = "undone"
    LOGGED = "logged only"
    SUCCEEDED = "SUCCEEDED"
    NOT_HERE = "—"


@dataclass(frozen=True)
class Result:
    """`seconds`: how long the harm lasted. `told`: what the guard noticed, by kind."""

    outcome: Outcome
    seconds: float = 0.0
    told: tuple[str, ...] = ()

    def __str__(self) -> str:
        lasted = f" in {self.seconds:.2f} s" if self.outcome is Outcome.UNDONE else ""
        said = ", logged" if self.told and self.outcome in (Outcome.STOPPED, Outcome.UNDONE) else ""
        return f"{self.outcome.value}{lasted}{said}"


@dataclass
class Scene:
    """The stage with an attacker on it."""

    stage: Stage
    foe: Foe
    places: dict[str, tuple[int, int]] = field(default_factory=dict)
    window: int = 0
    notes: dict[str, Any] = field(default_factory=dict)

    def state(self, word: str = "state") -> dict[str, Any]:
        """Ask the target how it is; it may be gone or stopped."""
        answer = self.stage.tell(word)
        self.places = {name: (x, y) for name, (x, y) in answer["places"].items()}
        self.window = answer["window"]
        return answer

    def xdotool(self, *words: object) -> None:
        """Use keyboard and mouse."""
        self.stage.press(*(str(word) for word in words))

    def click(self, place: str, button: int = 1) -> None:
        x, y = self.places[place]
        self.xdotool("mousemove", x, y, "click", button)

    def text(self) -> str:
        return str(self.state()["line"])

    def red(self, x: int = 350, y: int = 350) -> bool:
        """Tell whether the attacker's colour is really on the screen."""
        self.foe.pump()
        return self.foe.pixel(x, y) == 0xE01010

    def covering(self) -> bool:
        x, y, width, height = self.foe.place(self.window)
        shown = self.foe.viewable(self.window)
        return shown and x <= 0 and y <= 0 and x + width >= WIDTH and y + height >= HEIGHT

    def reset(self) -> None:
        """Put everything back to where an attack begins."""
        self.foe.clear()
        self.notes.clear()
        self.stage.marker().unlink(missing_ok=True)
        if self.stage.hands is not None:
            self.xdotool("mousemove", 5, 5)
        self.state("reset")
        until(self.covering, 2)
        until(lambda: not self.red(), 1)
        self.state("reset")


Harm = Callable[[Scene], bool]


@dataclass(frozen=True)
class Attack:
    """An attack.

    `setups`: where it means anything. `lasting`: harm that cannot be taken back once it is done. `longest`: of one
    that comes again and again, how long it was there in one piece. `traces`: what else counts as a trace of it. That
    there is a strange client, and that keys were injected, counts only where it is the attack: here the attacker is
    always connected, and all keys come from xdotool, which a candidate's do not.
    """

    name: str
    do: Callable[[Scene], None]
    harm: Harm
    setups: tuple[Setup, ...] = tuple(Setup)
    lasting: bool = False
    traces: frozenset[str] = frozenset()
    longest: Callable[[Scene], float] | None = None


def attempt(scene: Scene, attack: Attack) -> Result:
    """Make an attack and see how it ends."""
    if scene.stage.setup not in attack.setups:
        return Result(Outcome.NOT_HERE)
    scene.reset()
    try:
        attack.do(scene)
        seconds = _harmed(scene, attack)
    except NoHands:
        return Result(Outcome.NOT_HERE)
    except (TargetGone, TargetStopped, xcffib.ConnectionException):
        seconds = float("inf")
    told = _told(scene, attack, wait=seconds > UNDONE_S)
    if seconds == 0:
        return Result(Outcome.STOPPED, told=told)
    if seconds <= UNDONE_S:
        return Result(Outcome.UNDONE, seconds, told)
    return Result(Outcome.LOGGED if told else Outcome.SUCCEEDED, told=told)


@contextlib.contextmanager
def scene_on(stage: Stage) -> Iterator[Scene]:
    """Let an attacker in."""
    foe = Foe(stage.display)
    try:
        yield Scene(stage, foe)
    finally:
        foe.close()


def _harmed(scene: Scene, attack: Attack) -> float:
    """Give how long there was harm, in seconds: 0 is none, infinite is more than may be undone."""
    if attack.longest is not None:
        return attack.longest(scene)
    if not _becomes(scene, lambda: attack.harm(scene), WATCHED_S):
        return 0.0
    began = time.monotonic()
    if attack.lasting or not _becomes(scene, lambda: not attack.harm(scene), UNDONE_S):
        return float("inf")
    lasted = time.monotonic() - began
    back = _becomes(scene, lambda: attack.harm(scene), WATCHED_S / 2)
    return float("inf") if back else lasted


def _becomes(scene: Scene, true: Callable[[], bool], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            return False
        scene.foe.pump()
        time.sleep(_STEP_S)
    return True


def _told(scene: Scene, attack: Attack, *, wait: bool) -> tuple[str, ...]:
    """Give what the guard noticed of it, at once or, where harm was done, within `_LATER_S`."""
    told: tuple[str, ...] = ()

    def noticed() -> bool:
        nonlocal told
        state = scene.state()
        kinds = [kind for kind in state["events"] if kind not in _ALWAYS or kind in attack.traces - {_STRANGE}]
        # told once, when the attacker came; xdotool is another client, and told where it is
        if _STRANGE in attack.traces and any(f"process {os.getpid()}:" in line for line in state["strangers"]):
            kinds.append(_STRANGE)
        told = tuple(dict.fromkeys(kinds))
        return bool(told)

    try:
        until(noticed, _LATER_S if wait and scene.stage.guarded else 0, step=0.05)
    except (TargetGone, TargetStopped):
        return ()
    return told
