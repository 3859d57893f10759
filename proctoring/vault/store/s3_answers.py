"""A store's answers are bounded as wholes.

A timeout of botocore starts anew with every byte, so a store that drips would hold us for ever. Here whoever reads from
the socket knows when the answer has to have come further.
"""

import functools
import http.client
import io
import socket
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from botocore.awsrequest import (
    AWSHTTPConnection,
    AWSHTTPConnectionPool,
    AWSHTTPSConnection,
    AWSHTTPSConnectionPool,
)

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

SLOWEST_BYTES_PER_S: Final = 16_000  # a county town's line on a bad day; slower counts as dead


class _BoundedRaw(io.RawIOBase):
    """What comes from a socket, as long as it comes fast enough: `patience_s` and then so many bytes a second."""

    def __init__(self, sock: socket.socket, patience_s: float) -> None:
        self._sock: Final = sock
        self._usual: Final = sock.gettimeout()
        self._ends: float = time.monotonic() + patience_s
        self._file: Final = sock.makefile("rb", buffering=0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:  # noqa: ANN401 - as in io
        left = self._ends - time.monotonic()
        if left <= 0:
            raise TimeoutError("the answer as a whole")
        self._sock.settimeout(left if self._usual is None else min(left, self._usual))
        try:
            count = self._file.readinto(buffer)
        finally:
            self._sock.settimeout(self._usual)
        self._ends += (count or 0) / SLOWEST_BYTES_PER_S
        return count

    def close(self) -> None:
        if not self.closed:
            self._file.close()
        super().close()


class _Response(http.client.HTTPResponse):
    """An answer that is read from a bounded socket."""

    def __init__(self, sock: socket.socket, *rest: Any, patience_s: float, **options: Any) -> None:  # noqa: ANN401
        super().__init__(sock, *rest, **options)
        self.fp.close()
        self.fp = io.BufferedReader(_BoundedRaw(sock, patience_s))


def bound_answers(client: "S3Client", patience_s: float) -> None:
    """Let every answer of a client's store come at `SLOWEST_BYTES_PER_S` after `patience_s`, or be given up.

    botocore knows no such setting; the classes of its connections are the place.
    """
    response = functools.partial(_Response, patience_s=patience_s)
    pools: dict[str, type] = {
        "http": _pool(AWSHTTPConnectionPool, AWSHTTPConnection, response),
        "https": _pool(AWSHTTPSConnectionPool, AWSHTTPSConnection, response),
    }
    client._endpoint.http_session._pool_classes_by_scheme.update(pools)  # type: ignore[attr-defined]  # noqa: SLF001


def _pool(pool: type, connection: type, response: Callable[..., http.client.HTTPResponse]) -> type:
    bounded = type(f"Bounded{connection.__name__}", (connection,), {"response_class": staticmethod(response)})
    return type(f"Bounded{pool.__name__}", (pool,), {"ConnectionCls": bounded})
