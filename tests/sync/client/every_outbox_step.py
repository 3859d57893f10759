"""Kills a seat, or its registry, at every moment of a packet's delivery, lets it go on, and reports. A program.

Arguments: a scratch folder, and who is killed: `seat` or `registry`. A moment is before or after a write into a
database, after a commit, around each step by which a file is written, before a request leaves and after its answer
came. It forks, so nothing of its own runs in threads. Tells each round as a JSON line.
"""

import json
import os
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import event, func, select
from sqlalchemy.engine import Engine

from app.registry.models import LogLeaf, Packet, ScoredResult
from app.registry.serve import serve
from app.registry.service import Registry
from sync.client.connection import RegistryConnection
from sync.client.delivery import Courier
from sync.client.enrolment import load_enrolment
from sync.replica import database
from sync.replica.database import Replica
from sync.replica.outbox import Stage
from sync.trust.anchor import Trust
from sync.trust.clock import ClockReading, read_clock
from sync.trust.keystore import FileKeyStore
from tests.app.registry.world import enrol_seat, opened_world, serving, signed, simulated_packet

MOST_ROUNDS = 250
_PASSES = 12


@dataclass(frozen=True)
class Ready:
    """A packet that was sealed and countersigned."""

    sha256: str
    packet: str
    sitting: str
    envelope: bytes


@dataclass(frozen=True)
class Place:
    """Where it happens: the registry's home, its port, and the seat's folder."""

    registry: Path
    port: int
    seat: Path


def main() -> None:
    """Kill at the first moment, at the second, and so on, until a packet comes through unharmed."""
    scratch, who = Path(sys.argv[1]), sys.argv[2]
    place, packets = set_up(scratch)
    served = None if who == "registry" else _serve(place, None)
    for moment, ready in zip(count(1), packets, strict=False):
        if who == "registry":
            survived = _registry_round(place, ready, moment)
        else:
            survived = _in_child(partial(_deliver, place, ready, moment))
            _in_child(partial(_deliver, place, ready, None))
        sys.stdout.write(json.dumps({"moment": moment, "survived": survived, **_left(place, ready)}) + "\n")
        sys.stdout.flush()
        if survived:
            break
    if served is not None:
        _end(served)


def set_up(scratch: Path) -> tuple[Place, list[Ready]]:
    """Make a registry, a seat, and a packet for each round; nothing of it is open any more when this returns."""
    with opened_world(scratch) as world, serving(world.registry) as url:
        seat = enrol_seat(world)
        session = world.registry.plan_session(world.request((seat.device,), candidates=MOST_ROUNDS))
        made = []
        for number in range(MOST_ROUNDS):
            packet = simulated_packet(world, seat, session, number)
            sha256, envelope = signed(world, seat, packet)
            made.append(Ready(sha256, packet.packet, packet.sitting, envelope))
        folder = seat.trust.parent
    return Place(scratch / "registry", urlsplit(url).port or 0, folder), made


def _registry_round(place: Place, ready: Ready, moment: int) -> bool:
    """Tell whether the registry survived; if not, another one is started, and the seat goes on."""
    served = _serve(place, moment)
    _in_child(partial(_deliver, place, ready, None))
    if os.waitpid(served, os.WNOHANG) == (0, 0):
        _end(served)
        return True
    again = _serve(place, None)
    _in_child(partial(_deliver, place, ready, None))
    _end(again)
    return False


def _deliver(place: Place, ready: Ready, die_at: int | None) -> None:
    """Be the seat, from wherever it stands, as an agent that has just begun: packet put in, queued, sent, proven."""
    if die_at is not None:
        _arm(die_at)
    keystore, enrolment = FileKeyStore(place.seat / "keys"), load_enrolment(place.seat / "trust")
    with Replica.open(place.seat / "replica.db", keystore.replica_key()) as replica:
        replica.outbox.add(ready.sha256, ready.packet, ready.sitting, ready.envelope, 1)
        if (row := replica.outbox.get(ready.sha256)) and row.stage is Stage.SEALED:
            replica.outbox.move(ready.sha256, Stage.QUEUED)
        replica.outbox.recover()
        hours = count(1)
        courier = Courier(
            replica,
            lambda: enrolment.connect(keystore),
            lambda: Trust.load(place.seat / "trust"),
            clock=lambda: ClockReading("simulated boot", next(hours) * 3_600_000, read_clock().wall_ms),
        )
        for _ in range(_PASSES):
            report = courier.turn()
            if not report.waiting or not report.answered:
                break


def _left(place: Place, ready: Ready) -> dict[str, object]:
    """Say what stands on both sides."""
    keystore = FileKeyStore(place.seat / "keys")
    with Replica.open(place.seat / "replica.db", keystore.replica_key()) as replica:
        rows = [line.stage.value for line in replica.outbox.lines() if line.sha256 == ready.sha256]
    with Registry.open(place.registry) as registry, registry.premises.database.reading() as session:
        columns = (Packet.sha256, ScoredResult.packet_sha256, LogLeaf.subject_sha256)
        counted = [session.scalar(select(func.count()).where(column == ready.sha256)) for column in columns]
        registry.premises.log.checkpoint()
    return {"seat": rows, "registry": counted}


def _serve(place: Place, die_at: int | None) -> int:
    """Start the registry as a process of its own, and give its number once it listens."""
    told, tell = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(told)

        def ready(_url: str) -> None:
            if die_at is not None:
                _arm(die_at)
            os.write(tell, b"1")

        with _never_returning():
            serve(place.registry, port=place.port, ready=ready)
    os.close(tell)
    listening = os.read(told, 1)
    os.close(told)
    if listening != b"1":
        raise AssertionError("the registry did not begin")
    return child


def _end(child: int) -> None:
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def _in_child(work: Callable[[], None]) -> bool:
    """Do something as a process of its own; tell whether it lived to see its end. A defect ends everything."""
    child = os.fork()
    if child == 0:
        with _never_returning():
            work()
    ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if ended not in (0, -signal.SIGKILL):
        raise AssertionError(f"a child ended with {ended}")
    return ended == 0


@contextmanager
def _never_returning() -> Iterator[None]:
    """Keep a child from going on as its parent, whatever happens in it."""
    try:
        yield
        os._exit(0)
    except BaseException:  # noqa: BLE001 - a child that went on would be a second parent
        traceback.print_exc()
        os._exit(1)


def _arm(die_at: int) -> None:
    """Make one moment this process's last."""
    moments = count(1)

    def pass_moment(*_: object, **__: object) -> None:
        if next(moments) == die_at:
            os.kill(os.getpid(), signal.SIGKILL)

    _arm_replica(pass_moment)
    for happening in ("before_cursor_execute", "after_cursor_execute", "commit"):
        event.listen(Engine, happening, pass_moment)
    for name in ("fsync", "replace"):  # every durable file comes to be by these
        _around(os, name, pass_moment)
    for method in ("put", "get"):
        _around(RegistryConnection, method, pass_moment)


def _arm_replica(pass_moment: Callable[[], None]) -> None:
    transaction = database._LockedConnection.transaction

    @contextmanager
    def transaction_or_die(self: database._LockedConnection) -> Iterator[None]:
        with transaction(self):
            yield
        pass_moment()

    _around(database._LockedConnection, "run", pass_moment)
    database._LockedConnection.transaction = transaction_or_die  # type: ignore[method-assign]


def _around(owner: object, name: str, pass_moment: Callable[[], None]) -> None:
    whole = getattr(owner, name)

    def call(*arguments: object, **named: object) -> object:
        pass_moment()
        done = whole(*arguments, **named)
        pass_moment()
        return done

    setattr(owner, name, call)


if __name__ == "__main__":
    main()
