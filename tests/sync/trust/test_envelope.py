"""A signed document is believed in one exact form only; other people's tools can verify it too."""

import base64
import json
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from hypothesis import given
from hypothesis import strategies as st
from securesystemslib.dsse import Envelope

from sync.trust import envelope
from sync.trust.envelope import EnvelopeRefused
from sync.trust.keys import PublicKey, SigningKey
from sync.wire.document import canonical_json

TYPE = "application/vnd.examroom.test+json;v=1"
PAYLOAD = b'{"score":100}'
DEVICE, PROCTOR, STRANGER = (SigningKey.generate_p256() for _ in range(3))
REGISTRY = SigningKey.generate_ed25519()
KEYS = (DEVICE.public, PROCTOR.public, REGISTRY.public)
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def pae(payload: bytes) -> bytes:
    """DSSE v1.0.2's pre-authentication encoding, written down a second time."""
    return b"DSSEv1 %d %s %d %s" % (len(TYPE), TYPE.encode(), len(payload), payload)


def signature_by(signed: bytes, key: SigningKey) -> bytes:
    return next(
        base64.b64decode(entry["sig"])
        for entry in json.loads(signed)["signatures"]
        if entry["keyid"] == key.public.keyid
    )


def with_signature(signed: bytes, raw: bytes) -> bytes:
    tree = json.loads(signed)
    tree["signatures"][0]["sig"] = base64.b64encode(raw).decode()
    return canonical_json(tree)


@given(st.binary(max_size=500))
def test_what_is_signed_verifies_and_gives_the_payload_back(payload: bytes) -> None:
    signed = envelope.sign(payload, TYPE, DEVICE, REGISTRY)
    verified = envelope.verify(signed, TYPE, KEYS, threshold=2)
    assert verified.payload == payload
    assert verified.keyids == {DEVICE.public.keyid, REGISTRY.public.keyid}


def test_plain_cryptography_verifies_our_signatures() -> None:
    signed = envelope.sign(PAYLOAD, TYPE, DEVICE, REGISTRY)
    p256, ed25519 = DEVICE.public.verifying_key(), REGISTRY.public.verifying_key()
    assert isinstance(p256, ec.EllipticCurvePublicKey)
    assert isinstance(ed25519, Ed25519PublicKey)
    p256.verify(signature_by(signed, DEVICE), pae(PAYLOAD), ec.ECDSA(hashes.SHA256()))
    ed25519.verify(signature_by(signed, REGISTRY), pae(PAYLOAD))


def test_securesystemslib_verifies_our_envelopes() -> None:
    signed = envelope.sign(PAYLOAD, TYPE, DEVICE, REGISTRY)
    theirs = Envelope.from_dict(json.loads(signed))
    accepted = theirs.verify([key.as_signer_key() for key in KEYS], threshold=2)
    assert set(accepted) == {DEVICE.public.keyid, REGISTRY.public.keyid}


def test_the_openssl_command_verifies_our_signatures(tmp_path: Path) -> None:
    signed = envelope.sign(PAYLOAD, TYPE, DEVICE, REGISTRY)
    data = tmp_path / "pae"
    data.write_bytes(pae(PAYLOAD))
    for key in (DEVICE, REGISTRY):
        (tmp_path / "key.pem").write_text(key.public.pem, encoding="ascii")
        (tmp_path / "sig").write_bytes(signature_by(signed, key))
        ecdsa = ["dgst", "-sha256", "-verify", "key.pem", "-signature", "sig", "pae"]
        eddsa = ["pkeyutl", "-verify", "-pubin", "-inkey", "key.pem", "-rawin", "-in", "pae", "-sigfile", "sig"]
        command = ["openssl", *(ecdsa if key.public.is_p256 else eddsa)]
        assert subprocess.run(command, cwd=tmp_path, check=False, capture_output=True).returncode == 0
        data.write_bytes(pae(b"another payload"))
        assert subprocess.run(command, cwd=tmp_path, check=False, capture_output=True).returncode != 0
        data.write_bytes(pae(PAYLOAD))


@pytest.mark.parametrize("signers", [(DEVICE,), (REGISTRY,), (DEVICE, PROCTOR)], ids=["p256", "ed25519", "both"])
def test_a_change_of_any_bit_of_an_envelope_is_refused(signers: tuple[SigningKey, ...]) -> None:
    signed = envelope.sign(PAYLOAD, TYPE, *signers)
    assert envelope.verify(signed, TYPE, KEYS, threshold=len(signers)).payload == PAYLOAD
    for place in range(len(signed)):
        for bit in range(8):
            changed = bytearray(signed)
            changed[place] ^= 1 << bit
            with pytest.raises(EnvelopeRefused):
                envelope.verify(bytes(changed), TYPE, KEYS, threshold=len(signers))


def test_every_cut_and_every_added_byte_is_refused() -> None:
    signed = envelope.sign(PAYLOAD, TYPE, REGISTRY)
    for place in range(len(signed)):
        with pytest.raises(EnvelopeRefused):
            envelope.verify(signed[:place], TYPE, KEYS)
    for place in range(len(signed) + 1):
        for extra in (b" ", b"\n", b"A", b"="):
            with pytest.raises(EnvelopeRefused):
                envelope.verify(signed[:place] + extra + signed[place:], TYPE, KEYS)


@given(st.binary(max_size=300))
def test_hostile_bytes_are_refused_without_any_other_error(raw: bytes) -> None:
    with pytest.raises(EnvelopeRefused):
        envelope.verify(raw, TYPE, KEYS)


@pytest.mark.parametrize(
    "raw",
    [
        b"[" * 5_000_000,
        b'{"payload":"","payloadType":"t","signatures":[' + b"{}," * 1_000_000 + b"{}]}",
        b'{"payload":"' + b"A" * 5_000_000,
        b'{"payload":"' + b"=" * 5_000_000 + b'"}',
    ],
    ids=["deep", "many", "open", "padding"],
)
def test_large_hostile_bytes_are_refused_at_once(raw: bytes) -> None:
    with pytest.raises(EnvelopeRefused, match="canonical form"):
        envelope.peek(raw, TYPE)


def test_more_bytes_than_allowed_are_not_looked_at() -> None:
    signed = envelope.sign(PAYLOAD, TYPE, DEVICE)
    with pytest.raises(EnvelopeRefused, match="at most 10"):
        envelope.verify(signed, TYPE, KEYS, max_bytes=10)


def test_another_payload_type_is_refused() -> None:
    signed = envelope.sign(PAYLOAD, TYPE, DEVICE)
    for other in (TYPE + "x", TYPE[:-1], TYPE.upper()):
        with pytest.raises(EnvelopeRefused, match="wanted"):
            envelope.verify(signed, other, KEYS)


def test_json_in_another_order_or_with_spaces_is_refused() -> None:
    tree = json.loads(envelope.sign(PAYLOAD, TYPE, DEVICE))
    for other in (
        json.dumps(tree).encode(),
        json.dumps(dict(reversed(tree.items())), separators=(",", ":")).encode(),
        canonical_json(tree | {"more": 1}),
        canonical_json(tree).replace(b"payloadType", b"payload\\u0054ype"),
        canonical_json(tree).replace(b"{", b'{"payload":"",', 1),
    ):
        with pytest.raises(EnvelopeRefused, match="canonical form"):
            envelope.verify(other, TYPE, KEYS)


def test_base64_with_tail_bits_or_of_the_url_kind_is_refused() -> None:
    signed = envelope.sign(b"\xff\xfe\xfd\xfc", TYPE, DEVICE)
    assert b'"//79/A=="' in signed
    for other in (b'"//79/B=="', b'"__79_A=="', b'"//79/A="', b'"//79/A"'):
        with pytest.raises(EnvelopeRefused):
            envelope.verify(signed.replace(b'"//79/A=="', other), TYPE, KEYS)


def test_a_stranger_is_refused_even_beside_a_good_signature() -> None:
    signed = envelope.sign(PAYLOAD, TYPE, DEVICE, STRANGER)
    with pytest.raises(EnvelopeRefused, match="not expected"):
        envelope.verify(signed, TYPE, KEYS)


def test_a_bad_signature_is_refused_even_when_enough_others_are_good() -> None:
    good = json.loads(envelope.sign(PAYLOAD, TYPE, DEVICE, PROCTOR))
    other = json.loads(envelope.sign(b"other", TYPE, DEVICE, PROCTOR))
    good["signatures"][1] = other["signatures"][1]
    with pytest.raises(EnvelopeRefused, match="not good"):
        envelope.verify(canonical_json(good), TYPE, KEYS, threshold=1)


def test_one_key_never_counts_twice() -> None:
    signed = envelope.sign(PAYLOAD, TYPE, DEVICE)
    twice = json.loads(signed)
    twice["signatures"] *= 2
    with pytest.raises(EnvelopeRefused, match="twice"):
        envelope.verify(canonical_json(twice), TYPE, KEYS)
    again = PublicKey.from_pem(DEVICE.public.pem.replace("\n", "\r\n"))
    with pytest.raises(EnvelopeRefused, match="2 are needed"):
        envelope.verify(signed, TYPE, [DEVICE.public, again], threshold=2)
    with pytest.raises(EnvelopeRefused, match="already"):
        envelope.countersign(signed, SigningKey.from_pkcs8(DEVICE.to_pkcs8()))
    with pytest.raises(ValueError, match="distinct"):
        envelope.sign(PAYLOAD, TYPE, DEVICE, DEVICE)


def test_signatures_stand_in_one_order_only() -> None:
    tree = json.loads(envelope.sign(PAYLOAD, TYPE, DEVICE, PROCTOR, REGISTRY))
    tree["signatures"].reverse()
    with pytest.raises(EnvelopeRefused, match="order"):
        envelope.verify(canonical_json(tree), TYPE, KEYS)


def test_countersigning_gives_the_same_envelope_as_signing_together() -> None:
    signed = envelope.countersign(envelope.sign(PAYLOAD, TYPE, REGISTRY), DEVICE)
    assert envelope.verify(signed, TYPE, KEYS, threshold=2).payload == PAYLOAD
    assert set(envelope.peek(signed, TYPE).keyids) == {REGISTRY.public.keyid, DEVICE.public.keyid}
    with pytest.raises(EnvelopeRefused, match="3 are needed"):
        envelope.verify(signed, TYPE, KEYS, threshold=3)


def test_a_full_envelope_takes_no_more_signatures() -> None:
    crowd = [SigningKey.generate_ed25519() for _ in range(envelope.MAX_SIGNATURES)]
    signed = envelope.sign(PAYLOAD, TYPE, *crowd)
    assert len(envelope.verify(signed, TYPE, [key.public for key in crowd]).keyids) == 16
    with pytest.raises(EnvelopeRefused, match="no room"):
        envelope.countersign(signed, DEVICE)


def test_the_twin_of_an_ecdsa_signature_is_refused() -> None:
    signed = envelope.sign(PAYLOAD, TYPE, DEVICE)
    r, s = decode_dss_signature(signature_by(signed, DEVICE))
    assert s <= ORDER // 2
    twin = encode_dss_signature(r, ORDER - s)
    verifying = DEVICE.public.verifying_key()
    assert isinstance(verifying, ec.EllipticCurvePublicKey)
    verifying.verify(twin, pae(PAYLOAD), ec.ECDSA(hashes.SHA256()))  # good for everybody else
    with pytest.raises(EnvelopeRefused, match="one form"):
        envelope.verify(with_signature(signed, twin), TYPE, KEYS)


def test_loose_der_and_impossible_numbers_are_refused() -> None:
    signed = envelope.sign(PAYLOAD, TYPE, DEVICE)
    raw = signature_by(signed, DEVICE)
    r, s = decode_dss_signature(raw)
    long_length = b"\x30\x81" + raw[1:]
    for other in (
        raw + b"\x00",
        long_length,
        encode_dss_signature(0, s),
        encode_dss_signature(r, 0),
        encode_dss_signature(r + ORDER, s),
        b"",
        b"\x30\x00",
    ):
        with pytest.raises(EnvelopeRefused):
            envelope.verify(with_signature(signed, other), TYPE, KEYS)


def test_an_ed25519_signature_with_a_large_scalar_or_wrong_length_is_refused() -> None:
    signed = envelope.sign(PAYLOAD, TYPE, REGISTRY)
    raw = signature_by(signed, REGISTRY)
    order = 2**252 + 27742317777372353535851937790883648493  # RFC 8032 section 5.1
    twin = raw[:32] + (int.from_bytes(raw[32:], "little") + order).to_bytes(32, "little")
    for other in (twin, raw + b"\x00", raw[:-1], b""):
        with pytest.raises(EnvelopeRefused):
            envelope.verify(with_signature(signed, other), TYPE, KEYS)


def test_a_threshold_of_nobody_is_a_mistake_not_a_pass() -> None:
    signed = envelope.sign(PAYLOAD, TYPE, DEVICE)
    with pytest.raises(ValueError, match="threshold"):
        envelope.verify(signed, TYPE, KEYS, threshold=0)
    with pytest.raises(ValueError, match="1 to 16"):
        envelope.sign(PAYLOAD, TYPE)
    with pytest.raises(ValueError, match="payload type"):
        envelope.sign(PAYLOAD, 'a"b', DEVICE)
