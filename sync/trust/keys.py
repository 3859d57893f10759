"""Keys: P-256 and Ed25519 to sign, X25519 to be sealed to.

A key's id is the lower-case hexadecimal SHA-256 of its DER SubjectPublicKeyInfo. It is always computed, never
taken from outside, so one key has one id however it was written down.
"""

import base64
import hashlib
from dataclasses import dataclass, field
from typing import Final, Self

from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from securesystemslib.signer import (  # type: ignore[attr-defined]  # exported without saying so
    CryptoSigner,
    Signer,
    SSlibKey,
)

from sync.faults import Refused
from sync.trust.aead import SealRefused

PrivateKey = ec.EllipticCurvePrivateKey | Ed25519PrivateKey
VerifyingKey = ec.EllipticCurvePublicKey | Ed25519PublicKey

RAW_X25519_BYTES: Final = 32
_MAX_KEY_BYTES: Final = 4_000
_HPKE: Final = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


_FIELD: Final = 2**255 - 19
_ORDER_8: Final = (
    0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7,
    0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826,
)
_SMALL_ORDER: Final = frozenset({0, 1, _FIELD - 1, _FIELD, _FIELD + 1, *_ORDER_8})
"""The y of all points of Ed25519 whose order divides 8, however they are written (RFC 8032 section 5.1)."""


class KeyRefused(Refused):
    """These bytes are not a key of a kind we use."""

    code = "KEY_REFUSED"


@dataclass(frozen=True)
class PublicKey:
    """A key that verifies. However the PEM was written, `pem` is its one standard form."""

    pem: str
    keyid: str = field(init=False)

    def __post_init__(self) -> None:
        key = self.verifying_key()
        spki = serialization.PublicFormat.SubjectPublicKeyInfo
        der = key.public_bytes(serialization.Encoding.DER, spki)
        pem = key.public_bytes(serialization.Encoding.PEM, spki).decode()
        object.__setattr__(self, "keyid", hashlib.sha256(der).hexdigest())
        object.__setattr__(self, "pem", pem)

    @classmethod
    def from_pem(cls, pem: str | bytes) -> Self:
        """Read a P-256 or Ed25519 public key from PEM.

        Raises:
            KeyRefused: not PEM, too long, or another kind of key.
        """
        try:
            return cls(pem.decode("ascii") if isinstance(pem, bytes) else pem)
        except UnicodeDecodeError:
            raise KeyRefused("not PEM text") from None

    @classmethod
    def of(cls, key: VerifyingKey) -> Self:
        """Wrap a public key of `cryptography`."""
        spki = serialization.PublicFormat.SubjectPublicKeyInfo
        return cls(key.public_bytes(serialization.Encoding.PEM, spki).decode())

    @classmethod
    def of_der(cls, der: bytes) -> Self:
        """Read a P-256 or Ed25519 public key from DER SubjectPublicKeyInfo. Raises `KeyRefused`."""
        return cls("-----BEGIN PUBLIC KEY-----\n" + base64.encodebytes(der).decode() + "-----END PUBLIC KEY-----\n")

    def der(self) -> bytes:
        """Give the key as DER SubjectPublicKeyInfo."""
        spki = serialization.PublicFormat.SubjectPublicKeyInfo
        return self.verifying_key().public_bytes(serialization.Encoding.DER, spki)

    def verifying_key(self) -> VerifyingKey:
        """Give the key as `cryptography` knows it.

        Raises:
            KeyRefused: the PEM holds no P-256 or Ed25519 public key.
        """
        raw = self.pem.encode("utf-8", "replace")
        if len(raw) > _MAX_KEY_BYTES:
            raise KeyRefused(f"{len(raw)} bytes of PEM, at most {_MAX_KEY_BYTES}")
        try:
            key = serialization.load_pem_public_key(raw)
        except (ValueError, UnsupportedAlgorithm):
            raise KeyRefused("not a public key in PEM") from None
        if isinstance(key, Ed25519PublicKey):
            if _is_small_order(key):
                raise KeyRefused("an Ed25519 point of small order: one signature under it fits many documents")
            return key
        if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1):
            return key
        raise KeyRefused(f"a {type(key).__name__}, wanted P-256 or Ed25519")

    @property
    def is_p256(self) -> bool:
        """Tell whether this is a P-256 key (the other kind is Ed25519)."""
        return isinstance(self.verifying_key(), ec.EllipticCurvePublicKey)

    def as_signer_key(self) -> SSlibKey:
        """Give the key as securesystemslib and TUF know it, under our key id."""
        return SSlibKey.from_crypto(self.verifying_key(), keyid=self.keyid)


class SigningKey:
    """A key that signs: P-256 (devices and proctors) or Ed25519 (the registry's roles)."""

    def __init__(self, private_key: PrivateKey) -> None:
        self.private_key: Final = private_key
        self.public: Final = PublicKey.of(private_key.public_key())

    @classmethod
    def generate_p256(cls) -> Self:
        """Make a new P-256 key."""
        return cls(ec.generate_private_key(ec.SECP256R1()))

    @classmethod
    def generate_ed25519(cls) -> Self:
        """Make a new Ed25519 key."""
        return cls(Ed25519PrivateKey.generate())

    @classmethod
    def from_pkcs8(cls, der: bytes) -> Self:
        """Read a key from unencrypted PKCS#8 DER.

        Raises:
            KeyRefused: not PKCS#8, too long, or another kind of key.
        """
        if len(der) > _MAX_KEY_BYTES:
            raise KeyRefused(f"{len(der)} bytes of PKCS#8, at most {_MAX_KEY_BYTES}")
        try:
            key = serialization.load_der_private_key(der, None)
        except (ValueError, TypeError, UnsupportedAlgorithm):  # TypeError: it is encrypted
            raise KeyRefused("not a private key in PKCS#8") from None
        if isinstance(key, Ed25519PrivateKey):
            return cls(key)
        if isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(key.curve, ec.SECP256R1):
            return cls(key)
        raise KeyRefused(f"a {type(key).__name__}, wanted P-256 or Ed25519")

    def sign(self, data: bytes) -> bytes:
        """Sign `data`: ECDSA over SHA-256 in DER, or Ed25519. A key in a token may raise `TokenFault`."""
        if isinstance(self.private_key, Ed25519PrivateKey):
            return self.private_key.sign(data)
        return self.private_key.sign(data, ec.ECDSA(hashes.SHA256()))

    def to_pkcs8(self) -> bytes:
        """Give the secret key as unencrypted PKCS#8 DER; the caller seals it or keeps it in a key store.

        A key in a token has no such form: asking for it is a mistake of ours (`TypeError`).
        """
        return self.private_key.private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )

    def signer(self) -> Signer:
        """Give the key as securesystemslib and TUF sign with it, under our key id."""
        return CryptoSigner(self.private_key, self.public.as_signer_key())


class SealingKey:
    """An X25519 key that others seal to and only its holder opens with (HPKE, RFC 9180, base mode)."""

    def __init__(self, private_key: X25519PrivateKey) -> None:
        self._private_key: Final = private_key

    @classmethod
    def generate(cls) -> Self:
        """Make a new key."""
        return cls(X25519PrivateKey.generate())

    @classmethod
    def from_raw(cls, raw: bytes) -> Self:
        """Read a key from its 32 raw bytes.

        Raises:
            KeyRefused: not 32 bytes.
        """
        if len(raw) != RAW_X25519_BYTES:
            raise KeyRefused(f"{len(raw)} bytes, an X25519 key has {RAW_X25519_BYTES}")
        return cls(X25519PrivateKey.from_private_bytes(raw))

    def raw(self) -> bytes:
        """Give the secret key's 32 raw bytes; the caller keeps them in a key store."""
        return self._private_key.private_bytes_raw()

    @property
    def public_raw(self) -> bytes:
        """The public key's 32 raw bytes."""
        return self._private_key.public_key().public_bytes_raw()

    def open(self, sealed: bytes, info: bytes) -> bytes:
        """Open what was sealed to this key with the same `info`.

        Raises:
            SealRefused: sealed to another key, with another `info`, or changed.
        """
        try:
            return _HPKE.decrypt(sealed, self._private_key, info)
        except (InvalidTag, ValueError):  # ValueError: an encapsulated key of small order
            raise SealRefused("not sealed to this key for this purpose, or changed") from None


def seal_to(public_raw: bytes, plaintext: bytes, info: bytes) -> bytes:
    """Seal to an X25519 public key: HPKE with HKDF-SHA256 and AES-256-GCM, base mode, one shot.

    `info` says what it is for; the sealed bytes are the encapsulated key (32), ciphertext and tag (16).

    Raises:
        KeyRefused: not 32 bytes, or a point that gives no secret.
    """
    if len(public_raw) != RAW_X25519_BYTES:
        raise KeyRefused(f"{len(public_raw)} bytes, an X25519 key has {RAW_X25519_BYTES}")
    try:
        return _HPKE.encrypt(plaintext, X25519PublicKey.from_public_bytes(public_raw), info)
    except ValueError:
        raise KeyRefused("an X25519 point of small order") from None


def _is_small_order(key: Ed25519PublicKey) -> bool:
    y_and_sign = int.from_bytes(key.public_bytes_raw(), "little")
    return y_and_sign % 2**255 in _SMALL_ORDER
