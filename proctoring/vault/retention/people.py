"""Site administrators as an archive counts them: one person, one key, one voice."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from proctoring.vault.retention.faults import AdministratorRefused
from sync.trust.anchor import Trust
from sync.trust.keys import PublicKey, SigningKey
from sync.wire.archive import Person
from sync.wire.enrolment import named_sha256
from sync.wire.ids import plain_name


@dataclass(frozen=True)
class Signer:
    """An administrator who has entered their PIN. The key lives in memory only."""

    person: Person
    key: SigningKey = field(repr=False)

    def __post_init__(self) -> None:
        if self.key.public.keyid != self.person.keyid:
            raise AdministratorRefused("the key is not this person's")


def same_person(one: Person, other: Person) -> bool:
    """Tell whether two names in documents may be one person: the same id, key, or name."""
    same_name = plain_name(one.name) == plain_name(other.name)
    return one.administrator == other.administrator or one.keyid == other.keyid or same_name


def among(person: Person, others: Iterable[Person]) -> bool:
    """Tell whether a person is counted already."""
    return any(same_person(person, other) for other in others)


def key_of(person: Person, trust: Trust, at_ms: int) -> PublicKey:
    """Give the key of an administrator who could act at `at_ms` (wall clock, UTC).

    Raises:
        AdministratorRefused: unknown to the registry, another key, under another name, or revoked by then.
    """
    found = trust.administrator(person.administrator)
    if found is None:
        raise AdministratorRefused("unknown to the registry")
    entry, key = found
    if key.keyid != person.keyid:
        raise AdministratorRefused("another key than the registry's directory gives")
    if entry.named_sha256 != named_sha256(person.administrator, person.name):
        raise AdministratorRefused("another name than the registry's directory gives")
    if entry.revoked_ms is not None and entry.revoked_ms <= at_ms:
        raise AdministratorRefused("revoked")
    return key


def require_acting(person: Person, trust: Trust) -> None:
    """Refuse who may not act now, whatever the clock says.

    Raises:
        AdministratorRefused: unknown, another key, under another name, or revoked at any time.
    """
    key_of(person, trust, 2**53)
