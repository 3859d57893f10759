"""Reading XML from outside: UTF-8 only, no document type, no entities, no network, bounded."""

from typing import Final

from lxml import etree

from app.content.bank import BankRefused, BankUnsafe, MarkupRefused

QTI: Final = "http://www.imsglobal.org/xsd/imsqtiasi_v3p0"
CP: Final = "http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1"
LOM: Final = "http://ltsc.ieee.org/xsd/LOM"
LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"
_HINTS: Final = "{http://www.w3.org/2001/XMLSchema-instance}"  # schemaLocation and such: for validators only


def read_xml(raw: bytes, file: str, root: str) -> etree._Element:
    """Read a document whose root element must be `root` (in lxml's `{namespace}name` form).

    Raises:
        BankUnsafe: it has a document type (the place where entities and outside files are declared).
        BankRefused: not UTF-8, not well formed, nested too deeply, or another root.
    """
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BankRefused(file, 0, "not UTF-8") from None
    before, doctype, _ = text.partition("<!DOCTYPE")
    if doctype:
        raise BankUnsafe(file, before.count("\n") + 1, "a document type")
    parser = etree.XMLParser(
        encoding="utf-8",  # whatever the XML declaration says
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        element = etree.fromstring(text.encode(), parser)
    except etree.XMLSyntaxError as error:
        raise BankRefused(file, error.lineno or 0, "not well-formed XML") from None
    if element.tag != root:
        raise BankRefused(file, line_of(element), f"the root is not {etree.QName(root).localname}")
    return element


def line_of(element: etree._Element) -> int:
    """Give the line an element begins at, 0 if unknown."""
    return element.sourceline or 0


def name_of(element: etree._Element) -> str:
    """Give an element's name as a person wrote it, without its namespace."""
    return etree.QName(element).localname


def refuse_element(element: etree._Element, file: str) -> MarkupRefused:
    """Make the refusal of an element that is not on a list."""
    name = name_of(element)
    return MarkupRefused(file, line_of(element), f"element {name} is not supported", name=f"<{name}>")


def check_attributes(element: etree._Element, file: str, allowed: frozenset[str]) -> None:
    """Refuse an attribute that we would not follow.

    Raises:
        MarkupRefused: an attribute that is not in `allowed`; hints for schema validators pass.
    """
    for key in element.attrib:
        attribute = str(key)
        if attribute not in allowed and not attribute.startswith(_HINTS):
            local = etree.QName(attribute).localname
            name = f"{name_of(element)} {local}"
            raise MarkupRefused(file, line_of(element), f"attribute {name} is not supported", name=name)


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
