"""A formula in one line, for who hears it or searches it: 1/2, x^2, √(a+b), ∑_(i=1)^n.

A part that is more than one sign stands in brackets, so that there is one way only to read a line.
"""

import unicodedata
from dataclasses import dataclass
from typing import Final

from ziamath.styles import MathVariant, styledstr

from app.content.media.mathml import Node

_OPEN, _CLOSE = "([{⟨⌈⌊|‖", ")]}⟩⌉⌋|‖"
_BRACKETS: Final = frozenset("()[]{}")
_DOUBLE: Final = MathVariant(style="double")
_LOOSE: Final = frozenset("+−-±∓=<>≤≥≠≈≡∼≅∝→←↔⇒⇐⇔⇌,;:，；：。.∈∉⊂⊆∪∩∧∨∴∵…") | frozenset(_OPEN) | frozenset(_CLOSE)
_OVER: Final = {  # what stands over its base, as the combining sign that follows it
    "→": "\u20d7",
    "⃗": "\u20d7",
    "←": "\u20d6",
    "↔": "\u20e1",
    "―": "\u0305",
    "ˆ": "\u0302",
    "^": "\u0302",
    "˜": "\u0303",
    "~": "\u0303",
    "˙": "\u0307",
    ".": "\u0307",
    "¨": "\u0308",
    "ˇ": "\u030c",
    "⏜": "\u0311",
    "⌒": "\u0311",
}
_RAISED: Final = {"′": "′", "'": "′", "″": "″", "‴": "‴", "∘": "°", "°": "°"}  # what needs no ^ before it
_ENCLOSED: Final = {
    "box": "□",
    "roundedbox": "▢",
    "circle": "○",
    "top": "‾",
    "bottom": "▁",
    "longdiv": "⟌",
    "updiagonalstrike": "╱",
    "downdiagonalstrike": "╲",
    "horizontalstrike": "╌",
}
BARS: Final = frozenset("¯‾―‐-−_–—\u0304\u0305\u0332ˉ")


@dataclass(frozen=True)
class _Said:
    """A piece of the line. `whole`: needs no brackets; `script`: ends in one, so that letters keep away."""

    text: str
    whole: bool = True
    script: bool = False
    fraction: bool = False
    loose: bool = False

    def bracketed(self) -> str:
        return self.text if self.whole and self.text else f"({self.text})"


def formula_text(node: Node) -> str:
    """Say a formula in one line, for example `(−b±√(b^2 −4ac))/(2a)`."""
    return _say(node).text


def _say(node: Node) -> _Said:  # noqa: C901, PLR0911 - a line for each kind
    parts = [_say(child) for child in node.children]
    match node.kind:
        case "mi" | "mn" | "mtext":
            text = styledstr(node.text, _DOUBLE) if node.get("mathvariant") == "double-struck" else node.text
            return _Said(text.replace("-", "−"), whole=len(text) == 1 or text.isalnum())
        case "ms":
            return _Said(f'"{node.text}"')
        case "mo":
            return _Said(node.text.replace("-", "−"), whole=len(node.text) == 1, loose=node.text in _LOOSE)
        case "mspace" | "none":
            return _Said(" " if node.get("width", "0").lstrip("0.").rstrip("empxtcin%") else "")
        case "mfrac":
            return _fraction(node, parts)
        case "msqrt":
            return _Said(f"√({parts[0].text})")
        case "mroot":
            return _Said(f"√[{parts[1].text}]({parts[0].text})")
        case "msub" | "msup" | "msubsup" | "munder" | "mover" | "munderover":
            return _scripts(node, parts)
        case "menclose":
            marks = "".join(_ENCLOSED[name] for name in sorted((node.get("notation") or "longdiv").split()))
            return _Said(f"{marks}({parts[0].text})")
        case "mtable":
            return _Said(f"[{'; '.join(part.text for part in parts)}]")
        case "mtr":
            return _Said(", ".join(part.text for part in parts))
    return _joined(parts)


def _fraction(node: Node, parts: list[_Said]) -> _Said:
    over, under = parts
    if is_stacked(node):
        return _Said(f"[{over.text}; {under.text}]")
    return _Said(f"{over.bracketed()}/{under.bracketed()}", whole=False, fraction=True)


def is_stacked(fraction: Node) -> bool:
    """Tell a fraction without a line, as in a binomial coefficient, from a real one."""
    return fraction.get("linethickness", "1").rstrip("emptxinc%").strip("0.") == ""


def _scripts(node: Node, parts: list[_Said]) -> _Said:
    base, scripts = parts[0], node.children[1:]
    head = base.bracketed() if base.text else ""
    if node.kind == "mover" and scripts[0].kind in {"mo", "mi"}:
        above = "―" if scripts[0].text in BARS else scripts[0].text
        if above in _OVER:
            return _Said(head + _OVER[above])
    if node.kind == "msup" and scripts[0].text in _RAISED:
        return _Said(head + _RAISED[scripts[0].text], script=True)
    if node.kind == "munder" and scripts[0].text in BARS:
        return _Said(head + "\u0332")
    doubled = node.kind in {"munder", "mover", "munderover"} and not _takes_limits(node.children[0])
    signs = {"msub": "_", "munder": "_", "msup": "^", "mover": "^"}.get(node.kind, "_^")
    said = "".join(sign * (1 + doubled) + part.bracketed() for sign, part in zip(signs, parts[1:], strict=True))
    return _Said(head + said, whole=False, script=True)


def _takes_limits(base: Node) -> bool:
    """Tell whether what stands under or over a sign is its limits: ∑, ∫, lim, max."""
    text = base.text
    return (base.kind in {"mi", "mo"} and len(text) > 1 and text.isalpha()) or (
        base.kind == "mo" and (text in "∑∏∐∫∬∭∮⋃⋂⋀⋁⨁⨂" or unicodedata.category(text[0]) == "Sm")
    )


def _joined(parts: list[_Said]) -> _Said:
    """Set pieces in a row, with a space or brackets where they would run together."""
    parts = [part for part in parts if part.text]
    if not parts:
        return _Said("")
    if len(parts) == 1:
        return parts[0]
    line = ""
    for at, part in enumerate(parts):
        before = parts[at - 1] if at else None
        after = parts[at + 1] if at + 1 < len(parts) else None
        text = part.text
        if part.fraction and not _mixed(before, after) and not (_free(before) and _free(after)):
            text = f"({text})"
        line += (" " if before and _needs_space(before, text, line) else "") + text
    brackets = [part.text for part in parts if part.text in _BRACKETS]
    fenced = len(brackets) == len({parts[0].text, parts[-1].text} & _BRACKETS) == 2  # noqa: PLR2004 - a pair
    return _Said(line, whole=fenced)


def _free(neighbour: _Said | None) -> bool:
    return neighbour is None or neighbour.loose


def _mixed(before: _Said | None, after: _Said | None) -> bool:
    """Tell a mixed number (2 1/2), which keeps its space, from a product."""
    return before is not None and before.text.isdigit() and _free(after)


def _needs_space(before: _Said, text: str, line: str) -> bool:
    last, first = line[-1], text[0]
    if not (first.isalnum() and (last.isalnum() or before.script)):
        return before.script and first == "("
    both_digits = last.isdigit() and first.isdigit()
    names = (len(before.text) > 1 and before.text.isalpha()) or (len(text) > 1 and text.isalpha())
    return before.script or both_digits or names or (before.text.isdigit() and "/" in text)
