"""What a picture track writes while its camera says nothing: sound must not wait for a picture that never comes."""

import threading
from itertools import pairwise

from proctoring.capture.media import Picture
from proctoring.capture.profiles import STANDARD
from proctoring.capture.synthetic import SyntheticPicture
from proctoring.recorder.clock import RecordedClock
from proctoring.recorder.segments import Plan, Segments, Step, Timed
from proctoring.recorder.tracks import PictureTrack
from proctoring.vault.format.record import first_link
from sync.trust.clock import read_clock
from sync.wire.ids import new_id
from sync.wire.recording import ClockPair
from tests.proctoring.seat import SimulatedSeat


class OnePicture(SyntheticPicture):
    """A simulated camera that freezes after its first picture."""

    shown = False

    def newest(self) -> Picture | None:
        if self.shown:
            return None
        self.shown = True
        return super().newest()


def test_a_camera_that_hesitates_is_shown_again_so_that_sound_is_written(seat: SimulatedSeat) -> None:
    recording = new_id()
    plan = Plan(seat.home, recording, 0, 60_000, first_link(recording), STANDARD)
    steps: list[Step] = []
    segments = Segments(plan, lambda: ClockPair(mono_ms=0, wall_ms=0), steps.append)
    clock = RecordedClock(read_clock(), 0)
    track = PictureTrack(OnePicture(), clock, 0, STANDARD)
    while clock.now_ms() < 1_000:
        assert track.turn(segments) is None
        threading.Event().wait(0.03)
    segments.finish()
    shown_ms = [step.start_ms for step in steps if isinstance(step, Timed)]
    assert len(shown_ms) == 3
    assert all(400 <= later - sooner < 900 for sooner, later in pairwise(shown_ms))
    tally = segments.tally_at(0)
    assert (tally.captured, tally.drawn, tally.encoded) == (1, 2, 3)
