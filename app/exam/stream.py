"""The random numbers of a form: a stream that anybody can rebuild. Python's `random` is no format of ours.

Block *i* is SHA-256(`LABEL` ‖ seed ‖ package SHA-256 ‖ blueprint SHA-256 ‖ *i* as 8 bytes big-endian), *i* from 0; the
blueprint's digest is that of its canonical JSON, every field written. Each block gives four unsigned 64-bit big-endian
numbers in order. A number below *n* is the next one that is below the largest multiple of *n* in 2**64, modulo *n*.
Shuffling is Fisher-Yates from the last place down: for each place but the first, it changes with one at or before it.
"""

import hashlib
from collections.abc import Iterator, Sequence
from typing import Final, TypeVar

from sync.wire.document import canonical_json
from sync.wire.plan import Blueprint

T = TypeVar("T")

LABEL: Final = b"examroom-form-v2"
"""Names the stream and all that is done with it (`app.exam.form`); what changes there gets a new label."""


class Numbers:
    """The stream of one form; `seed` and `package_sha256` are 32 bytes in hexadecimal."""

    def __init__(self, seed: str, package_sha256: str, blueprint: Blueprint) -> None:
        rule = hashlib.sha256(canonical_json(blueprint.model_dump(mode="json"))).digest()
        self._prefix = LABEL + bytes.fromhex(seed) + bytes.fromhex(package_sha256) + rule
        self._stream = self._words()

    def _words(self) -> Iterator[int]:
        start = hashlib.sha256(self._prefix)
        block = 0
        while True:
            hashed = start.copy()
            hashed.update(block.to_bytes(8, "big"))
            digest = hashed.digest()
            yield from (int.from_bytes(digest[at : at + 8], "big") for at in range(0, 32, 8))
            block += 1

    def below(self, bound: int) -> int:
        """Give the next number from 0 to `bound` - 1."""
        limit = 2**64 - 2**64 % bound
        return next(word for word in self._stream if word < limit) % bound

    def shuffled(self, things: Sequence[T]) -> list[T]:
        """Give the things in an order of the stream's."""
        result = list(things)
        for last in range(len(result) - 1, 0, -1):
            other = self.below(last + 1)
            result[last], result[other] = result[other], result[last]
        return result
