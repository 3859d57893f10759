"""What keeping recordings costs: handing one out against `cp`, finding one among a hundred thousand, a sweep."""

import random
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from app.archive.catalogue import Catalogue, Condition, Entry, Query
from proctoring.vault.carrying.webm import export_recording
from sync.replica.durable import private_folder
from sync.wire.recording import FlagKind
from tests.bench.figures import Row
from tests.bench.long_recording import MINUTES, write_long_recording
from tests.proctoring.seat import SimulatedSeat

KEPT, SWEPT = 100_000, 1_000_000
ROUNDS, SEARCHES = 5, 30
KEY = bytes(32)
_BEGAN_MS, _BETWEEN_MS, _THREE_YEARS_MS = 1_790_000_000_000, 30_000, 3 * 366 * 86_400_000
_PLAIN_SEARCH = "SELECT * FROM entry WHERE instr(found, ?) ORDER BY started_ms DESC LIMIT 100"
_SURNAMES, _GIVEN = "赵钱孙李周吴郑王冯陈", "伟芳娜敏静丽强磊军洋"


def keeping(folder: Path) -> list[Row]:
    """Measure all; `folder` takes the files."""
    private_folder(folder)
    return [_export(private_folder(folder / "export")), *_catalogue(private_folder(folder / "catalogue"))]


def _export(folder: Path) -> Row:
    """Export a recording as one WebM, read back; against `cp` and `cmp` of the same bytes, made durable."""
    seat = SimulatedSeat(folder)
    recorded = write_long_recording(seat)
    ours, copied = [], []
    for number in range(ROUNDS):
        film, copy = folder / f"film-{number}.webm", folder / f"copy-{number}.webm"
        ours.append(_ms(lambda film=film: export_recording(recorded, film, seat.site)))  # type: ignore[misc]
        megabytes = film.stat().st_size / 1e6
        copied.append(_ms(lambda film=film, copy=copy: _copy(film, copy)))  # type: ignore[misc]
        ours[-1], copied[-1] = megabytes / ours[-1] * 1000, megabytes / copied[-1] * 1000
    what = f"Export of {MINUTES} minutes, verified and read back; `cp`, `sync` and `cmp`"
    return Row(what, "MB/s", tuple(ours), tuple(copied))


def _copy(source: Path, target: Path) -> None:
    subprocess.run(["cp", str(source), str(target)], check=True)
    subprocess.run(["sync", str(target)], check=True)
    subprocess.run(["cmp", "-s", str(source), str(target)], check=True)


def _catalogue(folder: Path) -> Iterator[Row]:
    """Search and sweep; against the same in a plain SQLite file with the same columns and an index on the date."""
    entries = [_entry(number) for number in range(SWEPT)]
    catalogue = Catalogue.open(folder / "index.db", KEY)
    with closing(sqlite3.connect(folder / "plain.db")) as plain:
        plain.execute(
            "CREATE TABLE entry (recording TEXT PRIMARY KEY, started_ms, found, holds, retain_until_ms, state)"
        )
        plain.execute("CREATE INDEX started ON entry (started_ms DESC)")
        try:
            _fill(catalogue, plain, entries[:KEPT])
            yield Row(
                f"A typed search among {KEPT:,} recordings; SQLite", "ms", *_searches(catalogue, plain), tail=True
            )
            _fill(catalogue, plain, entries[KEPT:])
            yield Row(f"A retention sweep over {SWEPT:,} rows; SQLite", "ms", *_sweeps(catalogue, plain))
        finally:
            catalogue.close()


def _fill(catalogue: Catalogue, plain: sqlite3.Connection, entries: list[Entry]) -> None:
    catalogue.put(entries)
    with plain:
        plain.executemany(
            "INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?)",
            (
                (
                    one.recording,
                    one.started_ms,
                    f"{one.name}\n{one.admission_number}",
                    one.holds,
                    one.retain_until_ms,
                    one.state,
                )
                for one in entries
            ),
        )


def _searches(catalogue: Catalogue, plain: sqlite3.Connection) -> tuple[tuple[float, ...], tuple[float, ...]]:
    dice = random.Random(5)
    ours, bare = [], []
    for _ in range(SEARCHES):
        text = dice.choice([dice.choice(_SURNAMES) + dice.choice(_GIVEN), f"{dice.randrange(KEPT):08}", "无此人"])
        ours.append(_ms(lambda text=text: catalogue.page(Query(text=text))))  # type: ignore[misc]
        bare.append(_ms(lambda text=text: plain.execute(_PLAIN_SEARCH, (text,)).fetchall()))  # type: ignore[misc]
    return tuple(ours), tuple(bare)


def _sweeps(catalogue: Catalogue, plain: sqlite3.Connection) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Count what has reached its end and is not held, and make the calendar of all that has not."""
    now_ms = _BEGAN_MS + _THREE_YEARS_MS + SWEPT // 2 * _BETWEEN_MS
    expirable = Query(condition=Condition.EXPIRABLE, now_ms=now_ms)
    ours, bare = [], []
    for _ in range(ROUNDS):
        ours.append(_ms(lambda: (catalogue.count(expirable), catalogue.calendar())))
        bare.append(_ms(lambda: _plain_sweep(plain, now_ms)))
    return tuple(ours), tuple(bare)


def _plain_sweep(plain: sqlite3.Connection, now_ms: int) -> None:
    plain.execute(
        "SELECT count(*) FROM entry WHERE retain_until_ms <= ? AND holds = 0 AND state != 'destroyed'", (now_ms,)
    ).fetchall()
    month_ms = 30 * 86_400_000
    plain.execute(f"SELECT retain_until_ms / {month_ms} AS month, count(*) FROM entry GROUP BY month").fetchall()


def _entry(number: int) -> Entry:
    started_ms = _BEGAN_MS + number * _BETWEEN_MS
    return Entry(
        recording=f"{number:032x}",
        manifest_sha256=f"{number:064x}",
        session=f"{number // 40:032x}",
        sitting=f"{number:032x}",
        started_ms=started_ms,
        duration_ms=7_500_000,
        bytes=600_000_000,
        gaps=number % 50 == 0,
        flags=(FlagKind.NO_FACE,) if number % 7 == 0 else (),
        flag_count=number % 7 == 0,
        verdict="complete",
        state="retained",
        retain_until_ms=started_ms + _THREE_YEARS_MS,
        holds=number % 500 == 0,
        proposed=0,
        name=_SURNAMES[number % 10] + _GIVEN[number // 10 % 10] + _GIVEN[number // 100 % 10],
        admission_number=f"{number:08}",
        id_number_masked="330102********0011",
        seat=f"{number % 40 + 1}",
        site="模拟考点",
        room="1",
        title_zh="模拟考试",
        title_en="Simulated exam",
        opens_ms=started_ms,
        simulated=True,
        trouble="",
        print="",
        viewed_ms=0,
        review_ms=0,
    )


def _ms(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000
