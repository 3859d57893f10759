"""How commands end: 0 good, 1 bad, 2 usage, 3 environment; in words of one language, and never with a traceback."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from platformdirs import user_log_dir
from typer.core import TyperGroup
from typer.main import get_command

import app.cli.evidence
from app.cli.console import language as terminal_language
from app.cli.main import app as program
from app.resources import resource_folder
from tests.app.cli.conftest import Place, as_command
from tests.app.cli.terminal import Terminal
from tests.app.content.banks import png

HAN = re.compile(r"[\u4e00-\u9fff]")


def commands_of(group: object, above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Give every command of a group, and of the groups in it, by its words."""
    if not isinstance(group, TyperGroup):
        yield above
        return
    for name, command in group.commands.items():
        yield from commands_of(command, (*above, name))


COMMANDS = list(commands_of(get_command(program)))


def test_these_are_all_commands() -> None:
    told: dict[str, list[str]] = {}
    for *above, name in COMMANDS:
        told.setdefault(" ".join(above), []).append(name)
    assert {group: " ".join(sorted(names)) for group, names in told.items()} == {
        "": "demo doctor handbook setup",
        "agent": "run status store",
        "archive": "admit destroy extend find forecast hold init list "
        "rebuild release renew run state-date verify window",
        "build": "list verify",
        "content": "assemble check export gallery import preview remove score template",
        "content-repo": "download init refresh",
        "lockdown": "install recover remove session status",
        "log": "audit",
        "media": "in list out register retire",
        "outbox": "export limit list pause purge receipts resume retry",
        "packet": "verify",
        "receipt": "verify",
        "recorder": "bench choose run",
        "recording": "export play show verify",
        "registry": "carry ingest init invite plan publish release remark serve show",
        "registry administrator": "add revoke",
        "registry channel": "rotate show sign-build software",
        "registry channel province": "accept add remove",
        "registry device": "list revoke rotate-request settle show",
        "registry proctor": "add list new-pin revoke",
        "registry witness": "add list remove",
        "registry result": "decide export list reinstate show void",
        "room-record": "show verify",
        "seat": "accept-replica decommission decommissioned enrol fetch keys may-change renew rotate run self-check"
        " take token-pin",
        "site": "key",
        "slip": "make verify",
        "update": "apply status",
        "witness": "init serve show",
    }


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_help_is_there_and_good(terminal: Terminal, command: tuple[str, ...]) -> None:
    told = terminal.run(*command, "--help")
    assert told.code == 0
    assert "Usage: " in told.output


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_what_is_typed_wrong_is_a_usage_mistake(terminal: Terminal, command: tuple[str, ...]) -> None:
    told = terminal.run(*command, "--no-such-option")
    assert told.code == 2
    assert told.output == ""
    assert "Usage: " in told.errors


@pytest.mark.parametrize(
    "arguments",
    [(), ("registry",), ("packet", "verify"), ("nothing",), ("demo", "--items", "0"), ("demo", "--items", "101")],
)
def test_too_little_or_too_much_is_a_usage_mistake(terminal: Terminal, arguments: tuple[str, ...]) -> None:
    assert terminal.run(*arguments).code == 2


ELSEWHERE = {
    "packet verify": ("packet", "verify", "{no}", "--trust", "{no}"),
    "receipt verify": ("receipt", "verify", "{no}", "--packet", "{no}", "--trust", "{no}"),
    "recording verify": ("recording", "verify", "{no}"),
    "recording export": ("recording", "export", "{no}", "{out}", "--key", "{no}"),
    "registry init": ("registry", "init", "--home", "{place}/registry", "--name", "R"),
    "registry publish": ("registry", "publish", "--home", "{no}", "{sample}"),
    "registry publish, no bank": ("registry", "publish", "--home", "{place}/registry", "{no}"),
    "registry proctor add": ("registry", "proctor", "add", "--home", "{no}", "李梅", "--pin", "246810"),
    "registry proctor list": ("registry", "proctor", "list", "--home", "{no}"),
    "registry device list": ("registry", "device", "list", "--home", "{no}"),
    "registry device settle": ("registry", "device", "settle", "--home", "{no}", "x", "--why", "it was copied"),
    "seat renew": ("seat", "renew", "--home", "{no}"),
    "seat rotate": ("seat", "rotate", "--home", "{no}"),
    "registry invite": ("registry", "invite", "--home", "{no}", "07", "{out}"),
    "registry plan": ("registry", "plan", "--home", "{no}", "{no}"),
    "registry plan, no file": ("registry", "plan", "--home", "{place}/registry", "{no}"),
    "registry release": ("registry", "release", "--home", "{no}", "x"),
    "registry show": ("registry", "show", "--home", "{no}"),
    "registry serve": ("registry", "serve", "--home", "{no}"),
    "witness init": ("witness", "init", "--home", "{out}", "--name", "w", "--trust", "{no}"),
    "witness serve": ("witness", "serve", "--home", "{no}"),
    "witness show": ("witness", "show", "--home", "{no}"),
    "registry witness add": ("registry", "witness", "add", "--home", "{no}", "https://127.0.0.1:1", "{no}"),
    "registry witness remove": ("registry", "witness", "remove", "--home", "{no}", "w"),
    "registry witness list": ("registry", "witness", "list", "--home", "{no}"),
    "log audit": ("log", "audit", "{no}", "--trust", "{place}/registry/trust"),
    "log audit, no keys": ("log", "audit", "{place}", "--trust", "{no}"),
    "content import": ("content", "import", "{no}", "--bank", "{out}"),
    "content export": ("content", "export", "{out}", "--bank", "{no}"),
    "content import, into a file": ("content", "import", "{sample}", "--bank", "{rule}"),
    "content remove": ("content", "remove", "--bank", "{no}", "x"),
    "content remove, a file": ("content", "remove", "--bank", "{rule}", "x"),
    "content preview, no folder": ("content", "preview", "{item}", "--png", "{no}/out.png"),
    "content check": ("content", "check", "{no}"),
    "content assemble": ("content", "assemble", "--bank", "{sample}", "--blueprint", "{no}", "--seed", "s"),
    "content assemble, no bank": ("content", "assemble", "--bank", "{no}", "--blueprint", "{rule}", "--seed", "s"),
    "content score": ("content", "score", "{no}"),
    "content preview": ("content", "preview", "{no}", "--png", "{out}"),
    "content gallery": ("content", "gallery", "{rule}"),
    "content template": ("content", "template", "{no}/template.xlsx"),
    "seat enrol": ("seat", "enrol", "--home", "{out}", "{no}"),
    "seat fetch": ("seat", "fetch", "--home", "{no}"),
    "seat take": ("seat", "take", "--home", "{place}/seat", "{no}"),
    "outbox list": ("outbox", "list", "--home", "{no}"),
    "outbox export": ("outbox", "export", "--home", "{no}", "{no}"),
    "outbox receipts": ("outbox", "receipts", "--home", "{place}/seat", "{no}"),
    "registry result show": ("registry", "result", "show", "--home", "{no}", "x"),
    "registry result list": ("registry", "result", "list", "--home", "{no}", "--session", "x"),
    "slip make": ("slip", "make", "{out}", "--home", "{no}", "--code", "x"),
    "slip verify": ("slip", "verify", "{rule}", "--trust", "{no}"),
    "slip verify, a code alone": ("slip", "verify", "0000000000000000", "--trust", "{place}/registry/trust"),
    "registry ingest": ("registry", "ingest", "--home", "{place}/registry", "{no}"),
    "registry carry": ("registry", "carry", "--home", "{no}", "{out}", "--session", "x"),
    "site key": ("site", "key", "{no}/site.key"),
    "demo": ("demo", "--home", "{place}", "--autopilot"),
}


@pytest.mark.parametrize("name", ELSEWHERE)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_place_that_is_not_as_it_must_be_ends_with_three(
    place: Place, tmp_path: Path, name: str, language: str
) -> None:
    sample = resource_folder() / "sample-bank"
    rule = resource_folder() / "blueprint-example.toml"
    item = next((resource_folder() / "gallery").glob("*.xml"))
    there = {"no": tmp_path / "no", "out": tmp_path / "out", "place": place.root} | {
        "sample": sample,
        "rule": rule,
        "item": item,
    }
    told = Terminal(language).run(*(part.format(**there) for part in ELSEWHERE[name]))
    assert told.code == 3
    assert_words(told.errors, language)


@pytest.fixture(scope="session")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file that is no bank."""
    file = tmp_path_factory.mktemp("bank") / "bank.zip"
    file.write_bytes(png())
    return file


def assert_words(said: str, language: str) -> None:
    """What happened, what is safe and what to do, and why where there is a reason; then the code in brackets."""
    *sentences, code = said.splitlines()
    assert len(sentences) == 3 + sentences[1].startswith(("原因：", "Reason: "))
    assert re.fullmatch(r"\[[A-Z_]+( · .*)?\]", code)
    for sentence in sentences:
        assert bool(HAN.search(sentence)) is (language == "zh"), sentence


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(
    "arguments",
    [
        ("packet", "verify", "{bad}", "--trust", "{place}/seat/trust"),
        ("receipt", "verify", "{bad}", "--packet", "{bad}", "--trust", "{place}/seat/trust"),
        ("registry", "publish", "--home", "{place}/registry", "{bank}"),
        ("registry", "publish", "--home", "{place}/registry", "{sample}"),
        ("registry", "plan", "--home", "{place}/registry", "{bad}"),
        ("registry", "release", "--home", "{place}/registry", "x"),
        ("registry", "result", "show", "--home", "{place}/registry", "x"),
        ("registry", "result", "void", "--home", "{place}/registry", "0000000000000000", "--by", "A", "--reason", "y"),
        ("registry", "remark", "--home", "{place}/registry", "--session", "x", "--item", "y", "--rule", "none"),
        ("registry", "carry", "--home", "{place}/registry", "{out}", "--session", "x"),
        ("outbox", "retry", "--home", "{place}/seat", "x"),
        ("outbox", "pause", "--home", "{place}/seat", "--reason", "\u202e"),
        ("registry", "proctor", "add", "--home", "{place}/registry", "李梅", "--pin", "1"),
        ("registry", "proctor", "new-pin", "--home", "{place}/registry", "x", "--pin", "246810"),
        ("registry", "proctor", "revoke", "--home", "{place}/registry", "x"),
        ("registry", "device", "show", "--home", "{place}/registry", "x"),
        ("registry", "device", "revoke", "--home", "{place}/registry", "x"),
        ("registry", "device", "rotate-request", "--home", "{place}/registry", "x"),
        ("registry", "device", "settle", "--home", "{place}/registry", "x", "--why", "it was copied"),
        ("seat", "enrol", "--home", "{out}", "{bad}"),
        ("registry", "witness", "remove", "--home", "{place}/registry", "w"),
        ("witness", "init", "--home", "{out}", "--name", "a b", "--trust", "{place}/registry/trust"),
        ("registry", "witness", "add", "--home", "{place}/registry", "https://127.0.0.1:1", "{bad}"),
    ],
    ids=" ".join,
)
def test_a_thing_that_is_bad_ends_with_one(
    place: Place, tmp_path: Path, bank: Path, arguments: tuple[str, ...], language: str
) -> None:
    bad = tmp_path / "bad"
    bad.write_bytes(b"[[[ not what it should be")
    sample = resource_folder() / "sample-bank"
    there = {"bad": bad, "place": place.root, "bank": bank, "out": tmp_path / "out", "sample": sample}
    told = Terminal(language).run(*(part.format(**there) for part in arguments))
    assert told.code == 1
    if arguments[1] == "verify":
        assert "✗" in told.output
        assert bool(HAN.search(told.output)) is (language == "zh")
    else:
        assert_words(told.errors, language)


def test_evidence_is_not_called_bad_because_the_keys_are_missing(
    terminal: Terminal, place: Place, tmp_path: Path
) -> None:
    (tmp_path / "trust").mkdir()
    told = terminal.run("packet", "verify", place.session_file, "--trust", tmp_path / "trust")
    assert told.code == 3
    assert "Nothing was checked" in told.errors
    assert "TRUST_FOLDER_UNUSABLE" in told.errors


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_defect_of_ours_is_written_to_a_file_and_not_thrown_at_a_person(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr(app.cli.evidence, "read_file", broken)
    told = Terminal(language).run("packet", "verify", "x", "--trust", "y")
    assert told.code == 3
    assert told.output == ""
    assert bool(HAN.search(told.errors)) is (language == "zh")
    (report,) = Path(user_log_dir("examroom")).iterdir()
    assert str(report) in told.errors
    assert "ZeroDivisionError: ours" in report.read_text()
    assert report.stat().st_mode & 0o077 == 0


def test_a_defect_that_cannot_be_written_down_is_told_all_the_same(
    terminal: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "state").write_text("no folder")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr(app.cli.evidence, "read_file", broken)
    told = terminal.run("packet", "verify", "x", "--trust", "y")
    assert told.code == 3
    assert "could not be written to the disk" in told.errors


def broken(_path: Path) -> bytes:
    raise ZeroDivisionError("ours")


def test_who_breaks_off_sees_nothing_but_the_end(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_path: Path) -> bytes:
        raise KeyboardInterrupt

    monkeypatch.setattr(app.cli.evidence, "read_file", interrupted)
    told = terminal.run("packet", "verify", "x", "--trust", "y")
    assert (told.code, told.output, told.errors) == (3, "", "")


def test_what_is_said_is_said_as_it_is(terminal: Terminal, tmp_path: Path) -> None:
    told = terminal.run("packet", "verify", tmp_path / "[red]:boom:[/red]\x1b[31m", "--trust", tmp_path)
    assert "[red]:boom:[/red]\ufffd[31m" in told.errors


def test_as_a_process_it_ends_with_the_same_codes(tmp_path: Path) -> None:
    missing = as_command("packet", "verify", tmp_path / "no", "--trust", tmp_path, language="zh")
    assert missing.returncode == 3
    assert missing.stdout == ""
    assert_words(missing.stderr, "zh")
    assert as_command("packet").returncode == 2
    assert as_command("--help").returncode == 0


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C.UTF-8"}, "en"),
        ({"LANG": "en_GB.UTF-8", "EXAMROOM_LANGUAGE": "zh"}, "zh"),
        ({}, "en"),
    ],
)
def test_the_language_is_the_terminals(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], language: str
) -> None:
    for name in ("EXAMROOM_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert terminal_language() == language
