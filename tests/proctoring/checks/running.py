"""What runs on a made-up PC: processes, sockets and sessions, as Linux and logind write them."""

from collections.abc import Iterable
from dataclasses import dataclass

from tests.proctoring.checks.made_up import MadeUp

HEAD = (
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode"
    "                                                     \n"
)
LISTEN, ESTABLISHED, UNCONNECTED = "0A", "01", "07"


def process(
    pc: MadeUp,
    pid: int,
    *argv: str,
    exe: str | None = None,
    comm: str = "",
    uid: int = 1000,
    parent: int = 1,
    tracer: int = 0,
    capabilities: int = 0,
) -> None:
    """Make a process; `exe` None: the kernel does not show which file it runs."""
    name = comm or (exe or argv[0]).rpartition("/")[2]
    ids = f"{uid}\t{uid}\t{uid}\t{uid}"
    pc.write(
        f"proc/{pid}/status",
        f"Name:\t{name[:15]}\nPid:\t{pid}\nPPid:\t{parent}\nTracerPid:\t{tracer}\nUid:\t{ids}\n"
        f"CapEff:\t{capabilities:016x}\n",
    )
    pc.write(f"proc/{pid}/cmdline", "".join(f"{word}\0" for word in argv))
    if exe is None:
        pc.write(f"proc/{pid}/exe", "no link")
    else:
        pc.link(f"proc/{pid}/exe", exe)


def quiet(pc: MadeUp) -> None:
    """A PC on which nothing happens: the first process, ours (500 with its child 501), and empty tables."""
    process(pc, 1, "/sbin/init", comm="systemd", uid=0, parent=0)
    process(pc, 500, "/usr/bin/python3", "-m", "app", exe="/usr/bin/python3.11", comm="examroom")
    process(pc, 501, "/usr/bin/python3", exe="/usr/bin/python3.11", comm="recorder", parent=500)
    for table in ("tcp", "tcp6", "udp", "udp6"):
        sockets(pc, table)
    names(pc)


@dataclass(frozen=True)
class Line:
    """One line of /proc/net/tcp or udp; addresses as dotted quads or as the kernel's own hexadecimal."""

    local: str
    port: int
    state: str = LISTEN
    remote: str = "0.0.0.0"  # noqa: S104 - nobody binds to it
    remote_port: int = 0
    inode: int = 1


def sockets(pc: MadeUp, table: str, *lines: Line) -> None:
    """Write a table of sockets."""
    wide = table.endswith("6")
    rows = (
        f"{number:4}: {_hex(one.local, wide)}:{one.port:04X} {_hex(one.remote, wide)}:{one.remote_port:04X} {one.state}"
        f" 00000000:00000000 00:00000000 00000000  1000        0 {one.inode} 1 0000000000000000 100 0 0 10 0\n"
        for number, one in enumerate(lines)
    )
    pc.write(f"proc/net/{table}", HEAD + "".join(rows))


def owns(pc: MadeUp, pid: int, inode: int) -> None:
    """Let a process have a socket open."""
    pc.link(f"proc/{pid}/fd/{inode}", f"socket:[{inode}]")


def names(pc: MadeUp, *paths: str) -> None:
    """Write the table of Unix sockets."""
    rows = (f"0000000000000000: 00000002 00000000 00010000 0001 01 {n} {path}\n" for n, path in enumerate(paths))
    pc.write("proc/net/unix", "Num       RefCount Protocol Flags    Type St Inode Path\n" + "".join(rows))


def session(pc: MadeUp, name: str, fields: Iterable[str]) -> None:
    """Write a session as logind keeps it."""
    pc.write(f"run/systemd/sessions/{name}", "# private data, do not parse\n" + "".join(f"{one}\n" for one in fields))


def _hex(address: str, wide: bool) -> str:
    if "." not in address:
        return address
    word = "".join(f"{int(part):02X}" for part in reversed(address.split(".")))
    if not wide:
        return word
    return "0" * 32 if address == "0.0.0.0" else f"0000000000000000FFFF0000{word}"  # noqa: S104
