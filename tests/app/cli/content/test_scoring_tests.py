"""`content score` of a whole test: sections, weights, outcome processing, feedback."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.app.cli.terminal import Terminal, Told

QTI = "http://www.imsglobal.org/xsd/imsqtiasi_v3p0"
ITEM = f"""<qti-assessment-item xmlns="{QTI}" identifier="%s">
<qti-response-declaration identifier="RESPONSE" cardinality="single" base-type="identifier">
<qti-correct-response><qti-value>A</qti-value></qti-correct-response></qti-response-declaration>
<qti-outcome-declaration identifier="SCORE" cardinality="single" base-type="float" normal-maximum="1"/>
<qti-response-processing template="match_correct"/></qti-assessment-item>"""
SCORE = """<qti-set-outcome-value identifier="SCORE"><qti-sum>
<qti-test-variables variable-identifier="SCORE" weight-identifier="W"/></qti-sum></qti-set-outcome-value>"""
DECLARED = '<qti-outcome-declaration identifier="SCORE" cardinality="single" base-type="float"/>'


def reference(name: str, inner: str = "", category: str = "") -> str:
    named = f'identifier="{name}" href="{name}.xml" category="{category}"'
    return f"<qti-assessment-item-ref {named}>{inner}</qti-assessment-item-ref>"


def written(
    folder: Path, sections: str, rules: str = SCORE, more: str = "", declared: str = DECLARED, mode: str = "linear"
) -> Path:
    for name in ("Q1", "Q2", "Q3"):
        (folder / f"{name}.xml").write_text(ITEM % name)
    file = folder / "test.xml"
    file.write_text(
        f'<qti-assessment-test xmlns="{QTI}" identifier="T" title="t">{declared}\n'
        f'<qti-test-part identifier="P" navigation-mode="{mode}" submission-mode="individual">{sections}'
        f"</qti-test-part>\n<qti-outcome-processing>\n{rules}\n</qti-outcome-processing>{more}</qti-assessment-test>"
    )
    return file


def section(*refs: str, inner: str = "", name: str = "S") -> str:
    held = inner + "".join(refs)
    return f'<qti-assessment-section identifier="{name}" title="s" visible="true">{held}</qti-assessment-section>'


def told(file: Path, given: object) -> Told:
    return Terminal().run("content", "score", file, "--json", typed=json.dumps(given))


def result(file: Path, given: object) -> Any:  # noqa: ANN401 - JSON
    answer = told(file, given)
    assert answer.code == 0, answer.errors
    return json.loads(answer.output)


RIGHT = {"responses": {"RESPONSE": "A"}}
WRONG = {"RESPONSE": "B"}


def test_a_test_sums_its_items_with_their_weights(tmp_path: Path) -> None:
    double = '<qti-weight identifier="W" value="2.5"/>'
    file = written(tmp_path, section(reference("Q1", double), reference("Q2"), reference("Q3")))
    found = result(file, {"items": {"Q1": RIGHT, "Q2": WRONG}, "seed": 3})
    assert found["outcomes"] == {"SCORE": 2.5}
    assert (found["score"], found["max_score"], found["feedback"]) == (2.5, 4.5, [])
    assert {name: item["outcomes"]["SCORE"] for name, item in found["items"].items()} == {"Q1": 1, "Q2": 0, "Q3": 0}


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("<qti-number-correct/>", 1),
        ("<qti-number-incorrect/>", 1),
        ("<qti-number-responded/>", 2),
        ("<qti-number-presented/>", 2),
        ("<qti-number-selected/>", 3),
        ('<qti-number-selected include-category="easy"/>', 2),
        ('<qti-number-selected exclude-category="easy hard"/>', 1),
        ('<qti-number-correct section-identifier="OTHER"/>', 0),
        ('<qti-container-size><qti-test-variables variable-identifier="SCORE"/></qti-container-size>', 3),
        ('<qti-sum><qti-outcome-maximum outcome-identifier="SCORE"/></qti-sum>', 3),
        ('<qti-sum><qti-outcome-maximum outcome-identifier="OTHER"/></qti-sum>', None),
        ('<qti-container-size><qti-outcome-minimum outcome-identifier="SCORE"/></qti-container-size>', 0),
        ('<qti-sum><qti-variable identifier="Q1.SCORE"/><qti-variable identifier="Q2.SCORE"/></qti-sum>', 1),
        ('<qti-variable identifier="Q1.SCORE" weight-identifier="W"/>', 2.5),
        ('<qti-variable identifier="Q1.POINTS"/>', 1),
    ],
)
def test_every_expression_about_items(tmp_path: Path, expression: str, value: float | None) -> None:
    inner = '<qti-variable-mapping source-identifier="SCORE" target-identifier="POINTS"/>'
    inner += '<qti-weight identifier="W" value="2.5"/>'
    file = written(
        tmp_path,
        section(reference("Q1", inner, "easy"), reference("Q2", "", "easy"), reference("Q3", "", "long")),
        f'<qti-set-outcome-value identifier="SCORE">{expression}</qti-set-outcome-value>',
    )
    assert result(file, {"items": {"Q1": RIGHT, "Q2": WRONG}})["outcomes"]["SCORE"] == value


def test_conditions_lookups_and_exits_and_what_feedback_would_be_shown(tmp_path: Path) -> None:
    declared = f"""{DECLARED}<qti-outcome-declaration identifier="GRADE" cardinality="single" base-type="identifier">
    <qti-interpolation-table default-value="fail"><qti-interpolation-table-entry source-value="1" target-value="pass"/>
    </qti-interpolation-table></qti-outcome-declaration>"""
    rules = f"""{SCORE}<qti-lookup-outcome-value identifier="GRADE"><qti-variable identifier="SCORE"/>
    </qti-lookup-outcome-value><qti-outcome-condition><qti-outcome-if><qti-gte><qti-variable identifier="SCORE"/>
    <qti-base-value base-type="float">1</qti-base-value></qti-gte><qti-exit-test/></qti-outcome-if>
    </qti-outcome-condition><qti-set-outcome-value identifier="SCORE"><qti-base-value base-type="float">-1
    </qti-base-value></qti-set-outcome-value>"""
    feedback = "".join(
        f'<qti-test-feedback access="{access}" outcome-identifier="GRADE" show-hide="{way}" identifier="{name}"/>'
        for access, way, name in (("atEnd", "show", "pass"), ("during", "show", "fail"), ("atEnd", "hide", "fail"))
    )
    file = written(tmp_path, section(reference("Q1")), rules, feedback, declared)
    good, bad = result(file, {"items": {"Q1": RIGHT}}), result(file, {"items": {"Q1": WRONG}})
    assert good["outcomes"] == {"SCORE": 1, "GRADE": "pass"}
    assert bad["outcomes"] == {"SCORE": -1, "GRADE": "fail"}
    assert [(one["identifier"], one["access"]) for one in good["feedback"]] == [("pass", "atEnd"), ("fail", "atEnd")]
    assert [(one["identifier"], one["access"]) for one in bad["feedback"]] == [("fail", "during")]


def test_a_selection_is_drawn_by_the_seed(tmp_path: Path) -> None:
    inner = '<qti-selection select="1"/><qti-ordering shuffle="true"/>'
    file = written(tmp_path, section(*map(reference, ("Q1", "Q2", "Q3")), inner=inner))
    taken = [tuple(result(file, {"seed": seed})["items"]) for seed in range(12)]
    assert all(len(one) == 1 for one in taken)
    assert len(set(taken)) > 1
    assert tuple(result(file, {"seed": 5})["items"]) == taken[5]


@pytest.mark.parametrize(("mode", "presented"), [("linear", 2), ("nonlinear", 3)])
def test_conditions_and_branches_count_in_linear_parts(tmp_path: Path, mode: str, presented: int) -> None:
    right = '<qti-gt><qti-variable identifier="Q1.SCORE"/><qti-base-value base-type="float">0</qti-base-value></qti-gt>'
    jump = f'<qti-branch-rule target="Q3">{right}</qti-branch-rule>'
    rules = '<qti-set-outcome-value identifier="SCORE"><qti-number-presented/></qti-set-outcome-value>'
    every = dict.fromkeys(("Q1", "Q2", "Q3"), RIGHT)
    branching = written(tmp_path, section(reference("Q1", jump), reference("Q2"), reference("Q3")), rules, mode=mode)
    assert result(branching, {"items": every})["score"] == presented
    never = f"<qti-pre-condition><qti-not>{right}</qti-not></qti-pre-condition>"
    asking = written(tmp_path, section(reference("Q1"), reference("Q2", never), reference("Q3")), rules, mode=mode)
    assert result(asking, {"items": every})["score"] == presented


def test_a_test_of_qti_2_and_sections_of_their_own_file_are_read(tmp_path: Path) -> None:
    old = "http://www.imsglobal.org/xsd/imsqti_v2p1"
    (tmp_path / "Q1.xml").write_text(ITEM % "Q1")
    (tmp_path / "s.xml").write_text(
        f'<assessmentSection xmlns="{old}" identifier="S" title="s" visible="true">'
        '<assessmentItemRef identifier="Q1" href="Q1.xml"/></assessmentSection>'
    )
    file = tmp_path / "test.xml"
    file.write_text(
        f'<assessmentTest xmlns="{old}" identifier="T" title="t"><outcomeDeclaration identifier="SCORE" '
        'cardinality="single" baseType="float"/><timeLimits maxTime="60"/><testPart identifier="P" '
        'navigationMode="nonlinear" submissionMode="simultaneous"><itemSessionControl maxAttempts="1" '
        'showFeedback="false"/><assessmentSectionRef identifier="S" href="s.xml"/></testPart><outcomeProcessing>'
        '<setOutcomeValue identifier="SCORE"><sum><testVariables variableIdentifier="SCORE"/></sum></setOutcomeValue>'
        "</outcomeProcessing></assessmentTest>"
    )
    assert result(file, {"items": {"Q1": RIGHT}})["score"] == 1


BAD_RULE = '<qti-set-outcome-value identifier="SCORE">\n<qti-variable identifier="Q9.SCORE"/></qti-set-outcome-value>'


@pytest.mark.parametrize(
    ("sections", "rules", "reason"),
    [
        (section(reference("Q1"), reference("Q1")), SCORE, "stands twice"),
        (section(reference("Q9")), SCORE, "no file Q9.xml"),
        (section(reference("../Q1")), SCORE, "not a file of the bank"),
        (section(reference("Q1")), BAD_RULE, "test.xml:5"),
        (section(reference("Q1"), inner="<qti-magic/>"), SCORE, "qti-magic"),
        (section(reference("Q1"), inner='<qti-selection select="999999"/>'), SCORE, "select is 999999"),
        (section(reference("Q1", "<qti-template-default/>")), SCORE, "qti-template-default"),
    ],
)
def test_a_test_that_cannot_be_scored_is_refused(tmp_path: Path, sections: str, rules: str, reason: str) -> None:
    answer = told(written(tmp_path, sections, rules), {})
    assert (answer.code, answer.output) == (1, "")
    assert reason in answer.errors.replace("\n", " ")


@pytest.mark.parametrize(
    "given", [{"items": []}, {"items": {"Q9": {}}}, {"items": {"Q1": 5}}, {"items": {"Q1": {"X": 1}}}]
)
def test_items_that_are_not_the_tests_are_refused(tmp_path: Path, given: object) -> None:
    answer = told(written(tmp_path, section(reference("Q1"))), given)
    assert (answer.code, answer.output) == (1, "")


@pytest.mark.parametrize(
    ("condition", "score"),
    [
        ('<qti-duration-gte><qti-variable identifier="Q1.duration"/>{60}</qti-duration-gte>', 1),
        ('<qti-duration-gte><qti-variable identifier="Q2.duration"/>{60}</qti-duration-gte>', 0),
        ('<qti-match><qti-variable identifier="Q1.completionStatus"/>{completed}</qti-match>', 1),
        ('<qti-match><qti-variable identifier="Q2.completionStatus"/>{not_attempted}</qti-match>', 1),
        ('<qti-equal><qti-variable identifier="Q1.numAttempts"/>{1}</qti-equal>', 1),
        ('<qti-equal><qti-variable identifier="Q2.numAttempts"/>{1}</qti-equal>', 0),
    ],
)
def test_a_test_knows_what_every_item_has_without_declaring_it(tmp_path: Path, condition: str, score: float) -> None:
    for value, kind in (
        ("60", "duration"),
        ("1", "integer"),
        ("completed", "identifier"),
        ("not_attempted", "identifier"),
    ):
        said = f'<qti-base-value base-type="{kind}">{value}</qti-base-value>'
        condition = condition.replace(f"{{{value}}}", said)
    rules = f"""<qti-outcome-condition><qti-outcome-if>{condition}<qti-set-outcome-value identifier="SCORE">
    <qti-base-value base-type="float">1</qti-base-value></qti-set-outcome-value></qti-outcome-if>
    </qti-outcome-condition>"""
    file = written(tmp_path, section(reference("Q1"), reference("Q2")), rules)
    assert result(file, {"items": {"Q1": {**RIGHT, "duration": 75}}})["score"] == score


OFFERING = """<qti-item-body><qti-choice-interaction response-identifier="RESPONSE" max-choices="1">
<qti-simple-choice identifier="A">a</qti-simple-choice></qti-choice-interaction></qti-item-body>"""


def test_a_response_that_an_item_of_the_test_does_not_offer_is_refused(tmp_path: Path) -> None:
    file = written(tmp_path, section(reference("Q1")))
    (tmp_path / "Q1.xml").write_text(
        (ITEM % "Q1").replace("<qti-response-processing", f"{OFFERING}<qti-response-processing")
    )
    assert result(file, {"items": {"Q1": {"RESPONSE": "A"}}})["items"]["Q1"]["score"] == 1
    refused = told(file, {"items": {"Q1": {"RESPONSE": "B"}}})
    assert (refused.code, refused.output) == (1, "")
    assert "'B' is no option" in refused.errors


def test_responses_to_a_test_that_stand_in_another_place_are_not_taken_for_none(tmp_path: Path) -> None:
    file = written(tmp_path, section(reference("Q1")))
    for given in ({"responses": {"RESPONSE": "A"}}, {"Q1": {"RESPONSE": "A"}}):
        refused = told(file, given)
        assert refused.code == 1
        assert "RESPONSES_UNREADABLE" in refused.errors


@pytest.mark.parametrize("value", ["NaN", "INF", "1e999"])
def test_a_weight_that_is_no_finite_number_is_refused_with_its_place(tmp_path: Path, value: str) -> None:
    file = written(tmp_path, section(reference("Q1", f'<qti-weight identifier="W" value="{value}"/>')))
    refused = told(file, {})
    assert (refused.code, refused.output) == (1, "")
    assert "test.xml:2" in refused.errors


def test_a_tests_score_that_is_no_finite_number_is_refused(tmp_path: Path) -> None:
    infinite = '<qti-set-outcome-value identifier="SCORE"><qti-base-value base-type="float">INF</qti-base-value>'
    refused = told(written(tmp_path, section(reference("Q1")), f"{infinite}</qti-set-outcome-value>"), {})
    assert (refused.code, refused.output) == (1, "")
    assert "PROCESSING_REFUSED" in refused.errors
