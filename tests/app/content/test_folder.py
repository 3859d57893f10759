"""A bank's folder: what is merged reads back, nothing is there twice, and a kill at any moment loses nothing."""

import hashlib
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from app.content.bank import BankRefused
from app.content.exporting import package
from app.content.folder import FolderTaken, Origin, folder_facts, merge
from app.content.folder_index import INDEX
from app.content.formats.found import Found
from app.content.formats.gift import read_gift
from app.content.formats.sheet_template import template
from app.content.forms.facts import facts_of
from app.content.qti.reading import read_bank, read_package
from app.exam.item import Stimulus
from app.exam.prose import Wording, text_body
from app.resources import resource_folder
from sync.wire.plan import Bilingual
from tests.app.content.formats.giving import PNG
from tests.app.content.formats.workbooks import HEADS, TRUE, read, workbook

ORIGIN = Origin("bank", Bilingual(zh="题库", en="Bank"), "bank.gift")


def items(count: int, first: int = 1) -> tuple[Found, ...]:
    """Make items."""
    text = "".join(f"// [id:it-{at:04}]\nIs {at} m work at height?{{T}}\n\n" for at in range(first, first + count))
    return read_gift(text.encode(), "bank.gift").items


def every_file(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_what_is_merged_reads_back_equal(tmp_path: Path) -> None:
    found = read(template()).items
    merged = merge(tmp_path / "bank", found, ORIGIN)
    assert (merged.added, merged.known, merged.rejected) == (len(found), 0, [])
    bank = read_package(tmp_path / "bank")
    assert bank.items == tuple(sorted((one.item for one in found), key=lambda item: item.id))
    assert bank.markings == {one.item.id: one.marking for one in found}
    assert bank.title == ORIGIN.title


def test_merging_again_changes_no_byte(tmp_path: Path) -> None:
    merge(tmp_path, items(3), ORIGIN)
    before = every_file(tmp_path)
    merged = merge(tmp_path, items(3), ORIGIN)
    assert (merged.added, merged.known) == (0, 3)
    assert every_file(tmp_path) == before


def test_another_item_with_the_same_id_is_put_aside(tmp_path: Path) -> None:
    (one, two) = items(2)
    merge(tmp_path, [one], ORIGIN)
    other = replace(two, item=replace(two.item, id=one.item.id), marking=replace(two.marking, item=one.item.id))
    moved = replace(one, item=replace(one.item, subject="消防"))
    merged = merge(tmp_path, [other, moved, two], ORIGIN)
    assert [(one.item, one.fault.code) for one in merged.rejected] == [("it-0001", "BANK_ITEM_STANDS")] * 2
    assert merged.rejected[0].reason == "bank.gift:5: another item has the identifier it-0001"
    assert {item.id for item in read_package(tmp_path).items} == {"it-0001", "it-0002"}


def test_another_case_text_with_the_same_name_is_put_aside(tmp_path: Path) -> None:
    def with_case(found: Found, text: str) -> Found:
        wording = Wording(text_body(text), text_body(text))
        return replace(found, item=replace(found.item, stimulus=Stimulus("case-1", wording)))

    one, two, three = items(3)
    merged = merge(tmp_path, [with_case(one, "A"), with_case(two, "A"), with_case(three, "B")], ORIGIN)
    assert (merged.added, [one.item for one in merged.rejected]) == (2, ["it-0003"])


def test_a_picture_of_many_items_is_kept_once_by_its_digest(tmp_path: Path) -> None:
    rows = [[*TRUE, "sign.png"], ["elec-2", *TRUE[1:], "other.png"]]
    found = read(workbook(*rows, heads=[*HEADS, "图片"]), sign__png=PNG, other__png=PNG)
    merge(tmp_path, found.items, ORIGIN)
    (kept,) = (tmp_path / "media").iterdir()
    assert kept.name == f"{hashlib.sha256(kept.read_bytes()).hexdigest()}.png"


def test_an_item_that_would_not_read_back_is_put_aside(tmp_path: Path) -> None:
    (one,) = items(1)
    spaced = Wording(text_body("two  spaces") + one.item.stem.zh[1:], text_body("two  spaces") + one.item.stem.en[1:])
    merged = merge(tmp_path, [replace(one, item=replace(one.item, stem=spaced))], ORIGIN)
    assert [one.reason for one in merged.rejected] == ["bank.gift:2: the item would not read back as it is"]
    assert not (tmp_path / "imsmanifest.xml").exists()


def test_facts_come_from_the_index_and_are_those_of_the_bank(tmp_path: Path) -> None:
    merge(tmp_path, (*read(template()).items, *items(3)), ORIGIN)
    assert folder_facts(tmp_path) == facts_of(read_package(tmp_path))


@pytest.mark.parametrize("damage", ["gone", "cut off", "other item", "other manifest"])
def test_an_index_that_is_not_right_is_not_believed(tmp_path: Path, damage: str) -> None:
    merge(tmp_path, items(3), ORIGIN)
    index, item = tmp_path / INDEX, tmp_path / "items" / "it-0002.xml"
    match damage:
        case "gone":
            index.unlink()
        case "cut off":
            index.write_bytes(index.read_bytes()[:-20])
        case "other item":
            item.write_bytes(item.read_bytes().replace(b"Is 2 m", b"Is 9 m"))
        case _:
            manifest = tmp_path / "imsmanifest.xml"
            manifest.write_bytes(manifest.read_bytes().replace("题库".encode(), "题".encode()))
    assert folder_facts(tmp_path) == facts_of(read_package(tmp_path))
    assert merge(tmp_path, items(1, first=9), ORIGIN).added == 1
    assert len(read_package(tmp_path).items) == 4
    assert folder_facts(tmp_path) == facts_of(read_package(tmp_path))


def test_a_bank_that_somebody_else_wrote_is_brought_into_our_form(tmp_path: Path) -> None:
    folder = tmp_path / "bank"
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        for path in sorted((resource_folder() / "sample-bank").rglob("*")):
            if path.is_file():
                archive.write(path, path.relative_to(resource_folder() / "sample-bank"))
    with zipfile.ZipFile(tmp_path / "b.zip") as archive:
        archive.extractall(folder)
    before = read_package(folder)
    merge(folder, items(1), ORIGIN)
    after = read_package(folder)
    assert [item for item in after.items if item.id != "it-0001"] == list(before.items)
    assert after.title == before.title
    assert folder_facts(folder) == facts_of(after)


def test_a_folder_of_other_things_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.odt").write_bytes(b"x")
    with pytest.raises(FolderTaken):
        merge(tmp_path, items(1), ORIGIN)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.odt"]


def test_a_bank_that_is_not_good_is_not_written_into(tmp_path: Path) -> None:
    merge(tmp_path, items(2), ORIGIN)
    (tmp_path / "items" / "it-0001.xml").write_bytes(b"<broken")
    before = every_file(tmp_path)
    with pytest.raises(BankRefused):
        merge(tmp_path, items(1, first=5), ORIGIN)
    assert every_file(tmp_path) == before


def test_the_same_bank_packs_to_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        merge(tmp_path / name, items(5) if name == "one" else reversed(items(5)), ORIGIN)
    one, two = package(tmp_path / "one"), package(tmp_path / "two")
    assert (one.data, one.items) == (two.data, 5)


KILLED = """
import os, shutil, signal, sys
from itertools import count
from pathlib import Path
from app.content.folder import Origin, merge
from app.content.formats.gift import read_gift
from sync.wire.plan import Bilingual

def kill_before(step):
    seen = [0]
    def hook(event, arguments):
        writes = event == "open" and arguments[2] & (os.O_WRONLY | os.O_RDWR)
        if writes or event == "os.rename":
            seen[0] += 1
            if seen[0] == step:
                os.kill(os.getpid(), signal.SIGKILL)
    sys.addaudithook(hook)

whole = Path(sys.argv[1])
text = "".join(f"// [id:it-{at:04}]\\nIs {at} m work at height?{{T}}\\n\\n" for at in range(21, 26))
new = read_gift(text.encode(), "bank.gift").items
origin = Origin("bank", Bilingual(zh="-", en="-"), "bank.gift")
for step in count(1):
    folder = whole.with_name(f"killed-{step:03}")
    shutil.copytree(whole, folder)
    child = os.fork()
    if child == 0:
        kill_before(step)
        merge(folder, new, origin)
        os._exit(0)
    if os.waitpid(child, 0)[1] == 0:
        break
"""


def test_killed_before_any_write_the_folder_is_the_old_bank_or_the_new_one(tmp_path: Path) -> None:
    whole = tmp_path / "whole"
    merge(whole, items(20), ORIGIN)
    subprocess.run([sys.executable, "-c", KILLED, str(whole)], check=True, cwd=Path(__file__).parents[3])
    *killed, unharmed = sorted(tmp_path.glob("killed-*"))
    counts = []
    for folder in (*killed, unharmed):
        bank, rejected = read_bank(folder)
        assert rejected == ()
        assert [item.id for item in bank.items] == [f"it-{at:04}" for at in range(1, len(bank.items) + 1)]
        assert folder_facts(folder) == facts_of(bank)
        merge(folder, items(25), ORIGIN)  # whatever was left behind is in nobody's way
        assert len(read_package(folder).items) == 25
        counts.append(len(bank.items))
    assert len(killed) > 10, "five items, a manifest and an index, each opened and renamed"
    assert counts == sorted(counts)
    assert set(counts) == {20, 25}
    assert counts[-1] == 25
