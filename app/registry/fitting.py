"""Whether a believed packet fits the session that was planned: its people, its seat, its form.

Not its times: a seat whose disk was full at the end hands in late, and one whose battery died says a wrong date.
Whoever could make up a packet could make up its times as well, so refusing them would only hurt the honest.
"""

from collections.abc import Callable
from typing import Final

from app.exam.form import Form
from app.exam.item import Item
from app.exam.responses import can_be_given
from app.registry.premises import Planned
from sync.faults import Refused
from sync.wire.packet import SEAT_CHANGED, ScorePacket
from sync.wire.plan import RosterEntry, SessionPlan

_MOVERS: Final = 2


class PacketRefused(Refused):
    """The packet is not believed, or does not fit its session's plan."""

    code = "PACKET_REFUSED"


def matching_entry(packet: ScorePacket, planned: Planned) -> RosterEntry:
    """Give the roster entry whose packet this is.

    Raises:
        PacketRefused: something in it is not as the plan says.
    """
    plan = planned.plan
    if packet.plan_sha256 != planned.sha256:
        raise PacketRefused("it was made under another plan")
    if packet.device not in {grant.device for grant in plan.grants}:
        raise PacketRefused("its device has no seat in the session")
    entry = next((entry for entry in plan.roster if entry.sitting == packet.sitting), None)
    if entry is None or entry.candidate != packet.candidate:
        raise PacketRefused("its sitting is not on the roster, or is another candidate's")
    used, ref = packet.package, plan.package
    if (used.package, used.version, used.sha256) != (ref.package, ref.version, ref.sha256):
        raise PacketRefused("it was made with another package")
    if packet.form.seed != entry.form_seed or packet.scoring != plan.policy.scoring:
        raise PacketRefused("its form was drawn, or scored, by another rule")
    _check_entry(packet, entry)
    _check_proctors(packet, plan)
    return entry


def check_form(packet: ScorePacket, form: Form) -> None:
    """Hold answers and outcomes against the form that the seed draws.

    Raises:
        PacketRefused: another form, or an item outside it.
    """
    if packet.form.sha256 != form.sha256:
        raise PacketRefused("its form is not the one its seed draws")
    places = {place.item: place for place in form.items}
    if not places.keys() >= {outcome.item for outcome in packet.outcomes}:
        raise PacketRefused("it scores an item that is not on its form")
    for answer in packet.answers:
        if answer.item not in places:
            raise PacketRefused("it answers an item that is not on its form")


def check_responses(packet: ScorePacket, item_of: Callable[[str], Item]) -> None:
    """Hold the responses against their items.

    Raises:
        PacketRefused: one that cannot be given on a seat.
    """
    for answer in packet.answers:
        if not can_be_given(item_of(answer.item), answer.responses):
            raise PacketRefused(f"item {answer.item}: this response cannot be given")


def _check_entry(packet: ScorePacket, entry: RosterEntry) -> None:
    if packet.seat_number != entry.seat_number and not _was_moved(packet):
        raise PacketRefused(f"it names seat {packet.seat_number}, the roster seat {entry.seat_number}")
    if packet.accommodation != entry.accommodation:
        raise PacketRefused("its accommodation is not the roster's")
    if packet.simulated_candidate != entry.simulated:
        raise PacketRefused("it and the roster do not agree whether the candidate is simulated")


def _was_moved(packet: ScorePacket) -> bool:
    """Tell whether two proctors put the candidate at another seat than the roster's."""
    moves = [incident for incident in packet.incidents if incident.code == SEAT_CHANGED]
    return any(len(set(move.by)) >= _MOVERS for move in moves)


def _check_proctors(packet: ScorePacket, plan: SessionPlan) -> None:
    """As many as the policy asks for ran the sitting; that one of them has signed is evidence enough.

    After a restart one proctor is there to sign, so no more signatures are asked for.
    """
    acted = {key for incident in packet.incidents for key in incident.by}
    acted |= {key for override in packet.environment.overrides for key in override.by}
    if not {*packet.proctors, *packet.confirmed_by, *acted} <= {entry.keyid for entry in plan.proctors}:
        raise PacketRefused("it names a proctor who is not one of the session")
    named, needed = len(set(packet.proctors)), plan.policy.proctors_needed
    if named < needed:
        raise PacketRefused(f"it names {named} proctors, the session needs {needed}")
