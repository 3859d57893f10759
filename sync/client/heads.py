"""Heads of recordings leave the seat, so that a recording that is shorter later, or another, can be told.

Without a network nothing waits for them: only the newest of each is sent, next time.
"""

from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

from sync.client.connection import RegistryAddressRefused, RegistryAnswerBad, RegistryConnection, RegistryUnreachable
from sync.faults import Refused
from sync.wire.ids import is_id

MAX_BYTES: Final = 100_000_000
_UNKNOWN: Final = "HEADS_UNKNOWN"


class HeadNotTaken(Refused):
    """The registry does not keep this head; the detail is its reason."""

    code = "HEAD_NOT_TAKEN"


def send_head(connection: RegistryConnection, recording: str, envelope: bytes) -> None:
    """Send a head; the same again changes nothing.

    Raises:
        HeadNotTaken: the registry says no.
        RegistryUnreachable, RegistryAnswerBad: no answer, or none of the registry's; send a newer one next time.
    """
    reply = connection.put(f"/v1/recordings/{recording}/heads", envelope, 64_000)
    if reply.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise RegistryUnreachable(f"status {reply.status}", reached=True)
    if reply.status not in (HTTPStatus.OK, HTTPStatus.CREATED, HTTPStatus.NO_CONTENT):
        raise HeadNotTaken(reply.error().code)


def fetch_heads(connection: RegistryConnection, recording: str) -> list[bytes]:
    """Give the heads of a recording that left its seat, as signed envelopes; none of them is verified here.

    Raises:
        RegistryUnreachable, RegistryAnswerBad: no answer, or none of the registry's.
    """
    reply = connection.get(f"/v1/recordings/{recording}/heads", MAX_BYTES)
    if reply.status == HTTPStatus.NOT_FOUND and reply.error().code == _UNKNOWN:
        return []
    if reply.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise RegistryUnreachable(f"status {reply.status}", reached=True)
    if reply.status != HTTPStatus.OK:
        raise RegistryAnswerBad(f"status {reply.status}")
    return [line for line in reply.body.split(b"\n") if line]


def heads_at(url: str, ca_pem: str) -> list[bytes]:
    """Give the heads at `https://REGISTRY/v1/recordings/ID/heads`, believing certificates of `ca_pem` only.

    Raises:
        RegistryAddressRefused: not such an address; and what `fetch_heads` raises.
    """
    parts = urlsplit(url)
    steps = parts.path.split("/")
    recording = steps[3] if len(steps) > 3 else ""  # noqa: PLR2004 - ""/v1/recordings/ID/heads
    if steps != ["", "v1", "recordings", recording, "heads"] or not is_id(recording) or parts.query:
        raise RegistryAddressRefused("not the address of a recording's heads")
    connection = RegistryConnection(f"{parts.scheme}://{parts.netloc}", ca_pem)
    try:
        return fetch_heads(connection, recording)
    finally:
        connection.close()
