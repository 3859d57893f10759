"""There is one door by which a recording goes: what it asks for, and that nothing goes beside it."""

import ast
from pathlib import Path

import pytest

import app
import proctoring
from proctoring.vault.store.erasing import (
    ErasingRefused,
    StillHeld,
    clear_arrival,
    erase_data,
    erase_keys,
    finish_releases,
    refused_about_name,
    release_about,
)
from proctoring.vault.store.folder import FolderShelf
from proctoring.vault.store.listing import Listing, list_recording
from sync.trust.envelope import sign
from sync.trust.keys import SigningKey
from sync.wire.archive import CustodyAct, CustodyEntry
from sync.wire.ids import new_id
from tests.proctoring.vault.format.tiny import Keys, complete
from tests.proctoring.vault.store.site import entry_of

KEY = SigningKey.generate_p256()
ZEROS = "0" * 64


def signed(entry: CustodyEntry, key: SigningKey = KEY) -> bytes:
    return sign(entry.to_bytes(), CustodyEntry.PAYLOAD_TYPE, key)


@pytest.fixture
def listing(folder_shelf: FolderShelf, tmp_path: Path) -> Listing:
    """A recording that lies in an archive, and what is said about it."""
    made = complete(tmp_path / "made", Keys())
    listing = list_recording(made.folder).listing
    for file in listing.files:
        folder_shelf.put(f"recordings/{listing.recording}/{file.name}", made.folder / file.name)
    folder_shelf.put(f"about/{listing.recording}.sealed", b"sealed")
    folder_shelf.put(refused_about_name(listing.recording, "ab" * 32), b"almost sealed")
    return listing


def order(listing: Listing, shelf: FolderShelf, *, sequence: int = 0, key: SigningKey = KEY) -> bytes:
    """Put the beginning of a destruction into the custody."""
    entry = entry_of(listing.recording, listing.manifest_sha256, CustodyAct.DESTRUCTION_BEGUN, sequence)
    envelope = signed(entry, key)
    shelf.put(f"custody/{listing.recording}/{sequence:06}.json", envelope)
    return envelope


def test_keys_go_first_and_then_data_and_custody_stays(listing: Listing, folder_shelf: FolderShelf) -> None:
    begun = order(listing, folder_shelf)
    with pytest.raises(ErasingRefused, match="keys"):
        erase_data(folder_shelf, begun, [KEY.public])
    erase_keys(folder_shelf, begun, [KEY.public])
    names = list(folder_shelf.names())
    assert not [name for name in names if "manifest" in name or "opening" in name or "about" in name]
    assert [name for name in names if "segment" in name]
    erase_keys(folder_shelf, begun, [KEY.public])
    erase_data(folder_shelf, begun, [KEY.public])
    erase_data(folder_shelf, begun, [KEY.public])
    assert list(folder_shelf.names()) == [f"custody/{listing.recording}/000000.json"]


def test_without_the_signed_beginning_nothing_goes(listing: Listing, folder_shelf: FolderShelf) -> None:
    before = list(folder_shelf.names("recordings/"))
    other = entry_of(listing.recording, ZEROS, CustodyAct.DESTRUCTION_APPROVED)
    unwritten = signed(entry_of(listing.recording, ZEROS, CustodyAct.DESTRUCTION_BEGUN, 7))
    stranger = signed(entry_of(listing.recording, ZEROS, CustodyAct.DESTRUCTION_BEGUN), SigningKey.generate_p256())
    for bad in (signed(other), unwritten, stranger, b"", b"{}"):
        with pytest.raises(ErasingRefused):
            erase_keys(folder_shelf, bad, [KEY.public])
    assert list(folder_shelf.names("recordings/")) == before


def test_an_order_that_is_not_the_one_on_the_shelf_is_refused(listing: Listing, folder_shelf: FolderShelf) -> None:
    order(listing, folder_shelf)
    another = signed(entry_of(listing.recording, listing.manifest_sha256, CustodyAct.DESTRUCTION_BEGUN))
    with pytest.raises(ErasingRefused, match="another entry"):
        erase_keys(folder_shelf, another, [KEY.public])


def test_a_hold_keeps_everything_whoever_signed_it(listing: Listing, folder_shelf: FolderShelf) -> None:
    begun = order(listing, folder_shelf)
    held = entry_of(listing.recording, listing.manifest_sha256, CustodyAct.HELD, 1)
    chain = f"custody/{listing.recording}"
    folder_shelf.put(f"{chain}/000001.json", signed(held, SigningKey.generate_p256()))
    for erase in (erase_keys, erase_data):
        with pytest.raises(StillHeld):
            erase(folder_shelf, begun, [KEY.public])
    released = entry_of(listing.recording, listing.manifest_sha256, CustodyAct.RELEASED, 2, about=1)
    folder_shelf.put(f"{chain}/000002.json", signed(released))
    erase_keys(folder_shelf, begun, [KEY.public])


def test_custody_that_cannot_be_read_keeps_everything(listing: Listing, folder_shelf: FolderShelf) -> None:
    begun = order(listing, folder_shelf)
    folder_shelf.put(f"custody/{listing.recording}/000001.json", b"damaged")
    with pytest.raises(ErasingRefused):
        erase_keys(folder_shelf, begun, [KEY.public])


def test_an_arrival_is_not_cleared_before_all_of_it_is_among_the_recordings(
    listing: Listing, folder_shelf: FolderShelf
) -> None:
    place = f"arriving/{listing.recording}/{listing.short}"
    folder_shelf.put(f"{place}/manifest.json", b"x")
    lacking = listing.model_copy(update={"recording": new_id()})
    with pytest.raises(ErasingRefused):
        clear_arrival(folder_shelf, lacking)
    clear_arrival(folder_shelf, listing)
    assert not list(folder_shelf.names("arriving/"))


def test_what_a_seat_says_stays_until_the_shelf_has_exactly_that(folder_shelf: FolderShelf, tmp_path: Path) -> None:
    file, recording = tmp_path / "x.about", new_id()
    file.write_bytes(b"sealed")
    with pytest.raises(ErasingRefused):
        release_about(file, folder_shelf, recording)
    folder_shelf.put(f"about/{recording}.sealed", b"sealed")
    file.write_bytes(b"sealed otherwise")
    with pytest.raises(ErasingRefused):
        release_about(file, folder_shelf, recording)
    assert file.exists()
    file.write_bytes(b"sealed")
    release_about(file, folder_shelf, recording)
    assert not file.exists()


def test_a_proof_that_is_none_lets_nothing_go(tmp_path: Path) -> None:
    recording = new_id()
    going = tmp_path / f".going-{recording}"
    going.mkdir()
    (going / "manifest.json").write_bytes(b"x")
    (tmp_path / f".going-{recording}.proof").write_bytes(signed(entry_of(recording, ZEROS), SigningKey.generate_p256()))
    assert finish_releases(tmp_path, KEY.public) == ()
    assert (going / "manifest.json").exists()


REMOVING = {"unlink", "rmdir", "rmtree", "remove", "removedirs", "erase", "erase_folders", "erase_unfinished"}
REMOVING |= {"delete_object", "delete_objects", "remove_all_durably", "truncate", "ftruncate"}
DOORS = {
    "proctoring/vault/store/erasing.py": "the door",
    "proctoring/vault/store/folder.py": "what the door opens; its own unfinished files",
    "proctoring/vault/store/naming.py": "the unfinished name of a file that has its own by now",
    "proctoring/vault/store/s3.py": "what the door opens",
    "proctoring/vault/store/copies.py": "the archive's own copies of what lies in a bucket",
    "proctoring/vault/store/fetching.py": "an unfinished copy that is longer than its source",
}


def test_nothing_in_the_vault_removes_anything_but_by_the_door() -> None:
    root = Path(proctoring.__path__[0]).parent
    found = set()
    for folder in (Path(proctoring.__path__[0]) / "vault", Path(app.__path__[0]) / "archive"):
        for file in folder.rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Attribute) and node.attr in REMOVING:
                    found.add(file.relative_to(root).as_posix())
    store = {name for name in found if name.startswith("proctoring/vault/store/")}
    assert store == DOORS.keys()
    asking = {name for name in found - store if _calls_shelf(root / name)}
    assert asking == set()


def _calls_shelf(file: Path) -> bool:
    """Tell whether a module calls what only the door may call on a shelf."""
    only_door = {"erase", "erase_folders", "erase_unfinished", "delete_object", "delete_objects"}
    nodes = ast.walk(ast.parse(file.read_text(encoding="utf-8")))
    return any(isinstance(node, ast.Attribute) and node.attr in only_door for node in nodes)
