"""A simulated site with a real archive on a real folder: real keys and signatures, a clock that tests move.

Recordings here are their signed papers and a few bytes in place of sealed segments: retention reads nothing else.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Self

from proctoring.vault.format import layout
from proctoring.vault.retention.archive import Archive
from proctoring.vault.retention.people import Signer
from proctoring.vault.retention.standing import DAY_MS
from proctoring.vault.store.folder import FolderShelf
from proctoring.vault.store.shelf import Shelf
from sync.trust import envelope
from sync.trust.clock import ClockReading
from sync.trust.keys import SigningKey
from sync.wire.archive import Person
from sync.wire.enrolment import DirectoryAdministrator, named_sha256
from sync.wire.ids import new_id
from sync.wire.plan import RecipientRole
from sync.wire.recording import (
    CaptureStatistics,
    ClockPair,
    KeyEpoch,
    RecordingManifest,
    RecordingOpening,
    SegmentEntry,
    Source,
    WrappedKey,
)
from tests.sync.trust.world import NOW_MS
from tests.sync.trust.world import World as Registry

RETENTION_DAYS = 3 * 366
HOUR_MS = 3_600_000
SEGMENT = b"simulated sealed bytes " * 20
_STATISTICS = CaptureStatistics(
    frames_expected=1, frames_captured=1, frames_encoded=1, frames_dropped=0, samples=1, level_dbfs_tenths=-300
)
_SOURCES = (
    Source(track="picture", label="SIMULATED CAMERA", simulated=True),
    Source(track="sound", label="SIMULATED MICROPHONE", simulated=True),
)


@dataclass
class SimulatedClock:
    """A machine's clocks. `true_ms` is what time it really is; `skew_ms`, how wrong the wall clock is."""

    true_ms: int = NOW_MS + HOUR_MS
    mono_ms: int = 60_000
    skew_ms: int = 0
    boot: int = 1

    def __call__(self) -> ClockReading:
        return ClockReading(f"boot-{self.boot}", self.mono_ms, max(0, self.true_ms + self.skew_ms))

    def run(self, ms: int) -> None:
        """Let time pass while the machine runs."""
        self.true_ms += ms
        self.mono_ms += ms

    def reboot(self, off_ms: int = 0) -> None:
        """Switch off, and on again after `off_ms`."""
        self.true_ms += off_ms
        self.boot, self.mono_ms = self.boot + 1, 1_000
        self.true_ms += 1_000


@dataclass(frozen=True)
class Places:
    """The folders of one archive; its shelf is one of them unless another address is given."""

    root: Path
    address: str = ""

    def __post_init__(self) -> None:
        if not self.address:
            object.__setattr__(self, "address", f"folder:{self.root / 'store'}")

    @property
    def keys(self) -> Path:
        return self.root / "keys"

    @property
    def trust(self) -> Path:
        return self.root / "trust"

    @property
    def replica(self) -> Path:
        return self.root / "replica.db"

    @property
    def cache(self) -> Path:
        return self.root / "cache"


@dataclass
class Site:
    """An archive, its registry, its administrators, and the clock they all see."""

    registry: Registry
    places: Places
    clock: SimulatedClock
    people: list[Signer]
    approvals_needed: int = 1
    recordings: list[str] = field(default_factory=list)

    @classmethod
    def make(cls, root: Path, *, administrators: int = 3, approvals_needed: int = 1, address: str = "") -> Self:
        registry = Registry.make()
        people = [administrator(f"Administrator {number}") for number in range(administrators)]
        registry = registry.with_directory(
            administrators=tuple(
                DirectoryAdministrator(
                    administrator=one.person.administrator,
                    named_sha256=named_sha256(one.person.administrator, one.person.name),
                    public_key_pem=one.key.public.pem,
                    enrolled_ms=NOW_MS,
                )
                for one in people
            )
        )
        FolderShelf.create(root / "store")
        site = cls(registry, Places(root, address), SimulatedClock(), people, approvals_needed)
        registry.trust.save(site.places.trust)
        Archive.create(site.places, "Simulated site", approvals_needed=approvals_needed, clock=site.clock)
        return site

    def open(self) -> Archive:
        """Open the archive anew, as another process would."""
        return Archive.open(self.places, self.clock)

    def lose_memory(self) -> None:
        """Lose the home's replica: the archive begins a new memory."""
        for file in self.places.root.glob("replica.db*"):
            file.unlink()

    def renew(self, change: Callable[[Registry], Registry] = lambda registry: registry) -> None:
        """Let the registry sign its directory anew, now; and the archive take it."""
        directory = self.registry.directory
        self.registry = change(
            self.registry.with_directory(sequence=directory.sequence + 1, issued_ms=self.clock.true_ms)
        )
        self.registry.trust.save(self.places.trust)

    def revoke(self, person: Signer) -> None:
        """Let the registry revoke an administrator now, and the archive know of it."""

        def revoked(registry: Registry) -> Registry:
            entries = (
                one.model_copy(update={"revoked_ms": self.clock.true_ms})
                if one.administrator == person.person.administrator
                else one
                for one in registry.directory.administrators
            )
            return registry.with_directory(administrators=tuple(entries))

        self.renew(revoked)

    def keep(
        self, shelf: Shelf, *, ended_ms: int | None = None, taken_over: bool = True, retain_until_ms: int | None = None
    ) -> str:
        """Put a recording on the shelf, and let the archive take it over."""
        recording, device = new_id(), self.registry.directory.devices[0].device
        ended = self.clock.true_ms - HOUR_MS if ended_ms is None else ended_ms
        key = self.registry.device_key
        papers = {
            layout.opening_name(0): opening(recording, device, key, ended),
            layout.MANIFEST: manifest(recording, device, key, ended),
        }
        prefix = f"recordings/{recording}/"
        shelf.put(prefix + layout.segment_name(0), SEGMENT, retain_until_ms)
        for name, document in papers.items():
            shelf.put(prefix + name, envelope.sign(document.to_bytes(), document.PAYLOAD_TYPE, key), retain_until_ms)
        self.recordings.append(recording)
        if taken_over:
            self.open().take_over(recording, verdict="complete")
        return recording


def administrator(name: str) -> Signer:
    """Make an administrator who has entered their PIN; no registry knows them yet."""
    key = SigningKey.generate_p256()
    return Signer(Person(administrator=new_id(), name=name, keyid=key.public.keyid), key)


def renamed(signer: Signer, name: str) -> Signer:
    """Give the same key under another name."""
    return replace(signer, person=signer.person.model_copy(update={"name": name}))


def _epoch() -> KeyEpoch:
    return KeyEpoch(first_segment=0, wrapped=(WrappedKey(role=RecipientRole.SITE, public_key="AAAA", sealed="AAAA"),))


def manifest(recording: str, device: str, key: SigningKey, ended_ms: int, **changes: object) -> RecordingManifest:
    """Make a manifest of one hour in one segment that ended at `ended_ms`."""
    started = ClockPair(mono_ms=1_000, wall_ms=max(0, ended_ms - HOUR_MS))
    segment = SegmentEntry(
        index=0,
        file=layout.segment_name(0),
        bytes=len(SEGMENT),
        records=1,
        leaves_root="0" * 64,
        start_ms=0,
        duration_ms=HOUR_MS,
        clock=started,
        statistics=_STATISTICS,
    )
    made = RecordingManifest(
        recording=recording,
        session=_SESSION,
        sitting=new_id(),
        device=device,
        device_keyid=key.public.keyid,
        format=layout.FORMAT,
        sources=_SOURCES,
        codec="simulated",
        started=started,
        duration_ms=HOUR_MS,
        closed="stopped",
        segments=(segment,),
        epochs=(_epoch(),),
        gaps=(),
        retention_days=RETENTION_DAYS,
        software="simulated",
    )
    return made.model_copy(update=changes)


_SESSION = new_id()


def opening(recording: str, device: str, key: SigningKey, ended_ms: int) -> RecordingOpening:
    """Make the opening that belongs to `manifest`."""
    of = manifest(recording, device, key, ended_ms)
    return RecordingOpening(
        recording=recording,
        session=of.session,
        sitting=of.sitting,
        device=device,
        device_keyid=of.device_keyid,
        format=of.format,
        epoch=of.epochs[0],
        starts_ms=0,
        started=of.started,
        boot_id="seat-boot",
        sources=of.sources,
        codec=of.codec,
        retention_days=of.retention_days,
        software=of.software,
    )


def expire(site: Site) -> None:
    """Let the whole retention pass while the archive runs, is told of the registry, and looks at its clock."""
    site.clock.run((RETENTION_DAYS + 1) * DAY_MS)
    site.renew()
    site.open().write_clock_line()
