"""Kills a registry at each, or each nth, line of a re-mark, one death per child; says how many died, and how many late.

After each death the re-mark is run again on what was left: every result is corrected once, by the same score.
"""

import os
import shutil
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Any

import app.registry.correcting
import app.registry.log
import app.registry.remarking
from app.registry.correcting import Decision
from app.registry.remarking import remark
from app.registry.results import accounts_of
from app.registry.service import Registry
from sync.wire.result import Erratum

WATCHED = {module.__file__ for module in (app.registry.remarking, app.registry.correcting)}
DECISION = Decision("the key was wrong", ("Zhao Min",), 1_800_000_000_000)


def die_at(line: int) -> None:
    """Arrange for SIGKILL at the `line`th line that is run from now on."""
    left = line

    def trace(frame: FrameType, event: str, _argument: object) -> Any:  # noqa: ANN401 - as in sys.settrace
        nonlocal left
        appends = frame.f_code.co_filename == app.registry.log.__file__ and frame.f_code.co_name == "append"
        if frame.f_code.co_filename not in WATCHED and not appends:
            return None
        if event == "line":
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
        return trace

    sys.settrace(trace)


def main(folder: Path, session: str, item: str, stride: int) -> None:
    erratum = Erratum(item=item, rule="full-marks")
    died = begun = 0
    line = 1 - stride
    while True:
        line += stride
        home = folder / str(line)
        shutil.copytree(folder / "registry", home)
        child = os.fork()
        if child == 0:
            with Registry.open(home) as registry:
                die_at(line)
                remark(registry.premises, session, erratum, DECISION)
                sys.settrace(None)
            os._exit(0)
        _, ended = os.waitpid(child, 0)
        with Registry.open(home) as registry:
            left = sum(len(account.corrections) for account in accounts_of(registry.premises, session))
            again = remark(registry.premises, session, erratum, DECISION)
            assert len(again.changes) == 2 - left, (line, left)
            assert remark(registry.premises, session, erratum, DECISION).changes == ()
            accounts = accounts_of(registry.premises, session)
            found = [(len(one.corrections), one.stand.result.score_milli) for one in accounts]
            assert sorted(found) == [(0, 100_000), (1, 100_000), (1, 100_000)], (line, found)
        if not os.WIFSIGNALED(ended):
            sys.stdout.write(f"{died} {begun}\n")
            return
        died += 1
        begun += left == 1
        shutil.rmtree(home)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4]))
