"""Power and room: laptops, desktops, weak supplies, a mouse's battery; a recording that fits or does not."""

from pathlib import Path

import pytest

from proctoring.checks.machine import Machine
from proctoring.checks.observation import Observation, observe
from proctoring.checks.reserves import battery, disk_forecast
from proctoring.checks.situation import DiskFact, Situation
from sync.wire.environment import Verdict
from tests.proctoring.checks.made_up import MadeUp


@pytest.fixture
def pc(tmp_path: Path) -> MadeUp:
    return MadeUp(tmp_path)


def supply(pc: MadeUp, name: str, **attributes: str) -> None:
    pc.known_as("power_supply", pc.device(f"devices/power/{name}", **attributes))


def seen(pc: MadeUp) -> Observation:
    (one,) = observe({"battery": battery}, pc.machine, Situation())
    return one


def test_a_desktop_has_no_battery(pc: MadeUp) -> None:
    assert seen(pc).verdict is Verdict.CLEAR
    (pc.root / "sys/class/power_supply").mkdir()
    assert seen(pc).verdict is Verdict.CLEAR


def test_a_laptop_that_is_plugged_in_is_clear(pc: MadeUp) -> None:
    supply(pc, "AC", type="Mains", online="1")
    supply(pc, "BAT0", type="Battery", status="Charging", capacity="64")
    assert seen(pc).verdict is Verdict.CLEAR


def test_a_laptop_on_its_battery_is_found_with_what_is_left(pc: MadeUp) -> None:
    supply(pc, "AC", type="Mains", online="0")
    supply(pc, "BAT0", type="Battery", status="Discharging", capacity="64")
    assert seen(pc).verdict is Verdict.FOUND
    assert seen(pc).evidence == ("/sys/class/power_supply/BAT0: Discharging, 64 %",)


def test_a_supply_that_is_too_weak_does_not_count_as_plugged_in(pc: MadeUp) -> None:
    supply(pc, "usb", type="USB", online="1")
    supply(pc, "BAT0", type="Battery", status="Discharging", capacity="9")
    assert seen(pc).verdict is Verdict.FOUND


def test_a_power_cut_behind_a_ups_is_found(pc: MadeUp) -> None:
    supply(pc, "ups", type="UPS", status="Discharging")
    assert seen(pc).verdict is Verdict.FOUND


def test_a_mouses_battery_is_not_the_pcs(pc: MadeUp) -> None:
    supply(pc, "hidpp_battery_0", type="Battery", scope="Device", status="Discharging")
    assert seen(pc).verdict is Verdict.CLEAR


@pytest.mark.parametrize("status", ["Unknown", "", "\x1b[31m", "Charging" * 1000])
def test_a_battery_that_says_nothing_sensible_leaves_it_open(pc: MadeUp, status: str) -> None:
    supply(pc, "BAT0", type="Battery", status=status, capacity="a lot")
    assert seen(pc).verdict is Verdict.UNKNOWN
    supply(pc, "AC", type="Mains", online="1")
    assert seen(pc).verdict is Verdict.CLEAR


def test_what_cannot_be_read_is_not_clear(pc: MadeUp) -> None:
    pc.shut("sys/class/power_supply")
    assert seen(pc).verdict is Verdict.UNKNOWN


def test_without_a_sys_folder_nothing_is_concluded(tmp_path: Path) -> None:
    (one,) = observe({"battery": battery}, Machine(tmp_path), Situation())
    assert one.verdict is Verdict.UNKNOWN


@pytest.mark.parametrize(("free", "verdict"), [(900_000_000, Verdict.FOUND), (1_000_000_000, Verdict.CLEAR)])
def test_a_recording_has_to_fit_to_the_last_byte(free: int, verdict: Verdict) -> None:
    fact = DiskFact(free_bytes=free, needed_bytes=1_000_000_000, longest_minutes=150, lasts_minutes=135)
    one = disk_forecast(Machine(Path("/nowhere")), Situation(disk=fact))
    assert one.verdict is verdict
    assert one.facts == {
        "free_mb": free // 1_000_000,
        "needed_mb": 1_000,
        "longest_minutes": 150,
        "lasts_minutes": 135,
    }


def test_a_disk_nobody_measured_is_not_big_enough() -> None:
    assert disk_forecast(Machine(Path("/nowhere")), Situation()).verdict is Verdict.UNKNOWN
