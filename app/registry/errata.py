"""The errata that people decided for a session's items."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.registry.models import ErratumRow
from sync.wire.result import Erratum


def decided_errata(session: Session, session_id: str) -> list[tuple[Erratum, ErratumRow]]:
    """Give a session's errata in the order of their items, each as it was decided; of each item the newest."""
    rows = session.scalars(select(ErratumRow).where(ErratumRow.session == session_id).order_by(ErratumRow.number))
    newest = {row.item: row for row in rows}
    return [(Erratum(item=item, rule=row.rule), row) for item, row in sorted(newest.items())]


def errata_of(session: Session, session_id: str) -> tuple[Erratum, ...]:
    """Give a session's errata in the order of their items; of each item the newest."""
    return tuple(erratum for erratum, _ in decided_errata(session, session_id))


def with_erratum(errata: Sequence[Erratum], added: Erratum) -> tuple[Erratum, ...]:
    """Give errata with one more, in place of another about its item."""
    return tuple(sorted([*(one for one in errata if one.item != added.item), added], key=lambda one: one.item))
