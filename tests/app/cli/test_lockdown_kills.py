"""The real commands, killed at each of their changes to the disk: after `lockdown remove` the PC is as it was."""

import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from tests.app.cli.lockdown_typed import typed
from tests.proctoring.lockdown.kills import changes, killed_at
from tests.proctoring.lockdown.pc import fingerprint, make_pc

PEER = ("--peer", "192.0.2.10:8443")
STRIDE = 47
"""Of the default suite; a prime, so that no kind of call is always passed over. `make test-long` takes every one."""


def lockdown(root: Path, *arguments: str) -> int:
    return typed("en", *arguments, "--root", root).code


def copied(pc: Path, to: Path) -> Path:
    """Copy a PC with times, modes and, as root, owners."""
    shutil.rmtree(to, ignore_errors=True)
    make_pc(to, taken=True)
    assert fingerprint(to) == fingerprint(pc)
    return to


def each_kill(pc: Path, root: Path, command: tuple[str, ...], before: Callable[[Path], None], stride: int) -> int:
    """Kill a command at its changes, let the PC go each time, and compare; give how often it was killed."""
    work = partial(lockdown, root, *command)
    copied(pc, root)
    before(root)
    killed = 0
    for change in range(0, changes(work), stride):
        for after in (False, True) if stride == 1 else (True,):
            copied(pc, root)
            before(root)
            assert killed_at(work, change, after=after)
            killed += 1
            assert lockdown(root, "remove") == 0
            left = fingerprint(root)
            assert left == fingerprint(pc), (command[0], change, after)
    return killed


def locked(root: Path) -> None:
    assert lockdown(root, "install", *PEER) == 0


def as_it_is(_root: Path) -> None:
    """Do nothing: the PC is not locked down."""


CASES = [
    pytest.param(("install", *PEER), as_it_is, id="on"),
    pytest.param(("remove",), locked, id="off"),
]


@pytest.mark.parametrize(("command", "before"), CASES)
def test_killed_on_the_way_the_pc_is_as_before_after_remove(
    tmp_path: Path, command: tuple[str, ...], before: Callable[[Path], None]
) -> None:
    pc = make_pc(tmp_path / "pc", taken=True)
    assert each_kill(pc, tmp_path / "killed", command, before, STRIDE) >= 4


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize(("command", "before"), [*CASES, pytest.param(("install", *PEER), locked, id="again")])
def test_killed_at_every_change_the_pc_is_as_before_after_remove(
    tmp_path: Path, command: tuple[str, ...], before: Callable[[Path], None]
) -> None:
    pc = make_pc(tmp_path / "pc", taken=True)
    assert each_kill(pc, tmp_path / "killed", command, before, 1) >= 300


def test_what_a_power_cut_interrupted_is_undone_by_the_next_start_of_the_pc(tmp_path: Path) -> None:
    pc, root = make_pc(tmp_path / "pc"), make_pc(tmp_path / "cut")
    work = partial(lockdown, root, "install", *PEER)
    assert killed_at(work, 150, after=True)
    assert fingerprint(root) != fingerprint(pc)
    assert lockdown(root, "status") == 1
    assert lockdown(root, "recover") == 0
    assert fingerprint(root) == fingerprint(pc)


def test_a_second_kill_while_undoing_the_first_changes_nothing_of_that(tmp_path: Path) -> None:
    pc, root = make_pc(tmp_path / "pc", taken=True), make_pc(tmp_path / "cut", taken=True)
    assert killed_at(partial(lockdown, root, "install", *PEER), 200, after=False)
    for change in (3, 17, 31, 45):
        assert killed_at(partial(lockdown, root, "remove"), change, after=True)
    assert lockdown(root, "remove") == 0
    assert fingerprint(root) == fingerprint(pc)
