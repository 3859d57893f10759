"""`content score`, as a person or a script meets it."""

import json
import os
import shlex
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.app.cli.terminal import Terminal, Told

QTI = "http://www.imsglobal.org/xsd/imsqtiasi_v3p0"
DECLARED = """<qti-response-declaration identifier="RESPONSE" cardinality="single" base-type="identifier">
<qti-correct-response><qti-value>A</qti-value></qti-correct-response></qti-response-declaration>
<qti-outcome-declaration identifier="SCORE" cardinality="single" base-type="float"/>"""
BODY = """<qti-item-body><qti-choice-interaction response-identifier="RESPONSE" max-choices="1">
<qti-simple-choice identifier="A">a</qti-simple-choice><qti-simple-choice identifier="B">b</qti-simple-choice>
</qti-choice-interaction></qti-item-body>"""
MATCH = '<qti-response-processing template="match_correct"/>'


def xml(inner: str, attributes: str = "") -> str:
    return f'<qti-assessment-item xmlns="{QTI}" identifier="item" {attributes}>{inner}</qti-assessment-item>'


def scored(folder: Path, text: str | bytes, given: object = None, *options: str, language: str = "en") -> Told:
    file = folder / "item.xml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    typed = given if isinstance(given, str) else json.dumps(given or {})
    return Terminal(language).run("content", "score", file, *options, typed=typed)


def result(told: Told) -> Any:  # noqa: ANN401 - JSON
    assert told.code == 0, told.errors
    assert told.output.count("\n") == 1
    return json.loads(told.output)


def test_an_item_is_scored_in_one_line_of_json(tmp_path: Path) -> None:
    told = scored(tmp_path, xml(DECLARED + BODY + MATCH), {"responses": {"RESPONSE": "A"}, "seed": 0}, "--json")
    assert result(told) == {"outcomes": {"SCORE": 1.0}, "score": 1.0, "max_score": 1.0}


@pytest.mark.parametrize(("language", "words"), [("en", "Score 0 of 1"), ("zh", "得分 0，满分 1")])
def test_without_json_it_is_said_in_words(tmp_path: Path, language: str, words: str) -> None:
    assert words in scored(tmp_path, xml(DECLARED + BODY + MATCH), language=language).output


TYPES = [
    ("single", "integer", 5, 5),
    ("single", "float", 2.5, 2.5),
    ("single", "float", 2, 2.0),
    ("single", "boolean", True, True),
    ("single", "string", "北京 ", "北京 "),
    ("single", "pair", "A B", "A B"),
    ("single", "point", "10 20", "10 20"),
    ("single", "duration", 1.5, 1.5),
    ("multiple", "identifier", ["A", "B"], ["A", "B"]),
    ("ordered", "integer", [3, 1, 2], [3, 1, 2]),
    ("multiple", "directedPair", ["A B"], ["A B"]),
    ("single", "string", None, None),
    ("single", "string", "", None),
    ("multiple", "string", [], None),
    ("single", "float", "INF", "INF"),
]


@pytest.mark.parametrize(("cardinality", "base_type", "given", "printed"), TYPES)
def test_values_keep_their_types(
    tmp_path: Path, cardinality: str, base_type: str, given: object, printed: object
) -> None:
    kind = f'cardinality="{cardinality}" base-type="{base_type}"'
    text = xml(
        f'<qti-response-declaration identifier="R" {kind}/><qti-outcome-declaration identifier="O" {kind}/>'
        '<qti-response-processing><qti-set-outcome-value identifier="O"><qti-variable identifier="R"/>'
        "</qti-set-outcome-value></qti-response-processing>"
    )
    assert result(scored(tmp_path, text, {"responses": {"R": given}}, "--json"))["outcomes"] == {"O": printed}


def test_a_record_is_an_object(tmp_path: Path) -> None:
    text = xml(
        '<qti-response-declaration identifier="R" cardinality="record"/>'
        '<qti-outcome-declaration identifier="O" cardinality="record"/>'
        '<qti-response-processing><qti-set-outcome-value identifier="O"><qti-variable identifier="R"/>'
        "</qti-set-outcome-value></qti-response-processing>"
    )
    given = {"a": 1, "b": 2.5, "c": "x", "d": True}
    assert result(scored(tmp_path, text, {"responses": {"R": given}}, "--json"))["outcomes"] == {"O": given}


def test_a_fragment_beside_the_item_is_included_and_nothing_outside(tmp_path: Path) -> None:
    folder = tmp_path / "bank"
    folder.mkdir()
    fragment = (
        f'<qti-response-processing-fragment xmlns="{QTI}"><qti-set-outcome-value identifier="SCORE">'
        '<qti-base-value base-type="float">3</qti-base-value></qti-set-outcome-value>'
        "</qti-response-processing-fragment>"
    )
    for place in (folder, tmp_path):
        (place / "rules.xml").write_text(fragment)
    include = '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="{}"/>'
    text = xml(f"{DECLARED}<qti-response-processing>{include}</qti-response-processing>")
    assert result(scored(folder, text.format("rules.xml"), None, "--json"))["score"] == 3
    for outside in ("../rules.xml", "/etc/passwd", "http://example.org/rules.xml", "file:///etc/passwd"):
        told = scored(folder, text.format(outside), None, "--json")
        assert (told.code, told.output) == (1, "")
        assert "BANK_UNSAFE" in told.errors


REFUSED = [
    ("adaptive", xml(DECLARED + BODY + MATCH, 'adaptive="true"')),
    ("qti-portable-custom-interaction", xml(DECLARED + BODY.replace("qti-choice", "qti-portable-custom"))),
    ("qti-drawing-interaction", xml(DECLARED + BODY.replace("qti-choice", "qti-drawing"))),
    ("qti-upload-interaction", xml(DECLARED + BODY.replace("qti-choice", "qti-upload"))),
    ("not declared", xml(DECLARED.replace("RESPONSE", "R") + BODY)),
    ("declared twice", xml(DECLARED + DECLARED + BODY)),
    ("cannot answer", xml(DECLARED.replace('"identifier">', '"integer">', 1).replace(">A<", ">1<") + BODY)),
    ("several values", xml(DECLARED + BODY.replace('max-choices="1"', 'max-choices="2"'))),
    ("stands twice", xml(DECLARED + BODY.replace('"B"', '"A"'))),
    ("not well-formed", xml(DECLARED + BODY + MATCH)[:-30]),
    ("document type", '<!DOCTYPE x [<!ENTITY a "b">]>' + xml(DECLARED)),
    ("not qti-assessment-item or qti-assessment-test", "<html/>"),
    ("too many elements", xml("<qti-item-body>" + "<p/>" * 120_000 + "</qti-item-body>")),
    ("without end", xml("<qti-item-body>" + "<p>" * 150 + "</p>" * 150 + "</qti-item-body>")),
]


@pytest.mark.parametrize(("reason", "text"), REFUSED)
def test_an_item_that_cannot_be_scored_is_refused_with_place_and_reason(tmp_path: Path, reason: str, text: str) -> None:
    begun = time.monotonic()
    told = scored(tmp_path, text, None, "--json")
    assert (told.code, told.output) == (1, "")
    assert reason in told.errors.replace("\n", " ")
    assert "item.xml" in told.errors
    assert time.monotonic() - begun < 5


@pytest.mark.parametrize(
    "given",
    [
        "[",
        "[1]",
        "[" * 100_000,
        '{"responses": 5}',
        '{"responses": {"RESPONSE": "A", "RESPONSE": "B"}}',
        '{"responses": {"RESPONSE": {"a": 1}}}',
        '{"responses": {"RESPONSE": [["A"]]}}',
        '{"responses": {"RESPONSE": ["A", "B"]}}',
        '{"responses": {"RESPONSE": 1}}',
        '{"responses": {"RESPONSE": "A B"}}',
        '{"responses": {"OTHER": "A"}}',
        '{"responses": {"SCORE": 1}}',
        '{"seed": "x"}',
        '{"seed": 1e400}',
        '{"seed": ' + "9" * 10_000 + "}",
        '{"responses": {"RESPONSE": NaN}}',
        '{"x": "' + "y" * 1_000_001 + '"}',
        "\ud800",
    ],
)
def test_responses_that_are_none_are_refused_with_words(tmp_path: Path, given: str) -> None:
    file = tmp_path / "item.xml"
    file.write_text(xml(DECLARED + BODY + MATCH))
    raw = given.encode("utf-8", "surrogatepass").decode("latin-1")
    told = Terminal().run("content", "score", file, "--json", typed=raw)
    assert (told.code, told.output) == (1, "")
    assert "RESPONSE" in told.errors


def test_a_template_item_is_scored_by_its_seed(tmp_path: Path) -> None:
    text = xml(
        '<qti-response-declaration identifier="RESPONSE" cardinality="single" base-type="integer"/>'
        '<qti-outcome-declaration identifier="SCORE" cardinality="single" base-type="float"/>'
        '<qti-outcome-declaration identifier="KEY" cardinality="single" base-type="integer"/>'
        '<qti-template-declaration identifier="X" cardinality="single" base-type="integer"/>'
        '<qti-template-processing><qti-set-template-value identifier="X"><qti-random-integer min="1" max="9999"/>'
        '</qti-set-template-value><qti-set-correct-response identifier="RESPONSE"><qti-variable identifier="X"/>'
        "</qti-set-correct-response></qti-template-processing><qti-response-processing>"
        '<qti-set-outcome-value identifier="KEY"><qti-correct identifier="RESPONSE"/></qti-set-outcome-value>'
        "</qti-response-processing>"
    )
    keys = [result(scored(tmp_path, text, {"seed": seed}, "--json"))["outcomes"]["KEY"] for seed in (1, 1, 2)]
    assert keys[0] == keys[1] != keys[2]


def test_a_file_that_is_not_there_is_said_to_be_missing(tmp_path: Path) -> None:
    told = Terminal().run("content", "score", tmp_path / "nothing.xml", "--json", typed="{}")
    assert told.code == 3
    assert "BANK_UNREADABLE" in told.errors


SEVERAL = DECLARED.replace('"single" base-type="identifier"', '"multiple" base-type="identifier"')


@pytest.mark.parametrize(
    ("text", "given", "reason"),
    [
        (DECLARED + BODY, "ZZ", "'ZZ' is no option"),
        (SEVERAL + BODY, ["B", "A"], "'A' is one too many"),
        (SEVERAL + BODY.replace('max-choices="1"', 'max-choices="0"'), ["A", "C"], "'C' is no option"),
    ],
)
def test_a_response_that_nobody_could_give_is_refused_by_its_name_and_why(
    tmp_path: Path, text: str, given: object, reason: str
) -> None:
    told = scored(tmp_path, xml(text + MATCH), {"responses": {"RESPONSE": given}}, "--json")
    assert (told.code, told.output) == (1, "")
    assert "RESPONSE_REFUSED" in told.errors
    assert reason in told.errors.replace("\n", " ")


def test_without_a_body_an_item_is_scored_as_it_is_and_what_is_wrong_is_nought(tmp_path: Path) -> None:
    assert result(scored(tmp_path, xml(DECLARED + MATCH), {"responses": {"RESPONSE": "ZZ"}}, "--json"))["score"] == 0
    both = scored(tmp_path, xml(DECLARED + BODY + MATCH), {"responses": {"RESPONSE": "B"}}, "--json")
    assert result(both)["score"] == 0


def test_a_key_that_is_no_option_is_refused_before_anybody_responds(tmp_path: Path) -> None:
    told = scored(tmp_path, xml(DECLARED.replace(">A<", ">Z<") + BODY + MATCH), {}, "--json")
    assert told.code == 1
    assert "BANK_KEY" in told.errors
    assert "item.xml:1" in told.errors


@pytest.mark.parametrize("given", ['{"RESPONSE": "A"}', '{"items": {"item": {"RESPONSE": "A"}}}', '{"respones": {}}'])
def test_responses_that_stand_in_another_place_are_not_taken_for_none(tmp_path: Path, given: str) -> None:
    told = scored(tmp_path, xml(DECLARED + BODY + MATCH), given)
    assert (told.code, told.output) == (1, "")
    assert '{"responses": {"RESPONSE": "A"}' in told.errors.replace("\n", " ")


@pytest.mark.parametrize("given", ["", "\n", "{}", '{"seed": 3}', '{"responses": null}', '{"items": {}}'])
def test_nothing_given_is_no_response(tmp_path: Path, given: str) -> None:
    assert result(scored(tmp_path, xml(DECLARED + BODY + MATCH), given, "--json"))["score"] == 0


@pytest.mark.parametrize("value", ["INF", "NaN"])
def test_a_score_that_is_no_finite_number_is_refused(tmp_path: Path, value: str) -> None:
    rule = f'<qti-base-value base-type="float">{value}</qti-base-value>'
    rules = (
        f'<qti-response-processing><qti-set-outcome-value identifier="SCORE">{rule}</qti-set-outcome-value>'
        "</qti-response-processing>"
    )
    told = scored(tmp_path, xml(DECLARED + BODY + rules), {}, "--json")
    assert (told.code, told.output) == (1, "")
    assert "PROCESSING_REFUSED" in told.errors


def in_a_shell(folder: Path, streams: str, *options: str) -> subprocess.CompletedProcess[str]:
    """Score an item with streams that only a shell can give."""
    (folder / "item.xml").write_text(xml(DECLARED + BODY + MATCH))
    python = shlex.join([sys.executable, "-m", "app.cli.main", "content", "score", str(folder / "item.xml"), *options])
    environment = {**os.environ, "EXAMROOM_LANGUAGE": "en", "HOME": str(folder), "XDG_STATE_HOME": str(folder)}
    return subprocess.run(
        ["/bin/sh", "-c", f"{python} {streams}"], capture_output=True, text=True, check=False, env=environment
    )


def test_a_closed_input_is_no_response(tmp_path: Path) -> None:
    ended = in_a_shell(tmp_path, "<&-", "--json")
    assert ended.returncode == 0, ended.stderr
    assert json.loads(ended.stdout)["score"] == 0


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_an_output_without_room_is_said_to_be_full(tmp_path: Path, options: tuple[str, ...]) -> None:
    ended = in_a_shell(tmp_path, "</dev/null >/dev/full", *options)
    assert ended.returncode == 3
    assert "OUTPUT_UNWRITABLE" in ended.stderr
    assert "Exception" not in ended.stderr
    assert not list(tmp_path.rglob("defect-*"))


def test_an_item_that_pays_what_is_no_number_is_put_aside_alone(tmp_path: Path) -> None:
    folder = tmp_path / "given"
    folder.mkdir()
    pays = '<qti-mapping><qti-map-entry map-key="A" mapped-value="{}"/></qti-mapping></qti-response-declaration>'
    body = BODY.replace("<qti-item-body>", "<qti-item-body><p>哪一个？</p>")
    for name, value in (("good", "1"), ("bad", "NaN")):
        declared = DECLARED.replace("</qti-response-declaration>", pays.format(value))
        text = xml(declared + body + MATCH, 'title="t" xml:lang="zh"').replace('"item"', f'"{name}"')
        (folder / f"{name}.xml").write_text(text)
    told = Terminal().run("content", "import", folder, "--bank", tmp_path / "bank", "--json")
    report = json.loads(told.output)
    assert (report["accepted"], [one["item"] for one in report["rejected"]]) == (1, ["bad"])
    assert "defect" not in told.errors
