"""A small but real registry: real files, real keys, real HTTPS on loopback. The people and answers are simulated."""

import base64
import hashlib
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization

from app.content.bank import Bank
from app.content.packing.package import SealedPackage, pack
from app.exam.form import Form, draw_form
from app.exam.interactions import Choice, Option
from app.exam.item import Item
from app.exam.marking import Cardinality, match_correct
from app.exam.prose import Place, Wording, text_body
from app.exam.scoring import SCORER, score_form
from app.registry.models import Proctor
from app.registry.planning import Candidate, SessionRequest
from app.registry.serve import RegistryServer
from app.registry.service import Registry, wall_ms
from sync.client.asking import Asker
from sync.client.connection import RegistryConnection
from sync.client.enrolment import Enrolment, enrol
from sync.replica.database import Replica
from sync.trust.envelope import sign
from sync.trust.keys import SealingKey, SigningKey
from sync.trust.keystore import FileKeyStore, KeyStore
from sync.trust.pin import make_credential, open_credential
from sync.wire.environment import EnvironmentPolicy, EnvironmentStatement, LockdownLevel
from sync.wire.ids import new_id
from sync.wire.packet import (
    Answer,
    ClockEvidence,
    EndReason,
    FormRef,
    JournalRef,
    PackageUsed,
    ScorePacket,
)
from sync.wire.plan import (
    Bilingual,
    Blueprint,
    BlueprintSection,
    Difficulty,
    ItemKind,
    PackageRef,
    Policy,
    ProctorCredential,
    Recipient,
    RecipientRole,
    RosterEntry,
    SessionPlan,
)
from tests.app.exam.given import chosen

HOUR_MS = 3_600_000
PIN = "271828"
BLUEPRINT = Blueprint(
    sections=(
        BlueprintSection(
            title=Bilingual(zh="判断题", en="True or false"), kind=ItemKind.TRUE_FALSE, count=3, milli_each=20_000
        ),
        BlueprintSection(
            title=Bilingual(zh="单选题", en="Single choice"), kind=ItemKind.SINGLE_CHOICE, count=2, milli_each=20_000
        ),
    )
)


def wording(text: str) -> Wording:
    return Wording(text_body(text), text_body(text))


def stem(text: str) -> Wording:
    """Make a stem with the place of one interaction below it."""
    body = (*text_body(text), Place("RESPONSE"))
    return Wording(body, body)


def small_bank(bank_id: str = "safety", items: int = 6) -> Bank:
    """Make a bank of `items` true/false and as many single-choice items; the first option is always right."""
    made, markings = [], {}
    for kind, options in ((ItemKind.TRUE_FALSE, ("T", "F")), (ItemKind.SINGLE_CHOICE, ("A", "B", "C"))):
        for number in range(items):
            name = f"{kind.value}-{number:02d}"
            made.append(
                Item(
                    id=name,
                    kind=kind,
                    subject="fire",
                    difficulty=Difficulty.EASY,
                    stem=stem(f"Item {name}?"),
                    interactions=(
                        Choice(
                            "RESPONSE",
                            None,
                            tuple(Option(option, wording(option)) for option in options),
                            shuffle=True,
                        ),
                    ),
                )
            )
            markings[name] = match_correct(name, Cardinality.SINGLE, options[:1])
    return Bank(
        id=bank_id,
        title=Bilingual(zh="安全", en="Safety"),
        items=tuple(made),
        markings=markings,
        media={},
        blueprint=BLUEPRINT,
    )


def id_number(serial: int) -> str:
    """Make an identity number with a right check character (GB 11643); area 990101 is not in use."""
    front = f"99010119900101{serial:03d}"
    total = sum(int(digit) * 2 ** (17 - place) for place, digit in enumerate(front))
    return front + "10X98765432"[total % 11]


@dataclass
class Ticker:
    """A clock that stands where a test puts it, ms."""

    now_ms: int = field(default_factory=wall_ms)

    def __call__(self) -> int:
        return self.now_ms


@dataclass
class World:
    """An open registry with a published package and two proctors."""

    registry: Registry
    clock: Ticker
    folder: Path
    package: PackageRef
    raw_package: bytes
    secrets: tuple[bytes, bytes]
    proctors: tuple[str, ...]
    seats: list["Seat"] = field(default_factory=list)

    @cached_property
    def proctor_keys(self) -> tuple[SigningKey, ...]:
        return tuple(self.proctor_key(proctor) for proctor in self.proctors)

    def proctor_key(self, proctor: str) -> SigningKey:
        """Open a proctor's key with their PIN, as a seat would."""
        with self.registry.premises.database.reading() as session:
            sealed = session.get_one(Proctor, proctor).credential
        return open_credential(ProctorCredential.parse(sealed), PIN)

    def request(self, devices: tuple[str, ...], candidates: int = 3) -> SessionRequest:
        """Ask for a session that opens in an hour."""
        return SessionRequest(
            exam_title=Bilingual(zh="考试", en="Exam"),
            site="Site",
            room="Room 1",
            opens_ms=self.clock.now_ms + HOUR_MS,
            closes_ms=self.clock.now_ms + 5 * HOUR_MS,
            policy=Policy(pass_mark=80, environment=EnvironmentPolicy(level=LockdownLevel.OPEN)),
            blueprint=BLUEPRINT,
            package=self.package,
            candidates=tuple(
                Candidate(
                    admission_number=f"2026{number:04d}",
                    name=f"Simulated {number}",
                    id_number=id_number(number),
                    seat_number=number + 1,
                    simulated=True,
                )
                for number in range(candidates)
            ),
            proctors=self.proctors,
            devices=devices,
            recipients=(
                Recipient(
                    role=RecipientRole.SITE,
                    public_key=base64.b64encode(SealingKey.generate().public_raw).decode(),
                ),
            ),
        )

    def plan(self, session: str) -> tuple[SessionPlan, str]:
        """Give a planned session and its plan's digest."""
        planned = self.registry.premises.shelf.session(session)
        return planned.plan, planned.sha256

    def form(self, entry: RosterEntry) -> Form:
        package = SealedPackage.parse(self.raw_package)
        return draw_form(package.header.items, package.sha256, BLUEPRINT, entry.form_seed)


def pem_file(file: Path, certificate_pem: str, key: SigningKey) -> Path:
    secret = key.private_key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(secret + certificate_pem.encode())
    return file


@dataclass(frozen=True)
class Seat:
    """An enrolled simulated seat."""

    keystore: KeyStore
    trust: Path
    enrolment: Enrolment
    replica: Replica

    @property
    def device(self) -> str:
        return self.enrolment.device

    @property
    def asker(self) -> Asker:
        return Asker(self.device, self.keystore, self.replica)

    def connect(self) -> RegistryConnection:
        return self.enrolment.connect(self.keystore)

    @contextmanager
    def connect_once(self) -> Iterator[RegistryConnection]:
        connection = self.connect()
        try:
            yield connection
        finally:
            connection.close()

    def pem_file(self) -> Path:
        """Write the certificate with its key, for TLS by hand."""
        return pem_file(self.trust.parent / "identity.pem", self.enrolment.certificate_pem, self.keystore.tls_key())


@contextmanager
def opened_world(folder: Path) -> Iterator[World]:
    """Make a registry in `folder`, publish a package, enrol two proctors."""
    Registry.initialise(folder / "registry", name="Test registry").close()
    clock = Ticker()
    with Registry.open(folder / "registry", clock=clock) as registry:
        registry.refresh_repository()
        keys = secrets.token_bytes(32), secrets.token_bytes(32)
        raw = pack(small_bank(), new_id(), 3, clock.now_ms, *keys)
        package = registry.publish(raw, *keys)
        with pytest.MonkeyPatch.context() as patch:
            # credentials that cost no fifth of a second for each PIN; what a real one costs is tested with the PIN
            patch.setattr("app.registry.enrolling.make_credential", partial(make_credential, memory_kib=64, passes=1))
            proctors = tuple(registry.enrol_proctor(name, PIN) for name in ("Li Mei", "Wang"))
        world = World(registry, clock, folder, package, raw, keys, proctors)
        try:
            yield world
        finally:
            for seat in world.seats:
                seat.replica.close()


@contextmanager
def serving(registry: Registry) -> Iterator[str]:
    """Serve an open registry from another thread; gives its address once it listens."""
    listening = threading.Event()
    server = RegistryServer(registry, "127.0.0.1", 0, lambda _url: listening.set())
    thread = threading.Thread(target=server.run_here)
    thread.start()
    try:
        assert listening.wait(10)
        yield server.url
    finally:
        server.stop()
        thread.join()


def enrol_seat(world: World, label: str = "07") -> Seat:
    """Enrol a seat over HTTPS; the world has to be served."""
    folder = world.folder / f"seat-{new_id()}"
    keystore = FileKeyStore(folder / "keys")
    enrolment = enrol(world.registry.invite(label, HOUR_MS), keystore, folder / "trust")
    seat = Seat(keystore, folder / "trust", enrolment, Replica.open(folder / "replica.db", keystore.replica_key()))
    world.seats.append(seat)
    return seat


def simulated_packet(world: World, seat: Seat, session: str, number: int, *, right: int = 5) -> ScorePacket:
    """Sit a candidate's form (five items) with the first `right` answers right, and score it as a seat does."""
    plan, plan_sha256 = world.plan(session)
    entry, form = plan.roster[number], world.form(plan.roster[number])
    markings = small_bank().markings
    wrong = {ItemKind.TRUE_FALSE: "F", ItemKind.SINGLE_CHOICE: "C"}
    responses = {
        place.item: chosen(*markings[place.item].correct()) if at < right else chosen(wrong[place.kind])
        for at, place in enumerate(form.items)
    }
    score = score_form(form, markings, responses, plan.policy.scoring, plan.policy.pass_mark)
    now = world.clock.now_ms
    return ScorePacket(
        packet=new_id(),
        session=session,
        sitting=entry.sitting,
        candidate=entry.candidate,
        device=seat.device,
        seat_number=entry.seat_number,
        plan_sha256=plan_sha256,
        package=PackageUsed(package=plan.package.package, version=plan.package.version, sha256=plan.package.sha256),
        form=FormRef(sha256=form.sha256, seed=entry.form_seed),
        scoring=plan.policy.scoring,
        scorer=SCORER,
        answers=tuple(Answer(item=item, responses=one, first_ms=1, last_ms=2) for item, one in responses.items()),
        outcomes=score.outcomes,
        score_milli=score.score_milli,
        max_milli=score.max_milli,
        passed=score.passed,
        started_ms=now,
        submitted_ms=now + 1,
        active_ms=1,
        duration_ms=2,
        end_reason=EndReason.CANDIDATE,
        resumes=0,
        journal=JournalRef(head="0" * 64, count=1),
        recording=None,
        incidents=(),
        environment=EnvironmentStatement(),
        accommodation=entry.accommodation,
        clock=ClockEvidence(boot_id="simulated", wall_ms=now, mono_ms=1, highest_signed_ms=0),
        proctors=tuple(key.public.keyid for key in world.proctor_keys),
        confirmed_by=(world.proctor_keys[0].public.keyid,),
        simulated_candidate=True,
        software="simulated",
    )


def signed(world: World, seat: Seat, packet: ScorePacket) -> tuple[str, bytes]:
    """Sign a packet by its seat and both proctors; give the envelope's digest and bytes."""
    envelope = sign(packet.to_bytes(), ScorePacket.PAYLOAD_TYPE, seat.keystore.device_key(), *world.proctor_keys)
    return hashlib.sha256(envelope).hexdigest(), envelope
