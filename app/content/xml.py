"""Reading XML from outside: no document type, no entities, no network, everything bounded.

The encoding is the one that the bytes or the declaration name (XML 1.0, appendix F); we decode, and the parser gets
UTF-8 and no say in it.
"""

import re
from typing import Final

from lxml import etree

from app.content.bank import BankRefused, BankTooLarge, BankUnsafe, MarkupRefused

QTI: Final = "http://www.imsglobal.org/xsd/imsqtiasi_v3p0"
CP: Final = "http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1"
LOM: Final = "http://ltsc.ieee.org/xsd/LOM"
MATHML: Final = "http://www.w3.org/1998/Math/MathML"
XHTML: Final = "http://www.w3.org/1999/xhtml"
XINCLUDE: Final = "http://www.w3.org/2001/XInclude"
LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"
MAX_NODES: Final = 50_000  # elements of one document
MAX_DEPTH: Final = 100
_HINTS: Final = "{http://www.w3.org/2001/XMLSchema-instance}"  # schemaLocation and such: for validators only

_MARKS: Final = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_UNMARKED: Final = ((b"<\x00?\x00", "utf-16-le"), (b"\x00<\x00?", "utf-16-be"))
_DECLARATION: Final = re.compile(r"\s*<\?xml\s[^>]{0,200}\?>")
_ENCODING: Final = re.compile(rb"""^\s*<\?xml\s[^>]{0,120}encoding\s*=\s*["']([A-Za-z0-9._\-]{1,40})["']""")
# What an XML declaration may say, and Python's codec for it; GB 18030 holds all of GBK and GB 2312.
CODECS: Final = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "us-ascii": "utf-8",
    "ascii": "utf-8",
    "gb18030": "gb18030",
    "gbk": "gb18030",
    "gb2312": "gb18030",
    "windows-1252": "cp1252",
    "cp1252": "cp1252",
    "iso-8859-1": "cp1252",  # as every browser takes it: the two differ in controls only
    "latin1": "cp1252",
}


def read_xml(raw: bytes, file: str, *roots: str, max_nodes: int = MAX_NODES) -> etree._Element:
    """Read a document whose root element must be one of `roots` (in lxml's `{namespace}name` form), or any.

    Raises:
        BankUnsafe: it has a document type (the place where entities and outside files are declared).
        BankTooLarge: more than `max_nodes` elements, or more than `MAX_DEPTH` within each other.
        BankRefused: an encoding that is not its own, not well formed, or another root.
    """
    text = _decoded(raw, file)
    before, doctype, _ = text.partition("<!DOCTYPE")
    if doctype:
        raise BankUnsafe(file, before.count("\n") + 1, "a document type")
    if text.count("<") > 2 * max_nodes:  # before a tree is made of it
        raise BankTooLarge(file, 0, "too many elements", limit=max_nodes)
    element = _parsed(text, file)
    _check_depth(element, file)
    if roots and element.tag not in roots:
        raise BankRefused(file, line_of(element), f"the root is not {etree.QName(roots[0]).localname}")
    return element


def _decoded(raw: bytes, file: str) -> str:
    """Decode, and take the declaration off without moving a line."""
    codec = _codec(raw, file)
    try:
        text = raw.decode(codec).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise BankRefused(file, raw[: error.start].count(b"\n") + 1, f"not {codec.upper()}") from None
    found_declaration = _DECLARATION.match(text)
    if found_declaration:
        text = "\n" * found_declaration[0].count("\n") + text[found_declaration.end() :]
    return text


def declared_encoding(raw: bytes) -> str:
    """Give the encoding that an XML declaration in ASCII names, in small letters; empty if there is none."""
    found = _ENCODING.match(raw[:200])
    return found[1].decode().lower() if found else ""


def _codec(raw: bytes, file: str) -> str:
    """Give Python's name of a document's encoding: what its first bytes say, else its declaration, else UTF-8."""
    marked = next((codec for mark, codec in (*_MARKS, *_UNMARKED) if raw.startswith(mark)), "")
    if marked:
        return marked
    named = declared_encoding(raw) or "utf-8"
    if named not in CODECS:
        raise BankRefused(file, 1, f"the encoding {named} is not read here", name=named)
    return CODECS[named]


def _parsed(text: str, file: str) -> etree._Element:
    try:
        return etree.fromstring(text.encode(), safe_parser())
    except etree.XMLSyntaxError as error:
        raise BankRefused(file, error.lineno or 0, "not well-formed XML") from None
    except UnicodeEncodeError:  # half a surrogate pair
        raise BankRefused(file, 0, "not well-formed XML") from None


def _check_depth(root: etree._Element, file: str) -> None:
    depth = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > MAX_DEPTH:
            raise BankTooLarge(file, line_of(element), "elements within elements without end", limit=MAX_DEPTH)


def safe_parser() -> etree.XMLParser:
    """Make the parser for XML from outside: UTF-8 whatever is declared, nothing fetched, nothing expanded."""
    return etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )


def line_of(element: etree._Element) -> int:
    """Give the line an element begins at, 0 if unknown."""
    return element.sourceline or 0


def name_of(element: etree._Element) -> str:
    """Give an element's name as a person wrote it, without its namespace."""
    return str(element.tag).rpartition("}")[2]


def children(element: etree._Element, name: str = "") -> list[etree._Element]:
    """Give an element's children of a local name ("a|b": of either), whatever their namespace; all without a name."""
    names = name.split("|")
    return [child for child in element if not name or name_of(child) in names]


def refuse_element(element: etree._Element, file: str) -> MarkupRefused:
    """Make the refusal of an element that is not on a list."""
    name = name_of(element)
    return MarkupRefused(file, line_of(element), f"element {name} is not supported", name=f"<{name}>")


def refuse_attribute(element: etree._Element, file: str, attribute: str) -> MarkupRefused:
    """Make the refusal of an attribute that is not on a list, or of its value."""
    name = f"{name_of(element)} {attribute}"
    return MarkupRefused(file, line_of(element), f"attribute {name} is not supported", name=name)


def check_attributes(element: etree._Element, file: str, allowed: frozenset[str]) -> None:
    """Refuse an attribute that we would not follow.

    Raises:
        MarkupRefused: an attribute that is not in `allowed`; hints for schema validators and an author's own
            notes (`data-…`) pass.
    """
    for key in element.attrib:
        attribute = str(key)
        if attribute not in allowed and not attribute.startswith((_HINTS, "data-")):
            raise refuse_attribute(element, file, etree.QName(attribute).localname)


def check_no_text(element: etree._Element, file: str) -> None:
    """Refuse text that stands directly in an element where it would not be shown.

    Raises:
        MarkupRefused: there is such text.
    """
    pieces = [element.text, *(child.tail for child in element)]
    if any(piece and piece.strip() for piece in pieces):
        name = name_of(element)
        raise MarkupRefused(file, line_of(element), f"text directly in {name}", name=f"<{name}> text")


def qti(name: str) -> str:
    """Give the full tag of a QTI 3 element."""
    return f"{{{QTI}}}{name}"
