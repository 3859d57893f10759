"""Attacks by other programs' windows and messages to the window manager or to ours."""

import subprocess
import sys
import time
from collections.abc import Callable
from typing import Final

from tests.app.seat.guard.attacks.attack import Attack, Scene
from tests.app.seat.guard.attacks.stage import HEIGHT, WIDTH

_REPEATED_S: Final = 1.5
_AGAIN_S: Final = 0.02
_STRIPS: Final = 120
_THIN: Final = 3  # pixels


def _uncovered(scene: Scene) -> bool:
    return not scene.covering()


def _shown(scene: Scene) -> bool:
    return scene.red()


def _message(kind: str, *data: int) -> Attack:
    names = {
        "_NET_CLOSE_WINDOW": "close by message (_NET_CLOSE_WINDOW)",
        "WM_CHANGE_STATE": "minimise by message (WM_CHANGE_STATE)",
    }
    return Attack(names[kind], lambda scene: scene.foe.to_manager(scene.window, kind, list(data)), _uncovered)


def _delete(scene: Scene) -> None:
    scene.foe.message(scene.window, scene.window, "WM_PROTOCOLS", [scene.foe.atom("WM_DELETE_WINDOW"), 0])


def _unmap(scene: Scene) -> None:
    scene.foe.core.UnmapWindow(scene.window)
    scene.foe.settle()


def _configured(scene: Scene, what: int, values: list[int]) -> None:
    scene.foe.core.ConfigureWindow(scene.window, what, values)
    scene.foe.settle()


def _unmaximise(scene: Scene) -> None:
    scene.foe.to_manager(scene.window, "_NET_WM_STATE", [0, scene.foe.atom("_NET_WM_STATE_FULLSCREEN"), 0, 2])
    _configured(scene, 4 | 8, [400, 300])


def _ordinary(scene: Scene) -> None:
    """A window that asks the window manager, if there is one, to be shown in front."""
    scene.foe.to_manager(scene.foe.window(), "_NET_ACTIVE_WINDOW", [2, 0, 0])


def _override_redirect(scene: Scene) -> None:
    scene.foe.window(override=True)


def _keys_elsewhere(scene: Scene) -> None:
    """A window far in the corner takes the focus, however it can."""
    xid = scene.foe.window((900, 700, 20, 20), override=not scene.stage.managed)
    scene.foe.focus(xid)
    scene.foe.to_manager(xid, "_NET_ACTIVE_WINDOW", [2, 0, 0])


def _keys_arrive(scene: Scene) -> bool:
    before = scene.foe.keys
    scene.xdotool("key", "x")
    scene.foe.pump_for(0.03)
    return scene.foe.keys > before


def _again_and_again(scene: Scene, once_more: Callable[[], None]) -> None:
    """Do something every 20 ms; the longest time that its colour was to be seen counts."""
    longest, since, done = 0.0, 0.0, 0.0
    end = time.monotonic() + _REPEATED_S
    while (now := time.monotonic()) < end:
        if now - done >= _AGAIN_S:
            once_more()
            scene.foe.settle()
            done = now
        time.sleep(0.004)
        since = (since or now) if scene.red() else 0.0
        longest = max(longest, time.monotonic() - since if since else 0.0)
    scene.notes["longest"] = longest


def _raising(scene: Scene) -> None:
    xid = scene.foe.window(override=True)
    _again_and_again(scene, lambda: scene.foe.raise_(xid))


def _drawing(scene: Scene) -> None:
    _again_and_again(scene, scene.foe.draw_on_root)


def _longest(scene: Scene) -> float:
    return float(scene.notes["longest"])


def _click_catcher(scene: Scene) -> None:
    scene.foe.window((0, 0, WIDTH, HEIGHT), override=True, input_only=True)


def _clicked(scene: Scene) -> bool:
    before = scene.foe.clicks
    scene.xdotool("mousemove", 500, 500, "click", 1)
    scene.foe.pump_for(0.03)
    return scene.foe.clicks > before


def _inside(scene: Scene) -> None:
    scene.foe.window(parent=scene.window)


def _swallow(scene: Scene) -> None:
    """Takes our window into one of its own."""
    frame = scene.foe.window((0, 0, 600, 400), override=True)
    scene.foe.core.ReparentWindow(scene.window, frame, -100, -100)
    scene.foe.settle()


def _strips(scene: Scene) -> None:
    """Many windows, each too thin to show anything by itself."""
    for at in range(_STRIPS):
        scene.foe.window((200 + _THIN * at, 300, _THIN, 200), override=True)


def _spoof(scene: Scene) -> None:
    """A client becomes an input method's program, and its child draws over the connection."""
    command = [sys.executable, "-m", "tests.app.seat.guard.attacks.spoof"]
    environment = scene.stage.environment
    helper = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True, start_new_session=True)
    scene.foe.helpers.append(helper)
    assert helper.stdout is not None
    assert helper.stdout.readline() == "shown\n"


WINDOW_ATTACKS: Final = (
    _message("_NET_CLOSE_WINDOW"),
    Attack("close by message (WM_DELETE_WINDOW)", _delete, _uncovered),
    _message("WM_CHANGE_STATE", 3),
    Attack("unmapped by another client", _unmap, _uncovered),
    Attack("taken out of full screen, made small", _unmaximise, _uncovered),
    Attack("moved away", lambda scene: _configured(scene, 1 | 2, [600, 500]), _uncovered),
    Attack(
        "show desktop by message",
        lambda scene: scene.foe.to_manager(scene.foe.root, "_NET_SHOWING_DESKTOP", [1]),
        _uncovered,
    ),
    Attack(
        "another desktop by message",
        lambda scene: scene.foe.to_manager(scene.foe.root, "_NET_CURRENT_DESKTOP", [1]),
        _uncovered,
    ),
    Attack(
        "sent to another desktop",
        lambda scene: scene.foe.to_manager(scene.window, "_NET_WM_DESKTOP", [2, 2]),
        _uncovered,
    ),
    Attack("an ordinary window in front", _ordinary, _shown),
    Attack("an override-redirect window in front", _override_redirect, _shown),
    Attack("a window that raises itself every 20 ms", _raising, _shown, longest=_longest),
    Attack("a window of another program inside ours", _inside, _shown),
    Attack("an invisible window that catches clicks", _click_catcher, _clicked),
    Attack("our window taken into another", _swallow, _uncovered),
    Attack("another window takes the keys", _keys_elsewhere, _keys_arrive),
    Attack("a window in Composite's overlay", lambda scene: scene.foe.in_overlay(), _shown),
    Attack("120 windows of three pixels' width", _strips, _shown),
    Attack("a window in an input method's name", _spoof, _shown),
    Attack("drawn on the root, without a window", _drawing, _shown, longest=_longest),
)
