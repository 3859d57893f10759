"""Claims: asking the registry whether a sitting is already another seat's, before somebody is admitted to it twice.

Without a network nothing is asked and nothing waits: a claim is a help, never a condition.
"""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Final

from sync.client.asking import Asker, Matter, ask
from sync.client.connection import RegistryAnswerBad, RegistryConnection
from sync.client.enrolment import Enrolment
from sync.faults import Refused
from sync.trust.keys import SigningKey
from sync.trust.keystore import KeyStore
from sync.wire.document import DocumentRefused
from sync.wire.enrolment import ClaimReply, RequestKind

_TIMEOUT_S: Final = (1.5, 2.5)
_TOTAL_S: Final = 3.0


class ClaimRefused(Refused):
    """The registry does not take this claim."""

    code = "CLAIM_REFUSED"


def claims_connection(enrolment: Enrolment, keystore: KeyStore) -> RegistryConnection:
    """Give a connection that says within 3 s whether anybody is there. Raises what `Enrolment.connect` raises."""
    return enrolment.connect(keystore, timeout=_TIMEOUT_S, total_s=_TOTAL_S)


def ask_claim(
    connection: RegistryConnection,
    asker: Asker,
    kind: RequestKind,
    session: str,
    sitting: str,
    proctors: Iterable[SigningKey] = (),
) -> ClaimReply:
    """Look whose a sitting is, claim it, or move it here; `proctors` sign a move.

    Raises:
        ClaimRefused: the registry says no.
        RegistryAnswerBad: an answer that is not the registry's, or about something else.
        What `ask` raises.
    """
    reply = ask(connection, asker, kind, ClaimReply.MAX_BYTES, Matter(session, sitting), proctors)
    if reply.status != HTTPStatus.OK:
        raise ClaimRefused(reply.error().code)
    try:
        claim = ClaimReply.parse(reply.body)
    except DocumentRefused as fault:
        raise RegistryAnswerBad(fault.detail) from None
    if (claim.session, claim.sitting) != (session, sitting):
        raise RegistryAnswerBad("an answer about another sitting")
    return claim
