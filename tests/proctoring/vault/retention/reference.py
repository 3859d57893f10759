"""A second opinion: custody read without any code of the archive's, by a plain model and `cryptography` alone.

Written from the documents' description: DSSE v1.0.2 envelopes, JSON payloads, the fields of `CustodyEntry`.
"""

import base64
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

Entry = dict[str, Any]


@dataclass
class Model:
    """What custody says, by the rules as a person would put them."""

    retain_until_ms: int
    holds: set[int] = field(default_factory=set)
    proposer: Entry | None = None
    approvers: list[Entry] = field(default_factory=list)
    begun: Entry | None = None
    voices: list[Entry] = field(default_factory=list)


def opened(envelope: bytes, pems: Sequence[str]) -> Entry:
    """Verify an envelope with `cryptography` and give its payload."""
    document = json.loads(envelope)
    payload, kind = base64.b64decode(document["payload"]), document["payloadType"]
    signed = b"DSSEv1 %d %s %d %s" % (len(kind), kind.encode(), len(payload), payload)
    for signature in document["signatures"]:
        (key,) = [pem for pem in pems if keyid(pem) == signature["keyid"]]
        public = serialization.load_pem_public_key(key.encode())
        assert isinstance(public, ec.EllipticCurvePublicKey)
        public.verify(base64.b64decode(signature["sig"]), signed, ec.ECDSA(hashes.SHA256()))
    found: Entry = json.loads(payload)
    return found


def keyid(pem: str) -> str:
    """Give a key's id: SHA-256 of its DER SubjectPublicKeyInfo."""
    public = serialization.load_pem_public_key(pem.encode())
    der = public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(der).hexdigest()


def model_of(envelopes: Sequence[bytes], pems: Sequence[str], retain_until_ms: int, approvals: int) -> Model:
    """Read a recording's custody from its first entry to its last."""
    model, before = Model(retain_until_ms), "0" * 64
    for number, envelope in enumerate(envelopes):
        entry = opened(envelope, pems)
        assert (entry["sequence"], entry["before"]) == (number, before)
        before = hashlib.sha256(envelope).hexdigest()
        _take(model, entry, approvals)
    return model


def _take(model: Model, entry: Entry, approvals: int) -> None:
    act = entry["act"]
    if act == "held":
        model.holds.add(entry["sequence"])
    elif act == "released":
        model.holds.remove(entry["about"])
    elif act == "extended":
        assert entry["until_ms"] > model.retain_until_ms
        model.retain_until_ms = entry["until_ms"]
    if act in {"held", "extended", "destruction_withdrawn"}:
        model.proposer, model.approvers = None, []
    elif act == "destruction_proposed":
        assert not model.holds
        model.proposer, model.approvers = entry, []
    elif act == "destruction_approved":
        model.approvers.append(entry)
    elif act == "destruction_begun":
        assert model.begun is None
        assert not model.holds
        model.begun = entry
        assert model.proposer is not None
        model.voices = [model.proposer, *model.approvers]
        for what in ("administrator", "keyid", "name"):
            assert len({voice["by"][what] for voice in model.voices}) == len(model.voices) >= 1 + approvals
