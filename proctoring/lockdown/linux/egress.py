"""Who this PC may talk to: a packet filter of our own (nftables), in a table that nothing else touches."""

import ipaddress
import re
import socket
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final, Literal, Self

from proctoring.lockdown.faults import LockdownPeerUnusable
from proctoring.lockdown.linux.entries import PathBelow
from proctoring.lockdown.steps import Place, Step
from sync.trust.files import read_bounded

TABLE: Final = ("inet", "examroom_lockdown")
_HOST: Final = re.compile(r"(?!-)[A-Za-z0-9._-]{1,253}")
_NUMBERS: Final = re.compile(r"(.*\.)?([0-9]+|0[xX][0-9A-Fa-f]*)\.?")
"""What a name service takes for an address, written in some other way than people read it: 010.0.0.1, 1, 0x7f.1."""
_MOST_BYTES: Final = 100_000
_RESOLV_CONF: Final = ("run/systemd/resolve/resolv.conf", "etc/resolv.conf")
"""Where the name servers stand; behind systemd-resolved the first has the real ones."""

_BROADCAST: Final = ipaddress.IPv4Address("255.255.255.255")
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_DOMAIN, _NTP = 53, 123
"""Ports of name servers and time servers."""
Resolver = Callable[[str], Iterable[str]]


@dataclass(frozen=True)
class Peer:
    """An address and port that this PC may talk to."""

    host: str
    port: int

    @classmethod
    def parse(cls, text: str, default_port: int | None = None) -> "Peer":
        """Read "host:port", "192.0.2.1:443" or "[2001:db8::1]:443".

        Raises:
            LockdownPeerUnusable: it is none.
        """
        bracketed = re.fullmatch(r"\[([0-9A-Fa-f:.]+)\](?::([0-9]{1,5}))?", text)
        host, port = bracketed.groups() if bracketed else _split(text)
        number = int(port) if port else default_port
        if number is None or not 1 <= number <= 65_535:  # noqa: PLR2004 - what a port can be
            raise LockdownPeerUnusable("no port", peer=text)
        address = address_of(host)
        if address is None and (bracketed or not _HOST.fullmatch(host) or _NUMBERS.fullmatch(host)):
            raise LockdownPeerUnusable("no host", peer=text)
        return cls(host if address is None else str(address), number)

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True)
class Reach:
    """What is let through: peers by TCP, name servers, time servers; `maintenance`: who may come in by SSH."""

    peers: tuple[tuple[Address, int], ...]
    names: tuple[Address, ...] = ()
    times: tuple[Address, ...] = ()
    maintenance: tuple[Address, ...] = ()

    @property
    def opened(self) -> tuple[str, ...]:
        """Give what may be talked to, each address with its port."""
        ours = (*self.peers, *((one, _DOMAIN) for one in self.names), *((one, _NTP) for one in self.times))
        return tuple(str(Peer(str(address), port)) for address, port in ours)


class RulesetStep(Step):
    """Load the rules that stand at `path`, after the file was put there; only where the system runs.

    `before`, `after`: the table of our name as nft lists it, "" if there is none.
    """

    kind: Literal["ruleset"] = "ruleset"
    path: PathBelow
    before: str | None = None
    after: str | None = None

    def looked(self, place: Place) -> Self:
        """See `Step.looked`."""
        return self.model_copy(update={"before": _listed(place)})

    def settled(self, place: Place) -> Self:
        """See `Step.settled`."""
        return self.model_copy(update={"after": _listed(place)})

    def apply(self, place: Place) -> None:
        """See `Step.apply`."""
        if place.live is not None:
            place.live.run(("nft", "-f", str(place.at(self.path))))

    def undo(self, place: Place) -> None:
        """See `Step.undo`. One transaction: the table goes, and one that was there before comes back."""
        if place.live is not None and self.before is not None and _listed(place) != self.before:
            name = " ".join(TABLE)
            place.live.run(("nft", "-f", "-"), given=f"table {name}\ndelete table {name}\n{self.before}")

    def difference(self, place: Place) -> str:
        """See `Step.difference`."""
        if place.live is None or self.after is None:
            return ""
        there = _listed(place)
        return "" if there == self.after else "content" if there else "missing"


def rules(reach: Reach, template: str) -> str:
    """Give the packet filter for nft(8); the template has `@OUT@` and `@IN@` where our own rules go."""
    out = [f"{_family(peer)} daddr {peer} tcp dport {port} accept" for peer, port in reach.peers]
    out += [f"{_family(one)} daddr {one} meta l4proto {{ tcp, udp }} th dport {_DOMAIN} accept" for one in reach.names]
    out += [f"{_family(one)} daddr {one} udp dport {_NTP} accept" for one in reach.times]
    into = [f"{_family(one)} saddr {one} tcp dport 22 accept" for one in reach.maintenance]
    for mark, lines in (("@OUT@", out), ("@IN@", into)):
        template = template.replace(mark, "\n        ".join(lines) or "# nothing")
    return template


def reach_of(
    place: Place,
    peers: Iterable[Peer],
    servers: tuple[Iterable[str], Iterable[str], Iterable[str]] = ((), (), ()),
    resolve: Resolver | None = None,
) -> Reach:
    """Find the addresses of peers. `servers`: name servers, time servers, and who may come in by SSH, as addresses.

    Where a peer has a name and no name server is chosen, those of this PC are let through.

    Raises:
        LockdownPeerUnusable: an address is none, or a name is not known.
    """
    resolve = resolve or _resolved
    found: dict[tuple[Address, int], None] = {}
    named = False
    for peer in peers:
        address = address_of(peer.host)
        named |= address is None
        for one in [address] if address is not None else _known(peer, resolve):
            found[one, peer.port] = None
    names, times, maintenance = (tuple(_required(text) for text in texts) for texts in servers)
    return Reach(tuple(found), names or (name_servers(place) if named else ()), times, maintenance)


def name_servers(place: Place) -> tuple[Address, ...]:
    """Give the name servers this PC asks; its own helper on the loopback needs no letting through."""
    for path in _RESOLV_CONF:
        try:
            file = (place.root / path).resolve()  # often a link, but what is out of the root is not this PC's
            if not file.is_relative_to(place.root.resolve()):
                continue
            text = read_bounded(file, _MOST_BYTES).decode(errors="replace")
        except (OSError, RuntimeError):  # none, no plain file, or links in a circle
            continue
        rows = [line.split() for line in text.splitlines()]
        found = [address_of(row[1]) for row in rows if len(row) > 1 and row[0] == "nameserver"]
        return tuple(one for one in found if one is not None and not one.is_loopback)
    return ()


def address_of(text: str) -> Address | None:
    """Read the IP address of one machine, in the one way it is written; None if it is none.

    Not accepted: a zone (fe80::1%eth0), leading zeros (which others read as octal), no address at all (0.0.0.0, ::), an
    address of many (multicast, broadcast), and an IPv4 address in IPv6 clothes (::ffff:192.0.2.1).
    """
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    mapped = isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None
    of_many = address.is_multicast or address == _BROADCAST
    return None if "%" in text or mapped or of_many or address.is_unspecified else address


def _split(text: str) -> tuple[str, str]:
    host, _, port = text.rpartition(":") if ":" in text else (text, "", "")
    return (host, port) if not port or (port.isdecimal() and port.isascii()) else (text, "")


def _required(text: str) -> Address:
    address = address_of(text)
    if address is None:
        raise LockdownPeerUnusable("no address", peer=text)
    return address


def _known(peer: Peer, resolve: Resolver) -> list[Address]:
    try:
        found = [address for text in resolve(peer.host) if (address := address_of(text)) is not None]
    except OSError:
        found = []
    if not found:
        raise LockdownPeerUnusable("not known", peer=str(peer))
    return found


def _resolved(host: str) -> list[str]:
    return sorted({str(row[4][0]) for row in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)})


def _family(address: Address) -> str:
    return "ip" if address.version == 4 else "ip6"  # noqa: PLR2004 - the version of the protocol


def _listed(place: Place) -> str:
    if place.live is None:
        return ""
    return place.live.run(("nft", "list", "table", *TABLE), good=frozenset({0, 1}))
