"""What a medium brings to a seat: the registry's public keys, plans, packages; each believed as from the network.

Where it lies on the medium counts for nothing, and nothing there is trusted that the network would not be.
"""

from app.seat.workplace import Workplace
from sync.client.medium import BUNDLE, Medium, Why
from sync.trust.anchor import Trust, TrustRefused
from sync.wire.document import DocumentRefused
from sync.wire.enrolment import TrustBundle


def take_trust(workplace: Workplace, medium: Medium) -> Trust:
    """Give the registry's keys and directory as they are now: the medium's if they are newer, and kept then.

    What hangs from another root, or is older than what is kept here, is passed over; `medium.odd` says so.

    Raises:
        MediumUnreadable: the medium breaks.
        TrustUnwritable: they could not be kept.
    """
    raw = medium.read(BUNDLE, TrustBundle.MAX_BYTES)
    if raw is None:
        return workplace.trust
    try:
        trust = Trust.from_bundle(TrustBundle.parse(raw), workplace.trust.root)
        trust.save(workplace.home.trust)
    except (DocumentRefused, TrustRefused):
        medium.pass_over(BUNDLE, Why.NOT_BELIEVED)
        return workplace.trust
    return trust
