"""Asking the registry whether a candidate sits elsewhere; without a network nobody waits and nobody is kept out."""

import structlog

from app.seat.sign_in import Proctor
from app.seat.workplace import Workplace
from sync.client.claims import ask_claim, claims_connection
from sync.client.enrolment import load_enrolment
from sync.faults import Fault
from sync.wire.enrolment import ClaimReply, RequestKind


class ClaimDesk:
    """Asks for one seat; every call is bounded to about three seconds, and may be made from any thread.

    Once the registry did not answer a look, no claim is waited for until a look is answered again.
    """

    def __init__(self, workplace: Workplace, session: str) -> None:
        self._workplace = workplace
        self._session = session
        self._reachable = False
        self._log = structlog.get_logger("claims")

    def look(self, sitting: str) -> ClaimReply | None:
        """Give whose a sitting is; None if the registry does not say."""
        found = self._ask(RequestKind.CLAIM_LOOK, sitting, ())
        self._reachable = found is not None
        return found

    def take(self, sitting: str) -> ClaimReply | None:
        """Claim a sitting for this seat; None if nobody can be asked, then it goes on without."""
        return self._ask(RequestKind.CLAIM, sitting, ()) if self._reachable else None

    def move(self, sitting: str, proctors: tuple[Proctor, ...]) -> ClaimReply | None:
        """Move a sitting here; the proctors sign for it."""
        return self._ask(RequestKind.CLAIM_MOVE, sitting, proctors)

    def _ask(self, kind: RequestKind, sitting: str, proctors: tuple[Proctor, ...]) -> ClaimReply | None:
        workplace = self._workplace
        signers = [proctor.key for proctor in proctors]
        try:
            connection = claims_connection(load_enrolment(workplace.home.trust), workplace.keystore)
            try:
                reply = ask_claim(connection, workplace.asker, kind, self._session, sitting, signers)
            finally:
                connection.close()
        except Fault as fault:
            self._log.warning("claim_unanswered", kind=kind.value, code=fault.code, detail=fault.detail)
            return None
        self._log.info("claim", kind=kind.value, sitting=sitting, state=reply.state.value)
        return reply
