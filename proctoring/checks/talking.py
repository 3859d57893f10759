"""Who could talk to this PC, and whom it talks to: listening ports and connections that nobody expects."""

from typing import Final

from proctoring.checks.machine import Machine
from proctoring.checks.observation import Observation, clear, found, unknown
from proctoring.checks.process import Running, ours
from proctoring.checks.situation import Situation
from proctoring.checks.sockets import Socket, inodes_of, sockets

_DNS: Final = 53


def listening(machine: Machine, situation: Situation) -> Observation:
    """Tell whether something on this PC waits for other PCs that is neither ours nor an ordinary PC's."""
    if situation.known is None:
        return unknown("listening", ("resources/checks: not loaded",))
    expected = {(one.protocol, one.port) for one in situation.known.expected.ports}
    odd = [
        one
        for one in sockets(machine)
        if one.listens
        and one.reachable
        and (one.protocol, one.port) not in expected
        and one.port not in situation.ports
    ]
    odd = _not_ours(machine, situation, odd)
    if odd:
        shown = sorted({str(one) for one in odd})
        return found("listening", (f"/proc/net: {one}" for one in shown), names=", ".join(shown[:5]), count=len(shown))
    return clear("listening", ("/proc/net: nothing that is not expected",))


def peers(machine: Machine, situation: Situation) -> Observation:
    """Tell whether this PC talks to others than it has to."""
    talking = [one for one in sockets(machine) if one.talks and not one.remote.is_loopback]
    odd = [one for one in talking if not _expected(one, situation)]
    odd = _not_ours(machine, situation, odd)
    if odd:
        shown = sorted({one.other_end for one in odd})
        return found("peers", (f"/proc/net: {one}" for one in shown), names=", ".join(shown[:5]), count=len(shown))
    return clear("peers", ("/proc/net: nobody who is not expected",))


def _expected(one: Socket, situation: Situation) -> bool:
    """Tell whether the other end is one of ours, or a question for a name or an address, which any PC asks."""
    asks = one.protocol == "udp" and one.remote_port in {_DNS, 67, 123, 547}
    return asks or (str(one.remote), one.remote_port) in situation.peers


def _not_ours(machine: Machine, situation: Situation, odd: list[Socket]) -> list[Socket]:
    """Leave our own processes' sockets out; they are looked for only if something is odd."""
    if not odd:
        return odd
    own = inodes_of(machine, ours(Running.look(machine).processes, situation.own_pids))
    return [one for one in odd if one.inode not in own]
