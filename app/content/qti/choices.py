"""What an interaction offers: options, areas of a picture, the picture itself, and the attributes around them."""

import re
from dataclasses import dataclass
from typing import Final

from lxml import etree

from app.content.bank import BankRefused, BankTooLarge, MarkupRefused, TwiceRefused
from app.content.qti.body import BodyReader
from app.content.qti.flow import Inside
from app.content.qti.line import fold
from app.content.qti.pieces import Piece, kind_of_object
from app.content.qti.shelf import Shelf
from app.content.xml import line_of, name_of, refuse_attribute, refuse_element
from app.exam.interactions import Area, Canvas, Option, Shape
from app.exam.prose import Body, Wording

MAX_OPTIONS: Final = 100  # as in `sync.wire.package`
MAX_LIMIT: Final = 1_000
MAX_HINT: Final = 200
_MAX_COORD: Final = 20_000  # pixels
_IDENTIFIER: Final = re.compile(r"[^\W\d][\w.\-]{0,63}")
_OPTION: Final = ("identifier", "fixed", "template-identifier", "show-hide")
_MATCHED: Final = (*_OPTION, "match-max", "match-min")
_AREA: Final = ("identifier", "shape", "coords", "hotspot-label", "match-max", "match-min")
# How many numbers each shape takes (None: pairs, three at least), as HTML's image maps.
_NUMBERS: Final = {Shape.RECT: 4, Shape.CIRCLE: 3, Shape.ELLIPSE: 4, Shape.DEFAULT: 0, Shape.POLY: None}
_LEAST_POLY: Final = 6


def same(body: Body) -> Wording:
    """Make the wording of one reading; the reading in the other language is paired with it later."""
    return Wording(body, body)


@dataclass
class ChoiceReader:
    """Reads the parts of interactions, in one language."""

    reader: BodyReader
    shelf: Shelf

    @property
    def file(self) -> str:
        """The file that is read."""
        return self.reader.file

    # ------------------------------------------------------------------------------------------ attributes

    def whole(self, element: etree._Element, name: str, otherwise: int, most: int = MAX_LIMIT) -> int:
        """Read a whole number that is not negative."""
        found = element.get(name, "").strip()
        if not found:
            return otherwise
        if not found.isascii() or not found.isdecimal() or len(found) > 6 or int(found) > most:  # noqa: PLR2004
            raise refuse_attribute(element, self.file, f"{name}={found[:20]}")
        return int(found)

    def flag(self, element: etree._Element, name: str) -> bool:
        """Read true or false; false where nothing stands."""
        found = element.get(name, "false").strip()
        if found not in {"true", "false", "1", "0"}:
            raise refuse_attribute(element, self.file, f"{name}={found[:20]}")
        return found in {"true", "1"}

    def identifier(self, element: etree._Element) -> str:
        """Read the identifier of an option, an area, a gap."""
        found = element.get("identifier", "").strip()
        if not _IDENTIFIER.fullmatch(found):
            raise BankRefused(self.file, line_of(element), "no identifier, or one of a form that is not allowed")
        return found

    def hint(self, element: etree._Element, name: str) -> str:
        """Read a line of plain text from an attribute."""
        text = fold(self.reader.check_text(element.get(name, ""), element))
        if len(text) > MAX_HINT:
            raise BankTooLarge(self.file, line_of(element), f"too long a {name}", limit=MAX_HINT)
        return text

    # ------------------------------------------------------------------------------------------ parts

    def prompt(self, element: etree._Element) -> Wording | None:
        """Read what stands above an interaction, if anything does."""
        bodies = [self.reader.body(child) for child in self.reader.shown(element) if name_of(child) == "qti-prompt"]
        body = tuple(block for one in bodies for block in one)
        return same(body) if body else None

    def parts(self, element: etree._Element, *names: str, least: int = 1) -> list[etree._Element]:
        """Give the children that are options of some kind; beside them and a prompt nothing may stand.

        Raises:
            BankTooLarge, BankRefused: more than `MAX_OPTIONS`, or fewer than `least`.
        """
        self._only(element, {*names, "qti-prompt", "img", "object", "picture"})
        found = [child for child in element if name_of(child) in names]
        if len(found) > MAX_OPTIONS:
            raise BankTooLarge(self.file, line_of(element), f"{len(found)} options", limit=MAX_OPTIONS)
        if len(found) < least:
            raise BankRefused(self.file, line_of(element), f"{len(found)} options")
        return found

    def _only(self, element: etree._Element, names: set[str]) -> None:
        for text in (element.text, *(child.tail for child in element)):
            if text and text.strip():
                name = f"<{name_of(element)}> text"
                raise MarkupRefused(self.file, line_of(element), "text between options", name=name)
        for child in element:
            if name_of(child) not in names:
                raise refuse_element(child, self.file)

    def options(self, elements: list[etree._Element], *, matched: bool = False) -> tuple[Option, ...]:
        """Read options; `matched`: they go into pairs or gaps, so often at most."""
        return tuple(self._option(element, matched=matched) for element in elements)

    def _option(self, element: etree._Element, *, matched: bool) -> Option:
        own = _MATCHED if matched else _OPTION
        self.reader.look(element, *own, *(("object-label",) if name_of(element) == "qti-gap-img" else ()))
        body = self.reader.body(element)
        if not body:
            raise BankRefused(self.file, line_of(element), "an option with nothing to read")
        conditional = "template-identifier" in element.attrib
        return Option(
            self.identifier(element),
            same(body),
            self.flag(element, "fixed"),
            self.whole(element, "match-max", 1) if matched else 1,
            self.whole(element, "match-min", 0) if matched else 0,
            self.reader.condition(element) if conditional else None,
        )

    def areas(self, elements: list[etree._Element]) -> tuple[Area, ...]:
        """Read the areas of a picture."""
        return tuple(self._area(element) for element in elements)

    def _area(self, element: etree._Element) -> Area:
        self.reader.look(element, *_AREA)
        self._only(element, set())
        shape = element.get("shape", "")
        if shape not in {one.value for one in Shape}:
            raise refuse_attribute(element, self.file, f"shape={shape[:20]}")
        return Area(
            self.identifier(element),
            Shape(shape),
            self._coords(element, Shape(shape)),
            self.hint(element, "hotspot-label") or self.hint(element, "aria-label"),
            self.whole(element, "match-max", 1),
            self.whole(element, "match-min", 0),
        )

    def _coords(self, element: etree._Element, shape: Shape) -> tuple[int, ...]:
        raw = element.get("coords", "").replace(",", " ").split()
        if shape is Shape.DEFAULT:
            return ()
        needed = _NUMBERS[shape]
        fits = len(raw) == needed if needed is not None else len(raw) >= _LEAST_POLY and len(raw) % 2 == 0
        if (
            not fits
            or len(raw) > MAX_LIMIT
            or not all(re.fullmatch(r"-?[0-9]{1,5}(\.[0-9]{1,6})?", one) for one in raw)
        ):
            raise refuse_attribute(element, self.file, "coords")
        coords = tuple(round(float(one)) for one in raw)
        if max(map(abs, coords)) > _MAX_COORD:
            raise refuse_attribute(element, self.file, "coords")
        return coords

    def canvas(self, element: etree._Element) -> Canvas:
        """Read the picture that areas lie on."""
        found = [child for child in self.reader.shown(element) if name_of(child) in {"img", "object", "picture"}]
        if len(found) == 1 and name_of(found[0]) == "picture":
            self.reader.look(found[0])
            found = [child for child in found[0] if name_of(child) == "img"]
        if len(found) != 1 or (name_of(found[0]) == "object" and kind_of_object(found[0]) is not Piece.PICTURE):
            raise MarkupRefused(self.file, line_of(element), "needs one picture", name=f"<{name_of(element)}> picture")
        picture = found[0]
        self.reader.look(picture)
        if name_of(picture) == "img":
            source, said = picture.get("src", ""), picture.get("alt", "")
        else:
            source, said = picture.get("data", ""), " ".join(str(piece) for piece in picture.itertext())
        name = self.shelf.picture(source, line_of(picture))
        width, height = self.shelf.side(name)
        return Canvas(
            name,
            self.reader.alt(picture, said),
            self.whole(picture, "width", width, _MAX_COORD) or width,
            self.whole(picture, "height", height, _MAX_COORD) or height,
        )

    def content(self, element: etree._Element, inside: Inside, leave: frozenset[str]) -> Wording:
        """Read the text of an interaction that is itself a text, without its prompt and options."""
        shown = [child for child in element if name_of(child) not in leave]
        parts: list[str | etree._Element] = [element.text or ""]
        for child in element:
            if child in shown:
                parts.append(child)
            elif child.tail:
                parts.append(child.tail)
        return same(self.reader.parts(element, parts, inside))


def no_repeats(names: list[str], element: etree._Element, file: str) -> None:
    """Refuse an identifier that stands twice.

    Raises:
        TwiceRefused: one does.
    """
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise TwiceRefused(file, line_of(element), "an identifier stands twice", name=name)
        seen.add(name)
