"""The packet filter, loaded into a network of its own and tried with real sockets."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from proctoring.lockdown.faults import LockdownPeerUnusable
from proctoring.lockdown.linux.egress import Peer, name_servers, reach_of, rules
from proctoring.lockdown.steps import Place
from tests.proctoring.lockdown.pc import TEMPLATES, make_pc

TRIAL = "tests.proctoring.lockdown.linux.egress_trial"


def test_only_the_registry_and_the_station_are_reached_and_afterwards_all_is_as_before(tmp_path: Path) -> None:
    argv = ["unshare", "--user", "--map-root-user", "--net", sys.executable, "-m", TRIAL, str(tmp_path)]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    everywhere = "registry station elsewhere other-port registry6 elsewhere6 clock strange-clock"
    assert done.stdout.splitlines() == [
        everywhere,
        "registry station registry6 clock",
        "differs: ",
        "differs: content",
        "differs: missing; as before: True",
        everywhere,
        "changed: True; as before: True",  # a table of our name, but not ours
    ]


@pytest.mark.parametrize(
    ("text", "peer"),
    [
        ("192.0.2.1:443", Peer("192.0.2.1", 443)),
        ("[2001:db8::1]:8443", Peer("2001:db8::1", 8443)),
        ("registry.example:8443", Peer("registry.example", 8443)),
    ],
)
def test_an_address_is_read_and_said_the_same(text: str, peer: Peer) -> None:
    assert Peer.parse(text) == peer
    assert str(peer) == text


BAD = [
    "",
    ":443",
    "host",
    "host:",
    "host:0",
    "host:65536",
    "host:4x",
    "host:٤٤٣",
    "::1",
    "[::1]",
    "[host]:1",
    "a b:1",
    "-x:1",
    "a;drop:1",
    "a\n:1",
    "fe80::1%eth0:1",
    "[fe80::1%eth0]:1",
    "主机:1",
    "010.0.0.1:443",
    "1:443",
    "0x7f.1:443",
    "registry.0x7F:443",
    "10.1:443",
    "10.0.0.1.:443",
    "0.0.0.0:443",
    "255.255.255.255:443",
    "224.0.0.1:443",
    "[::]:443",
    "[ff02::1]:443",
    "[::ffff:10.0.0.1]:443",
]


@pytest.mark.parametrize("text", BAD)
def test_what_is_no_address_is_refused_and_never_comes_into_the_rules(text: str) -> None:
    with pytest.raises(LockdownPeerUnusable):
        Peer.parse(text)


def test_a_name_is_let_through_with_all_its_addresses_and_the_name_servers_of_this_pc(tmp_path: Path) -> None:
    place = Place(make_pc(tmp_path / "pc"))
    named = [Peer("registry.example", 8443)]
    reach = reach_of(place, named, resolve=lambda _host: ["192.0.2.7", "2001:db8::7", "fe80::1%eth0"])
    text = rules(reach, (TEMPLATES / "egress.nft").read_text())
    assert "ip daddr 192.0.2.7 tcp dport 8443 accept" in text
    assert "ip6 daddr 2001:db8::7 tcp dport 8443 accept" in text
    assert "ip daddr 192.0.2.53 meta l4proto { tcp, udp } th dport 53 accept" in text
    assert "127.0.0.53" not in text


def test_without_a_name_no_name_server_is_let_through(tmp_path: Path) -> None:
    place = Place(make_pc(tmp_path / "pc"))
    assert reach_of(place, [Peer("192.0.2.1", 443)]).names == ()
    assert [str(one) for one in name_servers(place)] == ["192.0.2.53"]


def test_behind_a_helper_on_the_loopback_the_name_servers_are_the_real_ones(tmp_path: Path) -> None:
    root = make_pc(tmp_path / "pc")
    (root / "run/systemd/resolve").mkdir(parents=True)
    (root / "run/systemd/resolve/resolv.conf").write_text("nameserver 198.51.100.9\nnameserver nonsense\nnameserver\n")
    assert [str(one) for one in name_servers(Place(root))] == ["198.51.100.9"]


def test_an_address_is_said_in_the_way_it_is_opened() -> None:
    assert str(Peer.parse("[2001:DB8:0:0::1]:443")) == "[2001:db8::1]:443"
    reach = reach_of(
        Place(Path("/nowhere")),
        [Peer("registry.example", 8443)],
        (["192.0.2.53"], ["2001:db8::123"], []),
        resolve=lambda _host: ["192.0.2.7", "0.0.0.0", "224.0.0.1", "2001:db8::7"],  # noqa: S104
    )
    assert reach.opened == ("192.0.2.7:8443", "[2001:db8::7]:8443", "192.0.2.53:53", "[2001:db8::123]:123")


@pytest.mark.parametrize("address", ["0.0.0.0", "010.0.0.1", "224.0.1.1"])  # noqa: S104
@pytest.mark.parametrize("whose", [0, 1, 2])
def test_a_server_that_is_no_one_machine_is_refused(tmp_path: Path, address: str, whose: int) -> None:
    servers = [[address] if number == whose else [] for number in range(3)]
    with pytest.raises(LockdownPeerUnusable):
        reach_of(Place(tmp_path), [], (servers[0], servers[1], servers[2]))


@pytest.mark.parametrize("stands", ["pipe", "link elsewhere", "link to itself", "huge"])
def test_name_servers_that_cannot_be_read_are_none_and_nobody_waits_for_them(tmp_path: Path, stands: str) -> None:
    root = make_pc(tmp_path / "pc")
    file = root / "etc/resolv.conf"
    file.unlink()
    (tmp_path / "outside").write_text("nameserver 198.51.100.9\n")
    if stands == "pipe":
        os.mkfifo(file)
    elif stands == "huge":
        file.write_text("\n" * 200_000 + "nameserver 198.51.100.9\n")
    else:
        file.symlink_to(tmp_path / "outside" if stands == "link elsewhere" else "resolv.conf")
    assert name_servers(Place(root)) == ()


def test_a_name_that_nobody_knows_is_said(tmp_path: Path) -> None:
    def unknown(_host: str) -> list[str]:
        raise OSError

    with pytest.raises(LockdownPeerUnusable):
        reach_of(Place(tmp_path), [Peer("nowhere.example", 1)], resolve=unknown)
    with pytest.raises(LockdownPeerUnusable):
        reach_of(Place(tmp_path), [], (["not an address"], [], []))
