"""USB under a made-up root: sticks, telephones, card readers with and without a card, the system's own disk."""

from pathlib import Path

import pytest

from proctoring.checks.machine import Machine
from proctoring.checks.observation import Observation, observe
from proctoring.checks.situation import Situation
from proctoring.checks.usb import usb_storage
from sync.wire.environment import Verdict
from tests.proctoring.checks.made_up import MadeUp


@pytest.fixture
def pc(tmp_path: Path) -> MadeUp:
    pc = MadeUp(tmp_path)
    pc.usb("1-1", product="USB Keyboard")
    pc.usb("1-1", "1.0", bInterfaceClass="03", bInterfaceProtocol="01")
    disk(pc, "nvme0n1", "devices/pci0000:00/nvme", sectors=500_118_192, removable=0)
    pc.write("proc/mounts", "/dev/nvme0n1p2 / ext4 rw 0 0\n")
    return pc


def disk(pc: MadeUp, name: str, above: str, sectors: int, removable: int) -> None:
    path = pc.device(f"{above}/block/{name}", size=str(sectors), removable=str(removable))
    pc.link(f"sys/block/{name}", f"../{path}")


def stick(pc: MadeUp, sectors: int = 60_062_500, protocol: str = "50") -> None:
    pc.usb("1-2", manufacturer="SanDisk", product="Ultra")
    above = pc.usb("1-2", "1.0", bInterfaceClass="08", bInterfaceProtocol=protocol)
    disk(pc, "sda", f"{above}/host6/target6:0:0/6:0:0:0", sectors, removable=1)


def seen(pc: MadeUp) -> Observation:
    (one,) = observe({"usb_storage": usb_storage}, pc.machine, Situation())
    return one


def test_a_keyboard_and_a_disk_inside_are_no_media(pc: MadeUp) -> None:
    assert seen(pc).verdict is Verdict.CLEAR


@pytest.mark.parametrize("protocol", ["50", "62"])
def test_a_stick_is_found_with_its_name_and_its_size(pc: MadeUp, protocol: str) -> None:
    stick(pc, protocol=protocol)
    assert seen(pc).verdict is Verdict.FOUND
    assert seen(pc).evidence == ("/sys/bus/usb/devices/1-2:1.0: SanDisk Ultra, class 08, sda 60062500 sectors",)
    assert seen(pc).facts == {"count": 1}


def test_a_stick_that_no_driver_took_is_found_all_the_same(pc: MadeUp) -> None:
    pc.usb("1-2", product="Ultra")
    pc.usb("1-2", "1.0", bInterfaceClass="08")
    assert seen(pc).verdict is Verdict.FOUND


def test_a_stick_that_was_refused_shows_no_functions_and_is_none(pc: MadeUp) -> None:
    pc.usb("1-2", product="Ultra", authorized="0")
    assert seen(pc).verdict is Verdict.CLEAR


def test_a_card_reader_counts_only_with_a_card_in_it(pc: MadeUp) -> None:
    stick(pc, sectors=0)
    assert seen(pc).verdict is Verdict.CLEAR
    assert seen(pc).evidence == ("/sys/bus/usb/devices/1-2:1.0: SanDisk Ultra, class 08, empty",)
    pc.write("sys/block/sda/size", "31116288\n")
    assert seen(pc).verdict is Verdict.FOUND


@pytest.mark.parametrize(("kind", "label"), [("06", "PTP"), ("ff", "MTP"), ("FF", "mtp")])
def test_a_telephone_that_offers_its_files_is_found(pc: MadeUp, kind: str, label: str) -> None:
    pc.usb("1-4", product="Phone")
    pc.usb("1-4", "1.0", bInterfaceClass=kind, interface=label)
    assert seen(pc).verdict is Verdict.FOUND


def test_a_memory_card_in_a_slot_of_its_own_is_found(pc: MadeUp) -> None:
    disk(pc, "mmcblk0", "devices/pci0000:00/mmc0/mmc0:0001", sectors=31_116_288, removable=0)
    pc.write("sys/block/mmcblk0/device/type", "SD\n")
    assert seen(pc).verdict is Verdict.FOUND


def test_the_disk_the_system_runs_from_is_no_medium(pc: MadeUp) -> None:
    stick(pc)
    pc.write("proc/mounts", "/dev/sda2 / ext4 rw 0 0\n")
    assert seen(pc).verdict is Verdict.CLEAR


def test_a_stick_whose_name_is_like_the_systems_disk_is_found(pc: MadeUp) -> None:
    stick(pc)
    pc.write("proc/mounts", "/dev/sdaa2 / ext4 rw 0 0\n")
    assert seen(pc).verdict is Verdict.FOUND


def test_an_optical_drive_says_a_size_without_a_disc_and_is_left_out(pc: MadeUp) -> None:
    disk(pc, "sr0", "devices/pci0000:00/ata2", sectors=2_097_151, removable=1)
    assert seen(pc).verdict is Verdict.CLEAR


def test_a_pc_without_usb_has_nothing_plugged_into_it(tmp_path: Path) -> None:
    assert seen(MadeUp(tmp_path)).verdict is Verdict.CLEAR


@pytest.mark.parametrize(
    "path", ["sys/bus/usb/devices", "sys/bus/usb/devices/1-9:1.0/bInterfaceClass", "sys/block/sdb/size"]
)
def test_what_cannot_be_read_is_not_clear(pc: MadeUp, path: str) -> None:
    if path.endswith("devices"):
        for one in (pc.root / path).iterdir():
            one.unlink()
        (pc.root / path).rmdir()
    pc.shut(path)
    assert seen(pc).verdict is Verdict.UNKNOWN


def test_without_a_sys_folder_nothing_is_concluded(tmp_path: Path) -> None:
    (one,) = observe({"usb_storage": usb_storage}, Machine(tmp_path), Situation())
    assert one.verdict is Verdict.UNKNOWN


def test_a_device_may_call_itself_anything(pc: MadeUp) -> None:
    stick(pc)
    pc.write("sys/devices/pci0000:00/0000:00:14.0/usb1/1-2/product", "\x1b[2J\u202e" + "x" * 100_000)
    assert seen(pc).verdict is Verdict.FOUND
    assert "\x1b" not in seen(pc).evidence[0]
    assert len(seen(pc).evidence[0]) <= 200


def test_a_reader_of_many_slots_counts_with_one_card(pc: MadeUp) -> None:
    stick(pc, sectors=0)
    disk(pc, "sdb", "devices/pci0000:00/0000:00:14.0/usb1/1-2/1-2:1.0/host6/target6:0:0/6:0:0:1", 31_116_288, 1)
    assert seen(pc).verdict is Verdict.FOUND
