from dataclasses import replace

import pytest

from app.content.checks.finding import Code
from app.exam.interactions import Area, Canvas, Choice, Hotspot, Option, Shape
from app.exam.marking import MATCH_CORRECT, SCORE, BaseType, Cardinality, Declaration, Marking, Role, Written
from app.exam.prose import InlinePicture, Paragraph, Picture, Wording
from sync.wire.plan import ItemKind
from tests.app.content.banks import png
from tests.app.content.checks.small import STEMS, bank, codes, item, right, single, the, with_picture

SIGN = Picture("1.png", "一个黄色的三角形标志")
ONE = {("a", "1.png"): png(300, 200)}


def test_a_described_picture_of_a_good_size_is_fine() -> None:
    assert codes(bank((with_picture(single("a"), (SIGN,), "1.png"), right("a", "A")), media=ONE)) == []


def test_a_picture_that_is_not_there_is_an_error() -> None:
    of = bank((with_picture(single("a"), (SIGN,), "1.png"), right("a", "A")))
    assert the(of, Code.MEDIUM_MISSING).facts["name"] == "1.png"


def test_a_canvas_that_is_not_there_is_an_error_too() -> None:
    spots = Hotspot("RESPONSE", None, Canvas("map.png", "平面图", 300, 200), (Area("A", Shape.RECT, (0, 0, 9, 9)),))
    declared = Declaration(Role.RESPONSE, "RESPONSE", Cardinality.SINGLE, BaseType.IDENTIFIER, correct=(Written("A"),))
    of = bank((item("a", ItemKind.HOTSPOT, STEMS[0], spots), Marking("a", (declared, SCORE), MATCH_CORRECT)))
    assert codes(of) == [Code.MEDIUM_MISSING]


def test_a_picture_that_nothing_shows_is_noted() -> None:
    assert codes(bank((single("a"), right("a", "A")), media=ONE)) == [Code.MEDIUM_UNUSED]


def test_a_picture_without_a_description_is_looked_at() -> None:
    of = bank((with_picture(single("a"), (replace(SIGN, alt=" "),), "1.png"), right("a", "A")), media=ONE)
    assert codes(of) == [Code.NO_DESCRIPTION]


@pytest.mark.parametrize(
    ("alt", "telling"),
    [
        ("工人正在检查通风情况", True),
        ("工人正在查看仪表", False),
        ("工人在核对作业票证和通风情况", False),  # it names a wrong option as well
    ],
)
def test_a_description_that_names_the_key_and_no_other_option_gives_it_away(alt: str, telling: bool) -> None:
    of = bank((with_picture(single("a"), (replace(SIGN, alt=alt),), "1.png"), right("a", "A")), media=ONE)
    assert codes(of) == ([Code.DESCRIPTION_TELLS] if telling else [])


def test_a_picture_within_an_option_may_say_what_it_is() -> None:
    shown = [
        Option(name, Wording(*((Picture(f"{name}.png", alt),) for _ in "12")))
        for name, alt in (("A", "灭火器"), ("B", "消火栓"))
    ]
    one = item("a", ItemKind.SINGLE_CHOICE, STEMS[0], Choice("RESPONSE", None, tuple(shown)))
    media = {("a", f"{name}.png"): png(300, 200) for name in "AB"}
    assert Code.DESCRIPTION_TELLS not in codes(bank((one, right("a", "A")), media=media))


def test_pictures_that_are_too_small_or_too_large_are_noted_but_not_those_within_a_line() -> None:
    def of(size: tuple[int, int]) -> list[Code]:
        return codes(
            bank((with_picture(single("a"), (SIGN,), "1.png"), right("a", "A")), media={("a", "1.png"): png(*size)})
        )

    assert of((80, 40)) == [Code.PICTURE_SMALL]
    assert of((2100, 10)) == [Code.PICTURE_LARGE]
    inline = with_picture(single("a"), (Paragraph((InlinePicture("1.png", "符号"),)),), "1.png")
    assert codes(bank((inline, right("a", "A")), media={("a", "1.png"): png(20, 20)})) == []
