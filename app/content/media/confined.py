"""Work on what may be hostile in a process of its own, with bounds on its time and memory: it may hang or die there."""

import json
import resource
import subprocess
import sys
from collections.abc import Callable
from typing import Final

from app.content.media.medium import MediumRefused
from sync.own_program import own_program

SECONDS: Final = 5
MAX_MEMORY: Final = 400_000_000  # bytes of address space; about 120 MB of them are the libraries themselves

_REFUSED: Final = 10  # an exit code of ours: stdout says why


def run_confined(module: str, data: bytes) -> bytes:
    """Run `module`, one that calls `serve` when it is run, on `data`, and give what it made of it.

    Raises:
        MediumRefused: it refused, took too long or too much, or died.
    """
    try:
        done = subprocess.run(own_program(module), input=data, capture_output=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise MediumRefused(f"it takes more than {SECONDS} s to read") from None
    if done.returncode == _REFUSED:
        said = json.loads(done.stdout)
        raise MediumRefused(said["reason"], said["name"])
    if done.returncode:
        raise MediumRefused("it cannot be read within the bounds of time and memory")
    return done.stdout


def serve(work: Callable[[bytes], bytes]) -> None:
    """Be that process: bound it first, then read, work and answer."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))
    try:
        made = work(sys.stdin.buffer.read())
    except MediumRefused as refused:
        sys.stdout.write(json.dumps({"reason": refused.reason, "name": refused.name}))
        sys.exit(_REFUSED)
    sys.stdout.buffer.write(made)
