"""Telling a seat where its recordings go: the store's own paper is read, and its key is kept."""

from app.seat.carrying import STORE, SiteStore
from app.seat.home import SeatHome
from proctoring.vault.store.address import open_shelf
from sync.faults import Refused
from sync.replica.durable import write_durably
from sync.trust.envelope import peek, verify
from sync.trust.keys import PublicKey
from sync.wire.archive import StoreIdentity

_ENVELOPE_FACTOR = 2  # base64 and the signature around a document


class ArchiveKeyOther(Refused):
    """The store is signed for by another key than the one that was expected."""

    code = "ARCHIVE_KEY_OTHER"


def introduce(
    home: SeatHome, address: str, keyid: str | None = None, bytes_per_s: int | None = None
) -> tuple[StoreIdentity, str]:
    """Keep where this seat's recordings go; give whose store it is, and the id of the key that signs for it.

    Raises:
        ArchiveKeyOther: it is not `keyid`.
        ShelfNameMissing: there is no archive's paper in that store.
        EnvelopeRefused, DocumentRefused: the paper is not one; and whatever the store raises.
    """
    limit = StoreIdentity.MAX_BYTES * _ENVELOPE_FACTOR
    raw = open_shelf(address).read(STORE, 0, limit + 1)
    claimed = StoreIdentity.parse(peek(raw, StoreIdentity.PAYLOAD_TYPE, max_bytes=limit).payload)
    key = PublicKey.from_pem(claimed.public_key_pem)
    verify(raw, StoreIdentity.PAYLOAD_TYPE, [key], max_bytes=limit)
    if keyid is not None and keyid != key.keyid:
        raise ArchiveKeyOther(key.keyid)
    told = SiteStore(address=address, archive=claimed.archive, archive_public_key_pem=key.pem, bytes_per_s=bytes_per_s)
    write_durably(home.site_store, told.model_dump_json().encode())
    return claimed, key.keyid
