"""A PC that is made up below a folder: the files that checks of devices look at, as Linux writes them."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from proctoring.checks.device_lists import DeviceMarks
from proctoring.checks.lists import Known
from proctoring.checks.machine import Machine

KNOWN = Known.load(Path(__file__).parents[3] / "resources" / "checks")
MARKS: DeviceMarks = KNOWN.devices

KEYS = "1000000000007 ff9f207ac14057ff febeffdfffefffff fffffffffffffffe"
"""What an ordinary keyboard has: the kernel's own writing of it."""
USB_ROOT = "devices/pci0000:00/0000:00:14.0/usb1"


@dataclass(frozen=True)
class MadeUp:
    """The PC. Its folders /sys/class, /sys/bus, /sys/block, /dev, /proc are there, and empty."""

    root: Path

    def __post_init__(self) -> None:
        for folder in ("sys/class", "sys/bus", "sys/block", "sys/devices", "dev", "proc"):
            (self.root / folder).mkdir(parents=True)

    @property
    def machine(self) -> Machine:
        return Machine(self.root)

    def write(self, path: str, text: str | bytes = "") -> None:
        content = text if isinstance(text, bytes) else text.encode()
        self._made(path, lambda file: file.write_bytes(content))

    def link(self, path: str, target: str) -> None:
        self._made(path, lambda file: file.symlink_to(target))

    def _made(self, path: str, make: Callable[[Path], object]) -> None:
        """Make a file or a link, and its folder only if there is none: there are thousands of them."""
        file = self.root / path
        try:
            make(file)
        except FileNotFoundError:
            file.parent.mkdir(parents=True, exist_ok=True)
            make(file)

    def shut(self, path: str) -> None:
        """Make something that is there and cannot be read, by anybody: a link to itself."""
        self.link(path, Path(path).name)

    def device(self, path: str, **attributes: str) -> str:
        """Make a device's folder below /sys with its attributes."""
        (self.root / "sys" / path).mkdir(parents=True, exist_ok=True)
        for name, value in attributes.items():
            self.write(f"sys/{path}/{name}", f"{value}\n")
        return path

    def known_as(self, kind: str, path: str) -> None:
        """List a device in its class (/sys/class/KIND), as a link to its folder."""
        self.link(f"sys/class/{kind}/{Path(path).name}", f"../../{path}")

    def usb(self, place: str, function: str = "", /, **attributes: str) -> str:
        """Make a USB device, or one of its interfaces ("1.0"), and list it on the bus."""
        path = f"{USB_ROOT}/{place}" + (f"/{place}:{function}" if function else "")
        self.device(path, **attributes)
        if not (self.root / f"sys/bus/usb/devices/{Path(path).name}").is_symlink():
            self.link(f"sys/bus/usb/devices/{Path(path).name}", f"../../../{path}")
        return path

    def camera(self, node: str, above: str, name: str, driver: str = "") -> None:
        """Make a camera below a device ("" for none: then it is virtual)."""
        path = f"{above or 'devices/virtual'}/video4linux/{node}"
        self.device(path, name=name)
        self.known_as("video4linux", path)
        if above:
            self.link(f"sys/{path}/device", "../..")
        if driver:
            self.link(f"sys/{above}/driver", f"/bus/usb/drivers/{driver}")
        self.write(f"dev/{node}")

    def process(
        self, pid: int, exe: str, parent: int = 1, uid: int = 1000, files: dict[int, str] | None = None
    ) -> None:
        """Make a process; `files`: its open files."""
        status = f"Name:\t{Path(exe).name[:15]}\nTgid:\t{pid}\nPid:\t{pid}\nPPid:\t{parent}\n"
        status += f"TracerPid:\t0\nUid:\t{uid}\t{uid}\t{uid}\t{uid}\n"
        self.write(f"proc/{pid}/status", status + "CapEff:\t0000000000000000\n")
        self.write(f"proc/{pid}/cmdline", f"{exe}\0")
        self.link(f"proc/{pid}/exe", exe)
        (self.root / f"proc/{pid}/fd").mkdir()
        for number, path in (files or {}).items():
            self.link(f"proc/{pid}/fd/{number}", path)

    def hidden_process(self, pid: int, parent: int = 1) -> None:
        """Make a process of the superuser whose open files are not shown."""
        self.write(f"proc/{pid}/status", f"Name:\tudisksd\nTgid:\t{pid}\nPPid:\t{parent}\nUid:\t0\t0\t0\t0\n")
        self.write(f"proc/{pid}/cmdline", "/usr/libexec/udisks2/udisksd\0")
        self.shut(f"proc/{pid}/fd")

    def inputs(self, *blocks: str) -> None:
        """Write the kernel's list of input devices, and list them in their class."""
        self.write("proc/bus/input/devices", "".join(f"{block}\n" for block in blocks))
        (self.root / "sys/class/input").mkdir(exist_ok=True)
        for block in blocks:
            path = block.partition("S: Sysfs=")[2].partition("\n")[0]
            self.write(f"sys/class/input/{Path(path).name}")


def keyboard(number: int, name: str, phys: str, sysfs: str = "", keys: str = KEYS, rel: str = "") -> str:
    """Give a device's block in the list, as drivers/input/input.c writes it."""
    place = sysfs or f"/{USB_ROOT}/1-{number}/1-{number}:1.0/0003:046D:C31C.0001"
    return (
        "I: Bus=0003 Vendor=046d Product=c31c Version=0110\n"
        f'N: Name="{name}"\nP: Phys={phys}\nS: Sysfs={place}/input/input{number}\nU: Uniq=\n'
        f"H: Handlers=sysrq kbd event{number} leds \nB: PROP=0\nB: EV=120013\n"
        + (f"B: KEY={keys}\n" if keys else "")
        + (f"B: REL={rel}\n" if rel else "")
    )
