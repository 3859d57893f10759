"""Chinese typing beside the kiosk: it works with nothing of a desktop, and the kiosk goes on without it."""

import os
import subprocess
from pathlib import Path

import pytest

from proctoring.lockdown.session.input_method import InputMethod
from tests.proctoring.lockdown.session.supervised import Supervised, until


def test_where_it_is_not_installed_there_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert InputMethod.found(tmp_path) is None


def test_where_it_is_none_of_its_windows_turns_the_accessibility_bus_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("ibus-daemon", "ibus"):
        (tmp_path / name).touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    method = InputMethod.found(tmp_path)
    assert method is not None
    assert {"NO_AT_BRIDGE": "1", "GTK_A11Y": "none"}.items() <= method.environment.items()


def test_one_that_ends_at_once_does_not_keep_the_kiosk_from_coming_up(tmp_path: Path) -> None:
    broken = InputMethod(("sh", "-c", "exit 1"), ("sh", "-c", "exit 1"), {"QT_IM_MODULE": "none"})
    with Supervised(tmp_path, typing=broken) as session:
        assert "QT_IM_MODULE" in session.await_seen(session.await_kiosk())["variables"]
        assert session.end() == 0


@pytest.mark.long  # it wants ibus and its pinyin engine
def test_pinyin_becomes_chinese_under_the_keyboard_grab(tmp_path: Path) -> None:
    home, runtime = tmp_path / "home", tmp_path / "runtime"
    home.mkdir()
    method = InputMethod.found(runtime)
    assert method is not None
    program = "tests.proctoring.lockdown.session.typing_kiosk"
    with Supervised(tmp_path, typing=method, program=program, HOME=str(home)) as session:
        session.await_kiosk()
        cookie = str(session.runtime / "cookie")
        reach = os.environ | {"DISPLAY": session.await_news("display_up")["display"], "XAUTHORITY": cookie}
        typed = session.seen / "typed"

        def has_come() -> bool:
            return typed.exists() and "你好" in typed.read_text(encoding="utf-8")

        def type_it() -> bool:
            subprocess.run(["xdotool", "type", "--delay", "60", "nihao "], env=reach, check=True, timeout=20)
            return has_come()

        until(type_it, lambda: typed.read_text(encoding="utf-8") if typed.exists() else "nothing was typed")
        assert session.end() == 0
