"""The day before: the seat fetches its plans and their packages, verifies them, and keeps them sealed."""

from dataclasses import dataclass

from app.seat.workplace import Workplace
from sync.client.content import fetch_package
from sync.client.enrolment import fetch_trust, renew_certificate
from sync.client.plans import fetch_plans, load_plan


@dataclass(frozen=True)
class Prepared:
    """The sessions this seat is ready for, and how many packages they need."""

    sessions: tuple[str, ...]
    packages: int


def fetch_sessions(workplace: Workplace) -> Prepared:
    """Fetch everything this seat needs for its sessions; what is here already is not fetched again.

    Raises:
        RegistryUnreachable, RegistryAnswerBad: nobody answered, or not the registry.
        PlansRefused, ContentRefused, TrustRefused, EnvelopeRefused: something was not believed; it was not kept.
        DiskFull, DiskFault: it could not be kept.
    """
    replica = workplace.replica
    connection = workplace.connect()
    renew_certificate(connection, workplace.asker, workplace.home.trust)
    trust = fetch_trust(connection, workplace.home.trust)
    sessions = fetch_plans(connection, workplace.asker, trust)
    packages = {plan.package.package: plan.package for plan, _ in (load_plan(replica, trust, one) for one in sessions)}
    for package in packages.values():
        wall_ms = workplace.clock().wall_ms
        fetch_package(connection, replica, package, workplace.home.root / "tuf", trust, wall_ms)
    return Prepared(tuple(sessions), len(packages))
