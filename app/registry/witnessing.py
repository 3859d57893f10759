"""The registry's witnesses: programs of others that cosign the log's heads (C2SP tlog-witness), asked as it grows.

The log works without them. Where a quorum is demanded (`RegistryKeys.witness_quorum`), heads are published, and leaves
proven, once that many have cosigned.
"""

import base64
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.registry.directory import KEYS_DOCUMENT, trust_of, write_public_files
from app.registry.log import QUORUM
from app.registry.models import PublishedDocument, Setting, Witness
from app.registry.premises import Premises
from sync.client.connection import RegistryConnection, Reply
from sync.faults import Fault, Refused
from sync.trust.anchor import sign_registry_keys
from sync.trust.checkpoint import CheckpointRefused, split_note
from sync.trust.cosignature import cosignatures_of
from sync.trust.keys import PublicKey
from sync.wire.enrolment import WitnessKey
from sync.wire.witness import WitnessCard

MOST: Final = 8

_ANSWER_BYTES: Final = 4_000
_TIMEOUT_S: Final = (3.0, 5.0)
_TOTAL_S: Final = 10.0
ASKING_S: Final = 30
"""The longest that `ask_witnesses` takes, in seconds: a witness that has seen another size is asked twice."""
_AGAIN_S: Final = 60.0
_REFUSAL_CHARACTERS: Final = 200

_log = structlog.get_logger(__name__)


class WitnessKnown(Refused):
    """A witness of this name or key is one already."""

    code = "WITNESS_KNOWN"


class WitnessUnknown(Refused):
    """There is no witness of this name."""

    code = "WITNESS_UNKNOWN"


class WitnessQuorumRefused(Refused):
    """More would have to cosign than there are, or there are too many."""

    code = "WITNESS_QUORUM_REFUSED"


class WitnessRefused(Refused):
    """The witness did not cosign the head it was shown."""

    code = "WITNESS_REFUSED"


@dataclass(frozen=True)
class ListedWitness:
    """A witness as an operator sees it; `refusal` is what it said when it was asked last, empty if it cosigned."""

    name: str
    url: str
    ca_pem: str
    public_key_pem: str
    cosigned_size: int
    refusal: str = ""

    @property
    def key(self) -> WitnessKey:
        """Its name and key."""
        return WitnessKey(name=self.name, public_key_pem=self.public_key_pem)


@dataclass(frozen=True)
class _Answer:
    witness: ListedWitness
    line: str
    refusal: str


def witnesses(premises: Premises) -> tuple[ListedWitness, ...]:
    """Give the witnesses by name."""
    with premises.database.reading() as session:
        return tuple(
            ListedWitness(row.name, row.url, row.ca_pem, row.public_key_pem, row.cosigned_size, row.refusal)
            for row in session.scalars(select(Witness).order_by(Witness.name))
        )


def quorum(premises: Premises) -> int:
    """Give how many of them have to cosign a head."""
    return int(premises.database.setting(QUORUM) or 0)


def add_witness(premises: Premises, card: WitnessCard, url: str, wanted: int | None = None) -> None:
    """Take a witness in that cosigns the log as it is, and say so under the root key. `wanted` is the new quorum.

    Raises:
        WitnessKnown, WitnessQuorumRefused: no.
        WitnessRefused: it does not cosign this log.
        RegistryAddressRefused, KeyRefused: the card or the address is unusable.
        RegistryUnreachable: nobody answers there.
        RootKeysMissing: too few root keys are at hand.
    """
    pem = PublicKey.from_pem(card.public_key_pem).pem
    known = witnesses(premises)
    if any(card.name == one.name or pem == one.public_key_pem for one in known):
        raise WitnessKnown(card.name)
    wanted = quorum(premises) if wanted is None else wanted
    if len(known) >= MOST or not 0 <= wanted <= len(known) + 1:
        raise WitnessQuorumRefused(f"{wanted} of {len(known) + 1}")
    new = ListedWitness(card.name, url, card.ca_pem, pem, cosigned_size=0)
    answer = _ask(premises, new, premises.log.head())
    if not answer.line:
        raise WitnessRefused(answer.refusal)
    with _changed(premises, (*known, new), wanted) as session:
        session.add(
            Witness(
                name=new.name,
                url=new.url,
                ca_pem=new.ca_pem,
                public_key_pem=new.public_key_pem,
                added_ms=premises.clock(),
                cosigned_size=0,
                cosigned_ms=None,
                refusal="",
            )
        )
    ask_witnesses(premises)


def remove_witness(premises: Premises, name: str, wanted: int | None = None) -> None:
    """Let a witness go; say so under the root keys. `wanted` is the new quorum; else it stays, or all who are left.

    Raises:
        WitnessUnknown: there is none of this name.
        WitnessQuorumRefused: more would have to cosign than are left.
    """
    left = tuple(one for one in witnesses(premises) if one.name != name)
    if len(left) == len(witnesses(premises)):
        raise WitnessUnknown(name[:_REFUSAL_CHARACTERS])
    wanted = min(quorum(premises), len(left)) if wanted is None else wanted
    if not 0 <= wanted <= len(left):
        raise WitnessQuorumRefused(f"{wanted} of {len(left)}")
    with _changed(premises, left, wanted) as session:
        session.delete(session.get_one(Witness, name))
    ask_witnesses(premises)


@contextmanager
def _changed(premises: Premises, then: Sequence[ListedWitness], wanted: int) -> Iterator[Session]:
    """Change who the witnesses are, and what the registry's keys say of them, together."""
    keys = trust_of(premises).registry_keys
    document = keys.model_copy(
        update={
            "issued_ms": max(premises.clock(), keys.issued_ms + 1),
            "witnesses": tuple(one.key for one in then),
            "witness_quorum": wanted,
        }
    )
    envelope = sign_registry_keys(document, *premises.root_keys())
    with premises.database.writing() as session:
        yield session
        session.merge(Setting(name=QUORUM, value=str(wanted)))
        session.merge(PublishedDocument(name=KEYS_DOCUMENT, envelope=envelope))
    write_public_files(premises)


def ask_witnesses(premises: Premises) -> bool:
    """Ask every witness to cosign the newest head, all at once, and publish it; tell whether all have."""
    listed = witnesses(premises)
    if not listed:
        return True
    head = premises.log.head()
    with ThreadPoolExecutor(len(listed)) as pool:
        answers = list(pool.map(lambda one: _asked(premises, one, head), listed))
    size = int(head.split("\n")[1])
    with premises.database.writing() as session:
        for answer in answers:
            row = session.get(Witness, answer.witness.name)
            if row is None:  # let go in the meantime
                continue
            row.refusal = answer.refusal
            if answer.line:
                row.cosigned_size, row.cosigned_ms = max(size, row.cosigned_size), premises.clock()
    premises.log.cosigned(head, "".join(answer.line for answer in answers))
    return all(answer.line for answer in answers)


def wanting(premises: Premises) -> int:
    """Give how many witnesses more have to cosign the newest head before it counts."""
    size = int(premises.log.head().split("\n")[1])
    return max(0, quorum(premises) - sum(one.cosigned_size >= size for one in witnesses(premises)))


class Witnessing:
    """Asks the witnesses whenever the log has grown; those that did not answer a minute later again."""

    def __init__(self, premises: Premises, clock: Callable[[], float] = time.monotonic) -> None:
        self._premises = premises
        self._clock = clock
        self._asked: tuple[str, int] | None = None
        self._again_s = 0.0

    def turn(self) -> None:
        """Ask, if there is something to ask about. Raises what `TransparencyLog.head` raises."""
        listed = witnesses(self._premises)
        if not listed:
            return
        about = self._premises.log.head(), len(listed)
        if about == self._asked and self._clock() < self._again_s:
            return
        whole = ask_witnesses(self._premises)
        self._asked, self._again_s = about, float("inf") if whole else self._clock() + _AGAIN_S


def _asked(premises: Premises, witness: ListedWitness, head: str) -> _Answer:
    try:
        answer = _ask(premises, witness, head)
    except Fault as fault:  # it is away, or something else answers there: the others count
        answer = _Answer(witness, "", str(fault))
    if answer.refusal and answer.refusal != witness.refusal:
        _log.warning("witness did not cosign", witness=witness.name, said=answer.refusal)
    return answer


def _ask(premises: Premises, witness: ListedWitness, head: str) -> _Answer:
    connection = RegistryConnection(witness.url, witness.ca_pem, timeout=_TIMEOUT_S, total_s=_TOTAL_S)
    try:
        old = witness.cosigned_size
        reply = _post(premises, connection, old, head)
        if reply.status == HTTPStatus.CONFLICT and (seen := _seen(reply)) is not None and seen != old:
            old = seen
            reply = _post(premises, connection, old, head)
    except IndexError:
        return _Answer(witness, "", f"it has seen {old} entries, more than there are")
    finally:
        connection.close()
    text = reply.body.decode("utf-8", "replace")
    if reply.status != HTTPStatus.OK:
        return _Answer(witness, "", f"status {reply.status}: {text.strip()}"[:_REFUSAL_CHARACTERS])
    try:
        found = cosignatures_of(split_note(head)[0], text, [witness.key])
    except CheckpointRefused as fault:
        return _Answer(witness, "", fault.detail)
    return _Answer(witness, found[0].line, "") if found else _Answer(witness, "", "cosigned with another key")


def _post(premises: Premises, connection: RegistryConnection, old: int, head: str) -> Reply:
    path = _lines(premises.log.consistency(old, head))
    return connection.post("/add-checkpoint", f"old {old}\n{path}\n{head}".encode(), _ANSWER_BYTES)


def _lines(path: Sequence[bytes]) -> str:
    return "".join(f"{base64.b64encode(node).decode()}\n" for node in path)


def _seen(reply: Reply) -> int | None:
    """Read the size that a witness says it has seen."""
    text = reply.body.decode("ascii", "replace").strip()
    return int(text) if text.isdecimal() and text.isascii() and len(text) < 19 else None  # noqa: PLR2004 - 64 bits
