"""What banks and items are called by their authors."""

from typing import Final

_MAX_TITLE: Final = 200


def titled(text: str) -> str:
    """Give a text as a title can be: one line without anything unseen, not empty."""
    line = " ".join("".join(one if one.isprintable() else " " for one in text).split())
    return line[:_MAX_TITLE].strip() or "-"


def label_of(title: str, *identifiers: str) -> str:
    """Give what an author calls an item as its label: nothing where it says no more than its identifier."""
    label = titled(title)
    return "" if label in {"-", *(titled(one) for one in identifiers)} else label
