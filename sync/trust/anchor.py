"""What everything hangs from: the TUF root a PC was enrolled with.

The root role signs the registry's keys by role; the directory key among those signs the directory of devices
and proctors. So the one pinned file decides, without a network, whose packets, plans and receipts count.

The trust folder holds public material only: `root.json`, `registry-keys.json`, `directory.json`, and `2.root.json` …
for roots that followed the pinned one (`sync.trust.roots`).
"""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Self

from sync.faults import EnvironmentFault, Refused
from sync.trust import envelope
from sync.trust.envelope import EnvelopeRefused
from sync.trust.files import PRIVATE_FILE, read_bounded, replace_file
from sync.trust.keys import KeyRefused, PublicKey, SigningKey
from sync.trust.roots import MAX_BYTES, MOST, RootKeys, RootRefused, follow
from sync.wire.document import DocumentRefused
from sync.wire.enrolment import (
    Directory,
    DirectoryAdministrator,
    DirectoryDevice,
    DirectoryKey,
    DirectoryProctor,
    KeyHolder,
    RegistryKeys,
    RegistryRole,
    TrustBundle,
)

ROOT_FILE: Final = "root.json"
KEYS_FILE: Final = "registry-keys.json"
DIRECTORY_FILE: Final = "directory.json"

_MAX_KEYS: Final = 100_000
_MAX_DIRECTORY: Final = 44_000_000  # the largest document, in base64, and its signature


class TrustRefused(Refused):
    """The registry's public keys are not believed; the detail says which link of the chain does not hold."""

    code = "TRUST_REFUSED"


class TrustUnwritable(EnvironmentFault):
    """The registry's public keys could not be kept on this PC."""

    code = "TRUST_UNWRITABLE"


@dataclass(frozen=True)
class Trust:
    """The verified public material; `load` and `from_bundle` make it, and making it verifies it."""

    root: bytes = field(repr=False)
    registry_keys_envelope: bytes = field(repr=False)
    directory_envelope: bytes = field(repr=False)
    later_roots: tuple[bytes, ...] = field(default=(), repr=False)
    registry_keys: RegistryKeys = field(init=False, repr=False)
    directory: Directory = field(init=False, repr=False)
    _devices: Mapping[str, DirectoryDevice] = field(init=False, repr=False)
    _proctors: Mapping[str, DirectoryProctor] = field(init=False, repr=False)
    _signers: Mapping[str, PublicKey] = field(init=False, repr=False)
    _administrators: Mapping[str, tuple[DirectoryAdministrator, PublicKey]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        try:
            registry_keys = _read_registry_keys(self.registry_keys_envelope, follow(self.root, self.later_roots))
            directory_keys = _role_keys(registry_keys, RegistryRole.DIRECTORY)
            directory = _read_directory(self.directory_envelope, directory_keys)
            devices = {entry.device: entry for entry in directory.devices}
            proctors, signers = _index(directory)
            administrators = _index_administrators(directory, signers)
        except (EnvelopeRefused, DocumentRefused, KeyRefused, RootRefused) as fault:
            raise TrustRefused(str(fault)) from None
        object.__setattr__(self, "registry_keys", registry_keys)
        object.__setattr__(self, "directory", directory)
        object.__setattr__(self, "_devices", devices)
        object.__setattr__(self, "_proctors", proctors)
        object.__setattr__(self, "_signers", signers)
        object.__setattr__(self, "_administrators", administrators)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read and verify a trust folder.

        Raises:
            TrustRefused: a file is missing or unreadable, or a link of the chain does not hold.
        """
        try:
            root = read_bounded(folder / ROOT_FILE, MAX_BYTES)
            keys = read_bounded(folder / KEYS_FILE, _MAX_KEYS)
            directory = read_bounded(folder / DIRECTORY_FILE, _MAX_DIRECTORY)
            later = _later_roots(folder)
        except OSError as error:
            raise TrustRefused(f"{folder}: {error.strerror}") from None
        while True:
            try:
                return cls(root, keys, directory, later)
            except TrustRefused:
                # The power may have gone between a new root's file and the keys that it signed: then those before
                # still hold. Whoever can write here could take the file away as well.
                if not later:
                    raise
                later = later[:-1]

    @classmethod
    def from_bundle(cls, bundle: TrustBundle, expected_root: bytes) -> Self:
        """Verify what a registry sent, against the root that is pinned.

        Raises:
            TrustRefused: another root, or a link of the chain does not hold.
        """
        try:
            root, keys, directory, *later_roots = (
                base64.b64decode(part, validate=True)
                for part in (bundle.tuf_root, bundle.registry_keys, bundle.directory, *bundle.later_roots)
            )
            later = tuple(later_roots)
        except binascii.Error:
            raise TrustRefused("broken base64 in the bundle") from None
        if root != expected_root:
            raise TrustRefused("the bundle hangs from another root than the one pinned here")
        return cls(root, keys, directory, later)

    def bundle(self) -> TrustBundle:
        """Give the material as it is sent."""
        root, keys, directory, *later = (
            base64.b64encode(part).decode()
            for part in (self.root, self.registry_keys_envelope, self.directory_envelope, *self.later_roots)
        )
        return TrustBundle(tuf_root=root, registry_keys=keys, directory=directory, later_roots=tuple(later))

    def files(self) -> dict[str, bytes]:
        """Give the material as a trust folder has it, in the order of writing: a root before keys that it signed."""
        later = {f"{number}.{ROOT_FILE}": root for number, root in enumerate(self.later_roots, start=2)}
        return {
            ROOT_FILE: self.root,
            **later,
            KEYS_FILE: self.registry_keys_envelope,
            DIRECTORY_FILE: self.directory_envelope,
        }

    def save(self, folder: Path, mode: int = PRIVATE_FILE) -> None:
        """Keep the material in `folder`, never over newer material or under another root; `mode` is that of the files.

        Raises:
            TrustRefused: the folder hangs from another root, or holds newer material.
            TrustUnwritable: the disk does not take it.
        """
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if (folder / ROOT_FILE).exists():
                if read_bounded(folder / ROOT_FILE, MAX_BYTES) != self.root:
                    raise TrustRefused("this folder hangs from another root")
                self._refuse_to_go_back(folder)
            for name, data in self.files().items():
                replace_file(folder / name, data, mode)
        except OSError as error:
            raise TrustUnwritable(f"{folder}: {error.strerror}") from None

    def role_key(self, role: RegistryRole) -> tuple[PublicKey, ...]:
        """Give the registry's keys for a role (several while one is being replaced)."""
        return _role_keys(self.registry_keys, role)

    @property
    def log_origin(self) -> str:
        """The name of the registry's log."""
        return self.registry_keys.log_origin

    def device(self, device_id: str) -> DirectoryDevice | None:
        """Give a device's entry, or nothing."""
        return self._devices.get(device_id)

    def device_keys(self) -> tuple[PublicKey, ...]:
        """Give all devices' keys, also revoked ones: what they signed before stays signed."""
        return tuple(key for keyid, key in self._signers.items() if keyid not in self._proctors)

    def proctor(self, keyid: str) -> DirectoryProctor | None:
        """Give the entry of the proctor who holds the key `keyid`, or nothing."""
        return self._proctors.get(keyid)

    def proctor_keys(self) -> tuple[PublicKey, ...]:
        """Give all proctors' keys, also revoked ones."""
        return tuple(self._signers[keyid] for keyid in self._proctors)

    def keyids_of(self, device_id: str) -> frozenset[str]:
        """Give the ids of all keys that a device ever had; none of an unknown one."""
        entry = self._devices.get(device_id)
        return frozenset(key_in_time(entry)) if entry else frozenset()

    def signer(self, keyid: str) -> PublicKey | None:
        """Give the device's or proctor's key called `keyid`, or nothing."""
        return self._signers.get(keyid)

    def administrator(self, administrator_id: str) -> tuple[DirectoryAdministrator, PublicKey] | None:
        """Give a site administrator's entry and key, or nothing; a revoked one has `revoked_ms`."""
        return self._administrators.get(administrator_id)

    def _refuse_to_go_back(self, folder: Path) -> None:
        try:
            kept = Trust.load(folder)
        except TrustRefused:
            return  # torn by a power cut between two files, or damaged: what is verified now heals it
        if kept.later_roots[: len(self.later_roots)] != self.later_roots[: len(kept.later_roots)]:
            raise TrustRefused("other roots than those known already")
        if len(kept.later_roots) > len(self.later_roots):
            raise TrustRefused("an older root than the one known already")
        if kept.directory.sequence > self.directory.sequence:
            raise TrustRefused(f"directory {self.directory.sequence}, {kept.directory.sequence} is known already")
        if kept.directory.sequence == self.directory.sequence and kept.directory != self.directory:
            raise TrustRefused(f"two different directories {self.directory.sequence}")
        if kept.registry_keys.issued_ms > self.registry_keys.issued_ms:
            raise TrustRefused("older registry keys than those known already")


def key_in_time(holder: KeyHolder) -> dict[str, DirectoryKey]:
    """Give a device's or proctor's keys with their times, by key id."""
    return {PublicKey.from_pem(key.public_key_pem).keyid: key for key in holder.keys}


def sign_registry_keys(keys: RegistryKeys, *root_keys: SigningKey) -> bytes:
    """Sign the registry's keys by role with keys of the TUF root role, as many as its threshold asks for."""
    return envelope.sign(keys.to_bytes(), RegistryKeys.PAYLOAD_TYPE, *root_keys)


def sign_directory(directory: Directory, key: SigningKey) -> bytes:
    """Sign the directory of devices, proctors and administrators with the registry's directory key."""
    return envelope.sign(directory.to_bytes(), Directory.PAYLOAD_TYPE, key)


def _later_roots(folder: Path) -> tuple[bytes, ...]:
    """Give the roots that follow the first one, as far as there is a file for the next."""
    found: list[bytes] = []
    while len(found) <= MOST and (file := folder / f"{len(found) + 2}.{ROOT_FILE}").exists():
        found.append(read_bounded(file, MAX_BYTES))
    return tuple(found)


def _read_registry_keys(signed: bytes, root: RootKeys) -> RegistryKeys:
    verified = envelope.verify(
        signed, RegistryKeys.PAYLOAD_TYPE, root.keys, threshold=root.threshold, max_bytes=_MAX_KEYS
    )
    registry_keys = RegistryKeys.parse(verified.payload)
    pems = [entry.public_key_pem for entry in registry_keys.keys]
    pems += (entry.public_key_pem for entry in registry_keys.witnesses)
    public = [PublicKey.from_pem(pem) for pem in pems]
    if any(key.is_p256 for key in public):
        raise TrustRefused("a key of a registry role or of a witness that is not Ed25519")
    if len({key.keyid for key in public}) != len(public):
        raise TrustRefused("one key for two of the registry's roles or witnesses")
    witnesses = {entry.name for entry in registry_keys.witnesses}
    if len(witnesses) != len(registry_keys.witnesses) or registry_keys.witness_quorum > len(witnesses):
        raise TrustRefused("two witnesses of one name, or more wanted than there are")
    return registry_keys


def _role_keys(keys: RegistryKeys, role: RegistryRole) -> tuple[PublicKey, ...]:
    return tuple(PublicKey.from_pem(entry.public_key_pem) for entry in keys.keys if entry.role is role)


def _read_directory(signed: bytes, signers: tuple[PublicKey, ...]) -> Directory:
    verified = envelope.verify(signed, Directory.PAYLOAD_TYPE, signers, max_bytes=_MAX_DIRECTORY)
    return Directory.parse(verified.payload)


def _index(directory: Directory) -> tuple[dict[str, DirectoryProctor], dict[str, PublicKey]]:
    """Give the proctors and all keys, by key id; a PC enrolled twice may have one key, two people never."""
    if len({entry.device for entry in directory.devices}) != len(directory.devices):
        raise TrustRefused("the directory names one device twice")
    signers = {key.keyid: key for entry in directory.devices for key in _keys_of(entry)}
    proctors: dict[str, DirectoryProctor] = {}
    for entry in directory.proctors:
        for key in _keys_of(entry):
            if key.keyid in signers:
                raise TrustRefused("the directory gives one key to two signers")  # it would count twice on a packet
            signers[key.keyid], proctors[key.keyid] = key, entry
    return proctors, signers


def _keys_of(holder: KeyHolder) -> list[PublicKey]:
    """Give a device's or proctor's keys, each of which follows the one before."""
    keys = [PublicKey.from_pem(key.public_key_pem) for key in holder.keys]
    if len({key.keyid for key in keys}) != len(keys):
        raise TrustRefused("the directory gives one signer a key twice")
    if any(key.until_ms is None for key in holder.keys[:-1]) or holder.keys[-1].until_ms is not None:
        raise TrustRefused("the directory does not say until when a key was good")
    return keys


def _index_administrators(
    directory: Directory, signers: Mapping[str, PublicKey]
) -> dict[str, tuple[DirectoryAdministrator, PublicKey]]:
    """Give the administrators by id: one key each, which is nobody else's, no proctor's and no device's."""
    found = {
        entry.administrator: (entry, PublicKey.from_pem(entry.public_key_pem)) for entry in directory.administrators
    }
    keyids = {key.keyid for _, key in found.values()}
    if not len(found) == len(keyids) == len(directory.administrators) or not keyids.isdisjoint(signers):
        raise TrustRefused("the directory gives an administrator two keys, or their key to another signer")
    return found
