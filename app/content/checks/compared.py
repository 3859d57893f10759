"""An item as it is compared with others: by what it says, never by how its options are called or ordered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from app.content.bank import Bank
from app.content.checks.said import areas_of, asked, offered, tokens
from app.exam.interactions import Hottext, Interaction
from app.exam.item import Item
from app.exam.marking import Cardinality, Declaration
from app.exam.prose import Gap, Language, media_of, plain_text, walk
from sync.wire.plan import ItemKind

Tokens = tuple[str, ...]
Right = frozenset[tuple[int, Tokens]]
"""Texts that are right (or wrong) as responses, each with the place of its interaction in the item."""


@dataclass(frozen=True)
class Compared:
    """What an item asks and offers, what is right and wrong of it, its stimulus and pictures."""

    item: Item
    stem: Tokens
    options: tuple[Tokens, ...]
    right: Right
    wrong: Right
    stimulus: Tokens
    pictures: str

    @property
    def everything(self) -> Tokens:
        """All tokens, options in the order of their texts; those of true and false say nothing."""
        if self.item.kind is ItemKind.TRUE_FALSE:
            return self.stem
        return (*self.stem, *(token for option in self.options for token in option))


def compare(bank: Bank, item: Item) -> Compared:
    """Give an item as it is compared."""
    options: list[Tokens] = []
    right: set[tuple[int, Tokens]] = set()
    wrong: set[tuple[int, Tokens]] = set()
    for place, interaction in enumerate(item.interactions):
        texts = {name: _tokens(text) for name, text in offered(interaction, Language.ZH).items()}
        options += texts.values()
        declared = bank.markings[item.id].declaration(interaction.response)
        if declared is None:
            continue
        key = _key(declared, texts)
        said = [_said(value, interaction, texts) for value in key]
        if declared.cardinality is Cardinality.ORDERED:
            said = [tuple(token for one in said for token in (*one, "›"))[:-1]] if said else []
        right |= {(place, one) for one in said}
        if key and set(key) <= texts.keys():
            wrong |= {(place, text) for name, text in texts.items() if name not in key}
    return Compared(
        item,
        _tokens(asked(item, Language.ZH)),
        tuple(sorted(options)),
        frozenset(right),
        frozenset(wrong),
        tokens(plain_text(item.stimulus.wording.zh)) if item.stimulus else (),
        _pictures(bank, item),
    )


def joined(words: Sequence[str]) -> str:
    """Put tokens together again: Chinese characters without a space between, words with one."""
    text = ""
    for word in words:
        spaced = text and not ("\u3400" <= text[-1] <= "\u9fff" or "\u3400" <= word[0] <= "\u9fff")
        text += f" {word}" if spaced else word
    return text


def _tokens(text: str) -> Tokens:
    """Give a text's tokens; what has none, an arrow for example, stands for itself."""
    return tokens(text) or tuple(text.split())


def _key(declared: Declaration, texts: Mapping[str, Tokens]) -> Tokens:
    """Give the values that are right: the declared ones, and of typed texts those that a mapping pays for too."""
    key = [value.text for value in declared.correct]
    if declared.mapping and not texts:
        key += [entry.key for entry in declared.mapping.entries if entry.value > 0]
    return tuple(dict.fromkeys(key))


def _said(value: str, interaction: Interaction, texts: Mapping[str, Tokens]) -> Tokens:
    """Give a value by what its options say; gaps and areas without a label by their places."""
    if not texts:
        return _tokens(value)
    places = {area.id: f"#{place}" for place, area in enumerate(areas_of(interaction))}
    text = getattr(interaction, "text", None)
    if text is not None and not isinstance(interaction, Hottext):
        gaps = (piece.id for piece in walk(text.zh) if isinstance(piece, Gap))
        places.update({gap: f"#{place}" for place, gap in enumerate(gaps)})
    parts = [texts.get(name) or (places.get(name, name),) for name in value.split(" ")]
    return tuple(token for part in parts for token in (*part, "–"))[:-1]


def _pictures(bank: Bank, item: Item) -> str:
    """Give a digest of the pictures an item shows, for two items may differ in nothing else."""
    shown = dict.fromkeys(name for wording in item.wordings() for name in media_of(wording.zh))
    canvases = (interaction.canvas.media for interaction in item.interactions if hasattr(interaction, "canvas"))
    data = [sha256(bank.media.get((item.id, name), b"")).digest() for name in (*shown, *canvases)]
    return sha256(b"".join(data)).hexdigest() if data else ""
