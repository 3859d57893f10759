"""HTML as editors write it: unclosed and oddly nested tags are mended as a browser does, then read as strictly as QTI.

libxml2 mends, and drops what it cannot make sense of; so its text is compared with what Python's own tokeniser reads,
and where the two differ the fragment is refused. What comes out are elements of QTI's namespace for `app.content.qti`.
"""

import re
from html.parser import HTMLParser
from typing import Final

import lxml.html
from lxml import etree

from app.content.bank import BankRefused, BankTooLarge, MarkupRefused
from app.content.formats.files import NoFiles
from app.content.qti.body import BodyReader, Media
from app.content.qti.flow import Inside
from app.content.qti.languages import has_versions
from app.content.tex import refuse_tex
from app.content.xml import LANG, MATHML, qti
from app.exam.prose import Body, Language, Wording

MAX_FRAGMENT: Final = 1_000_000  # characters
_MAX_TAGS: Final = 5_000
_MAX_DEPTH: Final = 60

# fmt: off
_TAGS: Final = frozenset(
    {
        "p", "br", "div", "span", "b", "strong", "i", "em", "u", "s", "del", "sub", "sup", "small", "big",
        "code", "pre", "img", "table", "thead", "tbody", "tr", "td", "th", "ul", "ol", "li", "h1", "h2", "h3",
        "h4", "h5", "h6", "hr", "blockquote", "a", "font", "center", "math", "mi", "mn", "mo", "mrow", "ruby",
        "rt", "rp", "rb", "svg", "video", "audio", "script", "style", "iframe", "input",
    }
)
# fmt: on
_TAG: Final = re.compile(r"</?([a-zA-Z][a-zA-Z0-9]*)(\s[^<>]*)?/?>")
_ENTITY: Final = re.compile(r"&(#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z]{2,8});")
_NAME: Final = re.compile(r"[a-z][a-z0-9]*")
_ATTRIBUTE: Final = re.compile(r"[a-z][a-z0-9\-]*")
_SPACE: Final = re.compile(r"\s+")
_OF_WORD: Final = {"o:p": "span"}  # what word processors put around the end of a paragraph; it means nothing


def looks_like_html(text: str) -> bool:
    """Tell whether a text is HTML: it has a tag that HTML knows, or an entity; "a < b" is none."""
    return any(tag[1].lower() in _TAGS for tag in _TAG.finditer(text)) or bool(_ENTITY.search(text))


def elements_of_html(fragment: str, place: tuple[str, int]) -> etree._Element:
    """Give a fragment as a well-formed `div` of QTI's namespace; MathML keeps its own.

    Raises:
        BankTooLarge: too long, too many tags, or too deep.
        BankRefused: it cannot be read with certainty.
    """
    if len(fragment) > MAX_FRAGMENT or fragment.count("<") > 2 * _MAX_TAGS:
        raise BankTooLarge(*place, "too long an HTML text", limit=MAX_FRAGMENT)
    if fragment.rfind("<") > fragment.rfind(">"):
        raise BankRefused(*place, "HTML that ends within a tag")
    refuse_tex(fragment, place)
    try:
        root = lxml.html.fragment_fromstring(fragment, create_parent="div")
    except (etree.LxmlError, ValueError, AssertionError):
        raise BankRefused(*place, "HTML that cannot be read") from None
    text = _text_of(root)
    if _shown(text) != _shown(_Text.of(fragment)):
        raise BankRefused(*place, "HTML that cannot be read with certainty")
    refuse_tex(text, place)  # also where tags or entities hide it
    made = etree.Element(qti("div"), nsmap={None: qti("")[1:-1]})
    _convert(root, made, place, depth=0, math=False)
    return made


def _convert(source: etree._Element, made: etree._Element, place: tuple[str, int], *, depth: int, math: bool) -> None:
    if depth > _MAX_DEPTH:
        raise BankTooLarge(*place, "elements within elements without end", limit=_MAX_DEPTH)
    made.sourceline = place[1] or None  # type: ignore[misc]  # lxml lets it be set, its stubs do not
    made.text = source.text
    last: etree._Element | None = None
    for child in source:
        if not isinstance(child.tag, str):  # a comment
            if last is None:
                made.text = (made.text or "") + (child.tail or "")
            else:
                last.tail = (last.tail or "") + (child.tail or "")
            continue
        name = _OF_WORD.get(child.tag.lower(), child.tag.lower())
        if not _NAME.fullmatch(name):
            raise MarkupRefused(*place, f"element {name[:40]} is not supported", name=f"<{name[:40]}>")
        within_math = math or name == "math"
        last = etree.SubElement(made, f"{{{MATHML}}}{name}" if within_math else qti(name))
        last.tail = child.tail
        _copy_attributes(child, last, place)
        _convert(child, last, place, depth=depth + 1, math=within_math)


def _copy_attributes(source: etree._Element, made: etree._Element, place: tuple[str, int]) -> None:
    for key, value in source.attrib.items():
        name = str(key).lower()
        if name == "xmlns":
            continue  # the namespace is that of the element already
        if name == "xml:lang" or (name == "lang" and "multilang" in source.get("class", "").split()):
            made.set(LANG, str(value).replace("_", "-"))
        elif not _ATTRIBUTE.fullmatch(name):
            raise MarkupRefused(*place, f"attribute {name[:40]} is not supported", name=name[:40])
        else:
            made.set(name, str(value))


def _text_of(root: etree._Element) -> str:
    return "".join(str(text) for text in root.itertext(tag=etree.Element))


def _shown(text: str) -> str:
    return _SPACE.sub("", text)


class _Text(HTMLParser):
    """Collects the text of a fragment as HTML's own rules of tokens give it."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []

    @classmethod
    def of(cls, fragment: str) -> str:
        reader = cls()
        reader.feed(fragment)
        reader.close()
        return "".join(reader.parts)

    def handle_data(self, data: str) -> None:
        self.parts.append(data)


def body_of_html(fragment: str, place: tuple[str, int]) -> Body:
    """Read a fragment that has no pictures, in one language.

    Raises:
        BankRefused: one of its kinds.
    """
    return _read(fragment, place, NoFiles(place)).zh


def wording_of_html(fragment: str, place: tuple[str, int], files: Media) -> Wording:
    """Read a fragment; where both languages are marked in it, each gets its own.

    Raises:
        BankRefused: one of its kinds.
    """
    return _read(fragment, place, files)


def _read(fragment: str, place: tuple[str, int], files: Media) -> Wording:
    root = elements_of_html(fragment, place)
    languages = (Language.ZH, Language.EN) if has_versions(root) else (None,)
    bodies = [BodyReader(place[0], files, language).body(root, Inside.NOTHING) for language in languages]
    if not all(bodies):
        raise BankRefused(*place, "nothing to read here")
    return Wording(bodies[0], bodies[-1])
