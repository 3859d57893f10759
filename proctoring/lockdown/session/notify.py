"""Telling systemd how the session stands (sd_notify(3)): ready, a line of words, alive, ending. Without it, nothing."""

import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Self

_MOST_STATUS: Final = 400


@dataclass(frozen=True)
class Notify:
    """The way to systemd.

    `address`: of its datagram socket, empty if it did not start us. `every_s`: half of its watchdog's time; 0: none.
    """

    address: str = ""
    every_s: float = 0.0

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Self:
        """Read what systemd left in the environment."""
        address = environment.get("NOTIFY_SOCKET", "")
        if address.startswith("@"):
            address = "\0" + address[1:]
        elif not address.startswith("/"):
            return cls()
        limit = environment.get("WATCHDOG_USEC", "")
        for_us = environment.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
        every_s = int(limit) / 2_000_000 if for_us and limit.isascii() and limit.isdigit() else 0.0
        return cls(address, every_s)

    def ready(self) -> None:
        """Say that the session has begun."""
        self._send("READY=1")

    def status(self, sentence: str) -> None:
        """Say in one line how it stands; `systemctl status` shows it."""
        self._send("STATUS=" + " ".join(sentence.split())[:_MOST_STATUS])

    def alive(self) -> None:
        """Say that the supervisor itself still runs."""
        self._send("WATCHDOG=1")

    def stopping(self) -> None:
        """Say that the session ends because it was told to."""
        self._send("STOPPING=1")

    def _send(self, line: str) -> None:
        if not self.address:
            return
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) as way:
            try:
                way.sendto(line.encode(), self.address)
            except OSError:
                return  # systemd is gone or busy: the session goes on all the same
