"""The catalogue: an encrypted index of what an archive keeps, to find one recording among a hundred thousand.

It is made from the shelf alone and can be made again at any time; nobody acts on what it says: whoever acts reads the
shelf again. Names of people are in it, so it is an SQLCipher file (`sync.replica`), opened with the archive's own key.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Final, Self

from proctoring.vault.retention.forecast import Kept
from proctoring.vault.retention.standing import State
from sync.replica.database import IndexFile, ReplicaNewer, ReplicaUnreadable
from sync.wire.recording import FlagKind

PAGE: Final = 100
MOST_TEXT: Final = 100
"""Characters of what is searched for; what is longer finds nothing that a shorter one would not."""
_WORDS: Final = 5
_LATEST_MS: Final = 253_402_128_000_000  # two days before the end of the year 9999: a day in every time zone
_DOTS: Final = dict.fromkeys(map(ord, "·・•‧∙⋅."))
_FLAGS: Final = tuple(FlagKind)

_SCHEMA: Final = (
    """
    CREATE TABLE entry (
        recording TEXT PRIMARY KEY, manifest_sha256 TEXT NOT NULL, session TEXT NOT NULL, sitting TEXT NOT NULL,
        started_ms INTEGER NOT NULL, duration_ms INTEGER NOT NULL, bytes INTEGER NOT NULL, gaps INTEGER NOT NULL,
        flags INTEGER NOT NULL, flag_count INTEGER NOT NULL, verdict TEXT NOT NULL, state TEXT NOT NULL,
        retain_until_ms INTEGER NOT NULL, holds INTEGER NOT NULL, proposed INTEGER NOT NULL,
        name TEXT NOT NULL, admission_number TEXT NOT NULL, id_number_masked TEXT NOT NULL, seat TEXT NOT NULL,
        site TEXT NOT NULL, room TEXT NOT NULL, title_zh TEXT NOT NULL, title_en TEXT NOT NULL,
        opens_ms INTEGER NOT NULL, simulated INTEGER NOT NULL, viewed_ms INTEGER NOT NULL, trouble TEXT NOT NULL,
        print TEXT NOT NULL,
        found TEXT NOT NULL, until_month INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE INDEX entry_found ON entry (
        started_ms DESC, recording, found, session, seat, flags, gaps, verdict, state, retain_until_ms, holds, proposed
    );
    CREATE INDEX entry_session ON entry (session, started_ms DESC, recording);
    CREATE INDEX entry_until ON entry (until_month, state, holds, proposed, bytes);
    CREATE INDEX entry_held ON entry (started_ms DESC, recording) WHERE holds > 0;
    CREATE INDEX entry_proposed ON entry (started_ms DESC, recording) WHERE proposed > 0;
    CREATE INDEX entry_viewed ON entry (viewed_ms DESC, recording) WHERE viewed_ms > 0;
    CREATE INDEX entry_damaged ON entry (started_ms DESC, recording) WHERE verdict IN ('truncated', 'tampered');
    """,
    """
    ALTER TABLE entry ADD COLUMN review_ms INTEGER NOT NULL DEFAULT 0;
    CREATE INDEX entry_review ON entry (started_ms DESC, recording) WHERE review_ms > 0;
    UPDATE entry SET print = '';
    """,  # an empty print: everything is read again
)


class Condition(StrEnum):
    """What one can look for in how a recording stands."""

    HELD = "held"
    REVIEW = "review"
    EXPIRABLE = "expirable"
    PROPOSED = "proposed"
    GAPS = "gaps"
    DAMAGED = "damaged"
    DESTROYED = "destroyed"


@dataclass(frozen=True)
class Entry:
    """What the catalogue says of one recording; times are wall clock, UTC, ms. Nothing here is evidence.

    `flags`: the kinds the watch noticed. `verdict`: of the last verification, empty before the first. `state`: of the
    recording in the archive (`Keeping`). `viewed_ms`: when it was last viewed, exported, or a picture taken, 0: never.
    `review_ms`: when the first of its holds is to be looked at again, 0: never. `trouble`: the code of why its papers
    cannot be read, else empty. `print`: what the shelf had when this was read, so that only what changed since is read
    again.
    """

    recording: str
    manifest_sha256: str
    session: str
    sitting: str
    started_ms: int
    duration_ms: int
    bytes: int
    gaps: int
    flags: tuple[FlagKind, ...]
    flag_count: int
    verdict: str
    state: str
    retain_until_ms: int
    holds: int
    proposed: int
    name: str
    admission_number: str
    id_number_masked: str
    seat: str
    site: str
    room: str
    title_zh: str
    title_en: str
    opens_ms: int
    simulated: bool
    viewed_ms: int
    trouble: str
    print: str
    review_ms: int


@dataclass(frozen=True)
class Query:
    """What is looked for; what is empty is not asked. `from_ms` to `to_ms` (exclusive): when the recording began.

    `text`: parts of a name, an admission number, what is shown of an identity number, an exam's title or a recording's
    id, apart by spaces; all must be found, however wide they are written and with whatever dot in a name. `until`: the
    year and month of the calendar in which it is kept to its end. `now_ms`, the time it surely is, decides what is
    expirable; `wall_ms`, the wall clock, which hold should have been looked at again.
    """

    text: str = ""
    session: str = ""
    seat: str = ""
    from_ms: int | None = None
    to_ms: int | None = None
    flag: FlagKind | None = None
    condition: Condition | None = None
    until: tuple[int, int] | None = None
    now_ms: int = 0
    wall_ms: int = 0


@dataclass(frozen=True)
class Month:
    """One month of the retention calendar: how many recordings reach their end in it, and how these stand.

    `year` and `month` by the calendar here; `bytes` is what they take on the shelf.
    """

    year: int
    month: int
    expiring: int
    held: int
    proposed: int
    bytes: int


_NAMES: Final = tuple(field.name for field in fields(Entry))
_COLUMNS: Final = ", ".join(_NAMES)


class Catalogue:
    """The index file of one archive."""

    def __init__(self, file: IndexFile) -> None:
        self._file = file

    @classmethod
    def open(cls, path: Path, key: bytes) -> Self:
        """Open the index at `path`; one that is damaged, or of another version, is begun anew, empty.

        Raises:
            DiskFull, DiskFault: the disk refuses.
        """
        try:
            return cls(IndexFile.open(path, key, _SCHEMA))
        except (ReplicaUnreadable, ReplicaNewer):
            forget(path)
            return cls(IndexFile.open(path, key, _SCHEMA))

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    # writing

    def put(self, entries: Iterable[Entry]) -> None:
        """Keep these entries, each in place of an older one of the same recording; all or none."""
        marks = ", ".join("?" * (len(_NAMES) + 2))
        with self._file.transaction():
            self._file.run_many(
                f"INSERT OR REPLACE INTO entry ({_COLUMNS}, found, until_month) VALUES ({marks})",  # noqa: S608 - our own names
                (_row(entry) for entry in entries),
            )

    def remove(self, recordings: Iterable[str]) -> None:
        """Forget recordings that the shelf knows no more."""
        with self._file.transaction():
            self._file.run_many("DELETE FROM entry WHERE recording = ?", ((one,) for one in recordings))

    def prints(self) -> dict[str, str]:
        """Give what the shelf had when each recording was read."""
        return {str(row[0]): str(row[1]) for row in self._file.rows("SELECT recording, print FROM entry")}

    # reading

    def page(self, query: Query, after: Entry | None = None, size: int = PAGE) -> list[Entry]:
        """Give the next entries that fit, the newest first; `after` is the last one of the page before."""
        where, values = _where(query)
        if after is not None:
            where += ["started_ms <= ? AND (started_ms < ? OR recording > ?)"]
            values += [after.started_ms, after.started_ms, after.recording]
        fitting = (  # found in an index alone; whole rows are read of one page only
            f"SELECT recording FROM entry WHERE {' AND '.join(where)}"  # noqa: S608 - our own words
            " ORDER BY started_ms DESC, recording LIMIT ?"
        )
        found = self._file.rows(
            f"SELECT {_COLUMNS} FROM entry WHERE recording IN ({fitting})"  # noqa: S608 - our own words
            " ORDER BY started_ms DESC, recording",
            *values,
            size,
        )
        return [_entry(row) for row in found]

    def count(self, query: Query) -> int:
        """Count what fits."""
        where, values = _where(query)
        found = self._file.rows(f"SELECT count(*) FROM entry WHERE {' AND '.join(where)}", *values)  # noqa: S608
        return int(found[0][0])

    def entry(self, recording: str) -> Entry | None:
        """Give one recording's entry."""
        found = self._file.rows(f"SELECT {_COLUMNS} FROM entry WHERE recording = ?", recording)  # noqa: S608
        return _entry(found[0]) if found else None

    def kept(self) -> list[Kept]:
        """Give what a forecast needs of every recording that is not destroyed."""
        found = self._file.rows(
            "SELECT recording, session, bytes, duration_ms, retain_until_ms, holds, state FROM entry WHERE state != ''"
        )
        return [Kept(row[0], row[1], row[2], row[3], row[4], bool(row[5]), State(row[6])) for row in found]

    def touched(self, most: int = PAGE) -> list[str]:
        """Give the recordings that somebody viewed, exported, or took pictures from, the latest first."""
        found = self._file.rows(
            "SELECT recording FROM entry WHERE viewed_ms > 0 ORDER BY viewed_ms DESC, recording LIMIT ?", most
        )
        return [str(row[0]) for row in found]

    def calendar(self) -> list[Month]:
        """Give the months in which anything reaches its end, the earliest first; what is destroyed is left out."""
        found = self._file.rows(
            "SELECT until_month, count(*), sum(holds > 0), sum(proposed > 0), sum(bytes)"
            " FROM entry WHERE state != 'destroyed' GROUP BY until_month ORDER BY until_month"
        )
        return [Month(int(row[0]) // 12, int(row[0]) % 12 + 1, *map(int, row[1:])) for row in found]


def forget(path: Path) -> None:
    """Remove an index file: it is made again from the shelf."""
    for part in (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")):
        with suppress(FileNotFoundError):
            part.unlink()


def _row(entry: Entry) -> list[object]:
    row: list[object] = [getattr(entry, name) for name in _NAMES]
    row[_NAMES.index("flags")] = sum(1 << _FLAGS.index(kind) for kind in set(entry.flags))
    numbers = (entry.admission_number, entry.id_number_masked)
    found = (entry.name, *numbers, entry.title_zh, entry.title_en, entry.seat, entry.recording)
    until = datetime.fromtimestamp(min(entry.retain_until_ms, _LATEST_MS) / 1000, tz=UTC).astimezone()
    return [*row, folded("\n".join(found)), _month(until.year, until.month)]


def folded(text: str) -> str:
    """Write a text as it is looked for: one width, one case, and no dot, which every keyboard has another one of."""
    return unicodedata.normalize("NFKC", text).casefold().translate(_DOTS)


def _month(year: int, month: int) -> int:
    return year * 12 + month - 1


def _entry(row: Sequence[object]) -> Entry:
    said = dict(zip(_NAMES, row, strict=True))
    bits = said["flags"] if isinstance(said["flags"], int) else 0
    said["flags"] = tuple(kind for at, kind in enumerate(_FLAGS) if bits >> at & 1)
    said["simulated"] = bool(said["simulated"])
    return Entry(**said)  # type: ignore[arg-type]  # what the schema says of the columns


_CONDITIONS: Final = {
    Condition.HELD: "holds > 0",
    Condition.PROPOSED: "proposed > 0",
    Condition.GAPS: "gaps > 0",
    Condition.DAMAGED: "(verdict IN ('truncated', 'tampered') OR state = 'missing')",
    Condition.DESTROYED: "state = 'destroyed'",
}


def _where(query: Query) -> tuple[list[str], list[object]]:
    words = folded(query.text[:MOST_TEXT]).split()[:_WORDS]
    asked: list[tuple[str, object]] = [("instr(found, ?)", word) for word in words]
    plain = (
        ("session = ?", query.session or None),
        ("seat = ?", query.seat or None),
        ("started_ms >= ?", query.from_ms),
        ("started_ms < ?", query.to_ms),
        ("until_month = ?", None if query.until is None else _month(*query.until)),
        ("flags & ? != 0", None if query.flag is None else 1 << _FLAGS.index(query.flag)),
    )
    asked += [(sentence, value) for sentence, value in plain if value is not None]
    where, values = ["1", *(sentence for sentence, _ in asked)], [value for _, value in asked]
    if query.until is not None:
        where.append("state != 'destroyed'")  # as the calendar counts
    if query.condition is Condition.EXPIRABLE:
        where.append("retain_until_ms <= ? AND holds = 0 AND state != 'destroyed'")
        values.append(query.now_ms)
    elif query.condition is Condition.REVIEW:
        where.append("review_ms > 0 AND review_ms < ? AND state != 'destroyed'")
        values.append(query.wall_ms)
    elif query.condition is not None:
        where.append(_CONDITIONS[query.condition])
    return where, values
