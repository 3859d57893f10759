"""Ways out of the PC: where packets for the rest of the world go, and tunnels that they could take instead."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from typing import Final

from proctoring.checks.machine import MOST_BYTES, Machine, Unreadable
from proctoring.checks.observation import Observation, clear, found, unknown
from proctoring.checks.radios import is_up
from proctoring.checks.situation import Situation
from proctoring.checks.sysfs import devices, event, number

_FOUR: Final = "proc/net/route"
_SIX: Final = "proc/net/ipv6_route"
_ZERO4, _ZERO6 = "0" * 8, "0" * 32
_REJECTS: Final = 0x200  # RTF_REJECT, linux/route.h
_HEADING: Final = "Iface"
_LINE4: Final = re.compile(r"(\S+)\s+([0-9A-F]{8})\s+([0-9A-F]{8})\s+([0-9A-F]{4})(?:\s+\S+){3}\s+([0-9A-F]{8})\b.*")
_LINE6: Final = re.compile(
    r"([0-9a-f]{32}) ([0-9a-f]{2}) [0-9a-f]{32} [0-9a-f]{2} ([0-9a-f]{32})(?: [0-9a-f]{8}){3} ([0-9a-f]{8})\s+(\S+)"
)
_TUNNELS: Final = {512: "PPP", 768: "IPIP", 769: "IP6", 776: "6in4", 778: "GRE", 823: "GRE6", 65534: "tunnel"}
"""Kinds of interface that are tunnels, by number: linux/if_arp.h, ARPHRD_*."""
_TETHERS: Final = {"rndis_host": "a telephone", "ipheth": "a telephone", "thunderbolt_net": "another PC"}
"""Drivers for being on a network through another thing's cable: drivers/net/usb and drivers/net/thunderbolt, Linux."""


class _Odd(Exception):  # noqa: N818 - it says what the table is
    """The kernel does not write it so; `args` say where."""


@dataclass(frozen=True)
class _Route:
    """Where packets for everywhere else go: through which interface, by which gateway."""

    at: str
    interface: str
    gateway: str

    def __str__(self) -> str:
        return f"{self.interface} via {self.gateway}"


def default_routes(machine: Machine) -> frozenset[str]:
    """Give the ways out as they are now ("eth0 via 192.0.2.1"), for `Situation.known_routes`.

    Raises:
        Unreadable: a table cannot be read, or the kernel does not write it so.
    """
    try:
        return frozenset(str(route) for route in _ways_out(machine))
    except _Odd as odd:
        raise Unreadable(str(odd), "EPROTO") from None


def routes(machine: Machine, situation: Situation) -> Observation:
    """Tell whether there is more than one way out, a tunnel, a telephone's network, or a way that was not there before.

    That there is one way out is as it should be: what goes through it is the business of `listening` and `peers`.
    """
    try:
        ways = _ways_out(machine)
    except _Odd as odd:
        return unknown("routes", (f"{odd}: not as the kernel writes it",))
    seen = [*_beside(machine)]
    if len({way.interface for way in ways}) > 1:
        seen += [f"/{way.at}: {way}" for way in ways]
    if situation.known_routes:  # a PC that had none yet was still being started
        seen += [f"/{way.at}: new: {way}" for way in ways if str(way) not in situation.known_routes]
    if seen:
        return found("routes", seen)
    return clear("routes", [f"/{way.at}: {way}" for way in ways] or (f"/{_FOUR}: no way out",))


def _beside(machine: Machine) -> Iterator[str]:
    for name in devices(machine, "net"):
        at = f"sys/class/net/{name}"
        if not is_up(machine, name):
            continue
        kind = _TUNNELS.get(number(machine, f"{at}/type") or 0, "")
        made = event(machine, at).get("DEVTYPE", "")
        if kind or made == "wireguard" or machine.exists(f"{at}/tun_flags"):
            yield f"/{at}: a tunnel ({made or kind or 'tap'}), up"
        driver = (machine.link(f"{at}/device/driver") or "").rpartition("/")[2]
        if driver in _TETHERS:
            yield f"/{at}/device/driver: {driver}, {_TETHERS[driver]}"


def _ways_out(machine: Machine) -> tuple[_Route, ...]:
    four = _table(machine, _FOUR)
    if four is None:
        raise Unreadable(f"/{_FOUR}", "ENOENT")
    return (*_ways4(four), *_ways6(_table(machine, _SIX) or ""))


def _table(machine: Machine, path: str) -> str | None:
    raw = machine.read(path)
    if raw is not None and len(raw) == MOST_BYTES:
        raise _Odd(f"/{path}")  # there may be more than was read
    return None if raw is None else raw.decode("utf-8", "replace").strip()


def _ways4(table: str) -> Iterator[_Route]:
    if not table.startswith(_HEADING):
        raise _Odd(f"/{_FOUR}")
    for line in table.split("\n")[1:]:
        match = _LINE4.fullmatch(line.rstrip())
        if not match:
            raise _Odd(f"/{_FOUR}")
        interface, destination, gateway, flags, mask = match.groups()
        if destination == mask == _ZERO4 and not int(flags, 16) & _REJECTS:
            yield _Route(_FOUR, interface, str(IPv4Address(bytes.fromhex(gateway)[::-1])))


def _ways6(table: str) -> Iterator[_Route]:
    for line in table.split("\n"):
        if not line:
            continue
        match = _LINE6.fullmatch(line.rstrip())
        if not match:
            raise _Odd(f"/{_SIX}")
        destination, length, gateway, flags, interface = match.groups()
        if destination == _ZERO6 and length == "00" and not int(flags, 16) & _REJECTS:
            yield _Route(_SIX, interface, str(IPv6Address(bytes.fromhex(gateway))))
