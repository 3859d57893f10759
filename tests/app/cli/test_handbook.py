"""`examroom handbook`: a PDF where there is no screen, and words where a window cannot open."""

from pathlib import Path

import pytest

from tests.app.cli.terminal import Terminal


def test_a_readers_part_is_written_as_a_pdf(tmp_path: Path) -> None:
    file = tmp_path / "proctor.pdf"
    told = Terminal("zh").run("handbook", "--who", "proctor", "--language", "zh", "--pdf", file)
    assert (told.code, told.errors) == (0, "")
    assert str(file) in told.output.replace("\n", "")
    assert file.read_bytes().startswith(b"%PDF-")


def test_without_a_screen_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    told = Terminal().run("handbook")
    assert told.code == 3
    assert "NO_DISPLAY" in told.errors
