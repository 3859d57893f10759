"""One item file to score, from any folder: what it shows need not be something we show, but its rules must be ours."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from lxml import etree

from app.content.archive import Archive
from app.content.bank import BankRefused, KeyRefused, MarkupRefused, TwiceRefused
from app.content.qti.includes import Includer
from app.content.qti.languages import keep_version
from app.content.qti.offers import CHOICES, Offer, Offers, read_offer
from app.content.qti.processing import read_marking
from app.content.qti.upgrade import declare_score, is_qti, upgraded
from app.content.xml import QTI, line_of, name_of, qti, read_xml
from app.exam.marking import BaseType, Cardinality, Declaration, Marking, Role
from app.exam.prose import Language

MAX_BYTES: Final = 4_000_000
MAX_NODES: Final = 50_000

NOT_SCORED: Final = frozenset(
    {
        *("qti-portable-custom-interaction", "qti-custom-interaction", "qti-drawing-interaction"),
        *("qti-upload-interaction", "qti-custom-operator"),
    }
)
"""Elements whose responses nobody but their maker can score."""

_ONE: Final = frozenset({Cardinality.SINGLE})
_SOME: Final = frozenset({Cardinality.SINGLE, Cardinality.MULTIPLE})
_ANY: Final = _SOME | {Cardinality.ORDERED}
_ORDER: Final = frozenset({Cardinality.ORDERED})
_TEXT: Final = _ANY | {Cardinality.RECORD}
_NAMES: Final = frozenset({BaseType.IDENTIFIER})
_NUMBERS: Final = frozenset({BaseType.INTEGER, BaseType.FLOAT})
_TYPED: Final = _NUMBERS | {BaseType.STRING}


@dataclass(frozen=True)
class _Takes:
    """The response variables that an interaction may have; a record has no type."""

    types: frozenset[BaseType]
    cardinalities: frozenset[Cardinality]
    limit: str = ""


_INTERACTIONS: Final = {
    "choice": _Takes(_NAMES, _SOME, "max-choices"),
    "hottext": _Takes(_NAMES, _SOME, "max-choices"),
    "hotspot": _Takes(_NAMES, _SOME, "max-choices"),
    "inline-choice": _Takes(_NAMES, _ONE),
    "order": _Takes(_NAMES, _ORDER),
    "graphic-order": _Takes(_NAMES, _ORDER),
    "match": _Takes(frozenset({BaseType.DIRECTED_PAIR}), _SOME, "max-associations"),
    "gap-match": _Takes(frozenset({BaseType.DIRECTED_PAIR}), _SOME),
    "graphic-gap-match": _Takes(frozenset({BaseType.DIRECTED_PAIR}), _SOME),
    "associate": _Takes(frozenset({BaseType.PAIR}), _SOME, "max-associations"),
    "graphic-associate": _Takes(frozenset({BaseType.PAIR}), _SOME, "max-associations"),
    "select-point": _Takes(frozenset({BaseType.POINT}), _SOME, "max-choices"),
    "position-object": _Takes(frozenset({BaseType.POINT}), _SOME),
    "slider": _Takes(_NUMBERS, _ONE),
    "text-entry": _Takes(_TYPED, frozenset({Cardinality.SINGLE, Cardinality.RECORD})),
    "extended-text": _Takes(_TYPED, _TEXT),
    "media": _Takes(frozenset({BaseType.INTEGER}), _ONE),
    "end-attempt": _Takes(frozenset({BaseType.BOOLEAN}), _ONE),
}

ITEM: Final = "qti-assessment-item"


@dataclass(frozen=True)
class Scorable:
    """An item's marking, and what its body offers for each response; nothing of what only its makers could show."""

    marking: Marking
    offers: Offers


def scorable(root: etree._Element, file: str) -> Scorable:
    """Read the marking of an item that `read_root` has read, and check that its interactions fit its variables.

    Raises:
        BankRefused: one of its kinds (see `app.content.bank`), with file and line.
    """
    refuse_unscored(root, file)
    declare_score(root)
    keep_version(root, Language.ZH, file)  # what stands in both languages is asked once
    marking = read_marking(root, file, str(root.get("identifier", "")) or file)
    return Scorable(marking, _checked_interactions(root, marking, file))


def read_root(archive: Archive, file: str, *names: str) -> etree._Element:
    """Read a document of QTI 2.x or 3.0 with all it includes, in QTI 3's names; its root is one of `names`.

    Raises:
        BankRefused: one of its kinds.
    """
    root = read_xml(archive.read(file, MAX_BYTES), file, max_nodes=MAX_NODES)
    if not any(is_qti(root, name) for name in names):
        raise BankRefused(file, line_of(root), f"the root is {name_of(root)[:60]}, not {' or '.join(names)}")
    Includer(archive, file).follow(root)
    return upgraded(root)


def refuse_unscored(root: etree._Element, file: str) -> None:
    """Refuse what nobody but its maker can score.

    Raises:
        MarkupRefused: an interaction or operator of this kind, or an adaptive item.
    """
    if root.get("adaptive", "false").strip() in {"true", "1"}:
        raise MarkupRefused(file, line_of(root), "an adaptive item is not supported", name="adaptive")
    for element in root.iter(etree.Element):
        if name_of(element) in NOT_SCORED:
            name = name_of(element)
            raise MarkupRefused(file, line_of(element), f"element {name} is not supported", name=f"<{name}>")


def _checked_interactions(root: etree._Element, marking: Marking, file: str) -> dict[str, Offer]:
    body = root.find(qti("qti-item-body"))
    answered: Counter[str] = Counter()
    offers: dict[str, Offer] = {}
    for element in () if body is None else body.iter(etree.Element):
        response = element.get("response-identifier")
        if response is None or etree.QName(element).namespace != QTI:
            continue
        answered[response] += 1
        _check_interaction(element, marking.declaration(response), file)
        if answered[response] > 1:
            raise TwiceRefused(file, line_of(element), f"{response[:60]!r} is asked for twice", name=response[:60])
        repeated = next((one for one, count in Counter(_choices(element)).items() if count > 1), None)
        if repeated is not None:
            raise TwiceRefused(file, line_of(element), f"the choice {repeated[:60]!r} stands twice", name=repeated[:60])
        offer = read_offer(element)
        if offer is not None:
            offers[response] = offer
            _check_key(root, offer, marking.correct(response), response, file)
    return offers


def _check_key(root: etree._Element, offer: Offer, key: tuple[str, ...], response: str, file: str) -> None:
    """Refuse a key that nobody can give, as a bank's reader does; a mapping may name more than there is."""
    for value in key if offer.members is not None else ():  # a point or a number may be anywhere
        reason = offer.refusal(value)
        if reason:
            named = (child for child in root if child.get("identifier") == response)
            line = next((line_of(child) for child in named if name_of(child) == "qti-response-declaration"), 0)
            raise KeyRefused(file, line, f"the key of {response[:60]!r}: {reason}")


def _check_interaction(element: etree._Element, declaration: Declaration | None, file: str) -> None:
    name = name_of(element).removeprefix("qti-").removesuffix("-interaction")
    if declaration is None or declaration.role is not Role.RESPONSE:
        asked = str(element.get("response-identifier", ""))[:60]
        raise BankRefused(file, line_of(element), f"the response {asked!r} is not declared")
    takes = _INTERACTIONS.get(name)
    if takes is None:
        return
    typed = declaration.base_type in takes.types or declaration.cardinality is Cardinality.RECORD
    if not typed or declaration.cardinality not in takes.cardinalities:
        declared = f"{declaration.cardinality} {declaration.base_type or ''}".strip()
        raise BankRefused(file, line_of(element), f"{name_of(element)} cannot answer to a {declared} variable")
    several = takes.limit and str(element.get(takes.limit, "1")).strip() not in {"0", "1", "+1"}
    if several and declaration.cardinality is Cardinality.SINGLE:
        raise BankRefused(file, line_of(element), f"several values for the single {declaration.identifier!r}")


def _choices(element: etree._Element) -> Iterator[str]:
    for child in element.iter(*(qti(f"qti-{name}") for name in CHOICES)):
        identifier = child.get("identifier")
        if identifier is not None:
            yield str(identifier)
