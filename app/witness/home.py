"""A witness's folder (0700): its card, its keys, what it watches, and what it has seen.

`card.json` is public. `witness.key` and `ca.key` are secret (PKCS #8, 0600). `charge.json` says which logs, by which
keys. `seen/<SHA-256 of the origin>` is the largest head of that log it ever cosigned, empty before the first; so a
memory that is gone is told from one that is new. `contradictions/` keeps heads that a log signed beside that one.
"""

import fcntl
import os
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final, Self

from sync.faults import EnvironmentFault, Refused
from sync.replica.durable import private_folder, write_durably
from sync.trust.anchor import Trust
from sync.trust.certificates import CertificateAuthority, make_ca
from sync.trust.checkpoint import MAX_BYTES, Checkpoint, CheckpointRefused, read_checkpoint
from sync.trust.files import read_bounded
from sync.trust.keys import KeyRefused, PublicKey, SigningKey
from sync.wire.document import DocumentRefused
from sync.wire.enrolment import RegistryRole
from sync.wire.witness import WatchedLog, WitnessCard, WitnessCharge

_CARD: Final = "card.json"
_CHARGE: Final = "charge.json"
_KEY: Final = "witness.key"
_CA_KEY: Final = "ca.key"
_LOCK: Final = "lock"
_SECRET_BYTES: Final = 4_000
_CONTRADICTIONS: Final = 16


class WitnessExists(EnvironmentFault):
    """There is a witness in this folder already."""

    code = "WITNESS_EXISTS"


class WitnessMissing(EnvironmentFault):
    """There is no witness in this folder."""

    code = "WITNESS_MISSING"


class WitnessUnreadable(EnvironmentFault):
    """The witness's keys or its memory are gone or damaged; without its memory it must not cosign."""

    code = "WITNESS_UNREADABLE"


class WitnessBusy(EnvironmentFault):
    """The witness is at work in another process: two would not know what the other has seen."""

    code = "WITNESS_BUSY"


class WitnessNameRefused(Refused):
    """This name cannot stand in a signature line."""

    code = "WITNESS_NAME_REFUSED"


@dataclass(frozen=True)
class Seen:
    """A head that was cosigned: its note (without cosignatures of others), and what it says. Size 0: none yet."""

    note: str
    head: Checkpoint


@dataclass(frozen=True)
class WitnessHome:
    """An opened folder."""

    folder: Path
    card: WitnessCard
    charge: WitnessCharge
    key: SigningKey
    authority: CertificateAuthority

    @classmethod
    def initialise(cls, folder: Path, name: str, log: WatchedLog) -> Self:
        """Make a witness called `name` for a log. Its card is written last: before, there is none.

        Raises:
            WitnessExists: there is one here.
            WitnessNameRefused: spaces, plus signs, or too long.
            DiskFull, DiskFault: the disk refuses; call again.
        """
        if (folder / _CARD).exists():
            raise WitnessExists(folder.name)
        key, authority = SigningKey.generate_ed25519(), make_ca(f"Witness {name}")
        try:
            card = WitnessCard(name=name, public_key_pem=key.public.pem, ca_pem=authority.certificate_pem)
        except ValueError:
            raise WitnessNameRefused(name[:100]) from None
        private_folder(folder)
        private_folder(folder / "seen")
        write_durably(folder / _KEY, key.to_pkcs8())
        write_durably(folder / _CA_KEY, authority.key.to_pkcs8())
        write_durably(folder / _CHARGE, WitnessCharge(logs=(log,)).to_bytes())
        write_durably(_seen(folder, log.origin), b"")
        write_durably(folder / _CARD, card.to_bytes())
        return cls.open(folder)

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Open the witness in `folder`.

        Raises:
            WitnessMissing: there is none.
            WitnessUnreadable: its files are gone or damaged.
        """
        try:
            found = (folder / _CARD).exists()
        except OSError as error:
            raise WitnessMissing(f"{folder.name[:100]}: {error.strerror}") from None
        if not found:
            raise WitnessMissing(folder.name)
        try:
            card = WitnessCard.parse(read_bounded(folder / _CARD, WitnessCard.MAX_BYTES))
            charge = WitnessCharge.parse(read_bounded(folder / _CHARGE, WitnessCharge.MAX_BYTES))
            key = SigningKey.from_pkcs8(read_bounded(folder / _KEY, _SECRET_BYTES))
            authority = SigningKey.from_pkcs8(read_bounded(folder / _CA_KEY, _SECRET_BYTES))
        except (OSError, DocumentRefused, KeyRefused) as error:
            raise WitnessUnreadable(f"{type(error).__name__}") from None
        if key.public.pem != card.public_key_pem:
            raise WitnessUnreadable("the key is not the card's")
        return cls(folder, card, charge, key, CertificateAuthority(card.ca_pem, authority))

    @property
    def card_file(self) -> Path:
        """Where the card lies."""
        return self.folder / _CARD

    def watched(self, origin: str) -> WatchedLog | None:
        """Give a log that is watched."""
        return next((log for log in self.charge.logs if log.origin == origin), None)

    def seen(self, log: WatchedLog) -> Seen | None:
        """Give the largest head of a log that was ever cosigned; nothing before the first.

        Raises:
            WitnessUnreadable: the memory is gone, or not what was written.
        """
        try:
            note = read_bounded(_seen(self.folder, log.origin), MAX_BYTES * 4).decode()
            return Seen(note, read_head(note, log)) if note else None
        except (OSError, UnicodeDecodeError, CheckpointRefused) as error:
            raise WitnessUnreadable(f"what was seen of {log.origin}: {type(error).__name__}") from None

    def remember(self, log: WatchedLog, note: str) -> None:
        """Keep a head durably as the largest that was seen. Raises DiskFull, DiskFault; then it is not kept."""
        write_durably(_seen(self.folder, log.origin), note.encode())

    def keep_contradiction(self, note: str) -> None:
        """Keep a head that the log signed beside another of the same size; both together prove two histories."""
        folder = private_folder(self.folder / "contradictions")
        file = folder / sha256(note.partition("\n\n")[0].encode()).hexdigest()
        if not file.exists() and len(self.contradictions()) < _CONTRADICTIONS:
            write_durably(file, note.encode())

    def contradictions(self) -> list[Path]:
        """Give the files of the contradictory heads that are kept."""
        return sorted(file for file in (self.folder / "contradictions").glob("*") if len(file.name) == 64)  # noqa: PLR2004 - a SHA-256

    def lock(self) -> int:
        """Be the only process that cosigns here; gives an open file to keep.

        Raises:
            WitnessBusy: another is.
        """
        handle = os.open(self.folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(handle)
            raise WitnessBusy(self.folder.name) from None
        return handle


def log_of(trust: Trust) -> WatchedLog:
    """Give the log of a registry, by its verified keys."""
    keys = trust.role_key(RegistryRole.LOG)
    return WatchedLog(origin=trust.log_origin, public_key_pems=tuple(key.pem for key in keys))


def read_head(note: str, log: WatchedLog) -> Checkpoint:
    """Verify a head by any key of its log.

    Raises:
        CheckpointRefused: by none of them.
    """
    refused = CheckpointRefused("the log has no key")
    for pem in log.public_key_pems:
        try:
            return read_checkpoint(note, log.origin, PublicKey.from_pem(pem))
        except CheckpointRefused as fault:
            refused = fault
    raise refused


def _seen(folder: Path, origin: str) -> Path:
    return folder / "seen" / sha256(origin.encode()).hexdigest()
