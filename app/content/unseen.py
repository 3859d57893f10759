"""Characters that a person does not see: one rule for whatever source a text comes from."""

import unicodedata
from typing import Final

from app.content.bank import MarkupRefused

_DROPPED: Final = str.maketrans("", "", "\ufeff\u200b\xad")  # what copying from web pages and documents leaves behind
_UNSEEN: Final = frozenset({"Cc", "Cf", "Co", "Cs"})  # controls, bidi overrides and the like, private, surrogates
_WHITE: Final = frozenset("\t\n\r")


def without_unseen(text: str, place: tuple[str, int]) -> str:
    """Give a text without the harmless ones; white space stays for the caller to fold.

    Raises:
        MarkupRefused: it has one that may change how the rest reads.
    """
    text = text.translate(_DROPPED)
    if not text.isprintable() and not text.isspace():
        for character in text:
            if unicodedata.category(character) in _UNSEEN and character not in _WHITE:
                name = f"U+{ord(character):04X}"
                raise MarkupRefused(*place, f"unseen character {name}", name=name)
    return text
