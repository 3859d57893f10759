"""Packets that came by hand: taken in as those from the network are, their receipts and proofs written back.

The same medium again changes nothing but what is missing on it. One bad packet keeps no other out.
"""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from app.registry.intake import PACKET_BYTES, PacketConflict
from app.registry.log import ProofNotYet
from app.registry.service import Registry
from app.registry.witnessing import ask_witnesses, wanting
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
    """What came of a medium. `aside`: kept for people to decide; `refused`: not believed, nothing of it is kept.

    `receipts` and `proofs` count what the registry has answered on the medium; `unproven` are the digests of packets
    whose proof waits for witnesses.
    """

    new: int = 0
    known: int = 0
    receipts: int = 0
    proofs: int = 0
    unproven: list[str] = field(default_factory=list)
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
    answers = _Answers(registry, medium, came)
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


def prove_now(registry: Registry, medium: Medium, came: Ingested) -> int:
    """Have the witnesses asked at once, and write the proofs that waited for them; tell how many have yet to cosign.

    Each witness is asked once, all at the same time, so that this ends within `witnessing.ASKING_S`.

    Raises:
        DiskFull, MediumUnwritable, MediumUnreadable: the proofs are not all on the medium.
    """
    ask_witnesses(registry.premises)
    left, came.unproven = came.unproven, []
    for begin in range(0, len(left), _AT_ONCE):
        some = left[begin : begin + _AT_ONCE]
        proofs = _proofs(registry, some)
        if proofs:
            medium.write(proofs)
        came.proofs += len(proofs)
        came.unproven += [sha256 for sha256 in some if proof_file(sha256) not in proofs]
    return wanting(registry.premises)


class _Answers:
    """What is written back, many at once. Where that fails, packets are taken in all the same: they matter more."""

    def __init__(self, registry: Registry, medium: Medium, came: Ingested) -> None:
        self.unwritten: Fault | None = None
        self._came = came
        self._registry = registry
        self._medium = medium
        self._receipts: dict[str, bytes] = {}

    def add(self, sha256: str, receipt: bytes) -> None:
        """Write a receipt with the next that are written."""
        self._receipts[sha256] = receipt
        if len(self._receipts) == _AT_ONCE:
            self.write()

    def write(self) -> None:
        """Write what has gathered, unless the medium has refused before.

        Nothing without a packet of this registry's: the keys on the medium may be another's.
        """
        receipts, self._receipts = self._receipts, {}
        if receipts and self.unwritten is None:
            try:
                proofs = _write_back(self._registry, self._medium, receipts)
                self._came.receipts += len(receipts)
                self._came.proofs += len(proofs)
                self._came.unproven += [sha256 for sha256 in receipts if proof_file(sha256) not in proofs]
            except (DiskFull, MediumUnwritable) as fault:
                self.unwritten = fault


def _write_back(registry: Registry, medium: Medium, receipts: dict[str, bytes]) -> dict[str, bytes]:
    """Write receipts and proofs beside each other; the keys they are checked with come along, always the newest."""
    answers = {receipt_file(sha256): receipt for sha256, receipt in receipts.items()}
    proofs = _proofs(registry, receipts)
    medium.write({BUNDLE: registry.trust_bundle().to_bytes(), **answers, **proofs})
    return proofs


def _proofs(registry: Registry, packets: Iterable[str]) -> dict[str, bytes]:
    proofs: dict[str, bytes] = {}
    for sha256 in packets:
        with suppress(ProofNotYet):  # its witnesses have not cosigned yet: the same medium another day brings it
            proofs[proof_file(sha256)] = registry.proof(sha256).to_bytes()
    return proofs
