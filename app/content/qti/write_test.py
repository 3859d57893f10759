"""A blueprint to a QTI 3 assessment test, as far as QTI can say it: sections, pools, marks, time, pass mark."""

from collections.abc import Sequence

from lxml import etree

from app.content.qti.write_body import element
from app.content.xml import LANG
from app.exam.item import Item
from sync.wire.plan import Blueprint, BlueprintSection


def write_test(blueprint: Blueprint, items: Sequence[Item], duration_ms: int | None, pass_mark: int | None) -> bytes:
    """Write the test that `app.content.blueprint` reads.

    What QTI has no word for (exposure, enemies, parallel forms) belongs to the session plan and is not written.
    """
    root = element("qti-assessment-test", identifier="test", title="-")
    score = element("qti-outcome-declaration", identifier="SCORE", cardinality="single", base_type="float")
    if pass_mark is not None:
        score.set("mastery-value", str(pass_mark))
    root.append(score)
    if duration_ms:
        root.append(element("qti-time-limits", max_time=str(duration_ms // 1000)))
    part = element("qti-test-part", identifier="part", navigation_mode="nonlinear", submission_mode="simultaneous")
    for number, section in enumerate(blueprint.sections, start=1):
        part.append(_section(section, number, items))
    root.append(part)
    root.append(_total())
    etree.cleanup_namespaces(root)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _section(section: BlueprintSection, number: int, items: Sequence[Item]) -> etree._Element:
    made = element("qti-assessment-section", identifier=f"section-{number}", title=section.title.zh, visible="true")
    made.append(element("qti-selection", select=str(section.count)))
    made.append(element("qti-ordering", shuffle="true" if section.shuffle else "false"))
    rubric, body = element("qti-rubric-block", view="candidate"), element("qti-content-body")
    for language, text in (("zh", section.title.zh), ("en", section.title.en)):
        version, line = element("div"), element("p")
        version.set(LANG, language)
        line.text = text
        version.append(line)
        body.append(version)
    rubric.append(body)
    made.append(rubric)
    for name in section.items or [item.id for item in items if _fits(item, section)]:
        made.append(_reference(name, section))
    return made


def _reference(name: str, section: BlueprintSection) -> etree._Element:
    required = "true" if name in section.required else ""
    made = element("qti-assessment-item-ref", identifier=name, href=f"items/{name}.xml", required=required)
    marks, thousandths = divmod(section.milli_each, 1000)
    value = f"{marks}.{thousandths:03}" if thousandths else str(marks)
    made.append(element("qti-weight", identifier="MARKS", value=value))
    return made


def _fits(item: Item, section: BlueprintSection) -> bool:
    return (
        section.kind in (None, item.kind)
        and section.subject in (None, item.subject)
        and section.difficulty in (None, item.difficulty)
    )


def _total() -> etree._Element:
    processing = element("qti-outcome-processing")
    rule, total = element("qti-set-outcome-value", identifier="SCORE"), element("qti-sum")
    total.append(element("qti-test-variables", variable_identifier="SCORE", weight_identifier="MARKS"))
    rule.append(total)
    processing.append(rule)
    return processing
