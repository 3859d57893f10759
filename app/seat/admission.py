"""Admission: a candidate finds themself on the roster; what stands in the way is said; nobody sits twice."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from app.exam.appearance import Appearance
from app.exam.events import Adjusted, Admitted, Occurred
from app.exam.identity import is_identity_number, number_digest
from app.exam.room import Room
from app.exam.sitting import State
from app.seat.delivery import Delivery, read_sitting
from app.seat.sign_in import Proctor
from app.seat.workplace import Session, Workplace
from app.words import Words
from sync.client.release import roster_key_of
from sync.faults import Refused
from sync.wire.packet import SEAT_CHANGED
from sync.wire.plan import MINUTE_MS, RosterEntry, Theme

LONGEST_NUMBER: Final = 48
"""Characters of a number that are looked at: 18 digits, with a space after each and some to spare."""
_AS_IDENTITY_NUMBER: Final = re.compile(r"[0-9]{17}[0-9X]", re.ASCII)
IDENTITY_DOUBTED: Final = "IDENTITY_DOUBTED"
"""The incident of a room that somebody doubted who stands there."""
_LONGEST_SEAT_NUMBER: Final = 4
_LONGEST_DETAIL: Final = 400
_JOINT: Final = "；"


class NotOnRoster(Refused):
    """No candidate of this session has this admission number or identity number."""

    code = "NOT_ON_ROSTER"


class NumberMistyped(Refused):
    """It looks like an identity number, and its check character does not fit."""

    code = "NUMBER_MISTYPED"


class AlreadySat(Refused):
    """This candidate has handed in already."""

    code = "ALREADY_SAT"


class Hindrance(StrEnum):
    """What keeps one proctor from admitting a candidate alone."""

    HELD = "held"
    REFUSED = "refused"
    LATE = "late"
    OTHER_SEAT = "other_seat"
    CLAIMED = "claimed"


INCIDENTS: Final[Mapping[Hindrance, str]] = MappingProxyType(
    {
        Hindrance.HELD: "ADMITTED_AFTER_DOUBT",
        Hindrance.REFUSED: "ADMITTED_AFTER_REFUSAL",
        Hindrance.LATE: "LATE_ADMITTED",
        Hindrance.OTHER_SEAT: SEAT_CHANGED,
        Hindrance.CLAIMED: "SITTING_MOVED",
    }
)
"""The incident that says that somebody was admitted all the same."""


@dataclass(frozen=True)
class Obstacle:
    """One thing in the way, the facts its sentence needs, and the keys of the proctors who put it there."""

    kind: Hindrance
    facts: Mapping[str, str | int] = field(default_factory=lambda: MappingProxyType({}))
    by: tuple[str, ...] = ()


@dataclass(frozen=True)
class Assent:
    """Who confirmed a candidate (keys), over which obstacles, and why."""

    by: tuple[str, ...]
    obstacles: tuple[Obstacle, ...] = ()
    reason: str = ""


def still_expected(workplace: Workplace, session: Session) -> int:
    """Give how many of the roster have not handed in at this seat."""
    journal = workplace.replica.journal
    return sum(
        read_sitting(journal, entry.sitting).state not in (State.SUBMITTED, State.SEALED)
        for entry in session.plan.roster
    )


def tidy_number(typed: str) -> str:
    """Give what somebody typed as numbers are written: half width, capitals, no spaces; never more than is looked at.

    An input method types digits in full width, and an identity number's last x small.
    """
    plain = unicodedata.normalize("NFKC", typed[:LONGEST_NUMBER]).upper()
    return "".join(character for character in plain if not character.isspace() and character != "-")


def find_candidate(workplace: Workplace, session: Session, number: str) -> RosterEntry:
    """Give the roster's entry for an admission number or a whole identity number, however it was typed.

    Raises:
        NotOnRoster, AlreadySat.
        NumberMistyped: an identity number whose check character does not fit.
        SeatNotInPlan, SealRefused: the plan has no roster key for this seat.
    """
    wanted = tidy_number(number)
    entry = next((entry for entry in session.plan.roster if entry.admission_number == wanted), None)
    if entry is None and _AS_IDENTITY_NUMBER.fullmatch(wanted):
        entry = _by_identity_number(workplace, session, wanted)
    if entry is None:
        raise NotOnRoster
    if read_sitting(workplace.replica.journal, entry.sitting).state in (State.SUBMITTED, State.SEALED):
        raise AlreadySat
    return entry


def _by_identity_number(workplace: Workplace, session: Session, number: str) -> RosterEntry | None:
    if not is_identity_number(number):
        raise NumberMistyped
    key = roster_key_of(session.plan, workplace.enrolment.device, workplace.keystore)
    digest = number_digest(key, number)
    return next((entry for entry in session.plan.roster if entry.id_number_digest == digest), None)


def obstacles(workplace: Workplace, session: Session, room: Room, entry: RosterEntry) -> tuple[Obstacle, ...]:
    """Say all that this seat itself knows to stand in a candidate's way; the registry may know more (`claims`)."""
    found = (
        _doubt(room, entry),
        _lateness(session, workplace.now_ms()),
        _other_seat(workplace, entry),
    )
    return tuple(obstacle for some in found for obstacle in some)


def seat_number_of(workplace: Workplace) -> int | None:
    """Give this seat's number, None where its label is no number."""
    label = workplace.enrolment.seat_label
    is_number = label.isascii() and label.isdecimal() and len(label) <= _LONGEST_SEAT_NUMBER
    return int(label) or None if is_number else None


def _doubt(room: Room, entry: RosterEntry) -> tuple[Obstacle, ...]:
    refused = room.refused.get(entry.sitting)
    if refused is not None:
        return (Obstacle(Hindrance.REFUSED, {"note": refused.note}, refused.by),)
    if entry.sitting not in room.held:
        return ()
    by = [
        one.incident.by
        for one in room.incidents
        if one.sitting == entry.sitting and one.incident.code == IDENTITY_DOUBTED
    ]
    return (Obstacle(Hindrance.HELD, {"note": room.held[entry.sitting]}, by[-1]),)


def _lateness(session: Session, now_ms: int) -> tuple[Obstacle, ...]:
    allowed_ms = session.plan.policy.late_entry_ms
    late_ms = now_ms - session.plan.opens_ms
    if allowed_ms is None or late_ms <= allowed_ms:
        return ()
    facts = {"minutes": late_ms // MINUTE_MS, "allowed": allowed_ms // MINUTE_MS}
    return (Obstacle(Hindrance.LATE, facts),)


def _other_seat(workplace: Workplace, entry: RosterEntry) -> tuple[Obstacle, ...]:
    here = seat_number_of(workplace)
    if here is None or here == entry.seat_number:
        return ()
    return (Obstacle(Hindrance.OTHER_SEAT, {"seat": f"{entry.seat_number:02}", "here": f"{here:02}"}),)


def admit(
    workplace: Workplace,
    session: Session,
    entry: RosterEntry,
    proctors: list[Proctor],
    appearance: Appearance,
    assent: Assent | None = None,
) -> Delivery:
    """Open the candidate's journal: they are here, who is on duty, who confirmed them, and how they want to read.

    Without an `assent` those on duty confirmed them. What was in the way stands in the journal as incidents.
    """
    delivery = Delivery(entry.sitting, workplace.replica.journal, workplace.clock)
    if delivery.sitting.state is State.AWAITING:
        keys = tuple(proctor.key.public.keyid for proctor in proctors)
        assent = assent or Assent(keys)
        delivery.record(
            Admitted(
                session=session.plan.session,
                candidate=entry.candidate,
                seat_number=seat_number_of(workplace) or entry.seat_number,
                proctors=keys,
                confirmed_by=assent.by,
                despite=(
                    *_again(delivery, assent),
                    *(_incident(one, assent, session, appearance) for one in assent.obstacles),
                ),
            )
        )
        delivery.record(Adjusted.to(accommodated(appearance, entry)))
    return delivery


def take_up(delivery: Delivery, entry: RosterEntry) -> None:
    """Give somebody whose admission was cut off after its first event what was approved for how they read.

    Raises: what `Delivery.record` raises.
    """
    approved = accommodated(delivery.sitting.appearance, entry)
    if delivery.sitting.state is State.ADMITTED and approved != delivery.sitting.appearance:
        delivery.record(Adjusted.to(approved))


def accommodated(chosen: Appearance, entry: RosterEntry) -> Appearance:
    """Give how it looks for a candidate: what they chose themself stays; text is never smaller than was approved."""
    approved = entry.accommodation
    theme = approved.theme if approved.theme and chosen.theme is Theme.LIGHT else chosen.theme
    return replace(chosen, text_percent=max(chosen.text_percent, approved.text_percent), theme=theme)


def _again(delivery: Delivery, assent: Assent) -> tuple[Occurred, ...]:
    """Say of somebody who had been sent back that this is another admission, with a recording of its own."""
    sent_back = delivery.sitting.sent_back
    if sent_back is None:
        return ()
    return (Occurred(code="ADMITTED_AGAIN", detail=sent_back[:_LONGEST_DETAIL], by=assent.by),)


def _incident(obstacle: Obstacle, assent: Assent, session: Session, appearance: Appearance) -> Occurred:
    """Log what was in the way in words: what it was and who said so, who let the candidate in, and why."""
    words = Words(appearance.language)
    between = words("screen.simulated.between")
    names = {entry.keyid: entry.name for entry in session.plan.proctors}
    by, admitted_by = (between.join(names.get(key, key[:8]) for key in keys) for keys in (obstacle.by, assent.by))
    if obstacle.kind is Hindrance.HELD:
        doubted = words("screen.identity.doubted_by", name=by, note=obstacle.facts["note"])
        parts = [doubted, words("screen.identity.admitted_by", name=admitted_by), assent.reason]
    else:
        parts = [words(f"screen.identity.way_{obstacle.kind.value}", **obstacle.facts).rstrip(".。"), assent.reason]
    detail = _JOINT.join(part for part in parts if part)
    return Occurred(code=INCIDENTS[obstacle.kind], detail=detail[:_LONGEST_DETAIL], by=assent.by)
