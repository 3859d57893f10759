"""What an expression may be given and what it makes: asked of a tree before it runs, and of values while it runs.

A kind whose parts are `None` is not known yet (NULL, a record's field) and fits everywhere.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from app.exam.marking import BaseType, Cardinality, Declaration, Node, Role
from app.exam.processing.faults import UnfitError
from app.exam.processing.lexical import read_float, read_integer, read_scalar
from app.exam.processing.maths import CONSTANTS, FUNCTIONS, STATISTICS, WHOLE_FUNCTIONS
from app.exam.processing.operands import TRUTHS, reference
from app.exam.processing.patterns import compiled
from app.exam.processing.shapes import read_coords
from app.exam.processing.values import NUMERIC, Kind

Declarations = Mapping[str, Declaration]
Judge = Callable[[Node, tuple[Kind, ...], Declarations], Kind]

_SINGLE: Final = frozenset({Cardinality.SINGLE})
_SEVERAL: Final = frozenset({Cardinality.MULTIPLE, Cardinality.ORDERED})
_ANY: Final = _SINGLE | _SEVERAL
_ALL_TYPES: Final = frozenset(BaseType)


def one(base_type: BaseType | None) -> Kind:
    """Give the kind of a single value."""
    return Kind(Cardinality.SINGLE, base_type)


BOOLEAN: Final = one(BaseType.BOOLEAN)
INTEGER: Final = one(BaseType.INTEGER)
FLOAT: Final = one(BaseType.FLOAT)


@dataclass(frozen=True)
class Signature:
    """How many operands an expression takes (`most` `None`: as many as wanted), and who judges their kinds."""

    least: int
    most: int | None
    judge: Judge


def judged(node: Node, kinds: tuple[Kind, ...], declarations: Declarations) -> Kind:
    """Tell what an expression gives.

    Raises:
        UnfitError: it is unknown or not supported, or its operands or attributes are not what it takes.
    """
    signature = SIGNATURES.get(node.name)
    if signature is None:
        supported = node.name != "custom-operator"
        raise UnfitError("no expression that is followed here", node, supported=supported)
    if len(kinds) < signature.least or (signature.most is not None and len(kinds) > signature.most):
        raise UnfitError(f"{len(kinds)} operands", node)
    try:
        return signature.judge(node, kinds, declarations)
    except UnfitError as unfit:
        if unfit.node is None:
            raise UnfitError(unfit.reason, node, declared=unfit.declared, supported=unfit.supported) from None
        raise


def fits(kind: Kind, cardinalities: frozenset[Cardinality], types: frozenset[BaseType]) -> None:
    """Check a kind, as far as it is known.

    Raises:
        UnfitError: it is not among these.
    """
    if kind.cardinality is not None and kind.cardinality not in cardinalities:
        raise UnfitError(f"an operand of cardinality {kind.cardinality}")
    if kind.base_type is not None and kind.base_type not in types:
        raise UnfitError(f"an operand of type {kind.base_type}")


def _operands(
    result: Kind, cardinalities: frozenset[Cardinality], types: frozenset[BaseType], *attributes: "Attribute"
) -> Judge:
    def judge(node: Node, kinds: tuple[Kind, ...], declarations: Declarations) -> Kind:
        for kind in kinds:
            fits(kind, cardinalities, types)
        for attribute in attributes:
            attribute(node, declarations)
        return result

    return judge


# ---- attributes
Attribute = Callable[[Node, Declarations], None]


def _number(name: str, *, integer: bool = True, needed: bool = True, several: int = 1) -> Attribute:
    def check(node: Node, declarations: Declarations) -> None:
        given = node.get(name).split() if several > 1 else [node.get(name).strip()] if node.get(name).strip() else []
        if not given and needed:
            raise UnfitError(f"it needs {name}")
        if len(given) > several:
            raise UnfitError(f"{name} has {len(given)} values")
        for each in given:
            _number_or_variable(name, each, declarations, integer=integer)

    return check


def _number_or_variable(name: str, given: str, declarations: Declarations, *, integer: bool) -> None:
    variable = reference(given)
    if variable:
        kind = declared(declarations, variable)
        fits(Kind(kind.cardinality, kind.base_type), _SINGLE, frozenset({BaseType.INTEGER}) if integer else NUMERIC)
        return
    try:
        read_integer(given) if integer else read_float(given)
    except ValueError as error:
        raise UnfitError(f"{name}: {error}") from None


def _truth(name: str) -> Attribute:
    def check(node: Node, _declarations: Declarations) -> None:
        if node.get(name).strip() not in {"", *TRUTHS}:
            raise UnfitError(f"{name} is not a boolean")

    return check


def _among(name: str, known: frozenset[str], otherwise: str = "") -> Attribute:
    def check(node: Node, _declarations: Declarations) -> None:
        if (node.get(name).strip() or otherwise) not in known:
            raise UnfitError(f"{name} is {node.get(name)[:40]!r}")

    return check


def _area(node: Node, _declarations: Declarations) -> None:
    read_coords(node.get("shape").strip(), node.get("coords"))


def _pattern(node: Node, declarations: Declarations) -> None:
    pattern = node.get("pattern")
    if pattern.startswith("{") and pattern.endswith("}"):
        fits(declared(declarations, reference(pattern)), _SINGLE, frozenset({BaseType.STRING}))
    else:
        compiled(pattern)


_ROUNDING: Final = _among(
    "rounding-mode", frozenset({"significantFigures", "decimalPlaces"}), otherwise="significantFigures"
)


def _tolerance(node: Node, declarations: Declarations) -> None:
    mode = node.get("tolerance-mode").strip() or "exact"
    if mode not in {"exact", "absolute", "relative"}:
        raise UnfitError(f"tolerance-mode is {mode[:40]!r}")
    _number("tolerance", integer=False, needed=mode != "exact", several=2)(node, declarations)


# ---- variables
def declared(declarations: Declarations, identifier: str) -> Kind:
    """Give the kind of a variable.

    Raises:
        UnfitError: it is not declared.
    """
    return _declaration(declarations, identifier).kind


@dataclass(frozen=True)
class _Found:
    declaration: Declaration
    kind: Kind


def _declaration(declarations: Declarations, identifier: str) -> _Found:
    found = declarations.get(identifier)
    if found is None:
        raise UnfitError(f"the variable {identifier[:80]!r} is not declared")
    return _Found(found, Kind(found.cardinality, found.base_type))


def _variable(node: Node, _kinds: tuple[Kind, ...], declarations: Declarations) -> Kind:
    return declared(declarations, node.get("identifier"))


def _response(node: Node, declarations: Declarations) -> _Found:
    found = _declaration(declarations, node.get("identifier"))
    if found.declaration.role is not Role.RESPONSE:
        raise UnfitError(f"{found.declaration.identifier} is not a response")
    return found


def _correct(node: Node, _kinds: tuple[Kind, ...], declarations: Declarations) -> Kind:
    return _response(node, declarations).kind


def _map_response(node: Node, _kinds: tuple[Kind, ...], declarations: Declarations) -> Kind:
    found = _response(node, declarations)
    if found.declaration.mapping is None:
        raise UnfitError(f"{found.declaration.identifier} has no mapping")
    return FLOAT


def _map_response_point(node: Node, _kinds: tuple[Kind, ...], declarations: Declarations) -> Kind:
    found = _response(node, declarations)
    if found.declaration.areas is None:
        raise UnfitError(f"{found.declaration.identifier} has no area mapping")
    return FLOAT


def _base_value(node: Node, _kinds: tuple[Kind, ...], _declarations: Declarations) -> Kind:
    try:
        base_type = BaseType(node.get("base-type").strip())
    except ValueError:
        raise UnfitError(f"base-type is {node.get('base-type')[:40]!r}") from None
    try:
        read_scalar(base_type, node.text)
    except ValueError as error:
        raise UnfitError(str(error)) from None
    return one(base_type)


# ---- operands that have to agree
def _agree(kinds: tuple[Kind, ...]) -> BaseType | None:
    known = {kind.base_type for kind in kinds if kind.base_type is not None}
    if len(known) > 1:
        raise UnfitError("operands of different types: " + ", ".join(sorted(known)))
    return next(iter(known), None)


def _gather(cardinality: Cardinality, taken: frozenset[Cardinality], *attributes: Attribute) -> Judge:
    def judge(node: Node, kinds: tuple[Kind, ...], declarations: Declarations) -> Kind:
        for kind in kinds:
            fits(kind, taken, _ALL_TYPES)
        for attribute in attributes:
            attribute(node, declarations)
        return Kind(cardinality, _agree(kinds))

    return judge


def _match(_node: Node, kinds: tuple[Kind, ...], _declarations: Declarations) -> Kind:
    cardinalities = {kind.cardinality for kind in kinds if kind.cardinality is not None}
    if len(cardinalities) > 1:
        raise UnfitError("operands of different cardinalities: " + ", ".join(sorted(cardinalities)))
    if _agree(kinds) is BaseType.DURATION:
        raise UnfitError("durations are compared by duration-lt and duration-gte")
    return BOOLEAN


def _contains(node: Node, kinds: tuple[Kind, ...], declarations: Declarations) -> Kind:
    for kind in kinds:
        fits(kind, _SEVERAL, _ALL_TYPES)
    return _match(node, kinds, declarations)


def _member(_node: Node, kinds: tuple[Kind, ...], _declarations: Declarations) -> Kind:
    fits(kinds[0], _SINGLE, _ALL_TYPES - {BaseType.DURATION})
    fits(kinds[1], _SEVERAL, _ALL_TYPES)
    _agree(kinds)
    return BOOLEAN


def _delete(node: Node, kinds: tuple[Kind, ...], declarations: Declarations) -> Kind:
    _member(node, kinds, declarations)
    return Kind(kinds[1].cardinality, _agree(kinds))


def _taken(cardinalities: frozenset[Cardinality], *attributes: Attribute) -> Judge:
    """One value out of a container."""

    def judge(node: Node, kinds: tuple[Kind, ...], declarations: Declarations) -> Kind:
        fits(kinds[0], cardinalities, _ALL_TYPES)
        for attribute in attributes:
            attribute(node, declarations)
        return one(kinds[0].base_type)

    return judge


def _field_value(node: Node, kinds: tuple[Kind, ...], _declarations: Declarations) -> Kind:
    fits(kinds[0], frozenset({Cardinality.RECORD}), _ALL_TYPES)
    if not node.get("field-identifier").strip():
        raise UnfitError("it needs field-identifier")
    return one(None)


# ---- numbers
def _widest(cardinalities: frozenset[Cardinality]) -> Judge:
    """An integer if every operand is of integers, else a float."""

    def judge(_node: Node, kinds: tuple[Kind, ...], _declarations: Declarations) -> Kind:
        for kind in kinds:
            fits(kind, cardinalities, NUMERIC)
        types = {kind.base_type for kind in kinds}
        return FLOAT if BaseType.FLOAT in types else one(None) if None in types else INTEGER

    return judge


def _math_operator(node: Node, kinds: tuple[Kind, ...], _declarations: Declarations) -> Kind:
    name = node.get("name")
    if name not in FUNCTIONS and name not in WHOLE_FUNCTIONS and name != "atan2":
        raise UnfitError(f"the function {name[:40]!r}")
    if len(kinds) != (2 if name == "atan2" else 1):
        raise UnfitError(f"{len(kinds)} operands for {name}")
    for kind in kinds:
        fits(kind, _SINGLE, NUMERIC)
    return INTEGER if name in WHOLE_FUNCTIONS else FLOAT


def _to_float(_node: Node, kinds: tuple[Kind, ...], _declarations: Declarations) -> Kind:
    fits(kinds[0], _ANY, frozenset({BaseType.INTEGER}))
    return Kind(kinds[0].cardinality, BaseType.FLOAT)


def _unknown(_node: Node, _kinds: tuple[Kind, ...], _declarations: Declarations) -> Kind:
    return Kind()


_TEXTS: Final = frozenset({BaseType.STRING})
_TRUTHS: Final = frozenset({BaseType.BOOLEAN})
_WHOLE: Final = frozenset({BaseType.INTEGER})
_DURATIONS: Final = frozenset({BaseType.DURATION})
_POINTS: Final = frozenset({BaseType.POINT})
_NUMBERS_COMPARED: Final = Signature(2, 2, _operands(BOOLEAN, _SINGLE, NUMERIC))
_DURATIONS_COMPARED: Final = Signature(2, 2, _operands(BOOLEAN, _SINGLE, _DURATIONS))

SIGNATURES: Final[dict[str, Signature]] = {
    "base-value": Signature(0, 0, _base_value),
    "variable": Signature(0, 0, _variable),
    "default": Signature(0, 0, _variable),
    "correct": Signature(0, 0, _correct),
    "map-response": Signature(0, 0, _map_response),
    "map-response-point": Signature(0, 0, _map_response_point),
    "null": Signature(0, 0, _unknown),
    "math-constant": Signature(0, 0, _operands(FLOAT, _ANY, _ALL_TYPES, _among("name", frozenset(CONSTANTS)))),
    "random-integer": Signature(
        0,
        0,
        _operands(INTEGER, _ANY, _ALL_TYPES, _number("min"), _number("max"), _number("step", needed=False)),
    ),
    "random-float": Signature(
        0,
        0,
        _operands(FLOAT, _ANY, _ALL_TYPES, _number("min", integer=False), _number("max", integer=False)),
    ),
    "random": Signature(1, 1, _taken(_SEVERAL)),
    "multiple": Signature(0, None, _gather(Cardinality.MULTIPLE, frozenset({*_SINGLE, Cardinality.MULTIPLE}))),
    "ordered": Signature(0, None, _gather(Cardinality.ORDERED, frozenset({*_SINGLE, Cardinality.ORDERED}))),
    "repeat": Signature(
        1,
        None,
        _gather(Cardinality.ORDERED, frozenset({*_SINGLE, Cardinality.ORDERED}), _number("number-repeats")),
    ),
    "container-size": Signature(1, 1, _operands(INTEGER, _SEVERAL, _ALL_TYPES)),
    "is-null": Signature(1, 1, _operands(BOOLEAN, frozenset(Cardinality), _ALL_TYPES)),
    "index": Signature(1, 1, _taken(frozenset({Cardinality.ORDERED}), _number("n"))),
    "field-value": Signature(1, 1, _field_value),
    "member": Signature(2, 2, _member),
    "delete": Signature(2, 2, _delete),
    "contains": Signature(2, 2, _contains),
    "substring": Signature(2, 2, _operands(BOOLEAN, _SINGLE, _TEXTS, _truth("case-sensitive"))),
    "string-match": Signature(2, 2, _operands(BOOLEAN, _SINGLE, _TEXTS, _truth("case-sensitive"), _truth("substring"))),
    "pattern-match": Signature(1, 1, _operands(BOOLEAN, _SINGLE, _TEXTS, _pattern)),
    "not": Signature(1, 1, _operands(BOOLEAN, _SINGLE, _TRUTHS)),
    "and": Signature(1, None, _operands(BOOLEAN, _SINGLE, _TRUTHS)),
    "or": Signature(1, None, _operands(BOOLEAN, _SINGLE, _TRUTHS)),
    "any-n": Signature(1, None, _operands(BOOLEAN, _SINGLE, _TRUTHS, _number("min"), _number("max"))),
    "match": Signature(2, 2, _match),
    "equal": Signature(
        2,
        2,
        _operands(BOOLEAN, _SINGLE, NUMERIC, _tolerance, _truth("include-lower-bound"), _truth("include-upper-bound")),
    ),
    "equal-rounded": Signature(2, 2, _operands(BOOLEAN, _SINGLE, NUMERIC, _ROUNDING, _number("figures"))),
    "inside": Signature(1, 1, _operands(BOOLEAN, _ANY, _POINTS, _area)),
    "lt": _NUMBERS_COMPARED,
    "lte": _NUMBERS_COMPARED,
    "gt": _NUMBERS_COMPARED,
    "gte": _NUMBERS_COMPARED,
    "duration-lt": _DURATIONS_COMPARED,
    "duration-gte": _DURATIONS_COMPARED,
    "sum": Signature(1, None, _widest(_ANY)),
    "product": Signature(1, None, _widest(_ANY)),
    "max": Signature(1, None, _widest(_ANY)),
    "min": Signature(1, None, _widest(_ANY)),
    "subtract": Signature(2, 2, _widest(_SINGLE)),
    "divide": Signature(2, 2, _operands(FLOAT, _SINGLE, NUMERIC)),
    "power": Signature(2, 2, _operands(FLOAT, _SINGLE, NUMERIC)),
    "integer-divide": Signature(2, 2, _operands(INTEGER, _SINGLE, _WHOLE)),
    "integer-modulus": Signature(2, 2, _operands(INTEGER, _SINGLE, _WHOLE)),
    "gcd": Signature(1, None, _operands(INTEGER, _ANY, _WHOLE)),
    "lcm": Signature(1, None, _operands(INTEGER, _ANY, _WHOLE)),
    "truncate": Signature(1, 1, _operands(INTEGER, _SINGLE, NUMERIC)),
    "round": Signature(1, 1, _operands(INTEGER, _SINGLE, NUMERIC)),
    "round-to": Signature(1, 1, _operands(FLOAT, _SINGLE, NUMERIC, _ROUNDING, _number("figures"))),
    "integer-to-float": Signature(1, 1, _to_float),
    "stats-operator": Signature(1, 1, _operands(FLOAT, _SEVERAL, NUMERIC, _among("name", frozenset(STATISTICS)))),
    "math-operator": Signature(1, 2, _math_operator),
}
