"""From QTI 2.0, 2.1 and 2.2 to QTI 3.0, by renaming alone: one reader then reads them all.

QTI 3 took the same information model into hyphenated names: `simpleChoice` is `qti-simple-choice`, `maxChoices` is
`max-choices`; HTML keeps its names and moves into QTI's namespace. MathML, XInclude and anything foreign stay as they
are, for the reader to take or refuse by name. Source: 1EdTech QTI 3.0 ASI, "Converting from QTI v2.x to QTI 3.0".
"""

import re
from functools import lru_cache
from typing import Final

from lxml import etree

from app.content.xml import QTI, XHTML, name_of, qti

_OLD: Final = re.compile(
    r"http://www\.imsglobal\.org/xsd/"
    r"(imsqti(_item|_test|_section|_result)?_v2p[0-2]|apip/apipv1p0/qti(item|test|section)/imsqti_v2p[12])"
)
# SSML tells a speaking machine how to read; what is read stays.
_SPOKEN: Final = ("http://www.w3.org/2001/10/synthesis", "http://www.w3.org/2010/10/synthesis")
_HUMP: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_DECLARATIONS: Final = frozenset({"qti-response-declaration", "qti-outcome-declaration", "qti-template-declaration"})
_ATTRIBUTE: Final = re.compile(r"[a-z]+([A-Z][a-z0-9]*)+")

# Every XHTML and HTML 5 element that QTI 2.x names, shown here or not: they are no QTI elements.
_HTML: Final = frozenset(
    re.findall(
        r"[a-z0-9]+",
        "a abbr acronym address article aside audio b bdi bdo big blockquote br caption cite code col "
        "colgroup dd del details dfn div dl dt em embed figcaption figure font footer form frame h1 h2 h3 h4 "
        "h5 h6 header hr i iframe img input ins kbd label li link main map mark meta nav object ol p param "
        "picture pre q rb rp rt rtc ruby s samp script section small source span strike strong style sub "
        "summary sup svg table tbody td textarea tfoot th thead time tr track tt u ul var video wbr ",
    )
)


def upgraded(root: etree._Element) -> etree._Element:
    """Give a document of QTI 2.x in QTI 3.0's names, in place; one of QTI 3.0 keeps them.

    XHTML in a namespace of its own moves into QTI's, and SSML's marks around words are taken off, in both.
    """
    for element in root.iter(etree.Element):
        namespace = etree.QName(element).namespace
        if not namespace or _OLD.fullmatch(namespace):  # what is included may be of another version
            _rename(element)
    _unspoken(root)
    for element in root.iter(f"{{{XHTML}}}*"):
        element.tag = f"{{{QTI}}}{etree.QName(element).localname}"
    return root


def is_qti(root: etree._Element, name: str) -> bool:
    """Tell whether a root that was not yet renamed is QTI's `name` ("qti-assessment-item") in any version."""
    found = etree.QName(root)
    namespace = found.namespace or ""
    if namespace == QTI:
        return found.localname == name
    return (not namespace or _OLD.fullmatch(namespace) is not None) and new_name(found.localname) == name


@lru_cache(maxsize=1_000)
def new_name(old: str) -> str:
    """Give an element's name in QTI 3.0: "simpleChoice" becomes "qti-simple-choice", "p" stays."""
    return old if old in _HTML or old.startswith("qti-") else f"qti-{_HUMP.sub('-', old).lower()}"


def declare_score(root: etree._Element) -> None:
    """Declare SCORE for a standard template, which sets it, where an item forgot to; editors do."""
    named = {child.get("identifier") for child in root if name_of(child) in _DECLARATIONS}
    processing = root.find(qti("qti-response-processing"))
    if processing is None or len(processing) or "SCORE" in named:
        return
    score = etree.Element(qti("qti-outcome-declaration"), identifier="SCORE", cardinality="single")
    score.set("base-type", "float")
    default = etree.SubElement(etree.SubElement(score, qti("qti-default-value")), qti("qti-value"))
    default.text = "0"
    last = [at for at, child in enumerate(root) if name_of(child) == "qti-response-declaration"]
    root.insert(last[-1] + 1 if last else 0, score)


def _rename(element: etree._Element) -> None:
    name = new_name(etree.QName(element).localname)
    element.tag = f"{{{QTI}}}{name}"
    if not name.startswith("qti-"):
        return
    for key, value in list(element.attrib.items()):
        if _ATTRIBUTE.fullmatch(str(key)):
            del element.attrib[key]
            element.set(_HUMP.sub("-", str(key)).lower(), value)
    if name == "qti-map-entry" and element.get("case-sensitive") is None:
        element.set("case-sensitive", "true")  # what 2.x means by saying nothing; QTI 3 means the contrary


def _unspoken(root: etree._Element) -> None:
    for namespace in _SPOKEN:
        etree.strip_tags(root, f"{{{namespace}}}*")
