"""A key store whose device key lives in a token (PKCS#11): it signs there and never leaves.

**Format** beside `sync.trust.unlocking`'s. In the token, all under the label `examroom-<objects>` (`store.json`):
a P-256 key for each device key, an RSA-2048 wrapping key with the id `objects`, and, if the token takes one, a data
object with the generation. In the folder: `pin`, sealed as a file store's secrets are; `wrapped`, 32 random bytes
wrapped to the wrapping key; the other secrets, sealed under HKDF of those bytes and the machine; `device.key`, sealed
the same: the device key's id in the token (16 bytes) and its public half (DER SubjectPublicKeyInfo).
"""

import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, Self, TypeVar

from cryptography.hazmat.primitives.asymmetric import ec

from sync.trust.keyfolder import KeyFolder, KeyStoreUnreadable
from sync.trust.keys import KeyRefused, PublicKey, SealingKey, SigningKey
from sync.trust.sealedkeys import DEVICE, GENERATION, NEXT_DEVICE, SealedKeys
from sync.trust.token import Token, TokenFault, TokenPinWrong, wrap
from sync.trust.tokenkey import TokenPrivateKey
from sync.trust.unlocking import (
    STORE_FILE,
    UNLOCK_FILE,
    OaepHash,
    Seal,
    StoreFacts,
    Surroundings,
    TokenFacts,
    fresh_unlock,
    unlocked,
)

PIN: Final = "pin"
REFUSED_PIN: Final = "pin.refused"
WRAPPED: Final = "wrapped"
_ID_BYTES: Final = 16
_SECRET_BYTES: Final = 32
_T = TypeVar("_T")


@dataclass(frozen=True)
class _InToken:
    """A signing key in the token: its id there, and its public half."""

    identity: bytes
    public: PublicKey

    @classmethod
    def parse(cls, raw: bytes) -> Self:
        try:
            public = PublicKey.of_der(raw[_ID_BYTES:])
        except KeyRefused as fault:
            raise KeyStoreUnreadable(f"{DEVICE}: {fault.detail}") from None
        return cls(raw[:_ID_BYTES], public)

    def to_bytes(self) -> bytes:
        return self.identity + self.public.der()

    def signing_key(self, store: "TokenKeyStore") -> SigningKey:
        key = self.public.verifying_key()
        if not isinstance(key, ec.EllipticCurvePublicKey):
            raise KeyStoreUnreadable(f"{DEVICE}: not a P-256 key")
        return SigningKey(TokenPrivateKey(partial(store.sign_digest, self.identity), key))


class TokenKeyStore:
    """The key store in `folder` whose device key is in a token. Its methods are described at `KeyStore`."""

    def __init__(self, folder: Path, around: Surroundings | None = None) -> None:
        self.folder: Final = folder
        self._around: Final = around
        self._files: Final = KeyFolder(folder)
        self._seal: Seal | None = None

    @classmethod
    def make(cls, folder: Path, module: str, label: str, pin: str, around: Surroundings | None = None) -> Self:
        """Make a new store with new keys in the token that has this label. If this fails, no store is left behind.

        Raises:
            KeyStoreUnreadable: there is something in the folder already.
            KeyStoreUnwritable: the folder cannot be written.
            TokenFault: the token cannot be used.
        """
        store = cls(folder, around)
        if store.exists():
            raise KeyStoreUnreadable(f"{folder}: there is a key store already")
        serial = Token(module, label, None, pin).identify()
        token, identity = Token(module, label, serial, pin), secrets.token_bytes(_ID_BYTES)
        name = _name(identity.hex())
        try:
            device = _new_key(token, name)
            wrapped, oaep, secret = _new_secret(token, name, identity)
            facts = TokenFacts(
                module=module,
                label=label,
                serial=serial,
                objects=identity.hex(),
                oaep=oaep,
                counts=_counts(token, name),
            )
            store._write(facts, device, (wrapped, secret), pin)
        except BaseException:
            token.remove(name)
            raise
        return store

    def exists(self) -> bool:
        """Tell whether there is anything in the folder."""
        return self._files.exists()

    def create(self) -> None:
        """See that the store and its token work; `make` makes one."""
        self._device(DEVICE)
        self._keys().read_all()
        self.generation()

    def destroy(self) -> None:
        """Remove the keys for ever, from the token too."""
        if not self.exists():
            return
        name = _name(self._token_facts().objects)
        if self._files.has(PIN):  # else a kill broke this off after the token was done
            self._tried(lambda token: token.remove(name))
        own = (PIN, DEVICE, NEXT_DEVICE, REFUSED_PIN, WRAPPED)
        self._files.destroy((*own, *SealedKeys.FILES, UNLOCK_FILE, STORE_FILE))
        self._seal = None

    def facts(self) -> StoreFacts:
        """Say what kind of store this is."""
        return StoreFacts.of(self._files)

    def give_pin(self, pin: str) -> None:
        """Keep another PIN, once the token has taken it. Raises `TokenFault`, `KeyStoreUnwritable`."""
        facts = self._token_facts()
        with self._files.alone(STORE_FILE):
            with Token(facts.module, facts.label, facts.serial, pin).session():
                pass
            self._files.replace(PIN, self._unlocked().close(PIN, pin.encode()))
            if self._files.has(REFUSED_PIN):
                self._files.remove(REFUSED_PIN)

    def device_key(self) -> SigningKey:
        """Give the key this PC signs documents with; it signs in the token."""
        return self._device(DEVICE).signing_key(self)

    def sign_digest(self, identity: bytes, digest: bytes) -> tuple[int, int]:
        """Let the token sign a SHA-256 digest; give ECDSA's r and s. Raises `TokenFault`."""
        return self._tried(lambda token: token.sign_digest(identity, digest))

    def next_device_key(self) -> SigningKey:
        """Give the device key that is to follow."""
        keys = self._keys()
        with self._files.alone():
            if self._files.has(NEXT_DEVICE) and self._device(NEXT_DEVICE) == self._device(DEVICE):
                self._adopt()  # it was adopted, and the program killed before the end
            if not self._files.has(NEXT_DEVICE):
                name = _name(self._token_facts().objects)
                made = self._tried(lambda token: _new_key(token, name))
                self._files.replace(NEXT_DEVICE, keys.seal.close(NEXT_DEVICE, made.to_bytes()))
            return self._device(NEXT_DEVICE).signing_key(self)

    def adopt_next_device_key(self) -> None:
        """Make the next device key the device key."""
        with self._files.alone():
            if self._files.has(NEXT_DEVICE):
                self._adopt()

    def sealing_key(self) -> SealingKey:
        """Give the key others seal to."""
        return self._keys().sealing()

    def tls_key(self) -> SigningKey:
        """Give the key of this PC's certificate."""
        return self._keys().tls()

    def replica_key(self) -> bytes:
        """Give the key of the local database."""
        return self._keys().replica()

    def generation(self) -> int:
        """Give the highest generation raised to."""
        facts = self._token_facts()
        if not facts.counts:
            return self._keys().generation()
        counted = self._tried(lambda token: token.read_counter(_name(facts.objects)))
        if counted is None:
            raise KeyStoreUnreadable(f"{GENERATION}: gone from the token")
        return counted

    def raise_generation(self, to: int) -> None:
        """Remember a generation, in the token if it takes one."""
        facts = self._token_facts()
        if not facts.counts:
            self._keys().raise_generation(to)
            return
        with self._files.alone():
            if to > self.generation():
                self._tried(lambda token: token.write_counter(_name(facts.objects), to))

    def _write(self, token: TokenFacts, device: _InToken, wrapped: tuple[bytes, bytes], pin: str) -> None:
        around = self._surroundings()
        fresh, seal = fresh_unlock(around), Seal.under(wrapped[1], around.machine())
        self._files.make(
            {
                **fresh.files,
                PIN: fresh.seal.close(PIN, pin.encode()),
                WRAPPED: wrapped[0],
                **seal.close_all({DEVICE: device.to_bytes(), **SealedKeys.fresh()}),
                STORE_FILE: fresh.facts(token).to_bytes(),
            }
        )
        if self._token_facts() != token:
            raise KeyStoreUnreadable(f"{self.folder}: another process has made a store meanwhile")

    def _adopt(self) -> None:
        following = self._device(NEXT_DEVICE)
        self._files.replace(DEVICE, self._keys().seal.close(DEVICE, following.to_bytes()))
        name = _name(self._token_facts().objects)
        self._tried(lambda token: token.remove(name, kept=frozenset({following.identity})))
        self._files.remove(NEXT_DEVICE)

    def _device(self, name: str) -> _InToken:
        return _InToken.parse(self._keys().seal.open(self._files, name))

    def _surroundings(self) -> Surroundings:
        return Surroundings.here() if self._around is None else self._around

    def _token_facts(self) -> TokenFacts:
        found = self.facts().token
        if found is None:
            raise KeyStoreUnreadable(f"{STORE_FILE}: not a store with a token")
        return found

    def _unlocked(self) -> Seal:
        return unlocked(self._files, self.facts(), self._surroundings())

    def _token(self) -> Token:
        facts = self._token_facts()
        if self._files.has(REFUSED_PIN):
            # a token locks itself after a few wrong PINs: a program that tries again would do that
            raise TokenPinWrong("refused before", label=facts.label)
        pin = self._unlocked().open(self._files, PIN).decode()
        return Token(facts.module, facts.label, facts.serial, pin)

    def _tried(self, act: Callable[[Token], _T]) -> _T:
        # one program after the other: a token takes one at a time, and SoftHSM trips over itself otherwise
        with self._files.alone(STORE_FILE):
            token = self._token()
            try:
                return act(token)
            except TokenPinWrong:
                self._files.replace(REFUSED_PIN, b"refused")
                raise

    def _keys(self) -> SealedKeys:
        """Open the seal once: a token takes its time, and the secrets are in this process anyway."""
        if self._seal is None:
            facts = self._token_facts()
            wrapped, identity = self._files.read(WRAPPED), bytes.fromhex(facts.objects)
            secret = self._tried(lambda token: token.open_wrapped(identity, wrapped, facts.oaep))
            machine = self._surroundings().machine() if self.facts().machine is not None else None
            self._seal = Seal.under(secret, machine)
        return SealedKeys(self._files, self._seal)


def _name(objects: str) -> str:
    return f"examroom-{objects}"


def _new_key(token: Token, name: str) -> _InToken:
    identity = secrets.token_bytes(_ID_BYTES)
    return _InToken(identity, token.make_signing_key(name, identity))


def _new_secret(token: Token, name: str, identity: bytes) -> tuple[bytes, OaepHash, bytes]:
    """Draw a secret and wrap it with the best hash that this token opens it with."""
    key, secret = token.make_wrapping_key(name, identity), secrets.token_bytes(_SECRET_BYTES)
    for oaep in OaepHash:
        wrapped = wrap(key, secret, oaep)
        with suppress(TokenFault):
            if token.open_wrapped(identity, wrapped, oaep) == secret:
                return wrapped, oaep, secret
    raise TokenFault("it opens nothing that is wrapped with RSA-OAEP", label=token.label)


def _counts(token: Token, name: str) -> bool:
    """Find out whether the token keeps a figure for us."""
    try:
        token.write_counter(name, 0)
        return token.read_counter(name) == 0
    except TokenFault as fault:
        if type(fault) is not TokenFault:
            raise
        return False
