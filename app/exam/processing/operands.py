"""How an expression's meaning gets at its operands and attributes. Their kinds were checked (`signatures`)."""

from collections.abc import Callable, Mapping
from typing import Final

from app.exam.marking import BaseType, Node
from app.exam.processing.faults import UnfitError
from app.exam.processing.lexical import read_float, read_integer
from app.exam.processing.values import Scalar, Single, Value, scalars

Operation = Callable[[Node, tuple[Value, ...], Mapping[str, Value]], Value]
"""What an expression means: of its rule, its operands' values and all variables (for attributes that name one)."""

TRUTHS: Final = {"true": True, "1": True, "false": False, "0": False}


def scalar(value: Value) -> Scalar:
    """Give the one value of a single."""
    if not isinstance(value, Single):
        raise UnfitError("one value is needed here")
    return value.value


def number(value: Value) -> int | float:
    """Give the number of a single."""
    found = scalar(value)
    if isinstance(found, bool) or not isinstance(found, int | float):
        raise UnfitError("a number is needed here")
    return found


def text(value: Value) -> str:
    """Give the text of a single."""
    found = scalar(value)
    if not isinstance(found, str):
        raise UnfitError("a text is needed here")
    return found


def truth(value: Value) -> bool | None:
    """Give the boolean of a single, `None` of NULL."""
    if value is None:
        return None
    found = scalar(value)
    if not isinstance(found, bool):
        raise UnfitError("a boolean is needed here")
    return found


def all_numbers(values: tuple[Value, ...]) -> list[int | float]:
    """Give the numbers of singles and containers, in order."""
    return [each for value in values for each in scalars(value) if isinstance(each, int | float)]


def flag(node: Node, name: str, *, otherwise: bool) -> bool:
    """Read a boolean attribute."""
    given = node.get(name).strip()
    if given and given not in TRUTHS:
        raise UnfitError(f"{name} is not a boolean")
    return TRUTHS.get(given, otherwise)


def reference(given: str) -> str:
    """Give the variable that an attribute's value names ("N" or "{N}"), empty if it is a number itself."""
    token = given.strip()
    if token.startswith("{") and token.endswith("}"):
        return token[1:-1].strip()
    return "" if not token or token[0] in "+-.0123456789" or token in {"INF", "NaN"} else token


def whole(node: Node, name: str, variables: Mapping[str, Value], otherwise: str = "") -> int | None:
    """Read an attribute that is an integer or names a variable that holds one; `None` if that is NULL."""
    found = _attribute(node, name, variables, otherwise)
    if found is None or isinstance(found, int):
        return found
    raise UnfitError(f"{name} is not an integer")


def real(node: Node, name: str, variables: Mapping[str, Value], otherwise: str = "") -> float | None:
    """Read an attribute that is a number or names a variable that holds one; `None` if that is NULL."""
    found = _attribute(node, name, variables, otherwise)
    return None if found is None else float(found)


def _attribute(node: Node, name: str, variables: Mapping[str, Value], otherwise: str) -> int | float | None:
    given = node.get(name, otherwise)
    variable = reference(given)
    if variable:
        value = variables.get(variable)
        if isinstance(value, Single) and value.base_type not in {BaseType.INTEGER, BaseType.FLOAT}:
            raise UnfitError(f"{name} names a variable that is not a number")
        return None if value is None else number(value)
    token = given.strip()
    try:
        return read_integer(token)
    except ValueError:
        pass
    try:
        return read_float(token)
    except ValueError as error:
        raise UnfitError(f"{name}: {error}") from None
