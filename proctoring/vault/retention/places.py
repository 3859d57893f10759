"""What an archive needs to be told about the machine it runs on."""

from pathlib import Path
from typing import Protocol


class ArchivePlaces(Protocol):
    """Where an archive keeps its keys and what it believes, and the address of its shelf."""

    @property
    def keys(self) -> Path:
        """The key store."""

    @property
    def trust(self) -> Path:
        """The registry's public keys: devices, proctors, administrators."""

    @property
    def replica(self) -> Path:
        """The encrypted database: how far the chains on the shelf were seen."""

    @property
    def cache(self) -> Path:
        """Copies of recordings whose shelf is no folder of this machine, as long as somebody uses them."""

    @property
    def address(self) -> str:
        """The shelf: `folder:/path` or `s3://bucket/prefix?endpoint=…`."""
