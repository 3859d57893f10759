"""A witness cosigns what continues what it has seen, and nothing else, whatever it is asked and however it dies."""

import subprocess
import sys
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.witness.cosigning import Witness
from app.witness.home import WitnessBusy, WitnessExists, WitnessHome, WitnessMissing, WitnessUnreadable
from sync.trust.cosignature import cosignatures
from sync.trust.keys import SigningKey
from sync.wire.enrolment import WitnessKey
from tests.app.witness.logs import WATCHED, SimulatedLog, request

NAME = "witness.example/w1"
LOG = SimulatedLog()
OTHER = SimulatedLog("b", parting=3)


@pytest.fixture
def home(tmp_path: Path) -> WitnessHome:
    return WitnessHome.initialise(tmp_path / "witness", NAME, WATCHED)


@pytest.fixture
def witness(home: WitnessHome) -> Iterator[Witness]:
    opened = Witness(home, clock=lambda: 1_800_000_000)
    yield opened
    opened.close()


def key_of(home: WitnessHome) -> list[WitnessKey]:
    return [WitnessKey(name=home.card.name, public_key_pem=home.card.public_key_pem)]


def test_a_log_that_grows_is_cosigned_head_by_head(witness: Witness) -> None:
    old = 0
    for size in (1, 2, 7, 7, 8, 13, 64, 65):
        answer = witness.add_checkpoint(LOG.request(old, size))
        assert answer.status == HTTPStatus.OK
        (found,) = cosignatures(LOG.head(size) + answer.text, key_of(witness.home))
        assert (found.witness, found.at_s) == (NAME, 1_800_000_000)
        old = size
    (log,) = witness.home.charge.logs
    seen = witness.home.seen(log)
    assert seen
    assert seen.head.size == 65


def test_who_does_not_know_what_was_seen_last_is_told(witness: Witness) -> None:
    witness.add_checkpoint(LOG.request(0, 5))
    for old in (0, 3, 8):
        answer = witness.add_checkpoint(LOG.request(old, 9))
        assert (answer.status, answer.text, answer.media_type) == (HTTPStatus.CONFLICT, "5\n", "text/x.tlog.size")
    assert witness.add_checkpoint(LOG.request(5, 9)).status == HTTPStatus.OK


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (SimulatedLog(key=SigningKey.generate_ed25519()).request(0, 3), HTTPStatus.FORBIDDEN),
        (request(0, [], LOG.head(3, origin="other.example/log")), HTTPStatus.NOT_FOUND),
        (request(4, [], LOG.head(3)), HTTPStatus.BAD_REQUEST),
        (request(0, [bytes(32)], LOG.head(3)), HTTPStatus.UNPROCESSABLE_ENTITY),
        (request(0, [bytes(32)] * 64, LOG.head(3)), HTTPStatus.BAD_REQUEST),
        (LOG.request(0, 3)[:-1], HTTPStatus.BAD_REQUEST),
        (LOG.request(0, 3).replace(b"old 0", b"old 00"), HTTPStatus.BAD_REQUEST),
        (LOG.request(0, 3).replace(b"old 0", b"old -1"), HTTPStatus.BAD_REQUEST),
        (b"old 0\n\n\xff", HTTPStatus.BAD_REQUEST),
        (b"old 0\n\n" + b"x" * 1_000_000, HTTPStatus.BAD_REQUEST),
        (b"", HTTPStatus.BAD_REQUEST),
    ],
)
def test_what_is_not_of_the_log_or_not_a_request_is_refused(witness: Witness, body: bytes, status: HTTPStatus) -> None:
    assert witness.add_checkpoint(body).status == status
    assert witness.home.seen(witness.home.charge.logs[0]) is None


@given(body=st.one_of(st.binary(max_size=300), st.text(max_size=300).map(lambda text: f"old 0\n{text}".encode())))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_comes_is_answered(witness: Witness, body: bytes) -> None:
    assert witness.add_checkpoint(body).status in (HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN)


def test_a_history_that_parts_from_what_was_seen_is_never_cosigned(witness: Witness) -> None:
    witness.add_checkpoint(LOG.request(0, 5))
    for size in (5, 6, 8, 20):
        for old in (0, 3, 5):
            assert witness.add_checkpoint(OTHER.request(old, size)).status != HTTPStatus.OK
    assert witness.add_checkpoint(LOG.request(5, 8)).status == HTTPStatus.OK


def test_two_signed_heads_of_one_size_are_kept_as_proof(witness: Witness) -> None:
    witness.add_checkpoint(LOG.request(0, 5))
    assert witness.home.contradictions() == []
    witness.add_checkpoint(OTHER.request(5, 5))
    (kept,) = witness.home.contradictions()
    assert kept.read_text() == OTHER.head(5)
    for number in range(40):
        witness.add_checkpoint(SimulatedLog(f"c{number}").request(5, 5))
    assert len(witness.home.contradictions()) == 16


@given(steps=st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 12), st.integers(0, 12)), max_size=25))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_it_is_asked_its_cosigned_heads_are_one_history(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int, int]]
) -> None:
    witness = Witness(WitnessHome.initialise(tmp_path_factory.mktemp("witness") / "w", NAME, WATCHED))
    stories = {"a": LOG, "b": OTHER}
    cosigned: list[tuple[str, int]] = []
    for story, old, size in steps:
        if witness.add_checkpoint(stories[story].request(old, size)).status == HTTPStatus.OK:
            cosigned.append((story, size))
    witness.close()
    assert [size for _, size in cosigned] == sorted(size for _, size in cosigned)
    assert len({story for story, size in cosigned if size > OTHER.parting}) <= 1


def test_another_process_waits_its_turn(witness: Witness) -> None:
    with pytest.raises(WitnessBusy):
        Witness(WitnessHome.open(witness.home.folder))
    witness.close()
    Witness(WitnessHome.open(witness.home.folder)).close()


def test_without_its_memory_it_does_not_cosign(witness: Witness) -> None:
    witness.add_checkpoint(LOG.request(0, 5))
    (memory,) = (witness.home.folder / "seen").iterdir()
    whole = memory.read_bytes()
    for damage in (whole[:-9], whole.replace(b"\n5\n", b"\n4\n"), b"\xff"):
        memory.write_bytes(damage)
        with pytest.raises(WitnessUnreadable):
            witness.add_checkpoint(LOG.request(5, 6))
    memory.unlink()
    with pytest.raises(WitnessUnreadable):
        witness.add_checkpoint(LOG.request(0, 6))


def test_a_folder_is_a_witness_or_it_is_not(home: WitnessHome, tmp_path: Path) -> None:
    with pytest.raises(WitnessExists):
        WitnessHome.initialise(home.folder, NAME, WATCHED)
    with pytest.raises(WitnessMissing):
        WitnessHome.open(tmp_path / "no")
    assert (home.folder.stat().st_mode | (home.folder / "witness.key").stat().st_mode) & 0o077 == 0
    (home.folder / "witness.key").write_bytes(SigningKey.generate_ed25519().to_pkcs8())
    with pytest.raises(WitnessUnreadable):
        WitnessHome.open(home.folder)


def test_killed_at_every_line_it_never_cosigns_two_histories(tmp_path: Path) -> None:
    """A child dies by SIGKILL at each line it runs in turn; then another history is tried, and the first again."""
    told = subprocess.run(
        [sys.executable, "-m", "tests.app.witness.dying", tmp_path], capture_output=True, text=True, check=False
    )
    assert told.stderr == ""
    died, kept, first = (int(word) for word in told.stdout.split())
    assert died > 60
    assert 0 < kept < died  # some died before the head was on the disk, some after
    assert first == 1  # only the one that was left alive answered
