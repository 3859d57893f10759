"""The attack list itself, against a simulated Windows: what it reports follows what happens there."""

import pytest

from proctoring.lockdown.windows.desktop import OWN
from proctoring.lockdown.windows.foreground import AllowedPrograms
from tests.proctoring.lockdown.windows.attacks import CHORDS, Outcome, Result, attack_all
from tests.proctoring.win32.fake import WINDOW, FakeProcess, FakeWindow, FakeWindows, seat_pc
from tests.proctoring.win32.fake_desktop import bring_forward


@pytest.fixture
def pc() -> FakeWindows:
    one = seat_pc()
    one.state.desktops.add(OWN)
    one.state.shown = OWN
    return one


def attacked(pc: FakeWindows) -> dict[str, Result]:
    def start() -> None:
        pc.state.processes[900] = FakeProcess(900, r"C:\Windows\notepad.exe")
        pc.state.windows[0x777] = FakeWindow(900)
        bring_forward(pc.state, 0x777)

    return {one.attack: one for one in attack_all(pc.door(), WINDOW, AllowedPrograms.of([]), start)}


def test_a_pc_that_keeps_the_rules_stops_or_tells_everything(pc: FakeWindows) -> None:
    results = attacked(pc)
    assert len(results) == len(CHORDS) + 3
    assert {name: one.outcome for name, one in results.items() if one.outcome is not Outcome.STOPPED} == {
        "a strange window in front": Outcome.TOLD,
        "switching the desktop": Outcome.TOLD,
    }
    assert (pc.state.shown, pc.state.hooks, pc.state.handles, pc.state.typed) == (OWN, [], {}, [])


def test_what_succeeds_is_called_so(pc: FakeWindows) -> None:
    pc.state.affinities = frozenset({0})
    pc.state.shown = "Default"  # then the hook, made on that desktop, is not asked for the exam's
    pc.state.desktops.discard(OWN)
    results = attacked(pc)
    assert results["a picture of the screen"].outcome is Outcome.SUCCEEDED
    assert results["switching the desktop"].outcome is Outcome.SUCCEEDED


def test_a_hook_that_windows_leaves_out_lets_every_stroke_succeed(pc: FakeWindows) -> None:
    pc.state.hooks_work = False
    results = attacked(pc)
    assert {results[f"{name} by SendInput"].outcome for name in CHORDS} == {Outcome.SUCCEEDED}
    assert pc.state.typed
