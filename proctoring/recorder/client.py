"""The recorder as its client sees it. Light: no encoder, no OpenCV, nothing that would weigh down a Qt process."""

import base64
import io
import socket
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self, TypeVar

from pydantic import ValidationError

from proctoring.recorder.faults import RecorderGone, fault_from
from proctoring.recorder.messages import (
    MAX_REPLY_BYTES,
    Ask,
    Closed,
    Devices,
    DevicesRequest,
    Done,
    FaultReply,
    FlagPicture,
    LookRequest,
    Mark,
    Preview,
    RecorderState,
    RecorderStatus,
    RecordingSpec,
    Request,
    SourceChoice,
    Start,
    TapRequest,
    Trouble,
    to_line,
)
from sync.own_program import own_program
from sync.wire.document import Part
from sync.wire.recording import Source

if TYPE_CHECKING:
    from typing_extensions import Buffer

__all__ = [
    "Closed",
    "LiveStream",
    "RecorderClient",
    "RecorderGone",
    "RecorderState",
    "RecorderStatus",
    "RecordingSpec",
    "Trouble",
    "spawn_recorder",
]

_DEVICE_S: Final = 30.0  # opening a camera or closing a recording takes seconds, not more
ANSWER_S: Final = 1.5
"""… and what needs no device is answered at once; a recorder that does not hangs, and counts as gone."""
_SPAWN_S: Final = 30.0
_RETRY_S: Final = 0.05

_R = TypeVar("_R", bound=Part)


def spawn_recorder(control: Path, keys: Path) -> None:
    """Start a recorder that serves the socket `control` and outlives this process; fine if one serves it already.

    It returns when the recorder accepts clients.

    Raises:
        RecorderGone: it did not come up.
    """
    program = own_program("proctoring.recorder")
    command = [*program, "--detach", "--control", str(control), "--keys", str(keys)]
    try:
        result = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=_SPAWN_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise RecorderGone(f"could not be started: {type(error).__name__}") from None
    if result.returncode != 0:
        RecorderClient.attach(control, 1.0).close()  # another one that was quicker is as good


class RecorderClient:
    """One connection to a recorder. Any number of clients may come and go; the recording does not notice."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection: Final = connection
        self._rest = b""

    @classmethod
    def attach(cls, control: Path, timeout_s: float) -> Self:
        """Connect to the recorder at `control`, trying for up to `timeout_s` seconds.

        Raises:
            RecorderGone: nobody answers there.
        """
        deadline = time.monotonic() + timeout_s
        while True:
            connection = socket.socket(socket.AF_UNIX)
            try:
                connection.settimeout(ANSWER_S)
                connection.connect(str(control))
            except OSError as error:
                connection.close()
                if time.monotonic() >= deadline:
                    raise RecorderGone(f"{control.name}: {error.strerror}") from None
                time.sleep(_RETRY_S)
            else:
                return cls(connection)

    def start(self, spec: RecordingSpec) -> RecorderStatus:
        """Begin a recording; the same again changes nothing. In a folder that a crash or a shutdown left it goes on.

        Raises:
            RecorderBusy: another recording is under way.
            RecordingClosed: the folder's recording was closed.
            RecordingTampered: the folder's recording does not verify.
            DiskFull: it would not fit.
            Fault: whatever else kept it from beginning.
        """
        return self._ask(Start(spec=spec), RecorderStatus, _DEVICE_S)

    def devices(self, camera: SourceChoice = "auto", microphone: SourceChoice = "auto") -> tuple[Source, ...]:
        """Look which camera and microphone there are; takes seconds if one is there and does not answer."""
        return self._ask(DevicesRequest(camera=camera, microphone=microphone), Devices, _DEVICE_S).sources

    def look(self, camera: SourceChoice, microphone: SourceChoice) -> RecorderStatus:
        """Open camera and microphone without recording; `preview` and `status` then tell what they give.

        It ends with `look_away`, with the start of a recording, or 10 s after the last `preview`. While a recording
        is under way this changes nothing.
        """
        return self._ask(LookRequest(camera=camera, microphone=microphone), RecorderStatus, _DEVICE_S)

    def look_away(self) -> None:
        """Let go of camera and microphone, unless they are being recorded."""
        self._ask(Ask(do="look_away"), Done, _DEVICE_S)

    def status(self) -> RecorderStatus:
        """Ask how it goes."""
        return self._ask(Ask(do="status"), RecorderStatus)

    def preview(self) -> bytes | None:
        """Get the newest picture as a JPEG of 320x240, at most one a second; None while there is none."""
        jpeg = self._ask(Ask(do="preview"), Preview).jpeg
        return None if jpeg is None else base64.b64decode(jpeg)

    def flag_picture(self, number: int) -> bytes | None:
        """Get the small JPEG of a flag the status names; None when it is no longer kept."""
        jpeg = self._ask(FlagPicture(number=number), Preview).jpeg
        return None if jpeg is None else base64.b64decode(jpeg)

    def bookmark(self, note: str) -> None:
        """Mark this moment. The note is kept in the clear: a code or a clause, never a name.

        Raises:
            NothingRecorded: no recording is under way.
        """
        self._ask(Mark(note=note), Done)

    def stop(self) -> Closed:
        """Close the recording; asking again gives the same answer.

        Raises:
            NothingRecorded: there was none since the recorder was started.
            Fault: the recording could not be closed; what was sealed stays.
        """
        return self._ask(Ask(do="stop"), Closed, _DEVICE_S)

    def tap(self) -> "LiveStream":
        """Turn this connection into a live WebM, from the next key frame on, until the recording ends.

        Whoever reads too slowly misses pictures. Nothing else can be asked on this connection any more; close the
        stream when you have seen enough.

        Raises:
            TapRefused: nothing is being recorded, or two others listen in already.
        """
        self._ask(TapRequest(), Done)
        return LiveStream(self._connection, self._rest)

    def quit(self) -> None:
        """Let the recorder end: at once, or when the recording under way has been stopped."""
        self._ask(Ask(do="quit"), Done)
        self.close()

    def close(self) -> None:
        """Leave; the recorder goes on."""
        self._connection.close()

    def break_off(self) -> None:
        """End what another thread is asking, with `RecorderGone` there; the recorder goes on."""
        with suppress(OSError):  # nobody is connected any more
            self._connection.shutdown(socket.SHUT_RDWR)

    def _ask(self, request: Request, kind: type[_R], answer_s: float = ANSWER_S) -> _R:
        """Ask and read the answer, which comes within `answer_s` seconds or counts as none."""
        line = self._exchange(to_line(request), answer_s)
        try:
            if line.startswith(b'{"fault":"'):
                reply = FaultReply.model_validate_json(line)
                raise fault_from(reply.fault, reply.detail, reply.facts)
            return kind.model_validate_json(line)
        except ValidationError:
            self.close()
            raise RecorderGone("an answer that is none") from None

    def _exchange(self, line: bytes, answer_s: float) -> bytes:
        deadline = time.monotonic() + answer_s
        try:
            self._connection.settimeout(answer_s)
            self._connection.sendall(line)
            while b"\n" not in self._rest:
                self._connection.settimeout(max(_RETRY_S, deadline - time.monotonic()))
                chunk = self._connection.recv(65_536)
                if not chunk or len(self._rest) > MAX_REPLY_BYTES:
                    raise ConnectionError("closed")
                self._rest += chunk
        except OSError as error:
            self.close()
            raise RecorderGone(type(error).__name__) from None
        answer, _, self._rest = self._rest.partition(b"\n")
        return answer


class LiveStream(io.RawIOBase):
    """The bytes of a live WebM, as they come; a read waits for some. Made by `RecorderClient.tap`."""

    def __init__(self, connection: socket.socket, begun: bytes) -> None:
        super().__init__()
        self._connection: Final = connection
        self._begun = begun
        connection.settimeout(None)

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def readinto(self, buffer: "Buffer", /) -> int:
        """Wait for some bytes; 0 when the recording has ended."""
        view = memoryview(buffer)
        if not self._begun:
            try:
                return self._connection.recv_into(view)
            except ConnectionError:
                return 0
        taken, self._begun = self._begun[: len(view)], self._begun[len(view) :]
        view[: len(taken)] = taken
        return len(taken)

    def close(self) -> None:
        """See no more; the recording goes on."""
        self._connection.close()
        super().close()
