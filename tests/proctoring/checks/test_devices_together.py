"""All checks of devices on three made-up PCs (nothing wrong, everything wrong, nothing to be read) and on this one."""

import os
import time
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.exam.prose import Language
from app.words import Words
from proctoring.checks.catalogue import CHECKS, DEFAULTS, WATCHED, statement_of
from proctoring.checks.machine import Machine
from proctoring.checks.observation import Check, Observation, observe
from proctoring.checks.situation import DiskFact, KernelClock, ScreenFact, Situation
from sync.wire.environment import Severity, Verdict
from tests.proctoring.checks.made_up import KNOWN, MadeUp, keyboard

NAMES = (
    "virtual_camera",
    "camera_in_use",
    "microphone_in_use",
    "microphone_level",
    "usb_storage",
    "input_devices",
    "radios",
    "routes",
    "clock_sync",
    "clock_offset",
    "disk_forecast",
    "battery",
    "screens",
    "suspend",
)
DEVICES: Mapping[str, Check] = {name: CHECKS[name] for name in NAMES}
SCREEN = ScreenFact("eDP-1", 0, 0, 1366, 768)
GOOD = Situation(
    own_pids=frozenset({500}),
    known=KNOWN,
    screens=(SCREEN,),
    microphone_dbfs=-40.0,
    still_picture=False,
    clock=KernelClock(synchronised=True, most_error_us=900),
    registry_offset_ms=-300,
    disk=DiskFact(9_000_000_000, 700_000_000, 150, 1900),
    slept_ms=0,
)
BAD = Situation(
    own_pids=frozenset({500}),
    known=KNOWN,
    screens=(SCREEN, SCREEN),
    microphone_dbfs=-200.0,
    still_picture=True,
    clock=KernelClock(synchronised=False, most_error_us=16_000_000),
    registry_offset_ms=86_400_000,
    disk=DiskFact(100_000_000, 700_000_000, 150, 20),
    slept_ms=9_000,
)
HEAD = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n"


def good_pc(root: Path) -> MadeUp:
    pc = MadeUp(root)
    pc.process(500, "/usr/bin/python3", files={9: "/dev/video0"})
    pc.camera("video0", pc.usb("1-6", "1.0", bInterfaceClass="0e"), "Webcam")
    pc.write("proc/asound/card0/pcm0c/sub0/status", "state: RUNNING\nowner_pid   : 500\n")
    pc.inputs(keyboard(3, "USB Keyboard", "usb-0000:00:14.0-1/input0"))
    pc.write("proc/net/route", f"{HEAD}eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0\n")
    return pc


def bad_pc(root: Path) -> MadeUp:
    pc = MadeUp(root)
    pc.camera("video0", "", "Webcam")
    pc.process(812, "/usr/bin/call", files={9: "/dev/video0"})
    pc.write("proc/asound/card0/pcm0c/sub0/status", "state: RUNNING\nowner_pid   : 812\n")
    pc.inputs(*(keyboard(number, "Keyboard", f"usb-0000:00:14.0-{number}/input0") for number in (3, 4)))
    pc.usb("1-2", product="Ultra")
    pc.usb("1-2", "1.0", bInterfaceClass="08")
    pc.known_as("rfkill", pc.device("devices/rfkill0", type="wlan", name="phy0", soft="0", hard="0"))
    pc.known_as("net", pc.device("devices/net/tun0", flags="0x1091", type="65534", tun_flags="0x1001"))
    pc.write("proc/net/route", HEAD)
    pc.known_as("power_supply", pc.device("devices/BAT0", type="Battery", status="Discharging"))
    return pc


def seen(pc: Machine, situation: Situation) -> dict[str, Observation]:
    return {one.check: one for one in observe(DEVICES, pc, situation)}


def words_said(words: Words, one: Observation) -> list[str]:
    said = words(f"check.{one.check}.{one.verdict}", **one.facts)
    return [said, *(words(f"check.{one.check}.{part}") for part in ("name", "meaning", "remedy"))]


def test_a_pc_with_nothing_wrong_is_clear_in_every_check(tmp_path: Path) -> None:
    assert {name for name, one in seen(good_pc(tmp_path).machine, GOOD).items() if one.verdict is Verdict.CLEAR} == set(
        NAMES
    )


def test_a_pc_with_everything_wrong_is_found_out_by_every_check_with_evidence(tmp_path: Path) -> None:
    observations = seen(bad_pc(tmp_path).machine, BAD)
    assert {name for name, one in observations.items() if one.verdict is Verdict.FOUND and one.evidence} == set(NAMES)


def test_a_pc_of_which_nothing_can_be_read_is_neither_clear_nor_guilty(tmp_path: Path) -> None:
    observations = seen(Machine(tmp_path), Situation())
    assert {name for name, one in observations.items() if one.verdict is Verdict.UNKNOWN and one.evidence} == set(NAMES)


def test_pipes_in_the_place_of_files_hold_nobody_up_and_clear_nobody(tmp_path: Path) -> None:
    pc = good_pc(tmp_path)
    pc.known_as("power_supply", pc.device("devices/AC", type="Mains", online="1"))
    pc.known_as("rfkill", pc.device("devices/rfkill0", type="wlan", name="phy0", soft="1"))
    for file in [file for file in tmp_path.rglob("*") if file.is_file() and not file.is_symlink()]:
        file.unlink()
        os.mkfifo(file)
    verdicts = {name: one.verdict for name, one in seen(pc.machine, GOOD).items()}
    assert {verdicts[name] for name in ("microphone_in_use", "usb_storage", "input_devices", "routes", "battery")} == {
        Verdict.UNKNOWN
    }
    assert verdicts["radios"] is Verdict.FOUND


@pytest.mark.parametrize("language", Language)
def test_everything_that_is_seen_can_be_said_with_what_it_means_and_what_to_do(
    tmp_path: Path, language: Language
) -> None:
    words = Words(language)
    pcs = ((good_pc(tmp_path / "good").machine, GOOD), (bad_pc(tmp_path / "bad").machine, BAD))
    for machine, situation in (*pcs, (Machine(tmp_path / "none"), Situation())):
        for one in seen(machine, situation).values():
            assert all(line and "{" not in line for line in words_said(words, one)), one.check


def test_a_statement_of_every_finding_can_stand_in_a_packet(tmp_path: Path) -> None:
    findings = seen(bad_pc(tmp_path).machine, BAD)
    statements = {name: statement_of(one, DEFAULTS[name]) for name, one in findings.items()}
    blocking = {name for name, one in statements.items() if one and one.severity is Severity.BLOCKING}
    assert blocking == {"virtual_camera", "usb_storage", "disk_forecast", "screens"}
    assert [name for name in NAMES if not DEFAULTS[name].overridable] == ["disk_forecast"]


def test_no_check_takes_longer_than_50_ms_of_the_processor_on_a_busy_pc(tmp_path: Path) -> None:
    pc = good_pc(tmp_path)
    pc.process(1000, "/usr/bin/thing", files=dict.fromkeys(range(20), "/dev/null"))
    for pid in range(1001, 1120):
        pc.process(pid, "/usr/bin/thing")
        (pc.root / f"proc/{pid}/fd").rmdir()
        pc.link(f"proc/{pid}/fd", "../1000/fd")  # each has as many files open; they are made once
    slowest = {}
    for name, check in DEVICES.items():
        spent = []
        for _ in range(3):
            began = time.process_time()
            observe({name: check}, pc.machine, GOOD)
            spent.append(time.process_time() - began)
        slowest[name] = min(spent)
    assert {name: s for name, s in slowest.items() if s > 0.05} == {}
    assert "camera_in_use" not in WATCHED
    assert sum(slowest[name] for name in NAMES if name in WATCHED) < 0.05


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[tuple[MadeUp, dict[Path, bytes]], ...]:
    """A good PC and a bad one, each with what its files say."""
    pcs = good_pc(tmp_path_factory.mktemp("good")), bad_pc(tmp_path_factory.mktemp("bad"))
    found = ((file for file in sorted(pc.root.rglob("*")) if file.is_file() and not file.is_symlink()) for pc in pcs)
    return tuple((pc, {file: file.read_bytes() for file in files}) for pc, files in zip(pcs, found, strict=True))


@settings(max_examples=40)
@given(which=st.integers(0, 10_000), content=st.binary(max_size=300), good=st.booleans())
def test_whatever_any_file_says_every_check_comes_to_a_verdict_that_can_stand_in_a_packet(
    both: tuple[tuple[MadeUp, dict[Path, bytes]], ...], which: int, content: bytes, good: bool
) -> None:
    pc, files = both[0 if good else 1]
    file = tuple(files)[which % len(files)]
    file.write_bytes(content)
    observations = seen(pc.machine, GOOD if good else BAD)
    file.write_bytes(files[file])
    statements = [statement_of(one, DEFAULTS[name]) for name, one in observations.items()]
    assert len(statements) == len(NAMES)
    assert all(one.verdict is not Verdict.UNKNOWN or one.evidence for one in observations.values())


def test_this_pc_is_looked_at_without_a_fault() -> None:
    observations = seen(Machine(), GOOD)
    assert set(observations) == set(NAMES)
    assert all(len(line) <= 200 for one in observations.values() for line in one.evidence)
