"""`python -m proctoring.recorder --control SOCKET --keys FOLDER`: be the recorder of this seat."""

import argparse
import sys
from pathlib import Path

from proctoring.recorder.process import IDLE_S, detach, run
from sync.faults import Fault


def main() -> int:
    """Read the command line, be the recorder, give the exit code."""
    parser = argparse.ArgumentParser(prog="proctoring.recorder", description=__doc__)
    parser.add_argument("--control", type=Path, required=True, help="the Unix socket to serve")
    parser.add_argument("--keys", type=Path, required=True, help="the seat's key store")
    parser.add_argument("--idle", type=float, default=IDLE_S, help="end after so many idle seconds alone")
    parser.add_argument("--detach", action="store_true", help="go to the background, return when it serves")
    given = parser.parse_args()
    ready = detach() if given.detach else None
    try:
        return run(given.control, given.keys, idle_s=given.idle, ready=ready)
    except Fault as fault:
        sys.stderr.write(f"{fault}\n")
        return int(fault.exit)


if __name__ == "__main__":
    sys.exit(main())
