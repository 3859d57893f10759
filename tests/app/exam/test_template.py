from dataclasses import replace

import pytest

from app.exam.interactions import Choice, Option
from app.exam.item import Item
from app.exam.marking import BaseType, Cardinality, Marking
from app.exam.processing.faults import ProcessingRefused
from app.exam.processing.values import Container, Single, Value
from app.exam.prose import (
    BlockIf,
    Cell,
    Condition,
    Inline,
    InlineIf,
    Listing,
    Paragraph,
    Place,
    Printed,
    Quote,
    Run,
    Table,
    Wording,
    plain_text,
    text_body,
    walk,
)
from app.exam.template import formatted, instantiate
from sync.wire.plan import Difficulty, ItemKind
from tests.app.exam.processing.trees import ident, node, outcome, response, template

SET = node("set-template-value", ident("rain"), identifier="SKY")
KEY = node("set-correct-response", ident("A"), identifier="RESPONSE")
MARKING = Marking(
    "item",
    (
        template("N", BaseType.FLOAT, "2.5"),
        template("SKY", BaseType.IDENTIFIER, "sun"),
        response("RESPONSE", BaseType.IDENTIFIER),
        outcome("SCORE"),
    ),
    None,
    node("template-processing", SET, KEY),
)


def worded(*inlines: Inline) -> Wording:
    body = (
        Paragraph(inlines),
        BlockIf(Condition("SKY", "sun"), text_body("It shines.")),
        Listing((text_body("always"), (BlockIf(Condition("SKY", "rain"), text_body("It pours.")),))),
        Table(((Cell((Quote((Paragraph((Printed("N", "%.2f"),)),)),)),),), (Printed("SKY"),)),
        Place("RESPONSE"),
    )
    return Wording(body, body)


def item(stem: Wording) -> Item:
    options = tuple(
        Option(name, Wording(text_body(name), text_body(name)), only_if=when)
        for name, when in (
            ("A", None),
            ("B", Condition("SKY", "sun")),
            ("C", Condition("SKY", "sun", shown=False)),
        )
    )
    choice = Choice("RESPONSE", Wording((Paragraph((Printed("N"),)),), text_body("x")), options)
    return Item("item", ItemKind.SINGLE_CHOICE, "s", Difficulty.EASY, stem, (choice,))


def test_a_clone_says_what_was_drawn_and_holds_nothing_of_templates() -> None:
    stem = worded(Run("N is "), Printed("N", "%d"), InlineIf(Condition("SKY", "rain"), (Run(", wet"),)))
    made, marking = instantiate(item(stem), MARKING, 1)
    assert plain_text(made.stem.zh) == "N is 3, wet\nalways\nIt pours.\nrain\n2.50"
    assert not any(
        isinstance(piece, Printed | InlineIf | BlockIf) for wording in made.wordings() for piece in walk(wording.en)
    )
    (choice,) = made.interactions
    assert isinstance(choice, Choice)
    assert [option.id for option in choice.options] == ["A", "C"]
    assert {option.only_if for option in choice.options} == {None}
    assert choice.prompt is not None
    assert plain_text(choice.prompt.zh) == "2.5"
    assert marking.template is None
    assert marking.correct() == ("A",)


def test_an_ordinary_item_stays_as_it_is() -> None:
    plain = item(Wording((Place("RESPONSE"),), (Place("RESPONSE"),)))
    plain = replace(plain, interactions=())
    ordinary = replace(MARKING, template=None)
    assert instantiate(plain, ordinary, 5) == (plain, ordinary)


def test_a_variable_that_is_not_declared_is_refused() -> None:
    with pytest.raises(ProcessingRefused, match="'NOPE'"):
        instantiate(item(worded(Printed("NOPE"))), MARKING, 1)


@pytest.mark.parametrize(
    ("value", "form", "text"),
    [
        (Single(BaseType.INTEGER, 7), "", "7"),
        (Single(BaseType.INTEGER, 7), "%d", "7"),
        (Single(BaseType.INTEGER, 7), "%03i", "007"),
        (Single(BaseType.INTEGER, 255), "%x", "ff"),
        (Single(BaseType.INTEGER, 255), "%X", "FF"),
        (Single(BaseType.INTEGER, 8), "%o", "10"),
        (Single(BaseType.INTEGER, 7), "%.2f", "7.00"),
        (Single(BaseType.FLOAT, 2.345), "%.1f", "2.3"),
        (Single(BaseType.FLOAT, 1234.5), "%.2e", "1.23e+03"),
        (Single(BaseType.FLOAT, 2.5), "%d", "3"),
        (Single(BaseType.FLOAT, 2.5), "%+5.1f", " +2.5"),
        (Single(BaseType.FLOAT, float("inf")), "%d", "INF"),
        (Single(BaseType.STRING, "x"), "%s", "x"),
        (Single(BaseType.FLOAT, 2.5), "%n%n%n", "2.5"),
        (Single(BaseType.FLOAT, 2.5), "%999999999f", "2.5"),
        (Container(Cardinality.ORDERED, BaseType.INTEGER, (1, 2)), "%02d", "01, 02"),
        (None, "%d", ""),
    ],
)
def test_c_formats_print_numbers(value: Value, form: str, text: str) -> None:
    assert formatted(value, form) == text
