"""Sockets as /proc/net shows them, parsed strictly: a line that is not in the kernel's format is not understood."""

import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final

from proctoring.checks.machine import Machine, Unreadable

_LISTEN: Final = 0x0A
_TALKING: Final = frozenset({0x01, 0x02})  # established, or about to be (include/net/tcp_states.h)
_UNCONNECTED: Final = 0x07
_MOST_BYTES: Final = 1_000_000
_LONGEST_LINE: Final = 512  # 150 bytes of TCP's; of a Unix socket some 60 and its name of at most 108
_MOST_DESCRIPTORS: Final = 4096
_FIRST_PASSING: Final = 32_768  # the kernel's default
_RANGE: Final = "proc/sys/net/ipv4/ip_local_port_range"
_LINE: Final = re.compile(
    r" *[0-9]{1,6}: ([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4}) ([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4}) ([0-9A-F]{2})"
    r" [0-9A-F]{8}:[0-9A-F]{8} [0-9A-F]{2}:[0-9A-F]{8,16} [0-9A-F]{8} +[0-9]{1,10} +[0-9]{1,10} ([0-9]{1,20})(?: .*)?"
)
_UNIX: Final = re.compile(
    r"[0-9a-f]{8,16}: [0-9A-F]{8} [0-9A-F]{8} [0-9A-F]{8} [0-9A-F]{4} [0-9A-F]{2} +[0-9]{1,20}(?: (.*))?"
)
_SOCKET: Final = re.compile(r"socket:\[([0-9]{1,20})\]")

Address = IPv4Address | IPv6Address


@dataclass(frozen=True)
class Socket:
    """One socket of the network. `inode`: by which its owner's descriptors name it.

    `first_passing`: from this port on the kernel gives ports for a while to whoever asks for any.
    """

    protocol: str
    local: Address
    port: int
    remote: Address
    remote_port: int
    state: int
    inode: int
    first_passing: int = _FIRST_PASSING

    @property
    def listens(self) -> bool:
        """Whether others may begin to talk here: a TCP listener, or a UDP socket on a lasting port."""
        if self.protocol == "tcp":
            return self.state == _LISTEN
        return self.state == _UNCONNECTED and 0 < self.port < self.first_passing

    @property
    def talks(self) -> bool:
        """Whether there is somebody at the other end."""
        return self.state in _TALKING and self.remote_port > 0

    @property
    def reachable(self) -> bool:
        """Whether other PCs can reach this end."""
        return not self.local.is_loopback

    def __str__(self) -> str:
        return f"{self.protocol} {_shown(self.local)}:{self.port}"

    @property
    def other_end(self) -> str:
        """The other end, for a person; without its port if that is a passing one, another each time."""
        passing = self.remote_port >= self.first_passing > self.port
        port = f", to port {self.port}" if passing else f":{self.remote_port}"
        return f"{self.protocol} {_shown(self.remote)}{port}"


def sockets(machine: Machine) -> tuple[Socket, ...]:
    """Give all TCP and UDP sockets; looked at once in a glance.

    Raises:
        Unreadable: a table cannot be read, is longer than any of an exam PC's, or is not in the kernel's format.
    """
    return machine.once(_all)


def _all(machine: Machine) -> tuple[Socket, ...]:
    first = _first_passing(machine)
    found: list[Socket] = []
    seen = False
    for table in ("tcp", "tcp6", "udp", "udp6"):
        path = f"proc/net/{table}"
        raw = _table(machine, path)
        seen = seen or raw is not None
        found += machine.follows(path, (table, first, raw or b""), _listed)
    if not seen:
        raise Unreadable("/proc/net/tcp", "ENOENT")
    return tuple(found)


def unix_names(machine: Machine) -> frozenset[str]:
    """Give the names of Unix sockets, abstract ones with "@" in front. Raises what `sockets` raises."""
    path = "proc/net/unix"
    raw = _table(machine, path)
    if raw is None:
        raise Unreadable("/proc/net/unix", "ENOENT")
    return machine.follows(path, raw, _named)


def inodes_of(machine: Machine, pids: Iterable[int]) -> frozenset[int]:
    """Give the sockets of these processes, as far as they may be looked into."""
    found: set[int] = set()
    for pid in pids:
        try:
            names = machine.names(f"proc/{pid}/fd") or ()
        except Unreadable:
            continue
        for name in names[:_MOST_DESCRIPTORS]:
            found |= _inode(machine, f"proc/{pid}/fd/{name}")
    return frozenset(found)


def _inode(machine: Machine, path: str) -> set[int]:
    try:
        match = _SOCKET.fullmatch(machine.link(path) or "")
    except Unreadable:
        return set()
    return {int(match[1])} if match else set()


def _table(machine: Machine, path: str) -> bytes | None:
    raw = machine.read(path, _MOST_BYTES, _LONGEST_LINE)
    if raw is not None and len(raw) >= _MOST_BYTES:
        raise Unreadable(f"/{path}", "EFBIG")
    return raw


def _lines(raw: bytes) -> list[str]:
    return raw.decode("utf-8", "replace").rstrip("\n").split("\n")[1:]


def _named(raw: bytes) -> frozenset[str]:
    matches = (_UNIX.fullmatch(line.rstrip()) for line in _lines(raw))
    # a name may hold anything, a new line too: such a piece says nothing
    return frozenset(match[1] for match in matches if match and match[1])


def _listed(read: tuple[str, int, bytes]) -> tuple[Socket, ...]:
    table, first_passing, raw = read
    return tuple(_socket(table, line, first_passing) for line in _lines(raw))


def _first_passing(machine: Machine) -> int:
    """Give this PC's own range; some are set up with a wider one."""
    match = re.fullmatch(r"([0-9]{1,5})\s+[0-9]{1,5}", machine.text(_RANGE, 64) or "")
    return int(match[1]) if match else _FIRST_PASSING


def _socket(table: str, line: str, first_passing: int) -> Socket:
    match = _LINE.fullmatch(line.rstrip())
    if match is None:
        raise Unreadable(f"/proc/net/{table}", "EBADMSG")
    local, port, remote, remote_port, state, inode = match.groups()
    return Socket(
        table.removesuffix("6"),
        _address(local),
        int(port, 16),
        _address(remote),
        int(remote_port, 16),
        int(state, 16),
        int(inode),
        first_passing,
    )


def _address(text: str) -> Address:
    """Read an address as the kernel prints it: words of 32 bits in the machine's own order."""
    words = (bytes.fromhex(text[at : at + 8]) for at in range(0, len(text), 8))
    raw = b"".join(word[::-1] if sys.byteorder == "little" else word for word in words)
    address = ip_address(raw)
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address


def _shown(address: Address) -> str:
    return f"[{address}]" if address.version == 6 else str(address)  # noqa: PLR2004 - the protocol's own number
