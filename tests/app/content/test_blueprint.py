"""The rule for forms that a bank brings, from its assessment test."""

from pathlib import Path

import pytest

from app.content.bank import BankRefused, BlueprintRefused, MarkupRefused, NoteKind
from app.content.qti.reading import read_bank, read_package
from sync.wire.plan import Bilingual, BlueprintSection, ItemKind
from tests.app.content.banks import Files, item, manifest, resource, write_folder

TEST = """<?xml version="1.0" encoding="UTF-8"?>
<qti-assessment-test xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0" identifier="t" title="t">
  <qti-outcome-declaration identifier="SCORE" cardinality="single" base-type="float" mastery-value="2"/>
  <qti-time-limits max-time="600"/>
  <qti-test-part identifier="p" navigation-mode="nonlinear" submission-mode="simultaneous">
    {sections}
  </qti-test-part>
  <qti-outcome-processing><qti-set-outcome-value identifier="SCORE"><qti-sum>
    <qti-test-variables variable-identifier="SCORE" weight-identifier="M"/>
  </qti-sum></qti-set-outcome-value></qti-outcome-processing>
</qti-assessment-test>
"""


def section(refs: tuple[str, ...], *, select: str = "1", weight: str = "2", extra: str = "") -> str:
    items = "".join(
        f'<qti-assessment-item-ref identifier="{ref}" href="items/{ref}.xml">'
        f'<qti-weight identifier="M" value="{weight}"/></qti-assessment-item-ref>'
        for ref in refs
    )
    return (
        f'<qti-assessment-section identifier="s{refs[0]}" title="题" visible="true">'
        f'<qti-selection select="{select}"/><qti-ordering shuffle="true"/>{extra}{items}</qti-assessment-section>'
    )


def with_test(sections: str) -> Files:
    """A bank of two single-choice items on fire, one on law, one true/false, and a test."""
    names = ("a", "b", "c", "j")
    resources = [resource(name, subject="law" if name in "cj" else "fire") for name in names]
    test = '<resource identifier="test" type="imsqti_test_xmlv3p0" href="test.xml"/>'
    files = {"imsmanifest.xml": manifest(test, *resources), "test.xml": TEST.format(sections=sections).encode()}
    files |= {f"items/{name}.xml": item(name) for name in "abc"}
    files["items/j.xml"] = item("j", options=("true", "false"), correct=("true",))
    return files


def test_sections_are_read_by_kind_and_by_kind_and_subject(tmp_path: Path) -> None:
    rubric = (
        '<qti-rubric-block view="candidate"><qti-content-body><div xml:lang="zh"><p>判断题</p></div>'
        '<div xml:lang="en"><p>True or false</p></div></qti-content-body></qti-rubric-block>'
    )
    sections = section(("j",), extra=rubric) + section(("a", "b"), select="2", weight="3.0") + section(("c",))
    bank = read_package(write_folder(with_test(sections), tmp_path))
    assert bank.blueprint is not None
    single = ItemKind.SINGLE_CHOICE
    same = Bilingual(zh="题", en="题")
    assert bank.blueprint.sections == (
        BlueprintSection(
            title=Bilingual(zh="判断题", en="True or false"),
            kind=ItemKind.TRUE_FALSE,
            count=1,
            milli_each=2_000,
        ),
        BlueprintSection(title=same, kind=single, count=2, milli_each=3_000, subject="fire"),
        BlueprintSection(title=same, kind=single, count=1, milli_each=2_000, subject="law"),
    )
    assert (bank.duration_ms, bank.pass_mark) == (600_000, 2)


def test_a_section_of_every_item_of_a_kind_names_no_subject(tmp_path: Path) -> None:
    bank = read_package(write_folder(with_test(section(("a", "b", "c"))), tmp_path))
    assert bank.blueprint is not None
    assert bank.blueprint.sections[0].subject is None


def test_any_other_pool_is_named_item_by_item(tmp_path: Path) -> None:
    sections = section(("c", "a"), weight="0.5").replace(' href="items/a.xml"', ' required="true" href="items/a.xml"')
    bank = read_package(write_folder(with_test(sections), tmp_path))
    assert bank.blueprint is not None
    (only,) = bank.blueprint.sections
    assert (only.items, only.required, only.kind, only.milli_each) == (("c", "a"), ("a",), None, 500)


def test_a_section_in_its_own_order_keeps_it(tmp_path: Path) -> None:
    sections = section(("b", "a"), select="2").replace('shuffle="true"', 'shuffle="false"')
    bank = read_package(write_folder(with_test(sections), tmp_path))
    assert bank.blueprint is not None
    assert (bank.blueprint.sections[0].items, bank.blueprint.sections[0].shuffle) == (("b", "a"), False)


def test_a_bank_is_good_without_a_test_that_cannot_be_followed(tmp_path: Path) -> None:
    bank, rejected = read_bank(write_folder(with_test(section(("a", "x"))), tmp_path))
    assert (len(bank.items), rejected, bank.blueprint) == (4, (), None)
    assert [note.kind for note in bank.notes] == [NoteKind.BLUEPRINT_LEFT_OUT]


@pytest.mark.parametrize(
    "sections",
    [
        section(("a", "b"), select="3"),
        section(("a", "b"), select="0"),
        section(("a", "b"), select="many"),
        section(("a", "b"), weight="0.0005"),
        section(("a", "b"), weight="1000"),
        section(("a", "a", "b")),
        section(("a", "b", "x")),
        section(("a", "b", "c")).replace('value="2"', 'value="1"', 1),
        "",
    ],
)
def test_a_section_that_a_blueprint_cannot_say_is_refused(tmp_path: Path, sections: str) -> None:
    with pytest.raises(BlueprintRefused):
        read_package(write_folder(with_test(sections), tmp_path))


@pytest.mark.parametrize(
    ("old", "new", "refusal"),
    [
        ('"nonlinear"', '"linear"', BlueprintRefused),
        ("<qti-sum>", "<qti-max>", BankRefused),
        ('variable-identifier="SCORE"', 'variable-identifier="duration"', MarkupRefused),
        ('max-time="600"', 'max-time="600" min-time="300"', MarkupRefused),
        ("<qti-selection ", "<qti-pre-condition/><qti-selection ", MarkupRefused),
        ("<qti-selection ", '<qti-selection with-replacement="true" ', MarkupRefused),
        ("<qti-time-limits", "<qti-test-feedback/><qti-time-limits", MarkupRefused),
        ('visible="true"', 'visible="true" keep-together="false"', MarkupRefused),
    ],
)
def test_a_rule_of_a_test_that_we_would_not_follow_is_refused(
    tmp_path: Path, old: str, new: str, refusal: type[BankRefused]
) -> None:
    files = with_test(section(("a", "b", "c")))
    text = files["test.xml"].decode()
    assert old in text
    files["test.xml"] = text.replace(old, new).encode()
    with pytest.raises(refusal):
        read_package(write_folder(files, tmp_path))
