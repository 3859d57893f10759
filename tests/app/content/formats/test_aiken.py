"""Aiken files as teachers write them."""

from app.content.formats.aiken import read_aiken
from sync.wire.plan import ItemKind
from tests.app.content.formats.giving import most, only, score, stem

GOOD = """Which voltage is the common safety limit
in damp places?
A. 24 V
B) 220 V
C. 380 V
ANSWER: A
"""


def test_an_item_with_one_answer_is_a_single_choice() -> None:
    found = only(read_aiken(GOOD.encode(), "bank.txt"))
    assert found.item.kind is ItemKind.SINGLE_CHOICE
    assert stem(found) == "Which voltage is the common safety limit\nin damp places?"
    assert (score(found, "A"), score(found, "B"), most(found)) == (1, 0, 1)


def test_several_letters_are_a_multiple_choice() -> None:
    found = only(read_aiken("动火前应当？\nA、审批\nB、清除可燃物\nC、关灯\n答案：A、B\n".encode("gb18030"), "b.txt"))
    assert found.item.kind is ItemKind.MULTIPLE_CHOICE
    assert (score(found, ["A", "B"]), score(found, ["A"])) == (1, 0)


def test_a_bad_item_is_put_aside_with_its_line_and_the_others_stay() -> None:
    bad = "No answer here\nA. x\nB. y\n\nKey beyond\nA. x\nB. y\nANSWER: C\n\nGap\nA. x\nC. y\nANSWER: A\n"
    text = f"{GOOD}\n{bad}\n{GOOD}"
    reading = read_aiken(text.encode(), "bank.txt")
    assert len(reading.items) == 2
    assert [one.reason for one in reading.rejected] == [
        "bank.txt:8: no ANSWER line",
        "bank.txt:12: the answer names no option, or one twice",
        "bank.txt:17: options A, C are not A, B, C … in order",
    ]


def test_the_same_text_gets_the_same_id_and_another_text_another() -> None:
    first, again = (only(read_aiken(GOOD.encode(codec), "x")).item.id for codec in ("utf-8", "utf-16"))
    assert first == again != only(read_aiken(GOOD.replace("24", "12").encode(), "x")).item.id


def test_a_file_cut_off_loses_its_last_item_only_and_says_so() -> None:
    reading = read_aiken((GOOD + "\n" + GOOD[:-4]).encode(), "bank.txt")
    assert len(reading.items) == 1
    assert reading.rejected[0].fault.code == "BANK_KEY"
