"""`examroom log audit` and the witnesses' commands, as people type them."""

import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.registry.service import Registry
from sync.trust.anchor import Trust
from tests.app.cli.conftest import serving
from tests.app.cli.terminal import Terminal, Told
from tests.app.registry.histories import entries_of, log_folder, log_leaves, rewrite


@pytest.fixture
def home(tmp_path: Path) -> Path:
    with Registry.initialise(tmp_path / "registry", name="R") as registry:
        log_leaves(registry, 5)
        registry.premises.log.checkpoint()
    return tmp_path / "registry"


def audit(terminal: Terminal, home: Path, *more: object) -> Told:
    return terminal.run("log", "audit", home / "log", "--trust", home / "trust", *more)


@contextmanager
def witness_serving(home: Path) -> Iterator[str]:
    """Run `examroom witness serve` as its own process."""
    command = [sys.executable, "-m", "app.cli.main", "witness", "serve", "--home", str(home), "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline())["url"]
        finally:
            process.send_signal(signal.SIGTERM)
    assert process.returncode == 0


@pytest.mark.parametrize(("language", "end"), [("en", "to the last."), ("zh", "完全一致。")])
def test_a_good_log_is_called_good(home: Path, language: str, end: str) -> None:
    told = audit(Terminal(language), home)
    assert (told.code, told.errors) == (0, "")
    assert told.output.rstrip().endswith(end)


def test_a_head_is_kept_and_what_contradicts_it_beside_it(home: Path, tmp_path: Path, terminal: Terminal) -> None:
    state = tmp_path / "seen"
    assert audit(terminal, home, "--state", state).code == 0
    kept = state.read_text()
    assert kept == (home / "log" / "checkpoint").read_text()
    with Registry.open(home) as registry:
        log_leaves(registry, 4)
        registry.premises.log.checkpoint()
    assert audit(terminal, home, "--state", state).code == 0
    grown = state.read_text()
    assert grown != kept
    with Registry.open(home) as registry:
        entries = entries_of(registry)
        rewrite(registry, [entries[1], entries[0], *entries[2:]])
    told = audit(terminal, home, "--state", state, "--json")
    assert told.code == 1
    said = json.loads(told.output)
    assert [check["name"] for check in said["checks"] if not check["good"]] == ["log_continues"]
    assert (said["good"], said["size"]) == (False, 9)
    assert state.read_text() == grown
    (other,) = tmp_path.glob("seen.contradiction-*")
    assert other.read_text() == (home / "log" / "checkpoint").read_text()
    told = audit(terminal, home, "--state", state)
    assert told.code == 1
    assert "✗ The log continues what was seen of it before" in told.output
    assert "not to be believed" in told.output


def test_what_cannot_be_read_is_not_called_bad(home: Path, tmp_path: Path, terminal: Terminal) -> None:
    (tmp_path / "odd").write_text("no head")
    for arguments in (
        ("log", "audit", tmp_path / "no", "--trust", home / "trust"),
        ("log", "audit", home / "log", "--trust", tmp_path / "no"),
        ("log", "audit", home / "log", "--trust", home / "trust", "--state", tmp_path / "odd"),
        ("log", "audit", home / "log", "--trust", home / "trust", "--receipts", tmp_path / "no"),
        ("log", "audit", "https://127.0.0.1:1", "--trust", home / "trust"),
    ):
        told = terminal.run(*arguments)
        assert told.code == 3, arguments
        assert told.output == ""
    told = terminal.run("log", "audit", home, "--trust", home / "trust")
    assert (told.code, told.output, f"There is no log here: {home}" in told.errors.replace("\n", "")) == (3, "", True)
    assert terminal.run("log", "audit", "http://127.0.0.1:1", "--trust", home / "trust").code == 1
    assert terminal.run("log", "audit").code == 2


def test_a_copy_of_another_registry_s_log_says_nothing_about_this_one(
    home: Path, tmp_path: Path, terminal: Terminal
) -> None:
    Registry.initialise(tmp_path / "other", name="O").close()
    told = terminal.run("log", "audit", home / "log", "--trust", tmp_path / "other" / "trust")
    assert (told.code, told.output, "LOG_OF_ANOTHER" in told.errors) == (3, "", True)


def test_a_forged_receipt_is_named(home: Path, tmp_path: Path, terminal: Terminal) -> None:
    (tmp_path / "receipts").mkdir()
    assert audit(terminal, home, "--receipts", tmp_path / "receipts").code == 0
    (tmp_path / "receipts" / "x.receipt.json").write_bytes(b"{}")
    told = audit(terminal, home, "--receipts", tmp_path / "receipts")
    assert told.code == 1
    assert "x.receipt.json" in told.output


def test_from_a_witness_s_first_day_to_an_audit_over_the_network(
    home: Path, tmp_path: Path, terminal: Terminal
) -> None:
    """Everything by commands: a witness is made, served, taken in; the registry's log is audited at its address."""
    witness = tmp_path / "witness"
    made = terminal.run("witness", "init", "--home", witness, "--name", "witness.example/w1", "--trust", home / "trust")
    assert made.code == 0
    assert str(witness / "card.json") in made.output.replace("\n", "")
    again = terminal.run("witness", "init", "--home", witness, "--name", "w", "--trust", home / "trust")
    assert (again.code, "WITNESS_EXISTS" in again.errors) == (3, True)
    assert "nothing seen yet" in terminal.run("witness", "show", "--home", witness).output
    with witness_serving(witness) as url:
        busy = terminal.run("witness", "serve", "--home", witness)
        assert (busy.code, "WITNESS_BUSY" in busy.errors) == (3, True)
        added = terminal.run("registry", "witness", "add", "--home", home, url, witness / "card.json", "--quorum", 1)
        assert added.code == 0, added.errors
        listed = terminal.run("registry", "witness", "list", "--home", home).output
        assert "cosigned 5 entries" in listed
        assert "1 of 1 witnesses have to cosign" in listed
    assert "5 entries seen" in terminal.run("witness", "show", "--home", witness).output
    Registry.initialise(tmp_path / "other", name="O").close()
    with serving(home) as address:
        told = terminal.run("log", "audit", address, "--trust", home / "trust", "--json")
        other = terminal.run("log", "audit", address, "--trust", tmp_path / "other" / "trust")
        assert (other.code, other.output, "LOG_OF_ANOTHER" in other.errors) == (3, "", True)
    assert told.code == 0
    said = json.loads(told.output)
    assert [one["name"] for one in said["witnesses"]] == ["witness.example/w1"]
    assert said["size"] == 5


def test_too_few_witnesses_are_not_yet(home: Path, tmp_path: Path) -> None:
    witness, terminal = tmp_path / "witness", Terminal()
    terminal.run("witness", "init", "--home", witness, "--name", "w", "--trust", home / "trust")
    with witness_serving(witness) as url:
        terminal.run("registry", "witness", "add", "--home", home, url, witness / "card.json", "--quorum", 1)
    with Registry.open(home) as registry:
        assert Trust.load(home / "trust").registry_keys.witness_quorum == 1
        head = registry.premises.log.head()
    copy = tmp_path / "copy"
    shutil.copytree(log_folder(registry), copy)
    (copy / "checkpoint").write_text(head)
    told = terminal.run("log", "audit", copy, "--trust", home / "trust", "--state", tmp_path / "seen")
    assert told.code == 1
    assert "0 cosigned, 1 wanted" in told.output
    chinese = Terminal("zh").run("log", "audit", copy, "--trust", home / "trust").output
    assert "已有 0 个联署，须有 1 个" in chinese
    assert "entries" not in chinese
    assert "not yet" in told.output
    assert not (tmp_path / "seen").exists()
