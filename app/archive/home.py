"""The folders of one archive."""

from dataclasses import dataclass
from pathlib import Path

from proctoring.vault.retention.faults import ArchiveMissing
from sync.replica.durable import private_folder, write_durably
from sync.trust.files import read_bounded

_ADDRESS_BYTES = 2_000


@dataclass(frozen=True)
class ArchiveHome:
    """Where an archive keeps its things. Everything below `root` is this user's alone (0700).

    What is kept for good lies on the shelf (`address`); here are keys, who is believed, what was seen of
    the shelf, and what can be made again.
    """

    root: Path

    @property
    def keys(self) -> Path:
        """The key store: the archive signs with its device key."""
        return self.root / "keys"

    @property
    def trust(self) -> Path:
        """Public keys this archive believes."""
        return self.root / "trust"

    @property
    def ca_file(self) -> Path:
        """The registry's certificate authority, if this archive was told of a registry to ask."""
        return self.trust / "ca.pem"

    @property
    def registry_file(self) -> Path:
        """The registry's address, if this archive was told of one to ask for heads that left the seats."""
        return self.root / "registry.txt"

    @property
    def administrators(self) -> Path:
        """Sealed credentials, a file for each administrator."""
        return self.root / "administrators"

    @property
    def replica(self) -> Path:
        """The encrypted database: wrong PINs are counted there, and how far the chains on the shelf were seen."""
        return self.root / "replica.db"

    @property
    def index(self) -> Path:
        """What is searched; made again from the shelf whenever it is lost."""
        return self.root / "index.db"

    @property
    def cache(self) -> Path:
        """Copies of recordings whose shelf is no folder of this machine."""
        return self.root / "cache"

    @property
    def log(self) -> Path:
        """What the archive's programs log: ids, codes and figures, nothing personal."""
        return self.root / "log"

    @property
    def address_file(self) -> Path:
        """The file that says where the shelf is."""
        return self.root / "shelf.txt"

    @property
    def address(self) -> str:
        """The shelf's address.

        Raises:
            ArchiveMissing: this is no archive's home.
        """
        try:
            return read_bounded(self.address_file, _ADDRESS_BYTES).decode().strip()
        except (OSError, UnicodeDecodeError):
            raise ArchiveMissing(place=str(self.root)) from None

    def make(self, address: str) -> None:
        """Make the home of an archive on the shelf at `address`. Raises DiskFault."""
        private_folder(self.root)
        private_folder(self.administrators)
        write_durably(self.address_file, address.encode() + b"\n")

    def tell_registry(self, url: str, ca_pem: str) -> None:
        """Keep which registry is asked, and whose certificates it must have. Raises DiskFault."""
        private_folder(self.trust)
        write_durably(self.ca_file, ca_pem.encode())
        write_durably(self.registry_file, url.encode() + b"\n")
