"""What an item shares with others: QTI 3's stimulus references, XInclude, and a page of HTML in an `object`.

Shared material that stands at the top of an item's body becomes its `Stimulus` (案例); an inclusion elsewhere is put in
its place. Nothing is included from outside the bank, and nothing without end.
"""

import hashlib
import posixpath
import re
from dataclasses import dataclass, field
from typing import Final

from lxml import etree

from app.content.archive import Archive, resolve
from app.content.bank import BankTooLarge, FileMissing, MarkupRefused
from app.content.qti.upgrade import new_name
from app.content.xml import (
    XINCLUDE,
    check_attributes,
    line_of,
    name_of,
    read_xml,
    refuse_attribute,
    refuse_element,
)
from app.exam.processing.standard import standard

MAX_INCLUDES: Final = 20
MAX_INCLUDED_BYTES: Final = 1_000_000
_DEPTH: Final = 3
_PLAIN: Final = re.compile(r"[^A-Za-z0-9_.\-]+")
_ADDRESSES: Final = ("src", "data", "href")
_PROCESSING: Final = frozenset({"responseProcessing", "qti-response-processing"})
_TEMPLATE: Final = ("templateLocation", "template-location", "template")
_INCLUDE: Final = f"{{{XINCLUDE}}}include"
_PAGE: Final = frozenset({"text/html", "application/xhtml+xml", "text/xml", "application/xml"})


@dataclass(frozen=True)
class Shared:
    """A stimulus before it is read: its file, its root element, and its name."""

    id: str
    file: str
    root: etree._Element


@dataclass
class Includer:
    """Follows inclusions of one item file; `shared` is what stood at the top of its body."""

    archive: Archive
    file: str
    shared: list[Shared] = field(default_factory=list)
    count: int = 0

    def follow(self, root: etree._Element) -> None:
        """Put in place or set aside everything that a document includes, before it is renamed.

        Raises:
            BankUnsafe, FileMissing, BankTooLarge, BankRefused: an address outside the bank, or what lies there.
            MarkupRefused: a part of a document, or text that would be taken for elements.
        """
        self._follow(root, self.file, _DEPTH)
        for element in root:
            if name_of(element) in _PROCESSING and not len(element):
                self._template(element)

    def _template(self, element: etree._Element) -> None:
        """Put the rules of a template that lies in the bank in their place; a standard one is known by its name."""
        addresses = [str(address) for name in _TEMPLATE if (address := element.get(name))]
        if any(standard(address, ()) is not None for address in addresses):
            return
        for address in (one for one in addresses if ":" not in one):
            path, line = resolve(address, self.file, line_of(element)), line_of(element)
            try:
                raw = self.archive.read(path, MAX_INCLUDED_BYTES, wanted_by=self.file, line=line)
            except FileMissing:
                continue
            found = read_xml(raw, path)
            if name_of(found) not in _PROCESSING:
                raise refuse_element(found, path)
            self._follow(found, path, _DEPTH - 1)
            element.attrib.clear()
            element.attrib.update(found.attrib)
            element.extend(list(found))
            return

    def _follow(self, root: etree._Element, file: str, depth: int) -> None:
        for element in list(root.iter(_INCLUDE)):
            check_attributes(element, file, frozenset({"href", "parse"}))
            if element.get("parse", "xml") != "xml":
                raise refuse_attribute(element, file, "parse")
            self._replace(element, element.get("href", ""), file, depth)
        for element in [one for one in root.iter(etree.Element) if name_of(one) == "object"]:
            if element.get("type", "").lower() in _PAGE and _is_top(element):
                self._replace(element, element.get("data", ""), file, depth)

    def _replace(self, element: etree._Element, href: str, file: str, depth: int) -> None:
        line = line_of(element)
        self.count += 1
        if self.count > MAX_INCLUDES or not depth:
            raise BankTooLarge(file, line, "too many inclusions, or too deep ones", limit=MAX_INCLUDES)
        path = resolve(href, file, line)
        raw = self.archive.read(path, MAX_INCLUDED_BYTES, wanted_by=file, line=line)
        found = read_xml(raw, path)
        self._follow(found, path, depth - 1)
        if _is_top(element):
            self.shared.append(Shared(stimulus_name(path), path, found))
            _remove(element)
            return
        _rebase(found, path, file)
        found.tail = element.tail
        parent = element.getparent()
        if parent is None:
            raise refuse_element(element, file)
        parent.replace(element, found)

    def reference(self, element: etree._Element) -> None:
        """Follow a `qti-assessment-stimulus-ref`."""
        check_attributes(element, self.file, frozenset({"identifier", "href", "title"}))
        path = resolve(element.get("href", ""), self.file, line_of(element))
        raw = self.archive.read(path, MAX_INCLUDED_BYTES, wanted_by=self.file, line=line_of(element))
        found = read_xml(raw, path)
        if new_name(name_of(found)) != "qti-assessment-stimulus":
            raise MarkupRefused(path, line_of(found), "no stimulus", name=f"<{name_of(found)}>")
        self.shared.append(Shared(identified(found.get("identifier", ""))[0], path, found))


def identified(raw: str) -> tuple[str, bool]:
    """Give a name of the form that items and stimuli have here, and whether it had to be changed."""
    if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_.\-]{0,63}", raw):
        return raw, False
    plain = _PLAIN.sub("-", raw).strip("-.")[:40]
    digest = hashlib.sha256(raw.encode()).hexdigest()[:12]
    return f"{plain if re.match('[A-Za-z_]', plain) else f'i-{plain}'.rstrip('-')}-{digest}", True


def stimulus_name(path: str) -> str:
    """Give a stimulus the name of its file; the digest keeps files of one name in two folders apart."""
    plain = _PLAIN.sub("-", posixpath.basename(path).partition(".")[0]).strip("-.")[:40]
    return f"s-{plain}-{hashlib.sha256(path.encode()).hexdigest()[:12]}"


def _is_top(element: etree._Element) -> bool:
    """Tell whether an element stands directly in the item's body, or alone in a block that does."""
    parent = element.getparent()
    if parent is not None and name_of(parent) in {"div", "p"} and len(parent) == 1 and not _text_around(element):
        parent = parent.getparent()
    return parent is not None and name_of(parent) in {"itemBody", "qti-item-body"}


def _text_around(element: etree._Element) -> bool:
    parent = element.getparent()
    before = parent.text if parent is not None else ""
    return bool((before or "").strip() or (element.tail or "").strip())


def _remove(element: etree._Element) -> None:
    parent = element.getparent()
    if parent is None:
        return
    before = element.getprevious()
    if before is None:
        parent.text = (parent.text or "") + (element.tail or "")
    else:
        before.tail = (before.tail or "") + (element.tail or "")
    element.tail = None
    parent.remove(element)


def _rebase(found: etree._Element, file: str, onto: str) -> None:
    """Make addresses that were written beside `file` right for a reader of `onto`."""
    for element in found.iter(etree.Element):
        for name in _ADDRESSES:
            if name in element.attrib and name_of(element) != "a":
                path = resolve(element.get(name, ""), file, line_of(element))
                element.set(name, posixpath.relpath(path, posixpath.dirname(onto) or "."))
