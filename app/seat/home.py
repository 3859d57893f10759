"""The folders of one seat."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class SeatHome:
    """Where a seat keeps its things. Everything below `root` is this user's alone (0700)."""

    root: Path

    @property
    def keys(self) -> Path:
        """The key store."""
        return self.root / "keys"

    @property
    def replica(self) -> Path:
        """The encrypted database."""
        return self.root / "replica.db"

    @property
    def tuf(self) -> Path:
        """What this seat's channel knows of packages and programs (`sync.client.channel`)."""
        return self.root / "tuf"

    @property
    def updates(self) -> Path:
        """Newer programs that lie ready (`sync.client.software_update`)."""
        return self.root / "updates"

    @property
    def trust(self) -> Path:
        """Public keys this seat believes."""
        return self.root / "trust"

    @property
    def recordings(self) -> Path:
        """Sealed recordings, a folder each."""
        return self.root / "recordings"

    @property
    def site_store(self) -> Path:
        """Where closed recordings go, and who signs for them (`app.seat.carrying.SiteStore`)."""
        return self.root / "site-store.json"

    @property
    def carrying(self) -> Path:
        """What the last pass of carrying recordings came to."""
        return self.root / "recordings-waiting.json"

    @property
    def records(self) -> Path:
        """Room records to hand over: signed files, and the same on paper's size (PDF)."""
        return self.root / "records"

    @property
    def recorder_socket(self) -> Path:
        """The recorder's control channel."""
        return self.root / "run" / "recorder.sock"

    @property
    def recording_choice(self) -> Path:
        """What this seat records with: camera, microphone, profile."""
        return self.root / "recorder.json"

    @property
    def lock(self) -> Path:
        """What the kiosk that runs at this seat holds locked."""
        return self.root / "kiosk.lock"

    @property
    def agent_lock(self) -> Path:
        """What the agent that works at this seat holds locked."""
        return self.root / "agent.lock"

    @property
    def log(self) -> Path:
        """What the programs of this seat log: ids, codes and figures, nothing personal."""
        return self.root / "log"
