"""What the source code says about words: keys, patterns of keys, faults raised; read from its syntax tree."""

import ast
import importlib
import pkgutil
import re
import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import ModuleType

import app
import proctoring
import sync
from app.exam.prose import Language
from app.words import all_keys
from sync.faults import Fault

FLOORS: tuple[ModuleType, ...] = (app, proctoring, sync)
SPEAKING = {"words", "_words", "say", "Sentence", "narrate"}
"""Functions whose first argument is a key when it is a text."""
SCREEN_NAMING = "named"
"""`Screen.named(setter, key)` says the sentence at `screen.<key>`."""


@dataclass
class Said:
    """Everything that could be a key. Parts of one: `constants`, and `pieces`, patterns of texts without a dot."""

    literals: dict[str, str] = field(default_factory=dict)
    calls: list[tuple[str, str, frozenset[str] | None]] = field(default_factory=list)
    patterns: dict[str, str] = field(default_factory=dict)
    constants: set[str] = field(default_factory=set)
    pieces: set[str] = field(default_factory=set)
    raises: list[tuple[str, str, frozenset[str] | None]] = field(default_factory=list)

    def is_part(self, text: str) -> bool:
        """Tell whether the program has this text, or puts it together from two that it has."""
        if text in self.constants:
            return True
        matches = (re.fullmatch(piece, text) for piece in self.pieces)
        return any(match and all(part in self.constants for part in match.groups()) for match in matches)


@cache
def said() -> Said:
    """Read all modules of the three floors."""
    found = Said()
    for floor in FLOORS:
        folder = Path(floor.__path__[0])
        for file in sorted(folder.rglob("*.py")):
            where = f"{folder.name}/{file.relative_to(folder)}"
            tree = ast.parse(file.read_text(encoding="utf-8"))
            nodes = list(ast.walk(tree))
            parts = {id(part) for node in nodes if isinstance(node, ast.JoinedStr) for part in node.values}
            for node in nodes:
                if id(node) in parts:
                    continue  # a piece of a longer text
                _take_part(found, node, in_app=folder.name == "app")
                _take(found, node, f"{where}:{getattr(node, 'lineno', 0)}", in_app=folder.name == "app")
    return found


@cache
def fault_classes() -> tuple[type[Fault], ...]:
    """Give every kind of fault that has a code, with all modules of the three floors loaded."""
    for floor in FLOORS:
        for module in pkgutil.walk_packages(floor.__path__, f"{floor.__name__}."):
            if (
                not module.name.endswith("__main__")
                and ".migrations" not in module.name
                and "_resources" not in module.name
            ):
                importlib.import_module(module.name)
    return tuple(kind for kind in _below(Fault) if hasattr(kind, "code"))


def sentences(language: Language) -> Mapping[str, str]:
    """Give all sentences of a language."""
    return all_keys(language)


def placeholders(sentence: str) -> frozenset[str]:
    """Give the names of a sentence's placeholders."""
    return frozenset(name for _, name, _, _ in string.Formatter().parse(sentence) if name)


@cache
def tables() -> frozenset[str]:
    """Give the first part of every key."""
    return frozenset(key.split(".")[0] for key in sentences(Language.EN))


def _below(kind: type[Fault]) -> Iterator[type[Fault]]:
    for one in kind.__subclasses__():
        if not one.__module__.startswith("tests."):  # the made-up faults of other tests have no words
            yield one
        yield from _below(one)


def _take_part(found: Said, node: ast.AST, *, in_app: bool) -> None:
    match node:
        case ast.Constant(value=str(text)):
            found.constants.add(text)
        case ast.Constant(value=int(number)):
            found.constants.add(str(number))
        case ast.Assign(targets=[ast.Name(id=member)]) if member.isupper():
            found.constants.add(member.lower())  # an enum's member, said by its name
        case ast.JoinedStr(values=[ast.Constant(value=str(head)), ast.FormattedValue()] as parts) if (
            in_app and re.fullmatch(r"[a-z]+_", head)
        ):
            found.pieces.add(_pattern(parts))


def _take(found: Said, node: ast.AST, where: str, *, in_app: bool) -> None:
    match node:
        case ast.Constant(value=str(text)):
            if in_app and re.fullmatch(r"[a-z_]+(\.[A-Za-z_]+)+", text) and text.split(".")[0] in tables():
                found.literals.setdefault(text, where)
        case ast.JoinedStr(values=[ast.Constant(value=str(head)), *_] as parts) if in_app and "." in head:
            if head.split(".")[0] in tables():
                found.patterns.setdefault(_pattern(parts), where)
        case ast.Call(func=called, args=args, keywords=keywords):
            name = _name(called)
            facts = None if any(key.arg is None for key in keywords) else frozenset(key.arg or "" for key in keywords)
            if in_app and name in SPEAKING and args:
                for key in _keys(args[0]):
                    found.calls.append((key, where, None if name == "Sentence" else facts))
            if in_app and name == SCREEN_NAMING:
                _take_named(found, args[1], where)
            found.raises.append((name, where, facts))
        case ast.Raise(exc=ast.Name(id=name)):
            found.raises.append((name, where, frozenset()))


def _take_named(found: Said, key: ast.expr, where: str) -> None:
    for text in _keys(key):
        found.literals.setdefault(f"screen.{text}", where)
    if isinstance(key, ast.JoinedStr):
        found.patterns.setdefault(r"screen\." + _pattern(key.values), where)


def _keys(node: ast.expr) -> Iterator[str]:
    """Give the texts an expression can be: one, or either side of a condition."""
    match node:
        case ast.Constant(value=str(text)) if "." in text:
            yield text
        case ast.IfExp(body=one, orelse=other):
            yield from _keys(one)
            yield from _keys(other)


def _pattern(parts: list[ast.expr]) -> str:
    return "".join(
        re.escape(part.value) if isinstance(part, ast.Constant) and isinstance(part.value, str) else r"(\w+)"
        for part in parts
    )


def _name(called: ast.expr) -> str:
    match called:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Call(func=inner):  # words()("key")
            return _name(inner)
    return ""
