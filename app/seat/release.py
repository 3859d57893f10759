"""Release (开考放行) at the seat: the share that makes the items readable, fetched or typed, kept for the session."""

from app.seat.room_log import read_room
from app.seat.workplace import Session, Workplace
from sync.client.plans import load_plan
from sync.client.release import PackageKeys, unlock
from sync.faults import Refused
from sync.replica.cabinet import DocumentKind
from sync.trust.release import ReleaseShare


class SessionClosed(Refused):
    """The session was closed at this seat: its items stay shut, and it takes nobody any more."""

    code = "SESSION_CLOSED"


def unlock_with(workplace: Workplace, session: Session, share: ReleaseShare) -> PackageKeys:
    """Try a share and, if it opens the package's keys, keep it until the session is closed.

    Kept in the encrypted replica, so that a seat is back in seconds after a crash without asking again.

    Raises:
        SessionClosed: nobody sits here any more.
        SealRefused: the share is not this session's.
    """
    if read_room(workplace.replica.journal, session.plan.session).record_sha256 is not None:
        raise SessionClosed
    keys = unlock(session.plan, workplace.enrolment.device, workplace.keystore, share)
    name = session.plan.session
    workplace.replica.cabinet.put_document(DocumentKind.RELEASE, name, share.code().encode(), workplace.clock().wall_ms)
    return keys


def kept_keys(workplace: Workplace, session: Session) -> PackageKeys | None:
    """Give the package's keys if the session was released on this seat before; None if it was not."""
    code = workplace.replica.cabinet.document(DocumentKind.RELEASE, session.plan.session)
    if code is None:
        return None
    share = ReleaseShare.from_code(code.decode())
    return unlock(session.plan, workplace.enrolment.device, workplace.keystore, share)


def forget_ended_releases(workplace: Workplace) -> None:
    """Take the shares of sessions that are over away again: nothing on this seat opens their items any more.

    Over by signed time, not by this PC's clock, which may be wrong; or closed here. The share of a plan that is no
    longer believed stays, it opens nothing without one. Call it only when no sitting is unfinished.
    """
    cabinet = workplace.replica.cabinet
    now_ms = cabinet.highest_signed_ms()
    for name in cabinet.names(DocumentKind.RELEASE):
        try:
            plan, _ = load_plan(workplace.replica, workplace.trust, name)
        except Refused:
            continue
        closed = read_room(workplace.replica.journal, name).record_sha256 is not None
        if closed or plan.closes_ms <= now_ms:
            cabinet.remove_document(DocumentKind.RELEASE, name)
