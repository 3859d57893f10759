"""Ways out under a made-up root: one, two, a tunnel, a telephone, a new one, forged tables."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proctoring.checks.machine import Machine, Unreadable
from proctoring.checks.network import default_routes, routes
from proctoring.checks.observation import Observation, observe
from proctoring.checks.situation import Situation
from sync.wire.environment import Verdict
from tests.proctoring.checks.made_up import MadeUp

HEAD = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT                  \n"
ETH0 = "eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0                        \n"
LOCAL = "eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0                       \n"
WLAN = "wlp2s0\t00000000\t0101A8C0\t0003\t0\t0\t600\t00000000\t0\t0\t0                    \n"
NO = "0" * 32
SIX = f"{NO} 00 {NO} 00 fd000000000000000000000000000001 00000400 00000003 00000000 00000003     eth0\n"
REJECT = f"{NO} 00 {NO} 00 {NO} ffffffff 00000001 00000000 00200200       lo\n"


@pytest.fixture
def pc(tmp_path: Path) -> MadeUp:
    pc = MadeUp(tmp_path)
    tables(pc, ETH0 + LOCAL, SIX + REJECT)
    card(pc, "eth0")
    return pc


def tables(pc: MadeUp, four: str, six: str = REJECT) -> None:
    pc.write("proc/net/route", HEAD + four)
    pc.write("proc/net/ipv6_route", six)


def card(pc: MadeUp, name: str, flags: str = "0x1003", kind: str = "1", uevent: str = "", driver: str = "") -> str:
    path = pc.device(f"devices/net/{name}", flags=flags, type=kind, uevent=uevent)
    pc.known_as("net", path)
    if driver:
        pc.link(f"sys/{path}/device/driver", f"/bus/usb/drivers/{driver}")
    return path


def seen(pc: MadeUp, known: frozenset[str] | None = None) -> Observation:
    (one,) = observe({"routes": routes}, pc.machine, Situation(known_routes=known))
    return one


def test_one_way_out_in_both_protocols_is_as_it_should_be(pc: MadeUp) -> None:
    assert seen(pc).verdict is Verdict.CLEAR
    assert default_routes(pc.machine) == {"eth0 via 192.0.2.1", "eth0 via fd00::1"}


def test_no_way_out_is_fine(pc: MadeUp) -> None:
    tables(pc, LOCAL)
    assert seen(pc).verdict is Verdict.CLEAR
    assert default_routes(pc.machine) == set()


def test_a_second_way_out_is_found(pc: MadeUp) -> None:
    tables(pc, ETH0 + WLAN)
    assert seen(pc).verdict is Verdict.FOUND
    assert seen(pc).evidence == (
        "/proc/net/route: eth0 via 192.0.2.1",
        "/proc/net/route: wlp2s0 via 192.168.1.1",
    )


@pytest.mark.parametrize(
    ("kind", "uevent"), [("65534", ""), ("65534", "DEVTYPE=wireguard"), ("512", "DEVTYPE=ppp"), ("778", "")]
)
def test_a_tunnel_that_is_up_is_found_whatever_it_is_called(pc: MadeUp, kind: str, uevent: str) -> None:
    card(pc, "eth1", kind=kind, uevent=uevent)
    assert seen(pc).verdict is Verdict.FOUND


def test_a_tap_looks_like_a_cable_and_is_found(pc: MadeUp) -> None:
    path = card(pc, "eth1")
    assert seen(pc).verdict is Verdict.CLEAR
    pc.write(f"sys/{path}/tun_flags", "0x1002\n")
    assert seen(pc).verdict is Verdict.FOUND


def test_a_tunnel_that_is_down_leads_nowhere(pc: MadeUp) -> None:
    card(pc, "sit0", flags="0x80", kind="776")
    assert seen(pc).verdict is Verdict.CLEAR


@pytest.mark.parametrize(
    ("driver", "verdict"), [("rndis_host", Verdict.FOUND), ("ipheth", Verdict.FOUND), ("r8152", Verdict.CLEAR)]
)
def test_a_telephones_network_is_found_and_a_usb_network_card_is_not(pc: MadeUp, driver: str, verdict: Verdict) -> None:
    card(pc, "enx0", driver=driver)
    assert seen(pc).verdict is verdict


def test_a_way_out_that_was_not_there_at_the_start_is_found(pc: MadeUp) -> None:
    known = default_routes(pc.machine)
    assert seen(pc, known).verdict is Verdict.CLEAR
    tables(pc, ETH0.replace("010200C0", "630200C0"))
    assert seen(pc, known).verdict is Verdict.FOUND
    assert seen(pc, known).evidence == ("/proc/net/route: new: eth0 via 192.0.2.99",)


def test_a_pc_without_the_newer_protocol_is_judged_by_the_older(pc: MadeUp) -> None:
    (pc.root / "proc/net/ipv6_route").unlink()
    assert seen(pc).verdict is Verdict.CLEAR


@pytest.mark.parametrize("path", ["proc/net/route", "proc/net/ipv6_route"])
def test_what_cannot_be_read_is_not_clear(pc: MadeUp, path: str) -> None:
    (pc.root / path).unlink()
    pc.shut(path)
    assert seen(pc).verdict is Verdict.UNKNOWN


def test_no_table_is_not_clear(tmp_path: Path) -> None:
    (one,) = observe({"routes": routes}, Machine(tmp_path), Situation())
    assert one.verdict is Verdict.UNKNOWN
    with pytest.raises(Unreadable):
        default_routes(Machine(tmp_path))


@settings(max_examples=40)
@given(st.one_of(st.text(alphabet="eth0 \t\nF3", max_size=120), st.text(max_size=60)))
def test_a_table_the_kernel_does_not_write_so_is_never_a_way_out(
    tmp_path_factory: pytest.TempPathFactory, line: str
) -> None:
    pc = MadeUp(tmp_path_factory.mktemp("pc"))
    tables(pc, f"{line}x\n")
    assert seen(pc).verdict is Verdict.UNKNOWN or seen(pc).evidence == ("/proc/net/route: no way out",)


def test_a_table_without_end_is_cut_and_not_believed(pc: MadeUp) -> None:
    tables(pc, LOCAL * 10_000)
    assert seen(pc).verdict is Verdict.UNKNOWN


def test_a_way_that_is_shut_is_no_way_out(pc: MadeUp) -> None:
    tables(pc, ETH0 + WLAN.replace("\t0003\t", "\t0201\t"))
    assert seen(pc).verdict is Verdict.CLEAR


def test_a_pc_that_had_no_way_out_at_the_start_may_get_its_first(pc: MadeUp) -> None:
    assert seen(pc, frozenset()).verdict is Verdict.CLEAR
