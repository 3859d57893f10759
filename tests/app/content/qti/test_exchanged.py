"""What banks of other houses hold and is no fault: reading aids, pictures in two formats, records, contexts."""

from pathlib import Path

import pytest

from app.content.archive import open_archive
from app.content.bank import MarkupRefused, NoteKind, RulesRefused
from app.content.qti.item import ReadItem
from app.content.qti.reading import read_item_file
from app.content.qti.scorable import ITEM, read_root, scorable
from app.exam.marking import Marking
from app.exam.processing.run import score_item
from app.exam.prose import Picture, plain_text, walk
from tests.app.content.banks import png

QTI = 'xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0"'
KEY = """<qti-response-declaration identifier="RESPONSE" cardinality="single" base-type="identifier">
<qti-correct-response><qti-value>A</qti-value></qti-correct-response></qti-response-declaration>"""
SCORE = '<qti-outcome-declaration identifier="SCORE" cardinality="single" base-type="float"/>'
CHOICE = """<qti-choice-interaction response-identifier="RESPONSE" max-choices="1">
<qti-simple-choice identifier="A">东{}</qti-simple-choice><qti-simple-choice identifier="B">西</qti-simple-choice>
</qti-choice-interaction>"""
TEXT = """<p>几？<qti-text-entry-interaction response-identifier="RESPONSE"/></p>"""
MATCH = '<qti-response-processing template="match_correct"/>'


def write(folder: Path, declared: str, body: str, rules: str = MATCH) -> Path:
    (folder / "map.png").write_bytes(png(40, 30))
    path = folder / "item.xml"
    inner = f"{declared}{SCORE}<qti-item-body>{body}</qti-item-body>{rules}"
    head = f'<qti-assessment-item {QTI} identifier="i" title="t" xml:lang="zh">'
    path.write_text(f"{head}{inner}</qti-assessment-item>", encoding="utf-8")
    return path


def read(folder: Path, declared: str, body: str, rules: str = MATCH) -> ReadItem:
    return read_item_file(write(folder, declared, body, rules))


def read_to_score(path: Path) -> Marking:
    with open_archive(path.parent) as archive:
        return scorable(read_root(archive, path.name, ITEM), path.name).marking


def test_feedback_within_a_choice_may_have_the_name_of_the_choice(tmp_path: Path) -> None:
    told = '<qti-feedback-inline outcome-identifier="SCORE" identifier="A" show-hide="show">对</qti-feedback-inline>'
    marking = read_to_score(write(tmp_path, KEY, CHOICE.format(told)))
    assert score_item(marking, {"RESPONSE": ["A"]}).score == 1


def test_what_is_only_read_aloud_is_left_out_with_a_note(tmp_path: Path) -> None:
    found = read(tmp_path, KEY, '<h2 class="qti-visually-hidden">第一部分</h2><p>方向</p>' + CHOICE.format(""))
    assert plain_text(found.item.stem.zh).strip() == "方向"
    assert NoteKind.SUPPORT_LEFT_OUT in {note.kind for note in found.notes}


MATERIALS = "<qti-companion-materials-info>{}</qti-companion-materials-info>"
CALCULATOR = "<qti-calculator><qti-calculator-type>basic</qti-calculator-type></qti-calculator>"


def test_a_calculator_is_left_to_the_exam_and_other_materials_are_refused(tmp_path: Path) -> None:
    ours = CALCULATOR + '<tool xmlns="http://elsewhere.example/tools"/>'
    found = read(tmp_path, KEY + MATERIALS.format(ours), "<p>方向</p>" + CHOICE.format(""))
    assert NoteKind.SUPPORT_LEFT_OUT in {note.kind for note in found.notes}
    with pytest.raises(MarkupRefused, match="qti-companion-materials-info"):
        read(tmp_path, KEY + MATERIALS.format(CALCULATOR + "<qti-protractor/>"), "<p>方向</p>" + CHOICE.format(""))


@pytest.mark.parametrize("name", ["header-hidden", "keyword-emphasis", "shared-stimulus-wrapper", "counter-up"])
def test_classes_of_the_shared_vocabulary_that_change_looks_only_are_passed_over(tmp_path: Path, name: str) -> None:
    assert read(tmp_path, KEY, f'<div class="qti-{name}"><p>方向</p></div>' + CHOICE.format("")).item.id == "i"


def test_a_direction_that_is_ours_anyway_is_passed_over_and_the_other_refused(tmp_path: Path) -> None:
    body = '<p><bdo dir="{}">F1</bdo> 方向</p>' + CHOICE.format("")
    assert plain_text(read(tmp_path, KEY, body.format("ltr")).item.stem.zh).startswith("F1 方向")
    with pytest.raises(MarkupRefused, match="dir"):
        read(tmp_path, KEY, body.format("rtl"))


def test_the_size_of_a_sign_in_a_formula_is_the_texts(tmp_path: Path) -> None:
    formula = '<math xmlns="http://www.w3.org/1998/Math/MathML"><mo mathsize="20px">→</mo></math>'
    assert "→" in plain_text(read(tmp_path, KEY, f"<p>尿 {formula} 膀胱</p>{CHOICE.format('')}").item.stem.zh)


def test_a_hidden_interaction_is_not_left_out(tmp_path: Path) -> None:
    with pytest.raises(MarkupRefused, match="qti-visually-hidden"):
        read(tmp_path, KEY, f'<div class="qti-visually-hidden">{CHOICE.format("")}</div>')


def test_of_a_picture_in_a_format_nobody_shows_the_one_inside_is_taken(tmp_path: Path) -> None:
    body = """<div><object type="image/eps" data="map.eps"><object type="image/png" data="map.png"><p>图</p></object>
    </object></div>"""
    found = read(tmp_path, KEY, body + CHOICE.format(""))
    assert sum(isinstance(piece, Picture) for piece in walk(found.item.stem.zh)) == 1


def test_a_number_can_be_asked_for_as_a_record(tmp_path: Path) -> None:
    digits = """<qti-response-processing><qti-set-outcome-value identifier="SCORE"><qti-integer-to-float>
    <qti-field-value field-identifier="ndp"><qti-variable identifier="RESPONSE"/></qti-field-value>
    </qti-integer-to-float></qti-set-outcome-value></qti-response-processing>"""
    found = read(tmp_path, '<qti-response-declaration identifier="RESPONSE" cardinality="record"/>', TEXT, digits)
    assert score_item(found.marking, {"RESPONSE": ["3.140"]}).score == 3


CONTEXT = """<qti-response-processing><qti-response-condition><qti-response-if>{}
<qti-set-outcome-value identifier="SCORE"><qti-base-value base-type="float">1</qti-base-value>
</qti-set-outcome-value></qti-response-if></qti-response-condition></qti-response-processing>"""
PLACE = """<qti-field-value field-identifier="environmentIdentifier"><qti-variable identifier="QTI_CONTEXT"/>
</qti-field-value>"""


@pytest.mark.parametrize("declared", ["", '<qti-context-declaration identifier="QTI_CONTEXT" cardinality="record"/>'])
def test_the_context_is_there_and_knows_nothing(tmp_path: Path, declared: str) -> None:
    rules = CONTEXT.format(f"<qti-is-null>{PLACE}</qti-is-null>")
    marking = read_to_score(write(tmp_path, KEY + declared, CHOICE.format(""), rules))
    assert score_item(marking, {}).score == 1


def test_a_context_is_what_the_item_declares(tmp_path: Path) -> None:
    declared = """<qti-context-declaration identifier="QTI_CONTEXT" cardinality="record"><qti-default-value>
    <qti-value field-identifier="environmentIdentifier" base-type="identifier">north</qti-value></qti-default-value>
    </qti-context-declaration>"""
    same = f'<qti-match>{PLACE}<qti-base-value base-type="identifier">north</qti-base-value></qti-match>'
    found = read(tmp_path, KEY + declared, "<p>方向</p>" + CHOICE.format(""), CONTEXT.format(same))
    result = score_item(found.marking, {})
    assert result.score == 1
    assert set(result.outcomes) == {"SCORE"}


RULES = """<responseProcessing{0} {1}><responseProcessingFragment><setOutcomeValue identifier="SCORE">
<baseValue baseType="float">4</baseValue></setOutcomeValue></responseProcessingFragment></responseProcessing>"""


@pytest.mark.parametrize("said", ['template-location="rules.xml"', 'template="urn:x" template-location="rules.xml"'])
def test_a_template_that_lies_beside_the_item_is_followed(tmp_path: Path, said: str) -> None:
    (tmp_path / "rules.xml").write_text(RULES.format("", 'xmlns="http://www.imsglobal.org/xsd/imsqti_v2p1"'))
    path = write(tmp_path, KEY, CHOICE.format(""), f"<qti-response-processing {said}/>")
    assert score_item(read_to_score(path), {}).score == 4


def test_a_template_beside_the_item_may_name_a_standard_one(tmp_path: Path) -> None:
    (tmp_path / "rules.xml").write_text(f'<qti-response-processing {QTI} template="x/map_response"/>')
    path = write(tmp_path, KEY, CHOICE.format(""), '<qti-response-processing template-location="rules.xml"/>')
    with pytest.raises(RulesRefused, match="no mapping"):
        read_to_score(path)


OLD = """<responseProcessingFragment{0}><setOutcomeValue identifier="SCORE"><baseValue baseType="float">5</baseValue>
</setOutcomeValue></responseProcessingFragment>"""
NEW = f"""<qti-response-processing-fragment {QTI}><qti-set-outcome-value identifier="SCORE">
<qti-base-value base-type="float">5</qti-base-value></qti-set-outcome-value></qti-response-processing-fragment>"""


@pytest.mark.parametrize("part", [OLD.format(""), OLD.format(' xmlns="http://www.imsglobal.org/xsd/imsqti_v2p0"'), NEW])
def test_a_fragment_of_another_version_is_included(tmp_path: Path, part: str) -> None:
    (tmp_path / "part.xml").write_text(part)
    include = '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="part.xml"/>'
    rules = f"<qti-response-processing>{include}</qti-response-processing>"
    assert score_item(read_to_score(write(tmp_path, KEY, CHOICE.format(""), rules)), {}).score == 5


def test_an_authors_own_notes_on_a_declaration_are_passed_over(tmp_path: Path) -> None:
    noted = KEY.replace("identifier=", 'data-house="x" identifier=', 1)
    assert score_item(read_to_score(write(tmp_path, noted, CHOICE.format(""))), {"RESPONSE": ["A"]}).score == 1
