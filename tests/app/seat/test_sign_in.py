"""Signing in: a PIN opens a key; wrong ones lock out, and neither a restart nor a clock gives tries back."""

import pytest

from app.seat.home import SeatHome
from app.seat.sign_in import SignInDesk, UnknownProctor, open_credentials
from app.seat.workplace import Session, Workplace
from sync.client.sign_in import FIRST_LOCK_MS, FREE_TRIES, LockedOut, PinRefused
from sync.trust.clock import ClockReading
from sync.wire.ids import new_id
from tests.app.seat.conftest import Site
from tests.app.seat.only_session import only_session


class Clock:
    """A simulated clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = ClockReading(boot_id="boot-1", mono_ms=1_000_000, wall_ms=1_000_000)

    def __call__(self) -> ClockReading:
        return self.now

    def move(self, *, mono_ms: int = 0, wall_ms: int = 0) -> None:
        self.now = ClockReading(self.now.boot_id, self.now.mono_ms + mono_ms, self.now.wall_ms + wall_ms)

    def reboot(self) -> None:
        self.now = ClockReading("boot-2", 10_000, self.now.wall_ms)


@pytest.fixture
def clock() -> Clock:
    return Clock()


def desk_of(workplace: Workplace, session: Session, clock: Clock) -> SignInDesk:
    return SignInDesk(open_credentials(workplace, session), workplace.replica.cabinet, clock)


def lock_out(desk: SignInDesk, proctor: str) -> None:
    for left in range(FREE_TRIES - 1, -1, -1):
        with pytest.raises(PinRefused) as caught:
            desk.sign_in(proctor, "000000")
        assert caught.value.facts["left"] == left


def test_the_right_pin_opens_the_key_the_plan_names(
    workplace: Workplace, session: Session, site: Site, clock: Clock
) -> None:
    desk = desk_of(workplace, session, clock)
    for entry in session.plan.proctors:
        assert desk.sign_in(entry.proctor, site.pins()[entry.proctor]).key.public.keyid == entry.keyid


def test_a_right_pin_forgets_the_wrong_ones(workplace: Workplace, session: Session, site: Site, clock: Clock) -> None:
    desk, proctor = desk_of(workplace, session, clock), session.plan.proctors[0].proctor
    with pytest.raises(PinRefused):
        desk.sign_in(proctor, "000000")
    desk.sign_in(proctor, site.pins()[proctor])
    with pytest.raises(PinRefused) as caught:
        desk.sign_in(proctor, "000000")
    assert caught.value.facts["left"] == FREE_TRIES - 1


def test_five_wrong_pins_lock_out_even_the_right_one(
    workplace: Workplace, session: Session, site: Site, clock: Clock
) -> None:
    desk, proctor = desk_of(workplace, session, clock), session.plan.proctors[0].proctor
    lock_out(desk, proctor)
    with pytest.raises(LockedOut):
        desk.sign_in(proctor, site.pins()[proctor])
    other = session.plan.proctors[1].proctor
    assert desk.sign_in(other, site.pins()[other]).id == other
    clock.move(mono_ms=FIRST_LOCK_MS)
    assert desk.sign_in(proctor, site.pins()[proctor]).id == proctor


def test_no_wall_clock_reboot_or_restart_shortens_a_lock(
    seat_home: SeatHome, workplace: Workplace, session: Session, site: Site, clock: Clock
) -> None:
    proctor = session.plan.proctors[0].proctor
    lock_out(desk_of(workplace, session, clock), proctor)
    clock.move(wall_ms=10**12)
    clock.reboot()
    workplace.close()
    again = Workplace.open(seat_home)
    desk = desk_of(again, only_session(again), clock)
    assert desk.locked_for_ms(proctor) == FIRST_LOCK_MS - 10_000
    with pytest.raises(LockedOut):
        desk.sign_in(proctor, site.pins()[proctor])
    again.close()


def test_each_further_wrong_pin_doubles_the_lock(workplace: Workplace, session: Session, clock: Clock) -> None:
    desk, proctor = desk_of(workplace, session, clock), session.plan.proctors[0].proctor
    lock_out(desk, proctor)
    clock.move(mono_ms=FIRST_LOCK_MS)
    with pytest.raises(PinRefused):
        desk.sign_in(proctor, "000000")
    assert desk.locked_for_ms(proctor) == 2 * FIRST_LOCK_MS
    assert FIRST_LOCK_MS == 60_000


def test_nobody_outside_the_plan_signs_in(workplace: Workplace, session: Session, clock: Clock) -> None:
    with pytest.raises(UnknownProctor):
        desk_of(workplace, session, clock).sign_in(new_id(), "246810")
