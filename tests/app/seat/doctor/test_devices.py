"""Cameras and microphones are named as the kernel names them; nothing is opened."""

from pathlib import Path

import pytest

from app.seat.doctor.devices import camera_names, microphone_names
from proctoring.checks.machine import Machine, Unreadable

PCM = """00-00: ALC257 Analog : ALC257 Analog : playback 1 : capture 1
00-03: HDMI 0 : HDMI 0 : playback 1
01-00: USB Audio : 会议麦克风 : capture 1
nonsense
"""


def made(root: Path, files: dict[str, str]) -> Machine:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return Machine(root)


def test_every_camera_is_named_once_and_its_second_node_is_none(tmp_path: Path) -> None:
    machine = made(
        tmp_path,
        {
            "sys/class/video4linux/video0/name": "USB 摄像头\n",
            "sys/class/video4linux/video0/index": "0\n",
            "sys/class/video4linux/video1/name": "USB 摄像头\n",
            "sys/class/video4linux/video1/index": "1\n",
            "sys/class/video4linux/video2/name": "Another\n",
        },
    )
    assert camera_names(machine) == ("USB 摄像头", "Another")


def test_what_can_be_listened_to_is_a_microphone_and_a_loudspeaker_is_not(tmp_path: Path) -> None:
    assert microphone_names(made(tmp_path, {"proc/asound/pcm": PCM})) == ("ALC257 Analog", "会议麦克风")


def test_a_pc_without_either_has_none(tmp_path: Path) -> None:
    assert (camera_names(Machine(tmp_path)), microphone_names(Machine(tmp_path))) == ((), ())


def test_what_cannot_be_read_is_not_taken_for_none(tmp_path: Path) -> None:
    (tmp_path / "proc/asound/pcm").mkdir(parents=True)
    with pytest.raises(Unreadable):
        microphone_names(Machine(tmp_path))
