"""The session's own X server, Xorg, with the configuration that is installed."""

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
import xcffib
import xcffib.xproto

from proctoring.lockdown.session.server import xorg_command
from tests.proctoring.lockdown.session.supervised import Supervised, until
from tests.proctoring.lockdown.session.xorg import installed, write_config


def on_xorg(place: Path, text: str) -> Supervised:
    config = write_config(place / "xorg.conf", text)
    return Supervised(place, server=xorg_command(str(config), "", place))


def reach(seen: dict[str, Any]) -> dict[str, str]:
    return os.environ | {"DISPLAY": seen["display"], "XAUTHORITY": seen["cookie"]}


def test_it_has_no_interface_to_type_or_listen_in_by(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with on_xorg(tmp_path, installed()) as session:
        seen = session.await_seen(session.await_kiosk())
        monkeypatch.setenv("XAUTHORITY", seen["cookie"])
        display = xcffib.connect(display=seen["display"])
        names = {str(one.name.to_string()) for one in display.core.ListExtensions().reply().names}
        display.disconnect()
        said = subprocess.run(["xdotool", "key", "a"], env=reach(seen), capture_output=True, text=True, check=False)
    assert {"RANDR", "XInputExtension", "X-Resource", "XKEYBOARD"} <= names
    assert not {"XTEST", "RECORD"} & names
    assert 'extension "XTEST" missing' in said.stderr


def press_the_keys_that_end_it(seen: dict[str, Any]) -> None:
    subprocess.run(["setxkbmap", "-option", "terminate:ctrl_alt_bksp"], env=reach(seen), check=True, timeout=20)
    subprocess.run(
        ["xdotool", "key", "ctrl+alt+BackSpace"], env=reach(seen), check=False, capture_output=True, timeout=20
    )


def test_the_keys_that_end_it_do_not_even_where_the_keyboard_says_so(tmp_path: Path) -> None:
    """Only without its first lines can a test press keys on it at all; with them it could not."""
    with on_xorg(tmp_path, installed(without="Extensions")) as session:
        seen = session.await_seen(session.await_kiosk())
        press_the_keys_that_end_it(seen)
        subprocess.run(["xdpyinfo"], env=reach(seen), check=True, capture_output=True, timeout=20)
        assert (len(session.of("display_up")), len(session.of("kiosk_up"))) == (1, 1)


def test_the_same_keys_would_end_it_without_our_configuration(tmp_path: Path) -> None:
    with on_xorg(tmp_path, "") as session:
        press_the_keys_that_end_it(session.await_seen(session.await_kiosk()))
        until(lambda: session.of("display_ended"), lambda: f"it lives: {session.news}")
        assert len(session.of("display_ended")) >= 1
