"""From allowed XHTML to our own tree: what is on the lists is shown fully, anything else refuses the item by name.

A body is read once for each language (`languages`). Interactions leave a `Place` and are handed to whoever reads the
item. Feedback is never shown in an exam: what would be seen at the start stays as text, the rest is left out.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import ClassVar, Final, Protocol

from lxml import etree

from app.content.bank import BankRefused, BankTooLarge, MarkupRefused, NoteKind
from app.content.escaped import refuse_escaped
from app.content.qti.flow import Flow, FlowTooLargeError, Inside
from app.content.qti.languages import other_versions
from app.content.qti.line import fold, tidy
from app.content.qti.looks import Look, look_of
from app.content.qti.pieces import Piece, instead_of_object, kind_of_object, read_listing, read_ruby, read_table
from app.content.qti.vocabulary import (
    BLOCK_INTERACTIONS,
    HOLDERS,
    LEVELS,
    LINE_INTERACTIONS,
    PLAIN_LINES,
    STYLED,
)
from app.content.tex import refuse_tex
from app.content.unseen import without_unseen
from app.content.xml import MATHML, QTI, line_of, name_of, refuse_attribute, refuse_element
from app.exam.prose import (
    Align,
    BlockIf,
    Body,
    Break,
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
    Place,
    Printed,
    Quote,
    Run,
    Style,
    Verbatim,
)

NO_ALT: Final = "（图 picture）"
_CODE: Final = frozenset({"pre", "code", "kbd", "samp", "var"})
_CONDITION: Final = frozenset({"template-identifier", "identifier", "show-hide"})
_FEEDBACK: Final = frozenset({"outcome-identifier", "identifier", "show-hide"})


class Media(Protocol):
    """Keeps what an item shows beside text, and gives the name it has there, or refuses it."""

    def picture(self, source: str, line: int) -> str:
        """Keep the picture that an address in the file names."""

    def clip(self, source: str, line: int) -> str:
        """Keep the sound or film that an address in the file names."""

    def formula(self, element: etree._Element) -> Formula:
        """Draw and keep a formula."""


def _nothing(kind: NoteKind, detail: str = "") -> None:
    """Note nothing."""


@dataclass
class BodyReader:
    """Reads bodies of one file in one language (None: the file has no versions).

    `visible` tells whether a feedback is seen before any response. `met` are the interactions found, in order. All
    methods raise `MarkupRefused`, `BankTooLarge` and what `media` raises.
    """

    file: str
    media: Media
    language: Language | None = None
    visible: Callable[[etree._Element], bool] = lambda _: False
    note: Callable[[NoteKind, str], None] = _nothing
    met: list[etree._Element] = field(default_factory=list)

    def body(self, element: etree._Element, inside: Inside = Inside.CONDITIONS, *, align: Align | None = None) -> Body:
        """Read all that stands in an element."""
        return self.parts(element, (element.text or "", *element), inside, align=align)

    def parts(
        self,
        parent: etree._Element,
        parts: Iterable[str | etree._Element],
        inside: Inside,
        *,
        align: Align | None = None,
    ) -> Body:
        """Read some of the parts of an element: text, and elements with the text after each."""
        flow = Flow(inside, align or Align.START)
        try:
            self._parts(flow, parent, parts, frozenset())
            return flow.close()
        except FlowTooLargeError as large:
            raise BankTooLarge(self.file, line_of(parent), str(large), limit=large.limit) from None

    def line(self, element: etree._Element, flow: Flow, styles: frozenset[Style], *, ends: bool) -> tuple[Inline, ...]:
        """Read an element that may hold nothing but what stands within a line; `ends`: without space at its ends."""
        inner = Flow(flow.inside)
        self._fill(inner, element, styles)
        if inner.blocks:
            raise MarkupRefused(
                self.file, line_of(element), "a block within a line", name=f"<{name_of(element)}> with a block"
            )
        return tidy(inner.line) if ends else tidy(inner.line, ends=False)

    def look(self, element: etree._Element, *own: str) -> Look:
        """Check an element's attributes and give what they ask for."""
        return look_of(element, self.file, frozenset(own))

    def shown(self, element: etree._Element) -> list[etree._Element]:
        """Give the children of an element that belong to this language."""
        others = other_versions(element, self.language, self.file) if self.language else frozenset()
        return [child for child in element if child not in others]

    def check_text(self, text: str, element: etree._Element) -> str:
        """Give a text back if every character of it can be seen, and it is no TeX or HTML (code may look so)."""
        place = self.file, line_of(element)
        text = without_unseen(text, place)
        if not any(name_of(one) in _CODE for one in (element, *element.iterancestors())):
            refuse_tex(text, place)
            refuse_escaped(text, place)
        return text

    # ------------------------------------------------------------------------------------------ one by one

    def _fill(self, flow: Flow, element: etree._Element, styles: frozenset[Style]) -> None:
        self._parts(flow, element, (element.text or "", *element), styles)

    def _parts(
        self, flow: Flow, parent: etree._Element, parts: Iterable[str | etree._Element], styles: frozenset[Style]
    ) -> None:
        others = other_versions(parent, self.language, self.file) if self.language else frozenset()
        for part in parts:
            if isinstance(part, str):
                flow.text(self.check_text(part, parent), styles)
                continue
            if part not in others:
                self._element(flow, part, styles)
            if part.tail:
                flow.text(self.check_text(part.tail, parent), styles)

    def _element(self, flow: Flow, element: etree._Element, styles: frozenset[Style]) -> None:
        qualified = etree.QName(element)
        name = qualified.localname
        if self._for_readers_aloud(element):
            self.note(NoteKind.SUPPORT_LEFT_OUT, "")
        elif qualified.namespace == MATHML and name == "math":
            flow.inline(self.media.formula(element))
        elif qualified.namespace != QTI:
            raise refuse_element(element, self.file)
        elif name in STYLED or name in PLAIN_LINES:
            look = self.look(element)
            own = {STYLED[name]} if name in STYLED else set()
            self._fill(flow, element, styles | look.styles | own)
        elif name in HOLDERS or name in LEVELS:
            look = self.look(element)
            with flow.paragraph(LEVELS.get(name, 0), look.align):
                self._fill(flow, element, styles | look.styles)
        elif name in self._ELEMENTS:
            self._ELEMENTS[name](self, flow, element, styles)
        elif name.startswith("qti-"):
            self._qti(flow, element, name, styles)
        else:
            raise refuse_element(element, self.file)

    def _for_readers_aloud(self, element: etree._Element) -> bool:
        """Tell whether QTI's vocabulary keeps a text from the screen: for programs that read aloud, nobody sees it."""
        hidden = "qti-visually-hidden" in element.get("class", "").split()
        return hidden and not any(name_of(one).endswith("-interaction") for one in element.iter(etree.Element))

    def _break(self, flow: Flow, element: etree._Element, _: frozenset[Style]) -> None:
        self.look(element)
        flow.inline(Break())

    def _divider(self, flow: Flow, element: etree._Element, _: frozenset[Style]) -> None:
        self.look(element)
        flow.block(Divider())

    def _quote(self, flow: Flow, element: etree._Element, _: frozenset[Style]) -> None:
        self.look(element)
        flow.block(Quote(self.body(element, flow.inside)))

    def _quoted(self, flow: Flow, element: etree._Element, styles: frozenset[Style]) -> None:
        look = self.look(element)
        flow.text("“", styles)
        self._fill(flow, element, styles | look.styles)
        flow.text("”", styles)

    def _verbatim(self, flow: Flow, element: etree._Element, _: frozenset[Style]) -> None:
        self.look(element)
        for child in element.iterdescendants(etree.Element):
            if name_of(child) not in {"code", "span", "samp", "kbd"}:
                raise refuse_element(child, self.file)
            self.look(child)
        text = "".join(str(piece) for piece in element.itertext())
        flow.block(Verbatim(self.check_text(text.removeprefix("\n"), element)))

    def _listing(self, flow: Flow, element: etree._Element, _: frozenset[Style]) -> None:
        flow.block(read_listing(self, element, flow.inside))

    def _table(self, flow: Flow, element: etree._Element, _: frozenset[Style]) -> None:
        flow.block(read_table(self, element, flow))

    def _ruby(self, flow: Flow, element: etree._Element, styles: frozenset[Style]) -> None:
        flow.text(self.check_text(read_ruby(self, element), element), styles)

    def _picture(self, flow: Flow, element: etree._Element, _: frozenset[Style]) -> None:
        self.look(element)
        name = self.media.picture(element.get("src", ""), line_of(element))
        alt = self.alt(element, element.get("alt", ""))
        height = element.get("data-height-milli-em", "")
        drop = element.get("data-drop-milli-em", "")
        if height.isdecimal() and drop.removeprefix("-").isdecimal() and max(len(height), len(drop)) <= 6:  # noqa: PLR2004
            flow.inline(Formula(name, alt, int(height), int(drop)))
        else:
            flow.inline(InlinePicture(name, alt), stays=element.get("data-inline") == "true")

    def alt(self, element: etree._Element, text: str) -> str:
        """Give a description in one line; something stands there even where the bank says nothing."""
        alt = fold(self.check_text(text, element))
        if not alt:
            self.note(NoteKind.NO_DESCRIPTION, "")
        return alt or NO_ALT

    def _pictures(self, flow: Flow, element: etree._Element, styles: frozenset[Style]) -> None:
        """Take the picture of a `picture`: its sources are sizes of the same."""
        self.look(element)
        for child in element:
            if name_of(child) == "img":
                self._picture(flow, child, styles)
            elif name_of(child) != "source":
                raise refuse_element(child, self.file)

    def _object(self, flow: Flow, element: etree._Element, styles: frozenset[Style]) -> None:
        self.look(element)
        instead = instead_of_object(element)
        if instead is not None:
            self._element(flow, instead, styles)
            return
        source, line = element.get("data", ""), line_of(element)
        said = " ".join(str(piece) for piece in element.itertext())
        match kind_of_object(element):
            case Piece.PICTURE:
                flow.inline(InlinePicture(self.media.picture(source, line), self.alt(element, said)))
            case Piece.CLIP:
                flow.block(Clip(self.media.clip(source, line), self.alt(element, said)))
            case Piece.OTHER:
                name = f"object {element.get('type', '')[:60]}".strip()
                raise MarkupRefused(self.file, line, "an object that cannot be shown", name=name)

    def _clip(self, flow: Flow, element: etree._Element, _: frozenset[Style]) -> None:
        self.look(element, "alt")
        sources = [element.get("src", ""), *(child.get("src", "") for child in element if name_of(child) == "source")]
        for child in element.iterdescendants(etree.Element):
            if name_of(child) not in {"source", "track", "p", "span"}:
                raise refuse_element(child, self.file)
        said = element.get("aria-label") or element.get("title") or " ".join(str(one) for one in element.itertext())
        plays = element.get("data-max-plays", "0")
        if not plays.isdecimal() or len(plays) > 3:  # noqa: PLR2004 - a thousand times is as often as wanted
            raise refuse_attribute(element, self.file, "data-max-plays")
        source = next((one for one in sources if one), "")
        flow.block(Clip(self.media.clip(source, line_of(element)), self.alt(element, said), int(plays)))

    # ------------------------------------------------------------------------------------------ QTI's own

    def _qti(self, flow: Flow, element: etree._Element, name: str, styles: frozenset[Style]) -> None:
        if name in LINE_INTERACTIONS | BLOCK_INTERACTIONS and Inside.INTERACTIONS in flow.inside:
            self.met.append(element)
            place = Place(element.get("response-identifier", ""))
            if name in LINE_INTERACTIONS:
                flow.inline(place)
            else:
                flow.block(place)
            return
        if name not in self._OWN or self._OWN[name][0] not in flow.inside:
            raise refuse_element(element, self.file)
        self._OWN[name][1](self, flow, element, styles)

    def _gap(self, flow: Flow, element: etree._Element, _: frozenset[Style]) -> None:
        self.look(element, "identifier")
        flow.inline(Gap(element.get("identifier", "")))

    def _printed(self, flow: Flow, element: etree._Element, _: frozenset[Style]) -> None:
        self.look(element, "identifier", "format")
        flow.inline(Printed(element.get("identifier", ""), element.get("format", "")))

    def _feedback(self, flow: Flow, element: etree._Element, styles: frozenset[Style]) -> None:
        self.look(element, *_FEEDBACK)
        if self.visible(element):
            self._transparent(flow, element, styles, inline=name_of(element) == "qti-feedback-inline")
        else:
            self.note(NoteKind.FEEDBACK_LEFT_OUT, "")

    def _rubric(self, flow: Flow, element: etree._Element, styles: frozenset[Style]) -> None:
        self.look(element, "view", "use")
        if "candidate" in element.get("view", "").split():
            self._transparent(flow, element, styles, inline=False)
        else:
            self.note(NoteKind.RUBRIC_LEFT_OUT, "")

    def _transparent(self, flow: Flow, element: etree._Element, styles: frozenset[Style], *, inline: bool) -> None:
        if inline:
            self._fill(flow, element, styles)
            return
        with flow.paragraph(0, None):
            self._fill(flow, element, styles)

    def _hottext(self, flow: Flow, element: etree._Element, styles: frozenset[Style]) -> None:
        look = self.look(element, "identifier")
        outer = Flow(Inside.NOTHING)
        text = self.line(element, outer, styles | look.styles, ends=False)
        bare = tidy(text)
        if not bare or not all(isinstance(one, Run | InlinePicture | Formula) for one in bare):
            raise MarkupRefused(self.file, line_of(element), "a hottext without plain text", name="<qti-hottext>")
        first, last = text[0], text[-1]
        if isinstance(first, Run) and first.text.startswith(" "):  # a space belongs between the words
            flow.text(" ", styles)
        flow.inline(
            Hot(
                element.get("identifier", ""),
                tuple(one for one in bare if isinstance(one, Run | InlinePicture | Formula)),
            )
        )
        if isinstance(last, Run) and last.text.endswith(" "):
            flow.text(" ", styles)

    def _conditional(self, flow: Flow, element: etree._Element, styles: frozenset[Style]) -> None:
        self.look(element, *_CONDITION)
        condition = self.condition(element)
        if name_of(element) == "qti-template-inline":
            inlines = self.line(element, flow, styles, ends=False)
            if inlines:
                flow.inline(InlineIf(condition, inlines))
            return
        body = self.body(element, flow.inside)
        if body:
            flow.block(BlockIf(condition, body))

    def condition(self, element: etree._Element) -> Condition:
        """Read when something of a template item is there."""
        shown = element.get("show-hide", "show")
        if shown not in {"show", "hide"}:
            raise refuse_attribute(element, self.file, f"show-hide={shown[:20]}")
        variable, value = element.get("template-identifier", ""), element.get("identifier", "")
        if not variable or not value:
            raise BankRefused(self.file, line_of(element), "a condition without a variable or a value")
        return Condition(variable, value, shown == "show")

    _ELEMENTS: ClassVar = {
        "br": _break,
        "hr": _divider,
        "blockquote": _quote,
        "q": _quoted,
        "pre": _verbatim,
        **dict.fromkeys(("ul", "ol", "dl"), _listing),
        "table": _table,
        "ruby": _ruby,
        "img": _picture,
        "picture": _pictures,
        "object": _object,
        "audio": _clip,
        "video": _clip,
    }
    _OWN: ClassVar = {
        "qti-gap": (Inside.GAPS, _gap),
        "qti-hottext": (Inside.HOTTEXTS, _hottext),
        "qti-printed-variable": (Inside.CONDITIONS, _printed),
        "qti-template-inline": (Inside.CONDITIONS, _conditional),
        "qti-template-block": (Inside.CONDITIONS, _conditional),
        "qti-feedback-inline": (Inside.NOTHING, _feedback),
        "qti-feedback-block": (Inside.NOTHING, _feedback),
        "qti-rubric-block": (Inside.NOTHING, _rubric),
    }
