"""What each seat gets in a plan, sealed to it: its share, the package's two keys, credentials, the roster key."""

import base64
import secrets
from dataclasses import dataclass

from app.registry.models import Device
from sync.client.release import key_context, seat_context
from sync.trust.keys import seal_to
from sync.trust.release import DEVICE_SHARE_BYTES, ReleaseShare, wrap_key
from sync.wire.plan import SeatGrant


@dataclass(frozen=True)
class Granter:
    """Makes each seat's grant. The contexts are part of the format (`sync.client.release`)."""

    session: str
    package: str
    content_key: bytes
    marking_key: bytes
    credentials: bytes
    roster_key: bytes
    share: ReleaseShare

    def grant(self, device: Device) -> SeatGrant:
        """Make the grant of one seat, with a fresh device share."""
        device_share = secrets.token_bytes(DEVICE_SHARE_BYTES)
        return SeatGrant(
            device=device.id,
            keyid=device.keyid,
            sealed_share=self._seal(device, device_share, b"device-share"),
            wrapped_content_key=self._wrap(device, self.content_key, device_share, b"content-key"),
            wrapped_marking_key=self._wrap(device, self.marking_key, device_share, b"marking-key"),
            sealed_credentials=self._seal(device, self.credentials, b"credentials"),
            sealed_roster_key=self._seal(device, self.roster_key, b"roster-key"),
        )

    def _seal(self, device: Device, plaintext: bytes, purpose: bytes) -> str:
        return _base64(seal_to(device.sealing_key, plaintext, seat_context(purpose, self.session, device.id)))

    def _wrap(self, device: Device, key: bytes, device_share: bytes, purpose: bytes) -> str:
        context = key_context(purpose, self.session, device.id, self.package)
        return _base64(wrap_key(key, device_share, self.share, context))


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
