"""Finding oneself on the roster, and what stands in the way: a real plan, a real replica."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.demo.cast import CANDIDATES
from app.exam import events
from app.exam.appearance import Appearance
from app.exam.prose import Language
from app.exam.room import Held, Opened, Room
from app.exam.room import Refused as RoomRefused
from app.seat.admission import (
    LONGEST_NUMBER,
    AlreadySat,
    Assent,
    Hindrance,
    NotOnRoster,
    NumberMistyped,
    Obstacle,
    accommodated,
    admit,
    find_candidate,
    obstacles,
    tidy_number,
)
from app.seat.delivery import Delivery, read_sitting
from app.seat.room_log import RoomLog
from app.seat.sign_in import Proctor, SignInDesk, open_credentials
from app.seat.workplace import Session, Workplace
from sync.wire.packet import EndReason
from sync.wire.plan import MINUTE_MS, Accommodation, Theme
from tests.app.seat.conftest import Site

A, B = "a" * 64, "b" * 64
FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")


@pytest.mark.parametrize(
    "typed",
    [
        CANDIDATES[1].admission_number,
        f" {CANDIDATES[1].admission_number[:4]} {CANDIDATES[1].admission_number[4:]} ",
        CANDIDATES[1].admission_number.translate(FULL_WIDTH),
        CANDIDATES[1].id_number,
        CANDIDATES[1].id_number.translate(FULL_WIDTH),
        " ".join(CANDIDATES[1].id_number),
        f"{CANDIDATES[1].id_number[:6]}-{CANDIDATES[1].id_number[6:]}",
    ],
)
def test_a_candidate_is_found_by_either_number_however_it_was_typed(
    workplace: Workplace, session: Session, typed: str
) -> None:
    assert find_candidate(workplace, session, typed).name == CANDIDATES[1].name


def test_a_small_x_at_the_end_is_the_large_one() -> None:
    assert tidy_number("99010119850312001x") == "99010119850312001X"
    assert tidy_number("９９０１０１１９８５０３１２００１ｘ") == "99010119850312001X"


def test_a_wrong_digit_of_an_identity_number_is_told(workplace: Workplace, session: Session) -> None:
    number = CANDIDATES[0].id_number
    for place in (0, 9, 16):
        wrong = number[:place] + str((int(number[place]) + 1) % 10) + number[place + 1 :]
        with pytest.raises(NumberMistyped):
            find_candidate(workplace, session, wrong)


@pytest.mark.parametrize(
    "typed", ["20269999", "990101199001010011", "", "张伟", "𠮷" * 20, "\u202e1000620", "9" * 10_000, "0" * 1_000_000]
)
def test_whoever_is_not_on_the_roster_is_not_found(workplace: Workplace, session: Session, typed: str) -> None:
    with pytest.raises((NotOnRoster, NumberMistyped)):
        find_candidate(workplace, session, typed)


@given(st.text(max_size=3 * LONGEST_NUMBER))
def test_a_tidy_number_is_short_and_has_no_spaces(typed: str) -> None:
    tidy = tidy_number(typed)
    assert len(tidy) <= 18 * LONGEST_NUMBER  # the longest compatibility character is 18 characters long
    assert not any(character.isspace() for character in tidy)


def test_who_handed_in_is_not_admitted_again(workplace: Workplace, session: Session, site: Site) -> None:
    entry = session.plan.roster[0]
    delivery = admit(workplace, session, entry, sign_in_both(workplace, session, site), Appearance())
    hand_in(delivery)
    with pytest.raises(AlreadySat):
        find_candidate(workplace, session, entry.admission_number)


def sign_in_both(workplace: Workplace, session: Session, site: Site) -> list[Proctor]:
    desk = SignInDesk(open_credentials(workplace, session), workplace.replica.cabinet, workplace.clock)
    return [desk.sign_in(proctor, pin) for proctor, pin in site.pins().items()]


def hand_in(delivery: Delivery) -> None:
    delivery.record(events.NoticeRead(notice_sha256="a" * 64, recording=None))
    delivery.record(events.Started(form_sha256="b" * 64, duration_ms=7_200_000))
    delivery.record(events.Submitted(reason=EndReason.CANDIDATE))


def test_nothing_stands_in_the_way_of_who_is_in_time_at_their_own_seat(workplace: Workplace, session: Session) -> None:
    assert obstacles(workplace, session, Room(), session.plan.roster[0]) == ()


def test_who_comes_late_is_told_by_how_much(workplace: Workplace, session: Session) -> None:
    policy = session.plan.policy.model_copy(update={"late_entry_ms": 20 * MINUTE_MS})
    opened = workplace.now_ms() - 31 * MINUTE_MS
    late = replace(session, plan=session.plan.model_copy(update={"opens_ms": opened, "policy": policy}))
    (found,) = obstacles(workplace, late, Room(), session.plan.roster[0])
    assert (found.kind, found.facts) == (Hindrance.LATE, {"minutes": 31, "allowed": 20})
    no_limit = policy.model_copy(update={"late_entry_ms": None})
    anytime = replace(late, plan=late.plan.model_copy(update={"policy": no_limit}))
    assert obstacles(workplace, anytime, Room(), session.plan.roster[0]) == ()


def test_who_belongs_to_another_seat_is_told_which(workplace: Workplace, session: Session) -> None:
    entry = session.plan.roster[0].model_copy(update={"seat_number": 12})
    (found,) = obstacles(workplace, session, Room(), entry)
    assert (found.kind, found.facts) == (Hindrance.OTHER_SEAT, {"seat": "12", "here": "07"})


def test_a_doubt_stays_until_a_second_person_decides(workplace: Workplace, session: Session) -> None:
    log = RoomLog(session.plan.session, workplace.replica.journal, workplace.clock)
    entry = session.plan.roster[0]
    log.record(Opened(session=session.plan.session, proctors=(A, B)))
    log.record(Held(sitting=entry.sitting, note="照片不像", by=(A,)))
    (held,) = obstacles(workplace, session, log.room, entry)
    assert (held.kind, held.facts["note"], held.by) == (Hindrance.HELD, "照片不像", (A,))
    log.record(RoomRefused(sitting=entry.sitting, note="不是本人", by=(A, B)))
    (refused,) = obstacles(workplace, session, log.room, entry)
    assert (refused.kind, refused.facts["note"], refused.by) == (Hindrance.REFUSED, "不是本人", (A, B))


def test_what_was_in_the_way_is_committed_with_the_admission(
    workplace: Workplace, session: Session, site: Site
) -> None:
    entry = session.plan.roster[0].model_copy(update={"seat_number": 12})
    proctors = sign_in_both(workplace, session, site)
    both = tuple(proctor.key.public.keyid for proctor in proctors)
    way = Obstacle(Hindrance.OTHER_SEAT, {"seat": "12", "here": "07"})
    admit(workplace, session, entry, proctors, Appearance(Language.EN), Assent(both, (way,), "12 号机坏了"))
    sitting = read_sitting(workplace.replica.journal, entry.sitting)
    (incident,) = sitting.incidents
    assert (sitting.seat_number, sitting.confirmed_by) == (7, both)
    assert (incident.code, incident.by) == ("SEAT_CHANGED", both)
    assert incident.detail == "This candidate belongs to seat 12; this is seat 07；12 号机坏了"
    assert workplace.replica.journal.rows(entry.sitting)[0].kind == "admitted"


def test_an_accommodation_is_worn_and_an_own_choice_kept(session: Session) -> None:
    approved = Accommodation(text_percent=150, theme=Theme.CONTRAST)
    entry = session.plan.roster[0].model_copy(update={"accommodation": approved})
    assert accommodated(Appearance(), entry) == Appearance(text_percent=150, theme=Theme.CONTRAST)
    own = Appearance(Language.EN, 200, Theme.SEPIA, reduced_motion=True)
    assert accommodated(own, entry) == own
