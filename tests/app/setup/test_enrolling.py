"""Becoming a seat: the registry is known by its fingerprint first, and whatever breaks off is gone on with."""

import socket
import threading
from pathlib import Path

import pytest

from app.exam.prose import Language
from app.seat.home import SeatHome
from app.setup import enrolling
from app.setup.enrolling import become_seat, enrolled_here, judged_clock, know_registry
from app.setup.order import Order, Typed
from app.setup.progress import read_progress
from app.setup.steps import Outcome
from app.words import Words
from sync.client.connection import RegistryAnswerBad, RegistryUnreachable
from sync.client.enrolment import TokenUsed, load_enrolment
from sync.client.introduction import (
    FingerprintDiffers,
    FingerprintUnreadable,
    introduce,
    read_fingerprint,
)
from sync.faults import Fault
from sync.replica.database import ReplicaUnreadable
from tests.app.setup.conftest import Ordered, Site

WRONG = "00" * 32


class PowerCutError(Exception):
    """The power went."""


def enrol(order: Order) -> None:
    invitation, _known = know_registry(order)
    become_seat(order, invitation)


def test_an_invitation_makes_a_seat_and_a_second_run_keeps_it(site: Site, order: Ordered) -> None:
    wanted = order(invitation=site.invite("07"))
    invitation, known = know_registry(wanted)
    assert known.outcome is Outcome.DONE
    assert become_seat(wanted, invitation).facts["seat"] == "07"
    device = load_enrolment(SeatHome(wanted.home).trust).device
    again, known_again = know_registry(order())  # the stick is long away
    assert (again, known_again.outcome) == (None, Outcome.KEPT)
    assert become_seat(order(), again).facts["device"] == device


def test_what_stands_on_the_paper_is_as_good_as_an_invitation(site: Site, order: Ordered) -> None:
    token = site.invite("08").token
    typed = Typed(address=f" {site.url}/ ", token=f"{token} ")
    wanted = order(typed=typed, fingerprint=site.fingerprint.lower().replace(" ", ":"))
    enrol(wanted)
    assert load_enrolment(SeatHome(wanted.home).trust).seat_label == "08"


def test_a_wrong_fingerprint_ends_it_before_anything_is_sent_or_made(site: Site, order: Ordered) -> None:
    invited = site.invite("never")
    for wanted in (
        order(invitation=invited, fingerprint=WRONG),
        order(typed=Typed(address=site.url, token=invited.token), fingerprint=WRONG),
    ):
        with pytest.raises(FingerprintDiffers) as differs:
            know_registry(wanted)
        assert differs.value.facts["seen"] == site.fingerprint
        assert not wanted.home.exists()
    assert "never" not in site.enrolled


def test_a_fingerprint_is_read_however_it_is_typed(site: Site) -> None:
    digits = site.fingerprint.replace(" ", "").lower()
    colons = ":".join(digits[at : at + 2] for at in range(0, 64, 2)).upper()
    wide = "".join(chr(ord(char) + 0xFEE0) for char in digits)
    assert {read_fingerprint(typed) for typed in (site.fingerprint, colons, f"SHA256: {digits}", wide)} == {digits}
    for typed in ("", digits[:-1], digits + "0", "g" * 64):
        with pytest.raises(FingerprintUnreadable):
            read_fingerprint(typed)


def test_a_token_is_good_once(site: Site, order: Ordered, tmp_path: Path) -> None:
    invited = site.invite("09")
    enrol(order(invitation=invited))
    other = order(invitation=invited, home=tmp_path / "other")
    with pytest.raises(TokenUsed):
        enrol(other)
    assert enrolled_here(SeatHome(other.home)) is None
    enrol(order(invitation=site.invite("10"), home=tmp_path / "other"))  # the next one is taken by the same keys


@pytest.mark.parametrize("last", ["enrol", "begin_replica"])
def test_a_run_that_died_on_the_way_is_gone_on_with(
    site: Site, order: Ordered, monkeypatch: pytest.MonkeyPatch, last: str
) -> None:
    wanted = order(invitation=site.invite("11"))
    home = SeatHome(wanted.home)
    real = getattr(enrolling, last)

    def died(*arguments: object) -> None:
        real(*arguments)
        raise PowerCutError

    with monkeypatch.context() as patch:
        patch.setattr(enrolling, last, died)
        with pytest.raises(PowerCutError):
            enrol(wanted)
    assert load_enrolment(home.trust).seat_label == "11"
    assert enrolled_here(home) is None  # not wholly
    enrol(wanted)
    assert home.replica.exists()
    assert not read_progress(home).enrolling


def test_records_that_are_gone_are_never_replaced_by_empty_ones(site: Site, order: Ordered) -> None:
    wanted = order(invitation=site.invite("12"))
    enrol(wanted)
    SeatHome(wanted.home).replica.unlink()
    with pytest.raises(ReplicaUnreadable):
        enrol(order())
    assert not SeatHome(wanted.home).replica.exists()


def test_a_seat_of_another_registry_is_left_alone(site: Site, order: Ordered) -> None:
    enrol(order(invitation=site.invite("13")))
    with pytest.raises(Fault, match="ENROLLED_ELSEWHERE"):
        know_registry(order(fingerprint=WRONG))


def test_without_invitation_and_paper_there_is_no_way(order: Ordered) -> None:
    with pytest.raises(Fault, match="NOTHING_TO_ENROL_WITH"):
        know_registry(order())


def test_nobody_at_the_address_is_said_as_such(site: Site) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        port = nobody.getsockname()[1]
    with pytest.raises(RegistryUnreachable):
        introduce(f"https://127.0.0.1:{port}", site.fingerprint)


def test_whoever_speaks_no_tls_is_no_registry(site: Site) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            one, _ = server.accept()
            with one:
                one.recv(4_000)
                one.sendall(b"HTTP/1.1 200 OK\r\n\r\n")

        thread = threading.Thread(target=answer)
        thread.start()
        with pytest.raises(RegistryAnswerBad):
            introduce(f"https://127.0.0.1:{server.getsockname()[1]}", site.fingerprint)
        thread.join()


@pytest.mark.parametrize(
    "address", ["http://registry", "https://", "https://a@b", "https://a:x", "registry", "https://a/b"]
)
def test_only_a_plain_https_address_is_asked(site: Site, address: str) -> None:
    with pytest.raises(Fault, match="REGISTRY_ADDRESS_REFUSED"):
        introduce(address, site.fingerprint)


@pytest.mark.parametrize("ahead_ms", [-20_780 * 86_400_000, -180_000, 0, 90_000, 180_000, 3 * 86_400_000])
def test_a_clock_is_judged_in_words_and_never_stops_anything(ahead_ms: int) -> None:
    result = judged_clock(ahead_ms)
    assert result.good
    assert (result.outcome is Outcome.DONE) is (abs(ahead_ms) <= 120_000)
    for language in Language:
        assert result.what(Words(language))
        assert bool(result.advice(Words(language))) is (result.outcome is Outcome.ATTENTION)
