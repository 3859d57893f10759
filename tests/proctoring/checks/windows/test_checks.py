"""Every check of a Windows PC against a simulated one: present, absent, refused, forged."""

from dataclasses import replace
from pathlib import Path

import pytest

from app.resources import resource_folder
from proctoring.checks import catalogue
from proctoring.checks.lists import CheckListsUnreadable, Known
from proctoring.checks.machine import Machine
from proctoring.checks.observation import Observation
from proctoring.checks.situation import Situation
from proctoring.checks.windows.catalogue import OF_SITUATION, checks_of
from proctoring.checks.windows.lists import WindowsTools
from proctoring.win32.registry import LARGE_NUMBER, STRING, Registry, Value
from sync.wire.environment import Verdict
from tests.proctoring.win32.fake import FakeProcess, FakeWindows, seat_pc
from tests.proctoring.win32.fake_registry import fill

LISTS = resource_folder() / "checks"
KNOWN = Known.load(LISTS)
TOOLS = WindowsTools.load(LISTS)
STORE = r"Software\Microsoft\Windows\CurrentVersion\CapabilityAccessManager\ConsentStore"
BIOS = r"HKEY_LOCAL_MACHINE\HARDWARE\DESCRIPTION\System\BIOS"
ENUM = r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Enum"


@pytest.fixture
def pc() -> FakeWindows:
    one = seat_pc()
    text(one, BIOS, "SystemManufacturer", "LENOVO")
    return one


def situation(pc: FakeWindows) -> Situation:
    return Situation(own_pids=frozenset({pc.state.own_pid}), own_pid=pc.state.own_pid, known=KNOWN)


def look(pc: FakeWindows, name: str) -> Observation:
    return checks_of(pc.door(), TOOLS)[name](Machine(Path("/nonexistent")), situation(pc))


def text(pc: FakeWindows, key: str, name: str, said: str) -> None:
    Registry(pc.door()).set(key, name, Value(STRING, (said + "\0").encode("utf-16-le")))


def used(pc: FakeWindows, device: str, program: str, stop: int = 0, root: str = "HKEY_CURRENT_USER") -> None:
    registry, key = Registry(pc.door()), rf"{root}\{STORE}\{device}\{program}"
    registry.set(key, "LastUsedTimeStart", Value(LARGE_NUMBER, (133 * 10**15).to_bytes(8, "little")))
    registry.set(key, "LastUsedTimeStop", Value(LARGE_NUMBER, stop.to_bytes(8, "little")))


def test_every_check_of_the_catalogue_has_an_answer_and_none_is_clear_unlooked(pc: FakeWindows) -> None:
    checks = checks_of(pc.door(), TOOLS)
    assert list(checks) == list(catalogue.CHECKS)
    seen = {name: made(Machine(Path("/nonexistent")), situation(pc)) for name, made in checks.items()}
    assert all(observation.check == name for name, observation in seen.items())
    unlooked = {name for name, one in seen.items() if one.evidence == ("not looked at on Windows",)}
    assert {"listening", "peers", "usb_storage", "virtual_camera", "build"} <= unlooked
    assert all(seen[name].verdict is Verdict.UNKNOWN for name in unlooked | set(OF_SITUATION))
    assert pc.state.handles == {}


def test_whatever_windows_refuses_could_not_be_told(pc: FakeWindows) -> None:
    pc.lacking |= {
        *("OpenProcessToken", "CheckRemoteDebuggerPresent", "GetSystemMetrics", "CreateToolhelp32Snapshot"),
        *("RegOpenKeyExW", "GetSystemPowerStatus", "GetDisplayConfigBufferSizes", "GetSystemFirmwareTable"),
    }
    checks = checks_of(pc.door(), TOOLS)
    seen = [made(Machine(Path("/nonexistent")), situation(pc)) for made in checks.values()]
    assert {one.verdict for one in seen} == {Verdict.UNKNOWN}


@pytest.mark.parametrize("name", ["elevated", "debugger", "remote_session", "battery", "screens", "virtual_machine"])
def test_an_ordinary_pc_is_clear(pc: FakeWindows, name: str) -> None:
    assert look(pc, name).verdict is Verdict.CLEAR


def test_an_administrator_s_rights_are_found(pc: FakeWindows) -> None:
    pc.state.processes[pc.state.own_pid].elevated = True
    assert look(pc, "elevated").verdict is Verdict.FOUND


def test_a_debugger_is_found_by_either_witness(pc: FakeWindows) -> None:
    pc.state.debugged_from_outside = True
    assert look(pc, "debugger").verdict is Verdict.FOUND
    pc.state.debugged, pc.state.debugged_from_outside = True, False
    assert look(pc, "debugger").verdict is Verdict.FOUND


def test_a_session_that_is_shown_elsewhere_is_found(pc: FakeWindows) -> None:
    for index in (0x1000, 0x2001):
        pc.state.metrics = {index: 1}
        assert look(pc, "remote_session").verdict is Verdict.FOUND
    pc.state.metrics = {}
    pc.state.sessions[pc.state.own_pid] = 3
    assert look(pc, "remote_session").verdict is Verdict.FOUND
    nobody = replace(situation(pc), own_pid=None)
    assert checks_of(pc.door(), TOOLS)["remote_session"](Machine(), nobody).verdict is Verdict.UNKNOWN


@pytest.mark.parametrize(
    ("power", "verdict"),
    [
        ((1, 8, 90), Verdict.CLEAR),
        ((0, 1, 60), Verdict.FOUND),
        ((255, 255, 255), Verdict.UNKNOWN),
        ((255, 128, 255), Verdict.CLEAR),
    ],
)
def test_power_is_read_as_documented(pc: FakeWindows, power: tuple[int, int, int], verdict: Verdict) -> None:
    pc.state.power = power
    assert look(pc, "battery").verdict is verdict


@pytest.mark.parametrize(
    ("paths", "verdict", "mirrored"),
    [([(0, 0), (0, 1)], Verdict.FOUND, 0), ([(0, 0), (0, 0)], Verdict.FOUND, 1), ([], Verdict.UNKNOWN, None)],
)
def test_more_than_one_screen_is_found(
    pc: FakeWindows, paths: list[tuple[int, int]], verdict: Verdict, mirrored: int | None
) -> None:
    pc.state.paths = paths
    seen = look(pc, "screens")
    assert (seen.verdict, seen.facts.get("mirrored")) == (verdict, mirrored)


# ---------------------------------------------------------------------------------------------- devices
def test_a_camera_in_use_is_found_with_the_program_s_path(pc: FakeWindows) -> None:
    used(pc, "webcam", r"NonPackaged\C:#Program Files#Zoom#zoom.exe")
    seen = look(pc, "camera_in_use")
    assert seen.verdict is Verdict.FOUND
    assert seen.evidence[0].endswith(r"NonPackaged\C:#Program Files#Zoom#zoom.exe")


def test_a_use_that_ended_and_our_own_use_are_clear(pc: FakeWindows) -> None:
    used(pc, "webcam", "Microsoft.WindowsCamera_8wekyb3d8bbwe", stop=133 * 10**15 + 1)
    used(pc, "webcam", r"NonPackaged\c:#program files#EXAMROOM#examroom.exe")
    assert look(pc, "camera_in_use").verdict is Verdict.CLEAR


def test_a_packaged_program_and_one_noted_for_the_whole_pc_count_too(pc: FakeWindows) -> None:
    used(pc, "microphone", "MSTeams_8wekyb3d8bbwe", root="HKEY_LOCAL_MACHINE")
    assert look(pc, "microphone_in_use").verdict is Verdict.FOUND
    assert look(pc, "camera_in_use").verdict is Verdict.UNKNOWN


def test_a_store_with_odd_values_is_read_without_harm(pc: FakeWindows) -> None:
    key = rf"HKEY_CURRENT_USER\{STORE}\webcam\Odd"
    Registry(pc.door()).set(key, "LastUsedTimeStart", Value(3, b"\1"))
    Registry(pc.door()).set(key, "LastUsedTimeStop", Value(LARGE_NUMBER, b""))
    assert look(pc, "camera_in_use").verdict is Verdict.CLEAR


# --------------------------------------------------------------------------------------------- programs
def run(pc: FakeWindows, image: str, *, hidden: bool = False) -> None:
    pid = max(pc.state.processes) + 4
    pc.state.processes[pid] = FakeProcess(pid, image, closed_to_us=hidden)


@pytest.mark.parametrize(
    ("check", "image", "hidden", "verdict"),
    [
        ("remote_tool", r"C:\Program Files\TeamViewer\TeamViewer.exe", False, Verdict.FOUND),
        ("remote_tool", r"C:\Program Files\RustDesk\RUSTDESK.EXE", False, Verdict.FOUND),
        ("remote_tool", r"C:\Windows\System32\msra.exe", False, Verdict.FOUND),
        ("remote_tool", r"D:\portable\ToDesk.exe", False, Verdict.UNKNOWN),
        ("remote_tool", r"C:\Program Files\x\ToDesk_Service.exe", True, Verdict.UNKNOWN),
        ("remote_tool", r"C:\Program Files\notes\teamviewer.txt", False, Verdict.CLEAR),
        ("remote_tool", r"C:\Program Files\Mine\program.exe", False, Verdict.CLEAR),
        ("capture_tool", r"C:\Program Files\obs-studio\bin\64bit\obs64.exe", False, Verdict.FOUND),
        ("capture_tool", r"C:\Program Files\TeamViewer\TeamViewer.exe", False, Verdict.CLEAR),
    ],
)
def test_a_known_program_is_found_by_the_file_it_runs(
    pc: FakeWindows, check: str, image: str, hidden: bool, verdict: Verdict
) -> None:
    run(pc, image, hidden=hidden)
    assert look(pc, check).verdict is verdict


def test_a_service_of_the_name_makes_a_doubt_sure_and_alone_says_nothing(pc: FakeWindows) -> None:
    fill(pc.state, r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\ToDesk_Service", Start=2)
    assert look(pc, "remote_tool").verdict is Verdict.CLEAR
    run(pc, r"D:\portable\ToDesk.exe")
    seen = look(pc, "remote_tool")
    assert (seen.verdict, seen.facts["names"]) == (Verdict.FOUND, "ToDesk")


def test_without_lists_nothing_can_be_told(pc: FakeWindows, tmp_path: Path) -> None:
    bare = replace(situation(pc), known=None)
    checks = checks_of(pc.door(), TOOLS)
    for name in ("remote_tool", "capture_tool", "virtual_machine"):
        assert checks[name](Machine(), bare).verdict is Verdict.UNKNOWN
    with pytest.raises(CheckListsUnreadable):
        WindowsTools.load(tmp_path)
    (tmp_path / "windows.toml").write_text("remote = 3")
    with pytest.raises(CheckListsUnreadable):
        WindowsTools.load(tmp_path)


# ------------------------------------------------------------------------------------- virtual machines
def test_a_guest_is_found_by_signals_that_add_up(pc: FakeWindows) -> None:
    text(pc, BIOS, "SystemManufacturer", "QEMU")
    assert look(pc, "virtual_machine").verdict is Verdict.UNKNOWN
    fill(pc.state, rf"{ENUM}\PCI\VEN_1AF4&DEV_1000&SUBSYS_00011AF4&REV_00")
    seen = look(pc, "virtual_machine")
    assert (seen.verdict, seen.facts["score"]) == (Verdict.FOUND, 5)


def test_a_registry_that_was_cleaned_is_gainsaid_by_the_firmware(pc: FakeWindows) -> None:
    pc.state.firmware = bytes(8) + b"\x01\x1b\0\0VMware, Inc.\0VMware7,1\0\0"
    fill(pc.state, rf"{ENUM}\SCSI\Disk&Ven_VMware_&Prod_VMware_Virtual_S")
    seen = look(pc, "virtual_machine")
    assert seen.verdict is Verdict.FOUND
    assert "SMBIOS: VMware" in seen.evidence[0]


def test_with_neither_firmware_nor_registry_it_could_not_be_told() -> None:
    assert look(seat_pc(), "virtual_machine").verdict is Verdict.UNKNOWN
