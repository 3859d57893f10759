"""A token behind PKCS#11 (OASIS PKCS#11 v2.40): the only door to it.

Each act opens a session, logs in, acts and closes, one at a time in a process: a token that was pulled and put back
is found again, and no session outlives its token. Mechanisms used: EC key pair generation (P-256), ECDSA over a
digest, RSA-2048 key pair generation, RSA-OAEP (with SHA-256 where the token has it, else SHA-1), data objects.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

import pkcs11
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from pkcs11 import Attribute, KeyType, Mechanism, MechanismFlag, ObjectClass, TokenFlag
from pkcs11.mechanisms import MGF
from pkcs11.util.ec import encode_ec_public_key, encode_named_curve_parameters
from pkcs11.util.rsa import encode_rsa_public_key

from sync.faults import EnvironmentFault
from sync.trust.keys import PublicKey
from sync.trust.unlocking import OaepHash

if TYPE_CHECKING:
    from pkcs11._pkcs11 import lib as Library  # noqa: N812 - a class, whatever its case
    from pkcs11.types import DecryptMixin, SignMixin

_RSA_BITS: Final = 2048
_COUNTER: Final = "examroom generation"
_COUNTER_BYTES: Final = 8
_OAEP: Final = {
    OaepHash.SHA256: (Mechanism.SHA256, MGF.SHA256, hashes.SHA256),
    OaepHash.SHA1: (Mechanism.SHA_1, MGF.SHA1, hashes.SHA1),
}
_ONE_AT_A_TIME: Final = threading.RLock()
"""PKCS#11 logs a whole process in and out of a token, not a session."""


class TokenFault(EnvironmentFault):
    """The token that holds this PC's key does not work."""

    code = "TOKEN_FAULT"


class TokenModuleMissing(TokenFault):
    """The token's library is not here, or is none. Fact: `module`."""

    code = "TOKEN_MODULE_MISSING"


class TokenMissing(TokenFault):
    """The token is not plugged in. Fact: `label`."""

    code = "TOKEN_MISSING"


class TokenOther(TokenFault):
    """A token of the same name is here, but it is not the one. Fact: `label`."""

    code = "TOKEN_OTHER"


class TokenPinWrong(TokenFault):
    """The token refused the PIN; it is not tried again until another is given."""

    code = "TOKEN_PIN_WRONG"


class TokenLocked(TokenFault):
    """The token takes no PIN any more: too many wrong ones, or none was ever set."""

    code = "TOKEN_LOCKED"


@dataclass(frozen=True)
class Token:
    """One token, found by its label; by its serial too, once that is known."""

    module: str
    label: str
    serial: str | None
    pin: str = field(repr=False)

    def identify(self) -> str:
        """Give the serial of the one token that has this label now. Raises `TokenFault`."""
        with _ONE_AT_A_TIME, _said(self.label):
            library = self._library()
            library.reinitialize()  # it may remember how things were
            return _serial(self._found(library))

    @contextmanager
    def session(self, *, writing: bool = False) -> Iterator[pkcs11.Session]:
        """Log in to the token for one act.

        Raises:
            TokenModuleMissing, TokenMissing, TokenOther, TokenPinWrong, TokenLocked, TokenFault: it does not work.
        """
        with _ONE_AT_A_TIME, _said(self.label):
            library = self._library()
            found = self._found_after_all(library)
            if found.flags & TokenFlag.USER_PIN_LOCKED:
                raise TokenLocked(label=self.label)
            try:
                session = found.open(rw=writing, user_pin=self.pin)
            except pkcs11.PKCS11Error:
                library.finalize()  # closes the session that was not let in
                raise
            with session:
                yield session

    def make_signing_key(self, label: str, identity: bytes) -> PublicKey:
        """Make a P-256 key that never leaves the token. Raises `TokenFault`."""
        with self.session(writing=True) as session:
            curve = session.create_domain_parameters(
                KeyType.EC, {Attribute.EC_PARAMS: encode_named_curve_parameters("secp256r1")}, local=True
            )
            public, _ = curve.generate_keypair(
                id=identity,
                label=label,
                store=True,
                capabilities=MechanismFlag.SIGN | MechanismFlag.VERIFY,
                private_template={Attribute.SENSITIVE: True, Attribute.EXTRACTABLE: False},
            )
            der = encode_ec_public_key(public)
        return PublicKey.of_der(der)

    def sign_digest(self, identity: bytes, digest: bytes) -> tuple[int, int]:
        """Sign a SHA-256 digest with a key of this id; give ECDSA's r and s. Raises `TokenFault`."""
        with self.session() as session:
            key = session.get_key(object_class=ObjectClass.PRIVATE_KEY, key_type=KeyType.EC, id=identity)
            raw = cast("SignMixin", key).sign(digest, mechanism=Mechanism.ECDSA)
        half = len(raw) // 2
        return int.from_bytes(raw[:half]), int.from_bytes(raw[half:])

    def make_wrapping_key(self, label: str, identity: bytes) -> rsa.RSAPublicKey:
        """Make an RSA key that opens secrets and never leaves the token. Raises `TokenFault`."""
        with self.session(writing=True) as session:
            public, _ = session.generate_keypair(
                KeyType.RSA,
                _RSA_BITS,
                id=identity,
                label=label,
                store=True,
                capabilities=MechanismFlag.ENCRYPT | MechanismFlag.DECRYPT,
                private_template={Attribute.SENSITIVE: True, Attribute.EXTRACTABLE: False},
            )
            der = encode_rsa_public_key(public)
        key = serialization.load_der_public_key(der)
        if not isinstance(key, rsa.RSAPublicKey):
            raise TokenFault("the token made a key of another kind")
        return key

    def open_wrapped(self, identity: bytes, wrapped: bytes, oaep: OaepHash) -> bytes:
        """Open what was wrapped to the wrapping key. Raises `TokenFault`."""
        algorithm, mask, _ = _OAEP[oaep]
        with self.session() as session:
            key = session.get_key(object_class=ObjectClass.PRIVATE_KEY, key_type=KeyType.RSA, id=identity)
            opener = cast("DecryptMixin", key)
            opened = opener.decrypt(wrapped, mechanism=Mechanism.RSA_PKCS_OAEP, mechanism_param=(algorithm, mask, None))
        return b"".join([opened] if isinstance(opened, bytes) else opened)

    def read_counter(self, label: str) -> int | None:
        """Give the highest figure kept under this label; none if there is none. Raises `TokenFault`."""
        with self.session() as session:
            return max((value for value, _ in _counters(session, label)), default=None)

    def write_counter(self, label: str, value: int) -> None:
        """Keep a figure in the token, then remove the lower ones. Raises `TokenFault`."""
        with self.session(writing=True) as session:
            session.create_object(
                {
                    Attribute.CLASS: ObjectClass.DATA,
                    Attribute.TOKEN: True,
                    Attribute.PRIVATE: True,
                    Attribute.LABEL: label,
                    Attribute.APPLICATION: _COUNTER,
                    Attribute.VALUE: value.to_bytes(_COUNTER_BYTES),
                }
            )
            for older, found in _counters(session, label):
                if older < value:
                    found.destroy()

    def remove(self, label: str, kept: frozenset[bytes] = frozenset()) -> None:
        """Remove all objects with this label, or only its signing keys whose id is not kept. Raises `TokenFault`."""
        only = {Attribute.KEY_TYPE: KeyType.EC} if kept else {}
        with self.session(writing=True) as session:
            for found in list(session.get_objects({Attribute.LABEL: label, **only})):
                if not kept or found[Attribute.ID] not in kept:
                    found.destroy()

    def _library(self) -> "Library":
        if not Path(self.module).is_file():
            raise TokenModuleMissing(self.module, module=self.module)
        try:
            return pkcs11.lib(self.module)
        except pkcs11.PKCS11Error as error:
            if type(error) is not pkcs11.PKCS11Error:  # loaded, but it cannot begin
                raise TokenMissing(_line(error), label=self.label) from None
            raise TokenModuleMissing(_line(error), module=self.module) from None

    def _found_after_all(self, library: "Library") -> pkcs11.Token:
        """Find the token; a library that remembers how things were before is begun again, once."""
        try:
            return self._found(library)
        except (pkcs11.PKCS11Error, TokenFault):
            pass
        try:
            library.reinitialize()
            return self._found(library)
        except pkcs11.PKCS11Error as error:
            raise TokenMissing(_line(error), label=self.label) from None

    def _found(self, library: "Library") -> pkcs11.Token:
        named: list[pkcs11.Token] = list(library.get_tokens(token_label=self.label))
        if not named:
            raise TokenMissing(label=self.label)
        found = [one for one in named if self.serial in {None, _serial(one)}]
        if len(found) != 1:
            raise TokenOther(f"{len(named)} of that name", label=self.label)
        return found[0]


def wrap(key: rsa.RSAPublicKey, secret: bytes, oaep: OaepHash) -> bytes:
    """Wrap a secret to a token's wrapping key (RSA-OAEP, RFC 8017)."""
    _, _, algorithm = _OAEP[oaep]
    return key.encrypt(secret, padding.OAEP(padding.MGF1(algorithm()), algorithm(), None))


def _counters(session: pkcs11.Session, label: str) -> list[tuple[int, Any]]:
    wanted = {Attribute.CLASS: ObjectClass.DATA, Attribute.LABEL: label, Attribute.APPLICATION: _COUNTER}
    return [(int.from_bytes(found[Attribute.VALUE]), found) for found in list(session.get_objects(wanted))]


def _serial(token: pkcs11.Token) -> str:
    return token.serial.decode("ascii", "replace").strip()


@contextmanager
def _said(label: str) -> Iterator[None]:
    """Turn what the token's library says into faults a person can read."""
    try:
        yield
    except pkcs11.PKCS11Error as error:
        raise fault_of(error, label) from None


def fault_of(error: pkcs11.PKCS11Error, label: str) -> TokenFault:
    """Give the fault that a token's error is to a person."""
    said = _line(error)
    match error:
        case pkcs11.PinIncorrect() | pkcs11.PinInvalid() | pkcs11.PinLenRange():
            return TokenPinWrong(said, label=label)
        case pkcs11.PinLocked() | pkcs11.PinExpired() | pkcs11.UserPinNotInitialized():
            return TokenLocked(said, label=label)
        case pkcs11.TokenNotPresent() | pkcs11.TokenNotRecognised() | pkcs11.DeviceRemoved() | pkcs11.SlotIDInvalid():
            return TokenMissing(said, label=label)
        case pkcs11.NoSuchKey():
            return TokenOther("the key is not in it", label=label)
        case _:
            return TokenFault(said, label=label)


def _line(error: pkcs11.PKCS11Error) -> str:
    return f"{type(error).__name__} {error}".strip()
