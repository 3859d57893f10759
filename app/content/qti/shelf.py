"""The media of one item: each taken in once, by what it is and never by its name.

Within an item they get names that tell nothing (`1.png`, `2.png` …, in reading order): a package's header shows them
to anybody.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from typing import Any, Final, TypeVar

from lxml import etree

from app.content.archive import Archive, resolve
from app.content.bank import BankTooLarge, PictureRefused
from app.content.media.clips import MAX_CLIP_BYTES, admit_clip
from app.content.media.formula import formula
from app.content.media.medium import ClipRefused, FormulaRefused, MediumRefused
from app.content.media.pictures import MAX_PICTURE_BYTES, admit_picture
from app.content.media.svg import admit_svg, is_svg
from app.content.xml import line_of
from app.exam.interactions import Canvas
from app.exam.item import Item, Medium
from app.exam.prose import Formula, media_of

MAX_MEDIA: Final = 50

T = TypeVar("T")


@dataclass
class Shelf:
    """Collects what one file shows. `names` is by path in the bank, `data` by the medium's name."""

    archive: Archive
    file: str
    names: dict[str, Medium] = field(default_factory=dict)
    data: dict[str, bytes] = field(default_factory=dict)
    sides: dict[str, tuple[int, int]] = field(default_factory=dict)

    def picture(self, source: str, line: int) -> str:
        """Keep the picture that an address in the file names.

        Raises:
            PictureRefused: it is no picture, or too large a one.
            BankRefused: what `resolve` and `Archive.read` raise, and more than `MAX_MEDIA` media.
        """
        path = resolve(source, self.file, line)
        if path not in self.names:
            data = self.archive.read(path, MAX_PICTURE_BYTES, wanted_by=self.file, line=line)
            try:
                admitted = admit_svg(data) if is_svg(data) else admit_picture(data)
            except MediumRefused as refused:
                raise PictureRefused(self.file, line, f"{path}: {refused.reason}", name=path) from None
            name = self._put(path, admitted.data, admitted.mime, line)
            self.sides[name] = admitted.width, admitted.height
        return self.names[path].name

    def clip(self, source: str, line: int) -> str:
        """Keep the sound or film that an address in the file names.

        Raises:
            ClipRefused: it is in no open codec, too large, or damaged.
            BankRefused: as `picture`.
        """
        path = resolve(source, self.file, line)
        if path not in self.names:
            data = self.archive.read(path, MAX_CLIP_BYTES, wanted_by=self.file, line=line)
            try:
                admitted = admit_clip(data)
            except MediumRefused as refused:
                raise ClipRefused(self.file, line, f"{path}: {refused.reason}", name=path) from None
            self._put(path, admitted.data, admitted.mime, line)
        return self.names[path].name

    def formula(self, element: etree._Element) -> Formula:
        """Draw and keep a formula; equal formulas are drawn once.

        Raises:
            FormulaRefused: it would not be drawn as it was meant.
        """
        mathml, line = etree.tostring(element, with_tail=False), line_of(element)
        try:
            drawn = formula(mathml)
        except MediumRefused as refused:
            name = refused.name or "<math>"
            raise FormulaRefused(self.file, line, refused.reason, name=name) from None
        path = f"formula:{mathml.decode()}"
        if path not in self.names:
            self._put(path, drawn.png, "image/png", line)
        return Formula(self.names[path].name, drawn.text, drawn.height_milli_em, drawn.drop_milli_em)

    def side(self, name: str) -> tuple[int, int]:
        """Give a kept picture's width and height in pixels."""
        return self.sides[name]

    def _put(self, path: str, data: bytes, mime: str, line: int) -> str:
        if len(self.names) >= MAX_MEDIA:
            raise BankTooLarge(self.file, line, "too many pictures and clips", limit=MAX_MEDIA)
        name = f"{len(self.names) + 1}.{mime.rpartition('/')[2]}"
        self.names[path] = Medium(name, mime)
        self.data[name] = data
        return name


def numbered(item: Item, data: Mapping[str, bytes]) -> tuple[Item, dict[str, bytes]]:
    """Give an item's media the names that their order of appearance gives them, and leave out what is never shown.

    Raises:
        KeyError: something is shown that is not in the item's media or in `data`.
    """
    mimes = {medium.name: medium.mime for medium in item.media}
    shown = dict.fromkeys(_shown(item))
    names = {old: f"{at}.{mimes[old].rpartition('/')[2]}" for at, old in enumerate(shown, start=1)}
    media = tuple(Medium(names[old], mimes[old]) for old in shown)
    if all(old == new for old, new in names.items()) and media == item.media:
        return item, {name: data[name] for name in names}
    renamed: Item = _renamed(replace(item, media=()), names)
    return replace(renamed, media=media), {names[old]: data[old] for old in shown}


def _shown(item: Item) -> list[str]:
    found = [name for wording in item.wordings() for body in wording.bodies() for name in media_of(body)]
    found += [one.canvas.media for one in item.interactions if isinstance(getattr(one, "canvas", None), Canvas)]  # type: ignore[union-attr]
    return found


def _renamed(value: Any, names: Mapping[str, str]) -> Any:  # noqa: ANN401 - any part of an item
    if isinstance(value, tuple):
        return tuple(_renamed(one, names) for one in value)
    if not is_dataclass(value) or isinstance(value, type):
        return value
    changed = {
        one.name: names[found] if one.name == "media" and isinstance(found, str) else _renamed(found, names)
        for one in fields(value)
        if isinstance(found := getattr(value, one.name), str | tuple) or is_dataclass(found)
    }
    return replace(value, **changed)
