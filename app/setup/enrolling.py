"""The registry is known by its fingerprint, then this PC becomes a seat; broken off anywhere, it is gone on with."""

from http import HTTPStatus
from typing import Final

from app.seat.home import SeatHome
from app.setup.order import Order
from app.setup.progress import read_progress, set_enrolling
from app.setup.steps import Step, StepResult, attention, done, kept
from sync.client.enrolment import Enrolment, NotEnrolled, begin_replica, enrol, load_enrolment
from sync.client.introduction import fingerprint_of, grouped, introduce, read_fingerprint, require_fingerprint
from sync.faults import EnvironmentFault, Fault
from sync.replica.database import ReplicaUnreadable
from sync.replica.durable import private_folder
from sync.trust.clock import read_clock
from sync.trust.keystore import open_key_store
from sync.wire.enrolment import Invitation

_UNNAMED: Final = "seat"
"""What a PC calls itself in its request where nobody has told it its label; the registry gives that back."""
_MINUTE_MS: Final = 60_000
_DAY_MS: Final = 86_400_000
_MOST_OFF_MS: Final = 2 * _MINUTE_MS


class EnrolledElsewhere(EnvironmentFault):
    """This PC is a seat of another registry. Facts: `seat`, `registry`."""

    code = "ENROLLED_ELSEWHERE"


class NothingToEnrolWith(EnvironmentFault):
    """Neither an invitation nor an address and a token were given, and this PC is no seat yet."""

    code = "NOTHING_TO_ENROL_WITH"


def enrolled_here(home: SeatHome) -> Enrolment | None:
    """Give this PC's identity if it is a seat already, wholly."""
    try:
        found = load_enrolment(home.trust)
    except NotEnrolled:
        return None
    return None if read_progress(home).enrolling else found


def know_registry(order: Order) -> tuple[Invitation | None, StepResult]:
    """See to it that the registry is the one whose fingerprint was named, before anything is sent to it.

    Gives what to enrol with: nothing if this PC is that registry's seat already.

    Raises:
        FingerprintUnreadable, FingerprintDiffers: it is another one.
        EnrolledElsewhere, NothingToEnrolWith: there is no way to go on.
        What `introduce` raises.
    """
    home, named = SeatHome(order.home), grouped(read_fingerprint(order.fingerprint))
    there = enrolled_here(home)
    if there is not None:
        if grouped(fingerprint_of(there.ca_pem)) != named:
            raise EnrolledElsewhere(seat=there.seat_label, registry=there.url)
        return None, kept(Step.REGISTRY, "known", registry=there.url, fingerprint=named)
    if order.invitation is not None:
        invitation = order.invitation
        require_fingerprint(invitation.ca_pem, order.fingerprint)
    elif order.typed is not None:
        url = order.typed.address.strip().rstrip("/")
        shown = introduce(url, order.fingerprint)
        invitation = Invitation(
            url=url,
            ca_pem=shown.ca_pem,
            tuf_root=shown.tuf_root,
            token=order.typed.token.strip(),
            seat_label=_UNNAMED,
        )
    else:
        raise NothingToEnrolWith
    return invitation, done(Step.REGISTRY, "known", registry=invitation.url, fingerprint=named)


def become_seat(order: Order, invitation: Invitation | None) -> StepResult:
    """Enrol this PC and make its replica, or say that it is a seat already.

    Raises:
        ReplicaUnreadable: it was a seat, and what it knew is gone: nothing is made in its place.
        What `enrol` and `begin_replica` raise; asking again with the same invitation goes on.
    """
    home, keystore = SeatHome(order.home), open_key_store(order.home / "keys")
    if invitation is None:
        there = load_enrolment(home.trust)
        if not home.replica.exists():
            raise ReplicaUnreadable("the file is gone")
        return kept(Step.ENROLMENT, "enrolled", seat=there.seat_label, device=there.device)
    private_folder(home.root)
    set_enrolling(home, enrolling=True)
    enrolment = enrol(invitation, keystore, home.trust)
    begin_replica(home.replica, keystore, home.trust)
    set_enrolling(home, enrolling=False)
    return done(Step.ENROLMENT, "enrolled", seat=enrolment.seat_label, device=enrolment.device)


def compare_clocks(home: SeatHome) -> StepResult:
    """Hold this PC's clock against the registry's. Nothing depends on it but what people read; raises nothing."""
    try:
        connection = load_enrolment(home.trust).connect(open_key_store(home.keys), timeout=(3, 3), total_s=5)
        try:
            reply = connection.get("/v1/health", max_bytes=10_000)
        finally:
            connection.close()
    except Fault as fault:
        return attention(Step.CLOCK, "unasked", code=fault.code)
    if reply.status != HTTPStatus.OK or reply.served_ms is None:
        return attention(Step.CLOCK, "unasked", code=str(reply.status))
    return judged_clock(read_clock().wall_ms - reply.served_ms)


def judged_clock(ahead_ms: int) -> StepResult:
    """Say how far this PC's clock is from the registry's; negative: behind."""
    off, fast = abs(ahead_ms), ahead_ms > 0
    if off <= _MOST_OFF_MS:
        return done(Step.CLOCK, "right", seconds=off // 1000)
    if off < _DAY_MS:
        return attention(Step.CLOCK, "fast_minutes" if fast else "slow_minutes", minutes=off // _MINUTE_MS)
    return attention(Step.CLOCK, "fast_days" if fast else "slow_days", days=off // _DAY_MS)
