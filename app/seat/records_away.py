"""A seat's signed room records on their way to the site's store, where exports find them; they stay at the seat too."""

import os
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Final

import structlog

from proctoring.vault.format.reading import read_small
from proctoring.vault.store.shelf import Shelf
from sync.faults import Fault, Refused
from sync.trust.envelope import peek
from sync.wire.room import RoomRecord

_MOST_BYTES: Final = 2 * RoomRecord.MAX_BYTES  # base64 and the signatures around it
_MOST_FILES: Final = 10_000
_ENDING: Final = ".json"
_log = structlog.get_logger(__name__)
_Look = tuple[str, int, int, int]


class RecordsAway:
    """Carries each room record once; what is no room record is left alone."""

    def __init__(self, records: Path) -> None:
        self._records: Final = records
        self._done: set[_Look] = set()

    def turn(self, shelf: Callable[[], Shelf]) -> None:
        """Carry what is new; what does not go is tried again in the next turn. `shelf` gives the place, or raises."""
        for look in self._new():
            try:
                name = self._carry(self._records / look[0], shelf)
            except Fault as fault:
                _log.warning("room record does not go", file=look[0], code=fault.code, detail=fault.detail)
                continue
            self._done.add(look)
            if name:
                _log.info("room record carried", name=name)

    def _new(self) -> list[_Look]:
        found: list[_Look] = []
        try:
            with os.scandir(self._records) as entries:
                for _, entry in zip(range(_MOST_FILES), entries, strict=False):
                    if entry.name.endswith(_ENDING) and entry.is_file(follow_symlinks=False):
                        seen = entry.stat(follow_symlinks=False)
                        found.append((entry.name, seen.st_size, seen.st_mtime_ns, seen.st_ino))
        except OSError:
            return []
        return sorted(look for look in found if look not in self._done)

    def _carry(self, file: Path, shelf: Callable[[], Shelf]) -> str:
        """Put a record on the shelf, under its session and its digest, and give that name; "" if it is no record."""
        try:
            raw = read_small(file, _MOST_BYTES)
            session = RoomRecord.parse(peek(raw, RoomRecord.PAYLOAD_TYPE, max_bytes=_MOST_BYTES).payload).session
        except (Refused, FileNotFoundError) as refused:
            _log.warning("no room record", file=file.name, detail=str(refused))
            return ""
        name = f"sessions/{session}/{sha256(raw).hexdigest()}{_ENDING}"
        shelf().put(name, raw)
        return name
