"""The checks of this PC as the launch screen takes them: the lock-down level first, then every observation."""

from datetime import UTC, datetime

from app.seat.environment import Look, Weighed, said_of
from app.seat.screens.launch.launch import CheckRow, CheckState
from app.ui.text import Sentence, Text
from sync.wire.environment import Override, Severity
from sync.wire.plan import ProctorEntry

_MOST_MISSING = 3
_BETWEEN = "、"
_STATES = {
    Severity.NOTE: CheckState.NOTE,
    Severity.ATTENTION: CheckState.ATTENTION,
    Severity.BLOCKING: CheckState.BLOCKED,
}


def environment_rows(look: Look, proctors: tuple[ProctorEntry, ...]) -> tuple[CheckRow, ...]:
    """Give all rows. Where there are not two people, nothing can be gone on over."""
    two = len({entry.keyid for entry in proctors}) > 1
    names = {entry.keyid: entry.name for entry in proctors}
    strange = (_strange_row(look.strange),) if look.strange else ()
    return (_level_row(look), *strange, *(_row(one, names, two=two) for one in look.weighed))


def _level_row(look: Look) -> CheckRow:
    name = Sentence("environment.level.name")
    level = Sentence(f"environment.level.{look.level.level.value}")
    if look.level_reached:
        return CheckRow(name, CheckState.GOOD, Sentence("environment.level.reached", {"level": level}), pinned=True)
    demanded = Sentence(f"environment.level.{look.demanded.value}")
    missing = look.level.lacks(look.demanded)
    told: list[Text] = [Sentence(f"lockdown.short_of.{code}") for code in missing[:_MOST_MISSING]]
    if len(missing) > _MOST_MISSING:
        told.append(Sentence("environment.level.more", {"count": len(missing) - _MOST_MISSING}))
    return CheckRow(
        name,
        CheckState.BLOCKED,
        Sentence("environment.level.short", {"demanded": demanded, "level": level}),
        Sentence("environment.level.meaning"),
        Sentence("environment.level.advice"),
        tuple(told),
        pinned=True,
    )


def _strange_row(checks: tuple[str, ...]) -> CheckRow:
    said = (Sentence(f"environment.strange.{part}") for part in ("name", "meaning", "advice"))
    name, meaning, advice = said
    seen = Sentence("environment.strange.seen", {"names": _BETWEEN.join(checks)})
    return CheckRow(name, CheckState.ATTENTION, seen, meaning, advice)


def _row(one: Weighed, names: dict[str, str], *, two: bool) -> CheckRow:
    observation, statement = one.observation, one.statement
    said = said_of(observation)
    if statement is None:
        return CheckRow(said.name, CheckState.GOOD, said.seen)
    state = CheckState.OVERRIDDEN if one.override is not None else _STATES[statement.severity]
    shut = statement.severity is Severity.BLOCKING
    return CheckRow(
        said.name,
        state,
        said.seen,
        said.meaning,
        said.remedy if one.overridable or not shut else Sentence("environment.not_overridable"),
        observation.evidence,
        key=observation.check if shut and one.overridable and two else "",
        override=override_said(one.override, names) if one.override is not None else "",
    )


def override_said(override: Override, names: dict[str, str]) -> Sentence:
    """Say who went on over a finding, when by the clock on the wall, and why."""
    who = _BETWEEN.join(names.get(keyid, keyid[:8]) for keyid in override.by)
    when = datetime.fromtimestamp(override.wall_ms / 1000, tz=UTC).astimezone()
    return Sentence("environment.overridden", {"names": who, "time": f"{when:%H:%M}", "reason": override.reason})
