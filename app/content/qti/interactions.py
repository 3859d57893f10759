"""The twelve interactions that are shown, from their QTI 3 elements, in one language; and two readings as one.

Sources: 1EdTech QTI 3.0 ASI information model, chapter on interactions, for attributes and their defaults.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any, ClassVar, Final

from lxml import etree

from app.content.bank import BankRefused, BankTooLarge, MarkupRefused
from app.content.qti.choices import ChoiceReader, no_repeats
from app.content.qti.flow import Inside
from app.content.xml import line_of, name_of, refuse_attribute, refuse_element
from app.exam.interactions import (
    Associate,
    Choice,
    ExtendedText,
    GapMatch,
    GraphicGapMatch,
    Hotspot,
    Hottext,
    InlineChoice,
    Interaction,
    Match,
    Order,
    Slider,
    TextEntry,
)
from app.exam.marking import BaseType, Cardinality, Declaration
from app.exam.prose import Gap, Hot, Wording, walk

MAX_PATTERN: Final = 500
MAX_EXPECTED: Final = 100_000  # characters
_NUMBER: Final = re.compile(r"[+-]?([0-9]{1,12}(\.[0-9]{0,12})?|\.[0-9]{1,12})([eE][+-]?[0-9]{1,2})?")
_CHOICES: Final = ("response-identifier", "shuffle", "min-choices", "max-choices", "orientation")
_PAIRS: Final = ("response-identifier", "shuffle", "min-associations", "max-associations")
_TEXT: Final = (
    "response-identifier",
    "expected-length",
    "pattern-mask",
    "placeholder-text",
    "base",
    "format",
)
_LINES: Final = frozenset({"plain", "preFormatted", "preformatted"})
_ONE: Final = frozenset({Cardinality.SINGLE})
_SOME: Final = frozenset({Cardinality.SINGLE, Cardinality.MULTIPLE})
_TYPED: Final = frozenset({BaseType.STRING, BaseType.INTEGER, BaseType.FLOAT})
_ANY_TEXT: Final = frozenset({Cardinality.SINGLE, Cardinality.MULTIPLE, Cardinality.ORDERED})


@dataclass
class InteractionReader:
    """Reads interactions; `declarations` are the item's response variables by identifier."""

    parts: ChoiceReader
    declarations: Mapping[str, Declaration]

    def read(self, element: etree._Element) -> Interaction:
        """Read one interaction.

        Raises:
            MarkupRefused: an attribute or element that would not be followed.
            BankRefused: a response variable that is not declared or does not fit, and other kinds.
        """
        reader = self._READERS[name_of(element)]
        found: Interaction = reader(self, element)
        return found

    def _response(
        self, element: etree._Element, types: frozenset[BaseType], cardinalities: frozenset[Cardinality]
    ) -> Declaration:
        name = element.get("response-identifier", "")
        declared = self.declarations.get(name)
        if declared is None:
            raise BankRefused(self.parts.file, line_of(element), f"{name[:60]!r} is not a declared response variable")
        typed = declared.base_type in types or declared.cardinality is Cardinality.RECORD
        if not typed or declared.cardinality not in cardinalities:
            what = f"{declared.cardinality} {declared.base_type or ''}".strip()
            raise BankRefused(self.parts.file, line_of(element), f"{name} is {what}, which does not fit here")
        return declared

    def _limits(self, element: etree._Element, declared: Declaration, what: str, otherwise: int) -> tuple[int, int]:
        least = self.parts.whole(element, f"min-{what}", 0)
        most = self.parts.whole(element, f"max-{what}", otherwise)
        if declared.cardinality is Cardinality.SINGLE:
            if most > 1 and f"max-{what}" in element.attrib:  # 0, as many as wanted, is one where one can be kept
                raise refuse_attribute(element, self.parts.file, f"max-{what}={most}")
            most = 1
        if most and least > most:
            raise refuse_attribute(element, self.parts.file, f"min-{what}={least}")
        return least, most

    def _choice(self, element: etree._Element) -> Choice:
        self.parts.reader.look(element, *_CHOICES)
        declared = self._response(element, frozenset({BaseType.IDENTIFIER}), _SOME)
        least, most = self._limits(element, declared, "choices", 1)
        options = self.parts.options(self.parts.parts(element, "qti-simple-choice", least=2))
        no_repeats([one.id for one in options], element, self.parts.file)
        prompt = self.parts.prompt(element)
        return Choice(declared.identifier, prompt, options, least, most, self.parts.flag(element, "shuffle"))

    def _inline_choice(self, element: etree._Element) -> InlineChoice:
        self.parts.reader.look(element, "response-identifier", "shuffle", "required", "min-choices")
        declared = self._response(element, frozenset({BaseType.IDENTIFIER}), _ONE)
        options = self.parts.options(self.parts.parts(element, "qti-inline-choice", least=2))
        no_repeats([one.id for one in options], element, self.parts.file)
        required = self.parts.flag(element, "required") or self.parts.whole(element, "min-choices", 0, 1) == 1
        return InlineChoice(declared.identifier, options, required, self.parts.flag(element, "shuffle"))

    def _text_entry(self, element: etree._Element) -> TextEntry:
        self._check_text(element, *_TEXT)
        self._empty(element)
        declared = self._response(element, _TYPED, _ONE | {Cardinality.RECORD})  # a record: a number's text, digits …
        return TextEntry(
            declared.identifier,
            self.parts.whole(element, "expected-length", 0, MAX_EXPECTED),
            self._pattern(element),
            self.parts.hint(element, "placeholder-text"),
        )

    def _extended_text(self, element: etree._Element) -> ExtendedText:
        self._check_text(element, *_TEXT, "expected-lines", "min-strings", "max-strings")
        self.parts.parts(element, least=0)
        declared = self._response(element, _TYPED, _ANY_TEXT)
        single = declared.cardinality is Cardinality.SINGLE
        return ExtendedText(
            declared.identifier,
            self.parts.prompt(element),
            self.parts.whole(element, "expected-lines", 0),
            self.parts.whole(element, "expected-length", 0, MAX_EXPECTED),
            self._pattern(element),
            self.parts.hint(element, "placeholder-text"),
            self.parts.whole(element, "min-strings", 0, 100),
            1 if single else self.parts.whole(element, "max-strings", 0, 100),
        )

    def _check_text(self, element: etree._Element, *own: str) -> None:
        self.parts.reader.look(element, *own)
        form, base = element.get("format", "plain"), element.get("base", "10")
        if form not in _LINES:
            raise refuse_attribute(element, self.parts.file, f"format={form[:20]}")
        if base != "10":
            raise refuse_attribute(element, self.parts.file, f"base={base[:20]}")

    def _pattern(self, element: etree._Element) -> str:
        pattern = element.get("pattern-mask", "")
        if len(pattern) > MAX_PATTERN:
            raise BankTooLarge(self.parts.file, line_of(element), "too long a pattern", limit=MAX_PATTERN)
        return pattern

    def _empty(self, element: etree._Element) -> None:
        for child in element:
            raise refuse_element(child, self.parts.file)
        if (element.text or "").strip():
            name = f"<{name_of(element)}> text"
            raise MarkupRefused(self.parts.file, line_of(element), "text where none is shown", name=name)

    def _order(self, element: etree._Element) -> Order:
        self.parts.reader.look(element, *_CHOICES)
        declared = self._response(element, frozenset({BaseType.IDENTIFIER}), frozenset({Cardinality.ORDERED}))
        least, most = self._limits(element, declared, "choices", 0)
        options = self.parts.options(self.parts.parts(element, "qti-simple-choice", least=2))
        no_repeats([one.id for one in options], element, self.parts.file)
        prompt = self.parts.prompt(element)
        return Order(declared.identifier, prompt, options, least, most, self.parts.flag(element, "shuffle"))

    def _match(self, element: etree._Element) -> Match:
        self.parts.reader.look(element, *_PAIRS)
        declared = self._response(element, frozenset({BaseType.DIRECTED_PAIR}), _SOME)
        least, most = self._limits(element, declared, "associations", 1)
        sets = self.parts.parts(element, "qti-simple-match-set", least=2)
        if len(sets) != 2:  # noqa: PLR2004 - rows and columns
            raise BankRefused(self.parts.file, line_of(element), f"{len(sets)} sets to match")
        rows, columns = (
            self.parts.options(self.parts.parts(one, "qti-simple-associable-choice"), matched=True) for one in sets
        )
        no_repeats([one.id for one in rows], element, self.parts.file)
        no_repeats([one.id for one in columns], element, self.parts.file)
        prompt, shuffle = self.parts.prompt(element), self.parts.flag(element, "shuffle")
        return Match(declared.identifier, prompt, rows, columns, least, most, shuffle)

    def _associate(self, element: etree._Element) -> Associate:
        self.parts.reader.look(element, *_PAIRS)
        declared = self._response(element, frozenset({BaseType.PAIR}), _SOME)
        least, most = self._limits(element, declared, "associations", 1)
        parts = self.parts.parts(element, "qti-simple-associable-choice", least=2)
        options = self.parts.options(parts, matched=True)
        no_repeats([one.id for one in options], element, self.parts.file)
        prompt, shuffle = self.parts.prompt(element), self.parts.flag(element, "shuffle")
        return Associate(declared.identifier, prompt, options, least, most, shuffle)

    def _gap_match(self, element: etree._Element) -> GapMatch:
        self.parts.reader.look(element, *_PAIRS)
        declared = self._response(element, frozenset({BaseType.DIRECTED_PAIR}), _SOME)
        least, most = self._limits(element, declared, "associations", 0)
        kinds = frozenset({"qti-gap-text", "qti-gap-img"})
        parts = [child for child in element if name_of(child) in kinds]
        if not 1 <= len(parts) <= 100:  # noqa: PLR2004 - MAX_OPTIONS
            raise BankTooLarge(self.parts.file, line_of(element), f"{len(parts)} options", limit=100)
        options = self.parts.options(parts, matched=True)
        text = self.parts.content(element, Inside.GAPS | Inside.CONDITIONS, kinds | {"qti-prompt"})
        gaps = [one.id for one in walk(text.zh) if isinstance(one, Gap)]
        no_repeats([one.id for one in options], element, self.parts.file)
        self._check_holes(gaps, element)
        prompt, shuffle = self.parts.prompt(element), self.parts.flag(element, "shuffle")
        return GapMatch(declared.identifier, prompt, options, text, least, most, shuffle)

    def _check_holes(self, names: list[str], element: etree._Element) -> None:
        if not names:
            raise BankRefused(self.parts.file, line_of(element), "nothing to fill or to choose")
        if len(names) > 100:  # noqa: PLR2004 - MAX_OPTIONS
            raise BankTooLarge(self.parts.file, line_of(element), f"{len(names)} places", limit=100)
        no_repeats(names, element, self.parts.file)

    def _hottext(self, element: etree._Element) -> Hottext:
        self.parts.reader.look(element, *_CHOICES)
        declared = self._response(element, frozenset({BaseType.IDENTIFIER}), _SOME)
        least, most = self._limits(element, declared, "choices", 1)
        text = self.parts.content(element, Inside.HOTTEXTS | Inside.CONDITIONS, frozenset({"qti-prompt"}))
        self._check_holes([one.id for one in walk(text.zh) if isinstance(one, Hot)], element)
        return Hottext(declared.identifier, self.parts.prompt(element), text, least, most)

    def _hotspot(self, element: etree._Element) -> Hotspot:
        self.parts.reader.look(element, *_CHOICES)
        declared = self._response(element, frozenset({BaseType.IDENTIFIER}), _SOME)
        least, most = self._limits(element, declared, "choices", 1)
        areas = self.parts.areas(self.parts.parts(element, "qti-hotspot-choice"))
        no_repeats([one.id for one in areas], element, self.parts.file)
        prompt, canvas = self.parts.prompt(element), self.parts.canvas(element)
        return Hotspot(declared.identifier, prompt, canvas, areas, least, most)

    def _graphic_gap_match(self, element: etree._Element) -> GraphicGapMatch:
        self.parts.reader.look(element, *_PAIRS)
        declared = self._response(element, frozenset({BaseType.DIRECTED_PAIR}), _SOME)
        least, most = self._limits(element, declared, "associations", 0)
        kinds = ("qti-gap-text", "qti-gap-img")
        parts = self.parts.parts(element, *kinds, "qti-associable-hotspot", least=2)
        options = self.parts.options([one for one in parts if name_of(one) in kinds], matched=True)
        areas = self.parts.areas([one for one in parts if name_of(one) not in kinds])
        if not options or not areas:
            raise BankRefused(self.parts.file, line_of(element), "no options or no areas")
        no_repeats([*(one.id for one in options)], element, self.parts.file)
        no_repeats([*(one.id for one in areas)], element, self.parts.file)
        prompt, canvas = self.parts.prompt(element), self.parts.canvas(element)
        shuffle = self.parts.flag(element, "shuffle")
        return GraphicGapMatch(declared.identifier, prompt, canvas, options, areas, least, most, shuffle)

    def _slider(self, element: etree._Element) -> Slider:
        bounds = ("lower-bound", "upper-bound", "step", "step-label", "orientation", "reverse")
        self.parts.reader.look(element, "response-identifier", *bounds)
        self.parts.parts(element, least=0)
        declared = self._response(element, frozenset({BaseType.INTEGER, BaseType.FLOAT}), _ONE)
        lower, upper, step = (element.get(name, "").strip() for name in bounds[:3])
        for name, value in (("lower-bound", lower), ("upper-bound", upper), ("step", step or "1")):
            if not _NUMBER.fullmatch(value):
                raise refuse_attribute(element, self.parts.file, f"{name}={value[:20]}")
        if float(lower) >= float(upper) or (step and float(step) <= 0):
            raise refuse_attribute(element, self.parts.file, f"upper-bound={upper[:20]}")
        side = element.get("orientation", "horizontal")
        if side not in {"horizontal", "vertical"}:
            raise refuse_attribute(element, self.parts.file, f"orientation={side[:20]}")
        return Slider(
            declared.identifier,
            self.parts.prompt(element),
            lower,
            upper,
            step,
            self.parts.flag(element, "step-label"),
            side == "vertical" or "qti-orientation-vertical" in element.get("class", "").split(),
            self.parts.flag(element, "reverse"),
            declared.base_type is BaseType.INTEGER,
        )

    _READERS: ClassVar[dict[str, Callable[["InteractionReader", etree._Element], Interaction]]] = {
        "qti-choice-interaction": _choice,
        "qti-inline-choice-interaction": _inline_choice,
        "qti-text-entry-interaction": _text_entry,
        "qti-extended-text-interaction": _extended_text,
        "qti-order-interaction": _order,
        "qti-match-interaction": _match,
        "qti-associate-interaction": _associate,
        "qti-gap-match-interaction": _gap_match,
        "qti-hottext-interaction": _hottext,
        "qti-hotspot-interaction": _hotspot,
        "qti-graphic-gap-match-interaction": _graphic_gap_match,
        "qti-slider-interaction": _slider,
    }


def paired(chinese: Any, english: Any) -> Any:  # noqa: ANN401 - an interaction or any part of one
    """Make one of the two readings of a thing: equal in everything but what it says.

    Raises:
        ValueError: they differ in something else.
    """
    if isinstance(chinese, Wording) and isinstance(english, Wording):
        return Wording(chinese.zh, english.en)
    if isinstance(chinese, tuple) and isinstance(english, tuple) and len(chinese) == len(english):
        return tuple(paired(one, other) for one, other in zip(chinese, english, strict=True))
    if type(chinese) is type(english) and is_dataclass(chinese) and not isinstance(chinese, type):
        told = {one.name: paired(getattr(chinese, one.name), getattr(english, one.name)) for one in fields(chinese)}
        return replace(chinese, **told)
    if chinese != english:
        raise ValueError(f"{chinese!r} and {english!r}"[:100])
    return chinese
