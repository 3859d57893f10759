"""What is plugged into the made-up PC of a test, and pulled out again."""

import shutil

from proctoring.checks.machine import Machine
from tests.proctoring.checks.made_up import USB_ROOT, MadeUp

STICK = "SanDisk Ultra"


def ordinary(machine: Machine) -> MadeUp:
    """Make it a PC with the usual folders and nothing plugged in."""
    machine.root.rmdir()
    return MadeUp(machine.root)


def plug_in(pc: MadeUp, name: str = STICK) -> None:
    """Plug a stick in."""
    pc.usb("1-2", product=name)
    pc.usb("1-2", "1.0", bInterfaceClass="08", bInterfaceProtocol="50")


def pull_out(pc: MadeUp) -> None:
    """Pull it out again."""
    shutil.rmtree(pc.root / "sys" / USB_ROOT / "1-2")
    for link in (pc.root / "sys/bus/usb/devices").iterdir():
        link.unlink()
