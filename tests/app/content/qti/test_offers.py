"""What can be given to an item file: of every interaction, those we show and those we do not."""

import pytest
from lxml import etree

from app.content.bank import KeyRefused
from app.content.qti.scorable import scorable
from app.content.qti.upgrade import upgraded
from app.exam.processing.faults import ResponseRefused
from app.exam.processing.run import typed_responses

QTI = "http://www.imsglobal.org/xsd/imsqtiasi_v3p0"
CHOICES = "".join(f'<qti-simple-choice identifier="{name}">x</qti-simple-choice>' for name in "ABCD")
SPOTS = "".join(
    f'<qti-associable-hotspot identifier="{name}" shape="default" match-max="{most}"/>'
    for name, most in (("H1", 1), ("H2", 0))
)
GAP_TEXTS = '<qti-gap-text identifier="T1" match-max="1"/><qti-gap-text identifier="T2" match-max="0"/>'


def associable(*most: str) -> str:
    return "".join(
        f'<qti-simple-associable-choice identifier="{name}" match-max="{count}">x</qti-simple-associable-choice>'
        for name, count in (one.split("*") for one in most)
    )


MATCH_SETS = (
    f"<qti-simple-match-set>{associable('R1*1', 'R2*2')}</qti-simple-match-set>"
    f"<qti-simple-match-set>{associable('C1*0', 'C2*1')}</qti-simple-match-set>"
)


def item(kind: str, inside: str, limits: str, typed: str, correct: str = "") -> etree._Element:
    cardinality, base_type = typed.split()
    key = f"<qti-correct-response><qti-value>{correct}</qti-value></qti-correct-response>" if correct else ""
    declared = (
        f'<qti-response-declaration identifier="R" cardinality="{cardinality}" base-type="{base_type}">{key}'
        "</qti-response-declaration>"
    )
    name = f"qti-{kind}-interaction"
    body = f'<{name} response-identifier="R" {limits}>{inside}</{name}>'
    text = f'<qti-assessment-item xmlns="{QTI}" identifier="i">\n{declared}\n<qti-item-body>{body}</qti-item-body>'
    return upgraded(etree.fromstring(f"{text}</qti-assessment-item>"))


def refused(kind: str, inside: str, limits: str, typed: str, *given: str) -> str:
    """Give the reason why a response is refused, nothing if it is taken."""
    read = scorable(item(kind, inside, limits, typed), "item.xml")
    value = typed_responses(read.marking, {"R": given})["R"]
    try:
        for name, offer in read.offers.items():
            offer.check(name, value)
    except ResponseRefused as fault:
        return fault.reason
    return ""


HOT = '<p><qti-hottext identifier="A">x</qti-hottext> <qti-hottext identifier="B">y</qti-hottext></p>'
INLINE = '<qti-inline-choice identifier="A">x</qti-inline-choice>'
GAPS = f'{GAP_TEXTS}<p><qti-gap identifier="G1"/><qti-gap identifier="G2"/></p>'
PAIRS = associable("A*1", "B*1", "C*2")
AREAS = "".join(f'<qti-hotspot-choice identifier="{name}" shape="default"/>' for name in "AB")

POSSIBLE = [
    ("choice", CHOICES, 'max-choices="2"', "multiple identifier", ("A", "D")),
    ("choice", CHOICES, 'max-choices="2" min-choices="2"', "multiple identifier", ("A",)),
    ("choice", CHOICES, 'max-choices="0"', "multiple identifier", ("A", "B", "C", "D")),
    ("choice", CHOICES, "", "multiple identifier", ("A", "B")),
    ("choice", CHOICES, 'max-choices="LIMIT"', "multiple identifier", ("A", "B", "C")),
    ("choice", CHOICES, 'max-choices="2" min-choices="1"', "multiple identifier", ()),
    ("order", CHOICES, "", "ordered identifier", ("D", "A")),
    ("inline-choice", INLINE, "", "single identifier", ("A",)),
    ("hottext", HOT, 'max-choices="0"', "multiple identifier", ("B", "A")),
    ("hotspot", AREAS, 'max-choices="1"', "single identifier", ("B",)),
    ("graphic-order", AREAS, "", "ordered identifier", ("B", "A")),
    ("match", MATCH_SETS, 'max-associations="0"', "multiple directedPair", ("R2 C1", "R2 C2", "R1 C1")),
    ("associate", PAIRS, 'max-associations="2"', "multiple pair", ("C A", "B C")),
    ("gap-match", GAPS, "", "multiple directedPair", ("T2 G1", "T2 G2")),
    ("graphic-gap-match", GAP_TEXTS + SPOTS, "", "multiple directedPair", ("T2 H2", "T1 H2")),
    ("graphic-associate", SPOTS, 'max-associations="1"', "multiple pair", ("H2 H1",)),
    ("select-point", "", 'max-choices="2"', "multiple point", ("1 2", "999 -5")),
    ("slider", "", 'lower-bound="-1" upper-bound="5"', "single integer", ("5",)),
    ("slider", "", 'lower-bound="0" upper-bound="1"', "single float", ("0.5",)),
    ("text-entry", "", "", "single string", ("anything",)),
    ("text-entry", "", "", "single float", ("INF",)),
    ("extended-text", "", 'max-strings="1"', "multiple string", ("a", "b")),
]


@pytest.mark.parametrize(("kind", "inside", "limits", "typed", "given"), POSSIBLE)
def test_what_can_be_given_is_taken_wrong_or_not(
    kind: str, inside: str, limits: str, typed: str, given: tuple[str, ...]
) -> None:
    assert refused(kind, inside, limits, typed, *given) == ""


IMPOSSIBLE = [
    ("choice", CHOICES, 'max-choices="2"', "multiple identifier", ("A", "B", "C"), "'C' is one too many"),
    ("choice", CHOICES, 'max-choices="1"', "single identifier", ("ZZ",), "'ZZ' is no option"),
    ("choice", CHOICES, 'max-choices="0"', "multiple identifier", ("A", "a"), "'a' is no option"),
    ("order", CHOICES, 'max-choices="1"', "ordered identifier", ("A", "B"), "'B' is one too many"),
    ("inline-choice", INLINE, "", "single identifier", ("B",), "'B' is no option"),
    ("hottext", HOT, 'max-choices="1"', "multiple identifier", ("A", "B"), "one too many"),
    ("hotspot", AREAS, 'max-choices="1"', "single identifier", ("C",), "'C' is no option"),
    ("graphic-order", AREAS, "", "ordered identifier", ("A", "C"), "'C' is no option"),
    ("match", MATCH_SETS, 'max-associations="1"', "multiple directedPair", ("R1 C1", "R2 C1"), "one too many"),
    ("match", MATCH_SETS, 'max-associations="0"', "multiple directedPair", ("R1 C1", "R1 C2"), "'R1' is used 2"),
    ("match", MATCH_SETS, 'max-associations="0"', "multiple directedPair", ("C1 R1",), "no pair can have 'C1'"),
    ("associate", PAIRS, 'max-associations="0"', "multiple pair", ("A B", "C A"), "'A' is used 2 times, 1 at most"),
    ("associate", PAIRS, 'max-associations="0"', "multiple pair", ("A X",), "no pair can have 'X'"),
    ("gap-match", GAPS, "", "multiple directedPair", ("T2 G1", "T1 G1"), "'G1' is used 2 times"),
    ("gap-match", GAPS, "", "multiple directedPair", ("T1 G3",), "no pair can have 'G3'"),
    ("graphic-gap-match", GAP_TEXTS + SPOTS, "", "multiple directedPair", ("T2 H1", "T1 H1"), "'H1' is used 2"),
    ("graphic-associate", SPOTS, 'max-associations="1"', "multiple pair", ("H2 H1", "H2 H2"), "one too many"),
    ("select-point", "", 'max-choices="1"', "multiple point", ("1 2", "3 4"), "'3 4' is one too many"),
    ("slider", "", 'lower-bound="-1" upper-bound="5"', "single integer", ("6",), "6 is not on its scale"),
    ("slider", "", 'lower-bound="0" upper-bound="1"', "single float", ("NaN",), "NaN is not on its scale"),
    ("slider", "", 'lower-bound="0" upper-bound="1"', "single float", ("-0.01",), "not on its scale"),
]


@pytest.mark.parametrize(("kind", "inside", "limits", "typed", "given", "reason"), IMPOSSIBLE)
def test_what_nobody_can_give_is_refused_by_the_value_and_why(
    kind: str, inside: str, limits: str, typed: str, given: tuple[str, ...], reason: str
) -> None:
    assert reason in refused(kind, inside, limits, typed, *given)


@pytest.mark.parametrize(
    ("kind", "inside", "typed", "key"),
    [
        ("choice", CHOICES, "single identifier", "Z"),
        ("match", MATCH_SETS, "single directedPair", "C1 R1"),
        ("associate", PAIRS, "single pair", "A Z"),
    ],
)
def test_a_key_that_nobody_can_give_is_refused_with_its_place(kind: str, inside: str, typed: str, key: str) -> None:
    with pytest.raises(KeyRefused) as caught:
        scorable(item(kind, inside, "", typed, key), "item.xml")
    assert (caught.value.file, caught.value.line) == ("item.xml", 2)


def test_a_point_beside_the_picture_may_be_a_key() -> None:
    assert scorable(item("select-point", "", "", "single point", "-5 7"), "item.xml").marking.correct("R") == ("-5 7",)
