"""The session's parts: pauses, cookie, heartbeat, what systemd is told, and what can be seen of a supervisor."""

import asyncio
import os
import socket
import stat
import struct
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proctoring.lockdown.level import Account, Supervision
from proctoring.lockdown.session.cookie import FAMILY_WILD, write_cookie
from proctoring.lockdown.session.looking import look_at_account, look_at_supervisor, look_at_users, servers_of
from proctoring.lockdown.session.notify import Notify
from proctoring.lockdown.session.patience import Patience, Thinned
from proctoring.lockdown.session.pulse import BEAT, VARIABLE, Pulse, inherited
from proctoring.lockdown.session.server import xorg_command
from proctoring.lockdown.session.supervisor import SessionAsRoot, require_unprivileged


@given(st.lists(st.floats(0, 29), max_size=60))
def test_pauses_begin_at_none_never_shrink_and_are_bounded(lives: list[float]) -> None:
    patience = Patience()
    pauses = [patience.after(lived_s) for lived_s in lives]
    assert pauses == sorted(pauses)
    assert all(pause <= 30 for pause in pauses)
    assert pauses[:1] in ([], [0.0])
    assert all(pause > 0 for pause in pauses[1:])  # never a busy loop
    assert patience.after(30.0) == 0.0


def test_what_happens_over_and_over_is_told_at_once_and_then_counted() -> None:
    told: list[tuple[int, int]] = []
    counted = asyncio.Event()

    def tell(whose: int, times: int) -> None:
        told.append((whose, times))
        if times > 1:
            counted.set()

    async def happening() -> None:
        thinned = Thinned(tell, every_s=0.05)
        for _ in range(1_000):
            thinned.happened(7)
        thinned.happened(8)
        assert told == [(7, 1), (8, 1)]
        await asyncio.wait_for(counted.wait(), 30)
        assert told[2] == (7, 999)
        thinned.happened(7)
        thinned.rest()
        assert told[3:] == [(7, 1)]

    asyncio.run(happening())


def test_a_cookie_is_new_each_time_and_in_the_format_of_xauth(tmp_path: Path) -> None:
    file, values = tmp_path / "cookie", set()
    for _ in range(2):
        write_cookie(file)
        told = file.read_bytes()
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert told[:6] == struct.pack(">HHH", FAMILY_WILD, 0, 0)
        listed = subprocess.run(["xauth", "-f", str(file), "list"], capture_output=True, text=True, check=True).stdout
        assert "MIT-MAGIC-COOKIE-1" in listed
        values.add(listed.split()[-1])
    assert all(len(bytes.fromhex(value)) == 16 for value in values)
    assert len(values) == 2


def test_a_link_in_the_cookies_place_is_replaced_and_not_followed(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("kept", encoding="utf-8")
    (tmp_path / "cookie").symlink_to(elsewhere)
    write_cookie(tmp_path / "cookie")
    assert elsewhere.read_text(encoding="utf-8") == "kept"


def test_only_a_beat_is_a_beat() -> None:
    pulse = Pulse()
    for message in (b"x", BEAT + b"x", BEAT[:-1], b"y" * 5_000):
        pulse.there.send(message)
    assert pulse.read()
    assert pulse.first is None
    pulse.close()


def test_the_first_beat_is_noted_and_the_other_end_is_missed_when_it_is_gone() -> None:
    pulse = Pulse()
    pulse.there.send(BEAT)
    assert pulse.silent_s() >= 0
    assert pulse.first is not None
    pulse.given_away()
    assert not pulse.read()
    pulse.close()


@pytest.mark.parametrize("number", ["", "-1", "x", "9" * 30, "999999", "１"])
def test_a_variable_that_names_no_socket_is_no_heartbeat(number: str) -> None:
    assert inherited({VARIABLE: number}) is None


def test_a_descriptor_of_something_else_is_no_heartbeat_and_stays_open(tmp_path: Path) -> None:
    with (tmp_path / "file").open("w") as file, socket.socket(socket.AF_UNIX) as stream:
        assert inherited({VARIABLE: str(file.fileno())}) is None
        assert inherited({VARIABLE: str(stream.fileno())}) is None
        os.fstat(file.fileno())
        os.fstat(stream.fileno())


def test_a_socket_of_ones_own_and_a_variable_make_no_supervisor() -> None:
    """What anybody can do at a prompt: make the pair and set the variable."""
    pulse = Pulse()
    end = inherited({VARIABLE: str(os.dup(pulse.there.fileno()))})
    assert end is not None
    assert look_at_supervisor(end, "") == Supervision(same_user=True)
    end.close()
    pulse.close()


def test_a_parent_that_is_another_program_is_not_the_session() -> None:
    """A script that starts the kiosk as the session would is its parent, and yet not this program."""
    child = (
        "import os, socket; from proctoring.lockdown.session.looking import look_at_supervisor;"
        "s = socket.socket(fileno=int(os.environ['EXAMROOM_HEARTBEAT']));"
        "print(look_at_supervisor(s, os.environ.get('DISPLAY', '')))"
    )
    pulse = Pulse()
    number = pulse.there.fileno()
    told = subprocess.run(
        [sys.executable, "-P", "-c", child],
        env=os.environ | {VARIABLE: str(number)},
        pass_fds=(number,),
        capture_output=True,
        text=True,
        check=True,
    )
    pulse.close()
    assert told.stdout.strip() == str(Supervision(parent=True, same_user=True))


@pytest.mark.parametrize("display", ["", ":", "host:0", ":99999999", "localhost:10.0", ":0/../../x", ":64999"])
def test_a_display_that_is_not_here_has_no_server(display: str) -> None:
    assert servers_of(display) == ()


def test_both_ways_to_a_display_are_looked_at() -> None:
    """Somebody who takes the name that libxcb tries first is seen, though the file is the session's."""
    with socket.socket(socket.AF_UNIX) as taken:
        taken.bind("\0/tmp/.X11-unix/X64998")
        taken.listen()
        assert [peer.pid for peer in servers_of(":64998")] == [os.getpid()]


def test_a_user_that_nobody_knows_has_neither_name_nor_shell() -> None:
    assert look_at_account(4_000_000_000) == Account(4_000_000_000)
    assert look_at_account(0).name == "root"


@pytest.mark.parametrize(
    ("uid_map", "machine"),
    [
        ("         0          0 4294967295\n", True),
        ("     64001          0          1\n", False),
        ("         0          0 4294967294\n", False),
        ("         0          0 4294967295\n 1 1 1\n", False),
        ("", False),
    ],
)
def test_users_are_the_machines_only_where_all_of_them_are(tmp_path: Path, uid_map: str, *, machine: bool) -> None:
    (tmp_path / "self").mkdir()
    (tmp_path / "self" / "uid_map").write_text(uid_map)
    assert look_at_users(tmp_path) is machine


def test_where_the_kernel_does_not_tell_users_are_not_the_machines(tmp_path: Path) -> None:
    assert look_at_users(tmp_path) is False


@pytest.mark.parametrize(
    ("environment", "every_s"),
    [
        ({}, 0.0),
        ({"NOTIFY_SOCKET": "relative", "WATCHDOG_USEC": "1000000"}, 0.0),
        ({"NOTIFY_SOCKET": "/run/x", "WATCHDOG_USEC": "many"}, 0.0),
        ({"NOTIFY_SOCKET": "/run/x", "WATCHDOG_USEC": "15000000", "WATCHDOG_PID": "1"}, 0.0),
        ({"NOTIFY_SOCKET": "@x", "WATCHDOG_USEC": "15000000"}, 7.5),
    ],
)
def test_the_watchdogs_time_is_halved_and_only_ours_counts(environment: dict[str, str], every_s: float) -> None:
    assert Notify.of(environment).every_s == every_s


def test_a_status_is_one_bounded_line_and_a_systemd_that_is_gone_does_no_harm(tmp_path: Path) -> None:
    address = tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(address))
        Notify(str(address)).status("one\nREADY=1\n" + "x" * 9_000)
        told = systemd.recv(10_000).decode()
    assert told.startswith("STATUS=one READY=1 xxx")
    assert len(told) < 500
    address.unlink()
    Notify(str(address)).alive()


def test_the_screen_is_on_a_terminal_only_if_the_unit_gave_one(tmp_path: Path) -> None:
    assert "vt7" in xorg_command("x.conf", "7", tmp_path)
    assert not [word for word in xorg_command("x.conf", "", tmp_path) if word.startswith("vt")]
    assert not [word for word in xorg_command("x.conf", "7 -retro", tmp_path) if word.startswith("vt")]


def test_the_session_never_runs_as_root() -> None:
    with pytest.raises(SessionAsRoot):
        require_unprivileged(0)
    require_unprivileged(997)
