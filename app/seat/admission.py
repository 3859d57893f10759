"""Admission: a candidate finds themself on the roster; nobody sits twice."""

from app.exam.events import Adjusted, Admitted
from app.exam.item import Language
from app.exam.sitting import State
from app.seat.delivery import Delivery, read_sitting
from app.seat.sign_in import Proctor
from app.seat.workplace import Session, Workplace
from sync.faults import Refused
from sync.wire.plan import RosterEntry


class NotOnRoster(Refused):
    """No candidate of this session has this admission number."""

    code = "NOT_ON_ROSTER"


class AlreadySat(Refused):
    """This candidate has handed in already."""

    code = "ALREADY_SAT"


def find_candidate(workplace: Workplace, session: Session, admission_number: str) -> RosterEntry:
    """Give the roster's entry for what the candidate typed (spaces and case do not matter).

    Raises:
        NotOnRoster, AlreadySat.
    """
    wanted = "".join(admission_number.split()).upper()
    entry = next((entry for entry in session.plan.roster if entry.admission_number == wanted), None)
    if entry is None:
        raise NotOnRoster
    if read_sitting(workplace.replica.journal, entry.sitting).state in (State.SUBMITTED, State.SEALED):
        raise AlreadySat
    return entry


def admit(
    workplace: Workplace, session: Session, entry: RosterEntry, proctors: list[Proctor], language: Language
) -> Delivery:
    """Open the candidate's journal: they are here, and these proctors are signed in."""
    delivery = Delivery(entry.sitting, workplace.replica.journal, workplace.clock)
    if delivery.sitting.state is State.AWAITING:
        keys = tuple(proctor.key.public.keyid for proctor in proctors)
        delivery.record(
            Admitted(
                session=session.plan.session,
                candidate=entry.candidate,
                seat_number=entry.seat_number,
                proctors=keys,
            )
        )
        delivery.record(Adjusted(language=language, text_percent=entry.accommodation.text_percent))
    return delivery
