"""`examroom lockdown session` says plainly why it does not start; that it runs is tested with its supervisor."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from app.cli.lockdown_session import end_recorder

RECORDER = """
import os, signal, socket, sys
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
with socket.socket(socket.AF_UNIX) as listener:
    listener.bind(sys.argv[1])
    listener.listen()
    print(flush=True)
    signal.sigwait([signal.SIGTERM])
    open(sys.argv[1] + ".sealed", "x")
"""
"""Serves a socket as a recorder does, and seals when it is told to end."""
PROGRAM = [sys.executable, "-P", "-m", "app.cli.main", "lockdown", "session", "--home"]
UNSHARE = shutil.which("unshare") or "unshare"
ROOT, SOMEBODY = ("--map-root-user",), ("--map-user=64001", "--map-group=64001")
"""Users of a namespace of their own: whoever runs the tests can be either."""


def told(user: tuple[str, ...], place: Path, **environment: str) -> tuple[int, str]:
    command = [UNSHARE, "--user", *user, "--", *PROGRAM, str(place / "seat")]
    own = os.environ | {"XDG_RUNTIME_DIR": str(place)} | environment
    done = subprocess.run(command, env=own, capture_output=True, text=True, check=False, timeout=60)
    assert done.stdout == ""
    return done.returncode, done.stderr


@pytest.mark.parametrize(("language", "said"), [("zh", "管理员权限"), ("en", "an administrator's rights")])
def test_it_refuses_to_run_with_an_administrators_rights(tmp_path: Path, language: str, said: str) -> None:
    code, errors = told(ROOT, tmp_path, EXAMROOM_LANGUAGE=language)
    assert code == 3
    assert said in errors
    assert "Traceback" not in errors
    assert list(tmp_path.iterdir()) == []


def test_without_an_x_server_it_names_what_is_missing(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    code, errors = told(SOMEBODY, tmp_path, EXAMROOM_LANGUAGE="en", PATH=str(tmp_path))
    assert code == 3
    assert "The program Xorg" in errors
    assert "[NO_DISPLAY_SERVER · Xorg]" in errors


def test_the_session_ends_when_its_recorder_has_sealed(tmp_path: Path) -> None:
    control = tmp_path / "recorder.sock"
    end_recorder(control)  # there is none
    argv = [sys.executable, "-S", "-c", RECORDER, str(control)]
    with subprocess.Popen(argv, stdout=subprocess.PIPE) as recorder:
        assert recorder.stdout is not None
        recorder.stdout.readline()
        end_recorder(control)
        assert (tmp_path / "recorder.sock.sealed").exists()
        assert recorder.wait(10) == 0
    end_recorder(control)  # what is left of it is no recorder
