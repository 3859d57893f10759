"""This seat's side of the recorder: start it, find it again after a crash, close the recording."""

import hashlib
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

from app.seat.home import SeatHome
from app.seat.recording_choice import recording_choice
from proctoring.recorder.client import (
    ANSWER_S,
    RecorderClient,
    RecorderGone,
    RecorderState,
    RecorderStatus,
    RecordingSpec,
    spawn_recorder,
)
from proctoring.recorder.faults import RecordingClosed
from proctoring.vault.format.layout import MANIFEST
from sync.faults import Fault
from sync.replica.durable import disk_faults, private_folder
from sync.trust.envelope import peek
from sync.wire.ids import new_id
from sync.wire.packet import RecordingRef
from sync.wire.plan import MINUTE_MS, SessionPlan
from sync.wire.recording import RecordingManifest, Source

ATTACH_S = 0.5
PATIENCE_S = 0.2
"""How long whoever leaves waits for what is being asked before it is broken off."""
AROUND_MS = 30 * MINUTE_MS
"""What a recording may be longer than the exam: notice, pauses, closing."""

SourceChoice = Literal["auto", "synthetic"]

SIMULATED = (
    Source(track="picture", label="simulated", simulated=True),
    Source(track="sound", label="simulated", simulated=True),
)


_SEEING = (RecorderState.LOOKING, RecorderState.RECORDING)


@dataclass(frozen=True)
class Glimpse:
    """One look at camera and microphone: a small JPEG, None without a picture, and what the recorder says."""

    jpeg: bytes | None
    status: RecorderStatus

    @property
    def simulated(self) -> frozenset[str]:
        """The tracks that are simulated: "picture", "sound"."""
        return frozenset(source.track for source in self.status.sources if source.simulated)


class CameraDesk:
    """Records one sitting after another on this seat. May be used from any thread; calls take turns.

    What needs no device (status, pictures, marks) answers within `ANSWER_S` or twice that; it waits no longer for a
    turn than for an answer, so that a recorder that hangs holds nobody up.
    """

    def __init__(
        self,
        home: SeatHome,
        device: str,
        plan: SessionPlan,
        sources: SourceChoice,
        closed_for_nobody: Callable[[str], None] = lambda _recording: None,
    ) -> None:
        """`closed_for_nobody` is told of a recording that had been left open and was closed to begin another."""
        self._home = home
        self._closed_for_nobody = closed_for_nobody
        self._device = device
        self._plan = plan
        self._sources = sources
        self._recorder: RecorderClient | None = None
        self._left = False
        self._turn = threading.Lock()

    def start(self, sitting: str, recording: str | None = None, over: tuple[str, ...] = ()) -> str:
        """Start recording `sitting`, or go on with `recording` after a crash; give the recording's id.

        `over`: recordings of this sitting that are not gone on with, because the candidate was sent back since.

        Raises:
            RecorderGone: the recorder's process cannot be started.
            RecordingClosed: `recording` has been closed.
            Fault: what the recorder itself reports, for example no room on the disk.
        """
        with self._turn:
            recorder = self._attached()
            status = recorder.status()
            goes_on = status.state is RecorderState.RECORDING and status.sitting == sitting
            if recording is None and goes_on and status.recording not in over:
                return status.recording or ""  # begun just before the seat went down, and not journalled any more
            recording, left_open = recording or new_id(), None
            if status.state is RecorderState.RECORDING and status.recording != recording:
                recorder.stop()  # one that nobody closed: its manifest is written, and nothing is deleted
                left_open = status.recording
            recorder.start(self._spec(sitting, recording))
        if left_open is not None:
            self._closed_for_nobody(left_open)
        return recording

    def devices(self) -> tuple[Source, ...]:
        """Look which camera and microphone a recording would be made with.

        Raises:
            RecorderGone: the recorder's process cannot be started.
        """
        with self._turn:
            recorder = self._attached()
            return SIMULATED if self._sources == "synthetic" else recorder.devices(*self.chosen())

    def status(self) -> RecorderStatus | None:
        """Give what the recorder says of itself; None when it does not answer."""
        with self._quick_turn() as recorder:
            try:
                return recorder.status() if recorder else None
            except RecorderGone:
                self._hang_up()
                return None

    def preview(self) -> bytes | None:
        """Give a small JPEG of what is being recorded; None when there is none to be had."""
        with self._quick_turn() as recorder:
            try:
                return recorder.preview() if recorder else None
            except Fault:
                return None

    def flag_pictures(self, pid: int, numbers: Iterable[int]) -> dict[int, bytes]:
        """Give the small JPEGs of the flags that the recorder's process `pid` counted so; those no longer kept, not."""
        with self._quick_turn() as recorder:
            try:
                if recorder is None or recorder.status().pid != pid:
                    return {}  # one that was started anew counts anew: it would be another moment's picture
                pictures = ((number, recorder.flag_picture(number)) for number in numbers)
                return {number: jpeg for number, jpeg in pictures if jpeg is not None}
            except RecorderGone:
                self._hang_up()
                return {}
            except Fault:
                return {}

    def look(self) -> RecorderStatus:
        """Open camera and microphone without recording; it ends with the recording, `look_away`, or by itself.

        Raises:
            RecorderGone: the recorder's process cannot be started.
        """
        with self._turn:
            return self._attached().look(*self.chosen())

    def glimpse(self) -> Glimpse | None:
        """Give what camera and microphone show now, while looking or recording; None when they do neither.

        A picture is never one of a recording that has ended: it would be of somebody else.
        """
        with self._quick_turn() as recorder:
            try:
                status = recorder.status() if recorder else None
                if recorder is None or status is None or status.state not in _SEEING:
                    return None
                return Glimpse(recorder.preview(), status)
            except RecorderGone:
                self._hang_up()
                return None
            except Fault:
                return None

    def look_away(self) -> None:
        """Let go of camera and microphone, unless they are being recorded."""
        with self._turn:
            try:
                if self._recorder is not None:
                    self._recorder.look_away()
            except RecorderGone:
                self._hang_up()

    def bookmark(self, note: str) -> None:
        """Mark this moment of the recording, if there is one; `note` is a code or a clause, never a name."""
        with self._quick_turn() as recorder:
            try:
                if recorder:
                    recorder.bookmark(note)
            except Fault:
                return  # the journal tells the moment, too

    def close(self, sitting: str, recording: str) -> RecordingRef:
        """Close a recording, also one that a crash left open or that was closed before; give what the packet says.

        Raises:
            RecorderGone, and what the recorder reports: what was sealed stays on the disk.
        """
        with self._turn:
            recorder = self._attached()
            try:
                recorder.start(self._spec(sitting, recording))
                recorder.stop()
            except RecordingClosed:
                pass
            return self._closed(recording)

    def leave(self) -> None:
        """Hang up for good, whatever is being asked; a recording under way goes on by itself."""
        if not self._turn.acquire(timeout=PATIENCE_S):
            recorder = self._recorder
            if recorder is not None:
                recorder.break_off()
            self._turn.acquire()
        try:
            self._left = True
            self._hang_up()
        finally:
            self._turn.release()

    @contextmanager
    def _quick_turn(self) -> Iterator[RecorderClient | None]:
        """Take a turn soon, or give None: who asks something slow has it, and there is no answer now."""
        if not self._turn.acquire(timeout=ANSWER_S):
            yield None
            return
        try:
            yield self._recorder
        finally:
            self._turn.release()

    def _hang_up(self) -> None:
        if self._recorder is not None:
            self._recorder.close()
            self._recorder = None

    def _attached(self) -> RecorderClient:
        if self._left:
            raise RecorderGone("the desk was left")  # who still waited for a turn must not call again
        if self._recorder is None or not _answers(self._recorder):
            self._hang_up()
            socket = self._home.recorder_socket
            private_folder(socket.parent)
            try:
                found = RecorderClient.attach(socket, 0)
            except RecorderGone:
                spawn_recorder(socket, self._home.keys)
                self._recorder = RecorderClient.attach(socket, ATTACH_S)
            else:
                if not _answers(found):  # it serves the socket, so that no other can, and hangs
                    found.close()
                    raise RecorderGone("no answer")
                self._recorder = found
        return self._recorder

    def chosen(self) -> tuple[str, str]:
        """Give camera and microphone: as this seat was set up, unless what is simulated was asked for.

        Raises:
            RecordingChoiceUnreadable, DiskFault: it is not known how it was set up.
        """
        if self._sources != "auto":
            return self._sources, self._sources
        choice = recording_choice(self._home)
        return choice.camera, choice.microphone

    def _spec(self, sitting: str, recording: str) -> RecordingSpec:
        camera, microphone = self.chosen()
        return RecordingSpec(
            recording=recording,
            session=self._plan.session,
            sitting=sitting,
            device=self._device,
            folder=(private_folder(self._home.recordings) / recording).absolute(),
            recipients=self._plan.recipients,
            camera=camera,
            microphone=microphone,
            profile=recording_choice(self._home).profile,
            retention_days=self._plan.policy.retention_days,
            expected_ms=longest_recording_ms(self._plan),
            watch=self._plan.policy.watch,
        )

    def _closed(self, recording: str) -> RecordingRef:
        path = self._home.recordings / recording / MANIFEST
        with disk_faults(path.parent, needed=0):
            envelope = path.read_bytes()
        manifest = RecordingManifest.parse(peek(envelope, RecordingManifest.PAYLOAD_TYPE).payload)
        return RecordingRef(
            recording=recording,
            manifest_sha256=hashlib.sha256(envelope).hexdigest(),
            duration_ms=manifest.duration_ms,
            gaps=manifest.gaps,
            simulated_sources=tuple(source.track for source in manifest.sources if source.simulated),
        )


def _answers(recorder: RecorderClient) -> bool:
    try:
        recorder.status()
    except RecorderGone:
        return False
    return True


def is_recording(status: RecorderStatus | None) -> bool:
    """Tell whether a recording is under way."""
    return status is not None and status.state is RecorderState.RECORDING


def longest_recording_ms(plan: SessionPlan) -> int:
    """Give how long a recording of this session can become, ms: the longest accommodation and what is around it."""
    return plan.policy.duration_ms + max(entry.accommodation.extra_time_ms for entry in plan.roster) + AROUND_MS
