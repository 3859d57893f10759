"""From our tree to QTI 3: the one way each thing is written, such that reading gives the same tree again.

Where the languages say different things, each stands in an element of its own, side by side; what both share stands
once. White space is only ever added where the reader folds it away.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from lxml import etree

from app.content.qti.flow import is_pictures
from app.content.xml import LANG, QTI
from app.exam.prose import (
    Align,
    Block,
    BlockIf,
    Body,
    Break,
    Cell,
    Clip,
    Condition,
    Divider,
    Formula,
    Gap,
    Hot,
    Inline,
    InlineIf,
    InlinePicture,
    Language,
    Listing,
    Numbering,
    Paragraph,
    Picture,
    Place,
    Printed,
    Quote,
    Run,
    Style,
    Table,
    Verbatim,
    Wording,
)

_TAGS: Final = {
    Style.STRONG: "strong",
    Style.EMPHASIS: "em",
    Style.UNDERLINE: "u",
    Style.STRUCK: "s",
    Style.SUB: "sub",
    Style.SUPER: "sup",
    Style.CODE: "code",
    Style.SMALL: "small",
}
_ALIGNED: Final = {Align.CENTRE: "qti-align-center", Align.END: "qti-align-right"}


def element(name: str, **attributes: str) -> etree._Element:
    """Make an element of QTI 3; `_` in an attribute's name stands for a hyphen, an empty value for none."""
    made = etree.Element(f"{{{QTI}}}{name}", nsmap={None: QTI})
    for key, value in attributes.items():
        if value:
            made.set(key.rstrip("_").replace("_", "-"), value)
    return made


@dataclass(frozen=True)
class Media:
    """Where an item's media lie, seen from its file, and what they are; both by medium name."""

    addresses: Mapping[str, str]
    mimes: Mapping[str, str]


class BodyWriter:
    """Writes bodies; a subclass says how an interaction is written where its `Place` stands."""

    def __init__(self, media: Media) -> None:
        self.media = media

    def place(self, response: str, language: Language | None) -> etree._Element:  # noqa: ARG002 - see `ItemWriter`
        """Write the interaction that answers to `response`, in one language or in both."""
        raise KeyError(response)

    # ------------------------------------------------------------------------------------------ both languages

    def wording(self, parent: etree._Element, wording: Wording, language: Language | None, *, lines: bool) -> None:
        """Write a wording into an element; `lines`: a single paragraph is written without `p`."""
        if language is not None or wording.zh == wording.en:
            self.body(parent, wording.in_language(language or Language.ZH), language, lines=lines)
            return
        before, after = _shared(wording.zh, wording.en)
        if not lines:
            self.body(parent, wording.zh[:before], None, lines=False)
        spans = lines and _is_line(wording.zh) and _is_line(wording.en)
        for one in Language:
            body = wording.in_language(one)
            version = element("span" if spans else "div")
            version.set(LANG, one.value)
            self.body(version, body if lines else body[before : len(body) - after], one, lines=spans)
            parent.append(version)
        if not lines:
            self.body(parent, wording.zh[len(wording.zh) - after :], None, lines=False)

    def body(self, parent: etree._Element, body: Body, language: Language | None, *, lines: bool) -> None:
        """Write a body into an element."""
        if lines and _is_line(body) and isinstance(paragraph := body[0], Paragraph):
            self.inlines(parent, paragraph.inlines, language)
            return
        for block in body:
            parent.append(self.block(block, language))

    # ------------------------------------------------------------------------------------------ blocks

    def block(self, block: Block, language: Language | None) -> etree._Element:  # noqa: C901, PLR0911 - one for each
        """Write one block."""
        match block:
            case Paragraph():
                made = element(f"h{block.level}" if block.level else "p", class_=_ALIGNED.get(block.align, ""))
                self.inlines(made, block.inlines, language)
                return made
            case Picture():
                return self._picture(block.media, block.alt)
            case Clip():
                return self._clip(block)
            case Listing():
                return self._listing(block, language)
            case Table():
                return self._table(block, language)
            case Quote():
                made = element("blockquote")
                self.body(made, block.body, language, lines=False)
                return made
            case Verbatim():
                made = element("pre")
                made.text = f"\n{block.text}"
                return made
            case Divider():
                return element("hr")
            case Place():
                return self.place(block.response, language)
            case BlockIf():
                made = _conditional("qti-template-block", block.condition)
                inner = element("qti-content-body")
                self.body(inner, block.body, language, lines=False)
                made.append(inner)
                return made

    def _picture(self, media: str, alt: str, **more: str) -> etree._Element:
        return element("img", src=self.media.addresses[media], alt=alt, **more)

    def _clip(self, clip: Clip) -> etree._Element:
        name = "video" if self.media.mimes[clip.media].startswith("video/") else "audio"
        plays = str(clip.plays) if clip.plays else ""
        address = self.media.addresses[clip.media]
        return element(name, src=address, controls="controls", aria_label=clip.alt, data_max_plays=plays)

    def _listing(self, listing: Listing, language: Language | None) -> etree._Element:
        start = str(listing.start) if listing.start != 1 else ""
        numbering = listing.numbering.value if listing.numbering is not Numbering.DECIMAL else ""
        made = element("ol", type=numbering, start=start) if listing.ordered else element("ul")
        for entry in listing.entries:
            one = element("li")
            self.body(one, entry, language, lines=True)
            made.append(one)
        return made

    def _table(self, table: Table, language: Language | None) -> etree._Element:
        made, rows = element("table"), element("tbody")
        if table.caption:
            caption = element("caption")
            self.inlines(caption, table.caption, language)
            made.append(caption)
        for row in table.rows:
            line = element("tr")
            for cell in row:
                line.append(self._cell(cell, language))
            rows.append(line)
        made.append(rows)
        return made

    def _cell(self, cell: Cell, language: Language | None) -> etree._Element:
        made = element(
            "th" if cell.heading else "td",
            colspan=str(cell.columns) if cell.columns != 1 else "",
            rowspan=str(cell.rows) if cell.rows != 1 else "",
        )
        self.body(made, cell.body, language, lines=True)
        return made

    # ------------------------------------------------------------------------------------------ within lines

    def inlines(self, parent: etree._Element, inlines: tuple[Inline, ...], language: Language | None) -> None:
        """Write what stands within a line."""
        alone = is_pictures(inlines)
        for inline in inlines:
            if isinstance(inline, Run) and not inline.styles:
                _add_text(parent, inline.text)
            else:
                parent.append(self._inline(inline, language, alone=alone))

    def _inline(self, inline: Inline, language: Language | None, *, alone: bool) -> etree._Element:  # noqa: PLR0911
        match inline:
            case Run():
                return _styled(inline)
            case Break():
                return element("br")
            case InlinePicture():
                return self._picture(inline.media, inline.alt, data_inline="true" if alone else "")
            case Formula():
                sizes = {"height": str(inline.height_milli_em), "drop": str(inline.drop_milli_em)}
                more = {f"data_{key}_milli_em": value for key, value in sizes.items()}
                return self._picture(inline.media, inline.text, **more)
            case Place():
                return self.place(inline.response, language)
            case Gap():
                return element("qti-gap", identifier=inline.id)
            case Hot():
                made = element("qti-hottext", identifier=inline.id)
                self.inlines(made, inline.text, language)
                return made
            case Printed():
                return element("qti-printed-variable", identifier=inline.variable, format=inline.form)
            case InlineIf():
                made = _conditional("qti-template-inline", inline.condition)
                self.inlines(made, inline.inlines, language)
                return made


def _conditional(name: str, condition: Condition) -> etree._Element:
    return element(
        name,
        template_identifier=condition.variable,
        identifier=condition.value,
        show_hide="show" if condition.shown else "hide",
    )


def _styled(run: Run) -> etree._Element:
    """Write a run in its styles, one within the other, always in the same order."""
    inner = outer = None
    for style in Style:
        if style in run.styles:
            made = element(_TAGS[style])
            if inner is None:
                outer = made
            else:
                inner.append(made)
            inner = made
    if inner is None or outer is None:
        raise ValueError("a run without styles needs no element")
    inner.text = run.text
    return outer


def _add_text(parent: etree._Element, text: str) -> None:
    if len(parent):
        parent[-1].tail = (parent[-1].tail or "") + text
    else:
        parent.text = (parent.text or "") + text


def _is_line(body: Body) -> bool:
    """Tell whether a body is one plain paragraph."""
    only = body[0] if len(body) == 1 else None
    return isinstance(only, Paragraph) and not only.level and only.align is Align.START


def _shared(chinese: Body, english: Body) -> tuple[int, int]:
    """Count the blocks at the head and at the end that both languages share."""
    least = min(len(chinese), len(english))
    before = next((at for at in range(least) if chinese[at] != english[at]), least)
    left = least - before
    after = next((at for at in range(left) if chinese[-1 - at] != english[-1 - at]), left)
    return before, after
