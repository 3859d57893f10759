"""A simulated PC: a folder with the files of one, as far as a lock-down has to do with them, and how to compare it."""

import hashlib
import os
import stat
from collections.abc import Callable
from pathlib import Path

from app.resources import resource_folder
from proctoring.lockdown.linux.catalogue import LinuxStep, Settings, book_of, steps_of
from proctoring.lockdown.linux.egress import Peer, reach_of
from proctoring.lockdown.steps import Place
from proctoring.lockdown.undo import UndoBook

TEMPLATES = resource_folder() / "lockdown"
SEAT = Path("/var/lib/examroom/seat")
OLDEN = 1_600_000_000_123_456_789
"""When everything on the PC was changed last (ns since 1970)."""

FILES = {
    "etc/passwd": "root:x:0:0:root:/root:/bin/bash\nmei:x:1000:1000::/home/mei:/bin/bash\n",
    "etc/group": "root:x:0:\naudio:x:29:mei\nmei:x:1000:\n",
    "etc/shadow": "root:*:19000:0:99999:7:::\nmei:$y$simulated:19000:0:99999:7:::",  # without a line end
    "etc/gshadow": "root:*::\nmei:!::\n",
    "etc/.pwd.lock": "",
    "etc/X11/Xwrapper.config": "allowed_users=anybody\n",
    "etc/systemd/logind.conf": "[Login]\nNAutoVTs=6\n",
    "etc/systemd/system/getty@.service.d/10-site.conf": "[Service]\nTTYVTDisallocate=no\n",
    "usr/lib/xorg/Xorg.wrap": "simulated",
    "usr/lib/systemd/system/getty@.service": "[Unit]\nDescription=Getty on %I\n[Service]\nExecStart=/sbin/agetty %I\n"
    "[Install]\nWantedBy=getty.target\n",
    "proc/sys/kernel/sysrq": "438\n",
    "proc/sys/fs/suid_dumpable": "2\n",
    "sys/class/rfkill/rfkill0/soft": "0\n",
    "sys/class/rfkill/rfkill1/soft": "1\n",
    "sys/bus/usb/devices/1-1:1.0/bInterfaceClass": "08\n",
    "sys/bus/usb/devices/1-1:1.0/authorized": "1\n",
    "sys/bus/usb/devices/1-2:1.0/bInterfaceClass": "03\n",
    "sys/bus/usb/devices/1-2:1.0/authorized": "1\n",
    "var/lib/examroom/seat/replica.db": "simulated",
    "var/lib/examroom/seat/keys/device": "simulated",
    "etc/resolv.conf": "nameserver 192.0.2.53\nnameserver 127.0.0.53\n",
}
MODES = {"etc/shadow": 0o640, "etc/gshadow": 0o640, "etc/X11/Xwrapper.config": 0o604, "etc/.pwd.lock": 0o600}
TAKEN = {
    "etc/udev/rules.d/70-examroom-lockdown.rules": "# somebody's own\n",
    "etc/systemd/system/examroom-kiosk.service": "[Unit]\nDescription=an older one\n",
    "etc/pam.d/examroom-kiosk": "",
    "etc/examroom/egress.nft": "\x00\xff not ours",
}
"""Files where ours have to be."""


def make_pc(root: Path, *, taken: bool = False) -> Path:
    """Make a PC below `root`; `taken`: with other people's files, and links, where ours have to be."""
    for path, content in (FILES | (TAKEN if taken else {})).items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
        file.chmod(MODES.get(path, 0o644))
    if taken:
        system = root / "etc/systemd/system"
        (system / "ctrl-alt-del.target").symlink_to("/lib/systemd/system/poweroff.target")
        (system / "multi-user.target.wants").mkdir()
        (system / "multi-user.target.wants/examroom-kiosk.service").symlink_to("elsewhere.service")
        (root / "etc/pam.d/examroom-kiosk").chmod(0o600)
    if os.geteuid() == 0:
        for file in (root / "var/lib/examroom/seat").rglob("*"):
            os.chown(file, 1000, 1000)
        os.chown(root / "var/lib/examroom/seat", 1000, 1000)
        os.chown(root / "var/lib/examroom/seat/keys/device", 1001, 0)
        os.chown(root / "etc/shadow", 0, 42)
        if taken:
            os.chown(root / "etc/pam.d/examroom-kiosk", 7, 8)
    for file in root.rglob("*"):
        os.utime(file, ns=(OLDEN, OLDEN), follow_symlinks=False)
    return root


def fingerprint(root: Path) -> dict[str, str]:
    """Say of everything below `root` what it is: kind, mode, owner, when a file was changed last, bytes or target.

    Of folders no times: they tell when something in them was renamed, which is what putting back is.
    Files of the kernel (/proc, /sys) have none either.
    """
    found: dict[str, str] = {}
    for path in sorted(root.rglob("*")):
        seen, name = path.lstat(), str(path.relative_to(root))
        told = [f"{seen.st_mode:o}", f"{seen.st_uid}:{seen.st_gid}"]
        if stat.S_ISLNK(seen.st_mode):
            told.append(str(path.readlink()))
        elif stat.S_ISREG(seen.st_mode):
            told.append(hashlib.sha256(path.read_bytes()).hexdigest())
        if not stat.S_ISDIR(seen.st_mode) and not name.startswith(("proc/", "sys/")):
            told.append(str(seen.st_mtime_ns))
        found[name] = " ".join(told)
    return found


def settings(place: Place, *peers: str) -> Settings:
    """Give how the simulated PC is to be locked down."""
    named = [Peer.parse(peer) for peer in peers or ("192.0.2.10:8443",)]
    return Settings(SEAT, ("/opt/examroom/bin/examroom",), reach_of(place, named))


def prepared(root: Path) -> tuple[UndoBook[LinuxStep], Callable[[], tuple[LinuxStep, ...]]]:
    """Give the undo book of a simulated PC, and the steps that lock it down as it then is."""
    place = Place(root)
    return book_of(place), lambda: steps_of(place, settings(place), TEMPLATES)
