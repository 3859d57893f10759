"""Signed documents: DSSE v1.0.2 envelopes in one exact form, so that a change of any byte is noticed.

    {"payload":"<base64>","payloadType":"<type>","signatures":[{"keyid":"<hex>","sig":"<base64>"},...]}

Any DSSE tool can verify such an envelope. We accept less than any DSSE tool would: canonical JSON only,
standard base64 with zero tail bits only, signatures in ascending order of key id, ECDSA signatures in DER
with the lower of the two possible S only. So nobody without a key can make a second byte string of the same
envelope, and the SHA-256 of the bytes names a document. (Leaving a signature out still makes another
envelope: the threshold, or a payload that names its signers, has to notice that.)
"""

import base64
import binascii
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import UnverifiedSignatureError
from securesystemslib.signer import Signature  # type: ignore[attr-defined]  # exported without saying so

from sync.faults import Refused
from sync.trust.keys import PublicKey, SigningKey
from sync.wire.document import canonical_json

MAX_BYTES: Final = 32_000_000
MAX_SIGNATURES: Final = 16

_P256_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # FIPS 186-4, D.1.2.3
_ED25519_SIGNATURE_BYTES: Final = 64

_TYPE: Final = rb"[!#-\[\]-~]{1,200}"  # printable ASCII that JSON leaves as it is, no space
_BASE64: Final = rb"[A-Za-z0-9+/]{%b}={0,2}"
_SIGNATURE: Final = rb'\{"keyid":"[0-9a-f]{64}","sig":"' + _BASE64 % b"1,128" + rb'"\}'
_FORM: Final = re.compile(
    rb'\{"payload":"(' + _BASE64 % b"0," + rb')","payloadType":"(' + _TYPE + rb')","signatures":\['
    rb"(" + _SIGNATURE + rb"(?:," + _SIGNATURE + rb"){0,%d})\]\}" % (MAX_SIGNATURES - 1)
)
_ONE_SIGNATURE: Final = re.compile(rb'"keyid":"([0-9a-f]{64})","sig":"([^"]*)"')


class EnvelopeRefused(Refused):
    """A signed document is not believed; the detail says which check failed."""

    code = "ENVELOPE_REFUSED"


@dataclass(frozen=True)
class Verified:
    """A payload whose signatures are good, and the ids of the keys that signed it."""

    payload: bytes
    keyids: frozenset[str]


@dataclass(frozen=True)
class Peeked:
    """A payload that NOBODY has verified, and whose keys it claims; for finding the keys to verify with."""

    payload: bytes
    keyids: tuple[str, ...]


def sign(payload: bytes, payload_type: str, *keys: SigningKey) -> bytes:
    """Sign `payload` as `payload_type` with every one of `keys` (distinct, at least one)."""
    if not keys or len({key.public.keyid for key in keys}) != len(keys) or len(keys) > MAX_SIGNATURES:
        raise ValueError(f"an envelope has 1 to {MAX_SIGNATURES} signatures by distinct keys")
    if not re.fullmatch(_TYPE, payload_type.encode()):
        raise ValueError(f"not a payload type: {payload_type!r}")
    envelope = Envelope(payload, payload_type, {})
    for key in keys:
        _add_signature(envelope, key)
    return _to_bytes(envelope)


def countersign(envelope: bytes, key: SigningKey) -> bytes:
    """Add one more signature over the same payload. The caller verifies first what is already there.

    Raises:
        EnvelopeRefused: not an envelope in our form, or `key` has signed it already.
    """
    parsed = _parse(envelope, MAX_BYTES)
    if key.public.keyid in parsed.signatures:
        raise EnvelopeRefused("this key has signed already; one key never counts twice")
    if len(parsed.signatures) == MAX_SIGNATURES:
        raise EnvelopeRefused(f"{MAX_SIGNATURES} signatures already, there is no room for more")
    _add_signature(parsed, key)
    return _to_bytes(parsed)


def verify(
    envelope: bytes,
    payload_type: str,
    keys: Iterable[PublicKey],
    *,
    threshold: int = 1,
    max_bytes: int = MAX_BYTES,
) -> Verified:
    """Verify an envelope: every signature is good and by one of `keys`, and at least `threshold` keys signed.

    Raises:
        EnvelopeRefused: too large, not in our form, another payload type, a signature by an unknown key,
            a bad one, or too few.
    """
    if threshold < 1:
        raise ValueError("a threshold below one would believe anybody")
    parsed = _parse(envelope, max_bytes, payload_type)
    known = {key.keyid: key for key in keys}
    pae = parsed.pae()
    for keyid, signature in parsed.signatures.items():
        if keyid not in known:
            raise EnvelopeRefused(f"signed by a key that is not expected here: {keyid}")
        _check_signature(known[keyid], signature, pae)
    if len(parsed.signatures) < threshold:
        raise EnvelopeRefused(f"{len(parsed.signatures)} signatures, {threshold} are needed")
    return Verified(parsed.payload, frozenset(parsed.signatures))


def peek(envelope: bytes, payload_type: str, *, max_bytes: int = MAX_BYTES) -> Peeked:
    """Look into an envelope WITHOUT verifying it, to find out whose key it claims to be signed with.

    Raises:
        EnvelopeRefused: too large, not in our form, or another payload type.
    """
    parsed = _parse(envelope, max_bytes, payload_type)
    return Peeked(parsed.payload, tuple(parsed.signatures))


def _parse(envelope: bytes, max_bytes: int, payload_type: str | None = None) -> Envelope:
    """Read the one form there is; by a pattern, so that hostile nesting costs neither time nor memory."""
    if len(envelope) > max_bytes:
        raise EnvelopeRefused(f"{len(envelope)} bytes, at most {max_bytes}")
    form = _FORM.fullmatch(envelope)
    if form is None:
        raise EnvelopeRefused("not a DSSE envelope in canonical form")
    found_type = form[2].decode("ascii")
    if payload_type is not None and found_type != payload_type:
        raise EnvelopeRefused(f"the payload is {found_type}, wanted {payload_type}")
    pairs = [(keyid.decode("ascii"), sig) for keyid, sig in _ONE_SIGNATURE.findall(form[3])]
    keyids = [keyid for keyid, _ in pairs]
    if len(set(keyids)) != len(keyids):
        raise EnvelopeRefused("one key signed twice")
    if keyids != sorted(keyids):
        raise EnvelopeRefused("the signatures are not in the order of their key ids")
    signatures = {keyid: Signature(keyid, _decode(sig).hex()) for keyid, sig in pairs}
    return Envelope(_decode(form[1]), found_type, signatures)


def _decode(text: bytes) -> bytes:
    try:
        raw = base64.b64decode(text, validate=True)
    except binascii.Error:
        raise EnvelopeRefused("broken base64") from None
    if base64.b64encode(raw) != text:
        raise EnvelopeRefused("base64 with tail bits that are not zero")
    return raw


def _to_bytes(envelope: Envelope) -> bytes:
    envelope.signatures = dict(sorted(envelope.signatures.items()))
    return canonical_json(envelope.to_dict())


def _add_signature(envelope: Envelope, key: SigningKey) -> None:
    signature = envelope.sign(key.signer())
    if key.public.is_p256:
        r, s = decode_dss_signature(bytes.fromhex(signature.signature))
        signature.signature = encode_dss_signature(r, min(s, _P256_ORDER - s)).hex()


def _check_signature(key: PublicKey, signature: Signature, pae: bytes) -> None:
    raw = bytes.fromhex(signature.signature)
    if key.is_p256:
        _check_one_form(raw)
    elif len(raw) != _ED25519_SIGNATURE_BYTES:
        raise EnvelopeRefused("an Ed25519 signature of the wrong length")
    try:
        key.as_signer_key().verify_signature(signature, pae)
    except UnverifiedSignatureError:
        raise EnvelopeRefused(f"the signature by {key.keyid} is not good") from None


def _check_one_form(raw: bytes) -> None:
    """Refuse the other ways to write a signature: loose DER, and the twin (r, n - s) of every (r, s)."""
    try:
        r, s = decode_dss_signature(raw)
    except ValueError:
        raise EnvelopeRefused("an ECDSA signature that is not DER") from None
    if not (0 < r < _P256_ORDER and 0 < s <= _P256_ORDER // 2 and encode_dss_signature(r, s) == raw):
        raise EnvelopeRefused("an ECDSA signature that is not in its one form (DER, low S)")
