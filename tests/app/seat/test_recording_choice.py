"""What a seat records with: as it was set up, never guessed."""

from pathlib import Path

import pytest

from app.seat.home import SeatHome
from app.seat.recording_choice import (
    RecordingChoice,
    RecordingChoiceUnreadable,
    choose_recording,
    recording_choice,
)


def test_without_a_choice_it_is_what_there_is_with_the_standard_profile(tmp_path: Path) -> None:
    assert recording_choice(SeatHome(tmp_path)) == RecordingChoice(camera="auto", microphone="auto", profile="standard")


def test_what_was_chosen_is_kept(tmp_path: Path) -> None:
    choice = RecordingChoice(camera="camera:前面 2", microphone="microphone:USB", profile="plain")
    choose_recording(SeatHome(tmp_path), choice)
    assert recording_choice(SeatHome(tmp_path)) == choice


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b'{"camera":"camerx:1"}', b'{"profile":"best"}', b'{"surprise":1}', b"\xff" * 5_000]
)
def test_a_damaged_choice_is_refused_and_nothing_is_guessed(tmp_path: Path, content: bytes) -> None:
    SeatHome(tmp_path).recording_choice.write_bytes(content)
    with pytest.raises(RecordingChoiceUnreadable):
        recording_choice(SeatHome(tmp_path))
