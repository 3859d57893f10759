"""Admission: a candidate finds themself on the roster; nobody sits twice."""

from dataclasses import dataclass

from app.exam.events import Adjusted, Admitted
from app.exam.prose import Language
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


@dataclass(frozen=True)
class Looks:
    """What a candidate has chosen on the screen: language, and text size in per cent."""

    language: Language
    text_percent: int = 100


def still_expected(workplace: Workplace, session: Session) -> int:
    """Give how many of the roster have not handed in at this seat."""
    journal = workplace.replica.journal
    return sum(
        read_sitting(journal, entry.sitting).state not in (State.SUBMITTED, State.SEALED)
        for entry in session.plan.roster
    )


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
    workplace: Workplace, session: Session, entry: RosterEntry, proctors: list[Proctor], looks: Looks
) -> Delivery:
    """Open the candidate's journal: they are here, these proctors are signed in, and this is how they want to read.

    Text is never smaller than the candidate's accommodation says.
    """
    delivery = Delivery(entry.sitting, workplace.replica.journal, workplace.clock)
    if delivery.sitting.state is State.AWAITING:
        keys = tuple(proctor.key.public.keyid for proctor in proctors)
        delivery.record(
            Admitted(
                session=session.plan.session,
                candidate=entry.candidate,
                seat_number=entry.seat_number,
                proctors=keys,
                confirmed_by=keys,
            )
        )
        percent = max(looks.text_percent, entry.accommodation.text_percent)
        delivery.record(Adjusted(language=looks.language, text_percent=percent))
    return delivery
