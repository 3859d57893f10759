"""Programs of remote control and capture under a made-up root: what adds up, and who is innocent."""

from pathlib import Path

import pytest

from proctoring.checks.observation import Observation, observe
from proctoring.checks.situation import Situation
from proctoring.checks.tools import capture_tool, remote_tool
from sync.wire.environment import Verdict
from tests.proctoring.checks.made_up import KNOWN, MadeUp
from tests.proctoring.checks.running import Line, names, owns, process, quiet, sockets

SITUATION = Situation(own_pids=frozenset({500}), known=KNOWN)
CLEAR, FOUND, UNKNOWN = Verdict.CLEAR, Verdict.FOUND, Verdict.UNKNOWN
ANY = "0.0.0.0"  # noqa: S104 - of a made-up PC


@pytest.fixture
def pc(tmp_path: Path) -> MadeUp:
    made = MadeUp(tmp_path)
    quiet(made)
    return made


def remote(pc: MadeUp) -> Observation:
    return remote_tool(pc.machine, SITUATION)


def capture(pc: MadeUp) -> Observation:
    return capture_tool(pc.machine, SITUATION)


def test_a_quiet_pc_is_clear_of_both(pc: MadeUp) -> None:
    assert remote(pc).verdict is CLEAR
    assert capture(pc).verdict is CLEAR


@pytest.mark.parametrize(
    ("exe", "tool"),
    [
        ("/usr/local/sunlogin/bin/sunloginclient", "向日葵 (Sunlogin)"),
        ("/opt/todesk/bin/ToDesk", "ToDesk"),
        ("/opt/teamviewer/tv_bin/TeamViewer", "TeamViewer"),
        ("/usr/bin/anydesk", "AnyDesk"),
        ("/usr/share/rustdesk/rustdesk", "RustDesk"),
        ("/tmp/.mount_rustdeAbCd12/usr/bin/rustdesk", "RustDesk"),  # noqa: S108 - an AppImage
        ("/usr/bin/x11vnc", "VNC"),
        ("/usr/bin/Xtigervnc", "VNC"),
        ("/usr/sbin/xrdp", "xrdp"),
        ("/usr/NX/bin/nxserver.bin", "NoMachine"),
        ("/usr/bin/parsecd", "Parsec"),
        ("/usr/bin/sunshine", "Sunshine"),
        ("/usr/bin/moonlight", "Moonlight"),
        ("/usr/bin/krdpserver", "RDP (KRDP, FreeRDP)"),
        ("/opt/google/chrome-remote-desktop/chrome-remote-desktop-host", "Chrome Remote Desktop"),
    ],
)
def test_an_installed_program_is_found_by_the_file_it_runs_whatever_it_calls_itself(
    pc: MadeUp, exe: str, tool: str
) -> None:
    process(pc, 812, "kworker/u8:2", exe=exe, comm="kworker/u8:2")
    seen = remote(pc)
    assert seen.verdict is FOUND
    assert seen.facts == {"names": tool}
    assert seen.evidence == (f"{tool}: /proc/812/exe: {exe}",)


@pytest.mark.parametrize(
    ("exe", "arguments"),
    [
        ("/usr/bin/obs", ()),
        ("/usr/bin/ffmpeg", ("-f", "x11grab", "-i", ":0", "out.mkv")),
        ("/usr/bin/gst-launch-1.0", ("ximagesrc", "!", "fakesink")),
        ("/usr/bin/vlc", ("screen://0",)),
        ("/usr/bin/recordmydesktop", ()),
        ("/usr/bin/flameshot", ()),
        ("/opt/QQ/qq", ("--type=renderer",)),
        ("/opt/wemeet/bin/wemeetapp", ()),
    ],
)
def test_a_program_that_keeps_or_shows_the_screen_is_found(pc: MadeUp, exe: str, arguments: tuple[str, ...]) -> None:
    process(pc, 812, exe, *arguments, exe=exe)
    assert capture(pc).verdict is FOUND


@pytest.mark.parametrize(
    ("argv", "exe", "comm"),
    [
        (("/bin/sh", "./vnc"), "/usr/bin/dash", "vnc"),
        (("/bin/bash", "/home/li/bin/x11vnc"), "/usr/bin/bash", "x11vnc"),
        (("thunar", "/home/li/TeamViewer.pdf"), "/usr/bin/thunar", "thunar"),
        (("evince", "/opt/todesk/manual.pdf"), "/usr/bin/evince", "evince"),
        (("-bash",), "/usr/bin/bash", "bash"),
        (("less", "/usr/bin/x11vnc"), "/usr/bin/less", "less"),
        (("grep", "-r", "anydesk", "/etc"), "/usr/bin/grep", "grep"),
        (("/usr/bin/python3", "/home/li/vncviewer"), "/usr/bin/python3.11", "vncviewer"),
        (("/usr/bin/ffmpeg", "-i", "x11grab-tutorial.mp4", "out.webm"), "/usr/bin/ffmpeg", "ffmpeg"),
        (("vlc", "film.mkv"), "/usr/bin/vlc", "vlc"),
        (("vim", "obs"), "/usr/bin/vim.basic", "vim"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_a_name_in_an_argument_or_of_a_script_accuses_nobody(
    pc: MadeUp, argv: tuple[str, ...], exe: str, comm: str
) -> None:
    process(pc, 812, *argv, exe=exe, comm=comm)
    assert remote(pc).verdict is CLEAR
    assert capture(pc).verdict is CLEAR


def test_a_user_called_obs_is_nobody(pc: MadeUp) -> None:
    pc.write("etc/passwd", "obs:x:1001:1001::/home/obs:/bin/bash\n")
    process(pc, 812, "/home/obs/bin/tool", exe="/home/obs/bin/tool", uid=1001)
    assert capture(pc).verdict is CLEAR


def test_somebodys_own_program_of_the_name_cannot_be_told_from_the_real_one(pc: MadeUp) -> None:
    process(pc, 812, "./obs", exe="/home/li/homework/obs")
    assert capture(pc).verdict is UNKNOWN


def test_an_installed_script_of_the_name_is_the_program(pc: MadeUp) -> None:
    process(pc, 812, "/usr/bin/python3", "-I", "/usr/bin/xpra", "start", exe="/usr/bin/python3.11", comm="xpra")
    assert remote(pc).facts == {"names": "xpra"}


def test_another_users_program_is_found_by_what_it_was_started_from_and_its_name(pc: MadeUp) -> None:
    process(pc, 812, "/opt/teamviewer/tv_bin/teamviewerd", "-d", uid=0)
    seen = remote(pc)
    assert seen.verdict is FOUND
    assert seen.evidence[0] == "TeamViewer: /proc/812/cmdline: /opt/teamviewer/tv_bin/teamviewerd"


def test_another_users_program_that_only_says_a_name_cannot_be_told(pc: MadeUp) -> None:
    process(pc, 812, "x11vnc", uid=0)
    assert remote(pc).verdict is UNKNOWN


def test_its_own_service_gives_away_a_program_that_renamed_itself(pc: MadeUp) -> None:
    process(pc, 812, "worker", uid=0)
    pc.write("proc/812/cgroup", "0::/system.slice/runsunloginclient.service\n")
    assert remote(pc).verdict is UNKNOWN
    pc.write("proc/812/status", "Name:\toray_rundaemon\nPPid:\t1\nUid:\t0\t0\t0\t0\n")
    assert remote(pc).verdict is FOUND


def test_a_renamed_program_is_found_by_its_library_and_its_port(pc: MadeUp) -> None:
    process(pc, 812, "./calculator", exe="/home/li/calculator")
    pc.write("proc/812/maps", "7f00-7f01 r-xp 0 08:01 1 /usr/lib/x86_64-linux-gnu/libvncserver.so.1\n")
    assert remote(pc).verdict is CLEAR
    sockets(pc, "tcp", Line(ANY, 5900, inode=77))
    owns(pc, 812, 77)
    seen = remote(pc)
    assert seen.verdict is FOUND
    assert seen.evidence == (
        "VNC: /proc/812/maps: libvncserver.so",
        "VNC: /proc/net/tcp: pid 812 listens on tcp 0.0.0.0:5900",
    )


def test_an_open_port_alone_is_no_program(pc: MadeUp) -> None:
    sockets(pc, "tcp", Line(ANY, 5900, inode=77))
    assert remote(pc).verdict is CLEAR


def test_a_socket_of_its_own_is_a_sign_and_no_proof(pc: MadeUp) -> None:
    names(pc, "@/tmp/.X11-unix/X0", "/run/xrdp/sockdir/xrdp_display_10")
    seen = remote(pc)
    assert seen.verdict is UNKNOWN
    assert seen.evidence == ("xrdp: /proc/net/unix: /run/xrdp/sockdir/xrdp_display_10",)


def test_a_desktops_own_service_counts_only_if_it_lets_somebody_in(pc: MadeUp) -> None:
    exe = "/usr/libexec/gnome-remote-desktop-daemon"
    process(pc, 812, exe, exe=exe)
    assert remote(pc).verdict is UNKNOWN
    sockets(pc, "tcp6", Line(ANY, 3389, inode=77))
    owns(pc, 812, 77)
    assert remote(pc).facts["names"] == "GNOME Remote Desktop"


def test_hidden_processes_are_never_clear(pc: MadeUp) -> None:
    (pc.root / "proc/1/status").unlink()
    assert remote(pc).verdict is UNKNOWN


def test_without_its_lists_a_check_cannot_tell(pc: MadeUp) -> None:
    assert remote_tool(pc.machine, Situation()).verdict is UNKNOWN


def test_without_processes_or_with_unreadable_tables_it_cannot_tell(tmp_path: Path) -> None:
    pc = MadeUp(tmp_path)
    (pc.root / "proc").rmdir()
    (seen,) = observe({"remote_tool": remote_tool}, pc.machine, SITUATION)
    assert seen.verdict is UNKNOWN
    quiet(pc)
    (pc.root / "proc/net/tcp").unlink()
    pc.shut("proc/net/tcp")
    assert remote(pc).verdict is UNKNOWN
    assert remote(pc).evidence == ("proc/net/tcp: ELOOP",)


@pytest.mark.parametrize(
    "status",
    [b"", b"\xff\xfe\x00" * 2000, b"Name:\tx11vnc\n", b"PPid:\t-1\nUid:\tx\n", b"PPid:\t" + b"9" * 4000],
)
def test_a_forged_process_ends_no_look_and_accuses_nobody(pc: MadeUp, status: bytes) -> None:
    process(pc, 812, *(["x" * 300] * 300), exe="/" + "y/" * 500, comm="a")
    pc.write("proc/812/status", status)
    assert remote(pc).verdict is CLEAR
