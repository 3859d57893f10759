"""What time it surely is, and whether the clock is believed: a pure judgement over the archive's line of readings.

A wall clock can be set to anything. CLOCK_MONOTONIC nobody sets while the system runs, but it ends with the boot, and
who starts this program can show it another (a library loaded before it, a time namespace): then all clocks agree, and
nothing here can tell. What time it *surely* is only three things move: what the registry signed, what two
administrators state, and the monotonic clock running in sight of the line since then, from one entry to the next of the
same boot; and the last two by no more than `LONGEST_OFF_MS` past the latest time the registry signed. So no wall clock
makes anything expire, and no other clock and nobody's word does by more than that month; two machines that work on one
archive count no time twice; an archive that was off for a while, or was not told of the registry for long, is behind
until it is told. Behind is safe, ahead is not.

The wall clock is held against that. Within one boot it has to go as the monotonic one does (and time asleep with it);
from boot to boot it may not go back, nor forward by more than `LONGEST_OFF_MS`. Everything else is a jump: destruction
is frozen, and stays so until the registry's signed time or two administrators settle it; never by time passing.

Administrators settle it if they say the same: each fits the clock, the two dates, carried on by the monotonic clock of
one boot, agree, and they lie no more than `LONGEST_OFF_MS` after what registry and monotonic clock alone prove: two who
destroy a recording shall not be able to agree that it is 2040, too. Beyond that only the registry's time settles it.
What one of them said is void after another boot, another jump, and whatever else freezes or settles the clock; so
nobody's older word lends a voice to who sets the clock alone. What the clocks said a person's own line does not prove:
it counts from the archive's own line before it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from proctoring.vault.retention.people import among
from proctoring.vault.retention.standing import DAY_MS, Freeze
from sync.trust.clock import ClockReading
from sync.wire.archive import ClockAct, ClockEntry, Moment, Person

TOLERANCE_MS: Final = 10 * 60_000
"""Between the wall clock and what is expected: an NTP client's steps, and drift of a day."""

LONGEST_OFF_MS: Final = 31 * DAY_MS
STATED_WITHIN_MS: Final = 26 * 3_600_000
"""A person states a date, by its midnight: so far may it lie from the clock that is right."""

AGREE_WITHIN_MS: Final = DAY_MS
"""So far may two dates lie apart, each stated by its midnight, once the time between the two statements is added."""


@dataclass(frozen=True)
class Evidence:
    """What can be believed: it is at least `sure_ms` (wall clock, UTC); `freeze` says why the clock itself is not."""

    sure_ms: int
    freeze: Freeze | None = None


@dataclass(frozen=True)
class _Statement:
    """What somebody said it is, `stated_ms`, when the monotonic clock of this boot said `mono_ms`."""

    by: Person
    stated_ms: int
    mono_ms: int

    def carried_ms(self, mono_ms: int) -> int:
        """Give the time it is by this at another moment of the same boot."""
        return self.stated_ms + mono_ms - self.mono_ms


@dataclass(frozen=True)
class _Course:
    """How the line went so far.

    `base_ms`: wall less monotonic less asleep, when this boot was first believed, or at the last jump since.
    `proven_ms`: what it surely is without anybody's word but the registry's.
    """

    at: Moment
    slept_ms: int
    base_ms: int
    sure_ms: int
    proven_ms: int = 0
    freeze: Freeze | None = None
    stated: tuple[_Statement, ...] = ()


def moment(reading: ClockReading) -> Moment:
    """Give a reading as documents carry it."""
    return Moment(wall_ms=max(0, reading.wall_ms), mono_ms=reading.mono_ms, boot_id=reading.boot_id)


def judge(line: Iterable[ClockEntry], registry_ms: int, papers_ms: int, now: ClockReading) -> Evidence:
    """Say what time it surely is.

    `registry_ms`: the latest time the registry signed anything at; `papers_ms`: the latest time in any signed paper,
    which a line that is not there (a new or restored archive) is held against; a line that is there has it in its
    first entry (`stated_ms`). It makes nothing expire: a seat's clock may have been wrong.
    """
    course: _Course | None = None
    for entry in line:
        if entry.act is ClockAct.STATED:
            course = _told_by_person(course, entry, registry_ms) if course else None
            continue
        course = _read(course, entry.at, entry.slept_ms, entry.stated_ms or 0, entry.sequence)
        if entry.act is ClockAct.REGISTRY and entry.stated_ms is not None and entry.stated_ms <= registry_ms:
            course = _told_by_registry(course, entry.stated_ms)  # later than the directory here nothing is proven
    course = _read(course, moment(now), now.slept_ms, max(papers_ms, registry_ms), None)
    return Evidence(max(registry_ms, min(course.sure_ms, registry_ms + LONGEST_OFF_MS)), course.freeze)


def _read(course: _Course | None, at: Moment, slept_ms: int, floor_ms: int, sequence: int | None) -> _Course:
    """Go on to a reading, and freeze where it does not follow."""
    base = at.wall_ms - at.mono_ms - slept_ms
    if course is None:
        jumped = not -TOLERANCE_MS <= at.wall_ms - floor_ms <= LONGEST_OFF_MS
        return _Course(at, slept_ms, base, 0, freeze=Freeze(at.wall_ms, floor_ms, sequence) if jumped else None)
    stated = course.stated
    if at.boot_id == course.at.boot_id:
        ran = at.mono_ms - course.at.mono_ms
        expected = course.base_ms + at.mono_ms + slept_ms
        jumped = ran < 0 or abs(at.wall_ms - expected) > TOLERANCE_MS
        base = course.base_ms
    else:
        ran, stated = 0, ()  # how much of that boot went before the last entry nothing proves
        expected = course.at.wall_ms + at.mono_ms
        jumped = not -TOLERANCE_MS <= at.wall_ms - expected <= LONGEST_OFF_MS
    sure = course.sure_ms + max(0, ran) if course.sure_ms else 0
    proven = course.proven_ms + max(0, ran) if course.proven_ms else 0
    after = replace(course, at=at, slept_ms=slept_ms, base_ms=base, sure_ms=sure, proven_ms=proven, stated=stated)
    if not jumped:
        return after
    freeze = course.freeze or Freeze(at.wall_ms, expected, sequence)
    here = at.wall_ms - at.mono_ms - slept_ms  # the next jump is one from here
    return replace(after, freeze=freeze, base_ms=here, stated=())


def _told_by_registry(course: _Course, signed_ms: int) -> _Course:
    """Take a signed time: it is at least that; a clock that fits it, if it says something new, is believed again.

    A clock that fits is not behind what is sure: what was surer than both was wrong, and goes.
    """
    fits = -TOLERANCE_MS <= course.at.wall_ms - signed_ms <= LONGEST_OFF_MS
    known_ms = max(course.sure_ms, course.freeze.expected_ms if course.freeze else 0)
    news = signed_ms > known_ms - LONGEST_OFF_MS  # an old paper settles nothing
    sure = replace(course, sure_ms=max(course.sure_ms, signed_ms), proven_ms=max(course.proven_ms, signed_ms))
    if fits:
        sure = replace(sure, sure_ms=max(signed_ms, min(course.sure_ms, course.at.wall_ms)))
    if fits and news:
        return _believed_again(sure)
    if course.at.wall_ms < signed_ms - TOLERANCE_MS and course.freeze is None:
        return replace(sure, freeze=Freeze(course.at.wall_ms, signed_ms, None), stated=())
    return sure


def _told_by_person(course: _Course, entry: ClockEntry, registry_ms: int) -> _Course:
    """Take one administrator's word; two of different people that fit the clock and each other settle it.

    The later word of the same person takes the place of their earlier one.
    """
    if entry.by is None or entry.stated_ms is None or not _seen_by_the_archive(course, entry):
        return course
    said, mono_ms = _Statement(entry.by, entry.stated_ms, entry.at.mono_ms), course.at.mono_ms
    if abs(said.stated_ms - entry.at.wall_ms) > STATED_WITHIN_MS:
        return course
    others = tuple(one for one in course.stated if not among(said.by, (one.by,)))
    agree = [one for one in others if abs(one.carried_ms(mono_ms) - said.carried_ms(mono_ms)) <= AGREE_WITHIN_MS]
    if not agree:
        return replace(course, stated=(*others, said))
    told_ms = min(one.carried_ms(mono_ms) for one in (said, *agree))
    if told_ms > max(course.proven_ms, registry_ms) + LONGEST_OFF_MS:
        return replace(course, stated=(*others, said))
    return replace(_believed_again(course), sure_ms=min(course.at.wall_ms, told_ms))


def _seen_by_the_archive(course: _Course, entry: ClockEntry) -> bool:
    """Tell whether the archive's own line, just before, says what a person's line says of the clocks."""
    at = entry.at
    if at.boot_id != course.at.boot_id or not 0 <= at.mono_ms - course.at.mono_ms <= TOLERANCE_MS:
        return False
    return abs(at.wall_ms - at.mono_ms - entry.slept_ms - course.base_ms) <= TOLERANCE_MS


def _believed_again(course: _Course) -> _Course:
    base = course.at.wall_ms - course.at.mono_ms - course.slept_ms
    return replace(course, base_ms=base, freeze=None, stated=())
