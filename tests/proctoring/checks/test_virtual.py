"""Virtual machines by several signals under a made-up root; real PCs with odd names; PCs that run guests."""

from pathlib import Path

import pytest

from proctoring.checks.observation import Observation, observe
from proctoring.checks.situation import Situation
from proctoring.checks.virtual import virtual_machine
from sync.wire.environment import Verdict
from tests.proctoring.checks.made_up import KNOWN, MadeUp

CLEAR, FOUND, UNKNOWN = Verdict.CLEAR, Verdict.FOUND, Verdict.UNKNOWN
FLAGS = "fpu vme de pse tsc msr vmx ssse3"


@pytest.fixture
def pc(tmp_path: Path) -> MadeUp:
    """A real PC."""
    made = MadeUp(tmp_path)
    cpu(made, FLAGS)
    firmware(made, sys_vendor="LENOVO", product_name="20XW", bios_vendor="LENOVO", product_version="ThinkPad X1")
    card(made, "enp0s31f6", "8c:8c:aa:12:34:56")
    return made


def cpu(pc: MadeUp, flags: str) -> None:
    pc.write("proc/cpuinfo", f"processor\t: 0\nvendor_id\t: GenuineIntel\nflags\t\t: {flags}\nbugs\t\t: none\n\n")


def firmware(pc: MadeUp, **strings: str) -> None:
    for name, text in strings.items():
        pc.write(f"sys/class/dmi/id/{name}", f"{text}\n")


def card(pc: MadeUp, name: str, address: str, *, real: bool = True) -> None:
    pc.write(f"sys/class/net/{name}/address", f"{address}\n")
    if real:
        pc.write(f"sys/class/net/{name}/device/uevent")


def judged(pc: MadeUp) -> Observation:
    (seen,) = observe({"virtual_machine": virtual_machine}, pc.machine, Situation(known=KNOWN))
    return seen


def test_a_real_pc_is_clear(pc: MadeUp) -> None:
    assert judged(pc).verdict is CLEAR
    assert judged(pc).facts == {"score": 0}


@pytest.mark.parametrize(
    "strings",
    [
        {"sys_vendor": "QEMU"},
        {"product_name": "VMware20,1", "sys_vendor": "VMware, Inc."},
        {"bios_vendor": "innotek GmbH", "product_name": "VirtualBox"},
        {"sys_vendor": "Microsoft Corporation", "product_version": "Hyper-V UEFI Release v4.1"},
        {"sys_vendor": "Alibaba Cloud", "product_name": "Alibaba Cloud ECS"},
        {"sys_vendor": "Tencent Cloud"},
    ],
    ids=str,
)
def test_a_guest_shows_in_its_firmware_and_its_processor(pc: MadeUp, strings: dict[str, str]) -> None:
    firmware(pc, **strings)
    assert judged(pc).verdict is UNKNOWN
    cpu(pc, f"{FLAGS} hypervisor")
    assert judged(pc).verdict is FOUND
    assert judged(pc).facts == {"score": 5}


def test_a_guest_that_hides_its_firmware_is_found_by_what_it_runs_on(pc: MadeUp) -> None:
    cpu(pc, f"{FLAGS} hypervisor")
    assert judged(pc).verdict is UNKNOWN
    pc.write("sys/bus/virtio/devices/virtio0/uevent")
    assert judged(pc).verdict is UNKNOWN
    card(pc, "enp1s0", "52:54:00:12:34:56")
    assert judged(pc).verdict is FOUND


def test_a_guest_that_hides_its_processors_flag_is_found_by_its_devices(pc: MadeUp) -> None:
    pc.write("sys/bus/pci/devices/0000:00:02.0/vendor", "0x1234\n")
    pc.write("sys/bus/pci/devices/0000:00:02.0/device", "0x1111\n")
    pc.write("sys/block/sda/device/vendor", "ATA\n")
    pc.write("sys/block/sda/device/model", "QEMU HARDDISK\n")
    pc.write("sys/firmware/acpi/tables/DSDT", b"DSDT" + bytes(6) + b"BOCHS BXPC" + bytes(20))
    assert judged(pc).verdict is FOUND


@pytest.mark.parametrize(
    "strings",
    [
        {"sys_vendor": "Microsoft Corporation", "product_name": "Surface Laptop 5"},
        {"sys_vendor": "Google", "product_name": "Eve"},
        {"sys_vendor": "Oracle Corporation", "product_name": "SUN FIRE X4170"},
        {"sys_vendor": "Red Hat"},
        {"sys_vendor": "Not a KVM"},
    ],
    ids=str,
)
def test_makers_of_real_pcs_are_not_accused_for_their_other_products(pc: MadeUp, strings: dict[str, str]) -> None:
    firmware(pc, **strings)
    assert judged(pc).verdict is CLEAR


def test_a_real_pc_that_runs_guests_is_clear(pc: MadeUp) -> None:
    card(pc, "virbr0", "52:54:00:ab:cd:ef", real=False)
    card(pc, "vboxnet0", "0a:00:27:00:00:00", real=False)
    card(pc, "docker0", "02:42:ac:11:00:02", real=False)
    assert judged(pc).verdict is CLEAR


def test_xens_first_machine_is_the_pc(pc: MadeUp) -> None:
    cpu(pc, f"{FLAGS} hypervisor")
    pc.write("sys/hypervisor/type", "xen\n")
    pc.write("proc/xen/capabilities", "control_d\n")
    pc.write("proc/xen/xenbus")
    assert judged(pc).verdict is CLEAR


def test_one_weak_sign_is_clear_and_said(pc: MadeUp) -> None:
    pc.write("sys/firmware/acpi/tables/WAET")
    assert judged(pc).verdict is CLEAR
    assert judged(pc).evidence == ("/sys/firmware/acpi/tables: WAET", "score: 1")


def test_one_kind_of_sign_counts_once(pc: MadeUp) -> None:
    for number in range(5):
        pc.write(f"sys/bus/virtio/devices/virtio{number}/uevent")
        card(pc, f"eth{number}", "52:54:00:00:00:01")
    assert judged(pc).facts == {"score": 3}


def test_a_pc_that_shows_nothing_at_all_cannot_be_told(tmp_path: Path) -> None:
    assert judged(MadeUp(tmp_path)).verdict is UNKNOWN


def test_a_pc_whose_firmware_strings_cannot_be_read_cannot_be_told(tmp_path: Path) -> None:
    pc = MadeUp(tmp_path)
    cpu(pc, FLAGS)
    pc.shut("sys/class/dmi")
    assert judged(pc).verdict is UNKNOWN


def test_forged_files_end_no_look(pc: MadeUp) -> None:
    firmware(pc, sys_vendor="\0" * 5000, product_name="K" * 100_000)
    pc.write("sys/firmware/acpi/tables/DSDT", b"\xff" * 10)
    pc.write("proc/scsi/scsi", b"\xff\0Vendor:" * 5000)
    pc.link("sys/class/net/loop0/address", "address")
    assert judged(pc).verdict is CLEAR


def test_without_its_lists_the_check_cannot_tell(pc: MadeUp) -> None:
    assert virtual_machine(pc.machine, Situation()).verdict is UNKNOWN
