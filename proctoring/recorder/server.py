"""The control channel's end in the recorder: one request a line, one answer a line, any number of clients."""

import asyncio
import base64
import math
import os
import socket
import struct
import time
from contextlib import suppress
from typing import Final, assert_never

import structlog

from proctoring.recorder.enduring import Enduring
from proctoring.recorder.faults import NothingRecorded, RecorderBusy, RecorderRefused, TapRefused
from proctoring.recorder.looking import Look
from proctoring.recorder.messages import (
    MAX_REQUEST_BYTES,
    Ask,
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
    Reply,
    Start,
    TapRequest,
    Trouble,
    parse_request,
    to_line,
)
from proctoring.recorder.pulse import MAX_PULSE_BYTES, PULSE_S, Order, Pulse
from proctoring.recorder.recording import look_for_devices
from proctoring.recorder.tap import Tap
from sync.faults import Fault
from sync.trust.keystore import KeyStore

MAX_CLIENTS: Final = 8
MAX_TAPS: Final = 2
_STUCK_S: Final = 2.0
_SILENT_S: Final = 2.0  # whoever asked nothing for so long makes room when somebody else comes
_UCRED: Final = struct.Struct("3i")
_log = structlog.get_logger(__name__)


class RecorderServer:
    """Serves the control channel until it is told to quit, or has been idle and alone for `idle_s` seconds."""

    def __init__(self, keys: KeyStore, idle_s: float) -> None:
        self._keys: Final = keys
        self._idle_s: Final = idle_s
        self._recording: Enduring | None = None
        self._keeper: int | None = None
        self._taps = 0
        self._look: Look | None = None
        self._one_at_a_time: Final = asyncio.Lock()
        self._ending: Final = asyncio.Event()
        self._clients: Final[dict[asyncio.StreamWriter, float]] = {}  # and since when they are silent
        self._quit_when_done = False
        self._last_busy = time.monotonic()
        self._server: asyncio.Server | None = None

    async def listen(self, listener: socket.socket) -> None:
        """Accept clients at a listening socket."""
        self._server = await asyncio.start_unix_server(self._client, sock=listener, limit=MAX_REQUEST_BYTES)

    async def serve(self, order: Order, channel: socket.socket) -> None:
        """Serve until the end; a recording still under way is left so that a later start goes on with it.

        The keeper has ordered what to go on with, and gets life signs through `channel`.
        """
        self._keeper = order.keeper
        channel.settimeout(0)
        asyncio.get_running_loop().add_reader(channel, self._hear_of_keeper, channel)
        if order.spec is not None:
            self._recording = Enduring(
                RecordingSpec.model_validate_json(order.spec), self._keys, order.restarts, awaited=True
            )
        living = asyncio.create_task(self._show_life(channel))
        going_on = asyncio.create_task(self._go_on(order.reason))
        try:
            while not self._ending.is_set():
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._ending.wait(), min(1.0, self._idle_s))
                self._look_whether_idle()
                await self._tend()
        finally:
            await going_on
            if self._server is not None:
                self._server.close()
            for client in tuple(self._clients):
                client.close()
            await self._look_away()
            await self._suspend_recording()
            living.cancel()

    def end(self) -> None:
        """End soon, whatever is going on; a recording under way is sealed first, but not closed."""
        self._ending.set()

    def _look_whether_idle(self) -> None:
        if self._quit_when_done and not self._wanted:
            self.end()
        elif self._wanted or self._looking or self._clients:
            self._last_busy = time.monotonic()
        elif time.monotonic() - self._last_busy > self._idle_s:
            _log.info("idle and alone, ending")
            self.end()

    async def _show_life(self, channel: socket.socket) -> None:
        """Tell the keeper, on time whatever else is going on, how far everything has got."""
        while self._keeper is not None:
            pulse = self._recording.pulse() if self._recording else Pulse()
            with suppress(OSError):  # the keeper is busy, or gone
                channel.send(pulse.to_line())
            await asyncio.sleep(PULSE_S)

    def _hear_of_keeper(self, channel: socket.socket) -> None:
        """The keeper says nothing more; what can be heard is that it is gone."""
        with suppress(BlockingIOError):
            if not channel.recv(MAX_PULSE_BYTES):
                asyncio.get_running_loop().remove_reader(channel)
                self._keeper = None
                _log.warning("the keeper is gone; recording goes on without one")

    async def _go_on(self, reason: str) -> None:
        async with self._one_at_a_time:
            if self._recording is not None:
                await asyncio.to_thread(self._recording.go_on, reason)

    async def _tend(self) -> None:
        if self._recording is None or self._busy or self._one_at_a_time.locked():
            return
        async with self._one_at_a_time:
            await asyncio.to_thread(self._recording.tend)

    @property
    def _busy(self) -> bool:
        return self._recording is not None and self._recording.under_way

    @property
    def _wanted(self) -> bool:
        return self._recording is not None and self._recording.wanted

    @property
    def _looking(self) -> Look | None:
        """The look that goes on, if one does and nothing is being recorded."""
        return self._look if self._look is not None and self._look.goes_on and not self._busy else None

    async def _suspend_recording(self) -> None:
        async with self._one_at_a_time:  # a start or stop that is being carried out comes first
            if self._recording is not None and self._wanted:
                _log.warning("ending in the middle of a recording; it can be gone on with")
                await asyncio.to_thread(self._recording.suspend)

    async def _client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not _is_ours(writer) or not self._has_room():
            writer.close()
            return
        self._clients[writer] = time.monotonic()
        try:
            await self._converse(reader, writer)
        except ConnectionError:
            pass  # a client may die at any moment; the recording does not notice
        finally:
            self._clients.pop(writer, None)
            writer.close()

    def _has_room(self) -> bool:
        """Tell whether one more client is served; if need be, who has been silent longest makes room for it."""
        if len(self._clients) < MAX_CLIENTS:
            return True
        silent = min(self._clients, key=self._clients.__getitem__)
        if time.monotonic() - self._clients[silent] < _SILENT_S:
            return False
        del self._clients[silent]
        silent.transport.abort()
        return True

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while not self._ending.is_set() and writer in self._clients:
            self._clients[writer] = time.monotonic()
            try:
                line = await reader.readuntil(b"\n")
            except asyncio.IncompleteReadError:
                return
            except asyncio.LimitOverrunError:
                writer.write(to_line(_as_reply(RecorderRefused(f"over {MAX_REQUEST_BYTES} bytes in a line"))))
                await writer.drain()
                return  # where the next line begins cannot be known
            try:
                request = parse_request(line)
                if isinstance(request, Ask) and request.do == "status":
                    writer.write(to_line(self._status()))  # also while a start or a stop is being carried out
                    await writer.drain()
                    continue
                if writer in self._clients:
                    self._clients[writer] = math.inf  # it waits for us
                if isinstance(request, TapRequest):
                    await self._let_listen(reader, writer)
                    return
                async with self._one_at_a_time:
                    if self._ending.is_set():
                        return  # nothing is begun or closed any more
                    reply = await self._answer(request)
            except Fault as fault:
                reply = _as_reply(fault)
            if writer in self._clients:
                self._clients[writer] = time.monotonic()
            writer.write(to_line(reply))
            await writer.drain()

    async def _let_listen(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Make this connection a stream of what is being recorded."""
        if self._taps >= MAX_TAPS or self._recording is None or not self._busy:
            raise TapRefused(f"{self._taps} taps" if self._busy else "nothing is being recorded")
        recording = self._recording.recording
        tap = recording.tap()
        self._taps += 1
        leaving = asyncio.ensure_future(reader.read(1))
        leaving.add_done_callback(lambda _: tap.end())
        try:
            writer.write(to_line(Done()))
            async for chunk in tap.chunks():
                writer.write(chunk)
                await _drained(writer, tap)
        finally:
            leaving.cancel()
            self._taps -= 1
            recording.untap(tap)

    async def _answer(self, request: Start | LookRequest | DevicesRequest | Mark | FlagPicture | Ask) -> Reply:
        match request:
            case Start():
                return await self._start(request.spec)
            case LookRequest():
                return await self._begin_look(request)
            case DevicesRequest():
                return await self._devices(request)
            case Mark():
                self._present().recording.bookmark(request.note)
                return Done()
            case FlagPicture():
                return _as_preview(self._present().board.picture(request.number))
            case Ask():
                return await self._asked(request)
        assert_never(request)

    async def _asked(self, request: Ask) -> Reply:
        match request.do:
            case "status":
                return self._status()
            case "preview":
                jpeg = await asyncio.to_thread((self._looking or self._present().recording).preview)
                return _as_preview(jpeg)
            case "look_away":
                await self._look_away()
                return Done()
            case "stop":
                return await asyncio.to_thread(self._present().stop)
            case "quit":
                self._quit_when_done = True
                self._look_whether_idle()
                return Done()
        assert_never(request.do)

    def _status(self) -> RecorderStatus:
        if self._looking:
            return self._looking.status().model_copy(update={"keeper": self._keeper})
        status = self._recording.status() if self._recording else _idle()
        unguarded = () if self._keeper else (Trouble.UNGUARDED,)
        return status.model_copy(update={"keeper": self._keeper, "troubles": (*status.troubles, *unguarded)})

    async def _begin_look(self, request: LookRequest) -> RecorderStatus:
        if self._busy:
            return self._status()
        if self._looking and self._looking.choice == (request.camera, request.microphone):
            self._looking.ask()
        else:
            await self._look_away()
            self._look = await asyncio.to_thread(Look, request.camera, request.microphone)
        return self._status()

    async def _look_away(self) -> None:
        if self._look is not None:
            await asyncio.to_thread(self._look.close)
            self._look = None

    async def _devices(self, request: DevicesRequest) -> Devices:
        if self._busy or self._looking:
            return Devices(sources=self._status().sources)
        return Devices(sources=await asyncio.to_thread(look_for_devices, request.camera, request.microphone))

    async def _start(self, spec: RecordingSpec) -> RecorderStatus:
        if self._recording is not None and self._wanted and self._recording.spec == spec:
            return self._status()
        if self._recording is not None and self._busy:
            raise RecorderBusy(self._recording.spec.recording)
        await self._look_away()
        recording = Enduring(spec, self._keys)
        await asyncio.to_thread(recording.begin)
        if self._recording is not None:
            await asyncio.to_thread(self._recording.suspend)  # one that waited for room; it stays as it is
        self._recording = recording
        return self._status()

    def _present(self) -> Enduring:
        if self._recording is None:
            raise NothingRecorded("nothing was recorded since the recorder was started")
        return self._recording


def _idle() -> RecorderStatus:
    return RecorderStatus(state=RecorderState.IDLE, pid=os.getpid())


async def _drained(writer: asyncio.StreamWriter, tap: Tap) -> None:
    """Wait until the reader has taken enough; one that still takes nothing after the end is cut off."""
    drain = asyncio.ensure_future(writer.drain())
    while not drain.done():
        await asyncio.wait((drain,), timeout=_STUCK_S)
        if not drain.done() and tap.over:
            writer.transport.abort()
    await drain


def _is_ours(writer: asyncio.StreamWriter) -> bool:
    """Tell whether the process at the other end belongs to our own user (SO_PEERCRED, unix(7))."""
    peer = writer.get_extra_info("socket")
    _, uid, _ = _UCRED.unpack(peer.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _UCRED.size))
    return bool(uid == os.geteuid())


def _as_preview(jpeg: bytes | None) -> Preview:
    return Preview(jpeg=None if jpeg is None else base64.b64encode(jpeg).decode())


def _as_reply(fault: Fault) -> FaultReply:
    return FaultReply(fault=fault.code, detail=fault.detail[:2_000], facts=fault.facts)
