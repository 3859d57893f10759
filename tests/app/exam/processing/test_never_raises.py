"""Whatever the rules are, they are followed or refused, never anything else."""

from hypothesis import given, settings
from hypothesis import strategies as st

from app.exam.marking import BaseType, Cardinality, Marking, Node
from app.exam.processing.check import check_marking
from app.exam.processing.expressions import OPERATIONS
from app.exam.processing.faults import ProcessingRefused, ResponseRefused
from app.exam.processing.maths import CONSTANTS, FUNCTIONS, STATISTICS
from app.exam.processing.run import score_item
from app.exam.processing.signatures import SIGNATURES
from tests.app.exam.processing.trees import base, node, outcome, response, template

NUMBERS = st.sampled_from(["0", "1", "-1", "2", "1.5", "INF", "-INF", "NaN", "1e308", str(2**63 - 1), "-7", "N", "x"])
TEXTS = st.one_of(NUMBERS, st.sampled_from(["", "A", "A B", "10 20", "true", "(", "[a-z]+", "0,0,5,5"]))
NAMES = [*SIGNATURES, "custom-operator"]
DECLARED = (
    response("R", BaseType.FLOAT, "2"),
    response("M", BaseType.INTEGER, "2", "3", cardinality=Cardinality.MULTIPLE),
    outcome("SCORE"),
    outcome("O", BaseType.STRING),
    template("N", BaseType.INTEGER, "2"),
)


def _attributes(name: str) -> st.SearchStrategy[dict[str, str]]:
    names = {
        "math-operator": [*FUNCTIONS, "atan2", "floor"],
        "stats-operator": list(STATISTICS),
        "math-constant": list(CONSTANTS),
    }.get(name, ["x"])
    return st.fixed_dictionaries(
        {"identifier": st.sampled_from(["R", "M", "SCORE", "N", "nope"]), "name": st.sampled_from(names)},
        optional={
            "min": NUMBERS,
            "max": NUMBERS,
            "n": NUMBERS,
            "figures": NUMBERS,
            "number_repeats": st.sampled_from(["0", "2", "50", "1000000000"]),
            "tolerance": TEXTS,
            "tolerance_mode": st.sampled_from(["exact", "absolute", "relative"]),
            "rounding_mode": st.sampled_from(["decimalPlaces", "significantFigures"]),
            "pattern": TEXTS,
            "shape": st.sampled_from(["rect", "circle", "default"]),
            "coords": TEXTS,
        },
    )


LEAVES = st.builds(base, st.sampled_from(BaseType), TEXTS) | st.sampled_from(
    [
        base(BaseType.FLOAT, "1.5"),
        base(BaseType.INTEGER, "3"),
        base(BaseType.BOOLEAN, "true"),
        node("variable", identifier="R"),
        node("variable", identifier="M"),
        node("multiple", base(BaseType.FLOAT, "1e308"), base(BaseType.FLOAT, "NaN")),
        node("ordered", base(BaseType.INTEGER, str(2**63 - 1)), base(BaseType.INTEGER, "3")),
        Node("null"),
    ]
)


def _grown(children: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    return st.sampled_from(NAMES).flatmap(
        lambda name: st.builds(
            lambda attributes, held: node(name, *held, **attributes), _attributes(name), st.lists(children, max_size=3)
        )
    )


TREES = st.recursive(LEAVES, _grown, max_leaves=8)


@settings(max_examples=400)
@given(TREES, st.sampled_from(["SCORE", "O"]), st.booleans())
def test_any_expression_is_followed_or_refused(tree: Node, name: str, checked: bool) -> None:
    rule = node("set-outcome-value", tree, identifier=name)
    marking = Marking("item", DECLARED, node("response-processing", rule))
    try:
        if checked:
            check_marking(marking)
        result = score_item(marking, {"R": ("2.5",), "M": ("1", "2")})
    except (ProcessingRefused, ResponseRefused) as refused:
        assert refused.detail  # noqa: PT017 - refused with words
    else:
        assert set(result.outcomes) == {"SCORE", "O"}


def test_every_expression_that_is_followed_is_judged_first() -> None:
    assert set(OPERATIONS) <= set(SIGNATURES)
