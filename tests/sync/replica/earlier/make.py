"""Write the replica file of the version that runs: `python -m tests.sync.replica.earlier.make`, before a migration.

Each file here was written by the program of its time, so this uses only what every version has had. The rows are of no
exam and no person.
"""

import hashlib
import sys
from pathlib import Path

from sync.replica.cabinet import DocumentKind, PinFailure
from sync.replica.database import Replica
from sync.replica.outbox import Stage
from sync.replica.schema import MIGRATIONS

HERE = Path(__file__).parent
KEY = hashlib.sha256(b"an earlier replica, kept as test data").digest()
SITTINGS = ("018f0000-0000-7000-8000-000000000001", "018f0000-0000-7000-8000-000000000002")
STAGES = {
    "queued": (Stage.QUEUED,),
    "quarantined": (Stage.QUEUED, Stage.IN_FLIGHT, Stage.QUARANTINED),
    "receipted": (Stage.QUEUED, Stage.IN_FLIGHT, Stage.RECEIPTED),
    "proven": (Stage.QUEUED, Stage.IN_FLIGHT, Stage.RECEIPTED, Stage.PROVEN),
}


def write(file: Path) -> None:
    """Write what a seat has after a day: journals, packets on every part of their way, documents, a wrong PIN."""
    replica = Replica.open(file, KEY)
    for sitting in SITTINGS:
        for number in range(1, 21):
            body = f'{{"n":{number}}}'.encode()
            replica.journal.append(sitting, "tick", "a run", number * 1_000, 1_700_000_000_000 + number, body)
    for number, (name, ways) in enumerate(STAGES.items()):
        envelope = name.encode() * 100
        digest = hashlib.sha256(envelope).hexdigest()
        replica.outbox.add(digest, f"packet-{name}", f"sitting-{number}", envelope, 1_700_000_000_000)
        for stage in ways:
            receipt = b"receipt" if stage is Stage.RECEIPTED else None
            proof = b"proof" if stage is Stage.PROVEN else None
            replica.outbox.move(digest, stage, receipt=receipt, proof=proof)
    replica.cabinet.put_document(DocumentKind.PLAN, SITTINGS[0], b"a plan", 1_700_000_000_000)
    replica.cabinet.put_document(DocumentKind.PACKAGE, "a package", bytes(20_000), 1_700_000_000_000)
    replica.cabinet.set_setting("highest_signed_ms", "1700000000000")
    replica.cabinet.record_pin_failure("somebody", PinFailure("a boot", 1, 2))
    replica.close()


if __name__ == "__main__":
    place = Path(sys.argv[1]) if sys.argv[1:] else HERE
    write(place / f"{len(MIGRATIONS)}.db")
