"""Which programs begin where some modules of Python are missing, as on Windows: it is Linux without them."""

import subprocess
import sys

import pytest

WITHOUT = ("fcntl", "grp", "pwd", "resource", "termios")
"""Python's documentation says "Availability: Unix" of each."""
PROGRAM = f"""
import importlib, sys
class Missing:
    def find_spec(self, name, path=None, target=None):
        if name in {WITHOUT!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, Missing())
for name in {WITHOUT!r}:
    sys.modules.pop(name, None)
for name in sys.argv[1:]:
    try:
        importlib.import_module(name)
    except ModuleNotFoundError as problem:
        print(name, problem.name)
"""
BEGIN = (
    *("app.cli.main", "app.cli.frozen", "app.seat.agent_service", "app.seat.apology"),
    *("proctoring.checks", "proctoring.lockdown.windows.guardian", "proctoring.lockdown.windows.service"),
    *("sync.replica.database", "sync.client.connection", "sync.trust.envelope"),
)
DO_NOT = {
    "app.archive.service": "fcntl",
    "app.content.media.confined": "resource",
    "app.registry.service": "fcntl",
    "app.seat.changing.may_change": "fcntl",
    "app.seat.doctor.examining": "fcntl",
    "app.seat.occupancy": "fcntl",
    "app.seat.program": "pwd",
    "proctoring.recorder.client": "fcntl",
    "proctoring.recorder.process": "fcntl",
    "sync.client.channel": "fcntl",
    "sync.trust.keyfolder": "fcntl",
}
"""CHECKLIST.md says so; whoever mends one takes it from here and from there."""


@pytest.fixture(scope="module")
def failed() -> dict[str, str]:
    command = [sys.executable, "-P", "-c", PROGRAM, *BEGIN, *DO_NOT]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return dict(line.split() for line in told.splitlines())


def test_the_command_line_both_services_and_the_lock_down_begin_without_them(failed: dict[str, str]) -> None:
    assert not set(BEGIN) & set(failed)


def test_what_sits_an_exam_does_not_begin_without_them_and_is_said_not_to(failed: dict[str, str]) -> None:
    assert failed == DO_NOT
