"""A bank's folder that is changed by its keepers, by hand, or by a kill: nothing is lost, and nothing lies."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from app.content.bank import BankEmptied, BankRefused, BankUnfinished, ItemGone, ItemUnknown
from app.content.exporting import package
from app.content.folder import folder_facts, merge, remove
from app.content.folder_index import INDEX, BankIndex
from app.content.formats.found import Found
from app.content.forms.facts import facts_of
from app.content.importing import import_file
from app.content.qti.reading import read_bank, read_package
from app.content.qti.write import write_bank
from app.content.qti.write_test import write_test
from app.exam.item import Stimulus
from app.exam.prose import Wording, text_body
from app.resources import resource_folder
from sync.replica.durable import NoFolder
from sync.wire.plan import Bilingual, Blueprint, BlueprintSection, ItemKind
from tests.app.content.formats.giving import PNG
from tests.app.content.formats.workbooks import HEADS, TRUE, read, workbook
from tests.app.content.test_folder import ORIGIN, every_file, items

SAMPLE = resource_folder() / "sample-bank"


def about(found: Found, subject: str) -> Found:
    return replace(found, item=replace(found.item, subject=subject))


def with_case(found: Found, text: str) -> Found:
    return replace(
        found, item=replace(found.item, stimulus=Stimulus("case-1", Wording(text_body(text), text_body(text))))
    )


def said_again(found: Found, text: str) -> Found:
    """Give a new version of an item, under its id."""
    stem = Wording(text_body(text) + found.item.stem.zh[1:], text_body(text) + found.item.stem.en[1:])
    return replace(found, item=replace(found.item, stem=stem))


# ------------------------------------------------------------------------------------------ an index that lies


def subject(index: dict[str, object], place: str) -> None:
    for item in index["items"]:  # type: ignore[attr-defined]
        for facts in [item["own"]] if place == "own" else [one["facts"] for one in item["drawn"]]:
            facts["subject"] = "-"


CHANGES: dict[str, Callable[[dict[str, object]], None]] = {
    "subjects of items": lambda index: subject(index, "own"),
    "subjects of what is drawn": lambda index: subject(index, "drawn"),
    "title": lambda index: index.update(title={"zh": "x", "en": "x"}),
    "an item less": lambda index: index.update(items=index["items"][1:]),  # type: ignore[index]
    "what is sealed": lambda index: index["items"][0]["drawn"][0].update(sealed="0" * 64),  # type: ignore[index]
    "kind": lambda index: index["items"][0]["drawn"][0]["facts"].update(kind="match"),  # type: ignore[index]
    "stimulus": lambda index: index["items"][0]["own"].update(stimulus="case-9"),  # type: ignore[index]
}
BOUND_TWICE = ("subjects of items", "subjects of what is drawn", "title", "an item less", "stimulus")


# with a digest to match, the others are only for those who could change the items as well: see `folder_index`
CASES = [*((change, False) for change in CHANGES), *((change, True) for change in BOUND_TWICE)]


@pytest.mark.parametrize(("change", "digested"), CASES)
def test_an_index_whose_facts_were_changed_is_not_believed(tmp_path: Path, change: str, *, digested: bool) -> None:
    merge(tmp_path, [about(one, "electrical") for one in items(3)], ORIGIN)
    truth, packed = facts_of(read_package(tmp_path)), package(tmp_path).data
    told = json.loads((tmp_path / INDEX).read_bytes())
    CHANGES[change](told)
    index = BankIndex.model_validate_json(json.dumps(told))
    (tmp_path / INDEX).write_bytes((index.digested() if digested else index).to_bytes())
    assert folder_facts(tmp_path) == truth
    assert package(tmp_path).data == packed
    merge(tmp_path, items(1, first=9), ORIGIN)
    assert {one.subject for one in read_package(tmp_path).items} == {"electrical", "-"}
    assert folder_facts(tmp_path) == facts_of(read_package(tmp_path))


# ------------------------------------------------------------------------------------------ links and leftovers


@pytest.mark.parametrize("name", ["items", "media", "stimuli"])
@pytest.mark.parametrize("linked", [True, False])
def test_a_link_or_a_file_in_the_place_of_a_folder_is_not_written_through(
    tmp_path: Path, name: str, *, linked: bool
) -> None:
    elsewhere, folder = tmp_path / "elsewhere", tmp_path / "bank"
    elsewhere.mkdir()
    folder.mkdir()
    (folder / name).symlink_to(elsewhere) if linked else (folder / name).write_bytes(b"x")
    (found,) = read(workbook([*TRUE, "sign.png"], heads=[*HEADS, "图片"]), sign__png=PNG).items
    with pytest.raises(NoFolder) as refused:
        merge(folder, [with_case(found, "A")], ORIGIN)
    assert refused.value.facts["folder"] == str(folder / name)
    assert list(elsewhere.iterdir()) == []


def test_a_bank_whose_items_were_moved_behind_a_link_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "bank"
    merge(folder, items(2), ORIGIN)
    (folder / "items").rename(tmp_path / "elsewhere")
    (folder / "items").symlink_to(tmp_path / "elsewhere")
    before = every_file(tmp_path / "elsewhere")
    with pytest.raises(BankRefused):
        merge(folder, items(1, first=9), ORIGIN)
    assert every_file(tmp_path / "elsewhere") == before


def test_a_file_that_is_a_link_is_replaced_and_what_it_points_to_is_left_alone(tmp_path: Path) -> None:
    folder, victim = tmp_path / "bank", tmp_path / "victim"
    victim.write_bytes(b"mine")
    (folder / "items").mkdir(parents=True)
    (folder / "items" / "it-0001.xml").symlink_to(victim)
    merge(folder, items(1), ORIGIN)
    assert victim.read_bytes() == b"mine"
    assert len(read_package(folder).items) == 1


def test_what_a_kill_left_of_files_is_cleared_away_and_nothing_else(tmp_path: Path) -> None:
    merge(tmp_path, items(1), ORIGIN)
    ours = [
        tmp_path / "items" / ".it-0002.xml.0123456789abcdef.new",
        tmp_path / ".imsmanifest.xml.00ff00ff00ff00ff.new",
    ]
    others = [
        tmp_path / ".notes.new",
        tmp_path / "items" / ".x.0123456789ABCDEF.new",
        tmp_path / "a.0123456789abcdef.new",
    ]
    for path in (*ours, *others):
        path.write_bytes(b"<")
    (tmp_path / "items" / ".folder.0123456789abcdef.new").mkdir()
    merge(tmp_path, items(1), ORIGIN)  # nothing new: cleared all the same
    assert [path for path in ours if path.exists()] == []
    assert [path for path in others if not path.exists()] == []
    assert (tmp_path / "items" / ".folder.0123456789abcdef.new").is_dir()


# ------------------------------------------------------------------------------------------ not finished


def test_a_first_import_that_was_cut_off_is_named_and_importing_again_finishes_it(tmp_path: Path) -> None:
    found = [about(one, "electrical") for one in items(3)]
    merge(tmp_path, found, ORIGIN)
    for name in ("imsmanifest.xml", INDEX):  # as a kill before the manifest leaves it
        (tmp_path / name).unlink()
    for use in (read_bank, folder_facts, package, read_package):
        with pytest.raises(BankUnfinished):
            use(tmp_path)
    with pytest.raises(BankUnfinished):
        remove(tmp_path, ["it-0001"])
    merge(tmp_path, found, ORIGIN)
    assert {one.subject for one in read_package(tmp_path).items} == {"electrical"}


def test_somebody_elses_lone_items_are_imported_all_the_same(tmp_path: Path) -> None:
    merge(tmp_path / "theirs", items(3), ORIGIN)
    (tmp_path / "theirs" / "imsmanifest.xml").unlink()
    report = import_file(tmp_path / "theirs", tmp_path / "bank")
    assert (report.accepted, report.rejected) == (3, ())
    assert len(read_package(tmp_path / "bank").items) == 3


# ------------------------------------------------------------------------------------------ replacing and removing


def test_a_new_version_takes_the_place_of_the_old_one(tmp_path: Path) -> None:
    one, two, three = items(3)
    merge(tmp_path, [one, two], ORIGIN)
    newer = about(said_again(one, "Is it 3 m?"), "electrical")
    merged = merge(tmp_path, [newer, two, three], ORIGIN, replace=True)
    assert (merged.replaced, merged.known, merged.added, merged.rejected) == (1, 1, 1, [])
    bank = read_package(tmp_path)
    assert bank.items == (newer.item, two.item, three.item)
    assert folder_facts(tmp_path) == facts_of(bank)
    before = every_file(tmp_path)
    assert merge(tmp_path, [newer, two], ORIGIN, replace=True).known == 2
    assert every_file(tmp_path) == before


def test_of_two_versions_in_one_source_the_second_is_put_aside(tmp_path: Path) -> None:
    (one,) = items(1)
    merge(tmp_path, [one], ORIGIN)
    merged = merge(tmp_path, [said_again(one, "A?"), said_again(one, "B?")], ORIGIN, replace=True)
    assert (merged.replaced, [one.fault.code for one in merged.rejected]) == (1, ["BANK_TWICE"])
    assert read_package(tmp_path).items == (said_again(one, "A?").item,)


def test_a_case_text_is_replaced_with_all_its_items_and_never_under_one_of_them(tmp_path: Path) -> None:
    one, two, three = items(3)
    merge(tmp_path, [with_case(one, "A"), with_case(two, "A"), three], ORIGIN)
    merged = merge(tmp_path, [with_case(one, "B")], ORIGIN, replace=True)
    assert [refused.fault.code for refused in merged.rejected] == ["BANK_TWICE"]
    merged = merge(tmp_path, [with_case(one, "B"), with_case(two, "B")], ORIGIN, replace=True)
    assert (merged.replaced, merged.rejected) == (2, [])
    bank = read_package(tmp_path)
    assert bank.items == (with_case(one, "B").item, with_case(two, "B").item, three.item)
    assert folder_facts(tmp_path) == facts_of(bank)


def test_removing_takes_what_nobody_else_uses(tmp_path: Path) -> None:
    rows = [[*TRUE, "sign.png"], ["elec-2", *TRUE[1:], "sign.png"]]
    first, second = (with_case(one, "A") for one in read(workbook(*rows, heads=[*HEADS, "图片"]), sign__png=PNG).items)
    merge(tmp_path, [first, second, *items(2)], ORIGIN)
    assert remove(tmp_path, [first.item.id]).left == 3
    assert len(list((tmp_path / "media").iterdir())) == len(list((tmp_path / "stimuli").iterdir())) == 1
    assert remove(tmp_path, [second.item.id, "it-0001"]).left == 1
    assert sorted(every_file(tmp_path)) == [INDEX, "imsmanifest.xml", "items/it-0002.xml"]
    assert folder_facts(tmp_path) == facts_of(read_package(tmp_path))


def test_what_is_not_there_is_not_removed_and_the_last_item_stays(tmp_path: Path) -> None:
    merge(tmp_path, items(2), ORIGIN)
    before = every_file(tmp_path)
    with pytest.raises(ItemUnknown) as refused:
        remove(tmp_path, ["it-0001", "it-7", "it-6"])
    assert refused.value.facts["name"] == "it-6, it-7"
    with pytest.raises(BankEmptied):
        remove(tmp_path, ["it-0001", "it-0002"])
    assert every_file(tmp_path) == before


@pytest.mark.parametrize("broken", [False, True])
def test_an_item_whose_file_is_gone_or_broken_can_be_removed_by_its_name(tmp_path: Path, *, broken: bool) -> None:
    merge(tmp_path, [about(one, "electrical") for one in items(3)], ORIGIN)
    file = tmp_path / "items" / "it-0002.xml"
    file.write_bytes(b"<broken") if broken else file.unlink()
    with pytest.raises(BankRefused) as refused:
        merge(tmp_path, items(1, first=9), ORIGIN)
    assert broken or (type(refused.value), refused.value.facts["name"]) == (ItemGone, "it-0002")
    with pytest.raises(BankRefused):
        remove(tmp_path, ["it-0001"])
    assert remove(tmp_path, ["it-0002"]).left == 2
    bank = read_package(tmp_path)
    assert [(one.id, one.subject) for one in bank.items] == [("it-0001", "electrical"), ("it-0003", "electrical")]
    assert not file.exists()
    assert merge(tmp_path, items(1, first=9), ORIGIN).added == 1


def ruled(folder: Path, count: int) -> None:
    """Make a bank of six items with a test that draws some of them."""
    section = BlueprintSection(
        title=Bilingual(zh="判断", en="True or false"),
        count=count,
        milli_each=1000,
        kind=ItemKind.TRUE_FALSE,
        shuffle=True,
    )
    found = items(6)
    test = write_test(Blueprint(sections=(section,)), [one.item for one in found], 3_600_000, 60)
    merge(folder, found, replace(ORIGIN, test=test))


@pytest.mark.parametrize("by_hand", [False, True])
def test_the_test_of_a_bank_names_no_removed_item_and_goes_when_it_can_draw_nothing(
    tmp_path: Path, *, by_hand: bool
) -> None:
    ruled(tmp_path, count=4)
    if by_hand:
        (tmp_path / "items" / "it-0003.xml").unlink()
    removed = remove(tmp_path, ["it-0003"])
    assert (removed.left, removed.test_left_out) == (5, False)
    bank = read_package(tmp_path)
    assert bank.blueprint is not None
    assert (bank.blueprint.sections[0].count, bank.pass_mark, bank.duration_ms) == (4, 60, 3_600_000)
    removed = remove(tmp_path, ["it-0001", "it-0002"])
    assert (removed.left, removed.test_left_out) == (3, True)
    assert read_package(tmp_path).blueprint is None
    assert not (tmp_path / "test.xml").exists()


def test_items_are_removed_from_a_bank_that_somebody_else_wrote(tmp_path: Path) -> None:
    folder = tmp_path / "bank"
    bank = read_package(SAMPLE)
    write_bank(bank, folder)
    gone = bank.items[0].id
    remove(folder, [gone])
    assert read_package(folder).items == bank.items[1:]
    assert not (folder / "items" / f"{gone}.xml").exists()
    assert os.access(folder / INDEX, os.R_OK)


CHANGED = """
import os, shutil, signal, sys
from dataclasses import replace
from itertools import count
from pathlib import Path
from app.content.folder import merge, remove
from tests.app.content.test_folder import ORIGIN, items
from tests.app.content.test_folder_changes import said_again

def kill_before(step):
    seen = [0]
    def hook(event, arguments):
        writes = event == "open" and arguments[2] & (os.O_WRONLY | os.O_RDWR)
        if writes or event in ("os.rename", "os.remove"):
            seen[0] += 1
            if seen[0] == step:
                os.kill(os.getpid(), signal.SIGKILL)
    sys.addaudithook(hook)

whole, new = Path(sys.argv[1]), [said_again(one, "New?") for one in items(3)]
for what in ("replace", "remove"):
    for step in count(1):
        folder = whole.with_name(f"{what}-{step:03}")
        shutil.copytree(whole, folder)
        child = os.fork()
        if child == 0:
            kill_before(step)
            merge(folder, new, ORIGIN, replace=True) if what == "replace" else remove(folder, ["it-0001", "it-0002"])
            os._exit(0)
        if os.waitpid(child, 0)[1] == 0:
            break
"""


def test_killed_while_items_are_replaced_or_removed_every_item_is_the_old_one_or_the_new(tmp_path: Path) -> None:
    whole = tmp_path / "whole"
    merge(whole, items(5), ORIGIN)
    subprocess.run([sys.executable, "-c", CHANGED, str(whole)], check=True, cwd=Path(__file__).parents[3])
    old = [one.item for one in items(5)]
    new = [said_again(one, "New?") for one in items(3)]
    replaced, removed = (sorted(tmp_path.glob(f"{what}-*")) for what in ("replace", "remove"))
    assert min(len(replaced), len(removed)) > 4
    for folder in replaced:
        bank = read_package(folder)
        assert folder_facts(folder) == facts_of(bank)
        assert all(item in {old[at], new[min(at, 2)].item} for at, item in enumerate(bank.items))
        merge(folder, new, ORIGIN, replace=True)
        assert read_package(folder).items == (*(one.item for one in new), *old[3:])
    for folder in removed:
        bank = read_package(folder)
        assert list(bank.items) in (old, old[2:])
        assert folder_facts(folder) == facts_of(bank)
        assert merge(folder, items(5), ORIGIN).rejected == []
        assert list(read_package(folder).items) == old
