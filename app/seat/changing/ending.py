"""A seat ends for good: what it was handed over, then a signed record, then its keys go, then its data.

No recording is ever removed here: there may be none. Until the record and the papers lie where they were asked for, and
the record in the administrator's own folder as well, nothing goes; from then on every step may be repeated after a
kill, and nothing but going on is possible.
"""

import hashlib
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from app.seat.accepting import Word
from app.seat.changing.may_change import Reason, is_enrolled, open_ends, reasons_against
from app.seat.changing.owner import as_owner
from app.seat.changing.state import PackageState
from app.seat.home import SeatHome
from app.seat.keys import require_keys
from app.seat.occupancy import AgentDuty, Occupancy
from app.seat.workplace import Workplace
from proctoring.vault.retention.people import require_acting
from sync.client.medium import proof_file, receipt_file
from sync.client.sign_in import PinDesk
from sync.faults import EnvironmentFault
from sync.replica.cabinet import DocumentKind
from sync.replica.durable import disk_faults, private_folder, sync_folder, write_durably
from sync.replica.outbox import OutboxRow, Stage
from sync.software import software
from sync.trust.clock import read_clock
from sync.trust.envelope import sign
from sync.trust.files import read_bounded
from sync.trust.keys import PublicKey, SigningKey
from sync.trust.keystore import open_key_store
from sync.trust.pin import open_administrator_credential
from sync.trust.unlocking import STORE_FILE
from sync.wire.archive import Moment, Person
from sync.wire.ending import DecommissionRecord, PacketHandedOver

RECORD: Final = "decommission-record.json"
ENDING: Final = ".dsse"
_UNDER_WAY: Final = ".under-way"
_DELIVERED: Final = frozenset({Stage.RECEIPTED, Stage.PROVEN, Stage.PURGEABLE})


class SeatStillHolds(EnvironmentFault):
    """Something at the seat is nowhere else yet. Facts: `packets`, `recordings`, how many."""

    code = "SEAT_STILL_HOLDS"


class SeatNotOver(EnvironmentFault):
    """Something at the seat is running or not finished."""

    code = "SEAT_NOT_OVER"

    def __init__(self, reasons: list[Reason]) -> None:
        super().__init__(", ".join(one.why.value for one in reasons))
        self.reasons = reasons


class OutInside(EnvironmentFault):
    """What is to be kept would go into the folder that is destroyed."""

    code = "OUT_INSIDE"


class RecordNotKept(EnvironmentFault):
    """What was written out does not read back as it was written."""

    code = "RECORD_NOT_KEPT"


@dataclass(frozen=True)
class Ended:
    """A seat that ended: its device, its label, and where its signed record is."""

    device: str
    label: str
    record: Path


def under_way(home: SeatHome, state: PackageState) -> str | None:
    """Give the device whose end was begun here and is not finished; None if none is."""
    with disk_faults(state.root, needed=0):
        for mark in sorted(state.decommissioned.glob(f"*{_UNDER_WAY}")):
            if read_bounded(mark, 10_000).decode("utf-8", "replace").strip() == str(home.root.absolute()):
                return mark.name.removesuffix(_UNDER_WAY)
    return None


def is_empty(home: SeatHome) -> bool:
    """Tell whether nothing of a seat is here: no keys, no records, no recording. Raises DiskFault."""
    return not (is_enrolled(home) or _recordings(home) or _count(home.records))


def decommission(home: SeatHome, state: PackageState, out: Path, word: Word) -> Ended:
    """End this seat for good; everything that is not elsewhere already is put into `out` first.

    Raises:
        SeatNotOver, SeatStillHolds, OutInside: not now, or not so. Nothing was destroyed by these and the following.
        AdministratorRefused, PinRefused, LockedOut: not on this word.
        RecordNotKept, FolderMissing, DiskFull, DiskFault: what has to outlive the seat cannot be kept.
        What `Workplace.open` and `require_keys` raise: what is here cannot be read, so nobody can say it is elsewhere.
    """
    if out.absolute().resolve().is_relative_to(home.root.absolute().resolve()):
        raise OutInside
    with as_owner(home.root):
        reasons = reasons_against(home)
    if reasons:
        raise SeatNotOver(reasons)
    with _held(home):
        with as_owner(home.root):
            record, envelope, papers = _last_words(home, word)
        kept = _keep(record, envelope, papers, out, state)
        _destroy(home, state, record.device)
    return Ended(record.device, record.seat_label, kept)


def go_on(home: SeatHome, state: PackageState, device: str) -> None:
    """Bring to its end what a kill broke off (`under_way`). Raises what `decommission` raises while it destroys."""
    with _held(home):
        _destroy(home, state, device)


def _destroy(home: SeatHome, state: PackageState, device: str) -> None:
    """Destroy a seat's keys, then its data, after its record was kept; may be repeated after a kill.

    Raises:
        SeatStillHolds: there are recordings; they stay, and so does their folder.
        TokenFault, KeyStoreUnwritable, DiskFault: a key, or something else, could not be removed; do it again.
    """
    mark = state.decommissioned / f"{device}{_UNDER_WAY}"
    write_durably(mark, str(home.root.absolute()).encode())
    with disk_faults(home.root, needed=0):
        with as_owner(home.root):
            if (home.keys / STORE_FILE).exists():  # the last of its files that goes
                open_key_store(home.keys).destroy()
        _erase(home, state)
        mark.unlink()
        sync_folder(state.decommissioned)


def _erase(home: SeatHome, state: PackageState) -> None:
    """Remove what the keys had sealed, and everything else but recordings."""
    with as_owner(home.root):
        if found := _recordings(home):
            raise SeatStillHolds(packets=0, recordings=found)
        for one in sorted(home.root.iterdir()):
            if one.is_dir() and not one.is_symlink():
                shutil.rmtree(one)
            else:
                one.unlink()
        sync_folder(home.root)
    for copy in state.previous.glob("replica.*"):
        copy.unlink()


@contextmanager
def _held(home: SeatHome) -> Iterator[None]:
    """Hold the seat, so that nothing comes to it while it ends. Raises AlreadyRunning, AgentRunning, DiskFault."""
    with ExitStack() as stack:
        for lock in (Occupancy(home), AgentDuty(home)):
            with as_owner(home.root):
                lock.take()
            stack.callback(lock.give_up)
        yield


def _last_words(home: SeatHome, word: Word) -> tuple[DecommissionRecord, bytes, dict[str, bytes]]:
    """Give the record, its signed bytes and the papers beside it, if this seat may end."""
    if reasons := open_ends(home):
        raise SeatNotOver(reasons)
    workplace = Workplace.open(home)
    try:
        require_keys(workplace)
        _require_handed_over(workplace)
        signer = _said_by(workplace, word)
        record, papers = _record(workplace, word)
        return record, sign(record.to_bytes(), record.PAYLOAD_TYPE, workplace.keystore.device_key(), signer), papers
    finally:
        workplace.close()


def _require_handed_over(workplace: Workplace) -> None:
    packets = sum(row.stage not in _DELIVERED or row.receipt is None for row in workplace.replica.outbox.all())
    recordings = _recordings(workplace.home)
    if packets or recordings:
        raise SeatStillHolds(packets=packets, recordings=recordings)


def _recordings(home: SeatHome) -> int:
    """Count whatever is in the recordings' folder: recordings, what is said about them, what came half-way."""
    return _count(home.recordings)


def _count(folder: Path) -> int:
    with disk_faults(folder.parent, needed=0):
        try:
            return sum(1 for _ in folder.iterdir())
        except FileNotFoundError:
            return 0


def _said_by(workplace: Workplace, word: Word) -> SigningKey:
    """Open the administrator's key: it signs beside the device's."""
    person = _person(word)
    require_acting(person, workplace.trust)
    desk = PinDesk(workplace.replica.cabinet, read_clock)
    return desk.open(person.administrator, lambda: open_administrator_credential(word.credential, word.pin))


def _person(word: Word) -> Person:
    public = PublicKey.from_pem(word.credential.public_key_pem)
    return Person(administrator=word.credential.administrator, name=word.credential.name, keyid=public.keyid)


def _record(workplace: Workplace, word: Word) -> tuple[DecommissionRecord, dict[str, bytes]]:
    """Give the record, and every paper that it speaks of, by its name in the folder it goes to."""
    cabinet, now = workplace.replica.cabinet, read_clock()
    rows = workplace.replica.outbox.all()
    records = {name: cabinet.document(DocumentKind.ROOM_RECORD, name) for name in _room_records(workplace)}
    rooms = {f"room-record-{name}.json": raw for name, raw in records.items() if raw is not None}
    record = DecommissionRecord(
        device=workplace.enrolment.device,
        device_key=workplace.keystore.device_key().public.keyid,
        seat_label=workplace.enrolment.seat_label,
        registry=workplace.enrolment.url,
        said_by=_person(word),
        why=word.reason,
        at=Moment(wall_ms=now.wall_ms, mono_ms=now.mono_ms, boot_id=now.boot_id),
        journals=len(workplace.replica.journal.sittings()),
        packets=tuple(_handed_over(row) for row in rows),
        papers=tuple(sorted(hashlib.sha256(raw).hexdigest() for raw in rooms.values())),
        software=software(),
    )
    answers = {receipt_file(row.sha256): row.receipt for row in rows if row.receipt is not None}
    proofs = {proof_file(row.sha256): row.proof for row in rows if row.proof is not None}
    return record, rooms | answers | proofs


def _room_records(workplace: Workplace) -> list[str]:
    return sorted(workplace.replica.cabinet.names(DocumentKind.ROOM_RECORD))


def _handed_over(row: OutboxRow) -> PacketHandedOver:
    receipt = hashlib.sha256(row.receipt or b"").hexdigest()
    return PacketHandedOver.model_validate(
        {"packet_sha256": row.sha256, "receipt_sha256": receipt, "stage": row.stage.value}
    )


def _keep(
    record: DecommissionRecord, envelope: bytes, papers: dict[str, bytes], out: Path, state: PackageState
) -> Path:
    """Keep papers and record in `out`, and the record in the administrator's folder; all is read back."""
    files = {out / record.device / name: raw for name, raw in papers.items()}
    files[out / record.device / RECORD] = envelope
    own = state.decommissioned / f"{record.device}{ENDING}"
    with disk_faults(out, needed=sum(map(len, files.values()))):
        (out / record.device).mkdir(exist_ok=True)
        (out / record.device / "receipts").mkdir(exist_ok=True)
        for file, raw in files.items():
            write_durably(file, raw, 0o644)
        sync_folder(out)
    private_folder(state.decommissioned)
    write_durably(own, envelope, 0o644)
    for file, raw in [*files.items(), (own, envelope)]:
        with disk_faults(file.parent, needed=0):
            if file.read_bytes() != raw:
                raise RecordNotKept(file.name)
    return own
