"""A second reader, written from FORMAT.md alone: the standard library and `cryptography`, nothing of ours."""

import base64
import hashlib
import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

MANIFEST_TYPE = "application/vnd.examroom.recording-manifest+json;v=1"


@dataclass(frozen=True)
class ReadSegment:
    """A segment as the reader found it: its WebM bytes and the flag and time of its last record."""

    webm: bytes
    flag: int
    time_ms: int


def read_manifest(folder: Path) -> dict[str, object]:
    """Verify the manifest with the key beside it and give its payload."""
    envelope = json.loads((folder / "manifest.json").read_bytes())
    payload = base64.b64decode(envelope["payload"])
    kind = envelope["payloadType"]
    if kind != MANIFEST_TYPE:
        raise ValueError(kind)
    pae = b"DSSEv1 %d %s %d %s" % (len(kind), kind.encode(), len(payload), payload)
    key = load_pem_public_key((folder / "device.pem").read_bytes())
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise TypeError(key)
    key.verify(base64.b64decode(envelope["signatures"][0]["sig"]), pae, ec.ECDSA(SHA256()))
    manifest: dict[str, object] = json.loads(payload)
    return manifest


def read_recording(folder: Path, private_key: bytes) -> Iterator[ReadSegment]:
    """Decrypt every segment the manifest lists."""
    manifest = read_manifest(folder)
    key = X25519PrivateKey.from_private_bytes(private_key)
    recording = str(manifest["recording"])
    salt = uuid.UUID(recording).bytes
    epochs = {epoch["first_segment"]: epoch["wrapped"] for epoch in manifest["epochs"]}  # type: ignore[attr-defined]
    before = hashlib.sha256(b"examroom-recording-v1\x00" + salt).digest()
    state = b""
    for entry in manifest["segments"]:  # type: ignore[attr-defined]
        index = entry["index"]
        if index in epochs:
            state = _secret(epochs[index], key, recording, index)
        segment_key = _derive(state, salt, f"examroom segment-key v1|{index}")
        raw = (folder / entry["file"]).read_bytes()
        webm, at, counter, flag, time_ms = b"", 0, 0, 0, 0
        while at < len(raw):
            header = raw[at : at + 9]
            length, flag, time_ms = int.from_bytes(header[:4], "big"), header[4], int.from_bytes(header[5:], "big")
            record = raw[at : at + 9 + length + 16]
            context = (
                b"examroom-record-v1\x00"
                + salt
                + index.to_bytes(4, "big")
                + counter.to_bytes(8, "big")
                + header
                + before
            )
            nonce = counter.to_bytes(11, "big") + bytes([flag])
            webm += AESGCM(segment_key).decrypt(nonce, record[9:], context)
            before = hashlib.sha256(record).digest()
            at, counter = at + len(record), counter + 1
        yield ReadSegment(webm, flag, time_ms)
        state = _derive(state, salt, f"examroom segment-next v1|{index}")


def root_of(folder: Path, name: str) -> str:
    """Work out the RFC 6962 root over a segment's records."""
    raw = (folder / name).read_bytes()
    leaves, at = [], 0
    while at < len(raw):
        end = at + 9 + int.from_bytes(raw[at : at + 4], "big") + 16
        leaves.append(hashlib.sha256(b"\x00" + raw[at:end]).digest())
        at = end
    return _root(leaves).hex()


def _root(leaves: list[bytes]) -> bytes:
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashlib.sha256(b"\x01" + _root(leaves[:split]) + _root(leaves[split:])).digest()


def _secret(wrapped: list[dict[str, str]], key: X25519PrivateKey, recording: str, first: int) -> bytes:
    mine = base64.b64encode(key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()
    sealed = next(base64.b64decode(one["sealed"]) for one in wrapped if one["public_key"] == mine)
    suite = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
    return suite.decrypt(sealed, key, b"examroom recording-key v1|%s|%d" % (recording.encode(), first))


def _derive(state: bytes, salt: bytes, info: str) -> bytes:
    return HKDF(SHA256(), 32, salt, info.encode()).derive(state)
