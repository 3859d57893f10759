"""Started in a network of its own by test_egress.py: serves on several addresses and says which can be reached."""

import socket
import subprocess
import sys
import threading
from pathlib import Path

from proctoring.lockdown.linux.catalogue import EGRESS
from proctoring.lockdown.linux.egress import Peer, RulesetStep, reach_of, rules
from proctoring.lockdown.linux.live import Live
from proctoring.lockdown.steps import Place
from tests.proctoring.lockdown.pc import TEMPLATES

SERVERS = {
    "registry": ("192.0.2.10", 8443),
    "station": ("192.0.2.11", 1883),
    "elsewhere": ("192.0.2.66", 8443),
    "other-port": ("192.0.2.10", 22),
    "registry6": ("2001:db8::10", 8443),
    "elsewhere6": ("2001:db8::66", 8443),
}
CLOCKS = {"clock": "192.0.2.10", "strange-clock": "192.0.2.66"}
SOMEBODY = "table ip somebody {\nchain c {\ntype filter hook output priority 5; policy accept;\n}\n}\n"
OURS_BEFORE = "table inet examroom_lockdown {\nchain c {\nudp dport 9 drop\n}\n}\n"


def tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def run(*argv: str, given: str = "") -> str:
    return subprocess.run(argv, input=given, stdout=subprocess.PIPE, text=True, check=True).stdout


def connected() -> "subprocess.Popen[str]":
    """Lay a cable to another network, in which the servers are."""
    run("ip", "link", "set", "lo", "up")
    argv = ["unshare", "--net", sys.executable, __file__, "--serve"]
    other = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert other.stdout is not None
    assert other.stdin is not None
    assert other.stdout.readline() == "there\n"
    run("ip", "link", "add", "here", "type", "veth", "peer", "name", "there", "netns", str(other.pid))
    run("ip", "address", "add", "192.0.2.1/24", "dev", "here")
    run("ip", "-6", "address", "add", "2001:db8::1/64", "dev", "here", "nodad")
    run("ip", "link", "set", "here", "up")
    other.stdin.write("laid\n")
    other.stdin.flush()
    assert other.stdout.readline() == "serving\n"
    return other


def serve() -> None:
    """Be the servers, until the one who asks ends."""
    tell("there")
    sys.stdin.readline()
    run("ip", "link", "set", "there", "up")
    for host in ("192.0.2.10", "192.0.2.11", "192.0.2.66"):
        run("ip", "address", "add", f"{host}/24", "dev", "there")
    for host in ("2001:db8::10", "2001:db8::66"):
        run("ip", "-6", "address", "add", f"{host}/64", "dev", "there", "nodad")
    kept = [
        socket.create_server(address, family=socket.AF_INET6 if ":" in address[0] else socket.AF_INET)
        for address in SERVERS.values()
    ]
    for host in CLOCKS.values():
        clock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        clock.bind((host, 123))
        threading.Thread(target=answer, args=(clock,), daemon=True).start()
    tell("serving")
    sys.stdin.readline()
    for server in kept:
        server.close()


def answer(clock: socket.socket) -> None:
    while True:
        question, asker = clock.recvfrom(10)
        clock.sendto(question, asker)


def reached() -> str:
    names = [name for name, address in SERVERS.items() if connects(address)]
    return " ".join(names + [name for name, host in CLOCKS.items() if tells_time(host)])


def connects(address: tuple[str, int]) -> bool:
    try:
        socket.create_connection(address, timeout=2).close()
    except OSError:
        return False
    return True


def tells_time(host: str) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.settimeout(2)
        try:
            asking.connect((host, 123))
            asking.send(b"time?")
            return asking.recv(10) == b"time?"
        except OSError:
            return False


def main(root: Path) -> None:
    place = Place(root, Live())
    peers = [Peer.parse(text) for text in ("192.0.2.10:8443", "192.0.2.11:1883", "[2001:db8::10]:8443")]
    file = root / EGRESS
    file.parent.mkdir(parents=True, exist_ok=True)
    reach = reach_of(place, peers, ([], ["192.0.2.10"], []))
    file.write_text(rules(reach, (TEMPLATES / "egress.nft").read_text()))
    run("nft", "-f", "-", given=SOMEBODY)
    before = run("nft", "list", "ruleset")
    other = connected()
    tell(reached())
    step = RulesetStep(name="egress", path=EGRESS).looked(place)
    step.apply(place)
    step.apply(place)
    step = step.settled(place)
    tell(reached())
    tell(f"differs: {step.difference(place)}")
    run("nft", "flush", "chain", "inet", "examroom_lockdown", "outgoing")
    tell(f"differs: {step.difference(place)}")
    step.undo(place)
    step.undo(place)
    tell(f"differs: {step.difference(place)}; as before: {run('nft', 'list', 'ruleset') == before}")
    tell(reached())
    run("nft", "-f", "-", given=OURS_BEFORE)
    before = run("nft", "list", "ruleset")
    step = RulesetStep(name="egress", path=EGRESS).looked(place)
    step.apply(place)
    changed = run("nft", "list", "ruleset") != before
    step.undo(place)
    tell(f"changed: {changed}; as before: {run('nft', 'list', 'ruleset') == before}")
    other.communicate("end\n")


if __name__ == "__main__":
    if sys.argv[1] == "--serve":
        serve()
    else:
        main(Path(sys.argv[1]))
