"""The service against a simulated service manager: installed, run, stopped, removed, and tending an account."""

import sys

import pytest

from proctoring.lockdown.windows.__main__ import run
from proctoring.lockdown.windows.announcing import announce, announced, withdraw
from proctoring.lockdown.windows.desktop import OWN, own_desktop, shown
from proctoring.lockdown.windows.guardian import HOME_COMMAND, Guardian
from proctoring.lockdown.windows.policies import not_in_place
from proctoring.lockdown.windows.service import NAME, account_of, install, remove, service_of
from proctoring.lockdown.windows.undo import Policies
from proctoring.win32.door import WindowsRefused
from proctoring.win32.registry import STRING, Registry, Value
from sync.faults import Exit
from tests.proctoring.win32.fake import SID, FakeProcess, FakeWindows, seat_pc
from tests.proctoring.win32.fake_registry import picture
from tests.proctoring.win32.fake_state import OTHER_SID

LAUNCHER = 2000


@pytest.fixture
def pc() -> FakeWindows:
    """A PC with a launcher that runs as the account."""
    one = seat_pc()
    one.state.processes[one.state.own_pid].elevated = True
    one.state.processes[LAUNCHER] = FakeProcess(LAUNCHER, r"C:\Program Files\Examroom\examroom.exe", began=42)
    return one


def say_launcher(pc: FakeWindows, said: str = f"{LAUNCHER}:42") -> None:
    value = Value(STRING, (said + "\0").encode("utf-16-le"))
    Registry(pc.door()).set(rf"HKEY_USERS\{SID}\Software\Examroom", "Launcher", value)


def in_place(pc: FakeWindows) -> bool:
    return not_in_place(Registry(pc.door()), SID) == ()


def guardian(pc: FakeWindows) -> tuple[Guardian, list[str]]:
    said: list[str] = []
    return Guardian(pc.door(), SID, said.append), said


def started(pc: FakeWindows) -> list[str]:
    return [one.command for one in pc.state.processes.values() if one.command]


def test_policies_hold_while_the_launcher_runs_and_no_longer(pc: FakeWindows) -> None:
    before = picture(pc.state.registry)
    one, said = guardian(pc)
    one.tend()
    assert not one.holding
    say_launcher(pc)
    one.tend()
    assert (one.holding, in_place(pc)) == (True, True)
    one.tend()
    withdraw(pc.door(), SID)
    pc.state.processes[LAUNCHER].ended = True
    one.tend()
    assert (one.holding, said) == (False, ["policies on", "the launcher ended", "policies off"])
    Registry(pc.door()).delete_empty(rf"HKEY_USERS\{SID}\Software\Examroom")
    assert picture(pc.state.registry) == before
    assert pc.state.handles == {}


def test_policies_that_were_refused_are_tried_again_while_the_launcher_runs(pc: FakeWindows) -> None:
    one, said = guardian(pc)
    say_launcher(pc)
    pc.state.refuse_write = lambda key: key.endswith("USBSTOR")
    one.tend()
    one.tend()
    assert (one.holding, in_place(pc), said) == (True, False, ["RegSetValueExW: error 5"])
    pc.state.refuse_write = lambda _key: False
    one.tend()
    assert (in_place(pc), said[-1]) == (True, "policies on")


def test_after_a_crash_of_the_launcher_a_program_of_the_user_s_brings_the_desktop_home(pc: FakeWindows) -> None:
    one, _ = guardian(pc)
    say_launcher(pc)
    one.tend()
    pc.state.desktops.add(OWN)
    pc.state.shown = OWN
    pc.state.on_start = lambda _process: assert_good(run(list(HOME_COMMAND[4:]), pc.door()))
    pc.state.processes[LAUNCHER].ended = True  # and what it announced still stands there
    one.tend()
    assert started(pc) == [f"{sys.executable} -P -m proctoring.lockdown.windows home"]
    assert (shown(pc.door()), one.holding, in_place(pc)) == ("Default", False, False)


def assert_good(code: int) -> None:
    assert code == Exit.GOOD


def test_taking_the_announcement_away_frees_nobody(pc: FakeWindows) -> None:
    one, _ = guardian(pc)
    say_launcher(pc)
    one.tend()
    withdraw(pc.door(), SID)
    one.tend()
    assert (one.holding, in_place(pc)) == (True, True)


@pytest.mark.parametrize(
    "said", ["", ":", "2000", "2000:43", "-5:42", "x:42", "1:1", "99999999999999999999:42", "二〇:42", "4:0", "640:1"]
)
def test_an_announcement_that_fits_no_process_is_not_believed(pc: FakeWindows, said: str) -> None:
    say_launcher(pc, said)
    one, _ = guardian(pc)
    one.tend()
    assert (one.holding, in_place(pc), pc.state.handles) == (False, False, {})


def test_a_process_of_somebody_else_s_is_not_believed(pc: FakeWindows) -> None:
    pc.state.processes[LAUNCHER].sid = OTHER_SID
    say_launcher(pc)
    assert announced(pc.door(), SID) is None
    assert pc.state.handles == {}


def test_a_service_that_starts_after_a_power_cut_puts_back_what_stands(pc: FakeWindows) -> None:
    one, _ = guardian(pc)
    say_launcher(pc)
    one.tend()
    pc.state.processes[LAUNCHER].ended = True
    after, said = guardian(pc)
    after.tend()
    assert (said, in_place(pc), Policies(Registry(pc.door())).stand()) == (["policies off"], False, False)


def test_what_cannot_be_put_back_is_said_once_and_tried_again(pc: FakeWindows) -> None:
    one, said = guardian(pc)
    say_launcher(pc)
    one.tend()
    pc.state.processes[LAUNCHER].ended = True
    pc.state.logged_on = False
    pc.state.refuse_write = lambda key: key.endswith("USBSTOR")
    for _ in range(3):
        one.tend()
    assert said[2:] == ["nobody's desktop to go home to: WTSQueryUserToken: error 1008", "RegSetValueExW: error 5"]
    pc.state.refuse_write = lambda _key: False
    one.tend()
    assert said[-1] == "policies off"


def test_the_service_runs_until_the_manager_says_stop_and_lets_go_then(pc: FakeWindows) -> None:
    install(pc.door(), SID)
    say_launcher(pc)
    answers: list[int] = []

    def manager(_state: object, handler: object) -> None:
        assert callable(handler)
        answers.extend(handler(control, 0, None, None) for control in (4, 99, 1))

    pc.state.service_manager = manager
    said: list[str] = []
    service_of(pc.door(), said.append).run()
    assert (answers, said) == ([0, 120, 0], ["policies on"])
    assert pc.state.service_states == [4, 1]
    assert not in_place(pc)


def test_a_service_nobody_manages_says_so(pc: FakeWindows) -> None:
    with pytest.raises(WindowsRefused):
        service_of(pc.door(), print).run()


def test_installing_and_removing_may_be_repeated_and_leave_nothing(pc: FakeWindows) -> None:
    before = picture(pc.state.registry)
    install(pc.door(), SID)
    install(pc.door(), SID)
    assert account_of(pc.door()) == SID
    assert pc.state.services[NAME]["runs"]
    assert pc.state.services[NAME]["command"] == f"{sys.executable} -P -m proctoring.lockdown.windows service"
    remove(pc.door())
    remove(pc.door())
    assert (pc.state.services, picture(pc.state.registry), pc.state.handles) == ({}, before, {})


@pytest.mark.parametrize("sid", ["S-1-5-18", "S-1-5-32-544", "", r"S-1-5-21-1-2-3-4\..", "S-1-5-21-1-2-3-4\n"])
def test_only_an_ordinary_account_is_tended(pc: FakeWindows, sid: str) -> None:
    with pytest.raises(ValueError, match=r"^"):
        install(pc.door(), sid)
    Registry(pc.door()).set(r"HKEY_LOCAL_MACHINE\SOFTWARE\Examroom", "Account", Value(STRING, sid.encode("utf-16-le")))
    assert account_of(pc.door()) is None


def test_the_launcher_shows_the_exam_s_desktop_for_as_long_as_its_program_runs(pc: FakeWindows) -> None:
    seen: list[tuple[str, bool]] = []

    def end(process: FakeProcess) -> None:
        held = announced(pc.door(), SID)
        seen.append((shown(pc.door()), held is not None))
        process.ended, process.exit_code = True, 3

    pc.state.on_start = end
    assert run(["run", "--", "kiosk.exe", "--home", "x"], pc.door()) == 3
    assert seen == [(OWN, True)]
    assert (shown(pc.door()), announced(pc.door(), SID)) == ("Default", None)


def test_refusals_end_in_a_sentence_and_the_environment_s_exit_code(
    pc: FakeWindows, capsys: pytest.CaptureFixture[str]
) -> None:
    pc.state.processes[pc.state.own_pid].elevated = False
    assert run(["install", SID], pc.door()) == Exit.ENVIRONMENT
    assert capsys.readouterr().err == "OpenSCManagerW: error 5\n"
    assert run(["home"]) == Exit.ENVIRONMENT
    assert "NOT_WINDOWS" in capsys.readouterr().err


def test_announcing_names_this_process(pc: FakeWindows) -> None:
    announce(pc.door(), SID)
    with own_desktop(pc.door()):
        process = announced(pc.door(), SID)
    assert process is not None
    pc.state.close(process)
    assert pc.state.handles == {}
