"""The channel by commands: what there is, a province, a release, a root that is followed."""

import json
import shutil
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from app.registry.service import Registry
from sync.trust.keys import SigningKey
from tests.app.cli.terminal import Terminal


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("made") / "registry"
    Registry.initialise(home, name="R").close()
    return home


@pytest.fixture
def home(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "registry"))


def shown(terminal: Terminal, home: Path) -> dict[str, object]:
    found: dict[str, object] = json.loads(terminal.run("registry", "channel", "show", "--home", home, "--json").output)
    return found


def test_a_lost_root_key_is_replaced_from_the_safes(home: Path, tmp_path: Path, terminal: Terminal) -> None:
    safes = tmp_path / "safes"
    (home / "root-keys").rename(safes)
    lost = min(safes.glob("root-*.key"))
    told = terminal.run("registry", "channel", "rotate", "--home", home, "--root-keys", safes, "--renew", "timestamp")
    assert told.code == 0
    keyid = next(key for key in shown(terminal, home)["root_keys"] if lost.stem.endswith(key[:16]))  # type: ignore[attr-defined]
    lost.unlink()
    rotate = ("registry", "channel", "rotate", "--home", home, "--replace", keyid)
    without = terminal.run(*rotate)
    assert (without.code, "ROOT_KEYS_MISSING" in without.errors) == (3, True)
    assert terminal.run(*rotate, "--root-keys", safes).code == 0
    after = shown(terminal, home)
    assert after["root_version"] == 3
    assert keyid not in after["root_keys"]  # type: ignore[operator]


def test_a_new_root_that_changes_nothing_is_not_made(home: Path, terminal: Terminal) -> None:
    told = terminal.run("registry", "channel", "rotate", "--home", home)
    assert (told.code, "ROTATION_EMPTY" in told.errors) == (1, True)
    assert shown(terminal, home)["root_version"] == 1


def test_an_operator_reads_the_root_keys_ids_and_each_role_in_their_language(home: Path, terminal: Terminal) -> None:
    told = Terminal("zh").run("registry", "channel", "show", "--home", home)
    assert told.code == 0
    assert [line for line in told.output.splitlines() if line.startswith("根密钥 ")] == [
        f"根密钥 {keyid}"
        for keyid in shown(terminal, home)["root_keys"]  # type: ignore[attr-defined]
    ]
    assert [line.split("：")[0] for line in told.output.splitlines()[4:]] == [
        "时间戳（timestamp）",
        "版本清单（snapshot）",
        "题库（targets）",
        "程序（software）",
    ]


def test_a_province_and_a_release_are_shown(home: Path, tmp_path: Path, terminal: Terminal) -> None:
    key = tmp_path / "46.pem"
    public = SigningKey.generate_ed25519().public.verifying_key()
    key.write_bytes(public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    province = ("registry", "channel", "province")
    assert terminal.run(*province, "add", "--home", home, "31").code == 0
    assert terminal.run(*province, "add", "--home", home, "46", "--key", key).code == 0
    program = tmp_path / "seat_1.0_amd64.deb"
    program.write_bytes(b"a program")
    release = ("registry", "channel", "software", "--home", home, program, "--product", "examroom-seat", "--version")
    assert "software/examroom-seat/1.0/seat_1.0_amd64.deb" in terminal.run(*release, "1.0").output
    again = terminal.run(*release, "1.0")
    assert (again.code, "Version 1.0 is published" in again.errors) == (1, True)
    assert "PROGRAM_REFUSED" in terminal.run(*release, "one").errors
    for step, code in ((("add", "31"), "PROVINCE_KNOWN"), (("remove", "99"), "PROVINCE_UNKNOWN")):
        refused = terminal.run(*province, step[0], "--home", home, step[1])
        assert (refused.code, code in refused.errors) == (1, True)
    told = terminal.run("registry", "channel", "show", "--home", home)
    assert (told.code, "31" in told.output, "46" in told.output) == (0, True, True)
    assert terminal.run(*province, "remove", "--home", home, "31").code == 0
    bad = tmp_path / "targets.json"
    bad.write_bytes(b"{}")
    assert terminal.run(*province, "accept", "--home", home, "46", bad, tmp_path).code == 1
    assert "HANDED_IN_REFUSED" in terminal.run(*province, "accept", "--home", home, "46", bad, tmp_path).errors
    assert [each["code"] for each in shown(terminal, home)["provinces"]] == ["46"]  # type: ignore[attr-defined]
