"""Rule trees in a line, for tests."""

from app.exam.marking import BaseType, Cardinality, Declaration, Node, Role, Written
from app.exam.processing.check import check_expression, variables
from app.exam.processing.expressions import Scope, evaluated
from app.exam.processing.lexical import shown
from app.exam.processing.run import initial
from app.exam.processing.values import Value


def node(kind: str, /, *children: Node, text: str = "", **attributes: str) -> Node:
    return Node(kind, tuple((key.replace("_", "-"), value) for key, value in attributes.items()), children, text)


def base(base_type: BaseType, text: str) -> Node:
    return node("base-value", text=text, base_type=base_type.value)


def i(value: int) -> Node:
    return base(BaseType.INTEGER, str(value))


def f(value: float | str) -> Node:
    return base(BaseType.FLOAT, str(value))


def s(text: str) -> Node:
    return base(BaseType.STRING, text)


def ident(text: str) -> Node:
    return base(BaseType.IDENTIFIER, text)


def pair(text: str) -> Node:
    return base(BaseType.PAIR, text)


def point(text: str) -> Node:
    return base(BaseType.POINT, text)


def seconds(text: str) -> Node:
    return base(BaseType.DURATION, text)


def var(name: str) -> Node:
    return node("variable", identifier=name)


def multi(*children: Node) -> Node:
    return node("multiple", *children)


def row(*children: Node) -> Node:
    return node("ordered", *children)


TRUE = base(BaseType.BOOLEAN, "true")
FALSE = base(BaseType.BOOLEAN, "false")
NULL = Node("null")


def response(
    name: str, base_type: BaseType | None, *correct: str, cardinality: Cardinality = Cardinality.SINGLE
) -> Declaration:
    return Declaration(Role.RESPONSE, name, cardinality, base_type, correct=tuple(Written(text) for text in correct))


def outcome(
    name: str,
    base_type: BaseType | None = BaseType.FLOAT,
    *default: str,
    cardinality: Cardinality = Cardinality.SINGLE,
) -> Declaration:
    return Declaration(Role.OUTCOME, name, cardinality, base_type, tuple(Written(text) for text in default))


def template(
    name: str, base_type: BaseType = BaseType.INTEGER, *default: str, cardinality: Cardinality = Cardinality.SINGLE
) -> Declaration:
    return Declaration(Role.TEMPLATE, name, cardinality, base_type, tuple(Written(text) for text in default))


def value_of(expression: Node, *declarations: Declaration, **given: Value) -> Value:
    """Check an expression as an item's reader would, then give its value."""
    known = variables(declarations)
    check_expression(expression, known, "response", 1)
    values = {name: initial(declaration) for name, declaration in known.items()}
    return evaluated(expression, Scope(known, values | given))


def said(expression: Node, *declarations: Declaration, **given: Value) -> str:
    """Give an expression's value as QTI writes it, "NULL" for NULL."""
    return shown(value_of(expression, *declarations, **given))
