"""The session of a seat that has one."""

from app.seat.workplace import Session, Workplace
from sync.replica.cabinet import DocumentKind


def only_session(workplace: Workplace) -> Session:
    """Open the only session that is kept here."""
    (name,) = workplace.replica.cabinet.names(DocumentKind.PLAN)
    return workplace.session_of(name)
