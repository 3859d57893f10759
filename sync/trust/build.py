"""Which files a released program has: believed by the same chain as a plan or a receipt.

pinned root → the registry's keys by role → its build key → the list. So a seat needs no network and no store of its
own to check what it runs, and a stranger checks a list with the trust folder they check packets with.
"""

from typing import Final

from sync.faults import Refused
from sync.trust import envelope
from sync.trust.anchor import Trust
from sync.trust.envelope import EnvelopeRefused
from sync.trust.keys import SigningKey
from sync.wire.build import BuildList
from sync.wire.document import DocumentRefused
from sync.wire.enrolment import RegistryRole

MOST_BYTES: Final = 9_000_000
"""The largest list, in base64, and its signatures."""


class BuildListRefused(Refused):
    """A list of a program's files is not believed; the detail says which check failed."""

    code = "BUILD_LIST_REFUSED"


def sign_build_list(listed: BuildList, key: SigningKey) -> bytes:
    """Sign a list of files with the registry's build key."""
    return envelope.sign(listed.to_bytes(), BuildList.PAYLOAD_TYPE, key)


def peek_build_list(signed: bytes) -> BuildList:
    """Read a signed list of files that nobody vouches for: what fits it may be forged, too.

    Raises:
        BuildListRefused: not such a list.
    """
    try:
        return BuildList.parse(envelope.peek(signed, BuildList.PAYLOAD_TYPE, max_bytes=MOST_BYTES).payload)
    except (EnvelopeRefused, DocumentRefused) as fault:
        raise BuildListRefused(str(fault)) from None


def read_build_list(signed: bytes, trust: Trust) -> BuildList:
    """Verify a signed list of files.

    Raises:
        BuildListRefused: not signed by the registry's build key, or not such a list.
    """
    try:
        keys = trust.role_key(RegistryRole.BUILD)
        verified = envelope.verify(signed, BuildList.PAYLOAD_TYPE, keys, max_bytes=MOST_BYTES)
        return BuildList.parse(verified.payload)
    except (EnvelopeRefused, DocumentRefused) as fault:
        raise BuildListRefused(str(fault)) from None
