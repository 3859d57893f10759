"""PCs for the trial.

Everything happens in namespaces of its own, which `make test-package` makes: mounts, processes, and a network that
leads nowhere.
"""

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.installer.trial.base import BASE, EARLIER, REPOSITORY, TRIAL
from tests.installer.trial.figures import Figures
from tests.installer.trial.pc import Pc, a_pc
from tests.installer.trial.site import Registry


@dataclass(frozen=True)
class Packages:
    """The packages that are tried."""

    seat: Path
    registry: Path

    @property
    def earlier_seat(self) -> Path:
        """The seat's package of an earlier version."""
        return _newest(EARLIER, "examroom-seat")


@pytest.fixture(scope="session")
def packages() -> Packages:
    dist = REPOSITORY / "dist"
    return Packages(_newest(dist, "examroom-seat"), _newest(dist, "examroom-registry"))


@pytest.fixture(scope="session", autouse=True)
def _no_network() -> None:
    links = subprocess.run(["ip", "-o", "link"], capture_output=True, text=True, check=True).stdout.splitlines()
    assert [line.split(":")[1].strip() for line in links] == ["lo"], "use: make test-package"


@pytest.fixture(scope="session")
def figures() -> Iterator[Figures]:
    kept = Figures()
    yield kept
    kept.write(TRIAL / "figures.json")


@pytest.fixture
def pc(request: pytest.FixtureRequest) -> Iterator[Pc]:
    """A PC with nothing of ours on it."""
    with a_pc(request.node.name[:60], (BASE,)) as one:
        yield one


@pytest.fixture(scope="session")
def with_registry(packages: Packages, figures: Figures) -> Iterator[tuple[Path, ...]]:
    """The disk of a PC on which the registry was installed, and works."""
    with a_pc("with_registry", (BASE,)) as one:
        figures.installing(one, packages.registry)
        one.start()
        registry = Registry(one)
        registry.begin()
        one.cut()
        yield one.settle()


@pytest.fixture(scope="session")
def installed(packages: Packages, figures: Figures, with_registry: tuple[Path, ...]) -> Iterator[tuple[Path, ...]]:
    """The disk of a PC on which the seat was installed, too; it is not set up."""
    with a_pc("installed", with_registry) as one:
        figures.installing(one, packages.seat)
        one.give(packages.seat, "seat.deb")
        yield one.settle()


def _newest(folder: Path, name: str) -> Path:
    found = sorted(folder.glob(f"{name}_*.deb"), key=lambda file: file.stat().st_mtime)
    assert found, f"no {name} in {folder}: make test-package builds it"
    return found[-1]


assert shutil.which("systemd-nspawn"), "the trial needs systemd-nspawn (package systemd-container)"
