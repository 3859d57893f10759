"""Attacks with keys and mouse, as a candidate has them: xdotool's keys obey grabs as a keyboard's do."""

import functools
from typing import Final

from tests.app.seat.guard.attacks.attack import Attack, Harm, Scene
from tests.app.seat.guard.attacks.foe import FOREIGN
from tests.app.seat.guard.attacks.stage import Setup, until
from tests.app.seat.guard.attacks.target import SECRET

_MANAGED: Final = (Setup.MANAGED,)


def _keys(scene: Scene, *keys: str) -> None:
    scene.xdotool("key", *keys)


def _window_behind(scene: Scene, *keys: str) -> None:
    """A window of another program lies behind ours."""
    scene.foe.window((300, 300, 300, 200))
    until(scene.red, 1)  # a window manager shows it when it comes to it
    scene.state("reset")
    until(lambda: not scene.red() and scene.foe.focused() not in scene.foe.windows, 2)
    _keys(scene, *keys)


def _started(scene: Scene) -> bool:
    return scene.stage.marker().exists()


def _uncovered(scene: Scene) -> bool:
    return not scene.covering()


def _shortcut(scene: Scene) -> bool:
    return int(scene.state()["shortcuts"]) > 0


def _menu(scene: Scene) -> bool:
    return bool(scene.state()["menu"])


def _foreign_text(scene: Scene) -> bool:
    scene.foe.pump()
    return FOREIGN in scene.text()


def _other_focus(scene: Scene) -> bool:
    """Keys really go to the other window."""
    if scene.foe.focused() not in scene.foe.windows:
        return False
    _keys(scene, "x")
    scene.foe.pump_for(0.05)
    return scene.foe.keys > 0


def _switched(scene: Scene) -> bool:
    return scene.red() or _other_focus(scene)


def _right_click(scene: Scene) -> None:
    scene.click("line", 3)


def _link(scene: Scene) -> None:
    scene.click("link")


def _link_opened(scene: Scene) -> bool:
    return int(scene.state()["links"]) > 0


def _paste(scene: Scene, selection: str, *keys: str) -> None:
    scene.foe.offer(selection)
    scene.foe.pump_for(0.1)
    scene.click("line")
    if keys:
        scene.xdotool("key", *keys)
    else:
        scene.click("line", 2)
    scene.foe.pump_for(0.1)


def _copy(scene: Scene, selection: str, *keys: str) -> None:
    scene.state("select")
    if keys:
        _keys(scene, *keys)
    else:
        x, y = scene.places["text"]
        scene.xdotool("mousemove", x - 120, y - 120, "click", "--repeat", "3", 1)  # selects the paragraph
    scene.state()
    scene.foe.fetch(selection)


def _got(scene: Scene) -> bool:
    scene.foe.pump()
    return SECRET in scene.foe.received


def _drag_out(scene: Scene) -> None:
    into = scene.foe.window((0, 600, 190, 160), override=True)
    scene.foe.accept_drops(into)
    scene.state("select")
    x, y = scene.places["text_start"]
    scene.xdotool("mousemove", x + 40, y + 14, "mousedown", 1)
    for step in range(1, 9):
        scene.xdotool("mousemove", x + 40 - (x - 40) * step // 8, y + 14 + (690 - y) * step // 8)
        scene.foe.pump_for(0.02)
    scene.foe.pump_for(0.1)
    scene.xdotool("mouseup", 1)


def _dragged_out(scene: Scene) -> bool:
    scene.foe.pump()
    return "XdndEnter" in scene.foe.messages


def _drop_in(scene: Scene) -> None:
    scene.foe.drop(scene.window, *scene.places["line"])
    scene.foe.pump_for(0.1)


def _press(name: str, harm: Harm, *keys: str, setups: tuple[Setup, ...] = tuple(Setup)) -> Attack:
    return Attack(name, functools.partial(_press_keys, keys=keys), harm, setups)


def _press_keys(scene: Scene, keys: tuple[str, ...]) -> None:
    _keys(scene, *keys)


KEY_ATTACKS: Final = (
    Attack("Alt+Tab to another window", lambda scene: _window_behind(scene, "alt+Tab"), _switched),
    _press("Alt+F4", _uncovered, "alt+F4"),
    _press("Super starts a program", _started, "Super_L", setups=_MANAGED),
    _press("Ctrl+Alt+T starts a program", _started, "ctrl+alt+t", setups=_MANAGED),
    _press("Print starts a screenshot program", _started, "Print", setups=_MANAGED),
    _press("Super+D, show the desktop", _uncovered, "super+d"),
    _press("Ctrl+Alt+Right, another desktop", _uncovered, "ctrl+alt+Right"),
    _press("Alt+F9, minimise", _uncovered, "alt+F9"),
    _press(
        "F11, Print, Ctrl+P, Ctrl+O, Ctrl+S in the program", _shortcut, "F11", "Print", "ctrl+p", "ctrl+o", "ctrl+s"
    ),
    _press("context menu by key (Menu, Shift+F10)", _menu, "Menu", "shift+F10"),
    Attack("context menu by right click", _right_click, _menu),
    Attack("a link opens a browser", _link, _link_opened, lasting=True),
    Attack("Ctrl+V of foreign text", lambda scene: _paste(scene, "CLIPBOARD", "ctrl+v"), _foreign_text),
    Attack("Shift+Insert of foreign text", lambda scene: _paste(scene, "CLIPBOARD", "shift+Insert"), _foreign_text),
    Attack("middle click pastes a foreign selection", lambda scene: _paste(scene, "PRIMARY"), _foreign_text),
    Attack("text dropped in (XDND)", _drop_in, _foreign_text),
    Attack("text dragged out (XDND)", _drag_out, _dragged_out, lasting=True),
    Attack("Ctrl+C copies out", lambda scene: _copy(scene, "CLIPBOARD", "ctrl+c"), _got, lasting=True),
    Attack("marking text copies out (PRIMARY)", lambda scene: _copy(scene, "PRIMARY"), _got, lasting=True),
)
