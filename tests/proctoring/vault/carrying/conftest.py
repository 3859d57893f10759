"""A simulated archive with one real recording in it, its administrators, and a folder that stands in for a medium."""

from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

import pytest

from proctoring.vault.carrying.bundle import Carrier
from proctoring.vault.carrying.holdings import ArchiveHoldings
from proctoring.vault.carrying.media_register import MediaRegister
from proctoring.vault.carrying.medium import FoundMedium, NoMedium
from proctoring.vault.carrying.request import CoverFacts, ExportRequest
from proctoring.vault.format.about import seal_about
from proctoring.vault.format.layout import MANIFEST
from proctoring.vault.retention.archive import Archive
from proctoring.vault.retention.people import Signer
from proctoring.vault.store.folder import FolderShelf
from sync.trust.clock import ClockReading, read_clock
from sync.trust.envelope import peek
from sync.trust.keys import PublicKey
from sync.wire.archive import RecordingAbout, TimelineKind, TimelineMark
from sync.wire.enrolment import DirectoryAdministrator, DirectoryDevice, DirectoryKey, named_sha256
from sync.wire.ids import new_id
from sync.wire.plan import Bilingual, Recipient, RecipientRole
from sync.wire.recording import RecordingManifest
from tests.proctoring.seat import Recorded, encoded
from tests.proctoring.vault.retention.world import Places, administrator
from tests.sync.trust.world import NOW_MS, World

CAPACITY = 32_000_000_000


@dataclass
class Stick:
    """A folder that stands in for a medium (simulated): it can be pulled, and another one plugged in."""

    mount: Path
    serial: str = "SIM0042"
    capacity: int = CAPACITY
    read_only: bool = False
    pulled: bool = False
    looks: int = 0
    when_looked: Callable[[int], None] | None = None

    def find(self, place: Path) -> FoundMedium:
        self.looks += 1
        if self.when_looked:
            self.when_looked(self.looks)
        if self.pulled:
            raise NoMedium(place=str(place))
        return FoundMedium(self.mount, "sdz", self.serial, "Simulated stick", self.capacity, "vfat", self.read_only)


@dataclass
class House:
    """Everything an export needs, real but for the medium."""

    archive: Archive
    recorded: Recorded
    signer: Signer
    other: Signer
    stick: Stick
    working: Path
    recording: str
    session: str
    told: list[CoverFacts] = field(default_factory=list)

    @property
    def register(self) -> MediaRegister:
        return MediaRegister(self.archive.ledger.book)

    @property
    def holdings(self) -> ArchiveHoldings:
        return ArchiveHoldings(self.archive)

    def give_out(self) -> None:
        """Register the stick and give it out for a day."""
        now = read_clock()
        self.register.register(self.stick.find(self.stick.mount), "USB-07", self.signer, now)
        self.register.give_out(
            self.stick.serial,
            bearer="Li Na",
            purpose="for the court",
            due_ms=now.wall_ms + 86_400_000,
            signer=self.signer,
            now=now,
        )

    def carrier(self, clock: Callable[[], ClockReading] = read_clock) -> Carrier:
        return Carrier(self.stick.mount, self.register, self.signer, clock, self.working, self.stick.find)

    def request(self, *recipients: str, recordings: tuple[str, ...] | None = None) -> ExportRequest:
        wanted = (self.recording,) if recordings is None else recordings
        return ExportRequest(wanted, self.session, "Court of Pingyang, case 17", self.recorded.seat.site, recipients)

    def papers(self, facts: CoverFacts) -> dict[str, bytes]:
        self.told.append(facts)
        return {"README.txt": b"how to check\n"}


def put_recording(archive: Archive, folder: Path, recorded: Recorded, *, about: bool = True) -> str:
    """Put a recording on the shelf as it comes from a seat, with what the seat says of it."""
    manifest_raw = (folder / MANIFEST).read_bytes()
    manifest = RecordingManifest.parse(peek(manifest_raw, RecordingManifest.PAYLOAD_TYPE).payload)
    for file in folder.iterdir():
        archive.shelf.put(f"recordings/{manifest.recording}/{file.name}", file)
    if about:
        archive.shelf.put(f"about/{manifest.recording}.sealed", sealed_about(manifest, manifest_raw, recorded))
    archive.take_over(manifest.recording)
    return manifest.recording


def sealed_about(manifest: RecordingManifest, raw: bytes, recorded: Recorded) -> bytes:
    said = RecordingAbout(
        recording=manifest.recording,
        manifest_sha256=sha256(raw).hexdigest(),
        session=manifest.session,
        sitting=manifest.sitting,
        candidate=new_id(),
        name="王小明",
        admission_number="20260017",
        id_number_masked="1101**********0011",
        simulated=True,
        exam_title=Bilingual(zh="焊接作业", en="Welding"),
        site="平阳考点",
        room="第一考场",
        seat_label="07",
        opens_ms=manifest.started.wall_ms,
        timeline=(
            TimelineMark(kind=TimelineKind.ITEM, at_ms=100, label="1"),
            TimelineMark(kind=TimelineKind.INCIDENT, at_ms=2_000, label="VIOLATION_7"),
        ),
    )
    site = Recipient(role=RecipientRole.SITE, public_key=encoded(recorded.seat.site))
    return seal_about(said, recorded.seat.keys.device_key(), (site,))


@pytest.fixture
def house(recorded: Recorded, tmp_path: Path) -> House:
    signer, other = administrator("Zhang Wei"), administrator("Chen Jing")
    world = World.make()
    device = DirectoryDevice(
        device=recorded.spec.device,
        seat_label="07",
        keys=(DirectoryKey(public_key_pem=recorded.seat.keys.device_key().public.pem, from_ms=NOW_MS - 10**11),),
        enrolled_ms=NOW_MS - 10**11,
    )
    world = world.with_directory(
        devices=(device,),
        administrators=tuple(
            DirectoryAdministrator(
                administrator=one.person.administrator,
                named_sha256=named_sha256(one.person.administrator, one.person.name),
                public_key_pem=PublicKey.from_pem(one.key.public.pem).pem,
                enrolled_ms=0,
            )
            for one in (signer, other)
        ),
    )
    places = Places(tmp_path / "archive")
    world.trust.save(places.trust)
    FolderShelf.create(places.root / "store")
    archive = Archive.create(places, "Simulated archive")
    recording = put_recording(archive, recorded.spec.folder, recorded)
    mount = tmp_path / "stick"
    mount.mkdir()
    return House(archive, recorded, signer, other, Stick(mount), tmp_path / "working", recording, recorded.spec.session)
