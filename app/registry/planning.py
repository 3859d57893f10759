"""Planning a session: what an operator asks for becomes a signed plan with a grant for every seat."""

import base64
import binascii
import hashlib
import secrets
from dataclasses import dataclass
from typing import Final, TypeVar

from pydantic import ValidationError
from sqlalchemy.orm import Session

from app.content.media.pictures import recognise_picture
from app.exam.form import draw_form
from app.exam.identity import IdentityNumberWrong, is_identity_number, masked, number_digest
from app.registry.granting import Granter
from app.registry.keyroom import KeyName, PackageSecrets
from app.registry.models import Device, Package, PlannedSession, Proctor, Seat
from app.registry.premises import Premises
from sync.client.release import ROSTER_KEY_BYTES
from sync.faults import Refused
from sync.trust.envelope import sign
from sync.trust.keys import KeyRefused, PublicKey, seal_to
from sync.trust.release import ReleaseShare
from sync.wire.document import canonical_json
from sync.wire.ids import new_id
from sync.wire.plan import (
    MINUTE_MS,
    Accommodation,
    Bilingual,
    Blueprint,
    PackageRef,
    Policy,
    ProctorCredential,
    ProctorEntry,
    Recipient,
    RosterEntry,
    SessionPlan,
)

Row = TypeVar("Row", Device, Proctor)

_NO_ACCOMMODATION: Final = Accommodation()
_MAX_PHOTO_BYTES: Final = 1_000_000
_MAX_PHOTO_SIDE: Final = 2_000  # pixels
_LONGEST_SITTING_MS: Final = 24 * 60 * MINUTE_MS
_LONGEST_OPEN_MS: Final = 7 * 24 * 60 * MINUTE_MS


class PlanRefused(Refused):
    """A session cannot be planned like this."""

    code = "PLAN_REFUSED"


class RecipientKeyWrong(PlanRefused):
    """A recipient's key is none that recordings can be sealed to. Fact: `row`, from 1."""

    code = "RECIPIENT_KEY_WRONG"


@dataclass(frozen=True)
class Candidate:
    """A candidate as registered: `id_number` is the whole number (18 characters) and is not kept."""

    admission_number: str
    name: str
    id_number: str
    seat_number: int
    photo_png: bytes | None = None
    accommodation: Accommodation = _NO_ACCOMMODATION
    simulated: bool = False


@dataclass(frozen=True)
class SessionRequest:
    """A session to plan. `proctors` and `devices` are ids; times in ms since the epoch, UTC."""

    exam_title: Bilingual
    site: str
    room: str
    opens_ms: int
    closes_ms: int
    policy: Policy
    blueprint: Blueprint
    package: PackageRef
    candidates: tuple[Candidate, ...]
    proctors: tuple[str, ...]
    devices: tuple[str, ...]
    recipients: tuple[Recipient, ...]
    rehearsal: bool = False


def plan_session(premises: Premises, request: SessionRequest) -> str:
    """Sign the plan of a session, keep its release share back, and give its id.

    Raises:
        IdentityNumberWrong: a check character that does not fit.
        BlueprintUnmet: the package holds too little for the blueprint.
        PlanRefused: a package, device or proctor that is not known, somebody twice, a field out of bounds.
    """
    _check(request, premises.clock())
    with premises.database.reading() as session:
        package = session.get(Package, request.package.package)
        if package is None or package.sha256 != request.package.sha256:
            raise PlanRefused("the package is not published")
        proctors = [_signer(session.get(Proctor, proctor), proctor) for proctor in request.proctors]
        devices = [_signer(session.get(Device, device), device) for device in request.devices]
    credentials = [ProctorCredential.parse(proctor.credential) for proctor in proctors]
    _once("proctor's key", [PublicKey.from_pem(credential.public_key_pem).keyid for credential in credentials])
    sealed = premises.shelf.package(request.package.package)
    draw_form(sealed.header.items, sealed.sha256, request.blueprint, "0" * 64)  # can a form be drawn at all?
    share, keys = ReleaseShare.generate(), premises.keys.package(request.package.package)
    plan = _plan(premises, request, proctors, devices, keys, share)
    envelope = sign(plan.to_bytes(), SessionPlan.PAYLOAD_TYPE, premises.keys.key(KeyName.PLAN))
    with premises.database.writing() as session:
        _keep(session, plan, envelope, share)
    return plan.session


def _check(request: SessionRequest, now_ms: int) -> None:
    for row, candidate in enumerate(request.candidates, start=1):
        if not is_identity_number(candidate.id_number):
            raise IdentityNumberWrong(f"candidate {row}", row=row)
    _once("admission number", [candidate.admission_number for candidate in request.candidates])
    _once("identity number", [candidate.id_number for candidate in request.candidates])
    _once("proctor", request.proctors)
    _once("device", request.devices)
    _once("violation's code", [violation.code for violation in request.policy.violations])
    if len(request.proctors) < request.policy.proctors_needed:
        raise PlanRefused(f"{len(request.proctors)} proctors, {request.policy.proctors_needed} are needed")
    most_milli = sum(section.count * section.milli_each for section in request.blueprint.sections)
    if request.policy.pass_mark * 1000 > most_milli:
        raise PlanRefused(f"the pass mark is {request.policy.pass_mark}, the form has {most_milli / 1000:g} marks")
    _check_times(request, now_ms)
    _check_photos(request)
    _check_recipients(request)


def _check_times(request: SessionRequest, now_ms: int) -> None:
    if not now_ms < request.closes_ms:
        raise PlanRefused("it has closed already")
    if not request.opens_ms < request.closes_ms <= request.opens_ms + _LONGEST_OPEN_MS:
        raise PlanRefused("it closes before it opens, or stays open for more than 7 days")
    if request.policy.duration_ms < MINUTE_MS:
        raise PlanRefused("a sitting is shorter than a minute")
    if request.policy.early_leave_ms > request.policy.duration_ms:
        raise PlanRefused("nobody may leave before the time is over: early_leave_ms is longer than duration_ms")
    for number, section in enumerate(request.blueprint.sections, start=1):
        if section.limit_ms is not None and section.limit_ms > request.policy.duration_ms:
            raise PlanRefused(f"section {number}: limit_ms is longer than the sitting's duration_ms")
    for row, candidate in enumerate(request.candidates, start=1):
        if request.policy.duration_ms + candidate.accommodation.extra_time_ms > _LONGEST_SITTING_MS:
            raise PlanRefused(f"candidate {row}: the sitting is longer than 24 hours")


def _check_photos(request: SessionRequest) -> None:
    for row, candidate in enumerate(request.candidates, start=1):
        photo = candidate.photo_png
        if photo is None:
            continue
        found = recognise_picture(photo) if len(photo) <= _MAX_PHOTO_BYTES else None
        if found is None or found.mime != "image/png" or max(found.width, found.height) > _MAX_PHOTO_SIDE:
            raise PlanRefused(
                f"candidate {row}: the photo is no PNG of at most {_MAX_PHOTO_BYTES} bytes and {_MAX_PHOTO_SIDE} pixels"
            )


def _check_recipients(request: SessionRequest) -> None:
    """Seal a byte to each: a key that cannot be sealed to would be found out when the recording begins."""
    for number, recipient in enumerate(request.recipients, start=1):
        try:
            seal_to(base64.b64decode(recipient.public_key, validate=True), b"\0", b"planning")
        except (binascii.Error, KeyRefused) as error:
            detail = f"recipient {number} ({recipient.role}): no X25519 public key: {error}"
            raise RecipientKeyWrong(detail, row=number) from None
    _once("recipient's key", [recipient.public_key for recipient in request.recipients])


def _once(what: str, things: tuple[str, ...] | list[str]) -> None:
    if len(set(things)) != len(things):
        raise PlanRefused(f"a {what} stands twice")


def _signer(row: Row | None, name: str) -> Row:
    if row is None or row.revoked_ms is not None:
        raise PlanRefused(f"{name} is not enrolled, or was revoked")
    return row


def _plan(
    premises: Premises,
    request: SessionRequest,
    proctors: list[Proctor],
    devices: list[Device],
    keys: PackageSecrets,
    share: ReleaseShare,
) -> SessionPlan:
    session = new_id()
    credentials = canonical_json(
        [ProctorCredential.parse(proctor.credential).model_dump(mode="json") for proctor in proctors]
    )
    roster_key = secrets.token_bytes(ROSTER_KEY_BYTES)
    seal = Granter(session, request.package.package, keys.content, keys.marking, credentials, roster_key, share)
    try:
        return SessionPlan(
            session=session,
            exam=new_id(),
            exam_title=request.exam_title,
            site=request.site,
            room=request.room,
            issued_ms=premises.clock(),
            opens_ms=request.opens_ms,
            closes_ms=request.closes_ms,
            rehearsal=request.rehearsal,
            policy=request.policy,
            blueprint=request.blueprint,
            package=request.package,
            roster=tuple(_entry(candidate, roster_key) for candidate in request.candidates),
            proctors=tuple(ProctorEntry(proctor=row.id, name=row.name, keyid=row.keyid) for row in proctors),
            recipients=request.recipients,
            grants=tuple(seal.grant(device) for device in devices),
        )
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise PlanRefused(f"{error.title}.{where}: {first['msg']}") from None


def _entry(candidate: Candidate, roster_key: bytes) -> RosterEntry:
    photo = candidate.photo_png
    return RosterEntry(
        sitting=new_id(),
        candidate=new_id(),
        admission_number=candidate.admission_number,
        name=candidate.name,
        id_number_masked=masked(candidate.id_number),
        id_number_digest=number_digest(roster_key, candidate.id_number),
        seat_number=candidate.seat_number,
        form_seed=secrets.token_hex(32),
        photo_png=None if photo is None else base64.b64encode(photo).decode(),
        accommodation=candidate.accommodation,
        simulated=candidate.simulated,
    )


def _keep(session: Session, plan: SessionPlan, envelope: bytes, share: ReleaseShare) -> None:
    session.add(
        PlannedSession(
            id=plan.session,
            package=plan.package.package,
            plan=envelope,
            plan_sha256=hashlib.sha256(envelope).hexdigest(),
            opens_ms=plan.opens_ms,
            release_share=share.raw,
            released_ms=None,
        )
    )
    session.flush()
    session.add_all(Seat(session=plan.session, device=grant.device) for grant in plan.grants)
