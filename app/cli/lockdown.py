"""`examroom lockdown`: this PC shut down to the exam seat, and let go again."""

import json as json_module
import shutil
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer

from app.cli.console import command, err, local_time, out, print_fault, say, words
from app.resources import resource_folder
from app.seat.home import SeatHome
from sync.faults import Exit, Fault
from sync.own_program import COMMAND_LINE, own_program

if TYPE_CHECKING:
    from proctoring.lockdown.installing import Status, StepStatus
    from proctoring.lockdown.linux.catalogue import LinuxStep
    from proctoring.lockdown.linux.egress import Peer
    from proctoring.lockdown.steps import Place

UNLOCKED = "examroom.unlocked"
"""The word on the kernel command line that starts a locked-down PC unlocked."""
_DEAD_SCREEN = f"With a dead screen: add {UNLOCKED} to the kernel's line in the boot menu, log in, and remove."

app = typer.Typer(
    no_args_is_help=True, help=f"Shut this PC down to the exam seat (锁定), and let it go again. {_DEAD_SCREEN}"
)

DEFAULT_HOME = Path("/var/lib/examroom/seat")
_HTTPS = 443
SCHEMA = 1

Home = Annotated[Path, typer.Option(help="The seat's folder.")]
Root = Annotated[Path | None, typer.Option(help="Try it out on a copy of a PC's files below this folder.")]
Peers = Annotated[list[str] | None, typer.Option("--peer", help="HOST:PORT that the seat may talk to, too.")]
Names = Annotated[list[str] | None, typer.Option("--dns", help="Address of a name server; else this PC's own.")]
Times = Annotated[list[str] | None, typer.Option("--ntp", help="Address of a time server.")]
Maintenance = Annotated[list[str] | None, typer.Option("--ssh-from", help="Address that may come in by SSH.")]


@app.command("install")
@command
def install(
    home: Home = DEFAULT_HOME,
    peer: Peers = None,
    dns: Names = None,
    ntp: Times = None,
    ssh_from: Maintenance = None,
    root: Root = None,
) -> None:
    """Lock this PC down; it is an exam seat and nothing else from its next start on."""
    from proctoring.lockdown import installing
    from proctoring.lockdown.linux.catalogue import (
        Settings,
        book_of,
        require_possible,
        require_reachable,
        seat_folder,
        steps_of,
    )
    from proctoring.lockdown.linux.egress import reach_of
    from proctoring.lockdown.linux.storage import require_not_usb

    place = _place(root)
    program = _program()
    require_possible(place)
    require_reachable(place, program)
    require_not_usb(place)
    peers = _peers(seat_folder(place, home), peer or [])
    reach = reach_of(place, peers, (dns or [], ntp or [], ssh_from or []))
    wanted, templates = Settings(home, program, reach), resource_folder() / "lockdown"
    said = {"home": str(home), "peers": [str(one) for one in peers]}
    with _standing_named(place):
        plan = installing.install(book_of(place), lambda: steps_of(place, wanted, templates), said)
    say("lockdown.installed", count=len(plan.steps), peers=words()("screen.simulated.between").join(said["peers"]))
    say("lockdown.opened", addresses=words()("screen.simulated.between").join(reach.opened))
    _name_edited(place)
    say("lockdown.way_back", word=UNLOCKED)
    say("lockdown.boot_menu")


@app.command("remove")
@command
def remove(root: Root = None) -> None:
    """Let this PC go: everything is put back as it was before.

    If the screen is dead: add the word examroom.unlocked to the kernel's line in the boot menu, and log in as usual.
    """
    from proctoring.lockdown import installing
    from proctoring.lockdown.linux.catalogue import book_of, require_administrator

    place = _place(root)
    require_administrator(place)
    with _standing_named(place):
        undone = installing.remove(book_of(place))
    say("lockdown.removed" if undone else "lockdown.was_off")
    _name_edited(place)


@app.command("recover")
@command
def recover(root: Root = None) -> None:
    """Finish putting this PC back if that, or the lock-down, was interrupted; the PC's start does this by itself."""
    from proctoring.lockdown import installing
    from proctoring.lockdown.linux.catalogue import book_of, require_administrator

    place = _place(root)
    require_administrator(place)
    with _standing_named(place):
        undone = installing.recover(book_of(place))
    say("lockdown.recovered" if undone else "lockdown.nothing_to_recover")
    _name_edited(place)


@app.command("status")
@command
def status(
    root: Root = None,
    json: Annotated[bool, typer.Option("--json", help="As one JSON object.")] = False,
) -> None:
    """Say whether this PC is locked down, and what differs from what was put there."""
    from proctoring.lockdown.installing import LockdownState

    found = _status(_place(root))
    if json:
        out.print(json_module.dumps(_told(found), ensure_ascii=False), markup=False)
    else:
        _say(found)
    if found.state in {LockdownState.PARTIAL, LockdownState.DAMAGED}:
        raise typer.Exit(Exit.BAD)
    if found.state is LockdownState.UNSEEN:
        raise typer.Exit(Exit.ENVIRONMENT)


def _place(root: Path | None) -> "Place":
    """Give the PC: this one, or the files below a folder."""
    from proctoring.lockdown.linux.live import Live
    from proctoring.lockdown.steps import Place

    # the packet filter may cut the very connection that we were started over; that is no reason to stop half-way
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    return Place(live=Live()) if root is None else Place(root.absolute())


def _program() -> tuple[str, ...]:
    """Give how this program is started without a search path, whatever lies in the folder one stands in."""
    found = shutil.which(sys.argv[0]) if Path(sys.argv[0]).name == "examroom" else None
    return (str(Path(found).absolute()),) if found else tuple(own_program(COMMAND_LINE))


def _peers(home: Path, named: list[str]) -> "list[Peer]":
    """Give whom the seat may talk to: who was named, its registry, and where its recordings go.

    Raises:
        LockdownPeerUnusable: an address is none.
        LockdownNoPeer: nobody was named, and the folder is no enrolled seat's.
    """
    from app.seat.carrying import SiteStore
    from proctoring.lockdown.faults import LockdownNoPeer
    from proctoring.lockdown.linux.egress import Peer
    from sync.client.enrolment import load_enrolment

    place, addresses = SeatHome(home), []
    with suppress(Fault):
        addresses.append(load_enrolment(place.trust).url)
    store = SiteStore.of(place)
    if store is not None:
        addresses.append(store.address)
    found = [Peer.parse(text) for text in named]
    for address in addresses:
        parts = urlsplit(address)
        if parts.hostname:
            host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
            found.append(Peer.parse(f"{host}:{parts.port or _HTTPS}"))
    if not found:
        raise LockdownNoPeer(str(home))
    return list(dict.fromkeys(found))


def _status(place: "Place") -> "Status[LinuxStep]":
    from proctoring.lockdown import installing
    from proctoring.lockdown.linux.catalogue import book_of

    return installing.status(book_of(place), _known(place))


def _known(place: "Place") -> "tuple[LinuxStep, ...]":
    """Give the steps that this program would take, as far as they do not hang from what was chosen."""
    from proctoring.lockdown.linux.catalogue import files_of

    return files_of(place, resource_folder() / "lockdown")


def _told(found: "Status[LinuxStep]") -> dict[str, object]:
    plan = found.plan
    return {
        "schema": SCHEMA,
        "state": found.state.value,
        "phase": plan.phase.value if plan else None,
        "level": found.level.value,
        "home": plan.settings.get("home") if plan else None,
        "peers": plan.settings.get("peers", []) if plan else [],
        "steps": [
            {"name": one.name, "kind": one.kind, "path": one.path, "difference": one.difference} for one in found.steps
        ],
        "drift": [one.name for one in found.drifted],
        "since_ms": found.since_ms,
        "fault": found.plan_fault.code if found.plan_fault else None,
    }


def _say(found: "Status[LinuxStep]") -> None:
    from proctoring.lockdown.installing import LockdownState

    say(f"lockdown.state.{found.state.value}")
    if found.since_ms is not None:
        say("lockdown.since", time=local_time(found.since_ms))
    if found.state is LockdownState.UNSEEN:
        return
    if found.plan_fault is not None:
        print_fault(found.plan_fault)
        _name_standing(found.steps)
        return
    say(f"lockdown.reach.{found.level.value}")
    for step in found.drifted:
        say("lockdown.drift", name=step.name, difference=words()(_difference(step.difference)))
    if found.drifted:
        say("lockdown.drift_advice")
    if found.state is not LockdownState.OFF:
        say("lockdown.way_back", word=UNLOCKED)


@contextmanager
def _standing_named(place: "Place") -> Iterator[None]:
    """Without a good undo plan, name what of ours stands beside saying so."""
    from proctoring.lockdown.faults import LockdownPlanDamaged, LockdownPlanLost, LockdownPlanNewer

    try:
        yield
    except (LockdownPlanDamaged, LockdownPlanLost, LockdownPlanNewer) as fault:
        print_fault(fault)
        _name_standing(_status(place).steps)
        raise typer.Exit(fault.exit) from None


def _name_edited(place: "Place") -> None:
    """Name what was kept of somebody's work on our files, in which the undoing had to put something else."""
    from proctoring.lockdown.linux.catalogue import book_of

    if kept := book_of(place).edited():
        say("lockdown.edited", count=len(kept))
        for path in kept:
            out.print(path, markup=False)


def _difference(code: str) -> str:
    key = f"lockdown.difference.{code}"
    return key if words().has(key) else "lockdown.difference.other"


def _name_standing(steps: "tuple[StepStatus, ...]") -> None:
    """Name what of ours certainly stands on this PC."""
    for line in (words()("lockdown.standing", count=len(steps)), *(step.path for step in steps)):
        err.print(line, markup=False)
