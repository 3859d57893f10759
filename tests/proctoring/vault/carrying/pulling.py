"""A program that exports to a simulated stick, which is really unmounted in the middle, and goes on when it is back."""

import base64
import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from proctoring.vault.carrying.bundle import Carrier, export_bundle
from proctoring.vault.carrying.holdings import ArchiveHoldings
from proctoring.vault.carrying.media_register import MediaRegister
from proctoring.vault.carrying.medium import medium_at
from proctoring.vault.carrying.request import CoverFacts, ExportRequest, Progress
from proctoring.vault.retention.archive import Archive
from proctoring.vault.retention.people import Signer
from sync.faults import Fault
from sync.trust.clock import read_clock
from sync.trust.keys import SealingKey, SigningKey
from sync.wire.archive import Person
from tests.proctoring.vault.retention.world import Places

told = json.loads(sys.argv[1])
archive = Archive.open(Places(Path(told["archive"])))
signer = Signer(Person.model_validate(told["person"]), SigningKey.from_pkcs8(base64.b64decode(told["signing"])))
stick, now = Path(told["stick"]), read_clock()
register = MediaRegister(archive.ledger.book)
register.register(medium_at(stick), "USB-07", signer, now)
due_ms = now.wall_ms + 3_600_000
register.give_out("SIM0042", bearer="Li Na", purpose="court", due_ms=due_ms, signer=signer, now=now)
request = ExportRequest(
    tuple(archive.recordings()), None, "court", SealingKey.from_raw(base64.b64decode(told["opening"]))
)
carrier = Carrier(stick, register, signer, read_clock, Path(told["working"]))


def pull() -> None:
    subprocess.run(["umount", "--lazy", str(stick)], check=True)


def plug_in() -> None:
    subprocess.run(["mount", "--bind", told["kept"], str(stick)], check=True)


def pull_while_writing(how_far: Progress) -> None:
    if how_far.done_bytes and stick.is_mount():
        pull()


def pull_after_films(_facts: CoverFacts) -> Mapping[str, bytes]:
    pull()
    return {"README.txt": b"how to check\n"}


def nothing_more(_facts: CoverFacts) -> Mapping[str, bytes]:
    return {"README.txt": b"how to check\n"}


ends = []
for papers, tell in ((nothing_more, pull_while_writing), (pull_after_films, None), (nothing_more, None)):
    try:
        done = export_bundle(ArchiveHoldings(archive), request, carrier, papers, tell)
    except Fault as fault:
        left = sorted(str(one.relative_to(stick)) for one in stick.rglob("*"))
        ends.append([fault.code, left])
        plug_in()
    else:
        checked = subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=done.folder, check=False)
        ends.append(["done", [str(checked.returncode), str(len(list(stick.iterdir())))]])
sys.stdout.write(json.dumps(ends))
