"""Why content is refused, as the source code gives it: every English reason, read from its syntax tree.

A reason is a template: what an f-string fills in is a hole `{}`. A reason that only hands another one on is left out;
one of a form that is not known here is an error, so that none is missed.
"""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import app
from app.content.bank import BankRefused
from tests.app.words.sources import fault_classes

ROOMS = ("content", "exam/pools.py", "exam/form.py", "exam/processing", "exam/template.py", "cli/content/scoring.py")
FIRST = {"MediumRefused", "UnfitError", "FlowTooLargeError", "BlueprintUnmet", "RulesUnmet", "ExposureUnmet"} | {
    "RequiredUnmet",
    "PreparedUnmet",
}
"""Whose first argument is a reason."""
SECOND = {"ProcessingRefused", "ProcessingNotSupported", "ResponseRefused"}
WITHIN = {("ValueError", "lexical.py"), ("_wrong", "patterns.py")}
"""Whose first argument says, within other reasons, why a text is no value or no pattern."""
TELLING = {"refusal": "offers.py", "_off_scale": "offers.py", "_changed": "sheet_drawings.py"}
"""Functions that give a reason back, and where; nothing if there is none."""
PASTED = "wrong"
"""What is wrong with a picture in a sheet: `wrong = reason`, `Pasted(..., wrong=reason)`."""
CELLS = "bad"
"""The cells of a workbook that cannot be read, by place: `bad.setdefault(place, reason)`."""


@cache
def reasons() -> dict[str, str]:
    """Give every reason and where it is given."""
    found: dict[str, str] = {}
    root = Path(app.__path__[0])
    for room in ROOMS:
        path = root / room
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            tree = ast.parse(file.read_text(encoding="utf-8"))
            scope = _texts(tree)
            for node in ast.walk(tree):
                scope |= _texts(node) if isinstance(node, ast.FunctionDef) else {}
            constants = {name: values[0] for name, values in _texts(tree).items()}
            for given in (one for node in ast.walk(tree) for one in _given(node, file.name)):
                for template in _templates(given, scope, constants):
                    found.setdefault(template, f"{file.relative_to(root)}:{given.lineno}")
    return found


@cache
def _bank_family() -> frozenset[str]:
    return frozenset(kind.__name__ for kind in fault_classes() if issubclass(kind, BankRefused))


def _given(node: ast.AST, file: str) -> Iterator[ast.expr]:
    match node:
        case ast.FunctionDef(name=name) if TELLING.get(name) == file:
            yield from (one.value for one in ast.walk(node) if isinstance(one, ast.Return) and one.value)
        case ast.Assign(targets=[ast.Name(id=name)], value=value) if name == PASTED and _is_text(value):
            yield value
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=args, keywords=keywords):
            yield from (one.value for one in keywords if one.arg == PASTED and not isinstance(one.value, ast.Name))
            if name in _bank_family():
                yield from _place_and_reason(args)
            elif (name in FIRST and args) or (name, file) in WITHIN:
                yield args[0]
            elif name in SECOND or (name == "setdefault" and _is_named(node.func, CELLS)):
                yield args[1]


def _place_and_reason(args: list[ast.expr]) -> list[ast.expr]:
    """Give what follows a file and a line, which may be one starred argument."""
    return args[1:2] if isinstance(args[0], ast.Starred) else args[2:3]


def _is_named(called: ast.expr, name: str) -> bool:
    return isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name) and called.value.id == name


def _texts(scope: ast.AST) -> dict[str, list[ast.expr]]:
    """Give what a module or a function says its names are, where that is a text."""
    found: dict[str, list[ast.expr]] = {}
    for node in ast.iter_child_nodes(scope) if isinstance(scope, ast.Module) else ast.walk(scope):
        match node:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=value)
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value)
            ):
                if isinstance(value, ast.JoinedStr | ast.IfExp) or _is_text(value):
                    found.setdefault(name, []).append(value)
    return found


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _templates(node: ast.expr, scope: dict[str, list[ast.expr]], constants: dict[str, ast.expr]) -> Iterator[str]:
    match node:
        case ast.Constant(value=str(text)):
            yield from (text,) if text else ()
        case ast.JoinedStr(values=parts):
            yield "".join(_part(part, constants) for part in parts)
        case ast.IfExp(body=one, orelse=other):
            yield from _templates(one, scope, constants)
            yield from _templates(other, scope, constants)
        case ast.BinOp(left=ast.Constant(value=str(text)), op=ast.Add()):
            yield text + "{}"
        case ast.BinOp(left=ast.Name(), op=ast.Add(), right=ast.Attribute(attr="reason")):
            yield "{}: {}"
        case ast.Name(id=name) if name in scope:
            for value in scope[name]:
                yield from _templates(value, scope, constants)
        case _:
            assert _hands_on(node), f"a reason of an unknown form: {ast.unparse(node)}"


def _hands_on(node: ast.expr) -> bool:
    """Tell whether a reason is another's: a refusal's, an error's, or one that a function gave back."""
    match node:
        case ast.Attribute(attr="reason" | "detail" | "wrong") | ast.Subscript() | ast.Name(id="reason" | "broken"):
            return True
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
            return name == "str" or name in TELLING
    return False


def _part(part: ast.expr, constants: dict[str, ast.expr]) -> str:
    match part:
        case ast.Constant(value=str(text)):
            return text
        case ast.FormattedValue(value=ast.Name(id=name)) if name in constants and _is_text(constants[name]):
            return str(constants[name].value)  # type: ignore[attr-defined]  # `_is_text` says so
    return "{}"
