"""The folders of one demonstration."""

from dataclasses import dataclass
from pathlib import Path

from app.seat.home import SeatHome
from sync.faults import EnvironmentFault
from sync.replica.durable import private_folder


class HomeNotEmpty(EnvironmentFault):
    """The folder named for a demonstration has something in it. Fact: `folder`."""

    code = "HOME_NOT_EMPTY"


@dataclass(frozen=True)
class DemoHome:
    """Where a demonstration keeps everything; `trust`, `evidence` and `screenshots` are meant to be shown around."""

    root: Path

    @property
    def registry(self) -> Path:
        """The registry's folder."""
        return self.root / "registry"

    @property
    def seat(self) -> SeatHome:
        """The seat's folder."""
        return SeatHome(self.root / "seat")

    @property
    def archive(self) -> Path:
        """The home of the site's archive: its keys, who may enter, what is searched."""
        return self.root / "archive"

    @property
    def shelf(self) -> Path:
        """Where the archive keeps recordings."""
        return self.root / "shelf"

    @property
    def site_key(self) -> Path:
        """The site's key that opens recordings."""
        return self.root / "site" / "recordings.key"

    @property
    def escrow_key(self) -> Path:
        """The central escrow's key that opens recordings."""
        return self.registry / "escrow" / "recordings.key"

    @property
    def trust(self) -> Path:
        """Public keys, for anybody who checks."""
        return self.root / "trust"

    @property
    def evidence(self) -> Path:
        """The packet, its receipt, and the proof, as files."""
        return self.root / "evidence"

    @property
    def screenshots(self) -> Path:
        """Pictures of what the simulated candidate saw."""
        return self.root / "screenshots"

    def make(self) -> None:
        """Make the folders.

        Raises:
            HomeNotEmpty: a demonstration never writes over anything.
        """
        if self.root.exists() and any(self.root.iterdir()):
            raise HomeNotEmpty(folder=str(self.root))
        for folder in (self.root, self.site_key.parent, self.evidence, self.screenshots):
            private_folder(folder)

    def relative(self, path: Path) -> str:
        """Give a path as the summary names it."""
        return path.relative_to(self.root).as_posix()
