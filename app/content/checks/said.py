"""What items say, piece by piece, and the same as tokens that can be compared."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Final

from app.exam.interactions import (
    Area,
    GraphicGapMatch,
    Hotspot,
    Hottext,
    Interaction,
    Match,
    Option,
)
from app.exam.item import Item
from app.exam.prose import Body, Hot, Language, Wording, inline_text, plain_text, walk

HAN: Final = "\u3400-\u9fff\uf900-\ufaff\U00020000-\U000323af"
_HAN: Final = re.compile(f"[{HAN}]")
_TOKEN: Final = re.compile(
    rf"[{HAN}]"
    r"|\d+(?:[.,]\d+)*"
    rf"|[^\W\d_{HAN}]+(?:['\u2019-][^\W\d_{HAN}]+)*"
    r"|[<>=≤≥≠≈±×÷+\-−*/%‰°√∞∈]"
)


def tokens(text: str) -> tuple[str, ...]:
    """Cut a text into Chinese characters, words, numbers and signs of reckoning; neither width nor case counts."""
    return tuple(_TOKEN.findall(unicodedata.normalize("NFKC", text).casefold()))


def han(text: str) -> int:
    """Count the Chinese characters of a text."""
    return len(_HAN.findall(text))


def prompt_of(interaction: Interaction) -> Wording | None:
    """Give the words above an interaction."""
    return getattr(interaction, "prompt", None)


def options_of(interaction: Interaction) -> tuple[Option, ...]:
    """Give everything an interaction offers with words of its own, a match's rows before its columns."""
    if isinstance(interaction, Match):
        return (*interaction.rows, *interaction.columns)
    return getattr(interaction, "options", ())


def areas_of(interaction: Interaction) -> tuple[Area, ...]:
    """Give the areas of an interaction's picture."""
    return interaction.areas if isinstance(interaction, Hotspot | GraphicGapMatch) else ()


def offered(interaction: Interaction, language: Language) -> Mapping[str, str]:
    """Give what can be chosen, by id: the texts of options, of hot stretches, of areas."""
    if isinstance(interaction, Hottext):
        body = interaction.text.in_language(language)
        return {piece.id: inline_text(piece.text) for piece in walk(body) if isinstance(piece, Hot)}
    options = {option.id: plain_text(option.wording.in_language(language)) for option in options_of(interaction)}
    return {**options, **{area.id: area.label for area in areas_of(interaction)}}


def asked(item: Item, language: Language) -> str:
    """Give what an item asks, in one language: stem, prompts and texts, without stimulus and options."""
    parts = [plain_text(item.stem.in_language(language))]
    for interaction in item.interactions:
        wordings = filter(None, (prompt_of(interaction), getattr(interaction, "text", None)))
        parts += [plain_text(wording.in_language(language)) for wording in wordings]
    return "\n".join(parts)


def own_wordings(item: Item) -> Iterator[Wording]:
    """Give everything there is to read of an item but its stimulus."""
    wordings = item.wordings()
    if item.stimulus:
        next(wordings)
    yield from wordings


def bodies_with_pictures(item: Item) -> Iterator[Body]:
    """Give every body an item shows, in both languages, the stimulus first."""
    for wording in item.wordings():
        yield from wording.bodies()
