"""A registry that serves over HTTPS and a seat, both set up by typing commands, as an operator would."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from app.resources import resource_folder
from tests.app.cli.terminal import Terminal
from tests.proctoring.conftest import recorded  # noqa: F401 - a fixture for the tests of `recording`
from tests.proctoring.vault.carrying.conftest import house  # noqa: F401 - a fixture for the tests of exports

EXAMPLE = resource_folder() / "session-example.toml"
ID = r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}"
CHINA = timezone(timedelta(hours=8))
# the day after tomorrow at nine in China: what has closed cannot be planned
OPENS = (datetime.now(CHINA) + timedelta(days=2)).replace(hour=9, minute=0, second=0, microsecond=0)
PINS = ("246810", "135790")


@dataclass(frozen=True)
class Place:
    """The operator's desk: the registry's folder, a seat's folder, and what was written down on the way."""

    root: Path

    @property
    def registry(self) -> Path:
        return self.root / "registry"

    @property
    def seat(self) -> Path:
        return self.root / "seat"

    @property
    def session_file(self) -> Path:
        return self.root / "session.toml"

    @property
    def session(self) -> str:
        return (self.root / "session.id").read_text()


@contextmanager
def serving(registry: Path) -> Iterator[str]:
    """Run `examroom registry serve` as its own process; gives its address and ends it cleanly."""
    command = [sys.executable, "-m", "app.cli.main", "registry", "serve", "--home", str(registry), "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            told = json.loads(process.stdout.readline())
            assert told["event"] == "serving"
            yield told["url"]
        finally:
            process.send_signal(signal.SIGTERM)
            rest, complaints = process.communicate()
    assert (process.returncode, rest, complaints) == (0, "", "")


def as_command(*arguments: object, language: str = "en") -> subprocess.CompletedProcess[str]:
    """Run a command as a process of its own."""
    command = [sys.executable, "-m", "app.cli.main", *map(str, arguments)]
    environment = {**os.environ, "EXAMROOM_LANGUAGE": language}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment, timeout=60)


def ids(text: str) -> list[str]:
    """Find the ids in what was said."""
    return re.findall(ID, text)


def session_text(package: str, proctors: list[str], device: str, keys: list[str]) -> str:
    """Fill the example in, as an operator does: ids, keys, photo and times; the session is open for three days."""
    text = EXAMPLE.read_text(encoding="utf-8")
    found = ids(text)
    for example, real in zip(found, [package, *proctors, device], strict=True):
        text = text.replace(example, real)
    for example, key in zip(re.findall(r'public_key = "(.+)"', text), keys, strict=True):
        text = text.replace(example, key)
    text = text.replace('"demo/portrait-1.png"', f'"{resource_folder() / "demo" / "portrait-1.png"}"')
    text = re.sub(r"opens = \S+", f"opens = {OPENS.isoformat()}", text)
    return re.sub(r"closes = \S+", f"closes = {(OPENS + timedelta(days=3)).isoformat()}", text)


@pytest.fixture
def terminal() -> Terminal:
    return Terminal()


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Everything from `registry init` to `seat fetch`, by commands alone; the registry serves on."""
    place, terminal = Place(tmp_path_factory.mktemp("desk")), Terminal()
    assert terminal.run("registry", "init", "--home", place.registry, "--name", "Test registry").code == 0
    with serving(place.registry):
        published = terminal.run("registry", "publish", "--home", place.registry, resource_folder() / "sample-bank")
        assert published.code == 0, published.errors
        for name, pin in zip(("李梅", "王建国"), PINS, strict=True):
            typed = f"{pin}\n{pin}\n"
            assert terminal.run("registry", "proctor", "add", "--home", place.registry, name, typed=typed).code == 0
        keys = []
        for holder in ("site", "escrow"):
            made = terminal.run("site", "key", place.root / f"{holder}.key")
            keys += re.findall(r'^public_key = "(.{44})"$', made.output, re.MULTILINE)
        invitation = place.root / "07.invitation"
        assert terminal.run("registry", "invite", "--home", place.registry, "07", invitation).code == 0
        enrolled = terminal.run("seat", "enrol", "--home", place.seat, invitation)
        assert enrolled.code == 0, enrolled.errors
        package, *proctors, device = ids(terminal.run("registry", "show", "--home", place.registry).output)
        place.session_file.write_text(session_text(package, proctors, device, keys), encoding="utf-8")
        planned = terminal.run("registry", "plan", "--home", place.registry, place.session_file)
        assert planned.code == 0, planned.errors
        (session,) = ids(planned.output)
        (place.root / "session.id").write_text(session)
        fetched = terminal.run("seat", "fetch", "--home", place.seat)
        assert (fetched.code, fetched.output) == (0, "Fetched: session plans: 1; packages: 1\n")
        yield place
