"""Our tree of a formula as the elements that ziamath draws well: its quirks are met here and nowhere else.

- Rows are built twice at every level (once to measure fences): `_work` bounds that before it happens.
- An em of ziamath's is 4/3 of the font's size; a variant has names of its own; a character that the font lacks
  would be drawn as an empty box.
"""

import re
from itertools import groupby
from typing import Final
from xml.etree import ElementTree as ET

from ziamath.styles import MathVariant, auto_italic, styledstr
from ziamath.zmath import loadedfonts

from app.content.media.fonts import is_han
from app.content.media.formula_text import BARS, is_stacked
from app.content.media.mathml import Node
from app.content.media.mathml_names import TOKENS
from app.content.media.medium import MediumRefused

HAN: Final = "han"
MAX_WORK: Final = 16_000  # characters laid out, each as often as ziamath does; about a second

_EM: Final = 0.75  # ziamath's em in terms of ours
_LENGTH: Final = re.compile(r"([+-]?\d*\.?\d+)(em|ex|px|pt|mm|cm|in)?")
_EMS: Final = {"em": 1, "ex": 0.45, "px": 1 / 16, "pt": 1 / 12, "mm": 0.236, "cm": 2.36, "in": 6, None: 1}
_NAMED: Final = {
    name: (at + 1) / 18
    for at, name in enumerate(
        f"{name}mathspace"
        for name in ("veryverythin", "verythin", "thin", "medium", "thick", "verythick", "veryverythick")
    )
}
_STYLES: Final = {"double-struck": "double", "monospace": "mono"}
_FUNCTIONS: Final = frozenset(
    {
        *("sin", "cos", "tan", "cot", "sec", "csc", "arcsin", "arccos", "arctan", "sinh", "cosh", "tanh"),
        *("lg", "ln", "log", "exp", "lim", "max", "min", "sup", "inf", "det", "dim", "gcd"),
    }
)
_BAR: Final = "―"  # ziamath draws a rule for it, as long as what is below
_OPERATORS: Final = {"-": "−", "'": "′", "‾": "¯", "*": "∗"}
_SAID: Final = frozenset({"form", "stretchy", "largeop", "movablelimits"})
_TIGHT: Final = "tight"  # our own word for a sign that stands over or under another: no air beside it
_SPACING: Final = {"columnspacing": "0.8em", "rowspacing": "0.5em"}
MAX_SPACE: Final = 20  # em
_SIGNED: Final = frozenset("+-−±∓")
_ENDS: Final = frozenset(")]}|‖!%′⟩⌉⌋")


def drawing_element(node: Node) -> ET.Element:
    """Write a formula for ziamath.

    Raises:
        MediumRefused: a character that neither font has, or more work than the bound.
    """
    root = ET.Element("math", {"display": node.get("display", "inline")})
    if "displaystyle" in node.attributes:
        root.set("displaystyle", node.get("displaystyle"))
    for child in node.children:
        root.append(_element(child, node.get("mathvariant")))
    if _work(root) > MAX_WORK:
        raise MediumRefused("a formula with too much in it")
    return root


def _element(node: Node, variant: str) -> ET.Element:
    variant = node.get("mathvariant") or variant
    if node.kind in TOKENS:
        return _token(node, variant)
    if node.kind in {"mspace", "none", "mprescripts"}:
        return ET.Element("mspace", {"width": _length(node.get("width", "0"))})
    element = ET.Element(node.kind, _attributes(node))
    for at, child in enumerate(node.children):
        element.append(_element(_placed(node, at, child), variant))
    return element


def _placed(parent: Node, at: int, child: Node) -> Node:
    """Say of a child what only its place tells: that a sign is no operation, that a stroke is a bar."""
    if parent.kind == "mrow" and child.kind == "mo" and child.text in _SIGNED and "form" not in child.attributes:
        before = parent.children[at - 1] if at else None
        if before is None or (before.kind == "mo" and before.text not in _ENDS):
            return Node("mo", child.text, (), child.attributes | {"form": "prefix"})
    if at and parent.kind in {"mover", "munder", "munderover"} and child.kind in {"mo", "mi", "mtext"}:
        if child.text in BARS:
            return Node("mo", _BAR)
        if child.kind == "mo":
            return Node("mo", child.text, (), child.attributes | {_TIGHT: "true"})
    return child


def _attributes(node: Node) -> dict[str, str]:
    kept = _some(node, frozenset({"displaystyle", "scriptlevel"}))
    match node.kind:
        case "mfrac":
            return kept | ({"linethickness": "0"} if is_stacked(node) else {})
        case "menclose":
            return kept | {"notation": node.get("notation", "longdiv")}
        case "mover" | "munder" | "munderover":
            return kept | _some(node, frozenset({"accent", "accentunder"}))
        case "mtable":
            spaces = {
                "columnspacing": _lengths(node, "columnspacing"),
                "rowspacing": _lengths(node, "rowspacing"),
            }
            return {"displaystyle": "false"} | kept | spaces | _aligned(node)
        case "mtr" | "mtd":
            return kept | _aligned(node)
    return kept


def _some(node: Node, names: frozenset[str]) -> dict[str, str]:
    return {name: value.lower() for name, value in node.attributes.items() if name in names}


def _aligned(node: Node) -> dict[str, str]:
    sides = node.get("columnalign").split()
    if any(side not in {"left", "center", "right"} for side in sides):
        raise MediumRefused("a column of a table that is aligned by something else", f"{node.kind} columnalign")
    return {"columnalign": " ".join(sides)} if sides else {}


def _lengths(node: Node, name: str) -> str:
    lengths = node.get(name).split() or [_SPACING[name]]
    return " ".join(_length(length) for length in lengths)


def _length(length: str) -> str:
    """Turn a length into ziamath's em."""
    negative = length.startswith("negative")
    if named := _NAMED.get(length.removeprefix("negative")):
        ems = -named if negative else named
    elif match := _LENGTH.fullmatch(length):
        ems = float(match[1]) * _EMS[match[2]]
    else:
        raise MediumRefused(f"length {length[:40]} in a formula is not supported", length[:40])
    if not -1 <= ems <= MAX_SPACE:
        raise MediumRefused(f"a space of more than {MAX_SPACE} em in a formula", length[:40])
    return f"{ems * _EM:.4f}em"


def _token(node: Node, variant: str) -> ET.Element:
    """Write a token, as more than one where Chinese is mixed with other signs."""
    text = f'"{node.text}"' if node.kind == "ms" else node.text
    if node.kind == "mo":
        text = _OPERATORS.get(text, text)
    elif node.kind == "mn":
        text = text.replace("-", "−")
    else:
        text = text.replace("-", "\u2010")  # ziamath draws a rule for a hyphen
    runs = [(han, "".join(run)) for han, run in groupby(text, is_han)]
    pieces = [_run(node, "".join(run), variant, han=han) for han, run in runs]
    if len(pieces) == 1:
        return pieces[0]
    row = ET.Element("mrow")
    row.extend(pieces)
    return row


def _run(node: Node, text: str, variant: str, *, han: bool) -> ET.Element:
    if han:
        element = ET.Element(HAN)
        element.text = text
        return element
    kind, attributes = node.kind, {"mathvariant": "normal"}  # the characters themselves say how they look
    if kind == "mo":
        attributes |= _some(node, _SAID)
        attributes |= {"lspace": "0", "rspace": "0"} if _TIGHT in node.attributes else {}
    elif kind == "ms" or (kind == "mi" and len(text) > 1 and text not in _FUNCTIONS):
        kind = "mtext"  # a name of several letters; only a function has air around it
    element = ET.Element(kind, attributes)
    element.text = styledstr(text, _variant(node.kind, text, variant))
    font = loadedfonts["default"]
    for character in element.text:
        if font.glyphindex(character) == 0:
            raise MediumRefused(f"no sign for U+{ord(character):04X} in the font for formulas", character)
    return element


def _variant(kind: str, text: str, variant: str) -> MathVariant:
    """Tell how letters look: a single letter of `mi` is italic by itself (MathML Core, 3.2.2)."""
    if not variant:
        return MathVariant(italic=kind == "mi" and len(text) == 1 and auto_italic(text))
    words = variant.split("-") if variant != "double-struck" else []
    style = _STYLES.get(variant) or next((word for word in words if word in {"sans", "script", "fraktur"}), "serif")
    return MathVariant(style=style, italic="italic" in words, bold="bold" in words)


def _work(element: ET.Element) -> int:
    inside = 1 + len(element.text or "") + sum(_work(child) for child in element)
    return 2 * inside if element.tag in {"math", "mrow", "mtd"} else inside
