"""The second reader's smallest pieces: papers, records, roots. Written from FORMAT.md alone, nothing of ours."""

import base64
import binascii
import hashlib
import json
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551

Paper = dict[str, Any]


class NotBelievedError(Exception):
    """A paper, or the key, is not believed."""


@dataclass(frozen=True)
class Record:
    """One record as it lies in a file."""

    raw: bytes

    @property
    def leaf(self) -> bytes:
        return hashlib.sha256(b"\x00" + self.raw).digest()

    @property
    def flag(self) -> int:
        return self.raw[4]

    @property
    def time_ms(self) -> int:
        return int.from_bytes(self.raw[5:9], "big")


def require(good: bool) -> None:
    """Believe it only if this holds."""
    if not good:
        raise NotBelievedError


def plain(path: Path) -> bytes | None:
    try:
        return path.read_bytes() if stat.S_ISREG(path.lstat().st_mode) else None
    except FileNotFoundError:
        return None


@dataclass(frozen=True)
class DeviceKey:
    """The key beside a recording, and its id."""

    key: ec.EllipticCurvePublicKey
    keyid: str


def device_key(folder: Path) -> DeviceKey:
    raw = plain(folder / "device.pem") or b""
    try:
        key = load_pem_public_key(raw)
    except (ValueError, UnsupportedAlgorithm):
        raise NotBelievedError from None
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise NotBelievedError
    if key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo) != raw:
        raise NotBelievedError
    der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return DeviceKey(key, hashlib.sha256(der).hexdigest())


def paper(raw: bytes, kind: str, key: DeviceKey) -> Paper:
    """Believe a paper, or not."""
    try:
        envelope = json.loads(raw)
        payload = base64.b64decode(envelope["payload"], validate=True)
        signature = base64.b64decode(envelope["signatures"][0]["sig"], validate=True)
        r, s = decode_dss_signature(signature)
        wanted = f"application/vnd.examroom.recording-{kind}+json;v=1"
        form = {
            "payload": base64.b64encode(payload).decode(),
            "payloadType": wanted,
            "signatures": [{"keyid": key.keyid, "sig": base64.b64encode(signature).decode()}],
        }
        if _canonical(form) != raw or encode_dss_signature(r, s) != signature or s > ORDER // 2:
            raise NotBelievedError
        pae = b"DSSEv1 %d %s %d %s" % (len(wanted), wanted.encode(), len(payload), payload)
        key.key.verify(signature, pae, ec.ECDSA(SHA256()))
        said: Paper = json.loads(payload)
        if _canonical(said) != payload:
            raise NotBelievedError
    except (ValueError, KeyError, IndexError, TypeError, RecursionError, binascii.Error, InvalidSignature):
        raise NotBelievedError from None
    return said


def _canonical(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def records_of(raw: bytes) -> tuple[list[Record], bytes]:
    """Cut a segment into its records; what follows them and is none comes second."""
    records, at = [], 0
    while at < len(raw):
        length, flag = int.from_bytes(raw[at : at + 4], "big"), raw[at + 4 : at + 5]
        end = at + 9 + length + 16
        if end > len(raw) or length > 2**20 or flag not in {b"\x00", b"\x01", b"\x02"}:
            break
        records.append(Record(raw[at:end]))
        at = end
    return records, raw[at:]


def root(leaves: list[bytes]) -> bytes:
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashlib.sha256(b"\x01" + root(leaves[:split]) + root(leaves[split:])).digest()
