"""The channel: a large package taken in from a medium, verified from the root on and kept; beside reading its file."""

import secrets
import shutil
from pathlib import Path

from app.content.packing.package import SealedPackage, pack
from app.content.qti.reading import read_bank
from app.registry.service import Registry
from sync.client.content import take_package
from sync.client.medium import FOLDER, Medium
from sync.client.sources import MediumSource
from sync.replica.cabinet import DocumentKind
from sync.replica.database import Replica
from sync.trust.anchor import Trust
from sync.wire.ids import new_id
from tests.bench.content import MANY, TURNS, took_ms, write_bank
from tests.bench.figures import Row


def channel(folder: Path) -> list[Row]:
    """Measure on a bank of the sample bank's items over and over, published by a registry."""
    folder.mkdir()
    write_bank(folder / "many.zip", MANY)
    bank, _ = read_bank(folder / "many.zip", loose=True)
    keys = secrets.token_bytes(32), secrets.token_bytes(32)
    raw = pack(bank, new_id(), 1, 0, *keys)
    medium = folder / "medium"
    with Registry.initialise(folder / "registry", name="Measured") as registry:
        ref = registry.publish(raw, *keys)
        shutil.copytree(registry.premises.home / "tuf", medium / FOLDER / "tuf")
        trust = Trust.load(registry.premises.public_folder)
    (file,) = medium.rglob("*.erp")
    ours, plain = [], []
    for turn in range(TURNS):
        with Replica.open(folder / f"replica-{turn}.db", secrets.token_bytes(32)) as replica:

            def take(replica: Replica = replica, seat: Path = folder / f"seat-{turn}") -> None:
                take_package(MediumSource(Medium(medium)), replica, ref, seat, trust)
                kept = replica.cabinet.document(DocumentKind.PACKAGE, ref.package)
                if kept is None or SealedPackage.parse(kept).header.package != ref.package:
                    raise RuntimeError("not kept")

            ours.append(took_ms(take))
        plain.append(took_ms(file.read_bytes))
    size = f"{ref.length / 1e6:.0f} MB"
    return [
        Row(f"A package of {MANY} items ({size}) verified and taken in; its file read", "ms", tuple(ours), tuple(plain))
    ]
