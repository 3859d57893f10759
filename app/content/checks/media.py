"""Pictures, clips and what is said of them."""

from collections.abc import Iterator
from typing import Final

from app.content.bank import Bank
from app.content.checks.finding import Code, Finding, excerpt
from app.content.checks.said import asked, offered, prompt_of, tokens
from app.content.media.pictures import recognise_picture
from app.exam.interactions import Canvas, GraphicGapMatch, Hotspot
from app.exam.item import Item
from app.exam.marking import Marking
from app.exam.prose import Clip, Formula, InlinePicture, Language, Picture, Wording, media_of, walk
from sync.wire.plan import ItemKind

LARGE_SIDE: Final = 2_048
"""Pixels: no exam screen shows more of a picture, even pressed large."""
LARGE_BYTES: Final = 1_000_000
SMALL_SIDES: Final = (160, 100)
"""Pixels, width and height: a picture on its own that is smaller than both is hard to see."""
_TELLING: Final = 2  # tokens a key has at least to be given away by a description


def check_media(bank: Bank) -> Iterator[Finding]:
    """Find media that are missing, unused, undescribed, telling, too small or too large."""
    kept: dict[str, set[str]] = {}
    for holder, name in bank.media:
        kept.setdefault(holder, set()).add(name)
    for item in bank.items:
        there = kept.get(item.id, set())
        shown = dict.fromkeys(_shown(item))
        for name in shown:
            if name not in there:
                yield Finding(Code.MEDIUM_MISSING, (item.id,), {"name": excerpt(name)})
        for name in sorted(there - shown.keys()):
            yield Finding(Code.MEDIUM_UNUSED, (item.id,), {"name": excerpt(name)})
        yield from _descriptions(item, bank.markings[item.id])
        for name in shown:
            if name in there:
                yield from _size(item, name, bank.media[item.id, name])


def has_picture(item: Item) -> bool:
    """Tell whether an item shows a picture or a clip anywhere."""
    return bool(_canvases(item)) or any(
        isinstance(piece, Picture | InlinePicture | Clip) for wording in item.wordings() for piece in walk(wording.zh)
    )


def _canvases(item: Item) -> list[Canvas]:
    return [one.canvas for one in item.interactions if isinstance(one, Hotspot | GraphicGapMatch)]


def _shown(item: Item) -> Iterator[str]:
    for wording in item.wordings():
        for body in wording.bodies():
            yield from media_of(body)
    yield from (canvas.media for canvas in _canvases(item))


def _descriptions(item: Item, marking: Marking) -> Iterator[Finding]:
    said = [alt for wording in item.wordings() for alt in _alts(wording)]
    drawn = [canvas.alt for canvas in _canvases(item)]
    if not all(alt.strip() for alt in (*said, *drawn)):
        yield Finding(Code.NO_DESCRIPTION, (item.id,))
    about = [alt for wording in _asking(item) for alt in _alts(wording)] + drawn
    for alt in about:
        if told := _told(item, marking, alt):
            yield Finding(Code.DESCRIPTION_TELLS, (item.id,), {"key": excerpt(told), "description": excerpt(alt)})
            return


def _asking(item: Item) -> Iterator[Wording]:
    """Give what stands before the options: a picture in an option may say what it is."""
    if item.stimulus:
        yield item.stimulus.wording
    yield item.stem
    yield from filter(None, map(prompt_of, item.interactions))


def _alts(wording: Wording) -> Iterator[str]:
    for body in wording.bodies():
        for piece in walk(body):
            if isinstance(piece, Picture | InlinePicture | Clip):
                yield piece.alt


def _told(item: Item, marking: Marking, alt: str) -> str:
    """Give the key's text if a description holds it, holds no wrong option's, and the item does not say it itself."""
    if item.kind is ItemKind.TRUE_FALSE:
        return ""
    for language in Language:
        heard, said = _spaced(alt), _spaced(asked(item, language).replace(alt, ""))
        for interaction in item.interactions:
            options = offered(interaction, language)
            key = marking.correct(interaction.response)
            right = [options.get(name, name) for name in key]
            wrong = [_spaced(text) for name, text in options.items() if name not in key]
            if any(text.strip() and text in heard for text in wrong):
                continue
            for text in right:
                if len(tokens(text)) >= _TELLING and _spaced(text) in heard and _spaced(text) not in said:
                    return text
    return ""


def _spaced(text: str) -> str:
    return f" {' '.join(tokens(text))} "


def _size(item: Item, name: str, data: bytes) -> Iterator[Finding]:
    kind = recognise_picture(data)
    if kind is None:
        return  # a clip
    facts: dict[str, str | int] = {"name": excerpt(name), "width": kind.width, "height": kind.height}
    if max(kind.width, kind.height) > LARGE_SIDE or len(data) > LARGE_BYTES:
        yield Finding(Code.PICTURE_LARGE, (item.id,), {**facts, "kilobytes": len(data) // 1000})
    elif name in _alone(item) and kind.width < SMALL_SIDES[0] and kind.height < SMALL_SIDES[1]:
        yield Finding(Code.PICTURE_SMALL, (item.id,), facts)


def _alone(item: Item) -> set[str]:
    """Give the pictures that stand by themselves; those within a line, and formulas, may be small."""
    pieces = [piece for wording in item.wordings() for piece in walk(wording.zh)]
    inline = {piece.media for piece in pieces if isinstance(piece, InlinePicture | Formula)}
    return {piece.media for piece in pieces if isinstance(piece, Picture)} - inline | {
        canvas.media for canvas in _canvases(item)
    }
