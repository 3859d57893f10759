"""The key store: made whole or not at all, private, never written over, and told apart when damaged."""

import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from sync.trust.keyfolder import KeyFolder, KeyStoreUnreadable, KeyStoreUnwritable
from sync.trust.keys import SigningKey
from sync.trust.keystore import FileKeyStore
from sync.trust.unlocking import KeyStoreOtherMachine, StoreFacts, Surroundings, unlocked

READERS: tuple[Callable[[FileKeyStore], object], ...] = (
    FileKeyStore.device_key,
    FileKeyStore.sealing_key,
    FileKeyStore.replica_key,
    FileKeyStore.tls_key,
    lambda store: store.generation() == 0,
    FileKeyStore.device_key,
    FileKeyStore.device_key,
)
NAMES = ("device.key", "sealing.key", "replica.key", "tls.key", "generation", "unlock", "store.json")
EACH_FILE = pytest.mark.parametrize(("name", "read"), list(zip(NAMES, READERS, strict=True)), ids=NAMES)


@pytest.fixture
def store(tmp_path: Path) -> FileKeyStore:
    made = FileKeyStore(tmp_path / "seat" / "keys")
    made.create()
    return made


def test_the_keys_are_the_same_every_time(store: FileKeyStore) -> None:
    again = FileKeyStore(store.folder)
    assert again.device_key().to_pkcs8() == store.device_key().to_pkcs8()
    assert again.device_key().public.is_p256
    assert again.sealing_key().raw() == store.sealing_key().raw()
    assert again.replica_key() == store.replica_key()
    assert len(store.replica_key()) == 32


def test_only_the_user_may_look(store: FileKeyStore) -> None:
    assert store.folder.stat().st_mode & 0o777 == 0o700
    assert {file.name: file.stat().st_mode & 0o777 for file in store.folder.iterdir()} == dict.fromkeys(NAMES, 0o600)
    assert [entry.name for entry in store.folder.parent.iterdir()] == ["keys"]


def test_creating_again_changes_nothing(store: FileKeyStore) -> None:
    before = {name: (store.folder / name).read_bytes() for name in NAMES}
    store.create()
    assert {name: (store.folder / name).read_bytes() for name in NAMES} == before


def test_a_store_with_a_missing_key_is_never_completed_with_a_new_one(store: FileKeyStore) -> None:
    (store.folder / "replica.key").unlink()
    assert store.exists()
    with pytest.raises(KeyStoreUnreadable):
        store.create()
    assert not (store.folder / "replica.key").exists()


def test_many_who_create_at_once_get_the_same_keys(tmp_path: Path) -> None:
    keys: list[bytes] = []
    start = threading.Barrier(6)

    def create() -> None:
        start.wait()
        store = FileKeyStore(tmp_path / "keys")
        store.create()
        keys.append(store.replica_key())

    threads = [threading.Thread(target=create) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(keys) == 6
    assert len(set(keys)) == 1
    assert [entry.name for entry in tmp_path.iterdir()] == ["keys"]


def test_an_empty_folder_that_is_there_already_becomes_the_store(tmp_path: Path) -> None:
    (tmp_path / "keys").mkdir(mode=0o755)
    store = FileKeyStore(tmp_path / "keys")
    assert not store.exists()
    store.create()
    assert store.folder.stat().st_mode & 0o777 == 0o700


@EACH_FILE
def test_every_changed_byte_every_cut_and_garbage_is_refused(
    store: FileKeyStore, name: str, read: Callable[[FileKeyStore], object]
) -> None:
    file = store.folder / name
    good = file.read_bytes()
    damaged = [good[:place] + bytes([good[place] ^ 1]) + good[place + 1 :] for place in range(len(good))]
    damaged += [good[:-1], good[:31], b"", good + b"\0", b"garbage" * 20, bytes(64), b"\0" * 100_000]
    for content in damaged:
        file.write_bytes(content)
        with pytest.raises((KeyStoreUnreadable, KeyStoreOtherMachine)):
            read(store)
    file.write_bytes(good)
    assert read(store)


@EACH_FILE
def test_a_file_open_to_others_is_refused(
    store: FileKeyStore, name: str, read: Callable[[FileKeyStore], object]
) -> None:
    for mode in (0o640, 0o604, 0o620, 0o601):
        (store.folder / name).chmod(mode)
        with pytest.raises(KeyStoreUnreadable, match="open to other users"):
            read(store)


@EACH_FILE
def test_a_missing_file_a_link_a_pipe_and_a_folder_are_refused(
    store: FileKeyStore, name: str, read: Callable[[FileKeyStore], object]
) -> None:
    file = store.folder / name
    elsewhere = store.folder.parent / "copy"
    file.rename(elsewhere)
    with pytest.raises(KeyStoreUnreadable):
        read(store)
    file.symlink_to(elsewhere)
    with pytest.raises(KeyStoreUnreadable):
        read(store)
    file.unlink()
    os.mkfifo(file, 0o600)
    with pytest.raises(KeyStoreUnreadable):
        read(store)
    file.unlink()
    file.mkdir(mode=0o700)
    with pytest.raises(KeyStoreUnreadable):
        read(store)


def test_files_that_changed_places_are_refused(store: FileKeyStore) -> None:
    sealing, replica = store.folder / "sealing.key", store.folder / "replica.key"
    first, second = sealing.read_bytes(), replica.read_bytes()
    sealing.write_bytes(second)
    replica.write_bytes(first)
    for read in (store.sealing_key, store.replica_key):
        with pytest.raises(KeyStoreUnreadable, match="damaged"):
            read()


def test_a_device_key_of_another_kind_is_refused(store: FileKeyStore) -> None:
    folder = KeyFolder(store.folder)
    seal = unlocked(folder, StoreFacts.of(folder), Surroundings.here())
    folder.replace("device.key", seal.close("device.key", SigningKey.generate_ed25519().to_pkcs8()))
    with pytest.raises(KeyStoreUnreadable, match="P-256"):
        store.device_key()


def test_a_folder_open_to_others_or_linked_is_refused(store: FileKeyStore) -> None:
    store.folder.chmod(0o750)
    with pytest.raises(KeyStoreUnreadable, match="open to other users"):
        store.device_key()
    store.folder.chmod(0o700)
    link = store.folder.with_name("link")
    link.symlink_to(store.folder)
    with pytest.raises(KeyStoreUnreadable):
        FileKeyStore(link).device_key()


def test_a_place_that_cannot_hold_a_store_is_an_environment_fault(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(KeyStoreUnwritable):
        FileKeyStore(Path("/proc/no-such-folder/keys")).create()
    with pytest.raises(KeyStoreUnreadable):
        FileKeyStore(tmp_path / "file").exists()


def test_destroyed_keys_are_gone(store: FileKeyStore) -> None:
    store.destroy()
    assert not store.exists()
    assert not store.folder.exists()
    store.destroy()
    with pytest.raises(KeyStoreUnreadable):
        store.device_key()
