"""What a frozen program begins with (`installer/windows/`): the command line, or one of our modules by its name."""

import runpy
import sys
from collections.abc import Sequence
from typing import Final

from sync.faults import Exit
from sync.own_program import BE_MODULE

MODULES: Final = frozenset(
    {
        "app.content.media.clip_probe",
        "app.content.media.svg_drawing",
        "app.demo.seat_process",
        "app.seat.agent_service",
        "app.seat.apology",
        "app.seat.changing.first_screen",
        "proctoring.lockdown.windows",
        "proctoring.recorder",
        "proctoring.recorder.worker",
    }
)
"""What the program starts as processes of its own, and all that a frozen one can be told to be."""


def run(argv: Sequence[str]) -> int:
    """Be what the words say; `argv` is all of them, the program's own name first. Give the exit code."""
    match argv[1:]:
        case [word, module, *rest] if word == BE_MODULE and module in MODULES:
            sys.argv = [argv[0], *rest]
            runpy.run_module(module, run_name="__main__", alter_sys=True)  # as `python -m` does
        case [word, *_] if word == BE_MODULE:
            sys.stderr.write(f"{BE_MODULE}: {', '.join(sorted(MODULES))}\n")
            return Exit.USAGE
        case _:
            from app.cli import main

            sys.argv = [*argv]
            main.run()
    return Exit.GOOD
