"""Camera and microphone are tried by the recorder that will record with them; nothing is kept."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from app.seat.home import SeatHome
from app.seat.recording_choice import recording_choice
from app.setup.answers import RecordingAnswers
from app.setup.steps import Step, StepResult, attention, done, failed
from proctoring.capture.grammar import SourceKind
from proctoring.recorder.client import RecorderClient, RecorderGone, RecorderState, RecorderStatus, spawn_recorder
from sync.faults import EnvironmentFault
from sync.replica.durable import private_folder
from sync.wire.recording import Source

ATTACH_S: Final = 1.0
_LOOK_S: Final = 0.2
_END_S: Final = 10.0
SIMULATED: Final = "simulated"
"""How a simulated source is named; the words have it in every language."""
SILENCE_TENTHS: Final = -600
"""Of dBFS: a microphone that gives less gives nothing."""


class RecordingUnderWay(EnvironmentFault):
    """This PC is recording an exam; camera and microphone are not touched."""

    code = "RECORDING_UNDER_WAY"


@dataclass(frozen=True)
class Tried:
    """What camera and microphone gave. `pictures` counts, `level_tenths` is the loudest (tenths of dBFS)."""

    sources: tuple[Source, ...]
    pictures: int
    level_tenths: int
    fault: str | None

    def label(self, track: str) -> str:
        """Name the source of "picture" or "sound"; a dash if there is none."""
        return next((one.label for one in self.sources if one.track == track), "—")

    def simulated(self, track: str) -> bool:
        """Tell whether a track is simulated."""
        return any(one.simulated for one in self.sources if one.track == track)


@contextmanager
def recorder_of(home: SeatHome) -> Iterator[RecorderClient]:
    """Give this seat's recorder, and let it end afterwards.

    Raises:
        RecorderGone: it cannot be started.
        RecordingUnderWay: it records.
    """
    socket = home.recorder_socket
    private_folder(socket.parent)
    spawn_recorder(socket, home.keys)
    client = RecorderClient.attach(socket, ATTACH_S)
    with closing(client):
        _require_idle(client)
        try:
            yield client
        finally:
            with suppress(RecorderGone):  # it has ended already
                client.quit()
            _wait_until_gone(socket)


def _wait_until_gone(socket: Path) -> None:
    """Wait until nobody serves the socket any more: whoever comes next must not meet one that is on its way out."""
    until = time.monotonic() + _END_S
    with suppress(RecorderGone):
        while time.monotonic() < until:
            RecorderClient.attach(socket, 0).close()
            time.sleep(_LOOK_S / 4)


def _require_idle(client: RecorderClient) -> None:
    if client.status().state is RecorderState.RECORDING:
        raise RecordingUnderWay


def try_devices(home: SeatHome, answers: RecordingAnswers) -> Tried:
    """Look and listen for `listen_seconds`. Raises what `recorder_of` raises."""
    with recorder_of(home) as recorder:
        status = recorder.look(answers.camera, answers.microphone)
        until, pictures, loudest, last = time.monotonic() + answers.listen_seconds, 0, -2000, b""
        while time.monotonic() < until:
            jpeg = recorder.preview()
            if jpeg is not None and jpeg != last:
                pictures, last = pictures + 1, jpeg
            status = recorder.status()
            loudest = max(loudest, status.level_dbfs_tenths)
            time.sleep(_LOOK_S)
        tried = Tried(status.sources, pictures, loudest, status.fault)
        recorder.look_away()
    return tried


def judged(tried: Tried, answers: RecordingAnswers) -> StepResult:
    """Say what came of trying. What is simulated without having been asked for stands for a device that is missing."""
    named = {"camera": "picture", "microphone": "sound"}
    facts = {name: SIMULATED if tried.simulated(track) else tried.label(track) for name, track in named.items()}
    no_camera = not tried.pictures or (tried.simulated("picture") and not _asked(answers.camera))
    no_microphone = tried.label("sound") == "—" or (tried.simulated("sound") and not _asked(answers.microphone))
    if no_camera or no_microphone:
        missing = {(True, True): "nothing", (True, False): "no_camera", (False, True): "no_microphone"}
        return failed(Step.DEVICES, missing[no_camera, no_microphone], **facts)
    if tried.level_tenths <= SILENCE_TENTHS:
        return attention(Step.DEVICES, "silent", **facts)
    if tried.simulated("picture") or tried.simulated("sound"):
        return attention(Step.DEVICES, "simulated", **facts)
    return done(Step.DEVICES, "both", level=f"{tried.level_tenths / 10:.0f}", **facts)


def _asked(choice: str) -> bool:
    """Tell whether something simulated was asked for: for a trial, never for an exam."""
    return choice.startswith(SourceKind.SYNTHETIC)


class Looking:
    """Camera and microphone held open for somebody who sits before them. Used from one thread at a time."""

    def __init__(self, home: SeatHome) -> None:
        self._home = home
        self._open = ExitStack()
        self._recorder: RecorderClient | None = None

    def glimpse(self) -> tuple[bytes | None, RecorderStatus]:
        """Give the newest picture and what the recorder says; opens the devices if need be.

        Raises:
            What `recorder_of` raises, and the recorder's own faults.
        """
        if self._recorder is None:
            choice = recording_choice(self._home)
            recorder = self._open.enter_context(recorder_of(self._home))
            recorder.look(choice.camera, choice.microphone)
            self._recorder = recorder
        try:
            return self._recorder.preview(), self._recorder.status()
        except RecorderGone:
            self.end()
            raise

    def end(self) -> None:
        """Let go of both."""
        self._recorder = None
        self._open.close()
