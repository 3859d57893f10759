"""What an interaction of an item file offers: options, pairs, a scale, and how many of them may be given.

It is asked of responses that come with an item file, not from a seat (there: `app.exam.responses`), so it knows the
interactions that we do not show too, and holds nobody to a limit that the file does not write. Of a template item's
options all count, since which are left out hangs on the seed. Too few is never wrong.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from lxml import etree

from app.content.xml import name_of, qti
from app.exam.processing.faults import ResponseRefused
from app.exam.processing.lexical import read_float, write_scalar
from app.exam.processing.values import Value, scalars

# Feedback and printed variables have identifiers too, which may well be a choice's.
CHOICES: Final = (
    *("simple-choice", "inline-choice", "simple-associable-choice", "gap-text", "gap-img", "gap"),
    *("hottext", "hotspot-choice", "associable-hotspot"),
)
_GAP_CHOICES: Final = ("gap-text", "gap-img")
_CHOSEN: Final = {
    "choice": ("simple-choice",),
    "inline-choice": ("inline-choice",),
    "order": ("simple-choice",),
    "hottext": ("hottext",),
    "hotspot": ("hotspot-choice",),
    "graphic-order": ("hotspot-choice",),
}
_ASSOCIATED: Final = {"associate": ("simple-associable-choice",), "graphic-associate": ("associable-hotspot",)}
_GAPS: Final = {"gap-match": ("gap",), "graphic-gap-match": ("associable-hotspot",)}

_SCALES: Final = frozenset({"slider", "select-point", "position-object"})


@dataclass(frozen=True)
class Offer:
    """What can be given for one response. No `members`: anything of its type within the scale.

    `members` and `seconds` are how often each may be used, 0 without end; with `seconds` a value is a pair of one and
    the other. `directed`: the first of a pair comes from `members`, the second from `seconds`.
    """

    members: Mapping[str, int] | None = None
    seconds: Mapping[str, int] | None = None
    most: int = 0
    directed: bool = True
    lower: float | None = None
    upper: float | None = None

    def refusal(self, value: str) -> str:
        """Tell why one value, as QTI writes it, cannot be given; nothing if it can."""
        if self.members is None:
            return self._off_scale(value)
        if self.seconds is None:
            return "" if value.strip() in self.members else f"{value.strip()[:60]!r} is no option of it"
        parts = value.split()
        sides = zip(parts, (self.members, self.seconds), strict=False)
        stranger = next((name for name, side in sides if name not in side), None)
        return "" if stranger is None else f"{value.strip()[:60]!r}: no pair can have {stranger[:60]!r} there"

    def _off_scale(self, value: str) -> str:
        number = read_float(value.strip()) if self.lower is not None or self.upper is not None else 0.0
        low = self.lower is not None and not number >= self.lower  # NaN is on no scale
        high = self.upper is not None and not number <= self.upper
        return f"{value[:60]} is not on its scale" if low or high else ""

    def check(self, response: str, value: Value) -> None:
        """Check a response that is of its variable's type.

        Raises:
            ResponseRefused: a value that is not offered, more values than may be given, or one used too often.
        """
        given = [write_scalar(each) for each in scalars(value)]
        for each in given:
            if reason := self.refusal(each):
                raise ResponseRefused(response, reason)
        if self.most and len(given) > self.most:
            raise ResponseRefused(response, f"{len(given)} values, of which {given[self.most][:60]!r} is one too many")
        if self.members is not None and self.seconds is not None:
            self._check_use(response, given, self.members, self.seconds)

    def _check_use(
        self, response: str, given: Sequence[str], members: Mapping[str, int], seconds: Mapping[str, int]
    ) -> None:
        pairs = {tuple(each.split()) for each in given}
        if self.directed:
            uses = [(Counter(pair[0] for pair in pairs), members), (Counter(pair[1] for pair in pairs), seconds)]
        else:
            pairs = {tuple(sorted(pair)) for pair in pairs}
            uses = [(Counter(name for pair in pairs for name in pair), members)]
        for used, most in uses:
            for name, times in used.items():
                if 0 < most[name] < times:
                    raise ResponseRefused(response, f"{name[:60]!r} is used {times} times, {most[name]} at most")


Offers = Mapping[str, Offer]
"""What an item's interactions offer, by response variable."""


def read_offer(element: etree._Element) -> Offer | None:
    """Read what an interaction offers; none of one whose responses may be anything of their type."""
    name = name_of(element).removeprefix("qti-").removesuffix("-interaction")
    most = _limit(element, "max-choices") or _limit(element, "max-associations")
    if name in _CHOSEN:
        return Offer(_members(element, _CHOSEN[name]), most=most)
    if name in _ASSOCIATED:
        both = _members(element, _ASSOCIATED[name])
        return Offer(both, both, most, directed=False)
    if name in _GAPS:
        return Offer(_members(element, _GAP_CHOICES), _members(element, _GAPS[name]), most)
    sets = element.findall(qti("qti-simple-match-set"))
    if name == "match" and len(sets) == 2:  # noqa: PLR2004 - rows and columns
        rows, columns = (_members(each, ("simple-associable-choice",)) for each in sets)
        return Offer(rows, columns, most)
    if name in _SCALES:
        return Offer(most=most, lower=_bound(element, "lower-bound"), upper=_bound(element, "upper-bound"))
    return None


def _members(element: etree._Element, names: Iterable[str]) -> dict[str, int]:
    """Give the options by identifier, each with how often it may be used; a gap of a text holds one."""
    found = {}
    for child in element.iter(*(qti(f"qti-{name}") for name in names)):
        once = name_of(child) == "qti-gap" and child.get("match-max") is None
        found[str(child.get("identifier", "")).strip()] = 1 if once else _limit(child, "match-max")
    return found


def _limit(element: etree._Element, name: str) -> int:
    """Read a limit; 0 for none, and for what a template's variable sets."""
    written = str(element.get(name, "")).strip().removeprefix("+")
    return int(written) if written.isascii() and written.isdecimal() and len(written) <= 9 else 0  # noqa: PLR2004


def _bound(element: etree._Element, name: str) -> float | None:
    try:
        return read_float(str(element.get(name, "")).strip())
    except ValueError:
        return None
