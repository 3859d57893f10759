"""`python -m tests.bench [--update]`: measure, print one table; `--update` also writes it into BENCHMARKS.md."""

import argparse
import os
import sys
import tempfile
from pathlib import Path

import platformdirs
from rich.console import Console
from rich.table import Table

from app.demo.banks import sample_bank
from app.demo.cast import blueprint
from app.demo.display import virtual_display
from tests.bench.channel import channel
from tests.bench.content import content
from tests.bench.delivery import delivery
from tests.bench.figures import Row
from tests.bench.guarding import guarding
from tests.bench.items import long_form, pictured_bank, sitting
from tests.bench.keeping import keeping
from tests.bench.log import log
from tests.bench.machine import machine
from tests.bench.recording import recording
from tests.bench.replica import replica
from tests.bench.site import LONG_JOURNAL, lengthen, site
from tests.bench.starting import demonstrated, resumptions, starts

PAGE = Path(__file__).parents[2] / "BENCHMARKS.md"
BEGIN, END = "<!-- figures: written by `make bench ARGS=--update` -->", "<!-- end of figures -->"
ITEMS = 100
COLUMNS = ("what", "ours", "baseline", "ratio")


def measure(folder: Path) -> list[Row]:
    """Measure everything; `folder` takes the files and must lie on a disk, not in memory."""
    with virtual_display() as display:
        with site(folder / "form", sample_bank(), blueprint(ITEMS)) as stage:
            rows = starts(stage, display)
            with stage.sitting() as seat:
                rows += sitting(seat, display)
                rows.append(resumptions(stage, seat, display, "Resume after SIGKILL, to the painted item"))
                lengthen(seat, LONG_JOURNAL)
                rows.append(resumptions(stage, seat, display, f"… with {LONG_JOURNAL} rows in the journal"))
            rows += demonstrated(stage, display)
        with site(folder / "long", pictured_bank()) as stage, stage.sitting() as seat:
            rows += long_form(seat, display)
        rows += guarding(folder / "guarding", display)
    return (
        rows
        + content(folder / "content")
        + recording(folder / "recorder")
        + keeping(folder / "keeping")
        + channel(folder / "channel")
        + log(folder / "log")
        + delivery(folder / "delivery")
        + replica(folder / "replica")
    )


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--update", action="store_true", help="write the table into BENCHMARKS.md")
    update = parser.parse_args().update
    os.environ["QT_QPA_PLATFORM"] = "offscreen"  # for whatever is not given a display
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "PYTHONDONTWRITEBYTECODE"):
        os.environ.pop(name, None)
    cache = platformdirs.user_cache_path("examroom", ensure_exists=True)
    with tempfile.TemporaryDirectory(prefix="bench-", dir=cache) as folder:
        os.environ["PYTHONPYCACHEPREFIX"] = f"{folder}/compiled"  # an installed program is compiled, too
        with Console(stderr=True).status("measuring, about a quarter of an hour"):
            rows = measure(Path(folder))
        described = machine(Path(folder))
    table = Table(*COLUMNS)
    for row in rows:
        table.add_row(*row.cells())
    Console().print(table)
    if update:
        _update(rows, described)
    return 0


def _update(rows: list[Row], described: str) -> None:
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    lines = ["| " + " | ".join(cells) + " |" for cells in (COLUMNS, ("---",) * 4, *(row.cells() for row in rows))]
    PAGE.write_text("\n".join([f"{before}{BEGIN}", described, "", *lines, f"{END}{after}"]), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
