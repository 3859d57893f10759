"""Proctors sign in: a PIN opens a sealed key; wrong PINs lock out, and no restart or clock gives tries back."""

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from app.seat.workplace import Session, Workplace
from sync.client.release import grant_of, seat_context
from sync.faults import EnvironmentFault, Refused
from sync.replica.cabinet import Cabinet, PinFailure
from sync.trust.clock import ClockReading
from sync.trust.keys import SigningKey
from sync.trust.pin import PinWrong, open_credential
from sync.wire.document import DocumentRefused, canonical_json
from sync.wire.plan import ProctorCredential

FREE_TRIES = 5
FIRST_LOCK_MS = 60_000
"""Short, because a candidate can lock proctors out from the corner; every further wrong PIN doubles it."""
LONGEST_LOCK_MS = 60 * 60_000


class PinRefused(Refused):
    """The PIN was wrong. Fact: `left`, tries before the lock-out."""

    code = "PIN_REFUSED"


class LockedOut(EnvironmentFault):
    """Too many wrong PINs. Fact: `minutes` until the next try."""

    code = "LOCKED_OUT"


class UnknownProctor(Refused):
    """Nobody of this name may run this session."""

    code = "UNKNOWN_PROCTOR"


class SameCredential(Refused):
    """This person, or this key under another name, has been counted already."""

    code = "SAME_CREDENTIAL"


@dataclass(frozen=True)
class Proctor:
    """A proctor who signed in, with the key that countersigns. The key lives in memory only."""

    id: str
    name: str
    key: SigningKey


def counted_in(known: tuple[Proctor, ...], proctor: Proctor) -> tuple[Proctor, ...]:
    """Give those who count with one more: every person and every key counts once, whatever the plan calls them.

    Raises:
        SameCredential: the person or the key is among them already.
    """
    if any(one.id == proctor.id or one.key.public.keyid == proctor.key.public.keyid for one in known):
        raise SameCredential
    return (*known, proctor)


class SignInDesk:
    """Opens proctors' credentials, counting failures on the disk before saying anything."""

    def __init__(
        self,
        credentials: Mapping[str, ProctorCredential],
        cabinet: Cabinet,
        clock: Callable[[], ClockReading],
    ) -> None:
        self._credentials = credentials
        self._cabinet = cabinet
        self._clock = clock

    def sign_in(self, proctor: str, pin: str) -> Proctor:
        """Open a proctor's key.

        Raises:
            UnknownProctor, LockedOut, PinRefused.
        """
        credential = self._credentials.get(proctor)
        if credential is None:
            raise UnknownProctor
        wait_ms = self.locked_for_ms(proctor)
        if wait_ms:
            raise LockedOut(minutes=-(-wait_ms // 60_000))
        # counted before it is tried: pulling the plug while the key is derived must not give a free try
        now = self._clock()
        self._cabinet.record_pin_failure(proctor, PinFailure(now.boot_id, now.mono_ms, now.wall_ms))
        try:
            key = open_credential(credential, pin)
        except PinWrong:
            left = max(0, FREE_TRIES - len(self._cabinet.pin_failures(proctor)))
            raise PinRefused(left=left) from None
        self._cabinet.clear_pin_failures(proctor)
        return Proctor(proctor, credential.name, key)

    def locked_for_ms(self, proctor: str) -> int:
        """Give how long this proctor must still wait, ms; 0 when a PIN may be tried.

        Only the monotonic clock counts. After a reboot the time since then is all that has surely passed.
        """
        failures = self._cabinet.pin_failures(proctor)
        if len(failures) < FREE_TRIES:
            return 0
        lock_ms = min(FIRST_LOCK_MS << min(len(failures) - FREE_TRIES, 10), LONGEST_LOCK_MS)
        now, last = self._clock(), failures[-1]
        passed_ms = now.mono_ms - last.mono_ms if now.boot_id == last.boot_id else now.mono_ms
        return max(0, lock_ms - passed_ms)


def open_credentials(workplace: Workplace, session: Session) -> dict[str, ProctorCredential]:
    """Open the credentials that were sealed to this seat, by proctor id; their keys stay sealed under the PINs.

    Raises:
        SeatNotInPlan: the plan has nothing for this device.
        SealRefused: they were sealed to another seat or changed.
        DocumentRefused: what was sealed are no credentials.
    """
    device, session_id = workplace.enrolment.device, session.plan.session
    grant = grant_of(session.plan, device)
    info = seat_context(b"credentials", session_id, device)
    opened = workplace.keystore.sealing_key().open(base64.b64decode(grant.sealed_credentials), info)
    try:
        credentials = [ProctorCredential.parse(canonical_json(part)) for part in json.loads(opened)]
    except (ValueError, TypeError):
        raise DocumentRefused("credentials: not a list") from None
    return {credential.proctor: credential for credential in credentials}
