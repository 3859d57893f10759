"""This seat's side of the recorder: start it, find it again after a crash, close the recording."""

from contextlib import suppress

from proctoring.recorder.client import (
    Closed,
    RecorderClient,
    RecorderGone,
    RecorderStatus,
    RecordingSpec,
    spawn_recorder,
)

from app.seat.home import SeatHome
from sync.replica.durable import private_folder
from sync.wire.ids import new_id
from sync.wire.packet import RecordingRef
from sync.wire.plan import SessionPlan

ATTACH_S = 10.0


class CameraDesk:
    """Records one sitting after another on this seat."""

    def __init__(self, home: SeatHome, device: str, plan: SessionPlan, *, simulate: bool) -> None:
        self._home = home
        self._device = device
        self._plan = plan
        self._source = "synthetic" if simulate else "auto"
        self._recorder: RecorderClient | None = None

    def start(self, sitting: str, recording: str | None = None) -> str:
        """Start recording `sitting`, or go on with `recording` after a crash; give the recording's id.

        Raises:
            RecorderGone: the recorder's process cannot be started.
            Fault: what the recorder itself reports, for example no room on the disk.
        """
        recording = recording or new_id()
        self._recorder = self._attached()
        status = self._recorder.status()
        if status.state != "recording" or status.recording != recording:
            self._recorder.start(self._spec(sitting, recording))
        return recording

    def status(self) -> RecorderStatus | None:
        """Give what the recorder says of itself; None when it does not answer."""
        if self._recorder is None:
            return None
        try:
            return self._recorder.status()
        except RecorderGone:
            return None

    def preview(self) -> bytes | None:
        """Give a small JPEG of what is being recorded."""
        with suppress(RecorderGone):
            return self._recorder.preview() if self._recorder else None
        return None

    def close(self) -> RecordingRef | None:
        """Close the recording and give what the packet says of it; None if the recorder is lost."""
        if self._recorder is None:
            return None
        recording = self._recorder.status().recording
        closed = self._recorder.stop()
        return _reference(recording or "", closed) if recording else None

    def leave(self) -> None:
        """Let go of the recorder's process; it ends when nothing is being recorded."""
        if self._recorder is not None:
            with suppress(RecorderGone):
                self._recorder.quit()
            self._recorder = None

    def _attached(self) -> RecorderClient:
        socket = self._home.recorder_socket
        private_folder(socket.parent)
        try:
            return RecorderClient.attach(socket, 0.5)
        except RecorderGone:
            spawn_recorder(socket, self._home.keys)
            return RecorderClient.attach(socket, ATTACH_S)

    def _spec(self, sitting: str, recording: str) -> RecordingSpec:
        return RecordingSpec(
            recording=recording,
            session=self._plan.session,
            sitting=sitting,
            device=self._device,
            folder=private_folder(self._home.recordings) / recording,
            recipients=self._plan.recipients,
            camera=self._source,
            microphone=self._source,
            retention_days=self._plan.policy.retention_days,
        )


def _reference(recording: str, closed: Closed) -> RecordingRef:
    return RecordingRef(
        recording=recording,
        manifest_sha256=closed.manifest_sha256,
        duration_ms=closed.duration_ms,
        gaps=closed.gaps,
        simulated_sources=closed.simulated,
    )
