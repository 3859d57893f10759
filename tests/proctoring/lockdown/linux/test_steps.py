"""What each kind of step does to a simulated PC, and to what runs on it."""

import os
from pathlib import Path

import pytest

from app.cli.lockdown_session import RECORDER_END_S
from proctoring.lockdown.faults import LockdownCommandFailed, LockdownRolledBack, LockdownToolMissing
from proctoring.lockdown.installing import install, remove
from proctoring.lockdown.linux.catalogue import book_of, steps_of
from proctoring.lockdown.linux.entries import EntryStep, a_file, put_entry, read_entry
from proctoring.lockdown.linux.live import Live
from proctoring.lockdown.linux.storage import on_usb
from proctoring.lockdown.steps import Place
from tests.proctoring.lockdown.pc import TEMPLATES, fingerprint, make_pc, prepared, settings


def text(root: Path, path: str) -> str:
    return (root / path).read_text().strip()


def test_settings_of_the_kernel_are_set_and_set_back_also_of_what_came_later(tmp_path: Path) -> None:
    root = make_pc(tmp_path / "pc")
    book, steps = prepared(root)
    install(book, steps, {})
    assert text(root, "proc/sys/kernel/sysrq") == "0"
    assert [text(root, f"sys/class/rfkill/rfkill{number}/soft") for number in (0, 1)] == ["1", "1"]
    assert text(root, "sys/bus/usb/devices/1-1:1.0/authorized") == "0", "storage"
    assert text(root, "sys/bus/usb/devices/1-2:1.0/authorized") == "1", "a keyboard"
    later = root / "sys/bus/usb/devices/2-1:1.0"
    later.mkdir()
    (later / "bInterfaceClass").write_text("08\n")
    (later / "authorized").write_text("0\n")  # what our udev rule made of it
    (root / "sys/class/rfkill/rfkill1/soft").unlink()
    remove(book)
    assert text(root, "proc/sys/kernel/sysrq") == "438"
    assert text(root, "sys/class/rfkill/rfkill0/soft") == "0"
    assert text(root, "sys/bus/usb/devices/1-1:1.0/authorized") == "1"
    assert text(root, "sys/bus/usb/devices/2-1:1.0/authorized") == "1"


class SimulatedSystem:
    """A running system that notes what it is told; `refusing`: what it refuses."""

    def __init__(self, refusing: str = "") -> None:
        self.told: list[str] = []
        self.times: dict[str, float | None] = {}
        self._refusing = refusing

    def run(
        self,
        argv: tuple[str, ...],
        *,
        good: frozenset[int] = frozenset({0}),
        given: str = "",
        within_s: float | None = None,
    ) -> str:
        line = " ".join(argv)
        self.times[line] = within_s
        if self._refusing and self._refusing in line and 1 not in good:
            raise LockdownCommandFailed("1: simulated", command=line)
        self.told.append(line + given)
        return "active\ninactive\ninactive\nactive\n" if "is-active" in argv else ""


def test_what_runs_is_told_of_changed_units_stopped_first_and_its_consoles_started_last(tmp_path: Path) -> None:
    root, system = make_pc(tmp_path / "pc"), SimulatedSystem()
    place = Place(root, system)
    install(book_of(place), lambda: steps_of(place, settings(place), TEMPLATES), {})
    changing = [line for line in system.told if "is-active" not in line and "nft list" not in line]
    assert changing == [f"nft -f {root}/etc/examroom/egress.nft", "systemctl daemon-reload"]
    system.told.clear()
    remove(book_of(place))
    assert [line for line in system.told if "nft" not in line] == [
        "systemctl stop -- examroom-kiosk.service",
        "systemctl stop -- examroom-agent.service",
        "systemctl stop -- examroom-egress.service",
        "systemctl stop -- user-999.slice",
        "systemctl daemon-reload",
        "systemctl start --no-block -- getty@tty1.service",
        "systemctl start --no-block -- getty.target",
    ]


def test_stopping_may_take_longer_than_a_recorder_needs_to_seal(tmp_path: Path) -> None:
    root, system = make_pc(tmp_path / "pc"), SimulatedSystem()
    place = Place(root, system)
    install(book_of(place), lambda: steps_of(place, settings(place), TEMPLATES), {})
    remove(book_of(place))
    unit = (TEMPLATES / "examroom-kiosk.service").read_text()
    (unit_s,) = [int(line.partition("=")[2]) for line in unit.splitlines() if line.startswith("TimeoutStopSec=")]
    within_s = system.times["systemctl stop -- examroom-kiosk.service"]
    assert within_s is not None
    assert within_s > unit_s > RECORDER_END_S > Live().timeout_s
    assert system.times["systemctl daemon-reload"] is None


def test_what_the_system_refuses_leaves_the_pc_as_it_was(tmp_path: Path) -> None:
    root = make_pc(tmp_path / "pc")
    before = fingerprint(root)
    place = Place(root, SimulatedSystem("nft -f"))
    with pytest.raises(LockdownRolledBack) as told:
        install(book_of(place), lambda: steps_of(place, settings(place), TEMPLATES), {})
    assert told.value.facts == {"step": "egress"}
    assert fingerprint(root) == before


def test_ctrl_c_on_the_way_leaves_the_pc_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = make_pc(tmp_path / "pc")
    before = fingerprint(root)
    book, steps = prepared(root)
    pressed = iter([False] * 15 + [True] + [False] * 10_000)
    real = os.replace

    def replace(one: Path, other: Path) -> None:
        if next(pressed):
            raise KeyboardInterrupt
        real(one, other)

    monkeypatch.setattr(os, "replace", replace)
    with pytest.raises(KeyboardInterrupt):
        install(book, steps, {})
    assert fingerprint(root) == before


def test_a_program_that_is_missing_refuses_or_takes_too_long_is_said() -> None:
    assert Live().run(("echo", "a b")) == "a b\n"
    assert Live().run(("cat",), given="x") == "x"
    assert Live().run(("false",), good=frozenset({1})) == ""
    with pytest.raises(LockdownToolMissing):
        Live().run(("no-such-program",))
    with pytest.raises(LockdownCommandFailed):
        Live().run(("false",))
    with pytest.raises(LockdownCommandFailed):
        Live(timeout_s=0.05).run(("sleep", "60"))
    with pytest.raises(LockdownCommandFailed):
        Live().run(("sleep", "60"), within_s=0.05)


def test_extended_attributes_of_a_file_come_back_with_it(tmp_path: Path) -> None:
    file = tmp_path / "etc"
    file.write_text("before")
    os.setxattr(file, "user.note", b"simulated")
    step = EntryStep(name="x", path="etc", wanted=a_file("ours")).looked(Place(tmp_path))
    step.apply(Place(tmp_path))
    assert os.listxattr(file) == []
    step.undo(Place(tmp_path))
    assert (file.read_text(), os.getxattr(file, "user.note")) == ("before", b"simulated")


def test_what_is_put_somewhere_is_what_is_read_there(tmp_path: Path) -> None:
    file = tmp_path / "file"
    put_entry(file, a_file("content", 0o640, (os.geteuid(), os.getegid())))
    read = read_entry(file, "file")
    assert (read.content, read.mode) == (b"content", 0o640)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_system_on_a_usb_disk_is_told_also_below_encryption(tmp_path: Path) -> None:
    usb = tmp_path / "devices/pci0000:00/usb1/1-1/host0/block/sdb/sdb1"
    ssd = tmp_path / "devices/pci0000:00/nvme/nvme0n1"
    crypt, plain = tmp_path / "devices/virtual/block/dm-0", tmp_path / "devices/virtual/block/dm-1"
    for folder in (usb, ssd, crypt / "slaves", plain / "slaves", tmp_path / "dev/block"):
        folder.mkdir(parents=True)
    (crypt / "slaves/sdb1").symlink_to(usb)
    (plain / "slaves/nvme0n1").symlink_to(ssd)
    for number, device in (("8:17", usb), ("259:0", ssd), ("254:0", crypt), ("254:1", plain)):
        (tmp_path / "dev/block" / number).symlink_to(device)
    assert [on_usb(tmp_path, number) for number in ("8:17", "259:0", "254:0", "254:1", "1:1")] == [
        True,
        False,
        True,
        False,
        False,
    ]
