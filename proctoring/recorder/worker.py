"""`python -m proctoring.recorder.worker`: the recorder proper, as its keeper starts it."""

import argparse
import asyncio
import signal
import socket
import sys
from pathlib import Path

import structlog

from proctoring.recorder.pulse import MAX_PULSE_BYTES, Order
from proctoring.recorder.server import RecorderServer
from sync.trust.keystore import open_key_store


def main() -> int:
    """Read the command line and the keeper's order, and serve until the end."""
    parser = argparse.ArgumentParser(prog="proctoring.recorder.worker", description=__doc__)
    parser.add_argument("--keys", type=Path, required=True)
    parser.add_argument("--idle", type=float, required=True)
    parser.add_argument("--listener", type=int, required=True)
    parser.add_argument("--channel", type=int, required=True)
    given = parser.parse_args()
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    for ignored in (signal.SIGINT, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    channel = socket.socket(fileno=given.channel)
    order = Order.parse(_line(channel))
    asyncio.run(_serve(RecorderServer(open_key_store(given.keys), given.idle), order, (given.listener, channel)))
    return 0


def _line(channel: socket.socket) -> bytes:
    with channel.makefile("rb", buffering=0) as file:
        return file.readline(MAX_PULSE_BYTES)


async def _serve(server: RecorderServer, order: Order, ends: tuple[int, socket.socket]) -> None:
    listener, channel = ends
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, server.end)
    await server.listen(socket.socket(fileno=listener))
    await server.serve(order, channel)


if __name__ == "__main__":
    sys.exit(main())
