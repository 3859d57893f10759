"""Which device a sitting is at: the first to claim it has it, until two proctors move it."""

from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.registry.admitting import REQUEST_BYTES, Admitted, admit_request, claimed_in, device_of
from app.registry.admitting import device_keys as keys_of_device
from app.registry.models import Claim, ClaimMove, Device, Packet, Seat
from app.registry.premises import Premises, SessionUnknown
from app.registry.rotating import keys_in_use
from sync.trust.envelope import EnvelopeRefused, verify
from sync.trust.keys import PublicKey
from sync.wire.enrolment import ClaimReply, ClaimState, DeviceRequest, RequestKind

MOVERS: Final = 2
"""The proctors who have to sign when a sitting moves."""


def claim_for(premises: Premises, request: bytes, peer: str | None = None) -> ClaimReply:
    """Tell the asking device whose a sitting is, after claiming or moving it if that is what it asks.

    The same request again changes nothing and is told how it stands now.

    Raises:
        What `admit_request` raises: the request is not believed.
        SessionUnknown: no such session or sitting, or this device has no seat in it.
    """
    admitted = _believed(premises, request, peer)
    asked = admitted.asked
    with premises.database.writing() as session:
        sitting = asked.sitting
        if asked.session is None or sitting is None or session.get(Seat, (asked.session, asked.device)) is None:
            raise SessionUnknown("this device has no seat in that session")
        plan = premises.shelf.session(asked.session).plan
        if sitting not in {entry.sitting for entry in plan.roster}:
            raise SessionUnknown("no such sitting in that session")
        if admitted.is_new and _handed_in_by(session, sitting) is None:
            _carry_out(premises, session, asked, asked.session, sitting, request)
        state, device = _standing(session, sitting, asked.device)
        label = session.get_one(Device, device).seat_label if device else None
        return ClaimReply(session=asked.session, sitting=sitting, state=state, seat_label=label)


def _believed(premises: Premises, request: bytes, peer: str | None) -> Admitted:
    """Believe the request; a move needs the proctors' signatures, too."""
    claimed = claimed_in(request)
    movers: list[PublicKey] = []
    if claimed.kind is RequestKind.CLAIM_MOVE:
        if claimed.session is None:
            raise SessionUnknown("a move without a session")
        with premises.database.reading() as session:
            device_keys = keys_of_device(session, device_of(session, claimed.device), premises.clock())
            movers = _movers(premises, session, claimed.session)
        keys = [*device_keys, *movers]
        signed = verify(request, DeviceRequest.PAYLOAD_TYPE, keys, threshold=1 + MOVERS, max_bytes=REQUEST_BYTES)
        if signed.keyids.isdisjoint(key.keyid for key in device_keys):
            raise EnvelopeRefused("the device that asks has not signed")
    kinds = (RequestKind.CLAIM_LOOK, RequestKind.CLAIM, RequestKind.CLAIM_MOVE)
    return admit_request(premises, request, kinds, peer=peer, once=False, others=movers)


def _movers(premises: Premises, session: Session, session_id: str) -> list[PublicKey]:
    """Give the keys of the session's proctors that its plan names and that are still good."""
    planned = premises.shelf.session(session_id).plan.proctors
    named = {entry.keyid for entry in planned}  # one each: whoever changed theirs since does not count twice
    good = keys_in_use(session, [entry.proctor for entry in planned], premises.clock())
    return [key for key in good if key.keyid in named]


def _carry_out(
    premises: Premises, session: Session, asked: DeviceRequest, session_id: str, sitting: str, request: bytes
) -> None:
    now_ms, claim = premises.clock(), session.get(Claim, sitting)
    if asked.kind is RequestKind.CLAIM_LOOK:
        return
    if claim is None:
        session.add(Claim(sitting=sitting, session=session_id, device=asked.device, claimed_ms=now_ms))
    elif asked.kind is RequestKind.CLAIM_MOVE and claim.device != asked.device:
        move = ClaimMove(
            sitting=sitting, from_device=claim.device, to_device=asked.device, request=request, at_ms=now_ms
        )
        session.add(move)
        claim.device, claim.claimed_ms = asked.device, now_ms
    session.flush()


def _handed_in_by(session: Session, sitting: str) -> str | None:
    return session.scalar(select(Packet.device).where(Packet.sitting == sitting))


def _standing(session: Session, sitting: str, asking: str) -> tuple[ClaimState, str | None]:
    """Give how a sitting stands for who asks, and the device it is at."""
    handed_in = _handed_in_by(session, sitting)
    if handed_in is not None:
        return ClaimState.HANDED_IN, handed_in
    claim = session.get(Claim, sitting)
    if claim is None:
        return ClaimState.FREE, None
    return (ClaimState.YOURS if claim.device == asking else ClaimState.ANOTHERS), claim.device
