import ctypes
import sys
from types import SimpleNamespace

import pytest

from proctoring.win32 import layout as w
from proctoring.win32 import prototypes as p
from proctoring.win32.door import NO_SUCH_FUNCTION, NotWindows, Win32, WindowsRefused, this_pc
from proctoring.win32.processes import began, ended, image_of, opened, running
from proctoring.win32.registry import STRING, Registry, Value, number
from proctoring.win32.screens import Screens, screens
from proctoring.win32.users import elevated, own_sid
from tests.proctoring.win32.fake import PARTS, SID, FakeProcess, seat_pc

ALL = [one for one in vars(p).values() if isinstance(one, p.Prototype)]


def test_every_function_we_call_is_there_once_and_simulated() -> None:
    simulated = {(part.library, name) for part in PARTS for name in vars(part) if name[0].isupper()}
    assert {(one.library, one.name) for one in ALL} == simulated
    assert len(ALL) == len(simulated)


def test_the_types_are_set_on_a_function_before_it_is_called_and_only_once() -> None:
    seen: list[object] = []

    class Function:
        argtypes: object = None
        restype: object = None

        def __call__(self, *_: object) -> int:
            seen.append((self.argtypes, self.restype))
            self.argtypes = "left alone"
            return 1

    door = Win32(lambda _name: SimpleNamespace(SwitchDesktop=function), lambda: 0)
    function = Function()
    door.must(p.SWITCH_DESKTOP, 8)
    door.must(p.SWITCH_DESKTOP, 8)
    assert seen == [((w.HANDLE,), w.BOOL), ("left alone", w.BOOL)]


def test_a_handle_above_four_thousand_million_comes_back_whole() -> None:
    pc = seat_pc()
    pc.state.next_handle = 0x1_2345_6789_0000
    handle = pc.door().must(p.OPEN_INPUT_DESKTOP, 0, 0, 1)
    assert handle == 0x1_2345_6789_0004
    assert pc.door().must(p.CLOSE_DESKTOP, handle) == 1


def test_a_wrong_argument_is_refused_by_the_types() -> None:
    door = seat_pc().door()
    with pytest.raises(ctypes.ArgumentError):
        door.call(p.OPEN_DESKTOP, b"Default", 0, 0, 1)
    with pytest.raises(ctypes.ArgumentError):
        door.call(p.POWER_STATUS, ctypes.byref(w.Message()))
    with pytest.raises(TypeError):
        door.call(p.OPEN_DESKTOP, "Default")


def test_a_failure_says_which_function_and_why() -> None:
    with pytest.raises(WindowsRefused) as raised:
        seat_pc().door().must(p.SWITCH_DESKTOP, 0x9999)
    assert (raised.value.function, raised.value.reason) == ("SwitchDesktop", 6)


def test_an_older_windows_without_a_function_refuses_instead_of_breaking() -> None:
    pc = seat_pc()
    pc.lacking.add("SetWindowDisplayAffinity")
    with pytest.raises(WindowsRefused) as raised:
        pc.door().call(p.SET_AFFINITY, 1, 0x11)
    assert raised.value.reason == NO_SUCH_FUNCTION


def test_this_is_not_windows_and_that_is_said() -> None:
    with pytest.raises(NotWindows, match=sys.platform):
        this_pc()


def test_processes_are_listed_with_parents_and_told_apart_by_when_they_began() -> None:
    pc = seat_pc()
    pc.state.processes[812] = FakeProcess(812, r"D:\工具\考试 助手.exe", parent=640, began=7)
    door = pc.door()
    assert {(one.pid, one.parent, one.image) for one in running(door)} >= {(812, 640, "考试 助手.exe")}
    assert image_of(door, 812) == r"D:\工具\考试 助手.exe"
    with opened(door, 812, 0) as process:
        assert began(door, process) == 7
        assert not ended(door, process)
        pc.state.processes[812].ended = True
        assert ended(door, process)
    assert pc.state.handles == {}


def test_a_process_of_the_system_cannot_be_looked_into() -> None:
    with pytest.raises(WindowsRefused) as raised:
        image_of(seat_pc().door(), 4)
    assert raised.value.reason == 5


def test_we_know_our_account_and_whether_we_are_an_administrator() -> None:
    pc = seat_pc()
    assert (own_sid(pc.door()), elevated(pc.door())) == (SID, False)
    pc.state.processes[pc.state.own_pid].elevated = True
    assert elevated(pc.door())
    assert pc.state.handles == {}


@pytest.mark.parametrize(
    ("paths", "told"),
    [
        ([(0, 0)], Screens(1, 0)),
        ([(0, 0), (0, 1)], Screens(2, 0)),
        ([(0, 0), (0, 0)], Screens(1, 1)),
        ([(0, 0), (7, 0)], Screens(2, 0)),
        ([(0, 0), (0, 0), (0, 1)], Screens(2, 1)),
        ([], Screens(0, 0)),
    ],
)
def test_a_second_picture_and_a_mirrored_one_are_told_apart(paths: list[tuple[int, int]], told: Screens) -> None:
    pc = seat_pc()
    pc.state.paths = paths
    assert screens(pc.door()) == told


def test_what_is_read_from_the_registry_makes_nothing_and_leaves_no_handle() -> None:
    pc = seat_pc()
    registry = Registry(pc.door())
    assert registry.get(r"HKEY_LOCAL_MACHINE\SOFTWARE\Nothing", "X") is None
    assert registry.children(r"HKEY_LOCAL_MACHINE\SOFTWARE\Nothing") is None
    assert not registry.exists(r"HKEY_CURRENT_USER\Software\Nothing")
    assert (pc.state.writes, pc.state.handles) == (0, {})


def test_a_value_of_any_type_and_length_comes_back_as_it_was() -> None:
    registry = Registry(seat_pc().door())
    key = r"HKEY_CURRENT_USER\Software\Examroom\Deep"
    for value in (
        number(4),
        Value(STRING, "路径\0".encode("utf-16-le")),
        Value(3, bytes(range(256)) * 20),
        Value(3, b""),
    ):
        registry.set(key, "X", value)
        assert registry.get(key, "X") == value
    assert registry.children(r"HKEY_CURRENT_USER\Software\Examroom") == ("Deep",)


def test_a_value_larger_than_we_read_is_refused() -> None:
    registry = Registry(seat_pc().door())
    registry.set(r"HKEY_CURRENT_USER\Software\X", "X", Value(3, bytes(70_000)))
    with pytest.raises(WindowsRefused):
        registry.get(r"HKEY_CURRENT_USER\Software\X", "X")


def test_only_an_empty_key_is_deleted() -> None:
    registry = Registry(seat_pc().door())
    key = r"HKEY_CURRENT_USER\Software\Examroom"
    registry.set(rf"{key}\Deep", "X", number(1))
    assert not registry.delete_empty(key)
    assert not registry.delete_empty(rf"{key}\Deep")
    registry.delete(rf"{key}\Deep", "X")
    registry.delete(rf"{key}\Deep", "X")
    assert registry.delete_empty(rf"{key}\Deep")
    assert registry.delete_empty(rf"{key}\Deep")
    assert registry.delete_empty(key)
    assert not registry.exists(key)
