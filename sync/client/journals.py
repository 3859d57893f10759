"""The head of a running sitting's journal leaves the seat; what comes back says whether this replica was set back."""

from http import HTTPStatus

from sync.client.connection import RegistryAnswerBad, RegistryConnection, RegistryUnreachable
from sync.client.heads import HeadNotTaken
from sync.wire.document import DocumentRefused
from sync.wire.journal import JournalHeadReply


def send_journal_head(connection: RegistryConnection, sitting: str, envelope: bytes) -> JournalHeadReply:
    """Send a head; give what the registry has heard of this device's replica before.

    Raises:
        HeadNotTaken: the registry says no.
        RegistryUnreachable, RegistryAnswerBad: no answer, or none of the registry's; send a newer one next time.
    """
    reply = connection.put(f"/v1/journals/{sitting}/heads", envelope, JournalHeadReply.MAX_BYTES)
    if reply.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise RegistryUnreachable(f"status {reply.status}", reached=True)
    if reply.status != HTTPStatus.OK:
        raise HeadNotTaken(reply.error().code)
    try:
        return JournalHeadReply.parse(reply.body)
    except DocumentRefused as fault:
        raise RegistryAnswerBad(fault.detail) from None
