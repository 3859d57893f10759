"""The seat's recorder outlives the kiosk by design; when a demonstration is over, nobody is left who would need it."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from proctoring.recorder.client import RecorderClient, RecorderGone
from sync.faults import Fault

END_S = 30
"""Closing a recording that is still under way takes seconds, not more."""


@contextmanager
def recorder_let_go(control: Path) -> Iterator[None]:
    """At the end of the block close what the recorder at `control` still records, and let it end."""
    try:
        yield
    finally:
        with suppress(RecorderGone, psutil.NoSuchProcess):
            _let_go(RecorderClient.attach(control, 0))


def _let_go(recorder: RecorderClient) -> None:
    status = recorder.status()
    process = psutil.Process(status.keeper or status.pid)
    with suppress(Fault):  # nothing was recorded, or it cannot be closed: the recorder ends all the same
        recorder.stop()
    recorder.quit()
    try:
        process.wait(END_S)
    except psutil.TimeoutExpired:
        for one in (process, *process.children()):  # the keeper first: it would start another
            one.kill()
        process.wait(END_S)
