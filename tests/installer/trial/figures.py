"""What the trial measures, on a real disk but in a container; for BENCHMARKS.md."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.installer.trial.pc import Pc


class Figures:
    """Figures by name, kept until the trial is over."""

    def __init__(self) -> None:
        self._kept: dict[str, float] = {}

    def note(self, name: str, value: float) -> None:
        """Keep a figure; the unit is the last word of its name."""
        self._kept[name] = round(value, 2)

    @contextmanager
    def timed(self, name: str) -> Iterator[None]:
        """Keep how long a block takes, s."""
        began = time.monotonic()
        yield
        self.note(f"{name}_s", time.monotonic() - began)

    def installing(self, pc: Pc, package: Path) -> None:
        """Install a package that has to go in, and keep its figures."""
        name = package.name.partition("_")[0]
        given = pc.give(package)
        with self.timed(f"{name}_installation"):
            pc.does("dpkg", "--install", given)
        pc.at(given).unlink()
        self.note(f"{name}_package_mb", package.stat().st_size / 1e6)
        kib = pc.does("du", "--summarize", "--apparent-size", f"/opt/examroom/{name.removeprefix('examroom-')}")
        self.note(f"{name}_installed_mb", int(kib.split()[0]) * 1.024 / 1000)

    def write(self, file: Path) -> None:
        """Write them as a JSON object."""
        file.write_text(json.dumps(self._kept, indent=1, sort_keys=True) + "\n", encoding="utf-8")
