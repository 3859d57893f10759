"""The day before: the seat fetches its plans and their packages, verifies them, and keeps them sealed."""

from dataclasses import dataclass

from app.seat.workplace import Workplace
from sync.client.content import take_package
from sync.client.enrolment import fetch_trust, renew_certificate
from sync.client.mirror import Mirror
from sync.client.plans import fetch_plans, load_plan
from sync.client.sources import RegistrySource


@dataclass(frozen=True)
class Prepared:
    """The sessions this seat is ready for, and how many packages they need."""

    sessions: tuple[str, ...]
    packages: int


def fetch_sessions(workplace: Workplace, mirror: Mirror | None = None) -> Prepared:
    """Fetch everything this seat needs for its sessions; what is here already is not fetched again.

    Packages, which are large, come from `mirror` if there is one: they are believed for their signatures.

    Raises:
        MirrorUnreachable, MirrorAnswerBad: the mirror says nothing, or is none.
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
    source = mirror or RegistrySource(connection)
    for package in packages.values():
        take_package(source, replica, package, workplace.home.tuf, trust, workplace.clock().wall_ms)
    return Prepared(tuple(sessions), len(packages))
