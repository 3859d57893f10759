"""A small simulated registry with one device and two proctors: real keys, real TUF root, real signatures."""

import base64
import hashlib
from dataclasses import dataclass, replace
from typing import Any, Self

from tuf.api.metadata import Metadata, Root

from sync.trust import envelope
from sync.trust.anchor import Trust, sign_directory, sign_registry_keys
from sync.trust.checkpoint import make_checkpoint
from sync.trust.keys import SigningKey
from sync.trust.leaf import packet_leaf
from sync.trust.merkle import inclusion_path, leaf_hash, root
from sync.wire.enrolment import (
    Directory,
    DirectoryDevice,
    DirectoryKey,
    DirectoryProctor,
    RegistryKeys,
    RegistryRole,
    RoleKey,
    TrustBundle,
)
from sync.wire.environment import EnvironmentStatement
from sync.wire.ids import new_id
from sync.wire.packet import (
    Answer,
    ClockEvidence,
    EndReason,
    FormRef,
    ItemOutcome,
    JournalRef,
    PackageUsed,
    ScorePacket,
)
from sync.wire.plan import Accommodation, ScoringPolicy
from sync.wire.receipt import InclusionProof, LogEntry, Receipt, Result

ORIGIN = "registry.example/log"
NOW_MS = 1_800_000_000_000


def tuf_root(*keys: SigningKey, threshold: int = 1) -> bytes:
    """Make TUF root metadata signed by all of `keys`."""
    body = Root()
    for key in keys:
        body.add_key(key.public.as_signer_key(), Root.type)
    body.roles[Root.type].threshold = threshold
    metadata = Metadata(body)
    for key in keys:
        metadata.sign(key.signer(), append=True)
    return metadata.to_bytes()


def first_key(key: SigningKey) -> DirectoryKey:
    """Give the directory's line of a key that was never replaced."""
    return DirectoryKey(public_key_pem=key.public.pem, from_ms=NOW_MS)


def bundle_of(root_json: bytes, keys: bytes, directory: bytes) -> TrustBundle:
    root_text, keys_text, directory_text = (base64.b64encode(part).decode() for part in (root_json, keys, directory))
    return TrustBundle(tuf_root=root_text, registry_keys=keys_text, directory=directory_text)


@dataclass(frozen=True)
class World:
    """Everybody's secret keys, and the public documents made with them."""

    root_key: SigningKey
    roles: dict[RegistryRole, SigningKey]
    device_key: SigningKey
    proctor_keys: tuple[SigningKey, SigningKey]
    root_json: bytes
    registry_keys: RegistryKeys
    directory: Directory

    @classmethod
    def make(cls) -> Self:
        root_key = SigningKey.generate_ed25519()
        roles = {role: SigningKey.generate_ed25519() for role in RegistryRole}
        device_key = SigningKey.generate_p256()
        proctors = (SigningKey.generate_p256(), SigningKey.generate_p256())
        registry_keys = RegistryKeys(
            registry="Simulated registry",
            issued_ms=NOW_MS,
            log_origin=ORIGIN,
            keys=tuple(RoleKey(role=role, public_key_pem=key.public.pem) for role, key in roles.items()),
        )
        device = DirectoryDevice(
            device=new_id(), seat_label="Seat 1", keys=(first_key(device_key),), enrolled_ms=NOW_MS
        )
        directory = Directory(
            sequence=1,
            issued_ms=NOW_MS,
            devices=(device,),
            proctors=tuple(
                DirectoryProctor(proctor=new_id(), keys=(first_key(key),), enrolled_ms=NOW_MS) for key in proctors
            ),
        )
        return cls(root_key, roles, device_key, proctors, tuf_root(root_key), registry_keys, directory)

    @property
    def bundle(self) -> TrustBundle:
        return bundle_of(
            self.root_json,
            sign_registry_keys(self.registry_keys, self.root_key),
            sign_directory(self.directory, self.roles[RegistryRole.DIRECTORY]),
        )

    @property
    def trust(self) -> Trust:
        return Trust.from_bundle(self.bundle, self.root_json)

    def with_directory(self, **changes: Any) -> Self:  # noqa: ANN401 - fields of the directory
        return replace(self, directory=self.directory.model_copy(update=changes))

    def packet(self, **changes: Any) -> ScorePacket:  # noqa: ANN401 - fields of the packet
        packet = ScorePacket(
            packet=new_id(),
            session=new_id(),
            sitting=new_id(),
            candidate=new_id(),
            device=self.directory.devices[0].device,
            seat_number=1,
            plan_sha256="1" * 64,
            package=PackageUsed(package=new_id(), version=1, sha256="2" * 64),
            form=FormRef(sha256="3" * 64, seed="4" * 64),
            scoring=ScoringPolicy.ALL_OR_NOTHING,
            scorer="examroom-qti@1",
            answers=(Answer(item="Q1", responses={"RESPONSE": ("A",)}, first_ms=5, last_ms=9),),
            outcomes=(
                ItemOutcome(item="Q1", score_milli=1000, max_milli=1000),
                ItemOutcome(item="Q2", score_milli=0, max_milli=2000),
            ),
            score_milli=1000,
            max_milli=3000,
            passed=False,
            started_ms=NOW_MS,
            submitted_ms=NOW_MS + 60_000,
            active_ms=60_000,
            duration_ms=120_000,
            end_reason=EndReason.CANDIDATE,
            resumes=0,
            journal=JournalRef(head="5" * 64, count=7),
            recording=None,
            incidents=(),
            environment=EnvironmentStatement(),
            accommodation=Accommodation(),
            clock=ClockEvidence(boot_id="boot", wall_ms=NOW_MS, mono_ms=1, highest_signed_ms=NOW_MS),
            proctors=(self.proctor_keys[0].public.keyid,),
            confirmed_by=(self.proctor_keys[0].public.keyid,),
            simulated_candidate=True,
            software="examroom 0.1.0",
        )
        return packet.model_copy(update=changes)

    def signed_packet(self, **changes: Any) -> bytes:  # noqa: ANN401 - fields of the packet
        packet = self.packet(**changes)
        signed = envelope.sign(packet.to_bytes(), ScorePacket.PAYLOAD_TYPE, self.device_key)
        return envelope.countersign(signed, self.proctor_keys[0])

    def receipt(self, packet: bytes, *, others: int = 5) -> tuple[bytes, bytes]:
        """Sign a receipt for a packet and prove that it stands after `others` leaves in a log."""
        payload = envelope.peek(packet, ScorePacket.PAYLOAD_TYPE).payload
        document = ScorePacket.parse(payload)
        result = Result(
            session=document.session,
            sitting=document.sitting,
            score_milli=document.score_milli,
            max_milli=document.max_milli,
            passed=document.passed,
            voided=False,
            scorer="examroom-qti@1",
        )
        salt, digest = bytes(range(32)), hashlib.sha256(packet).digest()
        leaf = packet_leaf(digest.hex(), result).hash(salt)
        leaves = [leaf_hash(bytes([number])) for number in range(others)] + [leaf, leaf_hash(b"later")]
        receipt = Receipt(
            receipt=new_id(),
            packet=document.packet,
            packet_sha256=digest.hex(),
            payload_sha256=hashlib.sha256(payload).hexdigest(),
            received_ms=NOW_MS + 90_000,
            result=result,
            agrees=True,
            log=LogEntry(origin=ORIGIN, index=others, salt=salt.hex(), leaf_hash=leaf.hex()),
        )
        proof = InclusionProof(
            index=others,
            tree_size=len(leaves),
            path=tuple(node.hex() for node in inclusion_path(leaves, others)),
            checkpoint=make_checkpoint(ORIGIN, len(leaves), root(leaves), self.roles[RegistryRole.LOG]),
        )
        return self.sign_receipt(receipt), proof.to_bytes()

    def sign_receipt(self, receipt: Receipt) -> bytes:
        return envelope.sign(receipt.to_bytes(), Receipt.PAYLOAD_TYPE, self.roles[RegistryRole.RECEIPT])
