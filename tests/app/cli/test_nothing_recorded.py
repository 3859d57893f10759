"""`recorder run` from a source that gives nothing, and what `recording verify` says of it."""

import json
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.app.cli.terminal import Terminal


@pytest.fixture(autouse=True)
def _signals_as_they_were() -> Iterator[None]:
    """What the command sets up for its own process is put back: here it runs in the tests'."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def test_a_source_that_gives_nothing_is_said_in_words_by_both(terminal: Terminal, tmp_path: Path) -> None:
    junk, out = tmp_path / "junk.mp4", tmp_path / "out"
    junk.write_bytes(b"no film at all")
    told = terminal.run("recorder", "run", "--source", f"file:{junk}", "--seconds", "1", "--out", out)
    assert told.code == 3
    assert "Neither picture nor sound came from the sources (file junk.mp4; file junk.mp4)" in told.errors
    verified = terminal.run("recording", "verify", out)
    assert verified.code == 0
    assert "Neither picture nor sound came from the sources" in verified.output
    found = json.loads(terminal.run("recording", "verify", out, "--json").output)
    assert (found["verdict"], found["media_seconds"], len(found["gaps"])) == ("complete", 0, 2)


def test_a_camera_of_a_number_that_none_has_is_refused_in_words(terminal: Terminal, tmp_path: Path) -> None:
    told = terminal.run(
        "recorder", "run", "--source", "camera:" + "9" * 23, "--seconds", "1", "--out", tmp_path / "out"
    )
    assert "9" * 23 in told.errors
    assert "[SOURCE_REFUSED" in told.errors
    assert not (tmp_path / "out").exists()
