"""`examroom recording play`: a window for whoever has the key; words, and no window, for anybody else."""

import base64
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from sync.trust.keys import SealingKey
from tests.app.archive.playing.made import Maker, webm
from tests.app.cli.terminal import Terminal


@pytest.fixture
def made(tmp_path: Path) -> Maker:
    maker = Maker(tmp_path / "recording")
    maker.segment(webm(400), 400)
    maker.close()
    return maker


def key_file(folder: Path, key: SealingKey) -> Path:
    file = folder / "site.key"
    file.write_text(base64.b64encode(key.raw()).decode())
    return file


def test_another_key_opens_nothing(made: Maker, tmp_path: Path) -> None:
    told = Terminal().run("recording", "play", made.folder, "--key", key_file(tmp_path, SealingKey.generate()))
    assert told.code == 1
    assert "RECORDING_KEY_WRONG" in told.errors


def test_without_a_display_it_says_so(made: Maker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    told = Terminal("zh").run("recording", "play", made.folder, "--key", key_file(tmp_path, made.site))
    assert told.code != 0
    assert "DISPLAY" in told.errors


def test_a_window_plays_it_until_it_is_ended_and_ends_cleanly(made: Maker, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "app.cli.main", "recording", "play", str(made.folder)]
    process = subprocess.Popen(
        [*command, "--key", str(key_file(tmp_path, made.site))],
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen", "EXAMROOM_LANGUAGE": "en"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline().startswith("Checking and opening")
    assert process.stdout.readline().startswith("Ready")
    process.send_signal(signal.SIGTERM)
    _said, errors = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "Traceback" not in errors
    assert "QThread" not in errors
