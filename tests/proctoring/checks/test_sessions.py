"""Who is at a made-up PC: sessions from elsewhere, connections, other users, and what only looks like them."""

import struct
from pathlib import Path

import pytest

from proctoring.checks.observation import Observation, observe
from proctoring.checks.sessions import other_users, remote_session
from proctoring.checks.situation import Situation
from sync.wire.environment import Verdict
from tests.proctoring.checks.made_up import KNOWN, MadeUp
from tests.proctoring.checks.running import ESTABLISHED, Line, process, quiet, session, sockets

LOCAL = {"DISPLAY": ":0", "HOME": "/home/examroom-kiosk"}
SITUATION = Situation(own_pids=frozenset({500}), own_pid=500, known=KNOWN, environment=LOCAL)
CLEAR, FOUND, UNKNOWN = Verdict.CLEAR, Verdict.FOUND, Verdict.UNKNOWN


@pytest.fixture
def pc(tmp_path: Path) -> MadeUp:
    made = MadeUp(tmp_path)
    quiet(made)
    return made


def remote(pc: MadeUp, **environment: str) -> Observation:
    situation = Situation(own_pids=frozenset({500}), environment={**LOCAL, **environment})
    (seen,) = observe({"remote_session": remote_session}, pc.machine, situation)
    return seen


def others(pc: MadeUp) -> Observation:
    (seen,) = observe({"other_users": other_users}, pc.machine, SITUATION)
    return seen


def login(kind: int, pid: int, host: str) -> bytes:
    """One record of utmp(5)."""
    return struct.pack("<h2xi32s4s32s256s52x", kind, pid, b"pts/0", b"ts/0", b"li", host.encode())


def test_a_local_session_is_clear(pc: MadeUp) -> None:
    session(pc, "2", ["UID=1000", "USER=kiosk", "REMOTE=0", "TYPE=x11", "CLASS=user", "STATE=active"])
    pc.write("run/utmp", login(7, 500, ":0") + login(7, 1, "") + login(2, 1, "6.1.0-amd64"))
    assert remote(pc).verdict is CLEAR
    assert others(pc).verdict is CLEAR


@pytest.mark.parametrize(
    "environment",
    [
        {"SSH_CONNECTION": "10.0.0.9 50000 10.0.0.2 22"},
        {"XRDP_SESSION": "1"},
        {"DISPLAY": "localhost:10.0"},
        {"DISPLAY": "10.0.0.9:0"},
        {"VNCDESKTOP": "pc:1"},
    ],
    ids=str,
)
def test_our_own_session_from_elsewhere_is_found(pc: MadeUp, environment: dict[str, str]) -> None:
    assert remote(pc, **environment).verdict is FOUND


@pytest.mark.parametrize("display", [":0", ":10.0", "unix:0", "", "/run/x11/X0"])
def test_a_display_of_this_pc_is_not_from_elsewhere(pc: MadeUp, display: str) -> None:
    assert remote(pc, DISPLAY=display).verdict is CLEAR


@pytest.mark.parametrize(
    "fields", [["REMOTE=1", "REMOTE_HOST=10.0.0.9"], ["REMOTE=0", "SERVICE=xrdp-sesman"], ["SERVICE=sshd"]], ids=str
)
def test_a_session_from_elsewhere_beside_ours_is_found(pc: MadeUp, fields: list[str]) -> None:
    session(pc, "7", ["UID=1001", "USER=admin", "CLASS=user", "STATE=active", *fields])
    assert remote(pc).verdict is FOUND


def test_a_session_that_closes_or_greets_is_nobody(pc: MadeUp) -> None:
    session(pc, "7", ["UID=1001", "USER=admin", "REMOTE=1", "CLASS=user", "STATE=closing"])
    session(pc, "c1", ["UID=116", "USER=lightdm", "REMOTE=0", "CLASS=greeter", "STATE=online"])
    session(pc, "9.ref", ["REMOTE=1"])
    assert remote(pc).verdict is CLEAR
    assert others(pc).verdict is CLEAR


def test_a_login_from_another_host_is_found_while_its_process_lives(pc: MadeUp) -> None:
    pc.write("run/utmp", login(7, 4000, "10.0.0.9"))
    assert remote(pc).verdict is CLEAR
    process(pc, 4000, "bash", exe="/usr/bin/bash")
    assert remote(pc).evidence == ("/run/utmp: li on pts/0 from 10.0.0.9",)


def test_an_ssh_session_is_told_from_the_service_that_waits(pc: MadeUp) -> None:
    process(pc, 700, "sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 startups", comm="sshd", uid=0)
    assert remote(pc).verdict is CLEAR
    process(pc, 701, "sshd: admin@pts/0", comm="sshd", uid=0)
    assert remote(pc).verdict is FOUND


def test_who_only_calls_itself_an_ssh_session_is_no_finding_by_that_alone(pc: MadeUp) -> None:
    process(pc, 701, "sshd: kid@pts/0", comm="sshd", exe="/home/kid/sshd")
    process(pc, 702, "sshd: kid [priv]", comm="sshd", exe="/home/kid/sshd")
    process(pc, 703, "sshd: kid@pts/1", comm="sshd", parent=702)
    seen = remote(pc)
    assert seen.verdict is UNKNOWN
    assert seen.evidence == ("/proc/701/cmdline: sshd: kid@pts/0", "/proc/703/cmdline: sshd: kid@pts/1")
    sockets(pc, "tcp", Line("10.0.0.2", 22, ESTABLISHED, "10.0.0.9", 50_000))
    assert remote(pc).verdict is FOUND


def test_what_the_superusers_sshd_began_is_an_ssh_session(pc: MadeUp) -> None:
    process(pc, 700, "sshd: kid [priv]", comm="sshd", uid=0)
    assert remote(pc).verdict is CLEAR
    process(pc, 701, "sshd: kid@pts/0", comm="sshd", parent=700)
    assert remote(pc).verdict is FOUND


def test_a_connection_alone_may_be_somebody_who_only_knocks(pc: MadeUp) -> None:
    sockets(pc, "tcp", Line("10.0.0.2", 22, ESTABLISHED, "10.0.0.9", 50_000))
    seen = remote(pc)
    assert seen.verdict is UNKNOWN
    assert seen.evidence == ("/proc/net/tcp: from tcp 10.0.0.9, to port 22",)


def test_our_own_way_out_and_what_stays_on_this_pc_is_not_from_elsewhere(pc: MadeUp) -> None:
    sockets(
        pc,
        "tcp",
        Line("10.0.0.2", 50_000, ESTABLISHED, "10.0.0.9", 22),
        Line("127.0.0.1", 5900, ESTABLISHED, "127.0.0.1", 50_001),
    )
    assert remote(pc).verdict is CLEAR


def test_what_cannot_be_read_or_is_not_known_is_neither_clear_nor_found(pc: MadeUp) -> None:
    assert remote_session(pc.machine, Situation()).verdict is UNKNOWN
    pc.shut("run/utmp")
    assert remote(pc).verdict is UNKNOWN


def test_sessions_that_are_not_to_be_read_leave_it_open(pc: MadeUp) -> None:
    pc.shut("run/systemd/sessions")
    assert remote(pc).verdict is UNKNOWN
    assert others(pc).verdict is UNKNOWN


@pytest.mark.parametrize("utmp", [b"\xff" * 1000, b"\x07" * 383, b"\0" * 384 * 600])
def test_a_forged_list_of_logins_ends_no_look(pc: MadeUp, utmp: bytes) -> None:
    pc.write("run/utmp", utmp)
    assert remote(pc).verdict is CLEAR


def test_somebody_else_logged_in_is_found(pc: MadeUp) -> None:
    session(pc, "3", ["UID=1001", "USER=wang", "TYPE=tty", "CLASS=user", "STATE=online"])
    seen = others(pc)
    assert seen.verdict is FOUND
    assert seen.facts == {"names": "wang"}
    assert seen.evidence == ("/run/systemd/sessions/3: USER wang, TYPE tty",)


def test_a_persons_program_left_running_is_found_and_a_services_is_not(pc: MadeUp) -> None:
    pc.write(
        "etc/passwd",
        "root:x:0:0::/root:/bin/bash\nwww-data:x:33:33::/var/www:/usr/sbin/nologin\n"
        "builder:x:1002:1002::/nonexistent:/usr/sbin/nologin\nwang:x:1001:1001::/home/wang:/bin/bash\n"
        "nobody:x:65534:65534::/nonexistent:/bin/sh\nbroken:x:1003\n",
    )
    for pid, uid in ((800, 0), (801, 33), (802, 1002), (803, 65_534)):
        process(pc, pid, "worker", exe="/usr/bin/worker", uid=uid)
    assert others(pc).verdict is CLEAR
    process(pc, 804, "worker", exe="/usr/bin/worker", uid=1001)
    assert others(pc).facts == {"names": "wang"}


def test_a_person_whom_only_a_directory_knows_is_found_or_at_least_not_passed(pc: MadeUp) -> None:
    process(pc, 805, "worker", exe="/usr/bin/worker", uid=2_000_000)
    assert others(pc).verdict is UNKNOWN
    process(pc, 804, "worker", exe="/usr/bin/worker", uid=5001)
    assert others(pc).facts == {"names": "user 5001"}


def test_where_other_users_processes_are_hidden_it_cannot_tell(pc: MadeUp) -> None:
    (pc.root / "proc/1/status").unlink()
    assert others(pc).verdict is UNKNOWN


def test_without_our_own_process_nobody_else_can_be_told_from_us(pc: MadeUp) -> None:
    assert other_users(pc.machine, Situation()).verdict is UNKNOWN
