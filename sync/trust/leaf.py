r"""The leaves of the registry's log: each speaks of something without naming anybody.

A leaf's data is the UTF-8 line `examroom-<kind>-v1 <commitment>\n`, with commitment = hexadecimal SHA-256 over
a salt (32 bytes) and the leaf's SHA-256s (32 bytes each) in their order. Whoever was given the salt and has what the
digests are of can show that the leaf speaks of it; nobody else learns anything.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Final

from sync.trust.merkle import leaf_hash
from sync.wire.document import Part, canonical_json
from sync.wire.receipt import Result

SALT_BYTES: Final = 32

_DIGEST_BYTES: Final = 32


class LeafKind(StrEnum):
    """What a leaf speaks of, and the digests it commits to."""

    PACKET = "leaf"
    """A score packet taken in: of the packet's envelope, of its result."""
    CORRECTION = "correction"
    """A correction of a result: of the correction's envelope, of the new result."""
    RELEASE = "release"
    """A release of a session's papers: of the plan's envelope, of the release fact."""
    DISPUTE = "dispute"
    """Two packets for one sitting, or with one id: of the envelope that was kept aside, of the one that came first."""


LINE: Final = re.compile(rf"examroom-({'|'.join(LeafKind)})-v1 [0-9a-f]{{64}}\n")
"""The whole data of a leaf, as text."""


@dataclass(frozen=True)
class Leaf:
    """What is to be logged. `digests`: SHA-256s; the first is of what the leaf is about."""

    kind: LeafKind
    digests: tuple[bytes, ...]

    def __post_init__(self) -> None:
        if not self.digests or any(len(digest) != _DIGEST_BYTES for digest in self.digests):
            raise ValueError("a leaf commits to SHA-256 digests")

    def data(self, salt: bytes) -> bytes:
        """Give the leaf's data under a salt of 32 bytes."""
        if len(salt) != SALT_BYTES:
            raise ValueError("a leaf's salt has 32 bytes")
        commitment = sha256(salt + b"".join(self.digests)).hexdigest()
        return f"examroom-{self.kind}-v1 {commitment}\n".encode()

    def hash(self, salt: bytes) -> bytes:
        """Give RFC 6962's hash of the leaf's data."""
        return leaf_hash(self.data(salt))


def packet_leaf(packet_sha256: str, result: Result) -> Leaf:
    """Make the leaf of a score packet; `packet_sha256` is of its envelope's bytes, in hexadecimal."""
    return Leaf(LeafKind.PACKET, (bytes.fromhex(packet_sha256), part_sha256(result)))


def correction_leaf(correction_sha256: str, result: Result) -> Leaf:
    """Make the leaf of a correction; `correction_sha256` is of its envelope's bytes, `result` what stands now."""
    return Leaf(LeafKind.CORRECTION, (bytes.fromhex(correction_sha256), part_sha256(result)))


def release_leaf(plan_sha256: str, fact: Part) -> Leaf:
    """Make the leaf of a release; `plan_sha256` is of the plan's envelope, `fact` says who, when and how."""
    return Leaf(LeafKind.RELEASE, (bytes.fromhex(plan_sha256), part_sha256(fact)))


def dispute_leaf(aside_sha256: str, first_sha256: str) -> Leaf:
    """Make the leaf that withholds a result: `aside_sha256` is of the packet that was kept aside, in hexadecimal."""
    return Leaf(LeafKind.DISPUTE, (bytes.fromhex(aside_sha256), bytes.fromhex(first_sha256)))


def part_sha256(part: Part) -> bytes:
    """Give the SHA-256 of a part's canonical JSON."""
    return sha256(canonical_json(part.model_dump(mode="json"))).digest()
