"""From QTI 3 XML to a marking: declarations, response processing, template processing. Everything by an allow-list.

QTI 2.x has been renamed before (`app.content.qti.upgrade`).
"""

from typing import Final

from lxml import etree

from app.content.bank import BankRefused, BankTooLarge, MarkupRefused, RulesRefused
from app.content.qti.declarations import read_declaration
from app.content.xml import (
    QTI,
    check_attributes,
    check_no_text,
    line_of,
    name_of,
    qti,
    refuse_element,
)
from app.exam.marking import Declaration, Marking, Node
from app.exam.processing.check import check_marking
from app.exam.processing.expressions import MOST_DEPTH
from app.exam.processing.faults import ProcessingNotSupported, ProcessingRefused
from app.exam.processing.standard import standard

MOST_RULES: Final = 20_000

DECLARATIONS: Final = frozenset(
    {"response-declaration", "outcome-declaration", "template-declaration", "context-declaration"}
)

_ATTRIBUTES: Final = frozenset(
    {
        *("identifier", "base-type", "name", "min", "max", "step", "n", "field-identifier", "pattern", "shape"),
        *("coords", "case-sensitive", "substring", "tolerance-mode", "tolerance", "include-lower-bound"),
        *("include-upper-bound", "rounding-mode", "figures", "number-repeats"),
    }
)
TEST_ATTRIBUTES: Final = frozenset(
    {"section-identifier", "include-category", "exclude-category", "weight-identifier", "variable-identifier"}
    | {"outcome-identifier"}
)
"""Attributes that only expressions of a test's outcome processing have."""


class Lines:
    """Where rules and declarations stand in their file, for refusals."""

    def __init__(self, file: str) -> None:
        self.file = file
        self._rules: list[tuple[Node, int]] = []
        self._declared: dict[str, int] = {}

    def declared(self, declaration: Declaration, line: int) -> None:
        """Note a declaration's line; of two with one name, the second's."""
        self._declared[declaration.identifier] = line

    def rule(self, node: Node, line: int) -> None:
        """Note a rule's line.

        Raises:
            BankTooLarge: there are more than `MOST_RULES`.
        """
        self._rules.append((node, line))
        if len(self._rules) > MOST_RULES:
            raise BankTooLarge(self.file, line, f"more than {MOST_RULES} rules", limit=MOST_RULES)

    def refusal(self, refused: ProcessingRefused) -> BankRefused:
        """Give the refusal of a file, with the line of what is at fault."""
        line = self._declared.get(refused.declared, 0)
        if refused.rule is not None:
            line = next((line for node, line in self._rules if node is refused.rule), 0)
        if isinstance(refused, ProcessingNotSupported):
            name = f"<{refused.rule.name}>" if refused.rule else refused.reason
            return MarkupRefused(self.file, line, refused.reason, name=name)
        return RulesRefused(self.file, line, refused.reason, name=refused.reason)


def read_marking(root: etree._Element, file: str, item_id: str) -> Marking:
    """Read and check an item's marking; `root` is QTI 3's `qti-assessment-item`.

    Raises:
        BankRefused, RulesRefused: a declaration or rule that is not as QTI requires; with its line.
        MarkupRefused: an element, attribute or response processing template that is not followed here.
        BankTooLarge: too many rules, or rules nested too deeply.
    """
    lines = Lines(file)
    declarations = read_declarations(root, lines)
    processing = _only(root, "response-processing", file)
    template = _only(root, "template-processing", file)
    marking = Marking(
        item_id,
        declarations,
        None if processing is None else _read_response(processing, declarations, lines),
        None if template is None else _read_rules(template, lines),
    )
    try:
        check_marking(marking)
    except ProcessingRefused as refused:
        raise lines.refusal(refused) from None
    return marking


def read_declarations(root: etree._Element, lines: Lines) -> tuple[Declaration, ...]:
    """Read the variables that an item or a test declares, and the constants of its context."""
    found = []
    for element in root:
        name = name_of(element).removeprefix("qti-")
        if etree.QName(element).namespace == QTI and name in DECLARATIONS:
            declaration = read_declaration(element, lines.file)
            lines.declared(declaration, line_of(element))
            found.append(declaration)
    return tuple(found)


def read_node(element: etree._Element, lines: Lines, extra: frozenset[str] = frozenset()) -> Node:
    """Read a rule or an expression with all that is in it; `extra` are attributes allowed besides an item's.

    Raises:
        MarkupRefused: an element that is not QTI's, an attribute that is not followed.
        BankTooLarge: too many rules, or rules nested too deeply.
    """
    return _node(element, lines, _ATTRIBUTES | extra, 0)


def _node(element: etree._Element, lines: Lines, allowed: frozenset[str], depth: int) -> Node:
    name = etree.QName(element)
    if name.namespace != QTI or not name.localname.startswith("qti-") or name.localname == "qti-custom-operator":
        raise refuse_element(element, lines.file)
    if depth > MOST_DEPTH + 2:
        raise BankTooLarge(lines.file, line_of(element), "rules nested too deeply", limit=MOST_DEPTH)
    check_attributes(element, lines.file, allowed)
    local = name.localname.removeprefix("qti-")
    text = (element.text or "") if local == "base-value" else ""
    if not text:
        check_no_text(element, lines.file)
    attributes = tuple((str(key), str(value)) for key, value in element.attrib.items() if key in allowed)
    children = tuple(_node(child, lines, allowed, depth + 1) for child in element)
    node = Node(local, attributes, children, text)
    lines.rule(node, line_of(element))
    return node


def _read_response(element: etree._Element, declarations: tuple[Declaration, ...], lines: Lines) -> Node | None:
    check_attributes(element, lines.file, frozenset({"template", "template-location"}))
    if len(element):
        return _read_rules(element, lines)
    check_no_text(element, lines.file)
    addresses = [address for name in ("template", "template-location") if (address := element.get(name))]
    if not addresses:
        return None
    found = next((rules for each in addresses if (rules := standard(each, declarations)) is not None), None)
    if found is None:
        reason = f"the template {addresses[0][:80]} is not supported"
        raise MarkupRefused(lines.file, line_of(element), reason, name=addresses[0][:80])
    for node in found.walk():
        lines.rule(node, line_of(element))
    return found


def _read_rules(element: etree._Element, lines: Lines) -> Node:
    """Read all rules of a processing; its own attributes are not the rules'."""
    check_no_text(element, lines.file)
    return Node(name_of(element).removeprefix("qti-"), (), tuple(read_node(child, lines) for child in element))


def _only(root: etree._Element, name: str, file: str) -> etree._Element | None:
    found = root.findall(qti(f"qti-{name}"))
    if len(found) > 1:
        raise BankRefused(file, line_of(found[1]), f"{name} stands twice")
    return found[0] if found else None
