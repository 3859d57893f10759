"""Keys have one id however they are written, and other kinds of key are refused."""

import hashlib

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from hypothesis import given
from hypothesis import strategies as st

from sync.trust.aead import SealRefused
from sync.trust.keys import KeyRefused, PublicKey, SealingKey, SigningKey, seal_to

SPKI = serialization.PublicFormat.SubjectPublicKeyInfo
BOTH_KINDS = pytest.mark.parametrize(
    "key", [SigningKey.generate_p256(), SigningKey.generate_ed25519()], ids=["p256", "ed25519"]
)


@BOTH_KINDS
def test_a_keyid_is_the_sha256_of_the_der_subject_public_key_info(key: SigningKey) -> None:
    der = key.private_key.public_key().public_bytes(serialization.Encoding.DER, SPKI)
    assert key.public.keyid == hashlib.sha256(der).hexdigest()
    assert key.public.as_signer_key().keyid == key.public.keyid


@BOTH_KINDS
def test_a_signing_key_survives_pkcs8(key: SigningKey) -> None:
    again = SigningKey.from_pkcs8(key.to_pkcs8())
    assert again.public == key.public
    assert PublicKey.from_pem(key.public.pem.encode()) == key.public


def test_one_key_has_one_id_however_its_pem_is_written() -> None:
    key = SigningKey.generate_p256()
    written = key.public.pem.replace("\n", "\r\n") + "\n\n"
    point = key.private_key.public_key().public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.CompressedPoint
    )
    der = bytes.fromhex("3039301306072a8648ce3d020106082a8648ce3d030107032200") + point
    compressed = serialization.load_der_public_key(der).public_bytes(serialization.Encoding.PEM, SPKI).decode()
    assert PublicKey(written) == PublicKey(compressed) == key.public


@pytest.mark.parametrize(
    "other",
    [
        ec.generate_private_key(ec.SECP384R1()),
        ec.generate_private_key(ec.SECP256K1()),
        rsa.generate_private_key(65537, 2048),
    ],
    ids=["p384", "secp256k1", "rsa"],
)
def test_other_kinds_of_key_are_refused(other: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> None:
    with pytest.raises(KeyRefused):
        PublicKey.from_pem(other.public_key().public_bytes(serialization.Encoding.PEM, SPKI))
    secret = other.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    with pytest.raises(KeyRefused):
        SigningKey.from_pkcs8(secret)


@given(st.one_of(st.binary(max_size=5000), st.text(max_size=5000)))
def test_hostile_bytes_are_no_key_and_no_other_error(raw: bytes | str) -> None:
    with pytest.raises(KeyRefused):
        PublicKey.from_pem(raw)
    with pytest.raises(KeyRefused):
        SigningKey.from_pkcs8(raw if isinstance(raw, bytes) else raw.encode("utf-8", "replace"))


def test_an_encrypted_private_key_is_refused() -> None:
    key = SigningKey.generate_p256().private_key
    encrypted = key.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(b"secret"),
    )
    with pytest.raises(KeyRefused):
        SigningKey.from_pkcs8(encrypted)


@given(plaintext=st.binary(max_size=200), info=st.binary(max_size=40))
def test_what_is_sealed_to_a_key_opens_with_it_for_the_same_purpose(plaintext: bytes, info: bytes) -> None:
    key = SealingKey.generate()
    sealed = seal_to(key.public_raw, plaintext, info)
    assert len(sealed) == 32 + len(plaintext) + 16
    assert SealingKey.from_raw(key.raw()).open(sealed, info) == plaintext
    with pytest.raises(SealRefused):
        key.open(sealed, info + b"x")
    with pytest.raises(SealRefused):
        SealingKey.generate().open(sealed, info)


def test_every_changed_byte_of_a_sealed_share_is_noticed() -> None:
    key = SealingKey.generate()
    sealed = seal_to(key.public_raw, b"device share", b"info")
    for place in range(len(sealed)):
        changed = bytearray(sealed)
        changed[place] ^= 1
        with pytest.raises(SealRefused):
            key.open(bytes(changed), b"info")
    for length in range(len(sealed)):
        with pytest.raises(SealRefused):
            key.open(sealed[:length], b"info")


def test_a_key_of_small_order_or_wrong_length_is_refused() -> None:
    with pytest.raises(KeyRefused):
        seal_to(bytes(32), b"secret", b"info")
    with pytest.raises(KeyRefused):
        seal_to(bytes(31), b"secret", b"info")
    with pytest.raises(KeyRefused):
        SealingKey.from_raw(bytes(33))
    with pytest.raises(SealRefused):
        SealingKey.generate().open(bytes(60), b"info")
