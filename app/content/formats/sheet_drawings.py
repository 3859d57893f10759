"""What lies over the cells of a worksheet: pasted pictures with the cell each begins at, and what is not read.

Sources: ECMA-376 part 1, 20.5 (SpreadsheetML drawing); WPS keeps the pictures of =DISPIMG("ID_…",1) in
`xl/cellimages.xml`, each named by its id.
"""

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from lxml import etree

from app.content.formats.shared_strings import elements
from app.content.formats.warning import WarningKind
from app.content.xml import read_xml

MAX_PICTURES: Final = 2_000
_MAX_NODES: Final = 400_000
_CELL_IMAGES: Final = "xl/cellimages.xml"
_ANCHORS: Final = frozenset({"twoCellAnchor", "oneCellAnchor", "absoluteAnchor"})
_OBJECTS: Final = frozenset({"pic", "grpSp", "sp", "cxnSp", "graphicFrame", "contentPart"})
_TURN: Final = 21_600_000  # a whole turn in sixtieths of a thousandth of a degree
# what programs write by themselves is no description
_MADE_UP: Final = re.compile(
    r"已自动生成|自动生成的说明|AI 生成的内容|automatically generated|AI-generated|\.(png|jpe?g|gif|bmp|webp|emf|wmf)$",
    re.IGNORECASE,
)
_SHOWN: Final = 40


@dataclass(frozen=True)
class Pasted:
    """A picture over the cell in `row` (from 1) and `column` (from 0); `wrong` says why it cannot be taken."""

    row: int
    column: int
    part: str = ""
    description: str = ""
    wrong: str = ""


@dataclass(frozen=True)
class Unread:
    """Something else that lies in a sheet: in which row (0: none), what it is, and the facts to say of it."""

    row: int
    kind: WarningKind
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Drawings:
    """What lies over a sheet's cells; a picture in row 0 belongs to no cell."""

    pictures: tuple[Pasted, ...] = ()
    unread: tuple[Unread, ...] = ()


NO_DRAWINGS: Final = Drawings()


@dataclass(frozen=True)
class _Related:
    """A part's relations: where each leads, and of what kind it is; "" leads out of the file."""

    targets: Mapping[str, str]
    kinds: Mapping[str, str]


def read_drawings(parts: Mapping[str, bytes], sheet: str, source: str) -> Drawings:
    """Read what lies over the worksheet in the part `sheet`.

    Raises:
        BankUnsafe, BankTooLarge, BankRefused: what `read_xml` raises.
    """
    related = _related(parts, sheet, source)
    pictures: list[Pasted] = []
    unread: list[Unread] = []
    for name, kind in related.kinds.items():
        if kind == "drawing" and related.targets[name] in parts:
            for anchor in _anchors(parts, related.targets[name], source):
                found = _in_anchor(anchor, parts, _related(parts, related.targets[name], source))
                if isinstance(found, Pasted):
                    pictures.append(found)
                elif found is not None:
                    unread.append(found)
    if "comments" in related.kinds.values() or "threadedComment" in related.kinds.values():
        unread.append(Unread(0, WarningKind.COMMENTS_NOT_READ))
    if "oleObject" in related.kinds.values() or "package" in related.kinds.values():
        pictures += _objects(parts[sheet], source)
    pictures.sort(key=lambda one: (one.row, one.column))
    return Drawings(tuple(pictures), tuple(unread))


def read_cell_images(parts: Mapping[str, bytes], source: str) -> dict[str, Pasted]:
    """Give the pictures that WPS keeps within cells, by id; their rows and columns are 0.

    Raises:
        BankUnsafe, BankTooLarge, BankRefused: what `read_xml` raises.
    """
    raw = parts.get(_CELL_IMAGES)
    if raw is None:
        return {}
    related = _related(parts, _CELL_IMAGES, source)
    found: dict[str, Pasted] = {}
    for picture in read_xml(raw, source, max_nodes=_MAX_NODES).iter("{*}pic"):
        found.setdefault(_about(picture).get("name", ""), _picture(picture, (0, 0), parts, related))
    return found


def _anchors(parts: Mapping[str, bytes], path: str, source: str) -> Iterator[etree._Element]:
    for anchor in read_xml(parts[path], source, max_nodes=_MAX_NODES).iter(etree.Element):
        if _name(anchor) in _ANCHORS and not any(_name(one) == "Fallback" for one in anchor.iterancestors()):
            yield anchor


def _in_anchor(anchor: etree._Element, parts: Mapping[str, bytes], related: _Related) -> Pasted | Unread | None:
    thing = next((one for one in anchor.iter(etree.Element) if _name(one) in _OBJECTS), None)
    if thing is None:
        return None
    row, column = _from(anchor)
    about = _about(thing)
    shown = " ".join(about.get("name", "").split())[:_SHOWN]
    if about.get("hidden") in ("1", "true"):
        return Unread(row, WarningKind.HIDDEN_DRAWING, {"name": shown})
    kind = _name(thing)
    if kind == "pic":
        return _picture(thing, (row, column), parts, related)
    if kind == "grpSp" and next(thing.iter("{*}pic"), None) is not None:
        return Pasted(row, column, wrong=f"the grouped pictures {shown!r}: ungroup them (取消组合)")
    return _unread(thing, row, shown)


def _unread(thing: etree._Element, row: int, name: str) -> Unread:
    if _name(thing) == "graphicFrame":
        return Unread(row, WarningKind.CHART_NOT_READ, {"name": name})
    words = " ".join("".join(text.text or "" for text in thing.iter("{*}t")).split())[:_SHOWN]
    if words:
        return Unread(row, WarningKind.TEXT_BOX_NOT_READ, {"name": name, "text": words})
    return Unread(row, WarningKind.SHAPE_NOT_READ, {"name": name})


def _picture(picture: etree._Element, at: tuple[int, int], parts: Mapping[str, bytes], related: _Related) -> Pasted:
    about = _about(picture)
    told = next((one for one in (about.get("descr", ""), about.get("title", "")) if one.strip()), "")
    blip = next(picture.iter("{*}blip"), None)
    name = next((value for key, value in (blip.attrib.items() if blip is not None else ()) if _is(key, "embed")), "")
    part = related.targets.get(str(name), "")
    wrong = _changed(picture)
    if part not in parts:
        wrong = "a picture that is only linked, or not in the file: paste it again"
    return Pasted(*at, part, "" if _MADE_UP.search(told.strip()) else told, wrong)


def _changed(picture: etree._Element) -> str:
    """Say what was done to a picture in the sheet that its file does not show."""
    for cut in picture.iter("{*}srcRect"):
        if any(value not in ("0", "0%") for value in cut.attrib.values()):
            return "a picture that was cropped in the sheet: crop it before, and paste it again"
    for frame in picture.iter("{*}xfrm"):
        turned = frame.get("rot", "0").lstrip("-")
        if not turned.isdigit() or int(turned[:10]) % _TURN or frame.get("flipH", "0") in ("1", "true"):
            return "a picture that was turned in the sheet: turn it before, and paste it again"
        if frame.get("flipV", "0") in ("1", "true"):
            return "a picture that was turned in the sheet: turn it before, and paste it again"
    return ""


def _objects(raw: bytes, source: str) -> Iterator[Pasted]:
    """Give embedded objects (formulas of equation editors, documents) as pictures that cannot be taken."""
    for thing in elements(raw, "oleObject", source):
        if any(_name(one) == "Fallback" for one in thing.iterancestors()):
            continue
        anchor = next(thing.iter("{*}anchor"), None)
        row, column = _from(anchor) if anchor is not None else (0, 0)
        kind = thing.get("progId", "")[:_SHOWN]
        yield Pasted(row, column, wrong=f"an embedded object {kind!r}: paste it as a picture instead")


def _related(parts: Mapping[str, bytes], part: str, source: str) -> _Related:
    raw = parts.get(posixpath.join(posixpath.dirname(part), "_rels", f"{posixpath.basename(part)}.rels"))
    targets: dict[str, str] = {}
    kinds: dict[str, str] = {}
    for one in read_xml(raw, source) if raw is not None else ():
        name = one.get("Id", "")
        path = posixpath.normpath(posixpath.join("/", posixpath.dirname(part), one.get("Target", "")))
        targets[name] = "" if one.get("TargetMode") == "External" else path.lstrip("/")
        kinds[name] = one.get("Type", "").rpartition("/")[2]
    return _Related(targets, kinds)


def _about(thing: etree._Element) -> Mapping[str, str]:
    found = next(thing.iter("{*}cNvPr"), None)
    return {} if found is None else {str(key): str(value) for key, value in found.attrib.items()}


def _from(anchor: etree._Element) -> tuple[int, int]:
    """Give the cell where an anchor begins; row 0 for one that begins at none."""
    start = anchor.find("{*}from")
    if start is None:
        return 0, 0
    row, column = ((start.findtext(f"{{*}}{name}") or "").strip()[:7] for name in ("row", "col"))
    return (int(row) + 1, int(column)) if row.isdecimal() and column.isdecimal() else (0, 0)


def _name(element: etree._Element) -> str:
    return etree.QName(element).localname


def _is(key: object, name: str) -> bool:
    return etree.QName(str(key)).localname == name
