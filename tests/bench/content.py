"""Content: taking a bank in, drawing a form, opening an item, scoring; each beside the least that could be done."""

import random
import secrets
import sqlite3
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

from lxml import etree

from app.content.bank import Bank
from app.content.importing import import_file
from app.content.packing.package import SealedPackage, pack
from app.content.qti.reading import read_bank
from app.exam.form import draw_form
from app.exam.scoring import score_form
from app.resources import resource_folder
from sync.wire.ids import new_id
from sync.wire.plan import Bilingual, Blueprint, BlueprintSection, ItemKind, ScoringPolicy
from tests.bench.figures import Row
from tests.bench.probe import peak_mb

FEW, MANY, TURNS = 1_000, 10_000, 5
TITLE = Bilingual(zh="部分", en="Section")
RULE = Blueprint(
    sections=(
        BlueprintSection(title=TITLE, kind=ItemKind.TRUE_FALSE, count=70, milli_each=1_000),
        BlueprintSection(title=TITLE, kind=ItemKind.SINGLE_CHOICE, count=30, milli_each=1_000),
    )
)
NS_PER_MS = 1e6


def content(folder: Path) -> list[Row]:
    """Measure on banks made of the sample bank's items over and over, each under a name of its own."""
    folder.mkdir()
    few, many = folder / "few.zip", folder / "many.zip"
    write_bank(few, FEW)
    write_bank(many, MANY)
    package, keys, bank = sealed(many)
    return [
        importing(few, folder),
        memory(many),
        drawing(package),
        opening(package, keys[0], folder),
        scoring(package, bank),
    ]


def write_bank(target: Path, count: int) -> None:
    """Write `count` items in a QTI 3 zip: the sample bank's texts, with a number so that no two are the same."""
    source = resource_folder() / "sample-bank"
    texts = [path.read_text() for path in sorted((source / "items").glob("*.xml")) if "<img" not in path.read_text()]
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(count):
            text = texts[number % len(texts)]
            name = text.split('identifier="', 1)[1].split('"', 1)[0]
            numbered = text.replace(f'identifier="{name}"', f'identifier="{name}-{number}"', 1)
            archive.writestr(f"items/{number}.xml", numbered.replace("<p>", f"<p>({number}) "))


def sealed(bank_file: Path) -> tuple[SealedPackage, tuple[bytes, bytes], Bank]:
    bank, rejected = read_bank(bank_file, loose=True)
    if rejected:
        raise RuntimeError(rejected[0].reason)
    keys = secrets.token_bytes(32), secrets.token_bytes(32)
    return SealedPackage.parse(pack(bank, new_id(), 1, 0, *keys)), keys, bank


def importing(source: Path, folder: Path) -> Row:
    ours, plain = [], []
    for _ in range(TURNS):
        with tempfile.TemporaryDirectory(dir=folder) as bank:
            ours.append(took_ms(lambda: import_file(source, Path(bank) / "bank")) * 1e-3)
        plain.append(took_ms(lambda: parse_all(source)) * 1e-3)
    return Row(f"Import of {FEW} items; lxml parsing them", "s", tuple(ours), tuple(plain))


def parse_all(source: Path) -> None:
    with zipfile.ZipFile(source) as archive:
        for name in archive.namelist():
            etree.fromstring(archive.read(name))


def memory(source: Path) -> Row:
    """Peak memory of a process that takes the bank in, and of one that parses its files."""
    ours, plain = (tuple(float(peak_of(what, source)) for _ in range(2)) for what in ("import", "parse"))
    return Row(f"Memory, import of {MANY} items; lxml parsing them", "MB", ours, plain)


def peak_of(what: str, source: Path) -> str:
    arguments = [sys.executable, "-m", "tests.bench.content", what, str(source)]
    return subprocess.run(arguments, check=True, capture_output=True, text=True).stdout


def drawing(package: SealedPackage) -> Row:
    seeds = [secrets.token_hex(32) for _ in range(TURNS * 4)]
    items = package.header.items
    ours = tuple(took_ms(lambda: draw_form(items, package.sha256, RULE, seed)) for seed in seeds)  # noqa: B023 - at once
    plain = tuple(took_ms(lambda: random.Random(seed).sample(sorted(one.item for one in items), 100)) for seed in seeds)  # noqa: B023 - at once
    return Row(f"A 100-item form from {MANY} items; sorting and random.sample", "ms", ours, plain)


def opening(package: SealedPackage, key: bytes, folder: Path) -> Row:
    plain = sqlite3.connect(folder / "plain.db")
    plain.execute("CREATE TABLE item (id TEXT PRIMARY KEY, content BLOB)")
    blobs = ((one.item, secrets.token_bytes(one.content.length)) for one in package.header.items)
    plain.executemany("INSERT INTO item VALUES (?, ?)", blobs)
    plain.commit()
    asked = [random.choice(package.header.items).item for _ in range(2_000)]
    ours = tuple(took_ms(lambda: package.open_item(name, key)) * 1e3 for name in asked)  # noqa: B023 - called at once
    read = "SELECT content FROM item WHERE id = ?"
    base = tuple(took_ms(lambda: plain.execute(read, (name,)).fetchone()) * 1e3 for name in asked)  # noqa: B023 - at once
    plain.close()
    return Row(f"Opening an item of {MANY} sealed ones; a plain SQLite read", "µs", ours, base, tail=True)


def scoring(package: SealedPackage, bank: Bank) -> Row:
    form = draw_form(package.header.items, package.sha256, RULE, secrets.token_hex(32))
    markings = {place.item: bank.markings[place.item] for place in form.items}
    responses = {item: {"RESPONSE": one.correct()} for item, one in markings.items()}
    keys = {item: {"RESPONSE": one.correct()} for item, one in markings.items()}
    policies = (ScoringPolicy.ALL_OR_NOTHING, ScoringPolicy.ITEM_RULES)
    ours = tuple(
        took_ms(lambda: score_form(form, markings, responses, policies[turn % 2], 80))  # noqa: B023 - called at once
        for turn in range(TURNS * 8)
    )
    plain = tuple(took_ms(lambda: sum(responses[item] == keys[item] for item in responses)) for _ in range(TURNS * 8))
    return Row("Scoring a 100-item form; comparing 100 dictionaries", "ms", ours, plain)


def took_ms(call: Callable[[], object]) -> float:
    began = time.perf_counter_ns()
    call()
    return (time.perf_counter_ns() - began) / NS_PER_MS


def main(what: str, source: Path) -> None:
    if what == "import":
        with tempfile.TemporaryDirectory() as folder:
            import_file(source, Path(folder) / "bank")
    else:
        parse_all(source)
    print(peak_mb())


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
