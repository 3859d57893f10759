"""The pictures of a row: the one it names and those that were pasted over it, in its stem or in its options."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from app.content.bank import BankRefused, PictureRefused
from app.content.formats.files import Files
from app.content.formats.found import Collector, Media
from app.content.formats.plaintext import line_of_text
from app.content.formats.sheet_columns import Column, Key, SheetType
from app.content.formats.sheet_drawings import Pasted
from app.content.formats.sheet_row import Row
from app.content.formats.warning import WarningKind
from app.content.qti.body import NO_ALT
from app.exam.prose import Body, Picture

_WITH_OPTIONS: Final = frozenset({SheetType.SINGLE, SheetType.MULTIPLE, SheetType.ORDER})
_OF_A_CASE: Final = frozenset({Column.MATERIAL, Column.MATERIAL_TEXT, Column.MATERIAL_TEXT_EN})


@dataclass(frozen=True)
class Shown:
    """What a row shows: its media, the pictures below its stem, and the row that knows those of its options."""

    media: Media
    stem: Body
    row: Row


@dataclass(frozen=True)
class Album:
    """Where a sheet's pictures are: pasted ones by row, their bytes by part, named ones by `fetch`."""

    pasted: Mapping[int, Sequence[Pasted]]
    columns: Mapping[int, Key]
    media: Mapping[str, bytes]
    fetch: Callable[[str], bytes]

    def bytes_of(self, name: str) -> bytes:
        """Give a picture's bytes; no name of a file beside the sheet is the name of a part."""
        return self.media[name] if name in self.media else self.fetch(name)


def shown_by(row: Row, kind: SheetType, album: Album, found: Collector) -> Shown:
    """Take in what a row shows.

    Raises:
        BankRefused: a picture that cannot be taken, or of which it is not plain what it belongs to.
    """
    files = Files(row.place, album.bytes_of)
    pasted = album.pasted.get(row.number, ())
    named = row.text(Column.PICTURE)
    words = row.text(Column.PICTURE_TEXT)
    stem: list[Picture] = []
    if named:
        stem.append(row.picture(named, files))
        if not words:
            found.warn(row.number, WarningKind.PICTURE_UNDESCRIBED, picture=named[:80])
    options: dict[str, list[Picture]] = {}
    for at, one in enumerate(pasted):
        if one.wrong:
            raise PictureRefused(*row.place, one.wrong, name=one.part.rpartition("/")[2])
        told = line_of_text(one.description, row.place) or ("" if named or at else words)
        if not told:
            found.warn(row.number, WarningKind.PICTURE_UNDESCRIBED, picture=one.part.rpartition("/")[2])
        picture = Picture(files.picture(one.part, row.number), told or NO_ALT)
        letter = _option(row, kind, album.columns.get(one.column))
        (options.setdefault(letter, []) if letter else stem).append(picture)
    if len(options) == 1:
        found.warn(row.number, WarningKind.PICTURE_OF_ONE_OPTION, option=next(iter(options)))
    shown = {letter: tuple(pictures) for letter, pictures in options.items()}
    return Shown(files.media(), tuple(stem), replace(row, shown=shown))


def _option(row: Row, kind: SheetType, key: Key | None) -> str:
    """Tell which option a picture over a column belongs to; "" for the stem."""
    if key in _OF_A_CASE:
        raise BankRefused(*row.place, "a picture over the case text: paste it over the stems that need it")
    if kind is SheetType.MATCH and isinstance(key, tuple):
        raise BankRefused(*row.place, "a picture over a pair: a match has words only")
    if kind not in _WITH_OPTIONS:
        return ""
    if key is Column.OPTIONS:
        raise BankRefused(*row.place, "a picture over options in one cell (选项写在一格): give each option its own")
    return key[0] if isinstance(key, tuple) else ""
