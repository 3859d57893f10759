"""The doctor's page is one page, whatever was found, and the weightiest stands on it."""

from dataclasses import replace

import pytest

from app.exam.prose import Language
from app.seat.doctor.diagnosis import Diagnosis, Line, Part, Standing, not_good
from app.seat.doctor.page import print_page
from app.ui.text import Sentence

LONG = "说明" * 90


def found(count: int, standing: Standing) -> tuple[Line, ...]:
    line = not_good(Part.SEAT, "outbox", standing, "waiting", {"count": 3})
    evidence = tuple(f"/proc/{number}/comm: {LONG}" for number in range(10))
    return (replace(line, evidence=evidence),) * count


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("count", [0, 1, 60])
def test_the_page_is_one_page(qapp: object, language: Language, count: int) -> None:
    assert qapp
    lines = (*found(count, Standing.ATTENTION), *found(min(count, 1), Standing.BLOCKED))
    assert print_page(Diagnosis("1 号机", 1_800_000_000_000, 5, lines), language).pages == 1


def test_the_worst_comes_first_and_only_what_is_blocked_makes_a_seat_unready() -> None:
    lines = tuple(
        Line(Part.PC, standing.value, standing, Sentence("doctor.outbox.name"), Sentence("doctor.outbox.good"))
        for standing in (Standing.NOTE, Standing.GOOD, Standing.BLOCKED, Standing.ATTENTION)
    )
    assert [line.check for line in Diagnosis("", 0, 0, lines).told] == ["blocked", "attention", "note"]
    assert [Diagnosis("", 0, 0, (line,)).ready for line in lines] == [True, True, False, True]
