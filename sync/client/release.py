"""Release (开考放行): fetching the share that is withheld until the start, and what both shares open.

Contexts (HPKE `info` and associated data), all bytes ASCII, with `|` between:
`examroom <purpose> v1|<session>|<device>` for `device-share` and `credentials`, and
`examroom <purpose> v1|<session>|<device>|<package>` for `content-key` and `marking-key`.
"""

import base64
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final

from sync.client.asking import Asker, Matter, ask
from sync.client.connection import RegistryAnswerBad, RegistryConnection
from sync.faults import EnvironmentFault, Refused
from sync.trust.anchor import Trust
from sync.trust.envelope import EnvelopeRefused, verify
from sync.trust.keystore import KeyStore
from sync.trust.release import ReleaseShare, unwrap_key
from sync.wire.document import DocumentRefused
from sync.wire.enrolment import RegistryRole, ReleaseReply, RequestKind
from sync.wire.plan import SeatGrant, SessionPlan

_REPLY_BYTES: Final = 8_000
_MINUTE_MS: Final = 60_000


class NotReleasedYet(EnvironmentFault):
    """The registry withholds the share until the session opens. Fact: `minutes` until then, rounded up."""

    code = "NOT_RELEASED_YET"


class ReleaseRefused(Refused):
    """The registry gives this seat no share for this session."""

    code = "RELEASE_REFUSED"


class SeatNotInPlan(Refused):
    """The plan has no place for this seat."""

    code = "SEAT_NOT_IN_PLAN"


ROSTER_KEY_BYTES: Final = 32


@dataclass(frozen=True)
class PackageKeys:
    """What opens a package's items, and what opens their markings; 32 bytes each."""

    content: bytes = field(repr=False)
    marking: bytes = field(repr=False)


def fetch_release(connection: RegistryConnection, asker: Asker, trust: Trust, session: str) -> ReleaseShare:
    """Ask the registry for a session's release share.

    Raises:
        NotReleasedYet: it is too early.
        ReleaseRefused: the registry says no.
        RegistryAnswerBad, EnvelopeRefused, ReleaseCodeWrong: an answer that is not the registry's word.
        What `ask` raises.
    """
    reply = ask(connection, asker, RequestKind.RELEASE, _REPLY_BYTES, Matter(session))
    if reply.status == HTTPStatus.TOO_EARLY:
        raise NotReleasedYet(minutes=-(-(reply.error().wait_ms or 0) // _MINUTE_MS))
    if reply.status != HTTPStatus.OK:
        raise ReleaseRefused(reply.error().code)
    return _read_share(reply.body, trust, session, asker.device)


def unlock(plan: SessionPlan, device: str, keystore: KeyStore, share: ReleaseShare) -> PackageKeys:
    """Open the package's keys with this device's share and the release share.

    Raises:
        SeatNotInPlan: the plan has no grant for this device.
        SealRefused: the release share is another session's, or the plan was made for another key.
    """
    grant = grant_of(plan, device)
    sealing = keystore.sealing_key()
    device_share = sealing.open(
        base64.b64decode(grant.sealed_share), seat_context(b"device-share", plan.session, device)
    )

    def key(wrapped: str, purpose: bytes) -> bytes:
        context = key_context(purpose, plan.session, device, plan.package.package)
        return unwrap_key(base64.b64decode(wrapped), device_share, share, context)

    return PackageKeys(key(grant.wrapped_content_key, b"content-key"), key(grant.wrapped_marking_key, b"marking-key"))


def roster_key_of(plan: SessionPlan, device: str, keystore: KeyStore) -> bytes:
    """Open the key of the roster's identity numbers, 32 bytes.

    Raises:
        SeatNotInPlan: the plan has no grant for this device.
        SealRefused: it was sealed to another seat or changed.
    """
    sealed = base64.b64decode(grant_of(plan, device).sealed_roster_key)
    return keystore.sealing_key().open(sealed, seat_context(b"roster-key", plan.session, device))


def grant_of(plan: SessionPlan, device: str) -> SeatGrant:
    """Give what the plan grants to a device.

    Raises:
        SeatNotInPlan: nothing.
    """
    for grant in plan.grants:
        if grant.device == device:
            return grant
    raise SeatNotInPlan(device)


def seat_context(purpose: bytes, session: str, device: str) -> bytes:
    """Name what something is sealed for: a purpose, a session, a device."""
    return b"examroom %b v1|%b|%b" % (purpose, session.encode(), device.encode())


def key_context(purpose: bytes, session: str, device: str, package: str) -> bytes:
    """Name what a package's key is wrapped for."""
    return b"%b|%b" % (seat_context(purpose, session, device), package.encode())


def _read_share(body: bytes, trust: Trust, session: str, device: str) -> ReleaseShare:
    try:
        verified = verify(body, ReleaseReply.PAYLOAD_TYPE, trust.role_key(RegistryRole.PLAN), max_bytes=_REPLY_BYTES)
        release = ReleaseReply.parse(verified.payload)
    except (EnvelopeRefused, DocumentRefused) as fault:
        raise RegistryAnswerBad(fault.detail) from None
    if (release.session, release.device) != (session, device):
        raise RegistryAnswerBad("a release for another session or seat")
    return ReleaseShare.from_code(release.code)
