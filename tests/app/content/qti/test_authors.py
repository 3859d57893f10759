"""Items as authors' tools write them, in 2.1's and 3.0's habits rather than in ours."""

from pathlib import Path

import pytest

from app.content.bank import BankRefused, KeyRefused, NoteKind
from app.content.qti.item import ReadItem
from app.content.qti.reading import read_item_file
from app.exam.interactions import (
    Associate,
    GapMatch,
    GraphicGapMatch,
    Hotspot,
    Hottext,
    InlineChoice,
    Match,
    Order,
    Shape,
    Slider,
    TextEntry,
)
from app.exam.prose import Condition, Gap, Hot, InlineIf, Printed, Run, plain_text, walk
from sync.wire.plan import ItemKind
from tests.app.content.banks import png

HEAD = (
    '<assessmentItem xmlns="http://www.imsglobal.org/xsd/imsqti_v2p2" identifier="i" title="t" adaptive="false" '
    'timeDependent="false" xml:lang="en">'
)
SCORE = '<outcomeDeclaration identifier="SCORE" cardinality="single" baseType="float"/>'
MATCH = '<responseProcessing template="http://www.imsglobal.org/question/qti_v2p2/rptemplates/match_correct"/>'


CHOICE = """<choiceInteraction responseIdentifier="RESPONSE" maxChoices="1">
    <simpleChoice identifier="A">a</simpleChoice><simpleChoice identifier="B">b</simpleChoice></choiceInteraction>"""
GAPS = """<gapMatchInteraction responseIdentifier="RESPONSE"><gapText identifier="A" matchMax="1">x</gapText>
    <p><gap identifier="B"/></p></gapMatchInteraction>"""


def declared(cardinality: str, base: str, *values: str) -> str:
    correct = "".join(f"<value>{value}</value>" for value in values)
    correct = f"<correctResponse>{correct}</correctResponse>" if values else ""
    kind = f'cardinality="{cardinality}" baseType="{base}"'
    return f'<responseDeclaration identifier="RESPONSE" {kind}>{correct}</responseDeclaration>'


def read(tmp_path: Path, head: str, body: str, tail: str = MATCH) -> ReadItem:
    (tmp_path / "images").mkdir(exist_ok=True)
    (tmp_path / "images/map.png").write_bytes(png(40, 30))
    path = tmp_path / "item.xml"
    path.write_text(f"{HEAD}{head}{SCORE}<itemBody>{body}</itemBody>{tail}</assessmentItem>", encoding="utf-8")
    return read_item_file(path)


def test_a_gap_match_has_its_words_before_its_text(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        declared("multiple", "directedPair", "W G1", "Su G2"),
        """<gapMatchInteraction responseIdentifier="RESPONSE" shuffle="false"><prompt>Fill.</prompt>
        <gapText identifier="W" matchMax="1">winter</gapText><gapText identifier="Su" matchMax="0">summer</gapText>
        <blockquote><p>Now is the <gap identifier="G1"/> of our discontent<br/>
        Made glorious <gap identifier="G2"/> by this sun.</p></blockquote></gapMatchInteraction>""",
    )
    (one,) = found.item.interactions
    assert isinstance(one, GapMatch)
    assert [piece.id for piece in walk(one.text.en) if isinstance(piece, Gap)] == ["G1", "G2"]
    assert [option.match_max for option in one.options] == [1, 0]
    assert found.item.kind is ItemKind.GAP_MATCH


def test_spaces_around_hottexts_stay_between_the_words(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        declared("single", "identifier", "B"),
        """<hottextInteraction responseIdentifier="RESPONSE" maxChoices="1"><p>Sponsors of the
        <hottext identifier="A">Olympic Games</hottext> who bought <hottext identifier="B"> advertising</hottext>time.
        </p></hottextInteraction>""",
    )
    (one,) = found.item.interactions
    assert isinstance(one, Hottext)
    assert plain_text(one.text.en) == "Sponsors of the Olympic Games who bought advertisingtime."
    assert [piece.text for piece in walk(one.text.en) if isinstance(piece, Hot)] == [
        (Run("Olympic Games"),),
        (Run("advertising"),),
    ]


def test_inline_choice_text_entry_and_their_lines_are_one_composite_item(tmp_path: Path) -> None:
    second = '<responseDeclaration identifier="T" cardinality="single" baseType="float"><mapping defaultValue="0">'
    second += '<mapEntry mapKey="2.5" mappedValue="1"/></mapping></responseDeclaration>'
    found = read(
        tmp_path,
        declared("single", "identifier", "Y") + second,
        """<p>Choose <inlineChoiceInteraction responseIdentifier="RESPONSE" shuffle="true" required="true">
        <inlineChoice identifier="L">Lancaster</inlineChoice>
        <inlineChoice identifier="Y" fixed="true">York</inlineChoice></inlineChoiceInteraction> and type
        <textEntryInteraction responseIdentifier="T" expectedLength="15"
        patternMask="[0-9.]+" placeholderText="a number"/>.</p>""",
    )
    choice, entry = found.item.interactions
    assert isinstance(choice, InlineChoice)
    assert isinstance(entry, TextEntry)
    assert (choice.required, choice.shuffle, choice.options[1].fixed) == (True, True, True)
    assert (entry.expected_length, entry.pattern, entry.hint) == (15, "[0-9.]+", "a number")
    assert found.item.kind is ItemKind.COMPOSITE
    assert plain_text(found.item.stem.en) == "Choose ____ and type ____."


SIZE = 'width="80" height="60"'


@pytest.mark.parametrize(
    "picture",
    [
        f'<object data="images/map.png" type="image/png" {SIZE}>UK</object>',
        f'<img src="images/map.png" alt="UK" {SIZE}/>',
    ],
)
def test_hotspots_lie_on_the_picture_as_wide_as_its_author_says(tmp_path: Path, picture: str) -> None:
    found = read(
        tmp_path,
        declared("single", "identifier", "A"),
        f"""<hotspotInteraction responseIdentifier="RESPONSE" maxChoices="1"><prompt>Where?</prompt>{picture}
        <hotspotChoice shape="circle" coords="77,115,8" identifier="A"/>
        <hotspotChoice shape="poly" coords="1,1,20,1,20,20" identifier="B" hotspotLabel="bee"/>
        <hotspotChoice shape="default" identifier="C"/></hotspotInteraction>""",
    )
    (one,) = found.item.interactions
    assert isinstance(one, Hotspot)
    assert (one.canvas.width, one.canvas.height, one.canvas.alt) == (80, 60, "UK")
    assert [(area.shape, area.coords, area.label) for area in one.areas] == [
        (Shape.CIRCLE, (77, 115, 8), ""),
        (Shape.POLY, (1, 1, 20, 1, 20, 20), "bee"),
        (Shape.DEFAULT, (), ""),
    ]


def test_pictures_are_put_onto_a_picture(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        declared("multiple", "directedPair", "CBG A", "GLA B"),
        """<graphicGapMatchInteraction responseIdentifier="RESPONSE">
        <object type="image/png" data="images/map.png">Map</object>
        <gapImg identifier="CBG" matchMax="1"><object type="image/png" data="images/map.png">CBG</object></gapImg>
        <gapImg identifier="GLA" matchMax="1"><img src="images/map.png" alt="GLA"/></gapImg>
        <associableHotspot identifier="A" matchMax="1" shape="rect" coords="12,108,39,121"/>
        <associableHotspot identifier="B" matchMax="1" shape="rect" coords="128,103,155,116"/>
        </graphicGapMatchInteraction>""",
    )
    (one,) = found.item.interactions
    assert isinstance(one, GraphicGapMatch)
    assert [plain_text(option.wording.en) for option in one.options] == ["CBG", "GLA"]
    assert (one.canvas.width, one.canvas.height, len(found.media)) == (40, 30, 1)


def test_order_match_associate_and_slider_are_read_with_their_limits(tmp_path: Path) -> None:
    options = "".join(
        f'<simpleAssociableChoice identifier="{one}" matchMax="1">{one}</simpleAssociableChoice>' for one in "AB"
    )
    order = read(
        tmp_path,
        declared("ordered", "identifier", "B", "A"),
        """<orderInteraction responseIdentifier="RESPONSE" shuffle="true" orientation="horizontal">
        <simpleChoice identifier="A" fixed="true">a</simpleChoice><simpleChoice identifier="B">b</simpleChoice>
        </orderInteraction><p>x</p>""",
    )
    (one,) = order.item.interactions
    assert isinstance(one, Order)
    assert (one.shuffle, one.max_choices) == (True, 0)
    match = read(
        tmp_path,
        declared("multiple", "directedPair", "A B"),
        f"""<p>x</p><matchInteraction responseIdentifier="RESPONSE" maxAssociations="0" shuffle="false">
        <simpleMatchSet>{options}</simpleMatchSet><simpleMatchSet>{options}</simpleMatchSet></matchInteraction>""",
    )
    assert isinstance(match.item.interactions[0], Match)
    associate = read(
        tmp_path,
        declared("multiple", "pair", "A B"),
        f"""<p>x</p><associateInteraction responseIdentifier="RESPONSE" maxAssociations="3">{options}
        </associateInteraction>""",
    )
    assert isinstance(associate.item.interactions[0], Associate)
    slider = read(
        tmp_path,
        declared("single", "float", "0.3"),
        """<p>x</p><sliderInteraction responseIdentifier="RESPONSE" lowerBound="0" upperBound="1" step="0.1"
        stepLabel="true"/>""",
    )
    (scale,) = slider.item.interactions
    assert isinstance(scale, Slider)
    assert (scale.lower, scale.upper, scale.step, scale.step_label, scale.whole) == ("0", "1", "0.1", True, False)


def test_an_essay_has_no_key_and_a_person_marks_it(tmp_path: Path) -> None:
    outcome = '<outcomeDeclaration identifier="GRADE" cardinality="single" baseType="float" externalScored="human"/>'
    found = read(
        tmp_path,
        declared("single", "string") + outcome,
        """<extendedTextInteraction responseIdentifier="RESPONSE" expectedLines="5"><prompt>Why?</prompt>
        </extendedTextInteraction>""",
        "",
    )
    assert {note.kind for note in found.notes} == {NoteKind.ONLY_ENGLISH, NoteKind.HUMAN_MARKED}


def test_a_template_item_keeps_what_its_variables_decide(tmp_path: Path) -> None:
    template = """<templateDeclaration identifier="V" cardinality="single" baseType="integer"/>
    <templateDeclaration identifier="SIDE" cardinality="single" baseType="identifier"/>
    <templateProcessing><setTemplateValue identifier="V"><randomInteger min="1" max="9"/></setTemplateValue>
    </templateProcessing>"""
    head = declared("single", "identifier", "A") + SCORE + template
    path = tmp_path / "item.xml"
    body = """<p>Take <printedVariable identifier="V" format="%i"/><templateInline templateIdentifier="SIDE"
    identifier="left" showHide="show"> from the left</templateInline>.</p>
    <choiceInteraction responseIdentifier="RESPONSE" maxChoices="1"><simpleChoice identifier="A">a</simpleChoice>
    <simpleChoice identifier="B" templateIdentifier="SIDE" showHide="hide">b</simpleChoice></choiceInteraction>"""
    path.write_text(f"{HEAD}{head}<itemBody>{body}</itemBody>{MATCH}</assessmentItem>", encoding="utf-8")
    found = read_item_file(path)
    pieces = list(walk(found.item.stem.en))
    assert Printed("V", "%i") in pieces
    assert InlineIf(Condition("SIDE", "left"), (Run(" from the left"),)) in pieces
    (choice,) = found.item.interactions
    assert [option.only_if for option in getattr(choice, "options", ())] == [None, Condition("SIDE", "B", shown=False)]
    path.write_text(
        path.read_text(encoding="utf-8").replace('identifier="SIDE" card', 'identifier="X" card'), encoding="utf-8"
    )
    with pytest.raises(BankRefused):
        read_item_file(path)


@pytest.mark.parametrize(
    ("declaration", "interaction"),
    [
        (
            declared("multiple", "directedPair", "B A"),
            GAPS,
        ),
        (
            declared("single", "identifier"),
            CHOICE,
        ),
        (
            declared("multiple", "identifier", "A", "B"),
            CHOICE,
        ),
    ],
)
def test_a_key_that_nobody_could_give_is_refused(tmp_path: Path, declaration: str, interaction: str) -> None:
    with pytest.raises(KeyRefused):
        read(tmp_path, declaration, f"<p>x</p>{interaction}")


@pytest.mark.parametrize(
    "interaction",
    [
        '<textEntryInteraction responseIdentifier="OTHER"/>',
        '<textEntryInteraction responseIdentifier="RESPONSE"/><textEntryInteraction responseIdentifier="RESPONSE"/>',
        '<textEntryInteraction responseIdentifier="RESPONSE" base="2"/>',
        '<textEntryInteraction responseIdentifier="RESPONSE" stringIdentifier="S"/>',
        '<sliderInteraction responseIdentifier="RESPONSE" lowerBound="0" upperBound="1"/>',
        '<extendedTextInteraction responseIdentifier="RESPONSE" format="xhtml"/>',
    ],
)
def test_a_response_that_does_not_fit_its_interaction_is_refused(tmp_path: Path, interaction: str) -> None:
    with pytest.raises(BankRefused):
        read(tmp_path, declared("single", "string", "x"), f"<p>x {interaction}</p>")
