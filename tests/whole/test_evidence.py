"""The evidence a sitting leaves: good as it is, bad with any byte changed, and the check that fails is named."""

from collections.abc import Callable
from pathlib import Path

import pytest

from app.exam.prose import Language
from app.registry.service import Registry
from app.words import Words
from sync.trust.anchor import Trust
from sync.trust.evidence import EvidenceReport, check_packet, check_receipt
from tests.app.cli.terminal import Terminal
from tests.whole.run import Run

Check = Callable[[bytes], EvidenceReport]

SOME = (0.0, 0.1, 0.4, 0.7, 0.999)
"""A handful of places in a file, as parts of its length."""


def flipped(raw: bytes, position: int) -> bytes:
    """Change one bit of the byte at `position`, another one for each position."""
    changed = bytearray(raw)
    changed[position] ^= 1 << (position % 8)
    return bytes(changed)


def assert_noticed_everywhere(raw: bytes, check: Check) -> None:
    """Flip a bit of each byte in turn; every time a check fails, which has a name in both languages."""
    assert check(raw).good
    for position in range(len(raw)):
        report = check(flipped(raw, position))
        assert not report.good, f"byte {position} may be {raw[position] ^ 1 << (position % 8):#x} instead"
        failed = [found.name for found in report.checks if not found.good]
        assert failed, f"byte {position}: nothing is named"
        assert all(Words(language)(f"check.{name}") for name in failed for language in Language)


@pytest.fixture
def terminal() -> Terminal:
    return Terminal()


@pytest.fixture
def files(run: Run) -> dict[str, Path]:
    return {name: run.path(name) for name in ("packet", "receipt", "proof")}


def test_no_byte_of_the_packet_can_be_changed(files: dict[str, Path], trust: Trust) -> None:
    assert_noticed_everywhere(files["packet"].read_bytes(), lambda raw: check_packet(raw, trust))


def test_no_byte_of_the_receipt_can_be_changed(files: dict[str, Path], trust: Trust) -> None:
    packet, proof = files["packet"].read_bytes(), files["proof"].read_bytes()
    assert_noticed_everywhere(files["receipt"].read_bytes(), lambda raw: check_receipt(raw, packet, proof, trust))


def test_no_byte_of_the_proof_can_be_changed(files: dict[str, Path], trust: Trust) -> None:
    packet, receipt = files["packet"].read_bytes(), files["receipt"].read_bytes()
    assert_noticed_everywhere(files["proof"].read_bytes(), lambda raw: check_receipt(receipt, packet, raw, trust))


def test_a_receipt_is_for_no_other_bytes_than_its_packets(files: dict[str, Path], trust: Trust) -> None:
    receipt, proof = files["receipt"].read_bytes(), files["proof"].read_bytes()
    assert_noticed_everywhere(files["packet"].read_bytes(), lambda raw: check_receipt(receipt, raw, proof, trust))


def test_the_commands_find_the_evidence_good(terminal: Terminal, files: dict[str, Path], run: Run) -> None:
    trust = str(run.home / "trust")
    packet = terminal.run("packet", "verify", str(files["packet"]), "--trust", trust)
    assert (packet.code, packet.errors) == (0, "")
    assert f"{run.summary['score']:g} of 12" in packet.output
    assert "Simulated candidate" in packet.output
    wants = ("--packet", str(files["packet"]), "--trust", trust)
    receipt = terminal.run("receipt", "verify", str(files["receipt"]), *wants, "--proof", str(files["proof"]))
    assert (receipt.code, receipt.errors) == (0, "")
    assert "agrees" in receipt.output
    assert terminal.run("receipt", "verify", str(files["receipt"]), *wants).code == 0


@pytest.mark.parametrize("place", SOME)
@pytest.mark.parametrize("what", ["packet", "receipt", "proof"])
def test_the_commands_name_what_a_flipped_byte_breaks(
    terminal: Terminal, files: dict[str, Path], run: Run, tmp_path: Path, what: str, place: float
) -> None:
    raw = files[what].read_bytes()
    bad = tmp_path / "bad.json"
    bad.write_bytes(flipped(raw, int(place * len(raw))))
    given = {**files, what: bad}
    trust = ("--trust", str(run.home / "trust"))
    if what == "packet":
        told = terminal.run("packet", "verify", str(bad), *trust)
    else:
        wants = ("--packet", str(given["packet"]), "--proof", str(given["proof"]))
        told = terminal.run("receipt", "verify", str(given["receipt"]), *wants, *trust)
    assert told.code == 1
    assert "✗" in told.output
    assert "is bad: it failed “" in told.output


def test_another_registrys_keys_make_nothing_good(terminal: Terminal, files: dict[str, Path], tmp_path: Path) -> None:
    Registry.initialise(tmp_path / "registry", name="Another").close()
    told = terminal.run("packet", "verify", str(files["packet"]), "--trust", str(tmp_path / "registry" / "trust"))
    assert told.code == 1
    assert "✗" in told.output
