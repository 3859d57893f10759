"""A device key in a token: it signs there and never leaves; what goes wrong with a token is said in its own words.

The token is SoftHSM 2: a simulated token behind the interface that real ones have.
"""

import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pkcs11
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

import sync
from sync.replica.database import Replica
from sync.replica.generation import ReplicaRolledBack
from sync.trust.envelope import countersign, sign, verify
from sync.trust.keyfolder import KeyStoreUnreadable, KeyStoreUnwritable
from sync.trust.keys import SigningKey
from sync.trust.keystore import FileKeyStore, open_key_store
from sync.trust.token import (
    Token,
    TokenFault,
    TokenLocked,
    TokenMissing,
    TokenModuleMissing,
    TokenOther,
    TokenPinWrong,
    fault_of,
)
from sync.trust.tokenkey import TokenPrivateKey
from sync.trust.tokenstore import TokenKeyStore
from sync.trust.unlocking import KeyStoreOtherMachine, Surroundings
from tests.killing import in_a_child, in_children, killed_at_line
from tests.sync.trust.softhsm import MODULE, PIN, SoftTokens, forget, soft_tokens

LABEL = "seat token"
TYPE = "application/vnd.examroom.test+json;v=1"


@dataclass(frozen=True)
class Made:
    """A token with a store's keys in it, and the store's folder: made once, copied for every test."""

    tokens: Path
    keys: Path


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    folder = tmp_path_factory.mktemp("made")
    found = Made(folder / "tokens", folder / "keys")
    with soft_tokens(folder / "hsm") as made_slots:
        made_slots.add(LABEL)
        TokenKeyStore.make(found.keys, MODULE, LABEL, PIN)
        shutil.copytree(made_slots.folder, found.tokens)
    return found


@pytest.fixture
def slots(tmp_path: Path) -> Iterator[SoftTokens]:
    with soft_tokens(tmp_path / "hsm") as tokens:
        tokens.add(LABEL)
        yield tokens


@pytest.fixture
def made_slots(made: Made, tmp_path: Path) -> Iterator[SoftTokens]:
    with soft_tokens(tmp_path / "hsm", made.tokens) as tokens:
        yield tokens


@pytest.fixture
def store(made: Made, made_slots: SoftTokens, tmp_path: Path) -> TokenKeyStore:
    assert made_slots.folder.is_dir()
    shutil.copytree(made.keys, tmp_path / "seat" / "keys")
    return TokenKeyStore(tmp_path / "seat" / "keys")


def again(store: TokenKeyStore) -> TokenKeyStore:
    """Open the store as a program does that is started anew."""
    opened = open_key_store(store.folder)
    assert isinstance(opened, TokenKeyStore)
    return opened


def test_the_keys_are_the_same_every_time_and_only_the_user_may_look(store: TokenKeyStore) -> None:
    opened = again(store)
    opened.create()
    assert opened.device_key().public == store.device_key().public
    assert opened.device_key().public.is_p256
    assert opened.sealing_key().raw() == store.sealing_key().raw()
    assert opened.tls_key().to_pkcs8() == store.tls_key().to_pkcs8()
    assert opened.replica_key() == store.replica_key()
    assert {file.stat().st_mode & 0o777 for file in store.folder.iterdir()} == {0o600}
    assert [entry.name for entry in store.folder.parent.iterdir()] == ["keys"]


def test_openssl_verifies_what_the_token_signed(store: TokenKeyStore, tmp_path: Path) -> None:
    key = store.device_key()
    for name, content in {
        "key.pem": key.public.pem.encode(),
        "sig": key.sign(b"a packet"),
        "data": b"a packet",
    }.items():
        (tmp_path / name).write_bytes(content)
    command = ["openssl", "dgst", "-sha256", "-verify", "key.pem", "-signature", "sig", "data"]
    assert subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, text=True).stdout == "Verified OK\n"
    (tmp_path / "data").write_bytes(b"a packer")
    assert subprocess.run(command, cwd=tmp_path, check=False, capture_output=True).returncode == 1


def test_the_key_was_made_in_the_token_and_cannot_leave_it(store: TokenKeyStore) -> None:
    asked = [
        pkcs11.Attribute.LOCAL,
        pkcs11.Attribute.SENSITIVE,
        pkcs11.Attribute.EXTRACTABLE,
        pkcs11.Attribute.NEVER_EXTRACTABLE,
    ]
    with pkcs11.lib(MODULE).get_token(token_label=LABEL).open(user_pin=PIN) as session:
        for key_type in (pkcs11.KeyType.EC, pkcs11.KeyType.RSA):
            key = session.get_key(object_class=pkcs11.ObjectClass.PRIVATE_KEY, key_type=key_type)
            assert [key[one] for one in asked] == [True, True, False, True]
            for secret in (pkcs11.Attribute.VALUE, pkcs11.Attribute.PRIVATE_EXPONENT):
                with pytest.raises(pkcs11.PKCS11Error):
                    key[secret]
    with pytest.raises(TypeError, match="never leaves"):
        store.device_key().to_pkcs8()
    private = store.device_key().private_key
    assert isinstance(private, TokenPrivateKey)
    with pytest.raises(TypeError, match="never leaves"):
        private.private_numbers()
    with pytest.raises(TypeError, match="SHA-256"):
        private.sign(b"", ec.ECDSA(hashes.SHA384()))


def test_a_token_that_signs_with_another_key_is_not_believed(
    store: TokenKeyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = store.device_key()
    monkeypatch.setattr(Token, "sign_digest", lambda *_: (1, 1))
    with pytest.raises(TokenFault, match="not good"):
        key.sign(b"x")


def test_documents_are_signed_and_countersigned_as_with_any_other_key(store: TokenKeyStore) -> None:
    proctor, device = SigningKey.generate_p256(), store.device_key()
    for envelope in (
        sign(b"{}", TYPE, device, proctor),
        countersign(sign(b"{}", TYPE, device), proctor),
        countersign(sign(b"{}", TYPE, proctor), device),
    ):
        verified = verify(envelope, TYPE, [device.public, proctor.public], threshold=2)
        assert verified.keyids == {device.public.keyid, proctor.public.keyid}


def test_many_threads_sign_at_once(store: TokenKeyStore) -> None:
    key, good = store.device_key(), []

    def work() -> None:
        for number in range(4):
            data = b"%d" % number
            signature = key.sign(data)
            private = key.private_key
            assert isinstance(private, TokenPrivateKey)
            private.public_key().verify(signature, data, ec.ECDSA(hashes.SHA256()))
            good.append(number)

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(good) == sorted([0, 1, 2, 3] * 6)


def test_a_token_that_is_pulled_out_in_the_middle_is_missed_and_serves_again_when_it_is_back(
    store: TokenKeyStore, made_slots: SoftTokens
) -> None:
    key = store.device_key()
    key.sign(b"before")
    made_slots.unplug()
    for _ in range(2):
        with pytest.raises(TokenMissing) as caught:
            key.sign(b"meanwhile")
    assert caught.value.facts == {"label": LABEL}
    with pytest.raises(TokenMissing):
        again(store).replica_key()
    with pytest.raises(TokenMissing):
        store.generation()
    made_slots.plug_in()
    assert key.sign(b"after")
    assert again(store).replica_key() == store.replica_key()


def test_another_token_of_the_same_name_is_told_from_the_right_one(
    store: TokenKeyStore, made_slots: SoftTokens
) -> None:
    made_slots.unplug()
    made_slots.add(LABEL)
    with pytest.raises(TokenOther):
        again(store).replica_key()
    with pytest.raises(TokenOther):
        store.device_key().sign(b"x")
    assert made_slots.objects(LABEL) == []


def test_beside_another_token_of_the_same_name_the_right_one_is_found(
    store: TokenKeyStore, made_slots: SoftTokens
) -> None:
    made_slots.add(LABEL)
    assert again(store).device_key().sign(b"x")
    with pytest.raises(TokenOther, match="2 of that name"):
        TokenKeyStore.make(store.folder.with_name("more"), MODULE, LABEL, PIN)


def test_a_wrong_pin_is_tried_once_by_all_programs_together(store: TokenKeyStore, made_slots: SoftTokens) -> None:
    made_slots.new_pin(LABEL, "999999")
    with pytest.raises(TokenPinWrong, match="PinIncorrect"):
        again(store).replica_key()
    made_slots.new_pin(LABEL, PIN)  # if anybody asked the token now, it would say yes
    for program in (store, again(store)):
        with pytest.raises(TokenPinWrong, match="refused before"):
            program.device_key().sign(b"x")
    made_slots.new_pin(LABEL, "777777")
    with pytest.raises(TokenPinWrong, match="PinIncorrect"):
        again(store).give_pin("111111")
    again(store).give_pin("777777")
    assert again(store).device_key().sign(b"x")


@pytest.mark.parametrize(
    ("error", "fault"),
    [  # what SoftHSM never says: it locks no PIN, and its tokens do not break
        (pkcs11.PinLocked(), TokenLocked),
        (pkcs11.PinExpired(), TokenLocked),
        (pkcs11.UserPinNotInitialized(), TokenLocked),
        (pkcs11.PinInvalid(), TokenPinWrong),
        (pkcs11.PinLenRange(), TokenPinWrong),
        (pkcs11.DeviceRemoved(), TokenMissing),
        (pkcs11.TokenNotPresent(), TokenMissing),
        (pkcs11.DeviceError(), TokenFault),
        (pkcs11.DeviceMemory(), TokenFault),
    ],
    ids=lambda value: getattr(value, "__name__", type(value).__name__),
)
def test_what_a_token_says_becomes_a_fault_with_words(error: pkcs11.PKCS11Error, fault: type[TokenFault]) -> None:
    found = fault_of(error, LABEL)
    assert type(found) is fault
    assert found.facts == {"label": LABEL}
    assert type(error).__name__ in found.detail


def test_a_module_that_is_missing_or_is_none_is_named(slots: SoftTokens, tmp_path: Path) -> None:
    assert slots.folder.is_dir()
    (tmp_path / "text.so").write_text("not a library")
    libm = next(Path("/usr/lib").glob("*/libm.so.6"))
    for module in (tmp_path / "none.so", tmp_path / "text.so", libm):
        with pytest.raises(TokenModuleMissing) as caught:
            TokenKeyStore.make(tmp_path / "keys", str(module), LABEL, PIN)
        assert caught.value.facts == {"module": str(module)}
    assert not (tmp_path / "keys").exists()


def test_a_store_that_cannot_be_made_leaves_nothing_behind(slots: SoftTokens, tmp_path: Path) -> None:
    for label, pin, fault in ((LABEL, "000000", TokenPinWrong), ("unknown", PIN, TokenMissing)):
        with pytest.raises(fault):
            TokenKeyStore.make(tmp_path / "keys", MODULE, label, pin)
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(KeyStoreUnreadable):
        TokenKeyStore.make(tmp_path / "file", MODULE, LABEL, PIN)
    FileKeyStore(tmp_path / "there").create()
    with pytest.raises(KeyStoreUnreadable, match="already"):
        TokenKeyStore.make(tmp_path / "there", MODULE, LABEL, PIN)
    assert not (tmp_path / "keys").exists()
    assert slots.objects(LABEL) == []


def test_a_copy_of_the_folder_does_not_open_on_another_pc_even_with_the_token(
    store: TokenKeyStore, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "machine-id"
    elsewhere.write_text("0123456789abcdef0123456789abcdef\n")
    copy = TokenKeyStore(store.folder, Surroundings(None, (elsewhere,)))
    for read in (copy.replica_key, copy.device_key, copy.generation):
        with pytest.raises(KeyStoreOtherMachine):
            read()


def test_every_changed_byte_in_the_folder_is_refused(store: TokenKeyStore) -> None:
    for name in ("pin", "wrapped", "device.key", "replica.key", "unlock"):
        file = store.folder / name
        good = file.read_bytes()
        file.write_bytes(good[:-1] + bytes([good[-1] ^ 1]))
        with pytest.raises((KeyStoreUnreadable, TokenFault)):
            again(store).create()
        file.write_bytes(good)
    again(store).create()


def test_the_next_device_key_follows_and_the_one_before_is_gone_from_the_token(
    store: TokenKeyStore, made_slots: SoftTokens
) -> None:
    first = store.device_key()
    following = store.next_device_key()
    assert again(store).next_device_key().public == following.public != first.public
    assert again(store).device_key().public == first.public
    again(store).adopt_next_device_key()
    store.adopt_next_device_key()
    assert store.device_key().public == again(store).device_key().public == following.public
    assert store.device_key().sign(b"x")
    with pytest.raises(TokenOther, match="not in it"):
        first.sign(b"x")
    assert made_slots.objects(LABEL) == ["DATA", "PRIVATE_KEY", "PRIVATE_KEY", "PUBLIC_KEY", "PUBLIC_KEY"]
    assert store.next_device_key().public != following.public


def test_adopting_that_was_broken_off_is_finished(store: TokenKeyStore, monkeypatch: pytest.MonkeyPatch) -> None:
    following = store.next_device_key()
    with monkeypatch.context() as patch:
        patch.setattr(Token, "remove", broken)
        with pytest.raises(InterruptedError):
            store.adopt_next_device_key()
    opened = again(store)
    assert opened.device_key().public == following.public
    assert opened.next_device_key().public != following.public
    assert opened.device_key().sign(b"x")


def broken(*_: object, **__: object) -> None:
    raise InterruptedError


def test_destroyed_keys_are_gone_from_the_token_too(store: TokenKeyStore, made_slots: SoftTokens) -> None:
    other = TokenKeyStore.make(store.folder.with_name("second"), MODULE, LABEL, PIN)
    store.destroy()
    assert not store.folder.exists()
    store.destroy()
    assert other.device_key().sign(b"x")
    other.destroy()
    assert made_slots.objects(LABEL) == []


@pytest.mark.parametrize("files", range(6))
def test_destroying_that_was_broken_off_is_finished(
    store: TokenKeyStore, made_slots: SoftTokens, monkeypatch: pytest.MonkeyPatch, files: int
) -> None:
    left, unlink = files, os.unlink

    def breaking(name: str, *, dir_fd: int) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise InterruptedError
        unlink(name, dir_fd=dir_fd)

    with monkeypatch.context() as patch:
        patch.setattr(os, "unlink", breaking)
        with pytest.raises((InterruptedError, KeyStoreUnwritable)):
            store.destroy()
    assert made_slots.objects(LABEL) == []
    open_key_store(store.folder).destroy()
    assert not store.folder.exists()


def test_the_generation_is_in_the_token_and_never_goes_back(store: TokenKeyStore, made_slots: SoftTokens) -> None:
    assert store.generation() == 0
    for raised, then in ((3, 3), (2, 3), (9, 9)):
        store.raise_generation(raised)
        assert store.generation() == again(store).generation() == then
    assert made_slots.objects(LABEL).count("DATA") == 1


def test_a_figure_whose_writing_was_broken_off_stands_beside_the_one_before(
    store: TokenKeyStore, made_slots: SoftTokens, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.raise_generation(3)
    with monkeypatch.context() as patch:
        patch.setattr(Token, "read_counter", lambda *_: 3)
        patch.setattr("sync.trust.token._counters", broken)  # what finds those that are to be removed
        with pytest.raises(InterruptedError):
            store.raise_generation(4)
    assert made_slots.objects(LABEL).count("DATA") == 2
    assert again(store).generation() == 4
    store.raise_generation(5)
    assert made_slots.objects(LABEL).count("DATA") == 1


def test_where_a_token_takes_no_figure_the_generation_is_kept_in_the_folder(
    slots: SoftTokens, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise TokenFault("FunctionNotSupported")

    monkeypatch.setattr(Token, "write_counter", refused)
    store = TokenKeyStore.make(tmp_path / "keys", MODULE, LABEL, PIN)
    token = store.facts().token
    assert token is not None
    assert not token.counts
    store.raise_generation(4)
    assert again(store).generation() == 4
    assert "DATA" not in slots.objects(LABEL)


def test_with_a_token_a_whole_folder_that_was_put_back_is_noticed(store: TokenKeyStore, tmp_path: Path) -> None:
    home = store.folder.parent
    Replica.open(home / "replica.db", store.replica_key(), store).close()
    shutil.copytree(home, tmp_path / "image")
    Replica.open(home / "replica.db", store.replica_key(), store).close()
    shutil.rmtree(home)
    shutil.copytree(tmp_path / "image", home)
    put_back = open_key_store(home / "keys")
    with pytest.raises(ReplicaRolledBack):
        Replica.open(home / "replica.db", put_back.replica_key(), put_back)


def test_many_programs_use_the_token_at_once_and_raise_no_false_alarm(store: TokenKeyStore) -> None:
    path, key = store.folder.parent / "replica.db", store.replica_key()
    Replica.open(path, key, store).close()
    before = store.generation()
    forget()  # a child begins with a library of its own

    def work() -> None:
        for _ in range(5):
            Replica.open(path, key, again(store)).close()

    assert in_children(work, 3) == [0] * 3
    assert store.generation() == before + 3 * 5 * 2


@pytest.mark.parametrize(
    ("where", "least"),
    [
        (("replica/generation.py",), 10),
        pytest.param(
            ("replica/generation.py", "trust/token.py"), 40, marks=[pytest.mark.long, pytest.mark.timeout(900)]
        ),
    ],
    ids=["between", "all"],
)
def test_killed_at_any_line_between_replica_and_token_is_no_false_alarm(
    store: TokenKeyStore, where: tuple[str, ...], least: int
) -> None:
    path, key = store.folder.parent / "replica.db", store.replica_key()

    def open_it() -> None:
        Replica.open(path, key, again(store)).close()

    open_it()
    forget()  # a child begins with a library of its own
    folder, lines = Path(sync.__file__).parent, 0
    files = tuple(str(folder / name) for name in where)
    while killed_at_line(lines := lines + 1, files, open_it):
        if lines % 4 == 0:
            assert in_a_child(open_it) == 0
    assert lines > least
    open_it()


def test_the_pin_is_not_in_the_folder_to_be_read(store: TokenKeyStore) -> None:
    for file in store.folder.iterdir():
        assert PIN.encode() not in file.read_bytes()
