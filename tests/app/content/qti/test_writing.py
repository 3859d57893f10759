"""What is written is read again as the same, whatever the item."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from app.content.bank import Bank
from app.content.qti.reading import read_package
from app.content.qti.write import bank_files, write_bank
from app.exam.item import Item
from app.exam.marking import Marking
from sync.wire.plan import Bilingual, Blueprint, BlueprintSection, ItemKind
from tests.app.content.banks import small_bank, write_folder
from tests.app.content.qti.drawing import items

TITLE = Bilingual(zh="小题库", en="Small bank")


def bank_of(item: Item, marking: Marking, media: dict[str, bytes]) -> Bank:
    named = {(item.id, name): data for name, data in media.items()}
    return Bank("small", TITLE, (item,), {item.id: marking}, named)


@settings(max_examples=100, suppress_health_check=list(HealthCheck))
@given(drawn=items())
def test_every_item_is_read_as_it_was_written(
    tmp_path_factory: pytest.TempPathFactory, drawn: tuple[Item, Marking, dict[str, bytes]]
) -> None:
    bank = bank_of(*drawn)
    folder = tmp_path_factory.mktemp("bank")
    for name, data in bank_files(bank):
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
    again = read_package(folder)
    assert again.items == bank.items
    assert again.markings == bank.markings
    assert again.media == bank.media
    assert (again.id, again.title) == (bank.id, bank.title)
    assert dict(bank_files(again)) == dict(bank_files(bank)), "there is one way to write it"


def test_a_bank_in_a_folder_is_written_with_its_manifest_last(tmp_path: Path) -> None:
    bank = read_package(write_folder(small_bank(), tmp_path / "source"))
    write_bank(bank, tmp_path / "bank")
    assert read_package(tmp_path / "bank") == bank
    assert list(dict(bank_files(bank)))[-1] == "imsmanifest.xml"
    assert len(list((tmp_path / "bank/media").iterdir())) == 1, "a picture that is shown twice lies there once"


def test_a_blueprint_is_written_as_a_test_and_read_again(tmp_path: Path) -> None:
    bank = read_package(write_folder(small_bank(), tmp_path / "source"))
    sections = (
        BlueprintSection(title=TITLE, count=1, milli_each=1500, kind=ItemKind.TRUE_FALSE),
        BlueprintSection(title=TITLE, count=1, milli_each=1, items=("single-1", "multi-1"), required=("multi-1",)),
        BlueprintSection(title=TITLE, count=1, milli_each=2000, items=("multi-1",), shuffle=False),
    )
    ruled = replace(bank, blueprint=Blueprint(sections=sections), duration_ms=600_000, pass_mark=2)
    write_bank(ruled, tmp_path / "bank")
    assert read_package(tmp_path / "bank") == ruled
