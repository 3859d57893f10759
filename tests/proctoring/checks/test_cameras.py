"""Cameras under a made-up root: by where they hang, by driver, by name, by picture; and who holds them."""

from pathlib import Path

import pytest

from proctoring.checks.cameras import camera_in_use, virtual_camera
from proctoring.checks.machine import Machine, Unreadable
from proctoring.checks.observation import Observation, observe
from proctoring.checks.situation import Situation
from sync.wire.environment import Verdict
from tests.proctoring.checks.made_up import KNOWN, MadeUp

SITUATION = Situation(own_pids=frozenset({500}), known=KNOWN)
UVC = "Integrated Camera: Integrated C"


@pytest.fixture
def pc(tmp_path: Path) -> MadeUp:
    return MadeUp(tmp_path)


def real(pc: MadeUp, awake: str = "active") -> None:
    """One webcam of two nodes, as uvcvideo makes them."""
    pc.usb("1-6")
    pc.write("sys/devices/pci0000:00/0000:00:14.0/usb1/1-6/power/runtime_status", f"{awake}\n")
    above = pc.usb("1-6", "1.0", bInterfaceClass="0e")
    for node in ("video0", "video1"):
        pc.camera(node, above, UVC)
    pc.link(f"sys/{above}/driver", "/bus/usb/drivers/uvcvideo")


def judged(pc: MadeUp, situation: Situation = SITUATION) -> Observation:
    return virtual_camera(pc.machine, situation)


def test_a_webcam_on_a_usb_port_is_a_real_camera(pc: MadeUp) -> None:
    real(pc)
    assert judged(pc).verdict is Verdict.CLEAR
    assert judged(pc).evidence == tuple(f"/sys/class/video4linux/video{n}: {UVC}" for n in (0, 1))


def test_a_pc_without_a_camera_has_no_virtual_one_as_both_places_agree(pc: MadeUp) -> None:
    assert judged(pc).verdict is Verdict.CLEAR


def test_a_camera_that_only_dev_knows_cannot_be_judged(pc: MadeUp) -> None:
    pc.write("dev/video0")
    (seen,) = observe({"virtual_camera": virtual_camera}, pc.machine, SITUATION)
    assert seen.verdict is Verdict.UNKNOWN
    assert seen.evidence == ("/sys/class/video4linux: no video0, which is in /dev",)


def test_a_camera_with_no_hardware_above_it_is_found_whatever_it_calls_itself(pc: MadeUp) -> None:
    real(pc)
    pc.camera("video2", "", UVC)
    assert judged(pc).verdict is Verdict.FOUND
    assert judged(pc).evidence[0] == f"/sys/class/video4linux/video2: {UVC}, no hardware above it"


@pytest.mark.parametrize("module", ["vivid", "akvcam", "v4l2loopback_dc"])
def test_a_driver_that_makes_cameras_is_found_by_its_own_name(pc: MadeUp, module: str) -> None:
    above = pc.device(f"devices/platform/{module}.0")
    pc.camera("video0", above, "HD Webcam", driver=module)
    assert judged(pc).verdict is Verdict.FOUND
    assert f"/sys/class/video4linux/video0/device/driver: {module}" in judged(pc).evidence


@pytest.mark.parametrize("bus", ["vhci_hcd", "dummy_hcd"])
def test_a_usb_camera_on_a_controller_that_is_a_program_is_found(pc: MadeUp, bus: str) -> None:
    above = pc.device(f"devices/platform/{bus}.0/usb3/3-1/3-1:1.0")
    pc.camera("video0", above, "HD Webcam", driver="uvcvideo")
    assert judged(pc).verdict is Verdict.FOUND


def test_a_name_alone_is_no_proof_and_no_all_clear(pc: MadeUp) -> None:
    above = pc.usb("1-6", "1.0")
    pc.camera("video0", above, "OBS Virtual Camera")
    assert judged(pc).verdict is Verdict.UNKNOWN


def test_a_driver_that_is_only_loaded_is_no_proof_and_no_all_clear(pc: MadeUp) -> None:
    real(pc)
    pc.device("module/v4l2loopback")
    assert judged(pc).verdict is Verdict.UNKNOWN
    assert "is loaded" in judged(pc).evidence[0]


def test_a_picture_that_repeats_exactly_is_found_although_the_driver_is_a_webcams(pc: MadeUp) -> None:
    real(pc)
    assert judged(pc, Situation(known=KNOWN, still_picture=True)).verdict is Verdict.FOUND
    assert judged(pc, Situation(known=KNOWN, still_picture=False)).verdict is Verdict.CLEAR


def test_without_the_list_of_drivers_no_camera_is_declared_real(pc: MadeUp) -> None:
    real(pc)
    assert judged(pc, Situation()).verdict is Verdict.UNKNOWN


def test_without_a_sys_folder_nothing_is_concluded(tmp_path: Path) -> None:
    (tmp_path / "dev").mkdir()
    (seen,) = observe({"virtual_camera": virtual_camera}, Machine(tmp_path), SITUATION)
    assert seen.verdict is Verdict.UNKNOWN
    assert seen.evidence == ("/sys/class: ENOENT",)


def test_a_camera_nobody_else_holds_is_free(pc: MadeUp) -> None:
    real(pc)
    pc.process(500, "/usr/bin/python3", files={3: "/dev/null", 9: "/dev/video0"})
    pc.process(501, "/usr/bin/python3", parent=500, files={4: "/dev/video0"})
    assert camera_in_use(pc.machine, SITUATION).verdict is Verdict.CLEAR


def test_another_program_that_holds_a_camera_is_named_with_its_file(pc: MadeUp) -> None:
    real(pc)
    pc.process(812, "/usr/bin/cheese", files={7: "/dev/video1"})
    seen = camera_in_use(pc.machine, SITUATION)
    assert seen.verdict is Verdict.FOUND
    assert seen.evidence == ("/proc/812/fd: /dev/video1 (/usr/bin/cheese, user 1000)",)


@pytest.mark.parametrize("path", ["/dev/video", "/dev/video0/x", "/srv/dev/video0", "socket:[1]"])
def test_a_file_that_only_looks_like_a_camera_is_none(pc: MadeUp, path: str) -> None:
    real(pc)
    pc.process(812, "/usr/bin/cheese", files={7: path})
    assert camera_in_use(pc.machine, SITUATION).verdict is Verdict.CLEAR


def test_open_files_that_are_not_shown_leave_an_awake_camera_in_doubt(pc: MadeUp) -> None:
    real(pc)
    pc.hidden_process(600)
    seen = camera_in_use(pc.machine, SITUATION)
    assert seen.verdict is Verdict.UNKNOWN
    assert seen.evidence[1] == "awake: /dev/video0, /dev/video1"


def test_a_camera_that_sleeps_is_held_by_nobody_hidden(pc: MadeUp) -> None:
    real(pc, awake="suspended")
    pc.hidden_process(600)
    assert camera_in_use(pc.machine, SITUATION).verdict is Verdict.CLEAR


def test_a_camera_that_we_hold_gives_nobody_hidden_a_picture(pc: MadeUp) -> None:
    real(pc)
    pc.hidden_process(600)
    pc.process(500, "/usr/bin/python3", files={9: "/dev/video0"})
    assert camera_in_use(pc.machine, SITUATION).verdict is Verdict.CLEAR


def test_a_media_service_that_has_a_camera_open_may_have_it_for_nobody(pc: MadeUp) -> None:
    real(pc)
    pc.process(700, "/usr/bin/wireplumber", files={7: "/dev/video0"})
    assert camera_in_use(pc.machine, SITUATION).verdict is Verdict.UNKNOWN
    pc.process(500, "/usr/bin/python3", files={9: "/dev/video0"})
    assert camera_in_use(pc.machine, SITUATION).verdict is Verdict.CLEAR
    pc.process(812, "/home/x/wireplumber-not", files={7: "/dev/video0"})
    assert camera_in_use(pc.machine, SITUATION).verdict is Verdict.FOUND


def test_a_thread_of_the_kernel_hides_nothing(pc: MadeUp) -> None:
    real(pc)
    pc.write("proc/30/status", "Name:\tkworker/0:1\nTgid:\t30\nPPid:\t2\nUid:\t0\t0\t0\t0\n")
    pc.write("proc/30/cmdline", "")
    pc.shut("proc/30/fd")
    assert camera_in_use(pc.machine, SITUATION).verdict is Verdict.CLEAR


def test_a_proc_that_cannot_be_read_is_not_a_free_camera(pc: MadeUp) -> None:
    real(pc)
    (pc.root / "proc").rmdir()
    pc.shut("proc")
    with pytest.raises(Unreadable):
        camera_in_use(pc.machine, SITUATION)


def test_no_number_of_open_files_holds_the_check_up(pc: MadeUp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("proctoring.checks.holders.MOST_LINKS", 20)
    real(pc)
    pc.process(700, "/usr/bin/many", files=dict.fromkeys(range(30), "/dev/null"))
    assert camera_in_use(pc.machine, SITUATION).verdict is Verdict.UNKNOWN


def test_who_asks_a_camera_for_a_moment_what_it_is_has_not_got_it(pc: MadeUp) -> None:
    class Letting(Machine):
        """A PC where a process lets go of the camera right after it was seen."""

        def link(self, path: str) -> str | None:
            seen = super().link(path)
            if path == "proc/812/fd/7":
                (self.root / path).unlink()
            return seen

    real(pc)
    pc.process(812, "/usr/lib/udev/v4l_id", files={7: "/dev/video1"})
    assert camera_in_use(Letting(pc.root), SITUATION).verdict is Verdict.CLEAR


def test_parents_that_go_round_are_nobodys(pc: MadeUp) -> None:
    real(pc)
    pc.process(811, "/usr/bin/a", parent=812)
    pc.process(812, "/usr/bin/b", parent=811, files={7: "/dev/video1"})
    assert camera_in_use(pc.machine, SITUATION).verdict is Verdict.FOUND


@pytest.mark.parametrize("awake", ["active", "error", "unsupported", ""])
def test_a_camera_that_does_not_say_that_it_sleeps_may_be_awake(pc: MadeUp, awake: str) -> None:
    real(pc, awake)
    pc.hidden_process(600)
    assert camera_in_use(pc.machine, SITUATION).verdict is Verdict.UNKNOWN
