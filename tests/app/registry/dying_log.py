"""Kills a registry at each line of showing its log, one death per child; says how many died, and after the head."""

import os
import shutil
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Any

import app.registry.log
import app.registry.tiles
import sync.replica.durable
from app.registry.database import Database
from app.registry.log import TransparencyLog
from sync.client.log_audit import audit_log
from sync.client.log_source import LogFolder
from sync.trust.leaf import Leaf, LeafKind
from sync.trust.log_head import read_log_head
from sync.wire.enrolment import RegistryRole
from tests.sync.trust.world import ORIGIN, World

WATCHED = {module.__file__ for module in (app.registry.log, app.registry.tiles, sync.replica.durable)}
READING = {"_subtree", "node_of", "_new_tiles", "_entries"}
"""They only compute what is written; a death in them is one in the line that called them."""
SHOWN, MORE = 255, 3


def die_at(line: int) -> None:
    """Arrange for SIGKILL at the `line`th line that is run from now on."""
    left = line

    def trace(frame: FrameType, event: str, _argument: object) -> Any:  # noqa: ANN401 - as in sys.settrace
        nonlocal left
        if frame.f_code.co_filename not in WATCHED or frame.f_code.co_name in READING:
            return None
        if event == "line":
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
        return trace

    sys.settrace(trace)


def main(folder: Path) -> None:
    world = World.make()
    key, trust = world.roles[RegistryRole.LOG], world.trust
    database = Database.open(folder / "registry.db")
    log = TransparencyLog(folder / "before", ORIGIN, key, database)
    for count in (SHOWN, MORE):
        with database.writing() as session:
            for _ in range(count):
                log.append(session, Leaf(LeafKind.PACKET, (bytes(32),)))
        if count == SHOWN:
            seen = read_log_head(log.checkpoint(), trust)
    died = shown = line = 0
    while True:
        line += 1
        place = folder / str(line)
        shutil.copytree(folder / "before", place)
        database.close()  # a connection must not cross a fork
        child = os.fork()
        if child == 0:
            die_at(line)
            TransparencyLog(place, ORIGIN, key, database).checkpoint()
            os._exit(0)
        _, ended = os.waitpid(child, 0)
        left = audit_log(LogFolder(place), trust, seen=seen)
        assert left.good, (line, left.checks)  # what the death left is a log, the old one or the new one
        assert left.head
        shown += left.head.size == SHOWN + MORE
        TransparencyLog(place, ORIGIN, key, database).checkpoint()
        after = audit_log(LogFolder(place), trust, seen=left.head)
        assert after.good, (line, after.checks)
        assert after.head
        assert after.head.size == SHOWN + MORE
        if not os.WIFSIGNALED(ended):
            sys.stdout.write(f"{died} {shown}\n")
            return
        died += 1
        shutil.rmtree(place)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
