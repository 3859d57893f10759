"""Checking a marking before anybody is scored by it: variables, types, names, numbers of operands."""

from collections.abc import Iterable, Mapping
from math import isfinite
from typing import Final

from app.exam.marking import AreaMapping, BaseType, Cardinality, Declaration, Marking, Node, Role
from app.exam.marking import Mapping as Mapped
from app.exam.processing.drawing import RANDOM
from app.exam.processing.expressions import MOST_DEPTH
from app.exam.processing.faults import UnfitError
from app.exam.processing.lexical import declared_value, read_scalar
from app.exam.processing.mappings import map_keys
from app.exam.processing.rules import CONDITIONS, EXITS, FRAGMENTS, operand
from app.exam.processing.shapes import check_area
from app.exam.processing.signatures import judged
from app.exam.processing.values import MOST_VALUES, NUMERIC, Kind, Scalar, scalars

BUILT_IN: Final = (
    Declaration(Role.RESPONSE, "numAttempts", Cardinality.SINGLE, BaseType.INTEGER),
    Declaration(Role.RESPONSE, "duration", Cardinality.SINGLE, BaseType.DURATION),
    Declaration(Role.OUTCOME, "completionStatus", Cardinality.SINGLE, BaseType.IDENTIFIER),
    Declaration(Role.TEMPLATE, "QTI_CONTEXT", Cardinality.RECORD, None),
)
"""Variables that every item has without declaring them."""

MOST_PATTERNS: Final = 200
"""The most patterns that the rules of one item may match."""

_COUNTED: Final = frozenset({"SCORE", "MAXSCORE"})

_SET: Final = {
    "set-outcome-value": ("response", frozenset({Role.OUTCOME})),
    "lookup-outcome-value": ("response", frozenset({Role.OUTCOME})),
    "set-template-value": ("template", frozenset({Role.TEMPLATE})),
    "set-correct-response": ("template", frozenset({Role.RESPONSE})),
    "set-default-value": ("template", frozenset({Role.RESPONSE, Role.OUTCOME})),
}


def variables(declarations: Iterable[Declaration]) -> dict[str, Declaration]:
    """Give all variables by name, the built-in ones too.

    Raises:
        UnfitError: a name stands twice.
    """
    found: dict[str, Declaration] = {}
    for each in declarations:
        if each.identifier in found:
            raise UnfitError(f"the variable {each.identifier!r} is declared twice", declared=each.identifier)
        found[each.identifier] = each
    return {**{each.identifier: each for each in BUILT_IN}, **found}


def check_marking(marking: Marking) -> None:
    """Check that a marking can be followed, whatever the responses.

    What depends on values (a record's field, a number that is too large) is only known when it is followed.

    Raises:
        ProcessingRefused: a variable that is not declared, a wrong type or cardinality, an unknown expression, a
            wrong number of operands, chance outside a template, something nested too deeply.
    """
    try:
        known = variables(marking.declarations)
        _check_patterns(marking)
        for declaration in marking.declarations:
            check_declaration(declaration)
        for kind, root in (("response", marking.response), ("template", marking.template)):
            if root is not None:
                check_rules(root.children, known, kind)
    except UnfitError as unfit:
        raise unfit.refusal(marking.item) from None


def _check_patterns(marking: Marking) -> None:
    """Bound what reading patterns costs: no item has hundreds."""
    trees = (root for root in (marking.response, marking.template) if root is not None)
    matching = [node for root in trees for node in root.walk() if node.name == "pattern-match"]
    if len(matching) > MOST_PATTERNS:
        raise UnfitError(f"more than {MOST_PATTERNS} patterns", matching[MOST_PATTERNS])


def check_declaration(declaration: Declaration) -> None:
    """Check one declaration.

    Raises:
        UnfitError: its values, mapping or table are not of its type.
    """
    name = declaration.identifier
    try:
        if (declaration.base_type is None) != (declaration.cardinality is Cardinality.RECORD):
            raise UnfitError(f"{name}: a record has no base type, everything else needs one")  # noqa: TRY301
        default = declared_value(declaration, declaration.default)
        if name in _COUNTED and declaration.role is Role.OUTCOME and not all(map(_finite, scalars(default))):
            raise UnfitError(f"{name}: a default value that is no finite number")  # noqa: TRY301
        declared_value(declaration, declaration.correct)
        _check_mappings(declaration)
        _check_lookup(declaration)
    except UnfitError as unfit:
        raise UnfitError(unfit.reason, declared=name, supported=unfit.supported) from None


def _check_mappings(declaration: Declaration) -> None:
    name, base_type = declaration.identifier, declaration.base_type
    mapped = declaration.mapping is not None or declaration.areas is not None
    if mapped and (declaration.role is not Role.RESPONSE or declaration.cardinality is Cardinality.RECORD):
        raise UnfitError(f"{name}: a mapping is for responses that are no records")
    if declaration.mapping is not None and base_type in {BaseType.FILE, BaseType.DURATION}:
        raise UnfitError(f"{name}: a mapping of type {base_type}")
    map_keys(declaration)
    for held in (declaration.mapping, declaration.areas):
        if held is not None:
            _check_sums(name, held)
        if held is not None and held.lower is not None and held.upper is not None and held.lower > held.upper:
            raise UnfitError(f"{name}: a mapping whose lower bound is above its upper one")
    if declaration.areas is not None:
        if base_type is not BaseType.POINT:
            raise UnfitError(f"{name}: an area mapping for type {base_type}")
        for area in declaration.areas.entries:
            check_area(area.shape, area.coords)


def _check_sums(name: str, mapping: Mapped | AreaMapping) -> None:
    bounds = (each for each in (mapping.lower, mapping.upper) if each is not None)
    most = MOST_VALUES * abs(mapping.default) + sum(abs(entry.value) for entry in mapping.entries)
    if not all(map(isfinite, (most, *bounds))):
        raise UnfitError(f"{name}: a mapping whose values, or their sum, are no finite numbers")


def _finite(value: Scalar) -> bool:
    return not isinstance(value, float) or isfinite(value)


def _check_lookup(declaration: Declaration) -> None:
    name, base_type = declaration.identifier, declaration.base_type
    table = declaration.lookup
    if table is not None:
        if base_type is None or declaration.role is not Role.OUTCOME:
            raise UnfitError(f"{name}: a lookup table is for single outcomes")
        targets = [entry.target for entry in table.entries] + ([] if table.default is None else [table.default])
        try:
            read = [read_scalar(base_type, target) for target in targets]
        except ValueError as error:
            raise UnfitError(f"{name}: a target of the lookup table: {error}") from None
        endless = next((target for target, value in zip(targets, read, strict=True) if not _finite(value)), None)
        if endless is not None:
            raise UnfitError(f"{name}: not a finite number: {endless[:40]!r}")


def check_rules(rules: Iterable[Node], known: Mapping[str, Declaration], kind: str, depth: int = 1) -> None:
    """Check rules of a kind: `response`, `template` or `outcome`.

    Raises:
        UnfitError: one cannot be followed.
    """
    for rule in rules:
        _check_depth(rule, depth)
        if rule.name == f"{kind}-condition":
            _check_condition(rule, known, kind, depth)
        elif rule.name in FRAGMENTS and rule.name.startswith(kind):
            check_rules(rule.children, known, kind, depth + 1)
        elif rule.name in EXITS and rule.name == {"outcome": "exit-test"}.get(kind, f"exit-{kind}"):
            _check_nothing_in(rule)
        elif rule.name == "template-constraint" and kind == "template":
            _check_truth(operand(rule), known, kind, depth + 1)
        elif rule.name in _SET and _SET[rule.name][0] in {kind, "response" if kind == "outcome" else kind}:
            _check_set(rule, known, kind, depth)
        else:
            raise UnfitError(f"no rule of {kind} processing that is followed here", rule)


def _check_nothing_in(rule: Node) -> None:
    if rule.children:
        raise UnfitError("nothing may be in it", rule)


def _check_condition(rule: Node, known: Mapping[str, Declaration], kind: str, depth: int) -> None:
    first, other, last = CONDITIONS[rule.name]
    names = [child.name for child in rule.children]
    middle = names[1:-1] if names[-1:] == [last] else names[1:]
    if names[:1] != [first] or any(name != other for name in middle):
        raise UnfitError("its branches are not if, else-if … else", rule)
    for child in rule.children:
        rules = child.children
        if child.name != last:
            if not rules:
                raise UnfitError("it needs an expression", child)
            _check_truth(rules[0], known, kind, depth + 2)
            rules = rules[1:]
        check_rules(rules, known, kind, depth + 2)


def _check_truth(node: Node, known: Mapping[str, Declaration], kind: str, depth: int) -> None:
    found = check_expression(node, known, kind, depth)
    if found.base_type not in {None, BaseType.BOOLEAN} or found.cardinality not in {None, Cardinality.SINGLE}:
        raise UnfitError("a condition has to be a boolean", node)


def _check_set(rule: Node, known: Mapping[str, Declaration], kind: str, depth: int) -> None:
    identifier = rule.get("identifier")
    declaration = known.get(identifier)
    roles = _SET[rule.name][1]
    if declaration is None:
        raise UnfitError(f"the variable {identifier[:80]!r} is not declared", rule)
    if declaration.role not in roles:
        raise UnfitError(f"{identifier[:80]!r} is a {declaration.role} variable", rule)
    found = check_expression(operand(rule), known, kind, depth + 1)
    if rule.name == "lookup-outcome-value":
        if declaration.lookup is None:
            raise UnfitError(f"{identifier[:80]!r} has no lookup table", rule)
        counted = found.base_type in {None, *NUMERIC, BaseType.DURATION}
        if not counted or found.cardinality not in {None, Cardinality.SINGLE}:
            raise UnfitError("only a number or a duration can be looked up", rule)
        return
    if found.cardinality not in {None, declaration.cardinality}:
        raise UnfitError(f"a {found.cardinality} value for the {declaration.cardinality} {identifier[:80]!r}", rule)
    numbers = found.base_type in NUMERIC and declaration.base_type in NUMERIC
    if found.base_type not in {None, declaration.base_type} and not numbers:
        raise UnfitError(f"a value of type {found.base_type} for {identifier[:80]!r} ({declaration.base_type})", rule)


def check_expression(node: Node, known: Mapping[str, Declaration], kind: str, depth: int) -> Kind:
    """Check an expression and tell what it gives, as far as that is known before it runs.

    Raises:
        UnfitError: it cannot be followed.
    """
    _check_depth(node, depth)
    if node.name in RANDOM and kind != "template":
        raise UnfitError("chance is for templates only", node)
    kinds = tuple(check_expression(child, known, kind, depth + 1) for child in node.children)
    return judged(node, kinds, known)


def _check_depth(node: Node, depth: int) -> None:
    if depth > MOST_DEPTH:
        raise UnfitError(f"nested more than {MOST_DEPTH} deep", node)
