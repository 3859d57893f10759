"""A seat's identity over the years: the certificate renews itself, the signing key is changed by an administrator."""

from typing import Final

import structlog

from app.seat.home import SeatHome
from app.seat.occupancy import AgentDuty, Occupancy
from app.seat.recovery import find_unfinished
from app.seat.workplace import Workplace
from sync.client.asking import show_certificate
from sync.client.connection import RegistryUnreachable
from sync.client.enrolment import fetch_trust, load_enrolment, renew_certificate, rotate_device_key
from sync.faults import EnvironmentFault, Refused
from sync.wire.enrolment import RotationReply

ANSWERED_S: Final = 3_600.0
UNANSWERED_S: Final = 300.0
"""After so many seconds it is asked again. Each time costs a figure of the count, and that a write to the disk."""
_log = structlog.get_logger(__name__)


class SeatBusy(EnvironmentFault):
    """A sitting is unfinished, or packets wait: they are signed by the key that is to go."""

    code = "SEAT_BUSY"


class Renewing:
    """Asks for this seat's certificate from time to time, and keeps a newer one."""

    def __init__(self, workplace: Workplace) -> None:
        self._workplace: Final = workplace

    def turn(self) -> float:
        """Ask once; give after how many seconds to ask again. What stands in the way is logged for people to see."""
        try:
            renew(self._workplace)
        except RegistryUnreachable as fault:
            _log.info("certificate not asked for", code=fault.code, detail=fault.detail)
            return UNANSWERED_S
        except Refused as fault:
            _log.error("no certificate", code=fault.code, detail=fault.detail)
        return ANSWERED_S


def renew(workplace: Workplace) -> bool:
    """Ask for this seat's certificate and show it; tell whether there was a newer one.

    Raises:
        CertificateNotTaken: the registry does not take the one it gives.
        What `renew_certificate` raises.
    """
    before = load_enrolment(workplace.home.trust).certificate_pem
    connection = workplace.connect()
    try:
        answer = renew_certificate(connection, workplace.asker, workplace.home.trust)
        show_certificate(connection)
    finally:
        connection.close()
    if answer.rotation_asked:
        _log.warning("rotation asked", device=answer.device)
    return answer.certificate_pem != before


def rotate(home: SeatHome) -> RotationReply:
    """Change the key this seat signs with, while nobody sits at it and nothing waits to be delivered.

    Killed at any moment, it is gone on with by doing it again.

    Raises:
        AlreadyRunning, AgentRunning: the kiosk or the agent works here; end it first.
        SeatBusy: a sitting is unfinished, or packets wait.
        What `rotate_device_key` and `fetch_trust` raise.
    """
    kiosk, agent = Occupancy(home), AgentDuty(home)
    kiosk.take()
    try:
        agent.take()
        workplace = Workplace.open(home)
        try:
            return _rotate(workplace)
        finally:
            workplace.close()
    finally:
        agent.give_up()
        kiosk.give_up()


def _rotate(workplace: Workplace) -> RotationReply:
    outbox = workplace.replica.outbox.state()
    waiting = outbox.undelivered - outbox.quarantined
    if waiting or find_unfinished(workplace) is not None:
        raise SeatBusy(f"{waiting} packets wait")
    connection = workplace.connect()
    try:
        reply = rotate_device_key(connection, workplace.asker)
        renew_certificate(connection, workplace.asker, workplace.home.trust)  # shows the new key: the old one ends
        fetch_trust(connection, workplace.home.trust)
    finally:
        connection.close()
    _log.info("rotated", keyid=reply.keyid)
    return reply
