"""Text a screen is given: it must be able to change its language in place."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from app.words import Words
from sync.wire.plan import Bilingual


@dataclass(frozen=True)
class Sentence:
    """A sentence of `resources/words`, with what fills its placeholders: values, or words that change with it."""

    key: str
    facts: Mapping[str, "str | int | Sentence"] = field(default_factory=lambda: MappingProxyType({}))


Text = str | Bilingual | Sentence
"""A name or number as it is, a thing named in both languages, or a sentence by its key."""


def say(text: Text, words: Words) -> str:
    """Give `text` in the language of `words`."""
    match text:
        case str():
            return text
        case Sentence():
            facts = text.facts.items()
            return words(text.key, **{k: say(fact, words) if isinstance(fact, Sentence) else fact for k, fact in facts})
        case _:
            return str(getattr(text, words.language.value))
