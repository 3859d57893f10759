"""An administrator accepts a replica that is older than it was, so that a seat may go on with it."""

from dataclasses import dataclass

import structlog

from app.seat.home import SeatHome
from proctoring.vault.retention.people import require_acting
from sync.client.sign_in import PinDesk
from sync.replica.database import Replica
from sync.replica.generation import Acceptance
from sync.trust.anchor import Trust
from sync.trust.clock import read_clock
from sync.trust.keys import PublicKey
from sync.trust.keystore import open_key_store
from sync.trust.pin import open_administrator_credential
from sync.wire.archive import AdministratorCredential, Person


@dataclass(frozen=True)
class Word:
    """What an administrator says, and how they show who they are."""

    credential: AdministratorCredential
    pin: str
    reason: str


def accept_replica(home: SeatHome, word: Word) -> Acceptance | None:
    """Go on with a replica that was put back; who said so and why stays in it. None if it was not put back.

    Raises:
        AdministratorRefused: not an administrator of this registry, or revoked.
        LockedOut, PinRefused, CredentialRefused: the PIN, or the credential.
        KeyStoreUnreadable, TokenFault, ReplicaUnreadable, TrustRefused: the seat does not hold together.
    """
    keystore, credential = open_key_store(home.keys), word.credential
    public = PublicKey.from_pem(credential.public_key_pem)
    person = Person(administrator=credential.administrator, name=credential.name, keyid=public.keyid)
    require_acting(person, Trust.load(home.trust))
    with Replica.open(home.replica, keystore.replica_key()) as replica:
        desk = PinDesk(replica.cabinet, read_clock)
        desk.open(person.administrator, lambda: open_administrator_credential(credential, word.pin))
    said, now_ms = (person.administrator, word.reason), read_clock().wall_ms
    accepted = Replica.accept(home.replica, keystore.replica_key(), keystore, said, now_ms)
    if accepted is not None:
        structlog.get_logger("seat").warning(
            "replica_accepted", administrator=accepted.who, found=accepted.found, reached=accepted.reached
        )
    return accepted
