"""HTTP/1.1 over one connection: whoever sends too slowly, reads too slowly or comes too often makes room for others.

Connections that show a certificate of our CA have half of all places to themselves. The others share the rest, and no
address has more than half of that: it may be a whole site behind one address, or one who wants all there is.
"""

import asyncio
import fcntl
import sys
import termios
from http import HTTPStatus
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any, Final

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from app.serving.refusals import busy, document, strict

_HEADERS_S: Final = 10
_READING_S: Final = 10
_SLOWEST_BYTES_PER_S: Final = 16_000  # an answer may be read slower than this for `_READING_S` in all
_LOOK_S: Final = 0.5
_HELD_UP_S: Final = 1  # who is waited for longer makes room for the next

_CONNECTIONS: Final = 256  # beyond these requests are answered 503 …
_ANONYMOUS: Final = 128
_OF_ADDRESS: Final = 64
_OF_CERTIFICATE: Final = 32
_SOCKETS: Final = 512  # … and beyond these nothing is; without a certificate beyond half of them


class ImpatientProtocol(H11Protocol):
    """HTTP/1.1 that waits neither for headers nor for readers for ever, and gives nobody all places."""

    _patience: asyncio.TimerHandle | None = None
    _watch: asyncio.TimerHandle | None = None
    _unread: tuple[int, float] = (0, 0.0)  # bytes that wait to be read, and when they were counted
    _lag_s = 0.0
    _admitted = False
    _party: tuple[str, str | bytes] = ("address", "")

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
        """Begin to wait for headers, unless there are too many connections."""
        super().connection_made(transport)
        self._party = self._who()
        others = [each for each in self.connections if isinstance(each, ImpatientProtocol) and each is not self]
        if self._is_flood(others):
            transport.abort()
            return
        self._admitted = self._finds_room([each for each in others if each.is_counted])
        self.app = strict(self.app) if self._admitted else busy
        self._wait_for_headers()

    def data_received(self, data: bytes) -> None:
        """Take bytes in, as uvicorn does."""
        super().data_received(data)
        self._wait_for_headers()

    def connection_lost(self, exc: Exception | None) -> None:
        """Let go, as uvicorn does."""
        super().connection_lost(exc)
        self._stop_waiting()
        self._stop_watching()

    def pause_writing(self) -> None:
        """Begin to watch how an answer is read."""
        super().pause_writing()
        self._unread = (self._waiting_bytes(), self.loop.time())
        self._stop_watching()
        self._watch = self.loop.call_later(_LOOK_S, self._look)

    def resume_writing(self) -> None:
        """Go on; how long it took is kept in mind."""
        self._stop_watching()
        self._count_lag()
        super().resume_writing()

    def timeout_keep_alive_handler(self) -> None:
        """Close an idle connection, as uvicorn does, but none whose last answer is still being read."""
        if self.flow.write_paused:
            self.timeout_keep_alive_task = self.loop.call_later(_LOOK_S, self.timeout_keep_alive_handler)
        else:
            super().timeout_keep_alive_handler()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - as in uvicorn
        """Refuse what is no HTTP, unless an answer is under way."""
        if self.conn.our_state in {h11.IDLE, h11.SEND_RESPONSE}:
            body = document(HTTPStatus.BAD_REQUEST)
            headers = [
                ("content-type", "application/json"),
                ("content-length", str(len(body))),
                ("connection", "close"),
            ]
            reason = HTTPStatus.BAD_REQUEST.phrase.encode()
            for event in (h11.Response(status_code=400, headers=headers, reason=reason), h11.Data(data=body)):
                self.transport.write(self.conn.send(event) or b"")
            self.conn.send(h11.EndOfMessage())
        self.transport.close()

    @property
    def is_counted(self) -> bool:
        """Whether it holds one of the places; one that is closing holds none."""
        return self._admitted and not self.transport.is_closing()

    @property
    def is_anonymous(self) -> bool:
        """Whether no certificate was shown."""
        return self._party[0] == "address"

    def held_up_s(self) -> float:
        """Give for how long (s) the other side has been waited for."""
        if self._watch is not None:
            return self._lag_s
        if self._patience is not None:
            return self.loop.time() - (self._patience.when() - _HEADERS_S)
        return 0.0

    def _should_upgrade(self) -> bool:
        return False  # without a word: uvicorn's log would advise whoever reads it to install something

    def _who(self) -> tuple[str, str | bytes]:
        tls = self.transport.get_extra_info("ssl_object")
        shown = tls.getpeercert(binary_form=True) if tls is not None else None
        if shown:
            return "certificate", shown
        host = self.client[0] if self.client else ""
        return "address", _network(host)

    def _is_flood(self, others: list["ImpatientProtocol"]) -> bool:
        """Tell whether there are too many sockets, of which none has had its last answer."""
        crowds = [(others, _SOCKETS)]
        if self.is_anonymous:
            nameless = [each for each in others if each.is_anonymous]
            mine = [each for each in nameless if each._party == self._party]  # noqa: SLF001 - of the same class
            crowds = [(nameless, _SOCKETS // 2), (mine, _OF_ADDRESS * 2)]
        for crowd, most in crowds:
            if len(crowd) >= most:
                ended = next((each for each in crowd if each.transport.is_closing()), None)
                if ended is None:
                    return True
                ended.transport.abort()
        return False

    def _finds_room(self, others: list["ImpatientProtocol"]) -> bool:
        """Tell whether there is a place, made by whoever of those in the way has been waited for the longest."""
        mine = [each for each in others if each._party == self._party]  # noqa: SLF001 - of the same class
        nameless = [each for each in others if each.is_anonymous]
        if self.is_anonymous:  # who shows no certificate displaces nobody who has
            shares = [(mine, _OF_ADDRESS, mine), (nameless, _ANONYMOUS, nameless), (others, _CONNECTIONS, nameless)]
        else:
            shares = [(mine, _OF_CERTIFICATE, mine), (others, _CONNECTIONS, nameless or others)]
        return all(_makes_room(crowd, places, yielding) for crowd, places, yielding in shares)

    def _wait_for_headers(self) -> None:
        cycle: Any = self.cycle  # None until the first request, whatever its type says
        if cycle is not None and not cycle.response_complete:
            self._stop_waiting()
        elif self._patience is None:
            self._patience = self.loop.call_later(_HEADERS_S, self.transport.close)

    def _stop_waiting(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None

    def _look(self) -> None:
        self._count_lag()
        if self._lag_s > _READING_S:
            self.transport.abort()
        else:
            self._watch = self.loop.call_later(_LOOK_S, self._look)

    def _count_lag(self) -> None:
        """Count how much longer than it may it took to read what was read since the last look."""
        (before, since), now = self._unread, self.loop.time()
        left = self._waiting_bytes()
        self._lag_s = max(0.0, self._lag_s + now - since - max(0, before - left) / _SLOWEST_BYTES_PER_S)
        self._unread = (left, now)

    def _waiting_bytes(self) -> int:
        """Count what waits to be read: here, and in the kernel, which says nothing before much of it has gone."""
        number = self.transport.get_extra_info("socket").fileno()
        queued = fcntl.ioctl(number, termios.TIOCOUTQ, bytes(4)) if number >= 0 else bytes(4)
        return self.transport.get_write_buffer_size() + int.from_bytes(queued, sys.byteorder)

    def _stop_watching(self) -> None:
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None


def _makes_room(crowd: list[ImpatientProtocol], places: int, yielding: list[ImpatientProtocol]) -> bool:
    """Tell whether fewer than `places` are held by a crowd, after the slowest of those that can yield has yielded."""
    if sum(each.is_counted for each in crowd) < places:
        return True
    slowest = max((each for each in yielding if each.is_counted), key=ImpatientProtocol.held_up_s, default=None)
    if slowest is None or slowest.held_up_s() < _HELD_UP_S:
        return False
    slowest.transport.abort()
    return True


def _network(host: str) -> str:
    """Give what one subscriber has: an IPv4 address, or 64 bits of an IPv6 one."""
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if isinstance(address, IPv6Address) and address.ipv4_mapped is None:
        return str(ip_network((address, 64), strict=False))
    return str(address)
