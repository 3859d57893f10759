"""Clients that mean to hang or crash the watch: crowds of windows, huge properties, a held display, one that goes."""

import os
import statistics
import struct
import threading
import time

from proctoring.lockdown.clients import Allow
from proctoring.lockdown.display import DisplayWatch
from proctoring.lockdown.seen import Seen
from proctoring.lockdown.stack import above
from tests.app.seat.guard.attacks.foe import Foe
from tests.proctoring.lockdown.display.conftest import NOBODY, Watch, start_server

LONGEST_S = 2.0
"""No look may take longer, whatever happens; it waits for 0.25 s at most, and this machine may be busy."""


def look(watch: DisplayWatch) -> set[Seen]:
    began = time.monotonic()
    seen = {event.kind for event in watch.look()}
    assert time.monotonic() - began < LONGEST_S
    return seen


def test_a_look_costs_little(watching: Watch) -> None:
    watch = watching(Allow(family=os.getpid()))
    spent = []
    for _ in range(50):
        began = time.thread_time()
        watch.look()
        spent.append(time.thread_time() - began)
    assert statistics.median(spent) < 0.005, "it is about a millisecond"


def test_more_windows_than_the_protocol_can_count_are_told_as_a_crowd(watching: Watch, foe: Foe) -> None:
    watch = watching()
    foe.window(override=True)
    for _ in range(70_000):
        xid = foe.connection.generate_id()
        foe.core.CreateWindow(0, xid, foe.root, 0, 0, 1, 1, 0, 2, 0, 0, [])
    foe.settle()
    seen = look(watch)
    assert Seen.WINDOWS_CROWDED in seen
    foe.window(override=True)
    assert Seen.WINDOW_IN_FRONT in look(watch), "and the uppermost are looked at all the same"


def test_windows_that_vanish_while_they_are_looked_at_do_no_harm(watching: Watch, foe: Foe) -> None:
    watch = watching()
    over = threading.Event()

    def flicker() -> None:
        while not over.is_set():
            xids = [foe.connection.generate_id() for _ in range(20)]
            for xid in xids:
                foe.core.CreateWindow(0, xid, foe.root, 0, 0, 50, 50, 0, 1, 0, 0x200, [1])
                foe.core.MapWindow(xid)
            for xid in xids:
                foe.core.DestroyWindow(xid)
            foe.settle()

    thread = threading.Thread(target=flicker)
    thread.start()
    try:
        seen = set().union(*(look(watch) for _ in range(60)))
    finally:
        over.set()
        thread.join()
    assert seen <= {Seen.WINDOW_IN_FRONT, Seen.WINDOW_UNTOLD, Seen.CLIENT_FOREIGN}
    foe.settle()
    assert look(watch) == {Seen.CLIENT_FOREIGN}


def test_a_property_of_a_hundred_megabytes_is_not_read(watching: Watch, foe: Foe, own: int) -> None:
    watch = watching()
    liar = foe.window((-10, -10, 1, 1), override=True)
    foe.core.ChangeWindowAttributes(foe.root, 0x800, [0x100000])
    foe.core.ChangeProperty(0, foe.root, foe.atom("_NET_SUPPORTING_WM_CHECK"), 33, 32, 1, [liar])
    foe.core.ChangeProperty(0, liar, foe.atom("_NET_SUPPORTING_WM_CHECK"), 33, 32, 1, [liar])
    for window, name, pieces in ((liar, "_NET_WM_NAME", 7), (own, "WM_STATE", 1)):
        for _ in range(pieces):
            foe.append(window, name, bytes(15_000_000))
    foe.settle()
    assert Seen.WINDOW_MANAGER in look(watch)
    assert watch.state.window_manager is not None
    assert len(watch.state.window_manager.name) == 60


def test_a_display_that_is_held_is_told_and_looked_at_again_when_it_is_let_go(watching: Watch, foe: Foe) -> None:
    watch = watching(Allow(family=os.getpid()))
    foe.core.GrabServer()
    foe.settle()
    for _ in range(3):
        assert look(watch) == {Seen.DISPLAY_STALLED}
    foe.core.UngrabServer()
    foe.settle()
    deadline = time.monotonic() + 10
    while look(watch) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert look(watch) == set()


def test_a_display_that_ends_is_told_for_good() -> None:
    server = start_server()
    foe = Foe(server.display)
    watch = DisplayWatch(server.display, foe.window(), NOBODY)
    number = watch.fileno()
    assert Seen.DISPLAY_LOST not in look(watch)
    server.end()
    assert look(watch) == {Seen.DISPLAY_LOST}
    assert look(watch) == {Seen.DISPLAY_LOST}
    assert watch.fileno() == number
    watch.close()


def test_events_that_a_client_made_up_are_not_taken_for_keys(watching: Watch, foe: Foe) -> None:
    watch = watching()
    for kind in range(2, 36):
        event = struct.pack("=BBH28x", kind, 131, 0)
        foe.core.SendEvent(False, foe.root, 0x80000, event)
    foe.settle()
    assert look(watch) == {Seen.CLIENT_FOREIGN}
    assert (watch.input.local, watch.input.injected) == (0, 0)


def test_the_siblings_above_are_found_also_where_the_number_stands_across_two_others() -> None:
    tree = bytes(32) + struct.pack("=4I", 0x01000000, 0x00000005, 0x05000000, 0x00000001)
    across = struct.unpack_from("=I", tree, 33)[0]
    assert above(tree, across) is None
    assert list(above(tree, 5) or ()) == [0x05000000, 1]
    assert above(tree, 99) is None
