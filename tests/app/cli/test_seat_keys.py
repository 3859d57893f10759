"""A seat's keys by commands: where they are, a token's PIN, and records that were put back."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from sync.trust.keystore import FileKeyStore
from tests.app.cli.conftest import serving
from tests.app.cli.terminal import Terminal
from tests.sync.trust.softhsm import MODULE, PIN, SoftTokens, soft_tokens

ADMINISTRATOR_PIN = "112233"
ZH = Terminal("zh")


@dataclass(frozen=True)
class Desk:
    """A registry with an administrator, and a seat enrolled with a token; nobody serves any more."""

    root: Path
    slots: SoftTokens

    @property
    def seat(self) -> Path:
        return self.root / "seat"


@pytest.fixture(scope="module")
def enrolled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Enrol a seat with a token, by commands alone."""
    root, terminal = tmp_path_factory.mktemp("desk"), Terminal()
    registry, invitation, typed = root / "registry", root / "07.invitation", f"{ADMINISTRATOR_PIN}\n" * 2
    assert terminal.run("registry", "init", "--home", registry, "--name", "Test registry").code == 0
    adding = ("registry", "administrator", "add", "--home", registry, "赵敏", root / "zhao.json")
    assert terminal.run(*adding, typed=typed).code == 0
    (root / "token.pin").write_text(f"{PIN}\n")
    with soft_tokens(root / "hsm") as slots, serving(registry):
        slots.add("seat 07")
        assert terminal.run("registry", "invite", "--home", registry, "07", invitation).code == 0
        token = ("--token", f"{MODULE}:seat 07", "--pin-file", root / "token.pin")
        told = terminal.run("seat", "enrol", "--home", root / "seat", invitation, *token)
        assert told.code == 0, told.errors
        assert terminal.run("seat", "enrol", "--home", root / "seat", invitation, *token).code == 0
        shutil.copytree(slots.folder, root / "tokens")
    return root


@pytest.fixture
def desk(enrolled: Path, tmp_path: Path) -> Iterator[Desk]:
    with soft_tokens(tmp_path / "hsm", enrolled / "tokens") as slots:
        shutil.copytree(enrolled / "seat", tmp_path / "seat")
        shutil.copy(enrolled / "zhao.json", tmp_path)
        yield Desk(tmp_path, slots)


def test_keys_in_files_are_described_without_a_secret(terminal: Terminal, tmp_path: Path) -> None:
    store = FileKeyStore(tmp_path / "keys")
    store.create()
    told = terminal.run("seat", "keys", "--home", tmp_path, "--json")
    assert (told.code, json.loads(told.output)) == (
        0,
        {
            "kind": "file",
            "folder": str(tmp_path / "keys"),
            "unlock": "file",
            "machine_bound": store.facts().machine is not None,
            "token": None,
            "device_key": store.device_key().public.keyid,
            "tls_key": store.tls_key().public.keyid,
            "generation": 0,
            "generation_kept": "folder",
            "accepted": [],
        },
    )
    said = terminal.run("seat", "keys", "--home", tmp_path)
    assert "sealed files" in said.output
    assert store.device_key().public.keyid in said.output.replace("\n", "")
    assert "密钥在加密文件中" in ZH.run("seat", "keys", "--home", tmp_path).output


def test_a_seat_that_was_enrolled_with_a_token_says_where_its_key_is(terminal: Terminal, desk: Desk) -> None:
    told = json.loads(terminal.run("seat", "keys", "--home", desk.seat, "--json").output)
    assert (told["kind"], told["generation_kept"]) == ("token", "token")
    assert told["token"]["label"] == "seat 07"
    assert told["generation"] > 0
    assert PIN not in json.dumps(told)
    assert "安全介质“seat 07”" in ZH.run("seat", "keys", "--home", desk.seat).output
    assert "PRIVATE_KEY" in desk.slots.objects("seat 07")


def test_a_token_that_is_not_there_is_named_in_the_persons_language(desk: Desk, terminal: Terminal) -> None:
    desk.slots.unplug()
    told = terminal.run("seat", "keys", "--home", desk.seat)
    assert told.code == 3
    assert "“seat 07” is not plugged in" in told.errors.replace("\n", " ")
    assert "没有插在本机上" in ZH.run("seat", "keys", "--home", desk.seat).errors


def test_a_new_pin_is_taken_once_the_token_took_it(desk: Desk, terminal: Terminal) -> None:
    desk.slots.new_pin("seat 07", "999999")
    assert "TOKEN_PIN_WRONG" in terminal.run("seat", "keys", "--home", desk.seat).errors
    wrong = terminal.run("seat", "token-pin", "--home", desk.seat, typed="000000\n")
    assert (wrong.code, "TOKEN_PIN_WRONG" in wrong.errors) == (3, True)
    assert terminal.run("seat", "token-pin", "--home", desk.seat, typed="999999\n").code == 0
    assert terminal.run("seat", "keys", "--home", desk.seat).code == 0


def test_other_keys_are_never_taken_for_the_tokens(terminal: Terminal, desk: Desk, enrolled: Path) -> None:
    invitation = enrolled / "07.invitation"
    token = f"{MODULE}:seat 07"
    FileKeyStore(desk.root / "other" / "keys").create()
    told = terminal.run("seat", "enrol", "--home", desk.root / "other", invitation, "--token", token)
    assert (told.code, "KEY_STORE_UNREADABLE" in told.errors) == (3, True)
    odd = terminal.run("seat", "enrol", "--home", desk.root / "new", invitation, "--token", "no colon")
    assert odd.code == 2
    assert not (desk.root / "new" / "keys").exists()


def test_a_seat_that_was_put_back_says_so_until_an_administrator_accepts_it(terminal: Terminal, desk: Desk) -> None:
    image = desk.root / "image"
    shutil.copytree(desk.seat, image)
    assert "UNREACHABLE" in terminal.run("seat", "fetch", "--home", desk.seat).errors  # it opens and asks
    shutil.rmtree(desk.seat)
    shutil.copytree(image, desk.seat)
    told = terminal.run("seat", "fetch", "--home", desk.seat)
    assert (told.code, "REPLICA_ROLLED_BACK" in told.errors) == (3, True)
    assert "本机的记录比以前旧" in ZH.run("seat", "fetch", "--home", desk.seat).errors
    accepting = ("seat", "accept-replica", "--home", desk.seat, "--credential", desk.root / "zhao.json")
    wrong = terminal.run(*accepting, "--reason", "the disk was restored", typed="000000\n")
    assert (wrong.code, "PIN_REFUSED" in wrong.errors) == (1, True)
    none = terminal.run(*accepting, "--reason", " ", typed=f"{ADMINISTRATOR_PIN}\n")
    assert (none.code, "REASON_MISSING" in none.errors) == (1, True)
    assert "REPLICA_ROLLED_BACK" in terminal.run("seat", "fetch", "--home", desk.seat).errors
    accepted = terminal.run(*accepting, "--reason", "the disk was restored", typed=f"{ADMINISTRATOR_PIN}\n")
    assert accepted.code == 0, accepted.errors
    log = [json.loads(line) for line in (desk.seat / "log" / "seat-keys.log").read_text().splitlines()]
    assert [line["event"] for line in log] == ["replica_accepted"]
    assert "UNREACHABLE" in terminal.run("seat", "fetch", "--home", desk.seat).errors
    (kept,) = json.loads(terminal.run("seat", "keys", "--home", desk.seat, "--json").output)["accepted"]
    assert (kept["who"], kept["reason"]) == (log[0]["administrator"], "the disk was restored")
    assert "the disk was restored" in terminal.run("seat", "keys", "--home", desk.seat).output
    again = terminal.run(*accepting, "--reason", "once more", typed=f"{ADMINISTRATOR_PIN}\n")
    assert (again.code, "nothing to accept" in again.output) == (1, True)
