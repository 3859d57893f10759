"""Interactions and items to QTI 3."""

from collections.abc import Callable
from typing import ClassVar, Final

from lxml import etree

from app.content.qti.write_body import BodyWriter, Media, element
from app.exam.interactions import (
    Area,
    Associate,
    Canvas,
    Choice,
    ExtendedText,
    GapMatch,
    GraphicGapMatch,
    Hotspot,
    Hottext,
    InlineChoice,
    Interaction,
    Match,
    Option,
    Order,
    Slider,
    TextEntry,
)
from app.exam.item import Item
from app.exam.prose import Language, Picture, Wording

_MATCHED: Final = frozenset({"qti-simple-associable-choice", "qti-gap-text", "qti-gap-img"})


class ItemWriter(BodyWriter):
    """Writes one item's body with its interactions."""

    def __init__(self, item: Item, media: Media) -> None:
        super().__init__(media)
        self._interactions = {one.response: one for one in item.interactions}

    def place(self, response: str, language: Language | None) -> etree._Element:
        """Write an interaction."""
        interaction = self._interactions[response]
        made: etree._Element = self._WRITERS[type(interaction)](self, interaction, language)
        return made

    # ------------------------------------------------------------------------------------------ parts

    def _prompted(self, made: etree._Element, prompt: Wording | None, language: Language | None) -> etree._Element:
        if prompt is not None:
            one = element("qti-prompt")
            self.wording(one, prompt, language, lines=True)
            made.append(one)
        return made

    def _options(self, made: etree._Element, options: tuple[Option, ...], name: str, language: Language | None) -> None:
        for option in options:
            made.append(self._option(option, name, language))

    def _option(self, option: Option, name: str, language: Language | None) -> etree._Element:
        made = element(name, identifier=option.id, fixed="true" if option.fixed else "")
        if name in _MATCHED:
            made.set("match-max", str(option.match_max))
            if option.match_min:
                made.set("match-min", str(option.match_min))
        if option.only_if:
            made.set("template-identifier", option.only_if.variable)
            made.set("show-hide", "show" if option.only_if.shown else "hide")
        self.wording(made, option.wording, language, lines=True)
        return made

    def _gap_options(self, made: etree._Element, options: tuple[Option, ...], language: Language | None) -> None:
        for option in options:
            only = option.wording.zh[0] if option.wording.zh == option.wording.en else None
            picture = len(option.wording.zh) == 1 and isinstance(only, Picture)
            made.append(self._option(option, "qti-gap-img" if picture else "qti-gap-text", language))

    def _canvas(self, canvas: Canvas) -> etree._Element:
        address = self.media.addresses[canvas.media]
        return element("img", src=address, alt=canvas.alt, width=str(canvas.width), height=str(canvas.height))

    def _areas(self, made: etree._Element, areas: tuple[Area, ...], name: str) -> None:
        for area in areas:
            one = element(name, identifier=area.id, shape=area.shape.value, hotspot_label=area.label)
            if area.coords:
                one.set("coords", ",".join(map(str, area.coords)))
            if name == "qti-associable-hotspot" or area.match_max != 1:
                one.set("match-max", str(area.match_max))
            if area.match_min:
                one.set("match-min", str(area.match_min))
            made.append(one)

    # ------------------------------------------------------------------------------------------ one by one

    def _choice(self, one: Choice, language: Language | None) -> etree._Element:
        made = self._prompted(_choices("qti-choice-interaction", one), one.prompt, language)
        self._options(made, one.options, "qti-simple-choice", language)
        return made

    def _inline_choice(self, one: InlineChoice, language: Language | None) -> etree._Element:
        made = element(
            "qti-inline-choice-interaction",
            response_identifier=one.response,
            shuffle=_flag(one.shuffle),
            required="true" if one.required else "",
        )
        self._options(made, one.options, "qti-inline-choice", language)
        return made

    def _text_entry(self, one: TextEntry, _: Language | None) -> etree._Element:
        return element(
            "qti-text-entry-interaction",
            response_identifier=one.response,
            expected_length=_number(one.expected_length),
            pattern_mask=one.pattern,
            placeholder_text=one.hint,
        )

    def _extended_text(self, one: ExtendedText, language: Language | None) -> etree._Element:
        made = element(
            "qti-extended-text-interaction",
            response_identifier=one.response,
            expected_lines=_number(one.expected_lines),
            expected_length=_number(one.expected_length),
            pattern_mask=one.pattern,
            placeholder_text=one.hint,
            min_strings=_number(one.min_strings),
            max_strings=_number(one.max_strings),
        )
        return self._prompted(made, one.prompt, language)

    def _order(self, one: Order, language: Language | None) -> etree._Element:
        made = element(
            "qti-order-interaction",
            response_identifier=one.response,
            shuffle=_flag(one.shuffle),
            min_choices=_number(one.min_choices),
            max_choices=_number(one.max_choices),
        )
        self._prompted(made, one.prompt, language)
        self._options(made, one.options, "qti-simple-choice", language)
        return made

    def _match(self, one: Match, language: Language | None) -> etree._Element:
        made = self._prompted(_pairs("qti-match-interaction", one), one.prompt, language)
        for options in (one.rows, one.columns):
            matched = element("qti-simple-match-set")
            self._options(matched, options, "qti-simple-associable-choice", language)
            made.append(matched)
        return made

    def _associate(self, one: Associate, language: Language | None) -> etree._Element:
        made = self._prompted(_pairs("qti-associate-interaction", one), one.prompt, language)
        self._options(made, one.options, "qti-simple-associable-choice", language)
        return made

    def _gap_match(self, one: GapMatch, language: Language | None) -> etree._Element:
        made = self._prompted(_pairs("qti-gap-match-interaction", one), one.prompt, language)
        self._gap_options(made, one.options, language)
        self.wording(made, one.text, language, lines=False)
        return made

    def _hottext(self, one: Hottext, language: Language | None) -> etree._Element:
        made = self._prompted(_choices("qti-hottext-interaction", one), one.prompt, language)
        self.wording(made, one.text, language, lines=False)
        return made

    def _hotspot(self, one: Hotspot, language: Language | None) -> etree._Element:
        made = self._prompted(_choices("qti-hotspot-interaction", one), one.prompt, language)
        made.append(self._canvas(one.canvas))
        self._areas(made, one.areas, "qti-hotspot-choice")
        return made

    def _graphic_gap_match(self, one: GraphicGapMatch, language: Language | None) -> etree._Element:
        made = self._prompted(_pairs("qti-graphic-gap-match-interaction", one), one.prompt, language)
        made.append(self._canvas(one.canvas))
        self._gap_options(made, one.options, language)
        self._areas(made, one.areas, "qti-associable-hotspot")
        return made

    def _slider(self, one: Slider, language: Language | None) -> etree._Element:
        made = element(
            "qti-slider-interaction",
            response_identifier=one.response,
            lower_bound=one.lower,
            upper_bound=one.upper,
            step=one.step,
            step_label="true" if one.step_label else "",
            orientation="vertical" if one.vertical else "horizontal",
            reverse="true" if one.reverse else "",
        )
        return self._prompted(made, one.prompt, language)

    _WRITERS: ClassVar[dict[type[Interaction], Callable[..., etree._Element]]] = {
        Choice: _choice,
        InlineChoice: _inline_choice,
        TextEntry: _text_entry,
        ExtendedText: _extended_text,
        Order: _order,
        Match: _match,
        Associate: _associate,
        GapMatch: _gap_match,
        Hottext: _hottext,
        Hotspot: _hotspot,
        GraphicGapMatch: _graphic_gap_match,
        Slider: _slider,
    }


def _choices(name: str, one: Choice | Hottext | Hotspot) -> etree._Element:
    made = element(name, response_identifier=one.response)
    made.set("max-choices", str(one.max_choices))
    if one.min_choices:
        made.set("min-choices", str(one.min_choices))
    if isinstance(one, Choice):
        made.set("shuffle", _flag(one.shuffle))
    return made


def _pairs(name: str, one: Match | Associate | GapMatch | GraphicGapMatch) -> etree._Element:
    made = element(name, response_identifier=one.response)
    made.set("max-associations", str(one.max_associations))
    if one.min_associations:
        made.set("min-associations", str(one.min_associations))
    made.set("shuffle", _flag(one.shuffle))
    return made


def _flag(value: bool) -> str:  # noqa: FBT001 - the value itself
    return "true" if value else "false"


def _number(value: int) -> str:
    return str(value) if value else ""
