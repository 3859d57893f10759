"""SVG in: checked against a list, then drawn once, at its own size, so that no seat ever reads an SVG."""

import re
from collections.abc import Iterator
from typing import Final

from lxml import etree

from app.content.media import fonts, pictures
from app.content.media.confined import run_confined
from app.content.media.medium import MediumRefused
from app.content.xml import safe_parser

MAX_SVG_BYTES: Final = 1_000_000
MAX_ELEMENTS: Final = 10_000  # as they stand, and also with every `use` written out
MAX_DEPTH: Final = 60

_SVG: Final = "http://www.w3.org/2000/svg"
_XLINK: Final = "http://www.w3.org/1999/xlink"
_XML: Final = "http://www.w3.org/XML/1998/namespace"
_NOTES: Final = {  # what editors leave in a file for themselves; not drawn, so it is dropped
    "http://www.inkscape.org/namespaces/inkscape",
    "http://sodipodi.sourceforge.net/DTD/sodipodi-0.dtd",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "http://creativecommons.org/ns#",
    "http://purl.org/dc/elements/1.1/",
    "http://www.bohemiancoding.com/sketch/ns",
    "http://www.serif.com/",
}
_DROPPED: Final = frozenset({"metadata", "title", "desc"})
_DRAWN: Final = frozenset(
    {
        *("svg", "g", "defs", "symbol", "use", "style", "text", "tspan"),
        *("path", "rect", "circle", "ellipse", "line", "polyline", "polygon"),
        *("linearGradient", "radialGradient", "stop", "clipPath", "mask", "marker", "pattern"),
    }
)
_REFERRING: Final = frozenset({"use", "linearGradient", "radialGradient", "pattern"})
_TEXTS: Final = frozenset({"text", "tspan"})
_CONDITIONS: Final = frozenset({"requiredFeatures", "requiredExtensions", "systemLanguage"})
_ADDRESS: Final = re.compile(r"url\(\s*['\"]?\s*(?!#)", re.IGNORECASE)
_UNSAFE_STYLE: Final = re.compile(r"@|\\|<|javascript|expression|image|binding|behavior|filter", re.IGNORECASE)
_SYMBOL_FONTS: Final = re.compile(r"symbol|wingdings|webdings|dingbats", re.IGNORECASE)
_LENGTH: Final = re.compile(r"(\d*\.?\d+)(px|pt|pc|mm|cm|in)?")
_PIXELS: Final = {None: 1, "px": 1, "pt": 96 / 72, "pc": 16, "mm": 96 / 25.4, "cm": 96 / 2.54, "in": 96}


def is_svg(data: bytes) -> bool:
    """Tell whether bytes are meant to be an SVG."""
    return b"<svg" in data[:4_000] and data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")


def admit_svg(data: bytes) -> pictures.AdmittedPicture:
    """Draw an SVG as a PNG of its own size in pixels (96 to the inch). Text is set in Noto Sans CJK whatever it asks.

    Raises:
        MediumRefused: scripts, links, pictures within, filters, animation, anything else that is not on the list,
            text that the font lacks, or beyond a bound of size, time or memory.
    """
    root = _parsed(data)
    _check_size(root)
    elements = list(_walk(root, 0))
    if len(elements) > MAX_ELEMENTS:
        raise MediumRefused(f"an SVG of more than {MAX_ELEMENTS} elements")
    for element in elements:
        _check(element)
    _check_uses(root)
    return pictures.admit_picture(run_confined("app.content.media.svg_drawing", etree.tostring(root)))


def _parsed(data: bytes) -> etree._Element:
    if len(data) > MAX_SVG_BYTES:
        raise MediumRefused(f"an SVG of more than {MAX_SVG_BYTES} bytes")
    if b"<!ENTITY" in data:
        raise MediumRefused("an SVG that declares entities", "<!ENTITY>")
    try:
        root = etree.fromstring(data, safe_parser())
    except (etree.XMLSyntaxError, ValueError):
        raise MediumRefused("an SVG that is not well-formed XML") from None
    internal = root.getroottree().docinfo.internalDTD
    if internal is not None and any(True for _ in internal.iterentities()):
        raise MediumRefused("an SVG that declares entities", "<!ENTITY>")
    if root.tag != f"{{{_SVG}}}svg":
        raise MediumRefused("no SVG", "<svg>")
    return root


def _walk(element: etree._Element, depth: int) -> Iterator[etree._Element]:
    """Give every element that is drawn; what is not, and says nothing to who looks, is taken out."""
    if depth > MAX_DEPTH:
        raise MediumRefused(f"an SVG deeper than {MAX_DEPTH}")
    yield element
    for child in list(element):
        if not isinstance(child.tag, str):
            raise MediumRefused("an entity in an SVG", "&;")
        name = etree.QName(child)
        if name.namespace in _NOTES or (name.namespace == _SVG and name.localname in _DROPPED):
            tail = child.tail
            element.remove(child)
            if tail and tail.strip():
                raise MediumRefused("text beside a note in an SVG", f"<{name.localname}>")
        elif name.namespace != _SVG or name.localname not in _DRAWN:
            raise MediumRefused(f"element {name.localname} of an SVG is not supported", f"<{name.localname}>")
        else:
            yield from _walk(child, depth + 1)


def _check(element: etree._Element) -> None:
    name = etree.QName(element).localname
    for key, value in element.attrib.items():
        attribute, said = etree.QName(str(key)), str(value)
        local = attribute.localname
        refused = (
            local.lower().startswith("on")
            or local in _CONDITIONS
            or local == "filter"
            or (
                local == "href"
                and not (name in {"use", "linearGradient", "radialGradient", "pattern"} and said[:1] == "#")
            )
            or (attribute.namespace == _XML and local == "base")
            or _ADDRESS.search(said)
            or (local == "style" and _UNSAFE_STYLE.search(said))
            or (local == "font-family" and _SYMBOL_FONTS.search(said))
        )
        if refused:
            raise MediumRefused(f"attribute {local} of {name} in an SVG is not supported", f"{name} {local}")
    if name == "style":
        _check_style(element.text or "")
    elif name in _TEXTS:
        for text in (element.text or "", *(child.tail or "" for child in element)):
            _check_text(text)


def _check_style(style: str) -> None:
    if any(pattern.search(style) for pattern in (_UNSAFE_STYLE, _ADDRESS, _SYMBOL_FONTS)):
        raise MediumRefused("a style sheet in an SVG with more than plain rules", "<style>")


def _check_text(text: str) -> None:
    if text.strip() and fonts.font_file() is None:
        raise MediumRefused("text in an SVG needs the font Noto Sans CJK (fonts-noto-cjk)", fonts.FAMILY)
    for character in text:
        if not character.isspace() and not fonts.is_drawable(character):
            raise MediumRefused(f"no sign for U+{ord(character):04X} in the font for drawings", character)


def _check_uses(root: etree._Element) -> None:
    """Count the elements as if every reference were written out, so that a few lines do not become a billion."""
    by_id = {one.get("id"): one for one in root.iter() if one.get("id")}
    counts: dict[etree._Element, int] = {}

    def count(element: etree._Element, above: frozenset[etree._Element]) -> int:
        if element in above or len(above) > MAX_DEPTH:
            raise MediumRefused("an SVG that uses itself, or too deeply", "<use>")
        if element not in counts:
            inner = above | {element}
            total = 1 + sum(count(child, inner) for child in element)
            total += sum(count(by_id[name], inner) for name in _references(element) if name in by_id)
            if total > MAX_ELEMENTS:
                raise MediumRefused(f"an SVG of more than {MAX_ELEMENTS} elements with its uses", "<use>")
            counts[element] = total
        return counts[element]

    count(root, frozenset())


def _references(element: etree._Element) -> Iterator[str]:
    for key, value in element.attrib.items():
        said = str(value)
        if etree.QName(str(key)).localname == "href":
            yield said.removeprefix("#")
        else:
            yield from re.findall(r"url\(\s*['\"]?\s*#([^'\")\s]+)", said)


def _check_size(root: etree._Element) -> None:
    """Check the size before it is drawn; without width and height it is that of the view box."""
    view = re.split(r"[\s,]+", root.get("viewBox", "").strip())
    sides = []
    for at, name in ((2, "width"), (3, "height")):
        said = root.get(name, "100%").strip()
        if said.endswith("%") or said == "auto":
            said = view[at] if len(view) == 4 else ""  # noqa: PLR2004 - a view box
            root.set(name, said)
        match = _LENGTH.fullmatch(said)
        if match is None:
            raise MediumRefused("an SVG that does not say how large it is", f"svg {name}")
        sides.append(float(match[1]) * _PIXELS[match[2]])
    width, height = sides
    if not (
        1 <= width <= pictures.MAX_SIDE and 1 <= height <= pictures.MAX_SIDE and width * height <= pictures.MAX_PIXELS
    ):
        raise MediumRefused(
            f"an SVG of {width:.0f} x {height:.0f} pixels; at most {pictures.MAX_SIDE} a side and "
            f"{pictures.MAX_PIXELS} in all"
        )
