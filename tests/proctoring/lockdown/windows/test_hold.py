"""What the kiosk holds, against a simulated Windows."""

from collections.abc import Iterator

import pytest

from proctoring.lockdown.seen import Seen
from proctoring.lockdown.windows.affinity import Shown, hide, show
from proctoring.lockdown.windows.desktop import OWN, go_home, own_desktop, run_on, shown
from proctoring.lockdown.windows.foreground import AllowedPrograms, ForegroundWatch
from proctoring.lockdown.windows.hold import WindowsHold
from proctoring.lockdown.windows.keys import KeyFilter
from proctoring.lockdown.windows.policies import policies
from proctoring.lockdown.windows.strokes import Ruling
from proctoring.win32.door import WindowsRefused
from proctoring.win32.registry import Registry
from sync.wire.environment import LockdownLevel
from tests.proctoring.win32.fake import SID, WINDOW, FakeProcess, FakeWindow, FakeWindows, seat_pc
from tests.proctoring.win32.fake_desktop import bring_forward, press

ALLOWED = AllowedPrograms.of([r"C:\Program Files\Examroom\examroom.exe"])


@pytest.fixture
def pc() -> FakeWindows:
    return seat_pc()


def other_window(pc: FakeWindows, image: str, pid: int = 900, window: int = 0x777) -> int:
    pc.state.processes[pid] = FakeProcess(pid, image)
    pc.state.windows[window] = FakeWindow(pid)
    return window


# ----------------------------------------------------------------------------------------------- desktop
def test_the_exam_s_desktop_is_shown_and_the_old_one_again_afterwards(pc: FakeWindows) -> None:
    door = pc.door()
    with own_desktop(door):
        assert shown(door) == OWN
    assert (shown(door), pc.state.handles) == ("Default", {})
    assert OWN not in pc.state.desktops


def test_the_old_desktop_comes_back_after_an_error_too(pc: FakeWindows) -> None:
    with pytest.raises(ZeroDivisionError), own_desktop(pc.door()):
        raise ZeroDivisionError
    assert (pc.state.shown, pc.state.handles) == ("Default", {})


def test_a_refused_switch_leaves_nothing_behind(pc: FakeWindows) -> None:
    pc.state.refuse_switch = True
    with pytest.raises(WindowsRefused), own_desktop(pc.door()):
        pass
    assert (pc.state.shown, pc.state.handles, OWN in pc.state.desktops) == ("Default", {}, False)


def test_a_program_runs_on_the_exam_s_desktop_to_its_end(pc: FakeWindows) -> None:
    def end(process: FakeProcess) -> None:
        process.ended, process.exit_code = True, 3

    pc.state.on_start = end
    with own_desktop(pc.door()) as own:
        assert run_on(pc.door(), own, [r"C:\Program Files\Examroom\kiosk.exe", "--home", "中文 名"]) == 3
    started = max(pc.state.processes.values(), key=lambda one: one.pid)
    assert started.desktop == OWN
    assert started.command == r'"C:\Program Files\Examroom\kiosk.exe" --home "中文 名"'
    assert pc.state.handles == {}


def test_going_home_leads_away_from_the_exam_s_desktop_only(pc: FakeWindows) -> None:
    assert not go_home(pc.door())
    pc.state.desktops |= {OWN, "Other"}
    pc.state.shown = OWN
    assert go_home(pc.door())
    assert pc.state.shown == "Default"
    for left in ("Other", "Winlogon"):
        pc.state.shown = left
        assert not go_home(pc.door())
        assert pc.state.shown == left
    assert pc.state.handles == {}


# -------------------------------------------------------------------------------------------------- keys
@pytest.fixture
def keys(pc: FakeWindows) -> Iterator[KeyFilter]:
    one = KeyFilter(pc.door())
    one.start()
    yield one
    one.stop()


def test_the_hook_drops_what_leads_out_and_what_no_hand_pressed(pc: FakeWindows, keys: KeyFilter) -> None:
    assert press(pc.state, 0x41)
    assert not press(pc.state, 0x09, flags=0x20)
    assert not press(pc.state, 0x41, flags=0x10)
    assert not press(pc.state, 0x41, flags=0x02)
    assert keys.dropped == {Ruling.LEAVES: 1, Ruling.INJECTED: 2}
    assert pc.state.typed == [(0x41, False)]


def test_the_hook_answers_and_its_own_question_reaches_nobody(pc: FakeWindows, keys: KeyFilter) -> None:
    assert keys.answers()
    assert (pc.state.typed, dict(keys.dropped)) == ([], {})


def test_a_hook_that_windows_removed_is_noticed(pc: FakeWindows, keys: KeyFilter) -> None:
    pc.state.hooks.clear()
    assert not keys.answers(patience_s=0.01)


def test_while_another_desktop_is_shown_the_hook_does_not_answer(pc: FakeWindows, keys: KeyFilter) -> None:
    pc.state.shown = "Winlogon"
    assert not keys.answers(patience_s=0.01)


def test_after_the_stop_every_key_goes_through_again(pc: FakeWindows, keys: KeyFilter) -> None:
    keys.stop()
    keys.stop()
    assert press(pc.state, 0x5B)
    assert (pc.state.hooks, pc.state.handles) == ([], {})


def test_a_windows_that_knows_no_module_of_python_s_still_takes_the_hook(pc: FakeWindows) -> None:
    pc.state.refuse_module = True
    one = KeyFilter(pc.door())
    one.start()
    assert one.answers()
    one.stop()


def test_a_refused_hook_is_said_to_whoever_starts_it(pc: FakeWindows) -> None:
    pc.lacking.add("SetWindowsHookExW")
    with pytest.raises(WindowsRefused):
        KeyFilter(pc.door()).start()


# -------------------------------------------------------------------------------------------- foreground
def watch(pc: FakeWindows) -> ForegroundWatch:
    one = ForegroundWatch(pc.door(), pc.state.own_pid, WINDOW, ALLOWED)
    one.start()
    return one


def test_a_window_of_another_program_is_told_with_its_path_also_when_it_is_gone_again(pc: FakeWindows) -> None:
    one = watch(pc)
    bring_forward(pc.state, other_window(pc, r"C:\Windows\System32\notepad.exe"))
    bring_forward(pc.state, WINDOW)
    (event,) = one.look()
    assert (event.kind, event.evidence) == (Seen.WINDOW_IN_FRONT, (r"process 900: C:\Windows\System32\notepad.exe",))
    assert one.look() == ()


def test_what_stays_in_front_is_told_at_every_look(pc: FakeWindows) -> None:
    one = watch(pc)
    bring_forward(pc.state, other_window(pc, r"C:\x.exe"))
    assert one.look() == one.look() != ()


@pytest.mark.parametrize(
    "image",
    [
        r"C:\WINDOWS\system32\InputMethod\CHS\ChsIME.exe",
        r"C:\Windows\System32\ctfmon.exe",
        r"c:\program files\examroom\EXAMROOM.exe",
    ],
)
def test_input_methods_and_our_own_programs_may_come_to_the_front(pc: FakeWindows, image: str) -> None:
    one = watch(pc)
    bring_forward(pc.state, other_window(pc, image))
    assert one.look() == ()


@pytest.mark.parametrize(
    "image", [r"D:\ctfmon.exe", r"C:\Windows\System32\..\Temp\ctfmon.exe", r"C:\Windows\System32\ctfmon.exe.exe"]
)
def test_a_borrowed_name_does_not_help(pc: FakeWindows, image: str) -> None:
    one = watch(pc)
    bring_forward(pc.state, other_window(pc, image))
    assert [event.kind for event in one.look()] == [Seen.WINDOW_IN_FRONT]


def test_whose_window_cannot_be_told_is_neither_fine_nor_guilty(pc: FakeWindows) -> None:
    one = watch(pc)
    pc.state.windows[0x777] = FakeWindow(4)
    bring_forward(pc.state, 0x777)
    bring_forward(pc.state, 0x999)  # gone before anybody could ask
    assert [event.kind for event in one.look()] == [Seen.WINDOW_UNTOLD, Seen.WINDOW_UNTOLD]


def test_a_stopped_watch_is_told_nothing_more(pc: FakeWindows) -> None:
    one = watch(pc)
    one.stop()
    bring_forward(pc.state, other_window(pc, r"C:\x.exe"))
    bring_forward(pc.state, WINDOW)
    assert (one.look(), pc.state.handles, one.running) == ((), {}, False)


# ---------------------------------------------------------------------------------------------- affinity
@pytest.mark.parametrize(
    ("can", "shown_as", "refusals"),
    [
        ({0x00, 0x01, 0x11}, Shown.NOT_AT_ALL, 0),
        ({0x00, 0x01}, Shown.BLACK, 1),
        ({0x00}, Shown.AS_IT_IS, 2),
    ],
)
def test_a_window_is_hidden_as_far_as_this_windows_can_and_that_is_said(
    pc: FakeWindows, can: set[int], shown_as: Shown, refusals: int
) -> None:
    pc.state.affinities = frozenset(can)
    came = hide(pc.door(), WINDOW)
    assert (came.shown, len(came.refusals), came.hidden()) == (shown_as, refusals, shown_as is not Shown.AS_IT_IS)
    show(pc.door(), WINDOW)
    assert pc.state.windows[WINDOW].affinity == 0


def test_a_window_that_is_not_ours_cannot_be_hidden_and_that_is_said(pc: FakeWindows) -> None:
    came = hide(pc.door(), other_window(pc, "x"))
    assert not came.hidden()
    assert "error 5" in came.refusals[0]


# --------------------------------------------------------------------------------------- all of it together
@pytest.fixture
def held(pc: FakeWindows) -> Iterator[WindowsHold]:
    pc.state.shown = OWN
    pc.state.desktops.add(OWN)
    one = WindowsHold(pc.door(), WINDOW, ALLOWED)
    one.engage()
    yield one
    one.release()


def test_a_pc_where_all_is_well_is_a_desktop_and_never_more_until_it_was_tried(
    pc: FakeWindows, held: WindowsHold
) -> None:
    for step in policies(SID):
        step.apply(Registry(pc.door()))
    assert held.look() == ()
    level = held.level()
    assert (level.level, level.short_of) == (LockdownLevel.DESKTOP, ("untried_on_windows",))


def test_whatever_is_missing_is_named(pc: FakeWindows, held: WindowsHold) -> None:
    pc.state.shown = "Default"
    pc.state.processes[pc.state.own_pid].elevated = True
    level = held.level()
    assert level.level is LockdownLevel.OPEN
    assert level.short_of == (
        "no_key_filter",
        "hook_silent",
        "desktop_not_ours",
        "policies_missing",
        "user_is_root",
        "untried_on_windows",
    )


def test_before_anything_is_held_nothing_is_claimed(pc: FakeWindows) -> None:
    level = WindowsHold(pc.door(), WINDOW, ALLOWED).level()
    assert level.level is LockdownLevel.OPEN
    assert {"hook_silent", "no_stack_watch", "window_not_hidden"} <= set(level.short_of)
    assert level.lacks(LockdownLevel.DESKTOP) == ("no_key_filter", "no_stack_watch")


def test_a_look_tells_what_is_the_matter_and_takes_the_keyboard_back(pc: FakeWindows, held: WindowsHold) -> None:
    bring_forward(pc.state, other_window(pc, r"C:\x.exe"))
    press(pc.state, 0x41, flags=0x10)
    pc.state.paths = [(0, 0), (0, 0), (0, 1)]
    assert {event.kind for event in held.look()} == {
        Seen.WINDOW_IN_FRONT,
        Seen.INJECTED_INPUT,
        Seen.SECOND_SCREEN,
        Seen.MIRRORED_SCREEN,
    }
    assert pc.state.foreground == WINDOW
    assert {event.kind for event in held.look()} == {Seen.SECOND_SCREEN, Seen.MIRRORED_SCREEN}


@pytest.mark.parametrize("desktop", ["Default", "Winlogon"])
def test_another_desktop_being_shown_is_the_matter(pc: FakeWindows, held: WindowsHold, desktop: str) -> None:
    pc.state.shown = desktop
    assert [event.kind for event in held.look()] == [Seen.UNMAPPED]


def test_letting_go_lets_everything_go(pc: FakeWindows, held: WindowsHold) -> None:
    held.release()
    assert (pc.state.hooks, pc.state.event_hooks, pc.state.handles) == ([], {}, {})
    assert pc.state.windows[WINDOW].affinity == 0


def test_what_cannot_be_held_wholly_is_not_held_at_all(pc: FakeWindows) -> None:
    pc.lacking.add("SetWinEventHook")
    with pytest.raises(WindowsRefused):
        WindowsHold(pc.door(), WINDOW, ALLOWED).engage()
    assert (pc.state.hooks, pc.state.handles) == ([], {})
