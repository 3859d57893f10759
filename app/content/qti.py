"""Reading a QTI 3 content package, a folder or a zip, into a bank.

Everything in it is hostile until read: see `archive` (files), `xml` (documents), `markup` (what is shown).
"""

from collections.abc import Mapping
from pathlib import Path

from app.content.archive import open_archive
from app.content.bank import Bank, TwiceRefused
from app.content.blueprint import read_test
from app.content.items import ReadItem, read_item
from app.content.manifest import read_manifest


def read_package(path: Path) -> Bank:
    """Read the bank in a folder or zip; one bad item refuses the bank, nothing is skipped.

    Raises:
        BankUnreadable: nothing is there, or it may not be read.
        BankRefused: one of its kinds (see `app.content.bank`), with file and line.
    """
    with open_archive(path) as archive:
        manifest = read_manifest(archive)
        read = {file: read_item(archive, file, sorting) for file, sorting in manifest.items.items()}
        _check_once(read)
        items = {file: one.item for file, one in read.items()}
        rules = read_test(archive, manifest.test, items) if manifest.test else None
    return Bank(
        id=manifest.bank,
        title=manifest.title,
        items=tuple(sorted(items.values(), key=lambda item: item.id)),
        markings={one.item.id: one.marking for one in read.values()},
        media={(one.item.id, name): data for one in read.values() for name, data in one.pictures.items()},
        blueprint=rules.blueprint if rules else None,
        duration_ms=rules.duration_ms if rules else None,
        pass_mark=rules.pass_mark if rules else None,
        notes=tuple(note for one in read.values() for note in one.notes),
    )


def _check_once(read: Mapping[str, ReadItem]) -> None:
    seen: set[str] = set()
    for file, one in read.items():
        if one.item.id in seen:
            raise TwiceRefused(file, 0, "an item's identifier stands twice", name=one.item.id)
        seen.add(one.item.id)
