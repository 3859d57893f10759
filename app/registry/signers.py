"""Whose key signed: also one that its device has replaced since, because what was signed may be long under way."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.registry.admitting import DeviceUnknown, device_of
from app.registry.models import Device, FormerKey
from sync.trust.keys import PublicKey


def signer_among(session: Session, keyids: Iterable[str]) -> tuple[Device, PublicKey]:
    """Give the device that has, or had, one of these keys, and that key.

    Raises:
        DeviceUnknown: none has.
        DeviceRevoked: it was revoked.
    """
    wanted = list(keyids)
    device = session.scalar(select(Device).where(Device.keyid.in_(wanted)))
    if device is not None:
        return device_of(session, device.id), PublicKey.from_pem(device.public_key_pem)
    former = session.scalar(select(FormerKey).where(FormerKey.keyid.in_(wanted)))
    if former is None:
        raise DeviceUnknown
    return device_of(session, former.holder), PublicKey.from_pem(former.public_key_pem)
