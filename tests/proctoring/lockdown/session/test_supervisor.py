"""The session on a real X server: whatever ends, hangs or stops display or kiosk, both are there again."""

import os
import signal
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
import xcffib
import xcffib.xproto

from proctoring.lockdown.level import Supervision
from tests.proctoring.lockdown.session.supervised import Supervised, until


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Supervised]:
    """One session for whoever ends nothing in it, started as systemd starts one."""
    left = {"NOTIFY_SOCKET": "/nowhere", "WATCHDOG_USEC": "9000000", "WAYLAND_DISPLAY": "wayland-0"}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in left.items():
            patch.setenv(name, value)
        running = Supervised(tmp_path_factory.mktemp("standing"))
    with running:
        yield running


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Supervised]:
    with Supervised(tmp_path) as running:
        yield running


def test_a_kiosk_finds_its_display_its_supervisor_and_no_way_to_more_rights(standing: Supervised) -> None:
    seen = standing.await_seen(standing.await_kiosk())
    assert seen["shown"]
    assert seen["supervision"] == vars(Supervision(parent=True, same_user=True, own_program=True, own_display=True))
    assert "NoNewPrivs:\t1" in seen["status"]
    assert not seen["passed_on"]  # nothing that the kiosk starts can beat for it
    cookie = Path(seen["cookie"])
    assert stat.S_IMODE(cookie.stat().st_mode) == 0o600
    assert stat.S_IMODE(cookie.parent.stat().st_mode) == 0o700


def test_without_the_cookie_nobody_gets_on_the_display_not_even_root(
    standing: Supervised, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = standing.await_seen(standing.await_kiosk())
    monkeypatch.setenv("XAUTHORITY", seen["cookie"])
    xcffib.connect(display=seen["display"]).disconnect()
    monkeypatch.setenv("XAUTHORITY", str(tmp_path / "none"))
    with pytest.raises(xcffib.ConnectionException):
        xcffib.connect(display=seen["display"])


def test_a_kiosk_that_is_killed_is_there_again_on_the_same_display(session: Supervised) -> None:
    first = session.await_kiosk()
    os.kill(first, signal.SIGKILL)
    second = session.await_kiosk(2)
    assert second != first
    assert session.await_seen(second)["shown"]
    assert session.await_news("kiosk_ended")["code"] == -signal.SIGKILL
    assert len(session.of("display_up")) == 1
    assert session.of("waiting") == []


@pytest.mark.parametrize("which", ["kiosk_up", "display_up"])
def test_what_is_stopped_goes_on_at_once(standing: Supervised, which: str) -> None:
    standing.await_kiosk()
    pid = standing.await_news(which)["pid"]
    for _ in range(3):
        os.kill(pid, signal.SIGSTOP)
        until(lambda: any(one["pid"] == pid for one in standing.of("let_go_on")), lambda: "nobody was told")
        until(lambda: psutil.Process(pid).status() != psutil.STATUS_STOPPED, lambda: "it stands still")
    assert len(standing.of("kiosk_up")) == 1
    assert len([one for one in standing.of("let_go_on") if one["pid"] == pid]) <= 2  # the first, and a count


def test_a_kiosk_that_hangs_is_ended_and_started_again(tmp_path: Path) -> None:
    with Supervised(tmp_path, "hangs", silent_s=0.3) as session:
        first = session.await_kiosk()
        session.await_news("kiosk_silent")
        assert session.await_kiosk(2) != first
        assert session.await_news("kiosk_ended")["code"] == -signal.SIGKILL


def test_a_display_that_is_killed_is_there_again_with_a_kiosk_and_another_cookie(session: Supervised) -> None:
    first = session.await_seen(session.await_kiosk())
    cookie = Path(first["cookie"]).read_bytes()
    os.kill(session.await_news("display_up")["pid"], signal.SIGKILL)
    second = session.await_seen(session.await_kiosk(2))
    assert second["shown"]
    assert Path(second["cookie"]).read_bytes() != cookie
    assert session.await_news("display_ended")["code"] == -signal.SIGKILL


def test_nothing_outlives_a_supervisor_that_is_killed(session: Supervised) -> None:
    session.await_kiosk()
    assert len(session.left()) == 2
    session.kill()
    until(lambda: not session.left(), lambda: f"these live on: {session.left()}")


def test_told_to_end_the_session_ends_its_kiosk_and_then_its_display(session: Supervised) -> None:
    session.await_kiosk()
    assert session.end() == 0
    assert session.left() == set()
    assert session.news[-1]["what"] == "ending"


def test_a_kiosk_that_ends_at_once_again_and_again_is_given_ever_more_time_and_its_words_are_told(
    tmp_path: Path,
) -> None:
    address = tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(address))
        systemd.settimeout(30)
        with Supervised(tmp_path, "ends", NOTIFY_SOCKET=str(address), WATCHDOG_USEC="200000") as session:
            told: list[str] = []
            while not any("'times': 3" in line for line in told):
                told.append(systemd.recv(500).decode())
            assert [one["seconds"] for one in session.of("waiting")] == ["0.5", "1"]
            assert {one["words"] for one in session.of("kiosk_ended")} == {"the seat is not enrolled"}
            assert session.of("kiosk_up") == []
    assert told[0] == "READY=1"
    assert told.count("WATCHDOG=1") >= 3
    assert any(line.startswith("STATUS=waiting") and "the seat is not enrolled" in line for line in told)


@pytest.mark.parametrize(
    ("how", "code"), [pytest.param("ends", "KIOSK_ENDED 3", marks=pytest.mark.long), ("faults", "KEYSTORE_DAMAGED")]
)
def test_while_a_kiosk_cannot_come_up_the_display_says_so_by_a_code_and_nothing_else_of_its_last_words(
    tmp_path: Path, how: str, code: str
) -> None:
    said = tmp_path / "apology"
    apology = ("sh", "-c", 'echo "$DISPLAY $*" >>"$0"', str(said))
    with Supervised(tmp_path, how, apology=apology) as session:
        session.await_news("waiting", 2)
        until(lambda: said.exists() and said.read_text().count("\n") >= 3, said.read_text)
        lines = said.read_text().splitlines()
        # before each new try on its new display, and while it waits for the next
        assert {line.split(" ", 1)[1] for line in lines[:3]} == {f"{code} 0", f"{code} 1"}
        assert session.end() == 0


@pytest.mark.long
def test_a_kiosk_that_is_killed_once_is_not_apologised_for(tmp_path: Path) -> None:
    said = tmp_path / "apology"
    with Supervised(tmp_path, apology=("touch", str(said))) as session:
        os.kill(session.await_kiosk(), signal.SIGKILL)
        session.await_kiosk(2)
        assert not said.exists()


def test_what_systemd_left_for_the_supervisor_does_not_reach_the_kiosk(standing: Supervised) -> None:
    variables = standing.await_seen(standing.await_kiosk())["variables"]
    assert not {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WAYLAND_DISPLAY"} & set(variables)
    assert {"DISPLAY", "XAUTHORITY", "EXAMROOM_HEARTBEAT"} <= set(variables)


def test_a_display_that_does_not_come_up_is_told_with_its_words(tmp_path: Path) -> None:
    with Supervised(tmp_path, server=("Xvfb", "-no-such-option")) as session:
        assert "option" in session.await_news("display_not_up")["words"]
        assert session.await_news("waiting")["times"] == 2


def test_without_room_for_the_cookie_the_session_says_so_and_tries_again_ever_later(tmp_path: Path) -> None:
    full = tmp_path / "runtime"
    with Supervised(tmp_path, within=("sh", "-c", f'rmdir "{full}"; : >"{full}"; exec "$@"', "sh")) as session:
        session.await_news("waiting", 2)
        assert session.process.poll() is None
        assert [one["seconds"] for one in session.of("waiting")] == ["0.5", "1"]
        assert len(session.of("no_room")) == 3
        full.unlink()
        session.await_kiosk()


def test_without_a_display_server_the_session_says_so_and_ends(tmp_path: Path) -> None:
    with Supervised(tmp_path, server=("no-such-server",)) as session:
        assert session.process.wait(30) != 0
        assert "NO_DISPLAY_SERVER: no-such-server" in session.said.read_text(encoding="utf-8")
