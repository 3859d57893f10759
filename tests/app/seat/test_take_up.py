"""An admission that was cut off between its two events: what was approved for the candidate's eyes still holds."""

from app.exam.events import Admitted
from app.exam.sitting import State
from app.seat.admission import take_up
from app.seat.delivery import Delivery, read_sitting
from app.seat.workplace import Session, Workplace
from sync.wire.plan import Accommodation, Theme


def test_approved_sizes_and_colours_are_there_after_a_restart(workplace: Workplace, session: Session) -> None:
    approved = Accommodation(text_percent=175, theme=Theme.CONTRAST)
    entry = session.plan.roster[0].model_copy(update={"accommodation": approved})
    journal = workplace.replica.journal
    admitted = Admitted(
        session=session.plan.session,
        candidate=entry.candidate,
        seat_number=7,
        proctors=("a" * 64,),
        confirmed_by=("a" * 64,),
    )
    Delivery(entry.sitting, journal, workplace.clock).record(admitted)
    for _restart in range(2):
        back = Delivery(entry.sitting, journal, workplace.clock)
        take_up(back, entry)
        look = read_sitting(journal, entry.sitting).appearance
        assert (look.text_percent, look.theme, back.sitting.state) == (175, Theme.CONTRAST, State.ADMITTED)
    kinds = [row.kind for row in journal.rows(entry.sitting)]
    assert kinds == ["admitted", "resumed", "adjusted", "resumed"]
