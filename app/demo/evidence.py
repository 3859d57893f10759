"""What a demonstration leaves to be checked: each delivered packet with its receipt and proof, as files."""

from app.demo.home import DemoHome
from app.seat.workplace import Workplace
from sync.faults import Refused
from sync.replica.durable import write_durably
from sync.replica.outbox import OutboxRow
from sync.trust.anchor import Trust
from sync.trust.evidence import check_packet, check_receipt


class EvidenceBad(Refused):
    """The sitting is over, but what it left does not pass its checks: the detail names those that failed."""

    code = "EVIDENCE_BAD"


def keep_evidence(home: DemoHome, row: OutboxRow, number: int = 1) -> dict[str, str]:
    """Check one delivered packet and write it out; give each file's path below the demonstration's folder.

    The first sitting's files have no number, the others theirs.

    Raises:
        EvidenceBad: it does not hold.
    """
    _check(row, Trust.load(home.trust))
    parts = {"packet": row.envelope, "receipt": row.receipt or b"", "proof": row.proof or b""}
    written = {}
    for name, data in parts.items():
        file = home.evidence / (f"{name}.json" if number == 1 else f"{name}-{number}.json")
        write_durably(file, data)
        written[name] = home.relative(file)
    return written


def keep_all_evidence(home: DemoHome) -> int:
    """Check and write out every packet that has its receipt; give how many. Raises what `keep_evidence` raises."""
    workplace = Workplace.open(home.seat)
    try:
        rows = [row for row in workplace.replica.outbox.all() if row.receipt is not None]
    finally:
        workplace.close()
    for number, row in enumerate(rows, start=1):
        keep_evidence(home, row, number)
    return len(rows)


def _check(row: OutboxRow, trust: Trust) -> None:
    reports = check_packet(row.envelope, trust), check_receipt(row.receipt or b"", row.envelope, row.proof, trust)
    failed = [check.name for report in reports for check in report.checks if not check.good]
    if failed:
        raise EvidenceBad(", ".join(failed))
