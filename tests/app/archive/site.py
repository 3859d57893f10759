"""A simulated site: a real archive on a real folder, with a recording that a real recorder made, and administrators."""

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Self

from app.archive.catalogue import Catalogue
from app.archive.desk import ArchiveDesk
from app.archive.home import ArchiveHome
from app.archive.sign_in import AdministratorDesk
from proctoring.vault.format.about import seal_about
from proctoring.vault.format.layout import MANIFEST
from proctoring.vault.retention.archive import Archive
from proctoring.vault.retention.people import Signer
from proctoring.vault.store.folder import FolderShelf
from sync.replica.database import Replica
from sync.trust.keys import SigningKey
from sync.trust.keystore import FileKeyStore
from sync.trust.pin import make_administrator_credential
from sync.wire.archive import Person, RecordingAbout, TimelineKind, TimelineMark
from sync.wire.enrolment import DirectoryAdministrator, DirectoryDevice, DirectoryKey, named_sha256
from sync.wire.ids import new_id
from sync.wire.plan import Bilingual
from tests.proctoring.seat import Recorded
from tests.proctoring.vault.retention.world import RETENTION_DAYS, SimulatedClock
from tests.sync.trust.world import NOW_MS, World

NAMES = ("周敏（模拟）", "韩雪（模拟）")
PINS = ("104729", "224737")
CANDIDATE = "张伟（模拟）"
TITLE = Bilingual(zh="焊接与热切割作业（模拟）", en="Welding, simulated")


@dataclass
class ArchiveSite:
    """What a test needs: the archive, the desk, who may sign in, the clock, and the recording's id."""

    home: ArchiveHome
    archive: Archive
    desk: ArchiveDesk
    people: AdministratorDesk
    signers: tuple[Signer, ...]
    clock: SimulatedClock
    recording: str
    replica: Replica
    registry: World

    @classmethod
    def make(cls, root: Path, recorded: Recorded) -> Self:
        clock, signers = SimulatedClock(), tuple(_signer(name) for name in NAMES)
        registry = World.make().with_directory(
            administrators=tuple(
                DirectoryAdministrator(
                    administrator=one.person.administrator,
                    named_sha256=named_sha256(one.person.administrator, one.person.name),
                    public_key_pem=one.key.public.pem,
                    enrolled_ms=NOW_MS,
                )
                for one in signers
            ),
            devices=(
                DirectoryDevice(
                    device=recorded.spec.device,
                    seat_label="7",
                    keys=(DirectoryKey(public_key_pem=recorded.seat.keys.device_key().public.pem, from_ms=0),),
                    enrolled_ms=0,
                ),
            ),
        )
        home = ArchiveHome(root / "home")
        FolderShelf.create(root / "store")
        home.make(f"folder:{root / 'store'}")
        registry.trust.save(home.trust)
        archive = Archive.create(home, "青河县职业培训中心考点（模拟）", clock=clock)
        recording = recorded.spec.recording
        for file in sorted(recorded.spec.folder.iterdir()):
            archive.shelf.put(f"recordings/{recording}/{file.name}", file)
        archive.shelf.put(f"about/{recording}.sealed", sealed_about(recorded))
        archive.take_over(recording, verdict="complete")
        replica = Replica.open(home.replica, FileKeyStore(home.keys).replica_key())
        people = AdministratorDesk(home, archive.trust, replica.cabinet, clock)
        for one, pin in zip(signers, PINS, strict=True):
            credential = make_administrator_credential(
                one.person.administrator, one.person.name, one.key, pin, memory_kib=64, passes=1
            )
            people.add(credential.to_bytes())
        catalogue = Catalogue.open(home.index, FileKeyStore(home.keys).replica_key())
        desk = ArchiveDesk(archive, catalogue, recorded.seat.site)
        return cls(home, archive, desk, people, signers, clock, recording, replica, registry)

    def expire(self) -> None:
        """Let the whole retention pass; then the archive is told of the registry, and opened anew."""
        self.clock.run((RETENTION_DAYS + 100) * 86_400_000)
        sequence = self.registry.directory.sequence + 1
        self.registry = self.registry.with_directory(sequence=sequence, issued_ms=self.clock.true_ms)
        self.registry.trust.save(self.home.trust)
        self.archive = self.desk.archive = Archive.open(self.home, self.clock)  # type: ignore[misc]
        self.archive.write_clock_line()

    def close(self) -> None:
        self.desk.close()
        self.replica.close()


def _signer(name: str) -> Signer:
    key = SigningKey.generate_p256()
    return Signer(Person(administrator=new_id(), name=name, keyid=key.public.keyid), key)


def about_of(recorded: Recorded, **changes: object) -> RecordingAbout:
    """Say whom a recording shows: nobody real."""
    spec = recorded.spec
    about = RecordingAbout(
        recording=spec.recording,
        manifest_sha256=sha256((spec.folder / MANIFEST).read_bytes()).hexdigest(),
        session=spec.session,
        sitting=spec.sitting,
        candidate=new_id(),
        name=CANDIDATE,
        admission_number="2026113300007",
        id_number_masked="652901********1234",
        simulated=True,
        exam_title=TITLE,
        site="青河县职业培训中心考点",
        room="第二考场",
        seat_label="7",
        opens_ms=NOW_MS,
        timeline=(TimelineMark(kind=TimelineKind.ITEM, at_ms=1_000, label="1"),),
    )
    return about.model_copy(update=changes)


def sealed_about(recorded: Recorded, **changes: object) -> bytes:
    """Give it as the seat seals it."""
    return seal_about(about_of(recorded, **changes), recorded.seat.keys.device_key(), recorded.spec.recipients)
