"""A slip is made at the registry or from evidence, and anybody with the public keys finds out what is wrong with it."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.registry.results import accounts_of
from sync.wire.result import CorrectionFile
from tests.app.cli.terminal import Terminal
from tests.app.registry.world import World, enrol_seat, opened_world, serving, signed, simulated_packet


@dataclass(frozen=True)
class Desk:
    """A registry with two results of one session, served; the evidence of the first lies in files."""

    world: World
    url: str
    session: str
    sittings: tuple[str, ...]
    codes: tuple[str, ...]

    @property
    def home(self) -> Path:
        return self.world.folder / "registry"

    @property
    def trust(self) -> Path:
        return self.world.registry.premises.public_folder

    def evidence(self, name: str) -> Path:
        return self.world.folder / name


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with opened_world(tmp_path_factory.mktemp("desk")) as world, serving(world.registry) as url:
        seat = enrol_seat(world)
        session = world.registry.plan_session(world.request((seat.device,), candidates=2))
        for number in range(2):
            sha256, envelope = signed(world, seat, simulated_packet(world, seat, session, number, right=4))
            receipt = world.registry.take_packet(sha256, envelope).receipt
            if number == 0:
                (world.folder / "packet").write_bytes(envelope)
                (world.folder / "receipt").write_bytes(receipt)
                (world.folder / "proof").write_bytes(world.registry.proof(sha256).to_bytes())
                (world.folder / "plan").write_bytes(world.registry.premises.shelf.session(session).envelope)
        accounts = accounts_of(world.registry.premises, session)
        sittings, codes = tuple(one.sitting for one in accounts), tuple(one.code for one in accounts)
        yield Desk(world, url, session, sittings, codes)


def made(desk: Desk, out: Path, language: str = "en") -> bytes:
    told = Terminal(language).run("slip", "make", out, "--home", desk.home, "--code", desk.codes[0])
    assert told.code == 0, told.errors
    return out.read_bytes()


@pytest.mark.parametrize(("language", "said"), [("zh", "合格"), ("en", "Passed")])
def test_a_slip_of_the_registry_loads_nothing_and_is_checked_without_a_network(
    desk: Desk, tmp_path: Path, language: str, said: str
) -> None:
    sheet = made(desk, tmp_path / "slip.html", language).decode()
    assert said in sheet
    assert "<svg" in sheet
    assert "Simulated 0" not in sheet
    assert not re.search(r"<script|<link|<img|src=|@import|url\(", sheet)
    told = Terminal(language).run("slip", "verify", tmp_path / "slip.html", "--trust", desk.trust)
    assert told.code == 0, told.output
    assert "S**" in told.output


def test_a_slip_from_evidence_says_that_nobody_signed_the_name(desk: Desk, tmp_path: Path) -> None:
    out = tmp_path / "slip.html"
    files = [part for name in ("packet", "receipt", "plan", "proof") for part in (f"--{name}", desk.evidence(name))]
    told = Terminal("en").run("slip", "make", out, *files, "--trust", desk.trust, "--url", "https://r.example")
    assert told.code == 0, told.errors
    assert "https://r.example/check/" in out.read_text()
    told = Terminal("en").run("slip", "verify", out, "--trust", desk.trust)
    assert told.code == 0, told.output
    assert "not covered by a signature" in told.output


def test_whatever_is_changed_on_a_slip_is_noticed(desk: Desk, tmp_path: Path) -> None:
    sheet = made(desk, tmp_path / "slip.html")
    changed = tmp_path / "changed.html"
    for old, new in ((b"80 of 100", b"95 of 100"), (b"</main>", b"<p>Passed</p></main>"), (b"S**", b"T**")):
        changed.write_bytes(sheet.replace(old, new))
        told = Terminal("en").run("slip", "verify", changed, "--trust", desk.trust)
        assert told.code == 1
        assert "✗ What is read on the slip" in told.output
    for raw in (b"", b"<html>", sheet.replace(b"<template", b"<t"), b"\xff" * 1000):
        changed.write_bytes(raw)
        assert "SLIP_REFUSED" in Terminal("en").run("slip", "verify", changed, "--trust", desk.trust).errors


def test_a_slip_from_before_a_correction_is_good_and_the_registry_says_what_stands_now(
    desk: Desk, tmp_path: Path
) -> None:
    terminal = Terminal("en")
    out, code = tmp_path / "slip.html", desk.codes[1]
    assert terminal.run("slip", "make", out, "--home", desk.home, "--code", code).code == 0
    two = ("--by", "Zhao Min", "--by", "Qian Wei", "--reason", "camera covered")
    one = terminal.run("registry", "result", "void", "--home", desk.home, code, *two[2:])
    assert "DECISION_INCOMPLETE" in one.errors
    assert terminal.run("registry", "result", "void", "--home", desk.home, code, *two).code == 0
    again = terminal.run("registry", "result", "void", "--home", desk.home, code, *two)
    assert (again.code, "CORRECTION_REFUSED" in again.errors) == (1, True)
    assert terminal.run("slip", "verify", out, "--trust", desk.trust).code == 0
    now = terminal.run("slip", "verify", out, code, "--trust", desk.trust, "--from", desk.url)
    assert now.code == 0, now.output + now.errors
    assert now.output.count("Void: this sitting does not count") == 2
    unknown = terminal.run("slip", "verify", "0000000000000000", "--trust", desk.trust, "--from", desk.url)
    assert "CODE_UNKNOWN" in unknown.errors
    mistyped = terminal.run("slip", "verify", "0000000000000001", "--trust", desk.trust, "--from", desk.url)
    assert "CODE_MISTYPED" in mistyped.errors
    assert "CODE_ALONE" in terminal.run("slip", "verify", code, "--trust", desk.trust).errors
    back = terminal.run("registry", "result", "reinstate", "--home", desk.home, code, *two)
    assert back.code == 0, back.errors


def test_a_remark_is_foreseen_then_done_and_told_to_whoever_checks_receipt_and_log(desk: Desk, tmp_path: Path) -> None:
    terminal, sitting = Terminal("en"), desk.sittings[0]
    packet = json.loads(terminal.run("registry", "result", "show", "--home", desk.home, sitting, "--json").output)
    assert packet["corrections"] == []
    form = desk.world.form(desk.world.plan(desk.session)[0].roster[0])
    of = ("--home", desk.home, "--session", desk.session)
    remark = ("registry", "remark", *of, "--item", form.items[-1].item, "--rule", "full-marks")
    foreseen = terminal.run(*remark)
    assert foreseen.code == 0, foreseen.errors
    assert "Nothing was written" in foreseen.output
    assert "DECISION_INCOMPLETE" in terminal.run(*remark, "--apply").errors
    done = terminal.run(*remark, "--apply", "--by", "Zhao Min", "--reason", "wrong key")
    assert done.code == 0, done.errors
    listed = terminal.run("registry", "result", "list", *of)
    assert "100 of 100" in listed.output
    evidence = tmp_path / "evidence"
    evidence.mkdir()
    out = evidence / "one.corrections.json"
    assert terminal.run("registry", "result", "export", "--home", desk.home, sitting, out).code == 0
    assert len(CorrectionFile.parse(out.read_bytes()).corrections) == 1
    files = (desk.evidence("receipt"), "--packet", desk.evidence("packet"), "--trust", desk.trust)
    told = terminal.run("receipt", "verify", *files, "--corrections", out)
    assert told.code == 0, told.output + told.errors
    assert "wrong key" in told.output
    (evidence / "one.receipt.json").write_bytes(desk.evidence("receipt").read_bytes())
    audit = ("log", "audit", desk.url, "--trust", desk.trust, "--receipts", evidence)
    assert terminal.run(*audit).code == 0
    forged = out.read_bytes().replace(b'"index":', b'"index":1')
    (evidence / "two.corrections.json").write_bytes(forged)
    assert terminal.run(*audit).code == 1
    (evidence / "two.corrections.json").write_bytes(out.read_bytes().replace(b'"salt":"', b'"salt":"00')[:-2])
    assert terminal.run("receipt", "verify", *files, "--corrections", evidence / "two.corrections.json").code == 1


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_slip_from_bad_evidence_or_from_nothing_is_not_made(desk: Desk, tmp_path: Path, language: str) -> None:
    out = tmp_path / "slip.html"
    assert Terminal(language).run("slip", "make", out).code == 2
    names = {"packet": "packet", "receipt": "proof", "plan": "plan"}
    files = [part for name, file in names.items() for part in (f"--{name}", desk.evidence(file))]
    told = Terminal(language).run("slip", "make", out, *files, "--trust", desk.trust)
    assert told.code == 1
    assert "SLIP_EVIDENCE_BAD" in told.errors
    assert not out.exists()
