r"""The one thing a witness does: `add-checkpoint` of C2SP tlog-witness (https://c2sp.org/tlog-witness).

    old <size>\n<base64 of a hash>\n…\n\n<checkpoint>

The largest head of a log is kept durably before its cosignature is made; so whatever kills the process, and whenever,
no two heads that do not continue each other are ever cosigned.
"""

import base64
import binascii
import os
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from app.witness.home import WitnessHome, read_head
from sync.trust.checkpoint import MAX_BYTES, Checkpoint, CheckpointRefused, split_note
from sync.trust.cosignature import cosign
from sync.trust.merkle import EMPTY_ROOT, verify_consistency
from sync.wire.witness import WatchedLog

_MOST_HASHES: Final = 63
BODY_BYTES: Final = 32 + _MOST_HASHES * 45 + MAX_BYTES * 3  # a head may have characters of three bytes

_OLD: Final = re.compile(r"old (0|[1-9][0-9]{0,17})")
_SIZE_TYPE: Final = "text/x.tlog.size"


@dataclass(frozen=True)
class Answer:
    """What the log is told: an HTTP status, a text, and its media type."""

    status: HTTPStatus
    text: str = ""
    media_type: str = "text/plain; charset=utf-8"


class _Refusal(Exception):  # noqa: N818 - an answer, not an error
    def __init__(self, status: HTTPStatus, text: str = "", media_type: str = "text/plain; charset=utf-8") -> None:
        super().__init__(text)
        self.answer = Answer(status, text, media_type)


@dataclass(frozen=True)
class _Asked:
    old: int
    path: list[bytes]
    note: str


def wall_s() -> int:
    """Give the time of this machine's clock, POSIX seconds."""
    return int(time.time())


class Witness:
    """The witness at work in `home`, in this process alone.

    Raises:
        WitnessBusy: it is at work in another.
    """

    def __init__(self, home: WitnessHome, clock: Callable[[], int] = wall_s) -> None:
        self.home: Final = home
        self._clock = clock
        self._lock = threading.Lock()
        self._alone: int | None = home.lock()

    def close(self) -> None:
        """Let another process work here."""
        if self._alone is not None:
            os.close(self._alone)
            self._alone = None

    def add_checkpoint(self, body: bytes) -> Answer:
        """Answer a log that asks for a cosignature.

        Raises:
            WitnessUnreadable: the memory is gone; nothing is cosigned without it.
            DiskFull, DiskFault: the head could not be kept; it is not cosigned.
        """
        try:
            asked = _read(body)
            log = self._log_of(asked.note)
            head = _believed(asked.note, log)
            with self._lock:
                self._judge(asked, head, log)
                line = cosign(asked.note, self.home.card.name, self.home.key, max(self._clock(), 0))
        except _Refusal as refusal:
            return refusal.answer
        return Answer(HTTPStatus.OK, line)

    def _log_of(self, note: str) -> WatchedLog:
        log = self.home.watched(note.partition("\n")[0])
        if log is None:
            raise _Refusal(HTTPStatus.NOT_FOUND, "an unknown log\n")
        return log

    def _judge(self, asked: _Asked, head: Checkpoint, log: WatchedLog) -> None:
        """Keep the head if it continues what was seen; refuse it otherwise."""
        if asked.old > head.size:
            raise _Refusal(HTTPStatus.BAD_REQUEST, "the old size is larger than the checkpoint's\n")
        seen = self.home.seen(log)
        before = seen.head if seen else Checkpoint(0, EMPTY_ROOT)
        if seen and head.size == before.size and head.root != before.root:
            self.home.keep_contradiction(asked.note)
        if asked.old != before.size or (head.size == before.size and head.root != before.root):
            raise _Refusal(HTTPStatus.CONFLICT, f"{before.size}\n", _SIZE_TYPE)
        if not verify_consistency(before.size, head.size, asked.path, before.root, head.root):
            raise _Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, "the checkpoint does not continue what was seen\n")
        if seen is None or head.size > before.size:
            self.home.remember(log, asked.note)


def _read(body: bytes) -> _Asked:
    if len(body) > BODY_BYTES:
        raise _Refusal(HTTPStatus.BAD_REQUEST, "too long\n")
    try:
        head, separator, note = body.decode().partition("\n\n")
        first, *lines = head.split("\n")
        old = _OLD.fullmatch(first)
        path = [base64.b64decode(line, validate=True) for line in lines]
        split_note(note)
    except (UnicodeDecodeError, binascii.Error, ValueError, CheckpointRefused):
        raise _Refusal(HTTPStatus.BAD_REQUEST, "not a request for a cosignature\n") from None
    if old is None or not separator or len(path) > _MOST_HASHES:
        raise _Refusal(HTTPStatus.BAD_REQUEST, "not a request for a cosignature\n")
    return _Asked(int(old[1]), path, note)


def _believed(note: str, log: WatchedLog) -> Checkpoint:
    try:
        return read_head(note, log)
    except CheckpointRefused:
        raise _Refusal(HTTPStatus.FORBIDDEN, "not signed by the log\n") from None
