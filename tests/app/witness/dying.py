"""Kills a witness at each line of its work, one death per child; says how many died, remembered and had answered."""

import os
import signal
import sys
from http import HTTPStatus
from pathlib import Path
from types import FrameType
from typing import Any

import app.witness.cosigning
import app.witness.home
import sync.replica.durable
from app.witness.cosigning import Witness
from app.witness.home import WitnessHome
from tests.app.witness.logs import WATCHED as LOG_WATCHED
from tests.app.witness.logs import SimulatedLog

WATCHED = {module.__file__ for module in (app.witness.cosigning, app.witness.home, sync.replica.durable)}
LOG, OTHER = SimulatedLog(), SimulatedLog("b", parting=3)


def die_at(line: int) -> None:
    """Arrange for SIGKILL at the `line`th line that is run from now on."""
    left = line

    def trace(frame: FrameType, event: str, _argument: object) -> Any:  # noqa: ANN401 - as in sys.settrace
        nonlocal left
        if frame.f_code.co_filename not in WATCHED:
            return None
        if event == "line":
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
        return trace

    sys.settrace(trace)


def attempt(home: WitnessHome, line: int, answered: int) -> None:
    witness = Witness(home)
    die_at(line)
    answer = witness.add_checkpoint(LOG.request(3, 5))
    os.write(answered, str(answer.status.value).encode())
    os._exit(0)


def main(folder: Path) -> None:
    died = remembered = first = line = 0
    while True:
        line += 1
        home = WitnessHome.initialise(folder / str(line), "witness.example/w1", LOG_WATCHED)
        witness = Witness(home)
        witness.add_checkpoint(LOG.request(0, 3))
        witness.close()
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            attempt(home, line, writing)
        os.close(writing)
        _, ended = os.waitpid(child, 0)
        cosigned = os.read(reading, 10) == b"200"
        os.close(reading)
        survivor = Witness(WitnessHome.open(home.folder))
        other = survivor.add_checkpoint(OTHER.request(3, 5)).status == HTTPStatus.OK
        again = survivor.add_checkpoint(LOG.request(3, 5)).status == HTTPStatus.OK
        known = survivor.add_checkpoint(LOG.request(5, 5)).status == HTTPStatus.OK
        survivor.close()
        assert not (cosigned and other), line
        assert other != known, line
        assert not again or not other, line
        first += cosigned
        remembered += not other
        if not os.WIFSIGNALED(ended):
            sys.stdout.write(f"{died} {remembered - 1} {first}\n")
            return
        died += 1


if __name__ == "__main__":
    main(Path(sys.argv[1]))
