"""What counts as answered on the answer card: half a table, half an order, an empty gap do not."""

from dataclasses import replace

import pytest

from app.exam.interactions import (
    Area,
    Associate,
    Canvas,
    Choice,
    ExtendedText,
    GapMatch,
    GraphicGapMatch,
    Hotspot,
    Hottext,
    InlineChoice,
    Interaction,
    Match,
    Option,
    Order,
    Shape,
    Slider,
    TextEntry,
)
from app.exam.item import Item, is_complete
from app.exam.prose import Gap, Hot, Paragraph, Place, Run, Wording
from app.exam.responses import can_be_given
from sync.wire.plan import Difficulty, ItemKind

NOTHING = Wording((), ())
CANVAS = Canvas("plan", "", 100, 100)


def options(names: str, most: int = 1) -> tuple[Option, ...]:
    return tuple(Option(name, NOTHING, match_max=most) for name in names)


def areas(names: str, most: int = 1) -> tuple[Area, ...]:
    return tuple(Area(name, Shape.RECT, (0, 0, 9, 9), match_max=most) for name in names)


def text(*pieces: Gap | Hot) -> Wording:
    body = (Paragraph(pieces),)
    return Wording(body, body)


def item(*interactions: Interaction) -> Item:
    stem = tuple(Place(one.response) for one in interactions)
    return Item("i", ItemKind.COMPOSITE, "s", Difficulty.EASY, Wording(stem, stem), interactions)


ONE = Choice("R", None, options("abcd"))
TWO = Choice("R", None, options("abcd"), min_choices=2, max_choices=3)
STRETCHES = Hottext("R", None, text(*(Hot(name, (Run(name),)) for name in "abc")), min_choices=2, max_choices=0)
SPOTS = Hotspot("R", None, CANVAS, areas("abc"), min_choices=2, max_choices=3)
ORDER = Order("R", None, options("abcd"))
SOME = Order("R", None, options("abcd"), min_choices=2, max_choices=3)
TABLE = Match("R", None, options("abcd"), options("xyz", 0), max_associations=0)
PAIRS = Associate("R", None, options("abcde"), max_associations=0)
GAPS = GapMatch("R", None, options("abc"), text(Gap("1"), Gap("2"), Gap("3")))
PLACES = GraphicGapMatch("R", None, CANVAS, options("abc", 2), areas("12", 2))

CASES: list[tuple[str, Interaction, str, bool]] = [
    ("one option of one", ONE, "a", True),
    ("fewer than the item asks for at least", TWO, "a", False),
    ("as many as it asks for at least", TWO, "a b", True),
    ("one stretch where two are asked for", STRETCHES, "a", False),
    ("two stretches", STRETCHES, "a c", True),
    ("one area where two are asked for", SPOTS, "a", False),
    ("two areas", SPOTS, "a b", True),
    ("one stretch where no least number is set", replace(STRETCHES, min_choices=0), "a", True),
    ("an order in which options are left out", ORDER, "a b c", False),
    ("an order of all", ORDER, "d c b a", True),
    ("a limit that is all of them is no limit", replace(ORDER, max_choices=4), "a", False),
    ("fewer ordered than the least", SOME, "a", False),
    ("some ordered, where some are asked for", SOME, "a c", True),
    ("a most alone: one is enough", replace(SOME, min_choices=0), "a", True),
    ("a least beyond what there is asks for all", replace(SOME, min_choices=9, max_choices=0), "a b c d", True),
    ("a row without a mark", TABLE, "a-x b-y c-z", False),
    ("a mark for every row", TABLE, "a-x b-x c-x d-x", True),
    ("no more than may be made", replace(TABLE, max_associations=2), "a-x b-y", True),
    ("one fewer than may be made", replace(TABLE, max_associations=2), "a-x", False),
    ("columns that can be used once: as many as they are", replace(TABLE, columns=options("xyz")), "a-x b-y c-z", True),
    ("one column is still free", replace(TABLE, columns=options("xyz")), "a-x b-y", False),
    ("a least alone is what the author wants", replace(TABLE, min_associations=2), "a-x b-y", True),
    ("fewer than the least", replace(TABLE, min_associations=2), "a-x", False),
    ("a least above the rows", replace(TABLE, min_associations=5, max_associations=6), "a-x b-y c-z d-x", False),
    ("one pair where two can be made", PAIRS, "a-b", False),
    ("two pairs, and one is left over", PAIRS, "a-b c-d", True),
    ("as many pairs as are asked for", replace(PAIRS, max_associations=1), "a-b", True),
    ("a most that cannot be reached asks for what can be", replace(PAIRS, max_associations=9), "a-b c-d", True),
    ("options used twice: more pairs are asked for", replace(PAIRS, options=options("abc", 2), max_associations=3),
     "a-b b-c", False),
    ("three pairs of three options", replace(PAIRS, options=options("abc", 2), max_associations=3),
     "a-b b-c a-c", True),
    ("a least above half the options", replace(PAIRS, options=options("abc", 0), min_associations=2), "a-b", False),
    ("a gap is empty", GAPS, "a-1 b-2", False),
    ("every gap is filled", GAPS, "a-1 b-2 c-3", True),
    ("fewer options than gaps: as many as there are", replace(GAPS, options=options("ab")), "a-1 b-3", True),
    ("no more than may be put in", replace(GAPS, max_associations=1), "c-2", True),
    ("an area is empty, though another has two", PLACES, "a-1 b-1", False),
    ("every area is filled", PLACES, "a-1 a-2", True),
    ("a value of a list", InlineChoice("R", options("ab")), "a", True),
    ("a value of a scale", Slider("R", None, "0", "9"), "0", True),
    ("a word", TextEntry("R"), "15", True),
    ("one text of the two wanted", ExtendedText("R", None, min_strings=2, max_strings=3), "x", False),
    ("two texts", ExtendedText("R", None, min_strings=2, max_strings=3), "x y", True),
]  # fmt: skip


@pytest.mark.parametrize(("why", "interaction", "given", "whole"), CASES, ids=[case[0] for case in CASES])
def test_it_counts_as_answered_when_it_is_filled_to_the_end(
    why: str, interaction: Interaction, given: str, whole: bool
) -> None:
    responses = {"R": tuple(value.replace("-", " ") for value in given.split(" "))}
    if "least beyond" not in why:
        assert can_be_given(item(interaction), responses), "no seat would give this"
    assert is_complete(item(interaction), responses) is whole


@pytest.mark.parametrize(
    "interaction", {type(case[1]): case[1] for case in CASES}.values(), ids=lambda one: type(one).__name__
)
def test_nothing_is_never_an_answer(interaction: Interaction) -> None:
    assert not is_complete(item(interaction), {})


@pytest.mark.parametrize("blank", ["", " ", "\t\n", "\N{IDEOGRAPHIC SPACE}"])
def test_white_space_is_no_text(blank: str) -> None:
    assert not is_complete(item(TextEntry("R")), {"R": (blank,)})
    assert not is_complete(item(ExtendedText("R", None)), {"R": (blank,)})
    assert is_complete(item(ExtendedText("R", None)), {"R": (blank + "字",)})


def test_an_item_is_answered_when_all_of_its_interactions_are() -> None:
    both = item(ONE, replace(ORDER, response="S"))
    assert not is_complete(both, {"R": ("a",)})
    assert not is_complete(both, {"R": ("a",), "S": ("b", "a")})
    assert is_complete(both, {"R": ("a",), "S": tuple("dcba")})
