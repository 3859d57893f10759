r"""The log's signed tree heads: C2SP tlog-checkpoint, in a C2SP signed note (v1.0.0) with Ed25519.

    <origin>\n<tree size>\n<base64 of the root>\n\n— <origin> <base64 of key id (4) and signature (64)>\n

The key's name is the origin. As the format demands, lines by signers we do not know are passed over; those of
witnesses are the business of `cosignature`.
"""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from sync.faults import Refused
from sync.trust.keys import PublicKey, SigningKey

MAX_BYTES: Final = 4_000

_ED25519: Final = b"\x01"
_ROOT_BYTES: Final = 32
_KEY_ID_BYTES: Final = 4
_MAX_SIGNATURES: Final = 16
_NAME: Final = re.compile(r"[^\s+]+")
_SIGNATURE_LINE: Final = re.compile(r"— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})")
_SIZE: Final = re.compile(r"0|[1-9][0-9]{0,17}")
_CONTROL: Final = re.compile(r"[\x00-\x09\x0b-\x1f]")


class CheckpointRefused(Refused):
    """A tree head of the log is not believed."""

    code = "CHECKPOINT_REFUSED"


@dataclass(frozen=True)
class Checkpoint:
    """A verified tree head: how many leaves, and the root over them."""

    size: int
    root: bytes


def make_checkpoint(origin: str, size: int, root: bytes, key: SigningKey) -> str:
    """Sign a tree head with the log's Ed25519 key."""
    if size < 0 or len(root) != _ROOT_BYTES:
        raise ValueError("a tree head has a size of at least 0 and a root of 32 bytes")
    return sign_note(f"{origin}\n{size}\n{base64.b64encode(root).decode()}\n", origin, key)


def read_checkpoint(text: str, origin: str, key: PublicKey) -> Checkpoint:
    """Verify a tree head of the log `origin`.

    Raises:
        CheckpointRefused: not a checkpoint, of another log, or not signed by `key`.
    """
    lines = open_note(text, origin, key).removesuffix("\n").split("\n")
    if len(lines) < 3 or not all(lines):  # noqa: PLR2004 - origin, size, root
        raise CheckpointRefused("not the three lines of a checkpoint")
    if lines[0] != origin:
        raise CheckpointRefused("the head of another log")
    if not _SIZE.fullmatch(lines[1]):
        raise CheckpointRefused("a tree size that is no number")
    root = _decode(lines[2])
    if len(root) != _ROOT_BYTES:
        raise CheckpointRefused("a root that is not 32 bytes")
    return Checkpoint(int(lines[1]), root)


def sign_note(text: str, name: str, key: SigningKey) -> str:
    """Sign a text (ends in a newline) as a C2SP note under the key name `name`."""
    private = key.private_key
    if not isinstance(private, Ed25519PrivateKey):
        raise TypeError("notes are signed with Ed25519")
    if not _NAME.fullmatch(name) or not text.endswith("\n") or _CONTROL.search(text):
        raise ValueError("not a text and a name that a note can have")
    public = private.public_key().public_bytes_raw()
    return f"{text}\n{signature_line(name, _ED25519, public, private.sign(text.encode()))}"


def open_note(note: str, name: str, key: PublicKey) -> str:
    """Verify a C2SP note by the key called `name` and give its text.

    Raises:
        CheckpointRefused: not a note, no signature by this key, or a bad one.
    """
    verifying = key.verifying_key()
    if not isinstance(verifying, Ed25519PublicKey):
        raise CheckpointRefused("the log's key is not an Ed25519 key")
    text, lines = split_note(note)
    raw_key, found = verifying.public_bytes_raw(), 0
    for line in lines:
        if line.name == name and line.key_id == key_id(name, _ED25519, raw_key):
            _check_signature(verifying, line.signature, text)
            found += 1
    if found != 1:
        raise CheckpointRefused(f"{found} signatures by {name}, wanted one")
    return text


@dataclass(frozen=True)
class SignatureLine:
    """One signature of a note, not verified: the key's name and id (4 bytes), and what comes after them."""

    name: str
    key_id: bytes
    signature: bytes


def split_note(note: str) -> tuple[str, list[SignatureLine]]:
    """Take a C2SP note apart without verifying anything: its text, and its signatures.

    Raises:
        CheckpointRefused: not a note.
    """
    if len(note) > MAX_BYTES or _CONTROL.search(note):
        raise CheckpointRefused("too long, or with control characters")
    text, separator, tail = note.rpartition("\n\n")
    if not separator:
        raise CheckpointRefused("not a signed note")
    return f"{text}\n", read_signatures(tail)


def read_signatures(text: str) -> list[SignatureLine]:
    """Read the signature lines of a note, or those a witness sent.

    Raises:
        CheckpointRefused: none, too many, or lines that are none.
    """
    lines = text.split("\n")
    if len(text) > MAX_BYTES or lines.pop() != "" or not 1 <= len(lines) <= _MAX_SIGNATURES:
        raise CheckpointRefused("not a signed note")
    found = []
    for line in lines:
        parts = _SIGNATURE_LINE.fullmatch(line)
        if parts is None:
            raise CheckpointRefused("a signature line that is none")
        raw = _decode(parts[2])
        found.append(SignatureLine(parts[1], raw[:_KEY_ID_BYTES], raw[_KEY_ID_BYTES:]))
    return found


def signature_line(name: str, kind: bytes, public: bytes, signature: bytes) -> str:
    """Write a signature of a note; `kind` is the byte of its algorithm, `public` the raw key."""
    blob = key_id(name, kind, public) + signature
    return f"\N{EM DASH} {name} {base64.b64encode(blob).decode()}\n"


def key_id(name: str, kind: bytes, public: bytes) -> bytes:
    """Give the id of a key: SHA-256(name ‖ newline ‖ algorithm ‖ raw key), its first 4 bytes."""
    return hashlib.sha256(name.encode("utf-8", "replace") + b"\n" + kind + public).digest()[:_KEY_ID_BYTES]


def _check_signature(key: Ed25519PublicKey, signature: bytes, text: str) -> None:
    try:
        key.verify(signature, text.encode("utf-8", "replace"))
    except InvalidSignature:
        raise CheckpointRefused("the signature is not good") from None


def _decode(text: str) -> bytes:
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):  # ValueError: a character that is not ASCII
        raise CheckpointRefused("broken base64") from None
    if base64.b64encode(raw).decode() != text:
        raise CheckpointRefused("base64 with tail bits that are not zero")
    return raw
