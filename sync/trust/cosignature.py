r"""Witnesses' signatures on heads of the log: C2SP tlog-cosignature, `cosignature/v1` with Ed25519.

A cosignature says: at this time (POSIX seconds), this was the largest head that the witness had seen of the log, and
it continued every head before. It is one more signature line of the note:

    — <witness> <base64 of key id (4), time (8, big-endian), signature (64)>

over `cosignature/v1\ntime <seconds>\n` and the note's text.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from sync.trust.checkpoint import CheckpointRefused, key_id, read_signatures, signature_line, split_note
from sync.trust.keys import PublicKey, SigningKey
from sync.wire.enrolment import WitnessKey

_COSIGNATURE: Final = b"\x04"
_TIME_BYTES: Final = 8
_LATEST_S: Final = 2**63 - 1


@dataclass(frozen=True)
class Cosignature:
    """A verified cosignature: whose, from when (POSIX seconds), and its line."""

    witness: str
    at_s: int
    line: str


def cosign(note: str, witness: str, key: SigningKey, at_s: int) -> str:
    """Make a witness's signature line for a note it has verified.

    Raises:
        CheckpointRefused: not a note.
    """
    private = key.private_key
    if not isinstance(private, Ed25519PrivateKey) or not 0 <= at_s <= _LATEST_S:
        raise ValueError("a witness signs with Ed25519, after 1970")
    text, _ = split_note(note)
    signature = at_s.to_bytes(_TIME_BYTES) + private.sign(_message(text, at_s))
    return signature_line(witness, _COSIGNATURE, private.public_key().public_bytes_raw(), signature)


def cosignatures(note: str, witnesses: Sequence[WitnessKey]) -> tuple[Cosignature, ...]:
    """Verify the lines of a note that are by these witnesses, and pass over all others. Nobody counts twice.

    Raises:
        CheckpointRefused: not a note, or a line under a witness's name and key id that is not good.
    """
    text, _ = split_note(note)
    return cosignatures_of(text, note.rpartition("\n\n")[2], witnesses)


def cosignatures_of(text: str, lines: str, witnesses: Sequence[WitnessKey]) -> tuple[Cosignature, ...]:
    """Verify signature lines, as a witness sends them, over a note's text. Raises what `cosignatures` raises."""
    keys = {(entry.name, key_id(entry.name, _COSIGNATURE, raw)): raw for entry, raw in _raw_keys(witnesses)}
    found: dict[str, Cosignature] = {}
    for line in read_signatures(lines):
        raw = keys.get((line.name, line.key_id))
        if raw is not None and line.name not in found:
            at_s = _verified_time(raw, line.signature, text)
            whole = signature_line(line.name, _COSIGNATURE, raw, line.signature)
            found[line.name] = Cosignature(line.name, at_s, whole)
    return tuple(found.values())


def _raw_keys(witnesses: Sequence[WitnessKey]) -> list[tuple[WitnessKey, bytes]]:
    keys = ((entry, PublicKey.from_pem(entry.public_key_pem).verifying_key()) for entry in witnesses)
    return [(entry, key.public_bytes_raw()) for entry, key in keys if isinstance(key, Ed25519PublicKey)]


def _verified_time(raw_key: bytes, signature: bytes, text: str) -> int:
    at_s = int.from_bytes(signature[:_TIME_BYTES])
    try:
        Ed25519PublicKey.from_public_bytes(raw_key).verify(signature[_TIME_BYTES:], _message(text, at_s))
    except InvalidSignature:
        raise CheckpointRefused("a witness's signature is not good") from None
    if at_s > _LATEST_S:
        raise CheckpointRefused("a witness's signature of no time there is")
    return at_s


def _message(text: str, at_s: int) -> bytes:
    return f"cosignature/v1\ntime {at_s}\n{text}".encode("utf-8", "replace")
