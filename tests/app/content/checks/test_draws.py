from dataclasses import replace

from app.content.checks.draws import exposures, independent_forms
from app.content.checks.finding import Code
from app.content.packing.facts import item_facts
from app.exam.item import Stimulus
from app.exam.pools import pools_of
from sync.wire.plan import Blueprint, ItemKind
from tests.app.content.checks.small import bank, codes, judged, right, section, single, the, wording


def statements(count: int, blueprint: Blueprint) -> list[Code]:
    said = [judged(f"j{n:02}", chr(0x4E00 + 97 * n) * 12, f"s{n}") for n in range(count)]
    return codes(
        bank(*((one, right(one.id, "true" if n % 2 else "false")) for n, one in enumerate(said)), blueprint=blueprint)
    )


def test_a_set_of_one_and_a_group_of_one_are_noted() -> None:
    one = replace(single("a"), stimulus=Stimulus("case-1", wording("经过。", "It was so.")), enemies=("g1",))
    of = bank((one, right("a", "A")))
    assert the(of, Code.SET_OF_ONE).facts["name"] == "case-1"
    assert the(of, Code.ENEMIES_OF_ONE).facts["name"] == "g1"


def test_a_section_that_the_bank_cannot_fill_is_an_error_with_the_figures() -> None:
    of = bank((single("a"), right("a", "A")), blueprint=Blueprint(sections=(section(3, ItemKind.SINGLE_CHOICE),)))
    assert dict(the(of, Code.BLUEPRINT_SHORT).facts) == {"section": 1, "needed": 3, "found": 1}


def test_a_blueprint_that_enemies_make_impossible_is_an_error() -> None:
    items = [replace(judged(name, chr(0x4E00 + 97 * n) * 12, name), enemies=("g",)) for n, name in enumerate("abc")]
    of = bank(*((one, right(one.id, "true")) for one in items), blueprint=Blueprint(sections=(section(2),)))
    assert codes(of) == [Code.BLUEPRINT_UNDRAWN]


def test_too_few_forms_and_items_that_everybody_meets_are_noted() -> None:
    assert statements(10, Blueprint(sections=(section(5),))) == []
    assert statements(9, Blueprint(sections=(section(5),))) == [Code.FEW_FORMS, Code.OFTEN_SEEN]


def test_sections_that_share_a_pool_share_its_items() -> None:
    said = [judged(f"j{n}", "字" * 12, "s") for n in range(12)]
    pools = pools_of([item_facts(one) for one in said], Blueprint(sections=(section(2), section(2))))
    assert independent_forms(pools) == 3
    assert exposures(pools) == [166, 166]
