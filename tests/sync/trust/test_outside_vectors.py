"""Our doors for keys, signatures and seals, held to vectors that others computed (see `vectors/README.md`)."""

import gzip
import json
import re
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from securesystemslib.signer import Signature  # type: ignore[attr-defined]  # exported without saying so

from sync.trust import envelope
from sync.trust.aead import NONCE_BYTES, TAG_BYTES, SealRefused, open_sealed
from sync.trust.envelope import EnvelopeRefused
from sync.trust.keys import KeyRefused, PublicKey, SealingKey, seal_to

VECTORS = Path(__file__).parent / "vectors"
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def vectors(name: str) -> Any:  # noqa: ANN401 - what somebody else's JSON holds
    return json.loads(gzip.decompress((VECTORS / f"{name}.json.gz").read_bytes()))


def raw(text: str) -> bytes:
    return bytes.fromhex(text)


def believed(key: PublicKey, signature: bytes, message: bytes) -> bool:
    """Ask the very check that every envelope goes through; only the bytes that are signed are Wycheproof's."""
    try:
        envelope._check_signature(key, Signature(key.keyid, signature.hex()), message)
    except EnvelopeRefused:
        return False
    return True


def low(signature: bytes) -> bytes:
    """Give the one form of an ECDSA signature that we take: the lower of the two possible S."""
    r, s = decode_dss_signature(signature)
    return encode_dss_signature(r, min(s, P256_ORDER - s))


def test_every_p256_signature_is_believed_or_refused_as_wycheproof_says() -> None:
    judged = {"valid": 0, "invalid": 0}
    for case in vectors("wycheproof_ecdsa_secp256r1_sha256"):
        key, message, signature = PublicKey.from_pem(case["key"]), raw(case["msg"]), raw(case["sig"])
        judged[case["result"]] += 1
        if case["result"] == "invalid":
            assert not believed(key, signature, message), case
        else:
            assert believed(key, low(signature), message), case
            assert believed(key, signature, message) == (low(signature) == signature), case  # of two twins, only one
    assert judged["valid"] > 100
    assert judged["invalid"] > 100


def test_every_ed25519_signature_is_believed_or_refused_as_wycheproof_says() -> None:
    """What it calls acceptable it leaves open: keys with a small-order part, which no honest signer makes."""
    results = set()
    for case in vectors("wycheproof_ed25519"):
        results.add(case["result"])
        if case["result"] != "acceptable":
            good = believed(PublicKey.from_pem(case["key"]), raw(case["sig"]), raw(case["msg"]))
            assert good == (case["result"] == "valid"), case
    assert results == {"valid", "invalid", "acceptable"}


def test_a_key_under_which_one_signature_fits_every_document_is_no_key() -> None:
    forgeries = [
        case
        for case in vectors("wycheproof_ed25519")
        if re.match("identity|canonical Ed25519 torsion", case["comment"])
    ]
    assert len(forgeries) == 8
    for case in forgeries:
        with pytest.raises(KeyRefused, match="small order"):
            PublicKey.from_pem(case["key"])


def test_every_x25519_agreement_is_wycheproofs_and_points_without_a_secret_are_refused() -> None:
    refused = 0
    for case in vectors("wycheproof_x25519"):
        public, shared = raw(case["public"]), raw(case["shared"])
        if not any(shared):
            refused += 1
            with pytest.raises(KeyRefused):
                seal_to(public, b"nobody may read this", b"")
            with pytest.raises(SealRefused):
                SealingKey.from_raw(raw(case["private"])).open(public + bytes(40), b"")
            continue
        private = X25519PrivateKey.from_private_bytes(raw(case["private"]))
        assert private.exchange(X25519PublicKey.from_public_bytes(public)) == shared, case
    assert refused > 10


def test_every_seal_opens_or_not_as_wycheproof_says() -> None:
    """Those with our lengths (256-bit key, 96-bit nonce, 128-bit tag); others have no way through our door."""
    results = set()
    for case in vectors("wycheproof_aes_gcm"):
        key, nonce, sealed = raw(case["key"]), raw(case["iv"]), raw(case["ct"]) + raw(case["tag"])
        if len(key) != 32 or len(nonce) != NONCE_BYTES or len(raw(case["tag"])) != TAG_BYTES:
            continue
        results.add(case["result"])
        if case["result"] == "valid":
            assert open_sealed(key, nonce + sealed, raw(case["aad"])) == raw(case["msg"]), case
            assert AESGCM(key).encrypt(nonce, raw(case["msg"]), raw(case["aad"])) == sealed, case
        else:
            with pytest.raises(SealRefused):
                open_sealed(key, nonce + sealed, raw(case["aad"]))
    assert results == {"valid", "invalid"}


def test_every_hkdf_output_is_wycheproofs() -> None:
    derived = 0
    for case in vectors("wycheproof_hkdf_sha256"):
        if case["result"] != "valid":
            with pytest.raises(ValueError, match="larger than 8160"):
                HKDF(hashes.SHA256(), case["size"], raw(case["salt"]), raw(case["info"])).derive(raw(case["ikm"]))
            continue
        derived += 1
        found = HKDF(hashes.SHA256(), case["size"], raw(case["salt"]), raw(case["info"])).derive(raw(case["ikm"]))
        assert found == raw(case["okm"]), case
    assert derived > 50


def test_our_hpke_is_rfc_9180s() -> None:
    """The public interface takes no associated data, and the published ciphertexts have some.

    So the published one is opened with the published key and nonce first (they are what the RFC says), and then the
    same text is sealed under these without associated data: our door opens it only if its key schedule gave both.
    """
    vector = vectors("hpke_rfc9180")
    key, nonce, text = AESGCM(raw(vector["key"])), raw(vector["base_nonce"]), raw(vector["pt"])
    assert key.decrypt(nonce, raw(vector["ct"]), raw(vector["aad"])) == text
    recipient = SealingKey.from_raw(raw(vector["skRm"]))
    assert recipient.public_raw.hex() == vector["pkRm"]
    sealed = raw(vector["enc"]) + key.encrypt(nonce, text, b"")
    assert recipient.open(sealed, raw(vector["info"])) == text
    with pytest.raises(SealRefused):
        recipient.open(sealed, raw(vector["info"]) + b"x")
    with pytest.raises(InvalidTag):
        key.decrypt(nonce, sealed[32:], b"x")


def test_a_dsse_envelope_of_the_specification_is_ours() -> None:
    """The example of the specification (secure-systems-lab/dsse, protocol.md): its pre-authentication encoding."""
    parsed = envelope._parse(
        b'{"payload":"aGVsbG8gd29ybGQ=","payloadType":"http://example.com/HelloWorld","signatures":'
        b'[{"keyid":"' + b"0" * 64 + b'","sig":"AAAA"}]}',
        1_000,
    )
    assert parsed.pae() == b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
