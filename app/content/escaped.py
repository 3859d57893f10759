"""HTML that arrived escaped: a candidate would read its tags as text."""

import re
from typing import Final

from app.content.bank import MarkupRefused

# fmt: off
_NAMES: Final = (
    "p", "br", "b", "i", "u", "em", "strong", "span", "div", "img", "table", "tr", "td", "sup", "sub", "font", "a",
    "li", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6",
)
# fmt: on
_TAG: Final = re.compile(rf"<(/?)({'|'.join(_NAMES)})(?:\s[^<>]*)?/?>", re.IGNORECASE)
_VOID: Final = frozenset({"br", "img"})


def _escaped_tag(text: str) -> str:
    """Give the name of the first tag that shows a text to be HTML, empty if none does.

    A tag is one that is void (`<br>`) or has its end behind it (`<p>…</p>`); "a < b" and "<5 m" have none.
    """
    if "<" not in text:
        return ""
    opened: dict[str, None] = {}
    for tag in _TAG.finditer(text):
        name = tag[2].lower()
        if name in _VOID or (tag[1] and name in opened):
            return name
        if not tag[1]:
            opened[name] = None
    return ""


def refuse_escaped(text: str, place: tuple[str, int]) -> None:
    """Refuse a text that is to be shown as it is and clearly is HTML.

    Raises:
        MarkupRefused: such a text.
    """
    if name := _escaped_tag(text):
        shown = f"escaped HTML <{name}>"
        raise MarkupRefused(*place, f"{shown}: its tags would be read as text", name=shown)
