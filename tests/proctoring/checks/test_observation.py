"""Evidence is cut to what documents may hold, and what was cut counts all the same."""

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from proctoring.checks.observation import MOST_LINES, essential, found, known_by, lines
from sync.wire.environment import CheckStatement, Severity, Verdict

PLACES = st.lists(st.integers(0, 400).map(lambda n: f"/home/kid/{'x' * n}/{n}"), min_size=1, max_size=25, unique=True)


def seen(places: list[str], first_pid: int = 100) -> tuple[str, ...]:
    return lines(f"/proc/{first_pid + at}: {place}" for at, place in enumerate(places))


@given(PLACES, st.integers(401, 500), st.randoms(use_true_random=False))
@settings(max_examples=60)
def test_any_line_more_counts_and_neither_order_nor_process_ids_do(places: list[str], more: int, mix: Random) -> None:
    before = seen(places)
    added = [*places, f"/home/kid/{'x' * 400}/{more}"]
    mix.shuffle(added)
    assert not essential(seen(added)) <= known_by(before)
    mix.shuffle(places)
    assert essential(seen(places, 5000)) == essential(before)


@given(PLACES)
@settings(max_examples=50)
def test_evidence_stays_within_the_bounds_of_documents(places: list[str]) -> None:
    evidence = found("processes", seen(places)).evidence
    statement = CheckStatement(
        check="processes", verdict=Verdict.FOUND, severity=Severity.NOTE, evidence=evidence
    ).model_dump_json()
    assert TypeAdapter(CheckStatement).validate_json(statement).evidence == evidence
    assert lines(evidence) == evidence


def test_how_many_lines_there_are_beside_those_that_are_kept_is_said() -> None:
    cut = lines(f"/proc/net: tcp 0.0.0.0:{port}" for port in range(20_000, 20_012))
    assert len(cut) == MOST_LINES
    assert cut[8] == "/proc/net: tcp 0.0.0.0:20008"
    assert cut[-1].startswith("and 3 more; SHA-256 of all: ")


def test_another_process_of_the_same_program_is_nothing_new_however_many_there_are() -> None:
    ten = lines(f"/proc/{pid}: /usr/bin/worker" for pid in range(10))
    many = lines(f"/proc/{pid}: /usr/bin/worker" for pid in range(5000, 7000))
    assert many[-1] == "and 1991 more of the same"
    assert essential(many) == essential(ten) == {"/proc/#: /usr/bin/worker"}


def test_a_line_that_was_kept_is_known_by_itself() -> None:
    cut = seen([f"/home/kid/{n}" for n in range(12)])
    assert essential(seen(["/home/kid/3"])) <= known_by(cut)
    assert not essential(seen(["/home/kid/11"])) <= known_by(cut)
