"""The count of a seat's requests: no figure twice, whatever runs at once and whenever it is killed."""

import subprocess
import sys
from pathlib import Path

import pytest

from sync.replica.database import Replica

TAKING = """
import sys
from pathlib import Path
from sync.replica.database import Replica
replica = Replica.open(Path(sys.argv[1]), bytes(32))
for _ in range(int(sys.argv[2])):
    print(replica.requests.take(), flush=True)
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    Replica.open(tmp_path / "replica.db", bytes(32)).close()
    return tmp_path / "replica.db"


def taking(file: Path, figures: int) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", TAKING, str(file), str(figures)], stdout=subprocess.PIPE, text=True)


def test_it_counts_from_one_and_goes_on_after_it_was_closed(file: Path) -> None:
    with Replica.open(file, bytes(32)) as replica:
        assert replica.requests.last() == 0
        assert [replica.requests.take() for _ in range(3)] == [1, 2, 3]
    with Replica.open(file, bytes(32)) as replica:
        assert (replica.requests.last(), replica.requests.take()) == (3, 4)


def test_it_is_raised_but_never_set_back(file: Path) -> None:
    with Replica.open(file, bytes(32)) as replica:
        replica.requests.raise_to(10)
        replica.requests.raise_to(5)
        assert replica.requests.take() == 11


def test_processes_that_ask_at_once_never_have_one_figure(file: Path) -> None:
    running = [taking(file, 40) for _ in range(3)]
    figures = [int(line) for one in running for line in one.communicate(timeout=60)[0].split()]
    assert sorted(figures) == list(range(1, 121))
    assert {one.returncode for one in running} == {0}


def test_a_kill_after_counting_and_before_sending_costs_a_figure_and_uses_none_twice(file: Path) -> None:
    seen: list[int] = []
    for told in (1, 7, 20):
        with taking(file, 100_000) as process:
            assert process.stdout is not None
            figures = [int(process.stdout.readline()) for _ in range(told)]
            process.kill()
            figures += [int(line) for line in process.stdout.read().split()]
        assert not set(figures) & set(seen)
        seen += figures
    with Replica.open(file, bytes(32)) as replica:
        assert replica.requests.take() > max(seen)
    assert seen == sorted(seen)
