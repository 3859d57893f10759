"""TLS sockets that know when a whole exchange has to be over, and how fast they may go.

A time-out of `ssl` starts anew with every byte, so a peer that drips would hold a seat for ever.
"""

import math
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final, cast

from sync.client.pace import Pace

_PIECE_BYTES: Final = 16_384  # that much is handed to TLS at once: one record


class DeadlineContext(ssl.SSLContext):
    """A TLS context whose sockets end every exchange at `deadline` (monotonic seconds) and keep to `pace`."""

    deadline: float = math.inf
    pace: Pace | None = None


class DeadlineSocket(ssl.SSLSocket):
    """A TLS socket that lets no read or write wait beyond its context's deadline.

    Every path of `http.client` and `urllib3` to the wire ends in one of these three methods.
    """

    def recv_into(self, buffer: Any, nbytes: int | None = None, flags: int = 0) -> int:  # noqa: ANN401 - as in ssl
        """Read, as ssl does. Raises TimeoutError too."""
        with self._bounded():
            count = super().recv_into(buffer, nbytes, flags)
        return self._paced(count)

    def recv(self, buflen: int = 1024, flags: int = 0) -> bytes:
        """Read, as ssl does. Raises TimeoutError too."""
        with self._bounded():
            data = super().recv(buflen, flags)
        self._paced(len(data))
        return data

    def send(self, data: Any, flags: int = 0) -> int:  # noqa: ANN401 - as in ssl
        """Write a piece, as ssl does. Raises TimeoutError too."""
        with self._bounded():
            count = super().send(memoryview(data)[:_PIECE_BYTES], flags)
        return self._paced(count)

    def _paced(self, count: int) -> int:
        context = cast("DeadlineContext", self.context)
        if context.pace is not None:
            context.deadline += context.pace.spend(count)
        return count

    @contextmanager
    def _bounded(self) -> Iterator[None]:
        left = cast("DeadlineContext", self.context).deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("the exchange took too long")
        usual = self.gettimeout()
        self.settimeout(left if usual is None else min(left, usual))
        try:
            yield
        finally:
            if self.fileno() >= 0:
                self.settimeout(usual)
