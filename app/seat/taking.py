"""What a medium brings to a seat: the registry's public keys, plans, packages; each believed as from the network.

Where it lies on the medium counts for nothing, and nothing there is trusted that the network would not be.
"""

from dataclasses import dataclass

from app.seat.workplace import Workplace
from sync.client.content import take_package
from sync.client.medium import BUNDLE, Kind, Medium, Why
from sync.client.plans import keep_plan, load_plan
from sync.client.sources import MediumSource
from sync.faults import Refused
from sync.trust.anchor import Trust, TrustRefused
from sync.wire.document import DocumentRefused
from sync.wire.enrolment import TrustBundle
from sync.wire.plan import SessionPlan

PLAN_BYTES = SessionPlan.MAX_BYTES * 4 // 3 + 10_000  # base64 and signatures


@dataclass(frozen=True)
class Taken:
    """The sessions whose plans lay on the medium for this seat, and how many packages they need."""

    sessions: tuple[str, ...]
    packages: int


def take(workplace: Workplace, medium: Medium) -> Taken:
    """Take this seat's plans and their packages from a medium; what is here already is not taken again.

    A plan that is not believed is passed over, and `medium.odd` says so.

    Raises:
        MediumUnreadable: the medium is not there, or breaks. What was taken before stays.
        What `take_package` raises: a package is not believed, or does not lie on the medium.
        DiskFull, DiskFault: it could not be kept.
    """
    trust, replica = take_trust(workplace, medium), workplace.replica
    sessions = []
    for entry in medium.entries(Kind.PLANS):
        raw = medium.read(entry.place, PLAN_BYTES) if entry.device == workplace.enrolment.device else None
        if raw is None:
            continue
        try:
            sessions.append(keep_plan(raw, workplace.asker, trust))
        except Refused:
            medium.pass_over(entry.place, Why.NOT_BELIEVED)
    packages = {plan.package.package: plan.package for plan, _ in (load_plan(replica, trust, one) for one in sessions)}
    for package in packages.values():
        folder, wall_ms = workplace.home.tuf, workplace.clock().wall_ms
        take_package(MediumSource(medium), replica, package, folder, trust, wall_ms)
    return Taken(tuple(sessions), len(packages))


def take_trust(workplace: Workplace, medium: Medium) -> Trust:
    """Give the registry's keys and directory as they are now: the medium's if they are newer, and kept then.

    What hangs from another root, or is older than what is kept here, is passed over; `medium.odd` says so.

    Raises:
        MediumUnreadable: the medium breaks.
        TrustUnwritable: they could not be kept.
    """
    raw = medium.read(BUNDLE, TrustBundle.MAX_BYTES)
    if raw is None:
        return workplace.trust
    try:
        trust = Trust.from_bundle(TrustBundle.parse(raw), workplace.trust.root)
        trust.save(workplace.home.trust)
    except (DocumentRefused, TrustRefused):
        medium.pass_over(BUNDLE, Why.NOT_BELIEVED)
        return workplace.trust
    return trust
