"""A simulated wire: bytes go through it as they are, mutual TLS and all, until it does something to them.

What it can do needs no key: it sees connections and bytes, as a cable, a switch or a bad radio link does.
"""

import random
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from enum import Enum, auto
from urllib.parse import urlsplit

_PIECE = 4_096
_IN_THE_BODY = 4_500
"""So many bytes of a client are more than a handshake with certificates: a packet is on its way, or was."""
_HEARD_OUT_S = 10.0


class Ill(Enum):
    """What happens to one connection."""

    WELL = auto()
    CLOSED_AT_ONCE = auto()
    RESET_AT_ONCE = auto()
    CUT_IN_THE_REQUEST = auto()
    RESET_IN_THE_REQUEST = auto()
    RESET_BEFORE_THE_ANSWER = auto()  # the registry has the whole request, and commits
    CUT_IN_THE_ANSWER = auto()
    SILENT = auto()  # everything arrives, nothing comes back
    ONE_BIT = auto()  # of the answer is turned over
    SLOW = auto()


@dataclass
class Wire:
    """`ills` are taken in turn by connections; then all is well. `seen` has what happened to each."""

    target: tuple[str, int]
    ills: list[Ill] = field(default_factory=list)
    seen: Counter[Ill] = field(default_factory=Counter)
    url: str = ""
    dice: random.Random = field(default_factory=lambda: random.Random(20261122))
    lock: threading.Lock = field(default_factory=threading.Lock)
    ends: list[socket.socket] = field(default_factory=list)

    def next_ill(self) -> tuple[Ill, int]:
        """Give what happens to the next connection, and after how many bytes."""
        with self.lock:
            ill = self.ills.pop(0) if self.ills else Ill.WELL
            self.seen[ill] += 1
            return ill, self.dice.randrange(1, 6_000)

    def carry(self, client: socket.socket) -> None:
        """Carry one connection, or what is left of it."""
        ill, after = self.next_ill()
        with closing(client), suppress(OSError):
            if ill is Ill.CLOSED_AT_ONCE:
                return
            if ill is Ill.RESET_AT_ONCE:
                client.recv(1)  # earlier, Python's own TLS leaves its socket to the garbage collector, which warns
                reset(client)
                return
            with closing(socket.create_connection(self.target, timeout=_HEARD_OUT_S)) as server:
                self.ends += (client, server)
                _Carried(client, server, ill, after).carry()


@dataclass
class _Carried:
    """One connection. `forth` and `back` count the bytes that went through."""

    client: socket.socket
    server: socket.socket
    ill: Ill
    after: int
    forth: int = 0
    back: int = 0

    def carry(self) -> None:
        thread = threading.Thread(target=self._carry_back)
        thread.start()
        with suppress(OSError):
            self._carry_forth()
        thread.join()

    def _carry_forth(self) -> None:
        while piece := self.client.recv(_PIECE):
            self.forth += len(piece)
            if self.ill in (Ill.CUT_IN_THE_REQUEST, Ill.RESET_IN_THE_REQUEST) and self.forth > self.after:
                if self.ill is Ill.RESET_IN_THE_REQUEST:
                    reset(self.client)
                self.server.shutdown(socket.SHUT_RDWR)
                return
            self.server.sendall(piece)
        self.server.shutdown(socket.SHUT_WR)

    def _carry_back(self) -> None:
        with suppress(OSError):
            while piece := self.server.recv(_PIECE):
                self.back += len(piece)
                if not self._answer(piece):
                    return
            self.client.shutdown(socket.SHUT_WR)

    def _answer(self, piece: bytes) -> bool:
        """Hand a piece of what the server says on, or do something to it; tell whether the connection goes on."""
        match self.ill:
            case Ill.SILENT:
                return True
            case Ill.RESET_BEFORE_THE_ANSWER if self.forth > _IN_THE_BODY:
                reset(self.client)
                self.server.shutdown(socket.SHUT_RDWR)
                return False
            case Ill.CUT_IN_THE_ANSWER if self.back > self.after:
                self.client.sendall(piece[: max(0, len(piece) - (self.back - self.after))])
                self.client.shutdown(socket.SHUT_RDWR)
                return False
            case Ill.ONE_BIT if self.back > self.after:
                self.client.sendall(bytes([piece[0] ^ 1]) + piece[1:])
            case Ill.SLOW:
                for start in range(0, len(piece), 512):
                    time.sleep(0.005)  # this is the simulated slowness itself
                    self.client.sendall(piece[start : start + 512])
            case _:
                self.client.sendall(piece)
        return True


def reset(connection: socket.socket) -> None:
    """End a connection as a machine does that knows nothing of it: RST."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    connection.close()


@contextmanager
def simulated_wire(url: str) -> Iterator[Wire]:
    """Lay the wire to the server at `url`; `Wire.url` is the near end."""
    parts = urlsplit(url)
    wire = Wire((parts.hostname or "127.0.0.1", parts.port or 443))
    listening = socket.create_server(("127.0.0.1", 0))
    wire.url = f"https://127.0.0.1:{listening.getsockname()[1]}"
    carrying: list[threading.Thread] = []

    def accept() -> None:
        with suppress(OSError):
            while True:
                client, _ = listening.accept()
                client.settimeout(_HEARD_OUT_S)
                carrying.append(threading.Thread(target=wire.carry, args=(client,)))
                carrying[-1].start()

    thread = threading.Thread(target=accept)
    thread.start()
    try:
        yield wire
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join()
        for end in wire.ends:  # the test is over: nobody waits for what comes no more
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        for one in carrying:
            one.join()
