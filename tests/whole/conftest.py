"""One whole sitting for all tests of this folder, also when several workers share them."""

import fcntl
import os
import pickle
import shutil
from pathlib import Path

import pytest

from sync.trust.anchor import Trust
from sync.wire.packet import ScorePacket
from tests.whole.run import Run, run_demo
from tests.whole.traces import packet_in

ITEMS, CUT_AT = 12, 5


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give a whole sitting the time it needs on a machine that is busy with others."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.timeout(300))


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """12 items, the power cut after the fifth response. Whoever damages anything copies it first."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent  # the workers' common one
    kept = folder / "whole.pickle"
    with (folder / "whole.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            done = run_demo(folder / "whole", "--items", str(ITEMS), "--power-cut", str(CUT_AT))
            kept.write_bytes(pickle.dumps(done))
    found = pickle.loads(kept.read_bytes())  # noqa: S301 - written by ourselves a moment ago
    assert isinstance(found, Run)
    assert found.code == 0, found.narration
    return found


@pytest.fixture(scope="session")
def packet(run: Run) -> ScorePacket:
    return packet_in(run.path("packet").read_bytes())


@pytest.fixture(scope="session")
def trust(run: Run) -> Trust:
    return Trust.load(run.home / "trust")


@pytest.fixture(scope="session")
def recording(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy outside the archive: what leaves an archive's shelf is entered there."""
    return Path(shutil.copytree(run.path("recording"), tmp_path_factory.mktemp("taken") / "recording"))
