"""The elements that a body may have: what each means for our tree, and which interactions are shown."""

from typing import Final

from app.exam.prose import Style

LINE_INTERACTIONS: Final = frozenset({"qti-text-entry-interaction", "qti-inline-choice-interaction"})
BLOCK_INTERACTIONS: Final = frozenset(
    f"qti-{name}-interaction"
    for name in (
        "choice",
        "extended-text",
        "order",
        "match",
        "associate",
        "gap-match",
        "hottext",
        "hotspot",
        "graphic-gap-match",
        "slider",
    )
)
STYLED: Final = {
    **dict.fromkeys(("strong", "b", "mark"), Style.STRONG),
    **dict.fromkeys(("em", "i", "cite", "dfn", "var"), Style.EMPHASIS),
    **dict.fromkeys(("u", "ins"), Style.UNDERLINE),
    **dict.fromkeys(("s", "del", "strike"), Style.STRUCK),
    **dict.fromkeys(("code", "kbd", "samp", "tt"), Style.CODE),
    "sub": Style.SUB,
    "sup": Style.SUPER,
    "small": Style.SMALL,
}
PLAIN_LINES: Final = frozenset({"span", "abbr", "acronym", "big", "bdi", "bdo", "time", "font", "label", "wbr"})
HOLDERS: Final = frozenset(
    {
        "div",
        "section",
        "article",
        "aside",
        "header",
        "footer",
        "main",
        "figure",
        "address",
        "center",
        "qti-content-body",
    }
)
LEVELS: Final = {"p": 0, "figcaption": 0, **{f"h{level}": level for level in range(1, 7)}}
