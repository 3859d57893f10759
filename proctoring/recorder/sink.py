"""The sealing sink: WebM bytes go in, sealed records come out on the disk. Plaintext exists in memory only."""

import os
from pathlib import Path
from typing import Final

from proctoring.vault.format import layout
from proctoring.vault.format.record import MAX_PLAINTEXT_BYTES, Flag, Header, Place, link, seal_record
from sync.replica.durable import disk_faults, sync_folder
from sync.trust.merkle import MerkleBuilder, leaf_hash

_CREATE: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


class SealingSink:
    """One segment's file and sidecar, written forward only.

    The muxer writes into it like into a file; nothing reaches the disk before `cut`. `before` is the link of the last
    record so far. Every method that writes raises DiskFull or DiskFault; what was sealed before stays valid then.
    """

    def __init__(self, folder: Path, recording: str, index: int, key: bytes, before: bytes) -> None:
        self._folder: Final = folder
        self._recording: Final = recording
        self._key: Final = key
        self._pending = bytearray()
        self._tree: Final = MerkleBuilder()
        self.index: Final = index
        self.before = before
        self.bytes = 0
        with disk_faults(folder, needed=0):
            self._file: Final = os.open(folder / layout.segment_name(index), _CREATE, 0o600)
            self._leaves: Final = os.open(folder / layout.leaves_name(index), _CREATE, 0o600)
            sync_folder(folder)

    @property
    def records(self) -> int:
        """How many records were sealed."""
        return self._tree.size

    @property
    def leaves_root(self) -> str:
        """RFC 6962 root over the records, in hexadecimal."""
        return self._tree.root().hex()

    def write(self, data: bytes) -> int:
        """Take bytes from the muxer."""
        self._pending += data
        return len(data)

    def cut(self, time_ms: int) -> bool:
        """Seal what was written since the last cut, and tell whether there was anything.

        `time_ms` is the recorded time it reaches to.
        """
        there_was = bool(self._pending)
        while self._pending:
            self._seal(time_ms, Flag.MORE)
        return there_was

    def finish(self, time_ms: int, flag: Flag) -> None:
        """Seal the rest with a flag that says what ends here, and make it durable."""
        while len(self._pending) > MAX_PLAINTEXT_BYTES:
            self._seal(time_ms, Flag.MORE)
        self._seal(time_ms, flag)
        self.sync()

    def sync(self) -> None:
        """Make everything that was cut durable."""
        with disk_faults(self._folder, needed=0):
            os.fdatasync(self._file)
            os.fdatasync(self._leaves)

    def close(self) -> None:
        """Let go of the files; nothing more is written."""
        os.close(self._file)
        os.close(self._leaves)

    def _seal(self, time_ms: int, flag: Flag) -> None:
        plaintext = bytes(self._pending[:MAX_PLAINTEXT_BYTES])
        del self._pending[:MAX_PLAINTEXT_BYTES]
        place = Place(self._recording, self.index, self.records)
        record = seal_record(self._key, place, self.before, Header(len(plaintext), flag, time_ms), plaintext)
        leaf = leaf_hash(record)
        with disk_faults(self._folder, needed=len(record)):
            _write_all(self._file, record)
            _write_all(self._leaves, leaf)
        self._tree.append(leaf)
        self.before = link(record)
        self.bytes += len(record)


def _write_all(file: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(file, view) :]
