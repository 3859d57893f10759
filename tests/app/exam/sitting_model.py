"""A sitting as a reader of the rules would reckon it by hand: plain lists, no fold, none of the code under test.

Time is a list of stretches that were lived while the clock ran. Whether an event may happen is said by a table and by
the few rules below it; `verdict` names the fault, or is empty.
"""

from dataclasses import dataclass, field

from app.exam import events
from app.exam.events import Event, PauseReason
from sync.wire.environment import CheckStatement, LockdownLevel, Override
from sync.wire.packet import EndReason

GRACE_MS = 10_000

LEGAL: dict[str, set[str]] = {
    "awaiting": {"admitted"},
    "admitted": {
        "adjusted", "resumed", "occurred", "secured", "supervised", "notice_read", "sent_back", "started",
    },
    "active": {
        "adjusted", "resumed", "occurred", "secured", "supervised", "viewed", "answered", "flagged", "noted", "played",
        "hand_raised", "tick", "paused", "extended", "restored", "submitted",
    },
    "paused": {
        "adjusted", "resumed", "occurred", "secured", "supervised", "hand_raised", "tick", "continued", "extended",
        "submitted",
    },
    "submitted": {"adjusted", "resumed", "occurred", "secured", "supervised", "reopened", "sealed"},
    "sealed": set(),
}  # fmt: skip
"""Which kinds of events may happen in which state (domain.md: awaiting → admitted → active ⇄ paused → …)."""


@dataclass
class Model:
    """What a careful observer would have written down."""

    state: str = "awaiting"
    run: str = ""
    mono_ms: int = 0
    stretches: list[tuple[int | None, int]] = field(default_factory=list)  # section in front, ms
    base_ms: int = 0
    extensions: list[int] = field(default_factory=list)
    early_leave_ms: int = 0
    limits: list[int | None] = field(default_factory=list)
    front: int | None = None
    section_of: dict[str, int] = field(default_factory=dict)
    current: str | None = None
    answers: dict[str, tuple[object, bool, int, int]] = field(default_factory=dict)
    flags: set[str] = field(default_factory=set)
    notes: dict[str, tuple[object, object]] = field(default_factory=dict)
    plays: dict[tuple[str, str], int] = field(default_factory=dict)
    appearance: object = None
    hand: bool = False
    pause: PauseReason | None = None
    noticed: bool = False
    on_duty: tuple[str, ...] = ()
    all_proctors: list[str] = field(default_factory=list)
    incidents: list[tuple[str, int]] = field(default_factory=list)  # code, active ms
    levels: list[LockdownLevel] = field(default_factory=list)
    checks: dict[str, CheckStatement] = field(default_factory=dict)
    overrides: list[Override] = field(default_factory=list)
    resumes: int = 0
    end: EndReason | None = None

    # time

    @property
    def active_ms(self) -> int:
        """The time that was lived while the clock ran."""
        return sum(ms for _section, ms in self.stretches)

    @property
    def duration_ms(self) -> int:
        """The time that was granted."""
        return self.base_ms + sum(self.extensions)

    def spent_ms(self, section: int) -> int:
        """The time a section was in front."""
        return sum(ms for one, ms in self.stretches if one == section)

    def limit(self, section: int | None) -> int | None:
        """A section's own limit as it stands."""
        return self.limits[section] if section is not None and section < len(self.limits) else None

    def closed_at(self, section: int) -> int | None:
        """The active time at which a section's own time ran out, None while it has some or no limit."""
        limit, spent, active = self.limit(section), 0, 0
        if limit == 0:
            return 0
        for one, ms in self.stretches:
            if one == section:
                if limit is not None and spent + ms >= limit:
                    return active + limit - spent
                spent += ms
            active += ms
        return None

    @property
    def is_over(self) -> bool:
        """Whether nothing is left."""
        closed = [self.closed_at(section) is not None for section in range(len(self.limits))]
        return self.active_ms >= self.duration_ms or (bool(closed) and all(closed))

    # what may happen

    def verdict(self, run: str, mono_ms: int, event: Event) -> str:
        """Name the fault this event must be refused with, empty if it must be taken."""
        if event.kind not in LEGAL[self.state] or self._names_one_twice(event):
            return "SITTING_OUT_OF_ORDER"
        if self.run and (run == self.run) is isinstance(event, events.Resumed):
            return "SITTING_OUT_OF_ORDER"
        if run == self.run and mono_ms < self.mono_ms:
            return "SITTING_OUT_OF_ORDER"
        before = list(self.stretches)
        self._live(run, mono_ms, event)
        try:
            return self._content_verdict(event)
        finally:
            self.stretches = before

    def _names_one_twice(self, event: Event) -> bool:
        groups = [getattr(event, "by", ()), getattr(event, "proctors", ()), getattr(event, "confirmed_by", ())]
        groups += [one.by for one in getattr(event, "despite", ())]
        return any(len(group) > len(set(group)) for group in groups)

    def _content_verdict(self, event: Event) -> str:  # noqa: PLR0911 - one case each
        match event:
            case events.Started() if not self.noticed:
                return "SITTING_OUT_OF_ORDER"
            case events.Viewed():
                return self._view_verdict(event)
            case events.Answered():
                return self._answer_verdict(event.item)
            case events.Paused() if (event.reason is PauseReason.PROCTOR) != bool(event.by):
                return "SITTING_OUT_OF_ORDER"
            case events.Restored() if event.ms > self.stretches[-1][1]:  # what was lived since the event before
                return "SITTING_OUT_OF_ORDER"
            case events.Submitted():
                return self._end_verdict(event)
            case events.Reopened() if self.end not in (EndReason.PROCTOR, EndReason.VOIDED):
                return "SITTING_OUT_OF_ORDER"
        return ""

    def _view_verdict(self, event: events.Viewed) -> str:
        if self.closed_at(event.section) is not None:
            return "TIME_USED_UP"
        return "SITTING_OUT_OF_ORDER" if self.section_of.get(event.item, event.section) != event.section else ""

    def _answer_verdict(self, item: str) -> str:
        section = self.section_of.get(item)
        if section is None and any(limit is not None for limit in self.limits):
            return "SITTING_OUT_OF_ORDER"
        ends = [self.duration_ms] + [closed for closed in [self._closed(section)] if closed is not None]
        return "TIME_USED_UP" if self.active_ms > min(ends) + GRACE_MS else ""

    def _closed(self, section: int | None) -> int | None:
        return None if section is None else self.closed_at(section)

    def _end_verdict(self, event: events.Submitted) -> str:
        by_proctors = event.reason in (EndReason.PROCTOR, EndReason.VOIDED)
        if by_proctors != bool(event.by) or (event.reason is EndReason.TIME and not self.is_over):
            return "SITTING_OUT_OF_ORDER"
        if event.reason is EndReason.CANDIDATE:
            if self.state == "paused":
                return "SITTING_OUT_OF_ORDER"
            if self.active_ms < min(self.early_leave_ms, self.duration_ms):
                return "TOO_EARLY_TO_LEAVE"
        return ""

    # what is then so

    def happen(self, run: str, mono_ms: int, event: Event) -> None:
        """Write down what a legal event changed."""
        self._live(run, mono_ms, event)
        self.run, self.mono_ms = run, mono_ms
        self._turn(event)
        self._keep(event)
        self._log(event)

    def _live(self, run: str, mono_ms: int, event: Event) -> None:
        if self.state != "active":
            return
        if isinstance(event, events.Resumed):
            self.stretches.append((self.front, event.dead_ms))
        elif run == self.run:
            self.stretches.append((self.front, mono_ms - self.mono_ms))

    def _turn(self, event: Event) -> None:  # noqa: C901 - one case each
        match event:
            case events.Admitted():
                self.state = "admitted"
            case events.SentBack():
                self.state, self.noticed, self.run, self.mono_ms = "awaiting", False, "", 0
            case events.Started():
                self.state, self.base_ms = "active", event.duration_ms
                self.early_leave_ms, self.limits = event.early_leave_ms, list(event.section_limits_ms)
            case events.Paused():
                self.state, self.pause = "paused", event.reason
            case events.Continued():
                self.state, self.pause = "active", None
            case events.Submitted():
                self.state, self.pause, self.end = "submitted", None, event.reason
            case events.Reopened():
                self.state, self.pause, self.end, self.hand = "paused", PauseReason.PROCTOR, None, False
            case events.Sealed():
                self.state = "sealed"
            case events.Extended() | events.Restored():
                self.extensions.append(event.ms)
                limit = self.limit(self.front)
                if self.front is not None and limit is not None:
                    self.limits[self.front] = limit + event.ms

    def _keep(self, event: Event) -> None:  # noqa: C901 - one case each
        match event:
            case events.Viewed():
                self.front, self.current, self.section_of[event.item] = event.section, event.item, event.section
            case events.Answered():
                first_ms = self.answers[event.item][2] if event.item in self.answers else self.active_ms
                self.answers[event.item] = (event.responses, event.complete, first_ms, self.active_ms)
            case events.Flagged():
                (self.flags.add if event.on else self.flags.discard)(event.item)
            case events.Noted():
                self.notes[event.item] = (event.struck, event.highlights)
            case events.Played():
                self.plays[event.item, event.medium] = self.plays.get((event.item, event.medium), 0) + 1
            case events.Adjusted():
                self.appearance = event.appearance
            case events.HandRaised():
                self.hand = event.on
            case events.NoticeRead():
                self.noticed = True
            case events.Secured():
                self.levels.append(event.environment.level)
                self.checks |= {one.check: one for one in event.environment.checks}
                new = [one for one in event.environment.overrides if one not in self.overrides]
                self.overrides += new
            case events.Admitted() | events.Supervised():
                self.on_duty = event.proctors
                self.all_proctors += [one for one in event.proctors if one not in self.all_proctors]
            case events.Resumed():
                self.resumes += 1

    def _log(self, event: Event) -> None:
        codes: list[str] = []
        match event:
            case events.Admitted():
                codes = [one.code for one in event.despite]
            case events.Occurred():
                codes = [event.code]
            case events.Restored():
                codes = ["TIME_RESTORED"]
            case events.Resumed() if self.state in ("admitted", "active", "paused"):
                codes = ["RESUMED"]
            case events.Submitted() if event.by:
                codes = [f"ENDED_{event.reason.name}"]
            case events.Paused() | events.Continued() | events.Extended() | events.Reopened() | events.SentBack():
                codes = [event.kind.upper()]
        self.incidents += [(code, self.active_ms) for code in codes]
