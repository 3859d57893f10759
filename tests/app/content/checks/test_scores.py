from dataclasses import replace

from app.content.checks.attempts import MOST, attempts
from app.content.checks.finding import Code, Severity
from app.exam.interactions import Choice, ExtendedText, Order, Slider, TextEntry
from app.exam.marking import (
    MATCH_CORRECT,
    SCORE,
    BaseType,
    Cardinality,
    Declaration,
    MapEntry,
    Mapping,
    Marking,
    Node,
    Role,
    Written,
)
from app.exam.responses import can_be_given
from sync.wire.plan import ItemKind
from tests.app.content.checks.small import (
    STEMS,
    WORDS,
    bank,
    codes,
    item,
    options,
    right,
    right_several,
    several,
    single,
    the,
)

MAP = Node("map-response", (("identifier", "RESPONSE"),))


def setting(*value: Node) -> Node:
    return Node("response-processing", (), (Node("set-outcome-value", (("identifier", "SCORE"),), value),))


def mapped(
    name: str, pays: dict[str, float], *, most: float | None = None, key: tuple[str, ...] = ("A", "B")
) -> Marking:
    entries = tuple(MapEntry(option, value) for option, value in pays.items())
    marking = right_several(name, *key)
    response = replace(marking.declarations[0], mapping=Mapping(entries))
    return Marking(name, (response, replace(SCORE, normal_maximum=most)), setting(MAP))


def test_a_maximum_that_the_limit_on_choices_keeps_out_of_reach_is_an_error() -> None:
    of = bank((several("a", most=2), mapped("a", {"A": 1, "B": 1, "C": 1})))
    assert dict(the(of, Code.MAX_UNREACHABLE).facts) == {"most": "3", "best": "2"}


def test_a_declared_maximum_above_what_a_right_answer_earns_is_an_error() -> None:
    marking = right("a", "A")
    declared = replace(marking, declarations=(marking.declarations[0], replace(SCORE, normal_maximum=2.0)))
    assert dict(the(bank((single("a"), declared)), Code.MAX_UNREACHABLE).facts) == {"most": "2", "best": "1"}


def test_where_not_all_responses_can_be_tried_it_is_a_warning() -> None:
    entry = item("a", ItemKind.TEXT_ENTRY, STEMS[0], TextEntry("RESPONSE"))
    response = Declaration(Role.RESPONSE, "RESPONSE", Cardinality.SINGLE, BaseType.STRING, correct=(Written("接地"),))
    marking = Marking("a", (response, replace(SCORE, normal_maximum=5.0)), MATCH_CORRECT)
    assert codes(bank((entry, marking))) == [Code.MAX_NOT_FOUND]


def test_a_key_that_scores_nothing_contradicts_its_rules() -> None:
    marking = mapped("a", {"C": 2, "D": 2, "A": -1}, key=("A", "B"))
    assert codes(bank((several("a"), marking))) == [Code.KEY_SCORES_NOTHING, Code.WRONG_PAID]


def test_a_key_that_scores_less_than_the_maximum_is_looked_at() -> None:
    assert dict(the(bank((several("a"), mapped("a", {"A": 1, "B": 1, "C": 1}))), Code.KEY_BELOW_MAX).facts) == {
        "most": "3",
        "key": "2",
    }


def test_an_item_that_nobody_can_fail_is_looked_at() -> None:
    one = Node("base-value", (("base-type", "float"),), (), "1")
    assert codes(bank((single("a"), replace(right("a", "A"), response=setting(one))))) == [Code.CANNOT_FAIL]


def test_an_item_that_only_a_person_can_mark_is_noted() -> None:
    essay = item("a", ItemKind.EXTENDED_TEXT, STEMS[0], ExtendedText("RESPONSE", None))
    response = Declaration(Role.RESPONSE, "RESPONSE", Cardinality.SINGLE, BaseType.STRING)
    assert codes(bank((essay, Marking("a", (response, SCORE))))) == [Code.BY_PERSON]


def test_rules_that_cannot_be_followed_are_an_error_that_says_why() -> None:
    wrong = Node("sum", (), (Node("variable", (("identifier", "NOBODY"),)),))
    of = bank((single("a"), replace(right("a", "A"), response=setting(wrong))))
    assert the(of, Code.RULES_REFUSED).items == ("a",)


def test_an_order_and_a_slider_are_scored_by_every_response_they_have() -> None:
    order = item("a", ItemKind.ORDER, STEMS[0], Order("RESPONSE", None, options(*WORDS[:3])))
    key = tuple(Written(name) for name in "CAB")
    ordered = Declaration(Role.RESPONSE, "RESPONSE", Cardinality.ORDERED, BaseType.IDENTIFIER, correct=key)
    assert codes(bank((order, Marking("a", (ordered, SCORE), MATCH_CORRECT)))) == []
    slider = item("b", ItemKind.SLIDER, STEMS[1], Slider("RESPONSE", None, "0", "10", "1"))
    number = Declaration(Role.RESPONSE, "RESPONSE", Cardinality.SINGLE, BaseType.INTEGER, correct=(Written("7"),))
    assert codes(bank((slider, Marking("b", (number, SCORE), MATCH_CORRECT)))) == []
    assert attempts(slider, Marking("b", (number, SCORE), MATCH_CORRECT)).whole


def test_only_responses_are_tried_that_can_be_given_and_not_without_end() -> None:
    tried = attempts(several("a", most=2), right_several("a", "A", "B"))
    assert tried.whole
    assert {one.get("RESPONSE", ()) for one in tried.others} >= {(), ("A",), ("A", "B"), ("C", "D")}
    assert all(can_be_given(several("a", most=2), one) for one in tried.others)
    board = Choice("RESPONSE", None, options(*WORDS * 5), max_choices=0)
    wide = item("w", ItemKind.MULTIPLE_CHOICE, STEMS[0], board)
    much = attempts(wide, right_several("w", "A", "B"))
    assert not much.whole
    assert len(much.others) <= MOST + 2


def template(name: str, key: str) -> Marking:
    """A template item whose key is what its template sets."""
    value = Node("base-value", (("base-type", "identifier"),), (), key)
    rules = Node("template-processing", (), (Node("set-correct-response", (("identifier", "RESPONSE"),), (value,)),))
    return replace(right(name, "A"), template=rules)


def test_a_template_item_is_checked_as_it_is_made() -> None:
    assert codes(bank((single("a"), template("a", "B")))) == []
    assert Code.KEY_NO_OPTION in codes(bank((single("a"), template("a", "Z"))))
    wrong = replace(template("a", "B"), template=Node("template-processing", (), (Node("nonsense"),)))
    assert codes(bank((single("a"), wrong))) == [Code.RULES_REFUSED]


def test_a_response_that_scores_more_than_the_declared_maximum_is_looked_at() -> None:
    of = bank((several("a"), mapped("a", {"A": 2, "B": 2}, most=3.0)))
    assert dict(the(of, Code.MAX_EXCEEDED).facts) == {"most": "3", "best": "4"}
    assert the(of, Code.MAX_EXCEEDED).severity is Severity.WARNING


def test_a_score_that_can_be_negative_is_noted_and_one_that_is_held_at_nought_is_not() -> None:
    marking = mapped("a", {"A": 1, "B": 1, "C": -1, "D": -0.5})
    found = the(bank((several("a"), marking)), Code.CAN_BE_NEGATIVE)
    assert (found.severity, dict(found.facts)) == (Severity.NOTE, {"least": "-1.5"})
    response = marking.declarations[0]
    assert response.mapping is not None
    held = replace(response, mapping=replace(response.mapping, lower=0.0))
    assert codes(bank((several("a"), replace(marking, declarations=(held, *marking.declarations[1:]))))) == []


def test_a_maximum_that_nobody_can_know_is_looked_at() -> None:
    paid = mapped("a", {"A": 1, "B": 1})
    response = replace(paid.declarations[0], correct=(), mapping=Mapping((MapEntry("A", 1),), default=0.5))
    found = the(bank((several("a"), replace(paid, declarations=(response, SCORE)))), Code.MAX_UNKNOWN)
    assert (found.severity, found.items) == (Severity.WARNING, ("a",))
