"""Taking request bodies in: bounded in bytes and seconds each, and all of them together in memory."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Final

from fastapi import Request
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

WITHIN_S: Final = 30.0
SLOWEST_BYTES_PER_S: Final = 4_000
"""A body may take longer than `WITHIN_S` by what its bytes take at this speed: slow lines are heard out, drips not."""
TOGETHER_BYTES: Final = 256_000_000


class Bodies:
    """The bodies that are held at this moment; for one event loop."""

    def __init__(self) -> None:
        self._held = 0

    @asynccontextmanager
    async def taken(self, request: Request, max_bytes: int) -> AsyncIterator[bytes]:
        """Read a whole body and hold it for the block, or stop as soon as it is too large or too slow.

        Raises:
            HTTPException: 413 too large, 408 too slow, 503 too many at once, 400 (which nobody reads) broken off.
        """
        if int(_claimed(request)) > max_bytes:
            raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        body = bytearray()
        try:
            await self._read(request, body, max_bytes)
            yield bytes(body)
        finally:
            self._held -= len(body)

    async def _read(self, request: Request, body: bytearray, max_bytes: int) -> None:
        try:
            began = asyncio.get_running_loop().time()
            async with asyncio.timeout(WITHIN_S) as limit:
                async for piece in request.stream():
                    body += piece
                    limit.reschedule(began + WITHIN_S + len(body) / SLOWEST_BYTES_PER_S)
                    self._held += len(piece)
                    if len(body) > max_bytes:
                        raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
                    if self._held > TOGETHER_BYTES:
                        raise HTTPException(HTTPStatus.SERVICE_UNAVAILABLE)
        except TimeoutError:
            raise HTTPException(HTTPStatus.REQUEST_TIMEOUT) from None
        except ClientDisconnect:
            raise HTTPException(HTTPStatus.BAD_REQUEST) from None


def _claimed(request: Request) -> str:
    claimed = request.headers.get("content-length", "0")
    return claimed if claimed.isascii() and claimed.isdigit() and len(claimed) < 19 else "0"  # noqa: PLR2004 - 64 bits
