"""A Chinese input method's window is no attack: it stays in front of the guarded window, and what it writes arrives."""

import contextlib
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.app.seat.guard.attacks.attack import Scene, scene_on
from tests.app.seat.guard.attacks.stage import Setup, Stage, stage, until

PANEL = "/usr/libexec/ibus-ui-gtk3"


@contextlib.contextmanager
def ibus(on: Stage) -> Iterator[None]:
    """Start a session bus and ibus with libpinyin on this display."""
    bus = subprocess.Popen(
        ["dbus-daemon", "--session", "--nofork", "--print-address=1"],
        env=on.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert bus.stdout is not None
    on.environment["DBUS_SESSION_BUS_ADDRESS"] = bus.stdout.readline().strip()
    command = ["ibus-daemon", "--xim", "--panel", PANEL]
    daemon = subprocess.Popen(command, env=on.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        for process in (daemon, bus):
            process.terminate()
            process.wait()
        bus.stdout.close()


def chosen(scene: Scene) -> bool:
    scene.stage.run("ibus", "engine", "libpinyin")
    return "libpinyin" in scene.stage.run("ibus", "engine")


@pytest.mark.long
def test_candidates_stay_in_front_and_are_not_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    runtime = tmp_path / "runtime"
    runtime.mkdir(mode=0o700)
    for name, value in {
        "HOME": str(tmp_path),
        "XDG_RUNTIME_DIR": str(runtime),
        "QT_IM_MODULE": "ibus",
        "NO_AT_BRIDGE": "1",  # else the panel brings a client of the accessibility bus
    }.items():
        monkeypatch.setenv(name, value)
    with stage(Setup.NESTED, tmp_path, guarded=True) as made, scene_on(made) as scene, ibus(made):
        assert until(lambda: chosen(scene), step=0.3)
        made.end_target()
        made.start_target()
        scene.reset()
        scene.foe.pump_for(1)
        assert chosen(scene)
        background = scene.foe.pixel(240, 130)
        scene.xdotool("type", "--delay", "80", "nihao")
        assert until(lambda: scene.foe.pixel(240, 130) != background), "candidates are to be seen"
        scene.foe.pump_for(1)
        assert scene.foe.pixel(240, 130) != background, "and still are"
        scene.xdotool("key", "space")
        assert until(lambda: scene.text() == "你好")
        assert "window_in_front" not in scene.state()["events"]
