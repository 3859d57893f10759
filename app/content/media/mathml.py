"""Presentation MathML as a small tree of our own: what is on the list, and nothing else.

The elements are those of MathML Core (https://www.w3.org/TR/mathml-core/) and, because authors' tools still write
them, `mfenced` and `menclose` of MathML 3. What would be drawn wrongly or not at all is refused by its name.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from lxml import etree

from app.content.media.mathml_names import (
    ANY,
    ATTRIBUTES,
    DROPPED,
    EMPTY,
    FREE,
    HOLDERS,
    MATHML,
    NOTATIONS,
    TOKENS,
    WRITTEN_OUT,
)
from app.content.media.medium import MediumRefused
from app.content.xml import safe_parser

MAX_MATHML_BYTES: Final = 64_000
MAX_DEPTH: Final = 40
MAX_BRACKETS: Final = 8  # in one another, within a row
MAX_NODES: Final = 2_000
MAX_CELLS: Final = 400  # of a table

_INHERITED: Final[frozenset[str]] = frozenset({"displaystyle", "scriptlevel", "mathvariant"})
_SPACES: Final = re.compile(r"[ \t\r\n]+")
_UNSEEN: Final = str.maketrans("", "", "\u2061\u2062\u2063\u2064\u200b\u2060\ufeff")  # function, times, comma, plus


@dataclass(frozen=True)
class Node:
    """An element: `text` for a token, `children` for a holder. `kind` is MathML's name of the element."""

    kind: str
    text: str = ""
    children: tuple["Node", ...] = ()
    attributes: dict[str, str] = field(default_factory=dict)

    def get(self, name: str, default: str = "") -> str:
        """Give an attribute."""
        return self.attributes.get(name, default)

    def walk(self) -> Iterator["Node"]:
        """Give the node and everything in it."""
        yield self
        for child in self.children:
            yield from child.walk()


NOTHING: Final = Node("mspace")


def read_mathml(mathml: bytes) -> Node:
    """Read a `math` element, with or without MathML's namespace.

    Rows of one thing are that thing; `mfenced` is the row it stands for; annotations are gone.

    Raises:
        MediumRefused: not well formed, beyond a bound, or with something that is not on the list.
    """
    if len(mathml) > MAX_MATHML_BYTES:
        raise MediumRefused(f"a formula of more than {MAX_MATHML_BYTES} bytes")
    if b"<!DOCTYPE" in mathml:
        raise MediumRefused("a document type in a formula", "<!DOCTYPE>")
    try:
        root = etree.fromstring(mathml, safe_parser())
    except etree.XMLSyntaxError:
        raise MediumRefused("a formula that is not well-formed XML") from None
    if _name(root) != "math":
        raise MediumRefused("a formula begins with math", f"<{_name(root)}>")
    if sum(1 for _ in root.iter()) > MAX_NODES:
        raise MediumRefused(f"a formula of more than {MAX_NODES} elements")
    node = _node(root, 0)
    if _depth(node) > MAX_DEPTH:
        raise MediumRefused(f"a formula deeper than {MAX_DEPTH}")
    if not any(part.text for part in node.walk()):
        raise MediumRefused("a formula without anything in it")
    return node


def _depth(node: Node) -> int:
    return 1 + max(map(_depth, node.children), default=0)


def _name(element: etree._Element) -> str:
    if not isinstance(element.tag, str):  # an entity that was not resolved
        raise MediumRefused("an entity in a formula", "&;")
    name = etree.QName(element)
    if name.namespace not in {None, MATHML}:
        raise MediumRefused(f"element {name.localname} of another namespace in a formula", f"<{name.localname}>")
    return name.localname


def _node(element: etree._Element, depth: int) -> Node:
    name = _name(element)
    if depth > MAX_DEPTH:
        raise MediumRefused(f"a formula deeper than {MAX_DEPTH}")
    if (name not in HOLDERS and name not in TOKENS and name not in EMPTY) or (name == "math" and depth):
        raise MediumRefused(f"element {name} of a formula is not supported", f"<{name}>")
    attributes = _attributes(element, name)
    if name in TOKENS:
        return _token(element, name, attributes)
    if _stray_text(element):
        raise MediumRefused(f"text directly in {name}", f"<{name}> text")
    if name in EMPTY:
        return Node(name, "", (), attributes)
    children = tuple(_node(child, depth + 1) for child in element if _name(child) not in DROPPED)
    count = HOLDERS[name]
    if count is not None and len(children) != count:
        raise MediumRefused(f"{name} needs {count} parts, not {len(children)}", f"<{name}>")
    return _holder(name, children, attributes)


def _token(element: etree._Element, name: str, attributes: dict[str, str]) -> Node:
    if len(element):
        inner = _name(element[0])
        raise MediumRefused(f"element {inner} in {name} is not supported", f"<{inner}>")
    said = (element.text or "").translate(_UNSEEN)
    text = _SPACES.sub(" ", said).strip(" ")  # a space that does not break stays
    for character in text:
        if unicodedata.category(character) in {"Cc", "Cf", "Co", "Cn", "Cs"}:
            raise MediumRefused(f"character U+{ord(character):04X} in a formula", f"U+{ord(character):04X}")
    return Node(name, text, (), attributes) if text else NOTHING


def _attributes(element: etree._Element, name: str) -> dict[str, str]:
    allowed = FREE | ATTRIBUTES.get(name, {})
    found = {}
    for key, value in element.attrib.items():
        attribute, said = str(key), " ".join(str(value).split())
        values = allowed.get(attribute)
        if values is None or (values is not ANY and said.lower() not in values):
            local = etree.QName(attribute).localname
            raise MediumRefused(f'attribute {local}="{said[:40]}" of {name} is not supported', f"{name} {local}")
        found[attribute] = said
    return found


def _stray_text(element: etree._Element) -> bool:
    pieces = [element.text, *(child.tail for child in element)]
    return any(piece and piece.strip() for piece in pieces)


def _holder(name: str, children: tuple[Node, ...], attributes: dict[str, str]) -> Node:
    if name in WRITTEN_OUT:
        return _written_out(name, children, attributes)
    if name == "menclose":
        notations = set((attributes.get("notation") or "longdiv").split())
        if unknown := sorted(notations - NOTATIONS):
            raise MediumRefused(f"notation {unknown[0][:40]} of menclose is not supported", "menclose notation")
    if name in {"math", "mtd", "msqrt", "menclose"}:
        return Node(name, "", (row(children, {}),), attributes)
    if name != "mtr":
        _check_places(name, children)
    return Node(name, "", children, attributes)


def _written_out(name: str, children: tuple[Node, ...], attributes: dict[str, str]) -> Node:
    """Give what an element stands for."""
    match name:
        case "semantics" if children:
            return children[0]
        case "mfenced":
            return row(_fenced(children, attributes), {})
        case "mmultiscripts":
            return _scripted(children)
        case "mtable":
            return _table(children, attributes)
    return row(children, attributes)


def _check_places(name: str, children: tuple[Node, ...]) -> None:
    if any(child.kind in {"mtr", "mtd", "mprescripts"} for child in children):
        raise MediumRefused(f"a part of a table or of scripts directly in {name}", f"<{name}>")


def row(children: tuple[Node, ...], attributes: dict[str, str]) -> Node:
    """Make a row; of one child without more to say, the child; of none, nothing."""
    _check_places("mrow", children)
    meaning = {key: value for key, value in attributes.items() if key in _INHERITED}
    kept = tuple(child for child in children if child != NOTHING and child.kind != "none")
    if not meaning and len(kept) == 1:
        return kept[0]
    return Node("mrow", "", _grouped(kept), meaning) if kept else NOTHING


def _grouped(children: tuple[Node, ...]) -> tuple[Node, ...]:
    """Make a row of its own from what stands between two brackets, so that they fit that and not their neighbours."""
    open_rows: list[list[Node]] = [[]]
    for child in children:
        if child.kind == "mo" and child.text in {"(", "[", "{"}:
            open_rows.append([child])
            if len(open_rows) > MAX_BRACKETS:
                raise MediumRefused(f"more than {MAX_BRACKETS} brackets in brackets in a formula")
        elif child.kind == "mo" and child.text in {")", "]", "}"} and len(open_rows) > 1:
            inner = open_rows.pop()
            open_rows[-1].append(Node("mrow", "", (*inner, child)))
        else:
            open_rows[-1].append(child)
    flat = tuple(child for one in open_rows for child in one)
    return flat if len(flat) > 1 or children == flat else flat[0].children


def _fenced(children: tuple[Node, ...], attributes: dict[str, str]) -> tuple[Node, ...]:
    """Write out what `mfenced` stands for (MathML 3, 3.3.8)."""
    separators = attributes.get("separators", ",").replace(" ", "")
    inside: list[Node] = []
    for at, child in enumerate(children):
        if at and separators:
            inside.append(Node("mo", separators[min(at, len(separators)) - 1]))
        inside.append(child)
    opened, closed = attributes.get("open", "(").strip(), attributes.get("close", ")").strip()
    fences = [Node("mo", opened, (), {"form": "prefix"})] if opened else []
    ends = [Node("mo", closed, (), {"form": "postfix"})] if closed else []
    return (*fences, row(tuple(inside), {}), *ends)


def _scripted(children: tuple[Node, ...]) -> Node:
    """Turn `mmultiscripts` into scripts before and after: one pair each, as in isotopes and ions."""
    kinds = [child.kind for child in children]
    split = kinds.index("mprescripts") if "mprescripts" in kinds else len(children)
    after, before = children[1:split], children[split + 1 :]
    if not children or len(after) not in {0, 2} or len(before) not in {0, 2} or "mprescripts" in kinds[split + 1 :]:
        raise MediumRefused("mmultiscripts with more than a pair on a side", "<mmultiscripts>")
    base = children[0]
    if after:
        base = _script(base, *after)
    return row((_script(NOTHING, *before), base), {}) if before else base


def _script(base: Node, below: Node, above: Node) -> Node:
    has_below, has_above = (part.kind != "none" and part != NOTHING for part in (below, above))
    if has_below and has_above:
        return Node("msubsup", "", (base, below, above))
    return Node("msup", "", (base, above)) if has_above else Node("msub", "", (base, below))


def _table(rows: tuple[Node, ...], attributes: dict[str, str]) -> Node:
    for one in rows:
        if one.kind != "mtr" or not one.children or any(cell.kind != "mtd" for cell in one.children):
            raise MediumRefused("a table holds rows of cells", "<mtable>")
    if not rows or sum(len(one.children) for one in rows) > MAX_CELLS:
        raise MediumRefused(f"a table without cells or with more than {MAX_CELLS}", "<mtable>")
    return Node("mtable", "", rows, attributes)
