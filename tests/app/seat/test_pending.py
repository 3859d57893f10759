"""Choices are saved at once; typing within a second, and never after something that comes later."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QCoreApplication
from pytestqt.qtbot import QtBot

from app.exam.interactions import Choice, Responses, TextEntry
from app.exam.item import Item
from app.exam.prose import Wording
from app.seat.phases.delivery.pending import TYPING_MS, Pending
from sync.wire.plan import Difficulty, ItemKind
from tests.app.registry.world import small_bank, stem

CHOICE = small_bank(items=1).items[0]
BLANK = replace(CHOICE, id="blank", kind=ItemKind.TEXT_ENTRY, interactions=(TextEntry("TEXT"),), stem=stem("?"))
BOTH = Item(
    "both",
    ItemKind.COMPOSITE,
    "-",
    Difficulty.EASY,
    Wording((), ()),
    (Choice("RESPONSE", None, ()), TextEntry("TEXT")),
)


@pytest.fixture
def pending(qapp: QCoreApplication) -> Pending:
    return Pending(qapp)


@pytest.fixture
def saved(pending: Pending) -> list[tuple[str, Responses]]:
    told: list[tuple[str, Responses]] = []
    pending.due.connect(lambda item, responses: told.append((item, responses)))
    return told


def typed(text: str) -> Responses:
    return {"TEXT": (text,)}


def test_a_choice_is_due_at_once(pending: Pending, saved: list[tuple[str, Responses]]) -> None:
    pending.give(CHOICE, {}, {"RESPONSE": ("T",)})
    assert saved == [(CHOICE.id, {"RESPONSE": ("T",)})]


def test_typing_is_due_together_and_within_a_second(
    qtbot: QtBot, pending: Pending, saved: list[tuple[str, Responses]]
) -> None:
    assert TYPING_MS < 1_000
    for text in ("1", "12", "123"):
        pending.give(BLANK, pending.given.get("blank", {}), typed(text))
    assert not saved
    qtbot.waitUntil(lambda: bool(saved))
    assert saved == [("blank", typed("123"))]


def test_leaving_the_item_does_not_wait(pending: Pending, saved: list[tuple[str, Responses]]) -> None:
    pending.give(BLANK, {}, typed("1"))
    pending.flush()
    pending.flush()
    assert saved == [("blank", typed("1"))]


def test_a_choice_beside_a_text_takes_the_text_along(pending: Pending, saved: list[tuple[str, Responses]]) -> None:
    pending.give(BOTH, {}, typed("1"))
    pending.give(BOTH, typed("1"), {**typed("1"), "RESPONSE": ("A",)})
    pending.flush()
    assert saved == [("both", {**typed("1"), "RESPONSE": ("A",)})]


def test_what_was_typed_since_is_still_pending_when_the_older_text_is_on_the_disk(
    pending: Pending, saved: list[tuple[str, Responses]]
) -> None:
    pending.give(BLANK, {}, typed("1"))
    pending.flush()
    pending.give(BLANK, typed("1"), typed("12"))
    pending.settle("blank", typed("1"))
    assert pending.given == {"blank": typed("12")}
    pending.flush()
    pending.settle(*saved[-1])
    assert not pending


def test_a_new_sitting_begins_with_nothing(pending: Pending, saved: list[tuple[str, Responses]]) -> None:
    pending.give(BLANK, {}, typed("1"))
    pending.clear()
    pending.flush()
    assert not pending
    assert not saved
