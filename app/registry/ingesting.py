"""Packets that came by hand: taken in as those from the network are, their receipts and proofs written back.

The same medium again changes nothing but what is missing on it. One bad packet keeps no other out.
"""

from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from app.registry.intake import PACKET_BYTES, PacketConflict
from app.registry.log import ProofNotYet
from app.registry.service import Registry
from sync.client.medium import BUNDLE, Kind, Medium, MediumUnwritable, proof_file, receipt_file
from sync.faults import Fault, Refused
from sync.replica.durable import DiskFull

_AT_ONCE: Final = 200  # packets whose receipts and proofs are written together


@dataclass(frozen=True)
class TurnedAway:
    """A packet that is not counted: its digest, and the code and detail of why."""

    sha256: str
    code: str
    detail: str


@dataclass
class Ingested:
    """What came of a medium. `aside`: kept for people to decide; `refused`: not believed, nothing of it is kept."""

    new: int = 0
    known: int = 0
    aside: list[TurnedAway] = field(default_factory=list)
    refused: list[TurnedAway] = field(default_factory=list)


def ingest(registry: Registry, medium: Medium, came: Ingested | None = None) -> Ingested:
    """Take in every packet that lies on the medium, and write what the registry answers beside it.

    `came` is filled as it goes, for whoever wants to say what came of it before the medium broke.

    Raises:
        MediumUnreadable: it is not there, or breaks. What was taken in stays; the next time the rest follows.
        DiskFull, MediumUnwritable: all packets are taken in, the answers are not all on the medium.
        RegistryUnreadable, LogInconsistent and other faults of this registry's own place.
    """
    came = came or Ingested()
    answers = _Answers(registry, medium)
    for entry in medium.entries(Kind.PACKETS):
        envelope = medium.read(entry.place, PACKET_BYTES)
        if envelope is None:
            continue
        try:
            taken = registry.take_packet(entry.name, envelope)
        except PacketConflict as fault:
            came.aside.append(TurnedAway(entry.name, fault.code, fault.detail))
            continue
        except Refused as fault:
            came.refused.append(TurnedAway(entry.name, fault.code, fault.detail))
            continue
        came.new, came.known = came.new + taken.is_new, came.known + (not taken.is_new)
        answers.add(entry.name, taken.receipt)
    answers.write()
    if answers.unwritten is not None:
        raise answers.unwritten
    return came


class _Answers:
    """What is written back, many at once. Where that fails, packets are taken in all the same: they matter more."""

    def __init__(self, registry: Registry, medium: Medium) -> None:
        self.unwritten: Fault | None = None
        self._registry = registry
        self._medium = medium
        self._receipts: dict[str, bytes] = {}

    def add(self, sha256: str, receipt: bytes) -> None:
        """Write a receipt with the next that are written."""
        self._receipts[sha256] = receipt
        if len(self._receipts) == _AT_ONCE:
            self.write()

    def write(self) -> None:
        """Write what has gathered, unless the medium has refused before."""
        receipts, self._receipts = self._receipts, {}
        if self.unwritten is None:
            try:
                _write_back(self._registry, self._medium, receipts)
            except (DiskFull, MediumUnwritable) as fault:
                self.unwritten = fault


def _write_back(registry: Registry, medium: Medium, receipts: dict[str, bytes]) -> None:
    """Write receipts and proofs beside each other; the keys they are checked with come along, always the newest."""
    answers = {receipt_file(sha256): receipt for sha256, receipt in receipts.items()}
    proofs: dict[str, bytes] = {}
    for sha256 in receipts:
        with suppress(ProofNotYet):  # its witnesses have not cosigned yet: the same medium another day brings it
            proofs[proof_file(sha256)] = registry.proof(sha256).to_bytes()
    medium.write({BUNDLE: registry.trust_bundle().to_bytes(), **answers, **proofs})
