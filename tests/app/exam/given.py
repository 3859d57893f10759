"""Responses as a choice item's candidate gives them, for tests that are about something else."""

from app.exam.events import Answered
from app.exam.interactions import Responses
from sync.wire.packet import Answer


def chosen(*choices: str) -> Responses:
    return {"RESPONSE": choices} if choices else {}


def answered(item: str, *choices: str) -> Answered:
    return Answered(item=item, responses=chosen(*choices), complete=bool(choices))


def answer(item: str, *choices: str) -> Answer:
    return Answer(item=item, responses=chosen(*choices), first_ms=1, last_ms=2)
