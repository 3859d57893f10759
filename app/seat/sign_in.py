"""Proctors sign in: a PIN opens a sealed key; wrong PINs lock out, and no restart or clock gives tries back."""

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from app.seat.workplace import Session, Workplace
from sync.client.release import grant_of, seat_context
from sync.client.sign_in import PinDesk
from sync.faults import Refused
from sync.replica.cabinet import Cabinet
from sync.trust.clock import ClockReading
from sync.trust.keys import SigningKey
from sync.trust.pin import open_credential
from sync.wire.document import DocumentRefused, canonical_json
from sync.wire.plan import ProctorCredential


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
        self._desk = PinDesk(cabinet, clock)

    def sign_in(self, proctor: str, pin: str) -> Proctor:
        """Open a proctor's key.

        Raises:
            UnknownProctor, LockedOut, PinRefused.
        """
        credential = self._credentials.get(proctor)
        if credential is None:
            raise UnknownProctor
        key = self._desk.open(proctor, lambda: open_credential(credential, pin))
        return Proctor(proctor, credential.name, key)

    def locked_for_ms(self, proctor: str) -> int:
        """Give how long this proctor must still wait, ms; 0 when a PIN may be tried. See `PinDesk`."""
        return self._desk.locked_for_ms(proctor)


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
