"""A simulated seat: keys, a site to record for, and real recorder processes on real sockets."""

import base64
import os
import shutil
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from proctoring.recorder.client import Closed, RecorderClient, RecorderStatus, RecordingSpec, spawn_recorder
from sync.trust.keys import SealingKey
from sync.trust.keystore import FileKeyStore
from sync.wire.ids import new_id
from sync.wire.plan import Recipient, RecipientRole

SEGMENT_MS = 2_000
RETENTION_DAYS = 3 * 366


def is_gone(pid: int) -> bool:
    """Tell whether a process has ended (one that only waits to be buried has)."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def wait_until(condition: Callable[[], bool], bound_s: float = 60.0) -> None:
    """Wait for a condition; a test fails here rather than hanging."""
    deadline = time.monotonic() + bound_s
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.02)


@dataclass
class SimulatedSeat:
    """One PC with its key store, and the key of the site its recordings are sealed to."""

    home: Path
    site: SealingKey = field(default_factory=SealingKey.generate)
    escrow: SealingKey = field(default_factory=SealingKey.generate)
    pids: set[int] = field(default_factory=set)
    clients: list[RecorderClient] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.keys.create()

    @property
    def keys(self) -> FileKeyStore:
        return FileKeyStore(self.home / "keys")

    @property
    def control(self) -> Path:
        return self.home / "run" / "recorder.sock"

    def recorder(self) -> RecorderClient:
        """Start a recorder if there is none, and attach."""
        spawn_recorder(self.control, self.home / "keys")
        client = self.attach()
        status = client.status()
        self.pids |= {status.pid, status.keeper or status.pid}
        return client

    def attach(self) -> RecorderClient:
        """Attach one more client."""
        client = RecorderClient.attach(self.control, 5)
        self.clients.append(client)
        return client

    def spec(
        self,
        name: str = "recording",
        segment_ms: int = SEGMENT_MS,
        *,
        camera: str = "synthetic",
        microphone: str = "synthetic",
    ) -> RecordingSpec:
        """Make a specification for a new recording in the folder `name`."""
        return RecordingSpec.model_validate(
            {
                "recording": new_id(),
                "session": new_id(),
                "sitting": new_id(),
                "device": new_id(),
                "folder": self.home / name,
                "recipients": (
                    Recipient(role=RecipientRole.SITE, public_key=encoded(self.site)),
                    Recipient(role=RecipientRole.ESCROW, public_key=encoded(self.escrow)),
                ),
                "camera": camera,
                "microphone": microphone,
                "retention_days": RETENTION_DAYS,
                "segment_ms": segment_ms,
            }
        )

    def kill(self, pid: int) -> None:
        """Kill a recorder the hard way, its keeper first, as a power cut does; wait until both are gone."""
        keeper = psutil.Process(pid).parent()
        both = [pid] if keeper is None or keeper.pid not in self.pids else [keeper.pid, pid]
        for one in both:
            os.kill(one, signal.SIGKILL)
        wait_until(lambda: all(is_gone(one) for one in both))

    def close(self) -> None:
        """Let go of every client, end every recorder this seat started."""
        for client in self.clients:
            client.close()
        for pid in self.pids:
            if not is_gone(pid):
                self.kill(pid)


@dataclass(frozen=True)
class Recorded:
    """A closed recording that tests copy and damage."""

    seat: SimulatedSeat
    spec: RecordingSpec
    closed: Closed
    status: RecorderStatus

    def copy_to(self, folder: Path) -> Path:
        """Give a copy of the recording's folder."""
        return Path(shutil.copytree(self.spec.folder, folder))


def encoded(key: SealingKey) -> str:
    """Give a public key as plans carry it."""
    return base64.b64encode(key.public_raw).decode()


def record(client: RecorderClient, spec: RecordingSpec, until_ms: int) -> RecorderStatus:
    """Record until so much has been recorded; it goes on."""
    client.start(spec)
    wait_until(lambda: client.status().recorded_ms >= until_ms, 30)
    return client.status()
