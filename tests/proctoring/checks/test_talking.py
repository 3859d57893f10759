"""Sockets of a made-up PC: who waits, who talks, whose they are, and tables that are not in the kernel's format."""

from ipaddress import IPv4Address, IPv6Address
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from proctoring.checks.machine import Unreadable
from proctoring.checks.observation import Observation, observe
from proctoring.checks.situation import Situation
from proctoring.checks.sockets import sockets as read_sockets
from proctoring.checks.sockets import unix_names
from proctoring.checks.talking import listening, peers
from sync.wire.environment import Verdict
from tests.proctoring.checks.made_up import KNOWN, MadeUp
from tests.proctoring.checks.running import ESTABLISHED, HEAD, UNCONNECTED, Line, names, owns, quiet, sockets

CLEAR, FOUND, UNKNOWN = Verdict.CLEAR, Verdict.FOUND, Verdict.UNKNOWN
ANY, HERE, OUT = "0.0.0.0", "127.0.0.1", "10.0.0.2"  # noqa: S104


@pytest.fixture
def pc(tmp_path: Path) -> MadeUp:
    made = MadeUp(tmp_path)
    quiet(made)
    return made


def seen(pc: MadeUp, *expected_ports: int, talks_to: tuple[tuple[str, int], ...] = ()) -> dict[str, Observation]:
    situation = Situation(
        own_pids=frozenset({500}), known=KNOWN, ports=frozenset(expected_ports), peers=frozenset(talks_to)
    )
    both = observe({"listening": listening, "peers": peers}, pc.machine, situation)
    return {one.check: one for one in both}


def test_a_port_that_nobody_expects_is_found(pc: MadeUp) -> None:
    sockets(pc, "tcp", Line(ANY, 8080, inode=7))
    found = seen(pc)["listening"]
    assert found.verdict is FOUND
    assert found.evidence == ("/proc/net: tcp 0.0.0.0:8080",)
    assert found.facts == {"names": "tcp 0.0.0.0:8080", "count": 1}


def test_ports_that_are_ordinary_expected_ours_or_not_reachable_are_clear(pc: MadeUp) -> None:
    sockets(pc, "tcp", Line(ANY, 631), Line(HERE, 8080), Line(ANY, 8443), Line(ANY, 9000, inode=77))
    sockets(pc, "udp", Line(ANY, 5353, UNCONNECTED), Line(ANY, 40_000, UNCONNECTED))
    owns(pc, 501, 77)  # a child of ours
    assert seen(pc, 8443)["listening"].verdict is CLEAR


def test_a_udp_port_below_the_passing_ones_waits_too(pc: MadeUp) -> None:
    sockets(pc, "udp", Line(ANY, 9000, UNCONNECTED))
    assert seen(pc)["listening"].facts["names"] == "udp 0.0.0.0:9000"


def test_a_pc_with_a_wider_range_of_passing_ports_is_not_accused_for_them(pc: MadeUp) -> None:
    sockets(pc, "udp", Line(ANY, 9000, UNCONNECTED))
    pc.write("proc/sys/net/ipv4/ip_local_port_range", "1024\t65535\n")
    assert seen(pc)["listening"].verdict is CLEAR


def test_whom_this_pc_talks_to_is_found_unless_expected_or_ours(pc: MadeUp) -> None:
    sockets(
        pc,
        "tcp",
        Line(OUT, 50_000, ESTABLISHED, "10.9.9.9", 443, inode=5),
        Line(OUT, 50_001, ESTABLISHED, "10.0.0.1", 8443, inode=6),
        Line(OUT, 50_002, ESTABLISHED, "10.8.8.8", 443, inode=77),
        Line(HERE, 50_003, ESTABLISHED, HERE, 9000, inode=8),
    )
    sockets(pc, "udp", Line(OUT, 50_004, ESTABLISHED, "10.0.0.53", 53))
    owns(pc, 500, 77)
    found = seen(pc, talks_to=(("10.0.0.1", 8443),))["peers"]
    assert found.evidence == ("/proc/net: tcp 10.9.9.9:443",)


def test_an_address_of_the_other_kind_is_read_as_the_kernel_writes_it(pc: MadeUp) -> None:
    sockets(pc, "tcp6", Line("B80D0120000000000000000001000000", 443), Line(OUT, 444))
    found = read_sockets(pc.machine)
    assert [one.local for one in found] == [IPv6Address("2001:db8::1"), IPv4Address(OUT)]
    assert str(found[0]) == "tcp [2001:db8::1]:443"


@pytest.mark.parametrize(
    "line",
    [
        "   0: 0100007F:ZZZZ 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 1 1\n",
        "   0: 0100007F:0016\n",
        "rubbish\n",
        "\0" * 100,
        "   0: " + "0" * 5000,
    ],
)
def test_a_table_that_is_not_in_the_kernels_format_is_not_understood(pc: MadeUp, line: str) -> None:
    pc.write("proc/net/tcp", HEAD + line)
    assert seen(pc)["listening"].verdict is UNKNOWN
    assert seen(pc)["peers"].evidence == ("/proc/net/tcp: EBADMSG",)


def test_an_endless_table_is_not_read_to_its_end(pc: MadeUp) -> None:
    sockets(pc, "tcp", *(Line(ANY, 8080) for _ in range(9000)))
    with pytest.raises(Unreadable, match="EFBIG"):
        read_sockets(pc.machine)


def test_no_table_at_all_is_not_nobody(pc: MadeUp) -> None:
    for table in ("tcp", "tcp6", "udp", "udp6"):
        (pc.root / "proc/net" / table).unlink()
    assert seen(pc)["listening"].verdict is UNKNOWN
    assert seen(pc)["peers"].verdict is UNKNOWN


def test_names_of_unix_sockets_may_hold_anything(pc: MadeUp) -> None:
    names(pc, "", "@abstract with spaces", "/run/a\nb", "/run/systemd/notify")
    assert unix_names(pc.machine) == {"@abstract with spaces", "/run/a", "/run/systemd/notify"}


@given(raw=st.binary(max_size=400))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_bytes_make_a_check_fail(pc: MadeUp, raw: bytes) -> None:
    pc.write("proc/net/tcp", HEAD.encode() + raw)
    assert {one.verdict for one in seen(pc).values()} <= {CLEAR, UNKNOWN}
