"""Declarations and rules from XML: of QTI 3, and of 2.x after renaming."""

import pytest
from lxml import etree

from app.content.bank import BankRefused, MarkupRefused, RulesRefused
from app.content.qti.processing import read_marking
from app.content.qti.upgrade import upgraded
from app.exam.marking import MATCH_CORRECT, BaseType, Cardinality, Marking, Role
from app.exam.processing.run import score_item
from app.exam.processing.standard import MAP_RESPONSE, MAP_RESPONSE_POINT

QTI = "http://www.imsglobal.org/xsd/imsqtiasi_v3p0"
OLD = "http://www.imsglobal.org/xsd/imsqti_v2p1"
CHOICE = """<qti-response-declaration identifier="RESPONSE" cardinality="single" base-type="identifier">
<qti-correct-response><qti-value>A</qti-value></qti-correct-response>
<qti-mapping lower-bound="0" upper-bound="1"><qti-map-entry map-key="A" mapped-value="1"/></qti-mapping>
</qti-response-declaration>
<qti-outcome-declaration identifier="SCORE" cardinality="single" base-type="float"/>"""

CUSTOM = '<qti-set-outcome-value identifier="SCORE"><qti-custom-operator/></qti-set-outcome-value>'


def item(inner: str, version: str = QTI, root: str = "qti-assessment-item") -> etree._Element:
    return etree.fromstring(f'<{root} xmlns="{version}" identifier="item">{inner}</{root}>'.encode())


def read(inner: str) -> Marking:
    return read_marking(item(inner), "items/item.xml", "item")


def processed(rules: str) -> str:
    return f"{CHOICE}\n<qti-response-processing>\n{rules}\n</qti-response-processing>"


@pytest.mark.parametrize("name", ["match_correct", "CC2_match"])
@pytest.mark.parametrize(
    "address",
    [
        "http://www.imsglobal.org/question/qti_v2p0/rptemplates/{}",
        "http://www.imsglobal.org/question/qti_v2p1/rptemplates/{}",
        "http://www.imsglobal.org/question/qti_v2p2/rptemplates/{}.xml",
        "https://www.imsglobal.org/question/qti_v3p0/rptemplates/{}.xml",
        "https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/{}.xml",
        "https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/{}",
        "rptemplates/{}.xml",
        "{}",
    ],
)
def test_a_standard_template_is_known_by_any_spelling(address: str, name: str) -> None:
    assert read(f'{CHOICE}<qti-response-processing template="{address.format(name)}"/>').response == MATCH_CORRECT


def test_mapping_templates_and_locations_are_known() -> None:
    assert read(f'{CHOICE}<qti-response-processing template="x/map_response.xml"/>').response == MAP_RESPONSE
    located = f'{CHOICE}<qti-response-processing template="urn:mine" template-location="rp/map_response.xml"/>'
    assert read(located).response == MAP_RESPONSE
    points = """<qti-response-declaration identifier="RESPONSE" cardinality="multiple" base-type="point">
    <qti-area-mapping default-value="0"><qti-area-map-entry shape="circle" coords="5, 5, 2" mapped-value="1"/>
    </qti-area-mapping></qti-response-declaration>
    <qti-outcome-declaration identifier="SCORE" cardinality="single" base-type="float"/>
    <qti-response-processing template="map_response_point"/>"""
    assert read(points).response == MAP_RESPONSE_POINT


def test_everything_a_declaration_says_is_read() -> None:
    made = read("""<qti-response-declaration identifier="R" cardinality="record">
    <qti-default-value><qti-value field-identifier="n" base-type="integer">3</qti-value></qti-default-value>
    </qti-response-declaration>
    <qti-outcome-declaration identifier="G" cardinality="single" base-type="identifier" normal-maximum="4"
      mastery-value="3" view="candidate"><qti-interpolation-table default-value="F">
      <qti-interpolation-table-entry source-value="3" include-boundary="false" target-value="A"/>
      </qti-interpolation-table></qti-outcome-declaration>
    <qti-template-declaration identifier="T" cardinality="multiple" base-type="string" math-variable="true">
    <qti-default-value><qti-value>x</qti-value><qti-value>y</qti-value></qti-default-value></qti-template-declaration>
    <qti-context-declaration identifier="QTI_CONTEXT" cardinality="record"/>""")
    record, grade, template, context = made.declarations
    assert (record.cardinality, record.base_type, record.default[0].field) == (Cardinality.RECORD, None, "n")
    assert grade.lookup is not None
    assert (grade.lookup.interpolates, grade.lookup.default, grade.lookup.entries[0].included) == (True, "F", False)
    assert (grade.normal_maximum, grade.mastery) == (4, 3)
    assert [value.text for value in template.default] == ["x", "y"]
    assert (context.role, context.cardinality) == (Role.TEMPLATE, Cardinality.RECORD)


def test_inline_rules_are_followed() -> None:
    made = read(
        processed("""<qti-response-condition><qti-response-if>
        <qti-string-match case-sensitive="false"><qti-base-value base-type="string">a</qti-base-value>
        <qti-base-value base-type="string">A</qti-base-value></qti-string-match>
        <qti-set-outcome-value identifier="SCORE"><qti-map-response identifier="RESPONSE"/></qti-set-outcome-value>
        </qti-response-if></qti-response-condition>""")
    )
    assert score_item(made, {"RESPONSE": ("A",)}).score == 1


def test_qti_2_is_read_by_the_same_door() -> None:
    old = item(
        """<responseDeclaration identifier="D" cardinality="single" baseType="duration"/>
        <outcomeDeclaration identifier="SCORE" cardinality="single" baseType="integer"/>
        <responseProcessing><responseCondition><responseIf><durationGTE><variable identifier="D"/>
        <baseValue baseType="duration">5</baseValue></durationGTE><setOutcomeValue identifier="SCORE">
        <sum><baseValue baseType="integer">1</baseValue><baseValue baseType="integer">2</baseValue></sum>
        </setOutcomeValue></responseIf></responseCondition></responseProcessing>""",
        OLD,
        "assessmentItem",
    )
    made = read_marking(upgraded(old), "item.xml", "item")
    assert made.declarations[0].base_type is BaseType.DURATION
    assert score_item(made, {"D": ("6",)}).score == 3


@pytest.mark.parametrize(
    ("rules", "line", "reason"),
    [
        ('\n<qti-set-outcome-value identifier="NOPE"><qti-null/></qti-set-outcome-value>', 8, "not declared"),
        ('<qti-set-outcome-value identifier="SCORE">\n<qti-variable identifier="X"/></qti-set-outcome-value>', 8, "X"),
        ('<qti-set-outcome-value identifier="SCORE"><qti-sum/></qti-set-outcome-value>', 7, "0 operands"),
    ],
)
def test_a_rule_that_cannot_be_followed_is_refused_with_its_line(rules: str, line: int, reason: str) -> None:
    with pytest.raises(RulesRefused, match=reason) as refused:
        read(processed(rules))
    assert refused.value.line == line


@pytest.mark.parametrize(
    ("inner", "kind"),
    [
        ('<qti-response-processing template="http://example.org/mine.xml"/>', MarkupRefused),
        (processed('<qti-set-outcome-value identifier="SCORE" when="now"/>'), MarkupRefused),
        (
            processed('<qti-set-outcome-value identifier="SCORE"><qti-custom-operator/></qti-set-outcome-value>'),
            MarkupRefused,
        ),
        (processed("<p>x</p>"), MarkupRefused),
        (processed("loose text"), MarkupRefused),
        (f"{CHOICE}{CHOICE}", RulesRefused),
        (CHOICE.replace('"single" base', '"some" base', 1), BankRefused),
        (CHOICE.replace('"identifier">', '"word">', 1), BankRefused),
        (CHOICE.replace('mapped-value="1"', 'mapped-value="much"'), BankRefused),
        (CHOICE.replace("<qti-value>A</qti-value>", "<qti-value>A</qti-value><qti-value>B</qti-value>"), RulesRefused),
        (CHOICE.replace("<qti-value>A", "<qti-value><b/>A"), MarkupRefused),
        ('<qti-response-declaration cardinality="single" base-type="string"/>', BankRefused),
        ("<qti-response-processing/><qti-response-processing/>", BankRefused),
    ],
)
def test_what_is_not_qtis_is_refused(inner: str, kind: type[BankRefused]) -> None:
    with pytest.raises(kind) as refused:
        read(inner)
    assert refused.value.file == "items/item.xml"


@pytest.mark.parametrize(
    ("version", "said", "score"),
    [
        ("v2p1", "", 0),
        ("v2p2", "", 0),
        ("v2p2", 'caseSensitive="false"', 1),
        ("v3p0", "", 1),
        ("v3p0", 'case-sensitive="true"', 0),
    ],
)
def test_a_map_entry_that_says_nothing_heeds_the_case_in_qti_2_and_not_in_qti_3(
    version: str, said: str, score: float
) -> None:
    old = f"""<responseDeclaration identifier="RESPONSE" cardinality="single" baseType="string"><mapping>
    <mapEntry mapKey="Kunming" mappedValue="1" {said}/></mapping></responseDeclaration>
    <outcomeDeclaration identifier="SCORE" cardinality="single" baseType="float"/>
    <responseProcessing template="map_response"/>"""
    new = f"""<qti-response-declaration identifier="RESPONSE" cardinality="single" base-type="string"><qti-mapping>
    <qti-map-entry map-key="Kunming" mapped-value="1" {said}/></qti-mapping></qti-response-declaration>
    <qti-outcome-declaration identifier="SCORE" cardinality="single" base-type="float"/>
    <qti-response-processing template="map_response"/>"""
    told = item(new) if version == "v3p0" else item(old, OLD.replace("v2p1", version), "assessmentItem")
    marking = read_marking(upgraded(told), "items/item.xml", "item")
    assert score_item(marking, {"RESPONSE": ["KUNMING"]}).score == score


def test_a_duration_can_be_looked_up() -> None:
    marking = read(f"""{CHOICE}<qti-outcome-declaration identifier="PACE" cardinality="single" base-type="string">
    <qti-interpolation-table default-value="quick"><qti-interpolation-table-entry source-value="60"
    target-value="slow"/></qti-interpolation-table></qti-outcome-declaration><qti-response-processing>
    <qti-lookup-outcome-value identifier="PACE"><qti-variable identifier="duration"/></qti-lookup-outcome-value>
    </qti-response-processing>""")
    told = [score_item(marking, {}, duration_s=seconds).outcomes["PACE"] for seconds in (59.5, 60.0)]
    assert [getattr(one, "value", None) for one in told] == ["quick", "slow"]


MAPPED = """<qti-response-declaration identifier="RESPONSE" cardinality="multiple" base-type="identifier">
<qti-mapping {}>
<qti-map-entry map-key="A" mapped-value="{}"/><qti-map-entry map-key="B" mapped-value="1"/>
</qti-mapping></qti-response-declaration>"""
AREAS = """<qti-response-declaration identifier="RESPONSE" cardinality="multiple" base-type="point">
<qti-area-mapping {}>
<qti-area-map-entry shape="default" coords="" mapped-value="{}"/></qti-area-mapping></qti-response-declaration>"""
LOOKUP = """<qti-outcome-declaration identifier="SCORE" cardinality="single" base-type="float" {}>
<qti-match-table {}>
<qti-match-table-entry source-value="{}" target-value="{}"/></qti-match-table></qti-outcome-declaration>"""
DEFAULT = """<qti-outcome-declaration identifier="{}" cardinality="single" base-type="float">
<qti-default-value><qti-value>{}</qti-value></qti-default-value></qti-outcome-declaration>"""


@pytest.mark.parametrize("number", ["NaN", "INF", "-INF", "1e999"])
@pytest.mark.parametrize(
    ("inner", "line"),
    [
        (MAPPED.format("", "{}"), 3),
        (MAPPED.format('default-value="{}"', 1), 2),
        (MAPPED.format('lower-bound="{}"', 1), 2),
        (MAPPED.format('upper-bound="{}"', 1), 2),
        (AREAS.format("", "{}"), 3),
        (AREAS.format('upper-bound="{}"', 1), 2),
        (LOOKUP.format('normal-maximum="{}"', "", 1, 1), 1),
        (LOOKUP.format('normal-minimum="{}"', "", 1, 1), 1),
        (LOOKUP.format("", "", 1, "{}"), 1),
        (LOOKUP.format("", 'default-value="{}"', 1, 1), 1),
        (DEFAULT.format("SCORE", "{}"), 1),
        (DEFAULT.format("MAXSCORE", "{}"), 1),
    ],
)
def test_what_earns_or_bounds_marks_is_a_finite_number_or_refused_with_its_line(
    inner: str, line: int, number: str
) -> None:
    with pytest.raises(BankRefused) as caught:
        read(inner.format(number))
    assert (caught.value.file, caught.value.line) == ("items/item.xml", line)
    assert "finite" in caught.value.reason


def test_a_mapping_whose_sum_is_beyond_all_numbers_is_refused() -> None:
    with pytest.raises(RulesRefused, match="finite"):
        read(MAPPED.format("", "1.5e308").replace('value="1"', 'value="1.5e308"'))


def test_infinity_may_be_compared_with_looked_up_from_and_kept_in_a_variable_of_ones_own() -> None:
    made = read(
        DEFAULT.format("LEAST", "INF")
        + LOOKUP.format("", 'default-value="2"', "INF", 5)
        + '<qti-response-processing><qti-lookup-outcome-value identifier="SCORE">'
        '<qti-variable identifier="LEAST"/></qti-lookup-outcome-value></qti-response-processing>'
    )
    assert score_item(made, {}).score == 5
