"""A proctor's or administrator's signing key under a PIN: AES-256-GCM under Argon2id (RFC 9106).

A PIN is short, so Argon2id's price (64 MiB, 3 passes) is all that stands between a stolen credential and its
key; that is why credentials travel sealed to enrolled devices and a seat counts failures
(`sync.replica.cabinet`).
"""

import base64
import binascii
import secrets
import unicodedata
from collections.abc import Callable
from typing import Final

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from sync.faults import Refused
from sync.trust.aead import KEY_BYTES, SealRefused, open_sealed, seal
from sync.trust.keys import KeyRefused, PublicKey, SigningKey
from sync.wire.archive import AdministratorCredential
from sync.wire.document import canonical_json
from sync.wire.plan import Credential, ProctorCredential

MEMORY_KIB: Final = 65_536
PASSES: Final = 3
LANES: Final = 1
SALT_BYTES: Final = 16
MIN_PIN: Final = 6

_MAX_MEMORY_KIB: Final = 262_144
_MAX_PASSES: Final = 10
_MAX_LANES: Final = 8
_LEAST_KIB_PER_LANE: Final = 8
_MAX_SALT_BYTES: Final = 64
_MAX_PIN: Final = 128


class PinWrong(Refused):
    """The PIN is not this person's."""

    code = "PIN_WRONG"


class CredentialRefused(Refused):
    """A credential is damaged or asks for more than a PC will give."""

    code = "CREDENTIAL_REFUSED"


def seal_with_pin(
    secret: bytes,
    pin: str,
    *,
    salt: bytes,
    memory_kib: int = MEMORY_KIB,
    passes: int = PASSES,
    lanes: int = LANES,
    context: bytes = b"",
) -> bytes:
    """Seal `secret` under a PIN; `salt` is 16 fresh random bytes, `context` what it is for."""
    _check_bounds(salt, memory_kib, passes, lanes)
    return seal(_stretch(pin, salt, memory_kib, passes, lanes), secret, context)


def open_with_pin(
    sealed: bytes,
    pin: str,
    *,
    salt: bytes,
    memory_kib: int = MEMORY_KIB,
    passes: int = PASSES,
    lanes: int = LANES,
    context: bytes = b"",
) -> bytes:
    """Open what `seal_with_pin` made, with the same parameters.

    Raises:
        PinWrong: another PIN, or changed bytes (nobody can tell the two apart).
        CredentialRefused: parameters out of bounds; refused before any memory is taken.
    """
    _check_bounds(salt, memory_kib, passes, lanes)
    try:
        return open_sealed(_stretch(pin, salt, memory_kib, passes, lanes), sealed, context)
    except SealRefused:
        raise PinWrong from None


def make_credential(
    proctor: str, name: str, key: SigningKey, pin: str, *, memory_kib: int = MEMORY_KIB, passes: int = PASSES
) -> ProctorCredential:
    """Seal a proctor's key under their PIN (at least six characters)."""
    sealed = _seal_key(_context(proctor, name, key.public), key, pin, memory_kib, passes)
    return ProctorCredential.model_validate({"proctor": proctor, "name": name, **sealed})


def make_administrator_credential(
    administrator: str, name: str, key: SigningKey, pin: str, *, memory_kib: int = MEMORY_KIB, passes: int = PASSES
) -> AdministratorCredential:
    """Seal a site administrator's key under their PIN (at least six characters)."""
    sealed = _seal_key(_administrator_context(administrator, name, key.public), key, pin, memory_kib, passes)
    return AdministratorCredential.model_validate({"administrator": administrator, "name": name, **sealed})


def open_credential(credential: ProctorCredential, pin: str) -> SigningKey:
    """Open a proctor's key.

    Raises:
        PinWrong: another PIN, or changed bytes, also of the name or the id.
        CredentialRefused: damaged, parameters out of bounds, or another key inside than the credential says.
    """
    return _open_key(credential, pin, lambda public: _context(credential.proctor, credential.name, public))


def open_administrator_credential(credential: AdministratorCredential, pin: str) -> SigningKey:
    """Open a site administrator's key. Raises what `open_credential` raises."""
    return _open_key(
        credential, pin, lambda public: _administrator_context(credential.administrator, credential.name, public)
    )


def _seal_key(context: bytes, key: SigningKey, pin: str, memory_kib: int, passes: int) -> dict[str, str | int]:
    if len(_normal(pin)) < MIN_PIN:
        raise ValueError(f"a PIN has at least {MIN_PIN} characters")
    salt = secrets.token_bytes(SALT_BYTES)
    sealed = seal_with_pin(
        key.to_pkcs8(), pin, salt=salt, memory_kib=memory_kib, passes=passes, lanes=LANES, context=context
    )
    return {
        "public_key_pem": key.public.pem,
        "salt": base64.b64encode(salt).decode(),
        "memory_kib": memory_kib,
        "passes": passes,
        "lanes": LANES,
        "sealed_key": base64.b64encode(sealed).decode(),
    }


def _open_key(credential: Credential, pin: str, context: Callable[[PublicKey], bytes]) -> SigningKey:
    try:
        public = PublicKey.from_pem(credential.public_key_pem)
        salt = base64.b64decode(credential.salt, validate=True)
        sealed = base64.b64decode(credential.sealed_key, validate=True)
    except (KeyRefused, binascii.Error):
        raise CredentialRefused("unreadable fields") from None
    der = open_with_pin(
        sealed,
        pin,
        salt=salt,
        memory_kib=credential.memory_kib,
        passes=credential.passes,
        lanes=credential.lanes,
        context=context(public),
    )
    try:
        key = SigningKey.from_pkcs8(der)
    except KeyRefused as fault:
        raise CredentialRefused(fault.detail) from None
    if key.public != public:
        raise CredentialRefused("the key inside is not the one the credential names")
    return key


def _context(proctor: str, name: str, public: PublicKey) -> bytes:
    return canonical_json(["examroom-credential-v1", proctor, name, public.keyid])


def _administrator_context(administrator: str, name: str, public: PublicKey) -> bytes:
    return canonical_json(["examroom-administrator-credential-v1", administrator, name, public.keyid])


def _check_bounds(salt: bytes, memory_kib: int, passes: int, lanes: int) -> None:
    good = (
        SALT_BYTES <= len(salt) <= _MAX_SALT_BYTES
        and 1 <= passes <= _MAX_PASSES
        and 1 <= lanes <= _MAX_LANES
        and _LEAST_KIB_PER_LANE * lanes <= memory_kib <= _MAX_MEMORY_KIB
    )
    if not good:
        raise CredentialRefused(
            f"Argon2id with {memory_kib} KiB, {passes} passes, {lanes} lanes, {len(salt)} bytes of salt"
        )


def _stretch(pin: str, salt: bytes, memory_kib: int, passes: int, lanes: int) -> bytes:
    normal = _normal(pin)
    if len(normal) > _MAX_PIN:
        raise PinWrong("far too long")
    kdf = Argon2id(salt=salt, length=KEY_BYTES, iterations=passes, lanes=lanes, memory_cost=memory_kib)
    return kdf.derive(normal.encode("utf-8", "surrogatepass"))


def _normal(pin: str) -> str:
    """Make full-width digits, as a Chinese input method types them, the same as plain ones."""
    return unicodedata.normalize("NFKC", pin)
