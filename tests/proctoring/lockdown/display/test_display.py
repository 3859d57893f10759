"""What the watch tells of a display, with windows and clients that do what they may not."""

import os
import struct
from pathlib import Path

import pytest

from proctoring.lockdown.clients import Allow
from proctoring.lockdown.display import DisplayWatch
from proctoring.lockdown.seen import DisplayEvent, Seen
from proctoring.lockdown.xserver import DisplayUnreachableFault
from tests.app.seat.guard.attacks.foe import Foe
from tests.proctoring.lockdown.display.conftest import HEIGHT, NOBODY, WIDTH, Server, Watch

COMPANY = {Seen.CLIENT_FOREIGN, Seen.CLIENT_UNTOLD}


def matters(watch: DisplayWatch) -> dict[Seen, DisplayEvent]:
    """What a look tells, but for who else is there (this test itself)."""
    return {event.kind: event for event in watch.look() if event.kind not in COMPANY}


def test_a_display_of_our_own_has_nothing_the_matter(watching: Watch) -> None:
    watch = watching(Allow(family=os.getpid()))
    assert watch.look() == ()
    assert [monitor.rect.width for monitor in watch.state.monitors] == [WIDTH]
    assert watch.state.window_manager is None


@pytest.mark.parametrize("kind", [{}, {"override": True}, {"input_only": True}])
def test_a_window_over_ours_is_told_with_its_process(watching: Watch, foe: Foe, kind: dict[str, bool]) -> None:
    watch = watching()
    xid = foe.window((10, 20, 300, 200), **kind)
    seen = matters(watch)[Seen.WINDOW_IN_FRONT]
    assert seen.evidence[0].startswith(f"process {os.getpid()}: ")
    assert seen.evidence[1].startswith(f"window {xid:#x} 300x200+10+20")
    assert matters(watch)[Seen.WINDOW_IN_FRONT] == seen, "told until it is over, as the same thing"
    foe.clear()
    assert matters(watch) == {}


def test_windows_below_beside_hidden_and_allowed_do_not_lie_over_ours(watching: Watch, foe: Foe, own: int) -> None:
    watch, ours = watching(), watching(Allow(family=os.getpid()))
    foe.window((WIDTH + 5, 0, 50, 50))
    hidden = foe.window()
    foe.core.UnmapWindow(hidden)
    foe.window()
    foe.raise_(own)
    foe.settle()
    assert matters(watch) == {}
    foe.window()
    assert Seen.WINDOW_IN_FRONT in matters(watch)
    assert ours.look() == ()


def test_a_window_of_another_program_inside_ours_lies_over_it(watching: Watch, foe: Foe, own: int) -> None:
    watch = watching()
    foe.window((0, 0, 90, 90), parent=own)
    assert "90x90+0+0" in matters(watch)[Seen.WINDOW_IN_FRONT].evidence[1]
    watch.reclaim()
    assert matters(watch) == {}


def test_our_window_taken_into_another_is_told(watching: Watch, foe: Foe, own: int) -> None:
    watch = watching()
    foe.core.ReparentWindow(own, foe.window((0, 0, WIDTH, HEIGHT), override=True), 0, 0)
    foe.settle()
    assert f"{own:#x} in " in matters(watch)[Seen.REPARENTED].evidence[0]
    watch.reclaim()
    foe.clear()
    assert matters(watch) == {}


def test_our_window_hidden_moved_shrunk_and_destroyed_is_told(watching: Watch, foe: Foe, own: int) -> None:
    watch = watching()
    foe.core.UnmapWindow(own)
    foe.settle()
    assert set(matters(watch)) == {Seen.UNMAPPED}
    foe.core.MapWindow(own)
    foe.core.ConfigureWindow(own, 1, [5])  # x
    foe.settle()
    assert matters(watch)[Seen.NOT_COVERING].evidence[0] == f"window {WIDTH}x{HEIGHT}+5+0"
    foe.core.ConfigureWindow(own, 1 | 4, [0, WIDTH - 1])  # x, width
    foe.settle()
    assert Seen.NOT_COVERING in matters(watch)
    foe.core.ConfigureWindow(own, 4, [WIDTH])
    foe.settle()
    assert matters(watch) == {}
    foe.core.DestroyWindow(own)
    foe.settle()
    assert set(matters(watch)) == {Seen.WINDOW_GONE}


def test_keys_that_go_to_another_window_are_told(watching: Watch, foe: Foe) -> None:
    watch = watching()
    foe.focus(foe.window((WIDTH - 1, HEIGHT - 1, 1, 1), override=True))
    assert set(matters(watch)) == {Seen.FOCUS_ELSEWHERE}


def test_keys_and_clicks_by_xtest_are_told_once_by_their_devices_and_counted(watching: Watch, server: Server) -> None:
    watch = watching()
    server.run("xdotool", "key", "a", "click", "1")
    assert any("XTEST keyboard" in line for line in matters(watch)[Seen.INJECTED_INPUT].evidence)
    assert matters(watch) == {}
    assert (watch.input.local, watch.input.injected) == (0, 2)
    assert watch.input.last_local_ns is None
    assert watch.input.last_injected_ns is not None


def test_what_is_injected_in_a_real_keyboards_name_looks_like_a_hand(watching: Watch, foe: Foe) -> None:
    watch = watching()
    assert foe.fake_from_real_device(38)
    assert matters(watch) == {}
    assert (watch.input.local, watch.input.injected) == (1, 0), "the limit that ARCHITECTURE.md names"


def test_a_finger_is_a_hand_and_what_a_hand_holds_is_its_doing_until_it_lets_go_or_a_minute_is_over(
    watching: Watch,
) -> None:
    watch = watching()
    keyboard = next(one for one in watch._input.devices.values() if not one.injects)
    now_s = 100
    watch._input._clock = lambda: now_s * 1_000_000_000

    def event(kind: int, what: int) -> bytes:
        head = (35, watch._input._opcode, 0, 0, kind, keyboard.number, 0, what, keyboard.number, 0, 0)
        return struct.pack("=BBHIHHIIHHI4x", *head)

    def last_s() -> int:
        last_ns = watch.input.last_local_ns
        assert last_ns is not None
        return last_ns // 1_000_000_000

    touch, lift, press, release = 22, 24, 13, 14
    assert watch._input.take([event(touch, 5)]) == ()
    now_s = 120
    assert (watch.input.local, last_s()) == (1, 120), "dragging for twenty seconds"
    watch._input.take([event(lift, 5)])
    now_s = 130
    assert last_s() == 120
    watch._input.take([event(press, 38)])
    now_s = 189
    assert last_s() == 189
    now_s = 190
    assert last_s() == 130, "something lies on the key"
    watch._input.take([event(release, 38), event(release, 39)])
    assert (watch.input.local, watch.input.injected, last_s()) == (2, 0, 190)


def test_a_second_and_a_mirrored_screen_are_told_apart(watching: Watch, server: Server) -> None:
    watch = watching()
    try:
        server.run("xrandr", "--setmonitor", "left", "400/100x600/100+0+0", "screen")
        server.run("xrandr", "--setmonitor", "right", "400/100x600/100+400+0", "none")
        assert matters(watch)[Seen.SECOND_SCREEN].evidence == ("left 400x600+0+0", "right 400x600+400+0")
        server.run("xrandr", "--delmonitor", "right")
        server.run("xrandr", "--setmonitor", "right", "400/100x600/100+200+0", "none")
        assert set(matters(watch)) == {Seen.MIRRORED_SCREEN}
    finally:
        server.run("xrandr", "--delmonitor", "left")
        server.run("xrandr", "--delmonitor", "right")


def test_a_window_manager_is_known_by_what_it_has_to_ask_for_even_if_it_says_nothing(watching: Watch, foe: Foe) -> None:
    watch = watching()
    foe.core.ChangeWindowAttributes(foe.root, 0x800, [0x100000])  # SubstructureRedirect
    foe.settle()
    assert Seen.WINDOW_MANAGER in matters(watch)
    named = foe.window((WIDTH, 0, 1, 1), override=True)
    for window in (foe.root, named):
        foe.core.ChangeProperty(0, window, foe.atom("_NET_SUPPORTING_WM_CHECK"), 33, 32, 1, [named])
    foe.core.ChangeProperty(0, named, foe.atom("_NET_WM_NAME"), foe.atom("UTF8_STRING"), 8, 4, b"Some")
    foe.settle()
    assert matters(watch)[Seen.WINDOW_MANAGER].subject == "Some"
    foe.core.ChangeWindowAttributes(foe.root, 0x800, [0])  # it ended, and what it said of itself stayed
    foe.settle()
    assert matters(watch) == {}


def test_every_other_client_is_told_and_one_whose_program_cannot_be_read_is_not_guilty(
    watching: Watch, foe: Foe, tmp_path: Path
) -> None:
    foe.window()
    seen = {event.kind for event in watching(NOBODY, tmp_path).look()}
    assert seen == {Seen.CLIENT_UNTOLD, Seen.WINDOW_UNTOLD}
    seen = {event.kind for event in watching().look()}
    assert seen == {Seen.CLIENT_FOREIGN, Seen.WINDOW_IN_FRONT}


def test_no_display_is_said_so() -> None:
    with pytest.raises(DisplayUnreachableFault):
        DisplayWatch(":9999", 1)
