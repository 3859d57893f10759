"""Attacks by a client of the same display that listens, injects, photographs and ends; on screens; on the process."""

import os
import signal
import struct
import time
from typing import Final

import xcffib
import xcffib.record
import xcffib.xproto

from tests.app.seat.guard.attacks.attack import Attack, Scene
from tests.app.seat.guard.attacks.stage import HEIGHT, WIDTH, Setup, until
from tests.app.seat.guard.attacks.target import COLOUR

_KEYCODE_A: Final = 38
_INJECTED: Final = frozenset({"injected_input"})
_STRANGE: Final = frozenset({"strange_client"})


def _typed(scene: Scene) -> bool:
    return "a" in scene.text()


def _xtest(scene: Scene) -> None:
    scene.stage.run("xdotool", "key", "a")


def _send_event(scene: Scene) -> None:
    event = struct.pack("=BBHIIII4HHBx", 2, _KEYCODE_A, 0, 0, scene.foe.root, scene.window, 0, 1, 1, 1, 1, 0, 1)
    scene.foe.core.SendEvent(False, scene.window, 1, event)
    scene.foe.settle()


def _in_the_name_of_a_keyboard(scene: Scene) -> None:
    scene.notes["there"] = scene.foe.fake_from_real_device(_KEYCODE_A)


def _screenshot(scene: Scene) -> None:
    scene.notes["picture"] = scene.foe.screenshot()


def _recognised(scene: Scene) -> bool:
    return struct.pack("=I", COLOUR)[:3] in bytes(scene.notes["picture"])


def _listen_xi2(scene: Scene) -> None:
    scene.foe.listen_xi2()
    scene.xdotool("key", "a")


def _overheard(scene: Scene) -> bool:
    scene.foe.pump()
    return scene.foe.overheard > 0


def _poll_keys(scene: Scene) -> None:
    scene.xdotool("keydown", "a")
    down = bytes(scene.foe.core.QueryKeymap().reply().keys.raw)
    scene.xdotool("keyup", "a")
    scene.notes["down"] = any(down)


def _record(scene: Scene) -> None:
    """Overhear keys by the RECORD extension."""
    scene.notes["heard"] = 0
    if not scene.foe.has(xcffib.record.key):
        scene.xdotool("key", "a")
        return
    connection = xcffib.Connection(display=scene.foe.display)
    try:
        record = connection(xcffib.record.key)
        context = connection.generate_id()
        ranges = struct.pack("=24B", *[0] * 18, 2, 3, 0, 0, 0, 0)
        record.CreateContextChecked(context, 0, 1, 1, [3], [ranges]).check()
        cookie = record.EnableContext(context)
        connection.flush()
        scene.xdotool("key", "a")
        reply, error = xcffib.ffi.new("void **"), xcffib.ffi.new("xcb_generic_error_t **")
        heard = 0
        end = time.monotonic() + 0.3
        while time.monotonic() < end:
            if (
                xcffib.lib.xcb_poll_for_reply(connection._conn, cookie.sequence, reply, error)
                and reply[0] != xcffib.ffi.NULL
            ):
                raw = bytes(xcffib.ffi.buffer(reply[0], 32))
                heard += raw[1] == 0 and struct.unpack_from("=I", raw, 4)[0] > 0  # category: from the server
                xcffib.c_free(reply[0])
            time.sleep(0.005)
        scene.notes["heard"] = heard
    except (xcffib.XcffibException, AttributeError):
        scene.notes["heard"] = 0
    finally:
        connection.disconnect()


def _grab_server(scene: Scene) -> None:
    """Holds the whole display for a second: nobody else is answered, the guard cannot look."""
    scene.foe.window(override=True)
    scene.foe.core.GrabServer()
    scene.foe.settle()
    red, before = 0.0, time.monotonic()
    end = before + 1.0
    while before < end:
        time.sleep(0.01)
        now = time.monotonic()
        red += (now - before) * scene.red()
        before = now
    scene.foe.core.UngrabServer()
    scene.foe.settle()
    scene.notes["red"] = red


def _kill_client(scene: Scene) -> None:
    scene.foe.core.KillClient(scene.window)
    scene.foe.settle()


def _gone(scene: Scene) -> bool:
    return not scene.stage.target_alive() or not scene.foe.viewable(scene.window)


def _kill(scene: Scene) -> None:
    os.kill(scene.stage.target.pid, signal.SIGKILL)


def _stop(scene: Scene) -> None:
    os.kill(scene.stage.target.pid, signal.SIGSTOP)
    time.sleep(6)
    os.kill(scene.stage.target.pid, signal.SIGCONT)


def _never(_: Scene) -> bool:
    return True


def _told(scene: Scene, word: str) -> None:
    scene.state(word)


def _zap(scene: Scene) -> None:
    scene.xdotool("key", "ctrl+alt+BackSpace")
    time.sleep(0.2)


def _zap_prepared(scene: Scene) -> None:
    scene.stage.run("setxkbmap", "-option", "terminate:ctrl_alt_bksp")
    _zap(scene)


def _server_died(scene: Scene) -> bool:
    return not scene.stage.alive()


def _output(scene: Scene, where: str) -> None:
    scene.stage.run("xrandr", "--addmode", "DUMMY1", f"{WIDTH}x{HEIGHT}")
    scene.stage.run("xrandr", "--output", "DUMMY1", "--mode", f"{WIDTH}x{HEIGHT}", where, "DUMMY0")


def _monitor(scene: Scene, monitor: str) -> None:
    """RandR's monitors are what Qt takes its screens from."""
    scene.stage.run("xrandr", "--setmonitor", *monitor.split())


def _second(scene: Scene) -> None:
    """A second screen is plugged in at the right, where another program's window is."""
    scene.foe.window((WIDTH + 100, 300, 200, 200))
    if scene.stage.setup is Setup.XORG:
        _output(scene, "--right-of")
    else:
        _monitor(scene, f"right {WIDTH}/300x{HEIGHT}/200+{WIDTH}+0 none")
    scene.notes["screens"] = until(lambda: int(scene.state()["screens"]) > 1, 2)


def _second_picture(scene: Scene) -> bool:
    return scene.red(WIDTH + 150, 350)


def _mirror(scene: Scene) -> None:
    if scene.stage.setup is Setup.XORG:
        _output(scene, "--same-as")
    else:
        _monitor(scene, f"right {WIDTH}/300x{HEIGHT}/200+0+0 none")


def unplug(scene: Scene) -> None:
    """Take the second screen away."""
    if scene.stage.setup is Setup.XORG:
        scene.stage.run("xrandr", "--output", "DUMMY1", "--off")
    else:
        scene.stage.run("xrandr", "--delmonitor", "right")


CLIENT_ATTACKS: Final = (
    Attack("keys by XSendEvent", _send_event, _typed, lasting=True, traces=_INJECTED),
    Attack("keys by XTEST (xdotool, remote control)", _xtest, _typed, lasting=True, traces=_INJECTED),
    Attack(
        "keys by XTEST in a real keyboard's name (XInput 1)",
        _in_the_name_of_a_keyboard,
        _typed,
        lasting=True,
        traces=_INJECTED,
    ),
    Attack("screenshot by another client", _screenshot, _recognised, lasting=True, traces=_STRANGE),
    Attack("keys overheard by XInput 2", _listen_xi2, _overheard, lasting=True, traces=_STRANGE),
    Attack(
        "keys overheard by RECORD", _record, lambda scene: bool(scene.notes["heard"]), lasting=True, traces=_STRANGE
    ),
    Attack(
        "keys overheard by asking which are down",
        _poll_keys,
        lambda scene: bool(scene.notes["down"]),
        lasting=True,
        traces=_STRANGE,
    ),
    Attack(
        "the display held for a second, a window in front",
        _grab_server,
        lambda scene: scene.notes["red"] > 0.7,
        lasting=True,
    ),
    Attack("second screen plugged in", _second, _second_picture),
    Attack("mirrored screen", _mirror, _never, lasting=True),
    Attack("user switch (simulated by its file)", lambda scene: _told(scene, "switch"), _never, lasting=True),
    Attack("suspend (simulated by the clock)", lambda scene: _told(scene, "jump"), _never, lasting=True),
    Attack("Ctrl+Alt+Backspace", _zap, _server_died, lasting=True),
    Attack("SIGSTOP for 6 s", _stop, _never, lasting=True),
    Attack("XKillClient", _kill_client, _gone, lasting=True),
    Attack("kill -9", _kill, _gone, lasting=True),
    Attack("Ctrl+Alt+Backspace after a client has armed it", _zap_prepared, _server_died, lasting=True),
)
