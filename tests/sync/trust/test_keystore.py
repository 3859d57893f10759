"""The key store: made whole or not at all, private, never written over, and told apart when damaged."""

import os
import secrets
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from sync.trust.keyfolder import KeyFolder, KeyStoreUnreadable, KeyStoreUnwritable
from sync.trust.keys import SigningKey
from sync.trust.keystore import FileKeyStore, open_key_store
from sync.trust.unlocking import KeyStoreLocked, KeyStoreOtherMachine, StoreFacts, Surroundings, unlocked

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


def around(
    tmp_path: Path, *, machine: str | None = "0123456789abcdef" * 2, credential: bytes | None = None
) -> Surroundings:
    """Make a simulated PC and service."""
    folder = tmp_path / secrets.token_hex(4)
    folder.mkdir()
    if machine is not None:
        (folder / "machine-id").write_text(f"{machine}\n")
    if credential is not None:
        (folder / "examroom-keystore").write_bytes(credential)
    return Surroundings(None if credential is None else folder, (folder / "none", folder / "machine-id"))


def test_a_copy_of_the_folder_does_not_open_on_another_pc(tmp_path: Path) -> None:
    here, there = around(tmp_path), around(tmp_path, machine="f" * 32)
    made = FileKeyStore(tmp_path / "keys", here)
    made.create()
    for elsewhere in (there, around(tmp_path, machine=None), around(tmp_path, machine="uninitialized")):
        copy = FileKeyStore(tmp_path / "keys", elsewhere)
        for read in (copy.device_key, copy.sealing_key, copy.tls_key, copy.replica_key, copy.generation, copy.create):
            with pytest.raises(KeyStoreOtherMachine):
                read()
    facts = tmp_path / "keys" / "store.json"
    facts.write_bytes(facts.read_bytes().replace(machine_of(made), machine_of(FileKeyStore(*fresh(tmp_path, there)))))
    with pytest.raises(KeyStoreUnreadable):  # who forges the mark has not the key
        FileKeyStore(tmp_path / "keys", there).device_key()


def fresh(tmp_path: Path, surroundings: Surroundings) -> tuple[Path, Surroundings]:
    FileKeyStore(tmp_path / "fresh", surroundings).create()
    return tmp_path / "fresh", surroundings


def machine_of(store: FileKeyStore) -> bytes:
    mark = store.facts().machine
    assert mark is not None
    return mark.encode()


def test_a_pc_without_an_id_makes_an_unbound_store_and_says_so(tmp_path: Path) -> None:
    store = FileKeyStore(tmp_path / "keys", around(tmp_path, machine=None))
    store.create()
    assert store.facts().machine is None
    assert FileKeyStore(tmp_path / "keys", around(tmp_path)).replica_key() == store.replica_key()


def test_a_store_that_has_to_outlive_its_pc_is_made_unbound(tmp_path: Path) -> None:
    made = FileKeyStore(tmp_path / "keys", Surroundings.movable())
    made.create()
    elsewhere = FileKeyStore(tmp_path / "keys", around(tmp_path))
    assert (elsewhere.facts().machine, elsewhere.replica_key()) == (None, made.replica_key())


def test_with_a_credential_the_folder_alone_opens_nothing(tmp_path: Path) -> None:
    secret = secrets.token_bytes(32)
    service = around(tmp_path, credential=secret)
    store = FileKeyStore(tmp_path / "keys", service)
    store.create()
    assert "unlock" not in [file.name for file in store.folder.iterdir()]
    assert store.facts().unlock.value == "credential"
    for other in (around(tmp_path), around(tmp_path, credential=secrets.token_bytes(32))):
        with pytest.raises(KeyStoreLocked):
            FileKeyStore(tmp_path / "keys", other).device_key()
    with pytest.raises(KeyStoreUnreadable, match="at least 32"):
        FileKeyStore(tmp_path / "more", around(tmp_path, credential=b"short")).create()
    assert FileKeyStore(tmp_path / "keys", service).replica_key() == store.replica_key()


def test_the_credential_is_the_one_that_systemd_hands_to_this_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "examroom-keystore").write_bytes(secrets.token_bytes(48))
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    FileKeyStore(tmp_path / "keys").create()
    monkeypatch.delenv("CREDENTIALS_DIRECTORY")
    with pytest.raises(KeyStoreLocked):
        open_key_store(tmp_path / "keys").device_key()


def test_no_secret_lies_open_in_the_folder(store: FileKeyStore) -> None:
    device = store.device_key().to_pkcs8()
    for secret in (store.replica_key(), store.sealing_key().raw(), device[36:68], store.tls_key().to_pkcs8()[36:68]):
        assert [file.name for file in store.folder.iterdir() if secret in file.read_bytes()] == []


def test_the_key_for_tls_is_another_than_the_one_that_signs(store: FileKeyStore) -> None:
    assert store.tls_key().public.is_p256
    assert store.tls_key().public != store.device_key().public


def test_the_next_device_key_follows_in_one_step(store: FileKeyStore) -> None:
    first, following = store.device_key().public, store.next_device_key().public
    assert first != following == FileKeyStore(store.folder).next_device_key().public
    assert store.device_key().public == first
    store.adopt_next_device_key()
    store.adopt_next_device_key()
    assert store.device_key().public == following
    assert store.next_device_key().public not in {first, following}


def test_adopting_that_was_broken_off_is_not_offered_again(
    store: FileKeyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    following = store.next_device_key().public
    with monkeypatch.context() as patch:
        patch.setattr(KeyFolder, "remove", broken)
        with pytest.raises(InterruptedError):
            store.adopt_next_device_key()
    assert store.device_key().public == following
    assert store.next_device_key().public != following


def broken(*_: object) -> None:
    raise InterruptedError


def test_the_generation_never_goes_back_whoever_raises_it(store: FileKeyStore) -> None:
    def raise_it(start: int) -> None:
        for to in range(start, 40, 4):
            FileKeyStore(store.folder).raise_generation(to)

    threads = [threading.Thread(target=raise_it, args=(start,)) for start in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.generation() == 39
    store.raise_generation(5)
    assert store.generation() == 39


def test_a_store_opens_as_what_it_says_it_is(store: FileKeyStore, tmp_path: Path) -> None:
    assert isinstance(open_key_store(store.folder), FileKeyStore)
    assert isinstance(open_key_store(tmp_path / "none"), FileKeyStore)
    facts = store.folder / "store.json"
    good = facts.read_bytes()
    odd = (b"{}", b"", good.replace(b'"file"', b'"token"', 1), good.replace(b'"format":1', b'"format":2'), good + b" ")
    for content in odd:
        facts.write_bytes(content)
        with pytest.raises(KeyStoreUnreadable):
            open_key_store(store.folder).device_key()


def test_what_a_kill_left_is_removed_with_the_store(store: FileKeyStore) -> None:
    (store.folder / ".generation.0123456789abcdef").write_bytes(b"")
    store.destroy()
    assert not store.folder.exists()
