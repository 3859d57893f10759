"""Every picture of a recording, decoded in order the plain way: what the player's answers are held against."""

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import av

from proctoring.vault.format.plaintext import segments
from proctoring.vault.format.verify import examine
from sync.trust.keys import SealingKey


@dataclass(frozen=True)
class Plain:
    """One picture: its recorded time and the digest of its planes."""

    at_ms: int
    digest: str


def every_picture(folder: Path, key: SealingKey) -> list[Plain]:
    """Open all segments one after the other and decode all of them."""
    found = []
    for part, reader in segments(folder, examine(folder).outline, key):
        with av.open(reader, "r", format="matroska") as container:
            for frame in container.decode(video=0):
                at_ms = part.entry.start_ms + round((frame.time or 0.0) * 1000)
                found.append(Plain(at_ms, sha256(frame.to_ndarray().tobytes()).hexdigest()))
    return found
