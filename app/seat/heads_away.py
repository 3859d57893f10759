"""The newest signed head of every recording leaves the seat, so that nobody can shorten what it saw."""

import os
from hashlib import sha256
from pathlib import Path
from typing import Final

import structlog

from proctoring.vault.format import layout
from sync.client.connection import RegistryConnection
from sync.client.heads import HeadNotTaken, send_head
from sync.faults import Fault
from sync.wire.ids import is_id

_log = structlog.get_logger(__name__)


class HeadsAway:
    """Sends each recording's newest head once, and the last one of a closed recording, too."""

    def __init__(self, recordings: Path, connection: RegistryConnection) -> None:
        self._recordings: Final = recordings
        self._connection: Final = connection
        self._sent: dict[str, str] = {}

    def turn(self) -> int:
        """Send what is new, and give how many went. Without an answer the rest waits for the next turn."""
        sent = 0
        for recording, head in self._newest():
            digest = sha256(head).hexdigest()
            if self._sent.get(recording) == digest:
                continue
            try:
                send_head(self._connection, recording, head)
                sent += 1
            except HeadNotTaken as fault:
                _log.warning("head not taken", recording=recording, code=fault.code, detail=fault.detail)
            except Fault as fault:
                _log.info("heads wait", code=fault.code, detail=fault.detail)
                return sent
            self._sent[recording] = digest
        return sent

    def _newest(self) -> list[tuple[str, bytes]]:
        try:
            names = sorted(entry.name for entry in os.scandir(self._recordings) if entry.is_dir(follow_symlinks=False))
        except OSError:
            return []
        heads = ((name, newest_head(self._recordings / name)) for name in names if is_id(name))
        return [(name, head) for name, head in heads if head is not None]


def newest_head(folder: Path) -> bytes | None:
    """Give the last whole line of a recording's heads, or None."""
    try:
        with os.fdopen(os.open(folder / layout.HEADS, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
            file.seek(max(0, os.fstat(file.fileno()).st_size - 2 * layout.MAX_HEAD_LINE_BYTES))
            lines = file.read(2 * layout.MAX_HEAD_LINE_BYTES).split(b"\n")
    except OSError:
        return None
    whole = [line for line in lines[:-1] if line]  # what follows the last line end is being written
    return whole[-1] if whole else None
