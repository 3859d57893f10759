"""Everything an enrolled seat works with, opened once and handed to those who need it."""

from dataclasses import dataclass
from typing import Final, Self

from app.content.packing.package import SealedPackage
from app.seat.home import SeatHome
from app.seat.occupancy import require_unchanging
from sync.client.asking import Asker
from sync.client.connection import RegistryConnection
from sync.client.enrolment import Enrolment, load_enrolment
from sync.client.pace import Pace
from sync.client.plans import load_plan
from sync.faults import EnvironmentFault
from sync.replica.cabinet import DocumentKind
from sync.replica.database import Replica, ReplicaUnreadable
from sync.trust.anchor import Trust
from sync.trust.clock import ClockReading, read_clock, trusted_now
from sync.trust.keystore import KeyStore, open_key_store
from sync.wire.plan import SessionPlan

_BYTES_PER_S: Final = "line_bytes_per_s"


class PackageMissing(EnvironmentFault):
    """The plan is here, its package is not."""

    code = "PACKAGE_MISSING"


@dataclass(frozen=True)
class Session:
    """A session as this seat holds it: its plan, the digest of the plan's signed bytes, and its sealed package."""

    plan: SessionPlan
    plan_sha256: str
    package: SealedPackage


@dataclass(frozen=True)
class Workplace:
    """An enrolled seat, opened."""

    home: SeatHome
    keystore: KeyStore
    replica: Replica
    trust: Trust
    enrolment: Enrolment

    @classmethod
    def open(cls, home: SeatHome, *, reading: bool = False) -> Self:
        """Open the seat at `home`; only for reading, nothing is written, and a full disk does not matter.

        Raises:
            KeyStoreUnreadable, KeyStoreLocked, KeyStoreOtherMachine, TokenFault: its keys cannot be used.
            ReplicaUnreadable, ReplicaNewer, ReplicaRolledBack, TrustRefused, NotEnrolled: the seat cannot work.
            ProgramsChanging: the programs are being changed; who comes back has to be able to read the records.
        """
        require_unchanging(home)
        keystore = open_key_store(home.keys)
        enrolment = load_enrolment(home.trust)
        if not home.replica.exists():
            # a new, empty one would look as if nobody had ever sat here
            raise ReplicaUnreadable("the file is gone")
        open_replica = Replica.open_to_read if reading else Replica.open
        replica = open_replica(home.replica, keystore.replica_key(), keystore)
        try:
            trust = Trust.load(home.trust)
        except BaseException:
            replica.close()
            raise
        return cls(home, keystore, replica, trust, enrolment)

    @property
    def asker(self) -> Asker:
        """This seat as it asks the registry."""
        return Asker(self.enrolment.device, self.keystore, self.replica)

    def connect(self) -> RegistryConnection:
        """Give a connection to the registry that shows this seat's certificate, also one renewed in the meantime.

        Raises:
            NotEnrolled, and what `Enrolment.connect` raises.
        """
        folder, keystore = self.home.trust, self.keystore
        return load_enrolment(folder).connect(
            keystore, newer=lambda: load_enrolment(folder).identity(keystore), pace=self.pace()
        )

    def pace(self) -> Pace | None:
        """Give how fast packets and content may use the line, as it was set (`set_pace`); None: as fast as it goes."""
        kept = self.replica.cabinet.setting(_BYTES_PER_S)
        return Pace(int(kept)) if kept and int(kept) else None

    def set_pace(self, bytes_per_s: int) -> None:
        """Bound how fast packets and content may use the line from now on; 0 for no bound."""
        self.replica.cabinet.set_setting(_BYTES_PER_S, str(bytes_per_s))

    def clock(self) -> ClockReading:
        """Read both clocks."""
        return read_clock()

    def now_ms(self) -> int:
        """Give the time that expiry is reckoned by: the wall clock, but never before the latest signed time seen."""
        return trusted_now(self.clock().wall_ms, self.replica.cabinet.highest_signed_ms())

    def session_of(self, session_id: str) -> Session:
        """Open a session that is kept here.

        Raises:
            EnvelopeRefused, DocumentRefused, PackageRefused: what is kept was changed.
            PackageMissing: its package has not been fetched.
        """
        plan, sha256 = load_plan(self.replica, self.trust, session_id)
        raw = self.replica.cabinet.document(DocumentKind.PACKAGE, plan.package.package)
        if raw is None:
            raise PackageMissing
        package = SealedPackage.parse(raw)
        if package.sha256 != plan.package.sha256:
            raise PackageMissing("the package kept here is not the plan's")
        return Session(plan, sha256, package)

    def close(self) -> None:
        """Close what is open."""
        self.replica.close()
