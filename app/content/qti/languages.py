"""Which part of a text belongs to which language.

An item in both languages says everything twice, side by side: elements with `xml:lang` zh and elements with en under
one parent. Only then is one of them left out for the reader of the other; what has no such neighbour belongs to
everybody, so that a Chinese term in an English sentence, or an English title in a Chinese one, is never lost.
"""

from typing import Final

from lxml import etree

from app.content.bank import MarkupRefused
from app.content.xml import LANG, line_of, name_of
from app.exam.prose import Language

_CHINESE: Final = frozenset({"zh", "cmn"})
# Parts of a list, a table or an interaction stand for themselves: their languages are content, not versions.
_NO_VERSIONS: Final = frozenset({"li", "dt", "dd", "tr", "td", "th", "caption", "rt", "rb", "source", "track"})
_QTI_VERSIONS: Final = frozenset({"qti-prompt", "qti-content-body", "qti-rubric-block"})
_WITHIN_LINES: Final = frozenset(
    {"span", "b", "i", "em", "strong", "u", "s", "sub", "sup", "small", "code", "q", "cite", "img", "abbr", "bdi"}
)


def named_language(element: etree._Element) -> str:
    """Give the primary language that an element names, in small letters, or nothing."""
    return str(element.get(LANG) or element.get("lang") or "").lower().split("-")[0].strip()


def as_ours(name: str) -> Language | None:
    """Give one of our languages for a primary subtag."""
    if name in _CHINESE:
        return Language.ZH
    return Language.EN if name == "en" else None


def other_versions(parent: etree._Element, language: Language, file: str) -> frozenset[etree._Element]:
    """Give the children of `parent` that say in the other language what stands beside them in `language`.

    Raises:
        MarkupRefused: versions in languages of which we can show one only.
    """
    marked = [(child, named_language(child)) for child in parent if _may_be_version(child)]
    marked = [(child, name) for child, name in marked if name]
    if len({name for _, name in marked}) <= 1:
        return frozenset()
    if all(name_of(child) in _WITHIN_LINES for child, _ in marked) and _has_text(parent):
        return frozenset()  # words of another language within a sentence
    for child, name in marked:
        if as_ours(name) is None:
            raise MarkupRefused(
                file, line_of(child), "versions in several languages, not all of them shown", name=f"xml:lang={name}"
            )
    ours = {as_ours(name) for _, name in marked}
    return frozenset(child for child, name in marked if len(ours) > 1 and as_ours(name) is not language)


def has_versions(root: etree._Element) -> bool:
    """Tell quickly whether anything below `root` may have two versions: both languages are named there."""
    found = {as_ours(named_language(element)) for element in root.iter(etree.Element) if element is not root}
    return {Language.ZH, Language.EN} <= found


def keep_version(root: etree._Element, language: Language, file: str) -> None:
    """Take out of a document, in place, what says in the other language what stands beside it in `language`.

    Raises:
        MarkupRefused: as `other_versions`.
    """
    for parent in list(root.iter(etree.Element)):
        for child in other_versions(parent, language, file):
            before = child.getprevious()
            if before is not None:
                before.tail = (before.tail or "") + (child.tail or "")
            parent.remove(child)


def _may_be_version(element: etree._Element) -> bool:
    name = name_of(element)
    return name in _QTI_VERSIONS if name.startswith("qti-") else name not in _NO_VERSIONS


def _has_text(parent: etree._Element) -> bool:
    return any(text and text.strip() for text in (parent.text, *(child.tail for child in parent)))
