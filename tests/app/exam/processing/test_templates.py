from app.exam.marking import BaseType, Cardinality, Marking, Node, Written
from app.exam.processing.check import check_marking
from app.exam.processing.run import score_item
from app.exam.processing.standard import standard
from app.exam.processing.templates import cloned
from tests.app.exam.processing.trees import i, ident, multi, node, outcome, response, template, var

DRAW_X = node("set-template-value", node("random-integer", min="1", max="1000"), identifier="X")
DRAW_Y = node("set-template-value", node("random-integer", min="1", max="1000"), identifier="Y")
KEY = node("set-correct-response", node("sum", var("X"), var("Y")), identifier="RESPONSE")
DECLARED = (template("X"), template("Y"), response("RESPONSE", BaseType.INTEGER), outcome("SCORE"))


def made(*rules: Node, declarations: tuple[object, ...] = DECLARED) -> Marking:
    found = Marking(
        "item",
        declarations,  # type: ignore[arg-type]
        standard("match_correct", ()),
        node("template-processing", *rules),
    )
    check_marking(found)
    return found


def drawn(marking: Marking, seed: int, name: str = "X") -> tuple[str, ...]:
    declaration = cloned(marking, seed).declaration(name)
    assert declaration is not None
    return tuple(value.text for value in declaration.default)


def test_a_seed_always_draws_the_same_and_seeds_differ() -> None:
    item = made(DRAW_X, DRAW_Y, KEY)
    assert drawn(item, 7) == drawn(item, 7)
    assert len({drawn(item, seed) for seed in range(50)}) > 40
    assert drawn(item, 7) != drawn(item, 7, "Y")


def test_removing_a_rule_does_not_change_what_another_draws() -> None:
    assert drawn(made(DRAW_X, DRAW_Y), 7, "Y") == drawn(made(DRAW_Y), 7, "Y")


def test_a_clone_has_its_key_and_is_no_template() -> None:
    clone = cloned(made(DRAW_X, DRAW_Y, KEY), 3)
    x, y = (int(drawn(made(DRAW_X, DRAW_Y, KEY), 3, name)[0]) for name in "XY")
    assert clone.template is None
    assert clone.correct() == (str(x + y),)
    assert score_item(clone, {"RESPONSE": (str(x + y),)}).score == 1
    assert score_item(made(DRAW_X, DRAW_Y, KEY), {"RESPONSE": (str(x + y),)}, seed=3).score == 1


def test_draws_keep_to_their_steps_and_bounds() -> None:
    item = made(node("set-template-value", node("random-integer", min="-4", max="5", step="3"), identifier="X"))
    assert {drawn(item, seed)[0] for seed in range(60)} == {"-4", "-1", "2", "5"}


def test_a_constraint_that_does_not_hold_draws_again() -> None:
    item = made(DRAW_X, node("template-constraint", node("gt", var("X"), i(900))))
    assert all(int(drawn(item, seed)[0]) > 900 for seed in range(10))


def test_a_constraint_that_never_holds_leaves_the_defaults() -> None:
    declared = (template("X", BaseType.INTEGER, "42"), *DECLARED[1:])
    item = made(DRAW_X, node("template-constraint", node("gt", var("X"), i(9000))), declarations=declared)
    assert drawn(item, 1) == ("42",)


def test_a_template_leaves_early_and_branches() -> None:
    branches = node(
        "template-condition",
        node("template-if", node("gt", var("X"), i(5)), node("set-template-value", i(2), identifier="Y")),
        node("template-else", node("set-template-value", i(1), identifier="Y"), node("exit-template")),
    )
    item = made(node("set-template-value", i(3), identifier="X"), branches, DRAW_Y)
    assert drawn(item, 1, "Y") == ("1",)


def test_one_of_a_container_is_drawn_and_defaults_are_set() -> None:
    names = multi(ident("A"), ident("B"), ident("C"))
    declared = (template("N", BaseType.IDENTIFIER), *DECLARED, outcome("MAXSCORE"))
    item = made(
        node("set-template-value", node("random", names), identifier="N"),
        node("set-default-value", i(3), identifier="MAXSCORE"),
        declarations=declared,
    )
    assert {drawn(item, seed, "N")[0] for seed in range(30)} == {"A", "B", "C"}
    clone = cloned(item, 1).declaration("MAXSCORE")
    assert clone is not None
    assert clone.default == (Written("3"),)
    assert clone.cardinality is Cardinality.SINGLE


def test_a_float_is_drawn_between_its_bounds() -> None:
    rule = node("set-template-value", node("random-float", min="1.5", max="{TOP}"), identifier="F")
    declared = (template("F", BaseType.FLOAT), *DECLARED, template("TOP", BaseType.FLOAT, "2.5"))
    values = [float(drawn(made(rule, declarations=declared), seed, "F")[0]) for seed in range(20)]
    assert all(1.5 <= value <= 2.5 for value in values)
    assert len(set(values)) == 20
