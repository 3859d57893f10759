from dataclasses import replace

import pytest

from app.content.checks.finding import Code
from app.exam.interactions import Associate, Choice, Match
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
from sync.wire.plan import ItemKind
from tests.app.content.checks.small import (
    STEMS,
    WORDS,
    bank,
    codes,
    item,
    judged,
    options,
    right,
    right_several,
    several,
    single,
    the,
)


def test_an_item_without_a_key_is_an_error() -> None:
    assert Code.NO_KEY in codes(bank((single("a"), right("a"))))
    assert Code.NO_KEY in codes(bank((single("a"), Marking("a", (SCORE,), MATCH_CORRECT))))


def test_a_mapping_that_pays_nothing_is_no_key() -> None:
    declared = Declaration(
        Role.RESPONSE, "RESPONSE", Cardinality.SINGLE, BaseType.IDENTIFIER, mapping=Mapping((MapEntry("A", 0),))
    )

    rule = Node("set-outcome-value", (("identifier", "SCORE"),), (Node("map-response", (("identifier", "RESPONSE"),)),))
    of = bank((single("a"), Marking("a", (declared, SCORE), Node("response-processing", (), (rule,)))))
    assert Code.NO_KEY in codes(of)


def test_a_key_that_names_no_option_is_an_error_with_its_name() -> None:
    assert the(bank((single("a"), right("a", "E"))), Code.KEY_NO_OPTION).facts["name"] == "E"


def test_two_keys_where_one_can_be_chosen_are_an_error() -> None:
    assert the(bank((single("a"), right("a", "A", "B"))), Code.KEY_TOO_MANY).facts["count"] == 2
    limited = several("a", most=2)
    assert Code.KEY_TOO_MANY in codes(bank((limited, right_several("a", "A", "B", "C"))))
    assert codes(bank((limited, right_several("a", "A", "B")))) == []


def test_a_pair_that_uses_an_option_too_often_cannot_be_given() -> None:
    board = Match("RESPONSE", None, options(*WORDS[:2]), options(*WORDS[2:]), max_associations=4)
    board = replace(board, columns=tuple(replace(one, id=one.id.lower()) for one in board.columns))
    key = tuple(Written(pair) for pair in ("A a", "B a"))
    declared = Declaration(Role.RESPONSE, "RESPONSE", Cardinality.MULTIPLE, BaseType.DIRECTED_PAIR, correct=key)
    of = bank((item("a", ItemKind.MATCH, STEMS[0], board), Marking("a", (declared, SCORE), MATCH_CORRECT)))
    assert Code.KEY_NOT_GIVEABLE in codes(of)


def test_a_mapping_that_pays_for_no_option_is_looked_at() -> None:
    marking = right_several("a", "A", "B")
    mapped = replace(marking.declarations[0], mapping=Mapping((MapEntry("A", 1), MapEntry("Z", 1))))
    of = bank((several("a"), replace(marking, declarations=(mapped, SCORE))))
    assert the(of, Code.MAPPING_NO_OPTION).facts["name"] == "Z"


def test_all_right_and_only_one_right_are_noted() -> None:
    assert codes(bank((several("a"), right_several("a", *"ABCD")))) == [Code.ALL_RIGHT]
    assert codes(bank((several("a"), right_several("a", "B")))) == [Code.ONE_RIGHT]


def test_a_bank_in_which_nearly_everything_is_true_is_noted() -> None:
    said = [judged(f"j{n:02}", chr(0x4E00 + 97 * n) * 12, f"s{n}") for n in range(20)]
    of = bank(*((one, right(one.id, "true" if n < 15 else "false")) for n, one in enumerate(said)))
    assert dict(the(of, Code.TRUE_FALSE_BALANCE).facts) == {"true": 15, "false": 5}
    even = bank(*((one, right(one.id, "true" if n < 10 else "false")) for n, one in enumerate(said)))
    assert codes(even) == []


@pytest.mark.parametrize(("shuffle", "kept"), [(True, 0), (False, 24)])
def test_a_letter_that_is_right_too_often_is_noted(shuffle: bool, kept: int) -> None:
    marked = []
    for n in range(24):
        one = single(f"s{n:02}", (chr(0x4E00 + 97 * n) * 12, f"q{n}"))
        (choice,) = one.interactions
        assert isinstance(choice, Choice)
        marked.append(
            (replace(one, interactions=(replace(choice, shuffle=shuffle),)), right(one.id, "A" if n % 3 else "B"))
        )
    facts = the(bank(*marked), Code.KEY_POSITION).facts
    assert dict(facts) == {"letter": "A", "percent": 66, "count": 24, "options": 4, "kept": kept}


def paying(pays: dict[str, float], default: float = 0.0, *key: str) -> Marking:
    declared = right_several("a", *(key or ("A", "B"))).declarations[0]
    mapping = Mapping(tuple(MapEntry(name, value) for name, value in pays.items()), default)
    rule = Node("set-outcome-value", (("identifier", "SCORE"),), (Node("map-response", (("identifier", "RESPONSE"),)),))
    return Marking("a", (replace(declared, mapping=mapping), SCORE), Node("response-processing", (), (rule,)))


def test_a_mapping_that_pays_for_what_it_does_not_name_is_looked_at() -> None:
    found = the(bank((several("a"), paying({"A": 1, "B": 1}, 0.5))), Code.DEFAULT_PAID)
    assert dict(found.facts) == {"response": "RESPONSE", "paid": "0.5"}


def test_a_wrong_option_that_earns_as_much_as_a_right_one_is_looked_at() -> None:
    found = the(bank((several("a"), paying({"A": 2, "B": 1, "C": 1}))), Code.WRONG_PAID)
    assert dict(found.facts) == {"response": "RESPONSE", "name": "C", "paid": "1", "least": "1"}
    for paid in (0.5, 0, -1):
        pays = {"A": 2, "B": 1, "C": paid}
        assert Code.WRONG_PAID not in codes(bank((several("a"), paying(pays))))


def test_a_pair_is_right_in_either_direction() -> None:
    board = Associate("RESPONSE", None, options(*WORDS), max_associations=1)
    declared = Declaration(
        Role.RESPONSE,
        "RESPONSE",
        Cardinality.MULTIPLE,
        BaseType.PAIR,
        correct=(Written("A B"),),
        mapping=Mapping((MapEntry("B A", 1),)),
    )
    made = replace(paying({}), declarations=(declared, SCORE))
    assert codes(bank((item("a", ItemKind.ASSOCIATE, STEMS[0], board), made))) == []
