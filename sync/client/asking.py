"""Requests a seat signs, so that the registry answers enrolled devices only."""

import secrets
import time

from sync.trust.envelope import sign
from sync.trust.keystore import FileKeyStore
from sync.wire.enrolment import DeviceRequest, RequestKind


def sign_request(
    keystore: FileKeyStore, kind: RequestKind, device: str, session: str | None = None, sitting: str | None = None
) -> bytes:
    """Make a signed request with a fresh nonce; each is good once."""
    request = DeviceRequest(
        kind=kind,
        device=device,
        session=session,
        asked_ms=time.time_ns() // 1_000_000,
        nonce=secrets.token_hex(32),
        sitting=sitting,
    )
    return sign(request.to_bytes(), DeviceRequest.PAYLOAD_TYPE, keystore.device_key())
