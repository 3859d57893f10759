"""The table: every attack, on every set-up, plain and guarded."""

import tempfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Final

from tests.app.seat.guard.attacks.attack import Attack, Outcome, Result, Scene, attempt, scene_on
from tests.app.seat.guard.attacks.by_clients import CLIENT_ATTACKS, unplug
from tests.app.seat.guard.attacks.by_keys import KEY_ATTACKS
from tests.app.seat.guard.attacks.by_windows import WINDOW_ATTACKS
from tests.app.seat.guard.attacks.stage import Setup, stage

ATTACKS: Final = (*KEY_ATTACKS, *WINDOW_ATTACKS, *CLIENT_ATTACKS)

_SETTLES_S: Final = 0.6
"""So long the guard lets a window come that is just being shown."""

Column = tuple[Setup, bool]
"""A set-up, and whether the window is guarded."""
Table = Mapping[Column, Mapping[str, Result]]


def named(words: str) -> tuple[Attack, ...]:
    """Give the attacks with these words in their name."""
    return tuple(attack for attack in ATTACKS if words.lower() in attack.name.lower())


def tried(
    column: Column, attacks: Iterable[Attack] = ATTACKS, say: Callable[[str], None] = lambda _: None
) -> dict[str, Result]:
    """Try attacks on one set-up. Each begins with everything in its place; what was ended is started again."""
    setup, guarded = column
    results: dict[str, Result] = {}
    left = list(attacks)
    while left:
        with (
            tempfile.TemporaryDirectory(prefix="attacks-") as folder,
            stage(setup, Path(folder), guarded=guarded) as made,
            scene_on(made) as scene,
        ):
            _again(scene, anew=True)  # the attacker was there before the guard
            while left and made.alive():
                attack = left.pop(0)
                result = results[attack.name] = attempt(scene, attack)
                say(f"{titled(column)}: {attack.name}: {result} ({', '.join(result.told)})")
                if made.alive() and result.outcome is not Outcome.NOT_HERE:
                    # what the guard has just told it does not tell again: each attack finds it fresh
                    _again(scene, anew=guarded or result.outcome is not Outcome.STOPPED)
    return results


def titled(column: Column) -> str:
    """Name a column."""
    setup, guarded = column
    return f"{setup.value}: {'guarded' if guarded else 'plain'}"


def _again(scene: Scene, *, anew: bool) -> None:
    unplug(scene)
    if scene.stage.managed:
        scene.stage.run("wmctrl", "-k", "off")
        scene.stage.run("wmctrl", "-s", "0")
    if anew or not scene.stage.target_alive():
        scene.foe.clear()
        scene.stage.end_target()
        scene.stage.start_target()
        scene.foe.pump_for(_SETTLES_S)


def markdown(table: Table) -> str:
    """Give the table for ARCHITECTURE.md."""
    columns = list(table)
    head = ["attack", *map(titled, columns)]
    names = dict.fromkeys(name for column in columns for name in table[column])
    rows = [[name, *(str(table[column].get(name, "")) for column in columns)] for name in names]
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)
