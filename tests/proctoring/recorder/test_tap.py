"""Listening in: a live WebM for whoever asks, never at the recording's cost. Camera and microphone are simulated."""

import asyncio
import io
from collections.abc import Iterator

import av
import pytest

from proctoring.capture.profiles import STANDARD
from proctoring.recorder.client import LiveStream, RecorderClient
from proctoring.recorder.faults import TapRefused
from proctoring.recorder.messages import RecorderState
from proctoring.recorder.segments import PICTURE, SOUND, Timed
from proctoring.recorder.tap import MOST_BYTES, Tap
from proctoring.vault.format.report import Verdict
from proctoring.vault.format.verify import verify_recording
from tests.proctoring.seat import SimulatedSeat, record, wait_until


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimulatedSeat]:
    """A seat that records all the while, and whose recording is whole in the end."""
    seat = SimulatedSeat(tmp_path_factory.mktemp("tapped"))
    spec = seat.spec()
    client = seat.recorder()
    with pytest.raises(TapRefused):
        seat.attach().tap()  # nothing is being recorded
    record(client, spec, 300)
    yield seat
    closed = client.stop()
    client.quit()
    report = verify_recording(spec.folder)
    assert (report.verdict, report.gaps, closed.gaps) == (Verdict.COMPLETE, (), ())
    seat.close()


def watched(stream: LiveStream, pictures: int) -> tuple[list[float], list[float], bool]:
    """Watch so many pictures; give the times of pictures and sound, and whether a key frame came first."""
    seen: list[float] = []
    heard: list[float] = []
    first_is_key = False
    with io.BufferedReader(stream) as file, av.open(file, "r", format="webm") as container:
        for packet in container.demux():
            for frame in packet.decode():
                if isinstance(frame, av.VideoFrame):
                    first_is_key = first_is_key or (not seen and bool(packet.is_keyframe))
                    seen.append(frame.time or 0.0)
                elif isinstance(frame, av.AudioFrame):
                    heard.append(frame.time or 0.0)
            if len(seen) >= pictures:
                break
    return seen, heard, first_is_key


def test_whoever_listens_in_sees_and_hears_from_the_next_key_frame_on(busy: SimulatedSeat) -> None:
    seen, heard, first_is_key = watched(busy.attach().tap(), 20)
    assert first_is_key
    assert seen == sorted(seen)
    assert 0.0 <= seen[0] < 0.2
    assert seen[-1] - seen[0] == pytest.approx(19 / 15, abs=0.4)
    assert heard[-1] - heard[0] > 0.8


def test_two_may_listen_in_at_once_and_who_leaves_makes_room(busy: SimulatedSeat) -> None:
    wait_until(lambda: _may_listen(busy.attach()))
    one, two = busy.attach().tap(), busy.attach().tap()
    with pytest.raises(TapRefused):
        busy.attach().tap()
    one.close()
    wait_until(lambda: _may_listen(busy.attach()))
    two.close()


def _may_listen(client: RecorderClient) -> bool:
    try:
        client.tap().close()
    except TapRefused:
        return False
    return True


def test_who_does_not_read_costs_the_recording_nothing(busy: SimulatedSeat) -> None:
    client = busy.attach()
    wait_until(lambda: _may_listen(busy.attach()))
    stream = busy.attach().tap()
    before = client.status()
    wait_until(lambda: client.status().recorded_ms > before.recorded_ms + 2_500)
    status = client.status()
    assert (status.state, status.gaps, status.troubles) == (RecorderState.RECORDING, (), before.troubles)
    stream.close()


def test_a_reader_that_is_too_slow_loses_pictures_up_to_the_next_key_frame_and_no_more_memory() -> None:
    async def slow_reader() -> None:
        tap = Tap(STANDARD)
        offered = [encoded(number, key=number % 30 == 0) for number in range(200)]
        for timed in offered:
            tap.offer(timed)
            assert tap._bytes <= MOST_BYTES
        kept = tap._take()
        sounds = [copy.start_ms for copy in kept if copy.track == SOUND]
        pictures = [copy for copy in kept if copy.track == PICTURE]
        assert sounds == [timed.start_ms for timed in offered if timed.track == SOUND]
        assert pictures[0].key
        assert [copy.start_ms for copy in pictures] == [
            timed.start_ms for timed in offered if timed.track == PICTURE and timed.start_ms >= pictures[0].start_ms
        ]
        assert len(pictures) < 50

    asyncio.run(slow_reader())


def encoded(number: int, *, key: bool) -> Timed:
    """Make a packet: every third one sound, the others pictures of 25,000 bytes."""
    sound = number % 3 == 2
    packet = av.Packet(bytes(80 if sound else 25_000))
    packet.pts, packet.is_keyframe = number * 33, key
    return Timed(SOUND if sound else PICTURE, packet, number * 33, number * 33 + 33)
