"""Setting the stage: a registry with the sample bank, an enrolled seat, and a planned session."""

import base64
import secrets
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from app.content.bank import Bank
from app.content.packing.package import pack
from app.demo.cast import ADMINISTRATORS, CANDIDATES, EXAM_TITLE, PROCTORS, ROOM, SEAT, SITE, policy
from app.demo.home import DemoHome
from app.registry.planning import Candidate, SessionRequest
from app.registry.service import Registry
from app.resources import resource_folder
from app.seat.preparing import fetch_sessions
from app.seat.workplace import Workplace
from sync.client.enrolment import Enrolment, begin_replica, enrol
from sync.replica.durable import private_folder, write_durably
from sync.trust.aead import KEY_BYTES
from sync.trust.keys import SealingKey
from sync.trust.keystore import open_key_store
from sync.wire.archive import AdministratorCredential
from sync.wire.enrolment import Invitation
from sync.wire.ids import new_id
from sync.wire.plan import MINUTE_MS, Blueprint, PackageRef, Recipient, RecipientRole

HOUR_MS = 60 * MINUTE_MS
INVITATION_MS = HOUR_MS


@dataclass(frozen=True)
class Published:
    """What the registry has for the demonstration before any seat is there."""

    bank: Bank
    package: bytes
    reference: PackageRef
    proctors: tuple[str, ...]
    administrators: tuple[AdministratorCredential, ...]
    invitation: Invitation


@dataclass(frozen=True)
class Stage:
    """A planned session at an enrolled seat."""

    session: str
    enrolment: Enrolment
    published: Published


def set_up_registry(home: DemoHome, bank: Bank) -> Published:
    """At a registry that was started: publish the sealed bank, enrol proctors and administrators, invite one seat."""
    with Registry.open(home.registry) as registry:
        content_key, marking_key = secrets.token_bytes(KEY_BYTES), secrets.token_bytes(KEY_BYTES)
        package = pack(bank, new_id(), 1, now_ms(), content_key, marking_key)
        return Published(
            bank=bank,
            package=package,
            reference=registry.publish(package, content_key, marking_key),
            proctors=tuple(registry.enrol_proctor(proctor.name, proctor.pin) for proctor in PROCTORS),
            administrators=tuple(registry.enrol_administrator(one.name, one.pin) for one in ADMINISTRATORS),
            invitation=registry.invite(SEAT, INVITATION_MS),
        )


def set_up_seat(home: DemoHome, published: Published, blueprint: Blueprint, *, simulated: bool) -> Stage:
    """Enrol the seat over HTTPS, plan a session for it, and fetch plan and package as any seat does."""
    seat = home.seat
    private_folder(seat.root)
    keystore = open_key_store(seat.keys)
    keystore.create()
    enrolment = enrol(published.invitation, keystore, seat.trust)
    with Registry.open(home.registry) as registry:
        session = registry.plan_session(_request(home, published, enrolment, blueprint, simulated=simulated))
    begin_replica(seat.replica, keystore, seat.trust)
    workplace = Workplace.open(seat)
    try:
        fetch_sessions(workplace)
    finally:
        workplace.close()
    shutil.copytree(seat.trust, home.trust, ignore=shutil.ignore_patterns("enrolment.json"))
    return Stage(session, enrolment, published)


def now_ms() -> int:
    """Give the wall clock's time, ms."""
    return time.time_ns() // 1_000_000


def _request(
    home: DemoHome, published: Published, enrolment: Enrolment, blueprint: Blueprint, *, simulated: bool
) -> SessionRequest:
    now = now_ms()
    return SessionRequest(
        exam_title=EXAM_TITLE,
        site=SITE,
        room=ROOM,
        opens_ms=now - MINUTE_MS,
        closes_ms=now + 6 * HOUR_MS,
        policy=policy(sum(section.count for section in blueprint.sections)),
        blueprint=blueprint,
        package=published.reference,
        candidates=tuple(
            Candidate(
                admission_number=candidate.admission_number,
                name=candidate.name,
                id_number=candidate.id_number,
                seat_number=int(SEAT),
                photo_png=(resource_folder() / "demo" / candidate.portrait).read_bytes(),
                accommodation=candidate.accommodation,
                simulated=simulated,
            )
            for candidate in CANDIDATES
        ),
        proctors=published.proctors,
        devices=(enrolment.device,),
        recipients=(
            _recipient(RecipientRole.SITE, home.site_key),
            _recipient(RecipientRole.ESCROW, home.escrow_key),
        ),
        rehearsal=True,
    )


def _recipient(role: RecipientRole, key_file: Path) -> Recipient:
    key = SealingKey.generate()
    private_folder(key_file.parent)
    write_durably(key_file, base64.b64encode(key.raw()) + b"\n")
    return Recipient(role=role, public_key=base64.b64encode(key.public_raw).decode())
