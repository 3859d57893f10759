"""What must not be found on a disk, in every form it could lie there; and where it may be, each with the reason."""

import base64
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from itertools import chain
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from sqlalchemy import select

from app.content.packing.package import SealedPackage
from app.content.qti.reading import read_package
from app.demo.cast import CANDIDATES, PROCTORS, blueprint
from app.exam.form import Form, draw_form
from app.exam.item import Item
from app.exam.prose import Picture, Run, walk
from app.registry.models import PlannedSession
from app.registry.models import Proctor as ProctorRow
from app.registry.service import Registry
from app.resources import resource_folder
from sync.trust.envelope import peek
from sync.trust.keys import SigningKey
from sync.trust.keystore import FileKeyStore
from sync.trust.pin import open_credential
from sync.trust.release import ReleaseShare
from sync.wire.packet import ScorePacket
from sync.wire.plan import ProctorCredential

LEAST_BYTES = 6
"""A shorter needle would be found in sealed bytes by chance."""
LEAST_TEXT, MOST_TEXT = 6, 40
DIGEST_BYTES = 32

HOLDERS: Mapping[str, Mapping[str, str]] = {
    "item text": {},
    "PIN": {},
    "identity number": {},
    "proctor key": {},
    "name": {
        "registry/registry.db*": "the registry plans sessions: roster and proctors are its business",
        "seat/records/*room-record-*": "the record of the room, which proctors take with them: who came, who did not",
        "shelf/sessions/*": "the same, where the site keeps it",
    },
    "release share": {"registry/registry.db*": "the registry withholds it until the start, and must have it then"},
    "response": {
        "evidence/*packet.json*": "the packet as the demonstration hands it out, for whoever checks it",
        "registry/registry.db*": "the registry received the packet and scores it again",
    },
    "registry key": {"registry/keys/*": "the registry's key room, for its user alone"},
    "seat key": {},
    "site key": {"site/*recordings.key*": "the site's key file, which opens recordings"},
    "escrow key": {"registry/escrow/*recordings.key*": "the escrow's key file, which opens recordings"},
}


@dataclass(frozen=True)
class Secret:
    """One thing that must lie only where it belongs."""

    kind: str
    name: str
    forms: tuple[bytes, ...] = field(repr=False)

    def found_in(self, content: bytes) -> bool:
        """Tell whether any form of it is there."""
        return any(form in content for form in self.forms)

    def may_be_in(self, file: str) -> bool:
        """Tell whether it belongs there."""
        return any(fnmatchcase(file, pattern) for pattern in HOLDERS[self.kind])


def of_text(kind: str, text: str) -> Secret:
    """Give a text as it could lie on a disk: UTF-8, UTF-16, escaped in JSON, base64 of UTF-8."""
    text = text[:MOST_TEXT]
    plain = (text.encode(), text.encode("utf-16-le"), text.encode("utf-16-be"))
    escaped = json.dumps(text)[1:-1].encode()
    return _secret(kind, text, (*plain, escaped, *in_base64(text.encode())))


def of_bytes(kind: str, name: str, raw: bytes) -> Secret:
    """Give bytes as they could lie on a disk: raw, hexadecimal, base64."""
    return _secret(kind, name, (raw, raw.hex().encode(), raw.hex().upper().encode(), *in_base64(raw)))


def in_base64(raw: bytes) -> Iterator[bytes]:
    """Give what base64 makes of it within a longer text, at each of the three offsets and in both alphabets."""
    for offset, lead in ((0, 0), (1, 2), (2, 3)):
        coded = base64.b64encode(bytes(offset) + raw)
        tail = {0: 0, 1: 3, 2: 2}[(offset + len(raw)) % 3]
        inner = coded[lead : len(coded) - tail]
        yield inner
        yield inner.translate(bytes.maketrans(b"+/", b"-_"))


def secrets_of(home: Path, packet: ScorePacket) -> tuple[Secret, ...]:
    """Gather everything of a demonstration that must lie only where it belongs."""
    form, bank = form_of(home, packet)
    return tuple(
        chain(
            (of_text("item text", text) for place in form.items for text in _texts(bank[place.item])),
            (of_text("PIN", proctor.pin) for proctor in PROCTORS),
            (of_text("identity number", candidate.id_number) for candidate in CANDIDATES),
            (of_text("name", person.name) for person in (*CANDIDATES, *PROCTORS)),
            (of_text("response", f'"RESPONSE":["{choice}"') for choice in _choices(packet)),
            _registry_secrets(home / "registry"),
            _seat_secrets(home / "seat" / "keys"),
            _key_file("site key", home / "site" / "recordings.key"),
            _key_file("escrow key", home / "registry" / "escrow" / "recordings.key"),
        )
    )


def form_of(home: Path, packet: ScorePacket) -> tuple[Form, Mapping[str, Item]]:
    """Draw the form once more from what was published, and give the bank's items in plain."""
    (target,) = (home / "registry" / "tuf" / "targets").rglob("*.erp")
    package = SealedPackage.parse(target.read_bytes())
    rule = blueprint(len(packet.outcomes))
    form = draw_form(package.header.items, package.sha256, rule, packet.form.seed)
    return form, {item.id: item for item in read_package(resource_folder() / "sample-bank").items}


def packet_in(envelope: bytes) -> ScorePacket:
    """Read a packet out of its envelope."""
    return ScorePacket.parse(peek(envelope, ScorePacket.PAYLOAD_TYPE).payload)


def _secret(kind: str, name: str, forms: Iterable[bytes]) -> Secret:
    return Secret(kind, name, tuple({form for form in forms if len(form) >= LEAST_BYTES}))


def _texts(item: Item) -> Iterator[str]:
    for wording in item.wordings():
        for body in wording.bodies():
            for piece in walk(body):
                part = piece.text if isinstance(piece, Run) else piece.alt if isinstance(piece, Picture) else ""
                if len(part.strip()) >= LEAST_TEXT:
                    yield part.strip()


def _choices(packet: ScorePacket) -> set[str]:
    return {choice for answer in packet.answers for choice in answer.responses["RESPONSE"]}


def _registry_secrets(folder: Path) -> Iterator[Secret]:
    for file in sorted((folder / "keys").glob("*.key")):
        secret = file.read_bytes()[:-DIGEST_BYTES]
        if file.name.startswith("package-"):
            yield of_bytes("registry key", f"{file.name}: content", secret[:32])
            yield of_bytes("registry key", f"{file.name}: marking", secret[32:])
        else:
            yield of_bytes("registry key", file.name, _private_part(SigningKey.from_pkcs8(secret)))
    server = serialization.load_pem_private_key((folder / "keys" / "server.pem").read_bytes(), None)
    assert isinstance(server, EllipticCurvePrivateKey)
    yield of_bytes("registry key", "server.pem", _private_part(SigningKey(server)))
    pins = {proctor.name: proctor.pin for proctor in PROCTORS}
    with Registry.open(folder) as registry, registry.premises.database.reading() as session:
        for row in session.scalars(select(ProctorRow)):
            key = open_credential(ProctorCredential.parse(row.credential), pins[row.name])
            yield of_bytes("proctor key", row.id, _private_part(key))
        for planned in session.scalars(select(PlannedSession)):
            yield of_bytes("release share", planned.id, planned.release_share)
            code = ReleaseShare(planned.release_share).code()
            yield of_text("release share", code)
            yield of_text("release share", code.replace("-", ""))


def _seat_secrets(folder: Path) -> Iterator[Secret]:
    keys = FileKeyStore(folder)
    yield of_bytes("seat key", "device", _private_part(keys.device_key()))
    yield of_bytes("seat key", "sealing", keys.sealing_key().raw())
    yield of_bytes("seat key", "tls", _private_part(keys.tls_key()))
    yield of_bytes("seat key", "replica", keys.replica_key())


def _key_file(kind: str, file: Path) -> Iterator[Secret]:
    yield of_bytes(kind, file.name, base64.b64decode(file.read_bytes()))


def _private_part(key: SigningKey) -> bytes:
    """Give the 32 bytes that are the secret, whatever they are wrapped in."""
    if isinstance(key.private_key, EllipticCurvePrivateKey):
        return key.private_key.private_numbers().private_value.to_bytes(32, "big")
    return key.private_key.private_bytes_raw()
