"""The directory: who signs as what, signed anew whenever somebody comes, goes or changes a key, and once a day."""

from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.registry.keyroom import KeyName
from app.registry.models import Administrator, Device, FormerKey, Proctor, PublishedDocument, Setting
from app.registry.premises import Premises
from sync.trust.anchor import ROOT_FILE, Trust, sign_directory
from sync.trust.files import PUBLIC_FILE
from sync.wire.enrolment import (
    Directory,
    DirectoryAdministrator,
    DirectoryDevice,
    DirectoryKey,
    DirectoryProctor,
    named_sha256,
)

KEYS_DOCUMENT: Final = "registry-keys"
DIRECTORY_DOCUMENT: Final = "directory"
_SEQUENCE: Final = "directory_sequence"
_DAY_MS: Final = 86_400_000


def renew_directory(premises: Premises, session: Session) -> None:
    """Sign the directory anew within the caller's transaction, under the next number."""
    counter = session.get(Setting, _SEQUENCE)
    sequence = int(counter.value) + 1 if counter else 1
    session.merge(Setting(name=_SEQUENCE, value=str(sequence)))
    former = _former_keys(session)
    directory = Directory(
        sequence=sequence,
        issued_ms=premises.clock(),
        devices=tuple(
            DirectoryDevice(
                device=row.id,
                seat_label=row.seat_label,
                keys=(*former.get(row.id, ()), _key_of(row)),
                enrolled_ms=row.enrolled_ms,
                revoked_ms=row.revoked_ms,
            )
            for row in session.scalars(select(Device).order_by(Device.id))
        ),
        proctors=tuple(
            DirectoryProctor(
                proctor=row.id,
                keys=(*former.get(row.id, ()), _key_of(row)),
                enrolled_ms=row.enrolled_ms,
                revoked_ms=row.revoked_ms,
            )
            for row in session.scalars(select(Proctor).order_by(Proctor.id))
        ),
        administrators=tuple(
            DirectoryAdministrator(
                administrator=row.id,
                named_sha256=named_sha256(row.id, row.name),
                public_key_pem=row.public_key_pem,
                enrolled_ms=row.enrolled_ms,
                revoked_ms=row.revoked_ms,
            )
            for row in session.scalars(select(Administrator).order_by(Administrator.id))
        ),
    )
    envelope = sign_directory(directory, premises.keys.key(KeyName.DIRECTORY))
    session.merge(PublishedDocument(name=DIRECTORY_DOCUMENT, envelope=envelope))


def trust_of(premises: Premises) -> Trust:
    """Give the public material as it stands, verified as a seat would."""
    with premises.database.reading() as session:
        return premises.shelf.trust(
            premises.repository.root_bytes(),
            session.get_one(PublishedDocument, KEYS_DOCUMENT).envelope,
            session.get_one(PublishedDocument, DIRECTORY_DOCUMENT).envelope,
            premises.repository.later_roots(),
        )


def write_public_files(premises: Premises) -> None:
    """Lay the public material out as files, for whoever checks evidence without a network."""
    trust_of(premises).save(premises.public_folder, PUBLIC_FILE)


def follow_root(premises: Premises) -> None:
    """Lay the public material out again if the newest root is not there: whoever made it died before that."""
    newest = premises.repository.root().version
    if newest > 1 and not (premises.public_folder / f"{newest}.{ROOT_FILE}").exists():
        write_public_files(premises)


def sign_of_the_day(premises: Premises) -> bool:
    """Sign the directory anew if that was longer than a day ago: its date is the time that archives go by.

    Returns whether it was signed.
    """
    if premises.clock() - trust_of(premises).directory.issued_ms < _DAY_MS:
        return False
    with premises.database.writing() as session:
        renew_directory(premises, session)
    write_public_files(premises)
    return True


def _key_of(row: Device | Proctor) -> DirectoryKey:
    return DirectoryKey(public_key_pem=row.public_key_pem, from_ms=row.key_from_ms)


def _former_keys(session: Session) -> dict[str, list[DirectoryKey]]:
    """Give all keys that were replaced, by who had them, the oldest first."""
    found: dict[str, list[DirectoryKey]] = {}
    for row in session.scalars(select(FormerKey).order_by(FormerKey.from_ms, FormerKey.until_ms, FormerKey.keyid)):
        key = DirectoryKey(public_key_pem=row.public_key_pem, from_ms=row.from_ms, until_ms=row.until_ms)
        found.setdefault(row.holder, []).append(key)
    return found
