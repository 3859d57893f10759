"""A source that is there and gives nothing: stated over its whole length."""

import threading
from pathlib import Path

from proctoring.recorder.faults import NothingCame
from proctoring.recorder.foreground import Event, Foreground
from proctoring.vault.format.verify import verify_recording
from sync.faults import Exit
from tests.proctoring.seat import SimulatedSeat

GAP_REASONS = {"picture": "camera_lost", "sound": "microphone_lost"}


def recorded(seat: SimulatedSeat, picture: str, sound: str) -> tuple[Path, list[Event], NothingCame | None]:
    spec, told = seat.spec(camera=picture, microphone=sound), list[Event]()
    try:
        Foreground(spec, seat.keys, told.append).run(1.5, threading.Event())
    except NothingCame as fault:
        return spec.folder, told, fault
    return spec.folder, told, None


def test_two_seconds_of_nothing_are_stated_from_beginning_to_end(seat: SimulatedSeat) -> None:
    junk = seat.home / "junk.mp4"
    junk.write_bytes(b"no film at all")
    folder, told, fault = recorded(seat, f"file:{junk}", f"file:{junk}")
    assert fault is not None
    assert (fault.exit, fault.facts["picture"], fault.facts["sound"]) == (
        Exit.ENVIRONMENT,
        "file junk.mp4",
        "file junk.mp4",
    )
    assert (told[-1]["event"], told[-1]["media_seconds"]) == ("closed", 0)
    assert {one["media_seconds"] for one in told if one["event"] == "status"} == {0}
    report = verify_recording(folder)
    assert (report.verdict, report.media_ms) == ("complete", 0)
    assert {gap.track: gap.reason for gap in report.gaps} == GAP_REASONS
    for gap in report.gaps:
        assert gap.start_ms == 0
        assert gap.length_ms >= report.duration_ms >= 1_500


def test_one_track_is_enough_to_be_a_recording(seat: SimulatedSeat) -> None:
    junk = seat.home / "junk.mp4"
    junk.write_bytes(b"no film at all")
    folder, told, fault = recorded(seat, f"file:{junk}", "synthetic")
    assert fault is None
    report = verify_recording(folder)
    assert report.media_ms == report.duration_ms == round(float(str(told[-1]["media_seconds"])) * 1000)
    assert [gap.track for gap in report.gaps] == ["picture"]
