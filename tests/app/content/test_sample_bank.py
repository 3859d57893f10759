"""The bank that every demonstration runs on: whole, bilingual, and able to give the form it promises."""

import shutil
from collections import Counter
from pathlib import Path

import pytest
from lxml import etree
from PySide6.QtGui import QImage

from app.content.bank import Bank
from app.content.packing.package import SealedPackage, pack
from app.content.qti.reading import read_package
from app.exam.form import draw_form
from app.exam.interactions import Choice, Option
from app.exam.item import Item
from app.exam.prose import Language, Picture, plain_text
from app.resources import resource_folder
from sync.wire.plan import ItemKind

FOLDER = resource_folder() / "sample-bank"
KEY = bytes(32)
KINDS = (ItemKind.TRUE_FALSE, ItemKind.SINGLE_CHOICE, ItemKind.MULTIPLE_CHOICE)


def _options(item: Item) -> tuple[Option, ...]:
    """Give the options of an item that is one choice, as all of this bank are."""
    (choice,) = item.interactions
    assert isinstance(choice, Choice)
    return choice.options


@pytest.fixture(scope="module")
def bank() -> Bank:
    return read_package(FOLDER)


def test_it_has_items_of_every_kind_and_subject_and_pictures(bank: Bank) -> None:
    kinds = Counter(item.kind for item in bank.items)
    assert len(bank.items) >= 300
    assert kinds[ItemKind.TRUE_FALSE] >= 140
    assert kinds[ItemKind.SINGLE_CHOICE] >= 60
    assert kinds[ItemKind.MULTIPLE_CHOICE] >= 20
    assert len({item.subject for item in bank.items}) == 9
    assert {item.difficulty for item in bank.items} == {"easy", "medium", "hard"}
    assert len(bank.media) >= 20
    assert bank.notes == (), "every item is in both languages"


def test_its_readme_tells_the_counts(bank: Bank) -> None:
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    for subject in {item.subject for item in bank.items}:
        of_subject = [item for item in bank.items if item.subject == subject]
        counts = [sum(item.kind is kind for item in of_subject) for kind in KINDS]
        assert f"`{subject}` | {' | '.join(map(str, counts))} | {len(of_subject)} |" in readme


def test_no_two_stems_are_the_same(bank: Bank) -> None:
    for language in Language:
        stems = Counter(plain_text(item.stem.in_language(language)) for item in bank.items)
        assert [stem for stem, count in stems.items() if count > 1] == []


def test_every_item_reads_as_plain_text_in_both_languages(bank: Bank) -> None:
    for item in bank.items:
        for language in Language:
            options = [plain_text(option.wording.in_language(language)) for option in _options(item)]
            assert plain_text(item.stem.in_language(language)).strip()
            assert all(options)
            assert len(set(options)) == len(options), f"{item.id}: two options say the same"
        assert plain_text(item.stem.zh) != plain_text(item.stem.en)


def test_keys_are_spread_so_that_one_guess_does_not_pay(bank: Bank) -> None:
    for kind in (ItemKind.TRUE_FALSE, ItemKind.SINGLE_CHOICE):
        keys = Counter(
            option for item in bank.items if item.kind is kind for option in bank.markings[item.id].correct()
        )
        assert max(keys.values()) <= 1.3 * sum(keys.values()) / len(keys)
    for item in bank.items:
        if item.kind is ItemKind.MULTIPLE_CHOICE:
            assert 2 <= len(bank.markings[item.id].correct()) < len(_options(item))


def test_an_item_whose_options_are_letters_of_a_picture_keeps_their_order(bank: Bank) -> None:
    for item in bank.items:
        named = sum(plain_text(option.wording.zh).startswith(option.id) for option in _options(item))
        if named == len(_options(item)):
            assert list(item.shuffle_sets()) == [], item.id


def test_pictures_are_small_described_and_drawn_from_their_sources(bank: Bank) -> None:
    for (item_id, _), data in bank.media.items():
        image = QImage.fromData(data)
        assert (image.width(), image.height()) == (960, 640), item_id
        assert len(data) < 40_000, item_id
    pictures = [
        block for item in bank.items for body in item.stem.bodies() for block in body if isinstance(block, Picture)
    ]
    assert all(len(picture.alt) > 10 for picture in pictures)
    drawn = {path.stem for path in (FOLDER / "pictures").glob("*.png")}
    assert drawn == {path.stem for path in (FOLDER / "pictures").glob("*.svg")}
    assert len(drawn) == len(bank.media)


def test_it_promises_seventy_and_thirty_in_two_hours_with_eighty_to_pass(bank: Bank) -> None:
    assert bank.blueprint is not None
    sections = [(section.kind, section.count, section.milli_each) for section in bank.blueprint.sections]
    assert sections == [(ItemKind.TRUE_FALSE, 70, 1_000), (ItemKind.SINGLE_CHOICE, 30, 1_000)]
    assert (bank.duration_ms, bank.pass_mark) == (7_200_000, 80)


def test_it_packs_opens_and_gives_a_form_of_a_hundred_marks(bank: Bank) -> None:
    raw = pack(bank, "01890a5d-ac96-774b-bcce-b302099a8057", 1, 0, KEY, KEY)
    package = SealedPackage.parse(raw)
    assert [package.open_item(item.id, KEY) for item in bank.items] == list(bank.items)
    assert {item.id: package.open_marking(item.id, KEY) for item in bank.items} == bank.markings
    assert bank.blueprint is not None
    form = draw_form(package.header.items, package.sha256, bank.blueprint, "00" * 32)
    assert (len(form.items), form.max_milli) == (100, 100_000)


def test_its_manifest_names_every_file_once_and_its_files_are_tidy() -> None:
    manifest = etree.parse(FOLDER / "imsmanifest.xml")
    listed = Counter(str(name) for name in manifest.xpath("//*[local-name()='file']/@href"))
    there = {
        path.relative_to(FOLDER).as_posix()
        for path in FOLDER.rglob("*")
        if path.is_file() and path.name not in {"README.md", "imsmanifest.xml"}
    }
    assert set(listed) == there
    assert set(listed.values()) == {1}
    for path in FOLDER.rglob("*.xml"):
        text = path.read_text(encoding="utf-8")
        assert text.endswith(">\n")
        assert "\t" not in text
        assert all(line == line.rstrip() for line in text.splitlines())


def test_a_zip_of_it_is_the_same_bank(bank: Bank, tmp_path: Path) -> None:
    path = Path(shutil.make_archive(str(tmp_path / "bank"), "zip", FOLDER))
    assert read_package(path) == bank
