"""The time of a sitting, as a whole and by section. All in ms of a monotonic clock; no wall clock is reckoned with."""

from dataclasses import dataclass, replace
from typing import Final

ANSWER_GRACE_MS: Final = 10_000
"""A response given before the end may need this long to reach the disk; one that comes later is not taken."""


@dataclass(frozen=True)
class Timing:
    """How much time there is and how much is used up.

    `limits_ms` has each section's own limit or None; `spent_ms` how long each section was in front, `front_ms` the
    active time at which it last was; `section` is the one in front, None before the first item.
    """

    duration_ms: int = 0
    active_ms: int = 0
    early_leave_ms: int = 0
    limits_ms: tuple[int | None, ...] = ()
    spent_ms: tuple[int, ...] = ()
    front_ms: tuple[int, ...] = ()
    section: int | None = None

    def passed(self, ms: int) -> "Timing":
        """Give it after `ms` more."""
        active_ms = self.active_ms + ms
        if self.section is None:
            return replace(self, active_ms=active_ms)
        spent, front = list(self.spent_ms), list(self.front_ms)
        spent[self.section] += ms
        front[self.section] = active_ms
        return replace(self, active_ms=active_ms, spent_ms=tuple(spent), front_ms=tuple(front))

    def turned_to(self, section: int) -> "Timing":
        """Give it with another section in front."""
        new = (0,) * (section + 1 - len(self.spent_ms))
        front = list(self.front_ms + new)
        front[section] = self.active_ms
        return replace(self, section=section, spent_ms=self.spent_ms + new, front_ms=tuple(front))

    def extended(self, ms: int) -> "Timing":
        """Give it with more time: as a whole, and for the section in front if it has a limit."""
        limits = list(self.limits_ms)
        if self.section is not None and self.section < len(limits):
            limit = limits[self.section]
            limits[self.section] = None if limit is None else limit + ms
        return replace(self, duration_ms=self.duration_ms + ms, limits_ms=tuple(limits))

    @property
    def left_ms(self) -> int:
        """What is left of the whole, never below 0."""
        return max(0, self.duration_ms - self.active_ms)

    @property
    def is_over(self) -> bool:
        """Whether no time is left: of the whole, or of any of its sections if all have limits."""
        all_closed = bool(self.limits_ms) and all(self.is_closed(section) for section in range(len(self.limits_ms)))
        return self.left_ms == 0 or all_closed

    def section_left_ms(self, section: int) -> int | None:
        """What is left of a section's own time, never below 0; None if it has no limit."""
        limit = self._limit(section)
        if limit is None:
            return None
        spent = self.spent_ms[section] if section < len(self.spent_ms) else 0
        return max(0, limit - spent)

    def is_closed(self, section: int) -> bool:
        """Whether a section's time is used up."""
        return self.section_left_ms(section) == 0

    def takes_answers(self, section: int | None) -> bool:
        """Whether a response to an item of this section may still come in: the grace after the end included.

        A response may be on its way to the disk while another section is in front already.
        """
        if self.active_ms > self.duration_ms + ANSWER_GRACE_MS:
            return False
        limit = None if section is None else self._limit(section)
        if section is None or limit is None or self.spent_ms[section] < limit:
            return True
        closed_ms = self.front_ms[section] - (self.spent_ms[section] - limit)
        return self.active_ms <= closed_ms + ANSWER_GRACE_MS

    @property
    def early_leave_in_ms(self) -> int:
        """How long until the candidate may hand in; 0 when they may."""
        return max(0, min(self.early_leave_ms, self.duration_ms) - self.active_ms)

    def _limit(self, section: int) -> int | None:
        return self.limits_ms[section] if section < len(self.limits_ms) else None
