"""What is read aloud of an item: its texts in reading order, options with their letters."""

from collections.abc import Iterator

from app.exam.interactions import Interaction, Option
from app.exam.item import Item
from app.exam.prose import Body, Language, Wording, plain_text
from app.ui.options import marker


def spoken_item(item: Item, language: Language) -> list[str]:
    """Give the texts of an item without what it shares with others."""
    texts = [plain_text(item.stem.in_language(language))]
    for interaction in item.interactions:
        texts += _interaction(interaction, language)
    return [text for text in texts if text.strip()]


def spoken_material(item: Item, language: Language) -> list[str]:
    """Give the text of what an item shares with others; nothing if it shares nothing."""
    text = plain_text(item.stimulus.wording.in_language(language)) if item.stimulus else ""
    return [text] if text.strip() else []


def _interaction(interaction: Interaction, language: Language) -> Iterator[str]:
    for name in ("prompt", "text"):
        wording: Wording | None = getattr(interaction, name, None)
        if wording is not None:
            yield plain_text(_body(wording, language))
    for name in ("options", "rows", "columns"):
        options: tuple[Option, ...] = getattr(interaction, name, ())
        for index, option in enumerate(options):
            yield f"{marker(index)}. {plain_text(_body(option.wording, language))}"


def _body(wording: Wording, language: Language) -> Body:
    return wording.in_language(language)
