"""What is the matter is told once for as long as it is, and again when it comes back."""

from app.exam.prose import Language
from app.seat.guard.events import QUIET_BEATS, GuardEvent, GuardKind, Matter, Memory
from app.ui.text import say
from app.words import Words

FOCUS = Matter(GuardKind.FOCUS_LOST)


def test_a_matter_that_lasts_is_told_once() -> None:
    memory = Memory()
    told = []
    for _ in range(3 * QUIET_BEATS):
        memory.beat()
        told.append(memory.is_new(FOCUS))
    assert told.count(True) == 1


def test_a_matter_that_was_over_for_a_while_is_told_again() -> None:
    memory = Memory()
    assert memory.is_new(FOCUS)
    for _ in range(QUIET_BEATS):
        memory.beat()
    assert not memory.is_new(FOCUS)
    for _ in range(QUIET_BEATS + 1):
        memory.beat()
    assert memory.is_new(FOCUS)


def test_two_programs_are_two_matters() -> None:
    memory = Memory()
    assert memory.is_new(Matter(GuardKind.WINDOW_IN_FRONT, "process 1"))
    assert memory.is_new(Matter(GuardKind.WINDOW_IN_FRONT, "process 2"))
    assert not memory.is_new(Matter(GuardKind.WINDOW_IN_FRONT, "process 1", ("other evidence",)))


def test_every_kind_can_be_said_in_both_languages() -> None:
    for kind in GuardKind:
        event = GuardEvent(kind, (), 0)
        for language in Language:
            said = [say(text, Words(language)) for text in (event.name, event.meaning, event.remedy)]
            assert all(said)
            assert len(set(said)) == len(said)
