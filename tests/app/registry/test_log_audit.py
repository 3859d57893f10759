"""A whole log audited from outside: whatever a registry does to its history, somebody finds it."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.registry.service import Registry
from sync.client.log_audit import LogReport, audit_log
from sync.client.log_source import LogAddress, LogFolder
from sync.trust.anchor import Trust
from sync.trust.log_head import LogHead, read_log_head
from tests.app.registry.histories import entries_of, log_folder, log_leaves, rewrite
from tests.app.registry.world import serving

Change = Callable[[list[bytes]], list[bytes]]
SIZE = 600
FORGED = b"examroom-leaf-v1 " + b"0" * 64 + b"\n"
CHANGES: dict[str, Change] = {
    "rewritten": lambda was: [*was[:300], FORGED, *was[301:]],
    "removed": lambda was: was[:300] + was[301:],
    "removed, and another put at the end": lambda was: [*was[:300], *was[301:], FORGED],
    "reordered": lambda was: [*was[:300], was[301], was[300], *was[302:]],
    "put in between": lambda was: [*was[:300], FORGED, *was[300:]],
    "cut off": lambda was: was[:-1],
    "the last rewritten": lambda was: [*was[:-1], FORGED],
    "begun anew": lambda _was: [FORGED] * (SIZE + 10),
}


@pytest.fixture(scope="module")
def master(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("master") / "registry"
    with Registry.initialise(home, name="R") as registry:
        log_leaves(registry, SIZE)
        registry.premises.log.checkpoint()
    return home


@pytest.fixture
def registry(master: Path, tmp_path: Path) -> Iterator[Registry]:
    shutil.copytree(master, tmp_path / "registry")
    with Registry.open(tmp_path / "registry") as opened:
        yield opened


def trust_of(registry: Registry) -> Trust:
    return Trust.load(registry.premises.public_folder)


def audit(registry: Registry, seen: LogHead | None = None) -> LogReport:
    registry.premises.log.checkpoint()
    return audit_log(LogFolder(log_folder(registry)), trust_of(registry), seen=seen)


def seen_of(registry: Registry) -> LogHead:
    return read_log_head(registry.premises.log.checkpoint(), trust_of(registry))


def bad(report: LogReport) -> list[str]:
    return [check.name for check in report.checks if not check.good]


def test_an_honest_log_is_good_also_as_it_grows(registry: Registry) -> None:
    seen = None
    for step in (0, 1, 167, 256, 1):
        log_leaves(registry, step)
        report = audit(registry, seen)
        assert report.good, report.checks
        seen = report.head
    assert seen
    assert seen.size == SIZE + 425


def test_an_empty_log_is_good_and_everything_continues_it(tmp_path: Path) -> None:
    with Registry.initialise(tmp_path / "registry", name="R") as registry:
        empty = audit(registry)
        assert empty.good
        log_leaves(registry, 3)
        assert audit(registry, empty.head).good


def test_over_https_it_is_the_same(registry: Registry) -> None:
    ca_pem = (registry.premises.public_folder / "ca.pem").read_text()
    with serving(registry) as url:
        for address in (url, f"{url}/v1/log/"):
            source = LogAddress(address, ca_pem)
            report = audit_log(source, trust_of(registry))
            source.close()
            assert report.good
            assert report.head
            assert report.head.size == SIZE


@pytest.mark.parametrize("change", CHANGES)
def test_a_history_that_was_changed_is_not_the_one_that_was_seen(registry: Registry, change: str) -> None:
    seen = seen_of(registry)
    rewrite(registry, CHANGES[change](entries_of(registry)))
    assert audit(registry).good, "a registry with its key can make a history that fits by itself"
    report = audit(registry, seen)
    assert bad(report) == ["log_continues"]
    assert report.checks[-1].detail


def test_two_auditors_who_were_shown_two_histories_see_it_when_they_compare(registry: Registry) -> None:
    first = audit(registry)
    rewrite(registry, CHANGES["rewritten"](entries_of(registry)))
    second = audit(registry)
    assert first.good
    assert second.good
    assert bad(audit(registry, first.head)) == ["log_continues"]


@pytest.mark.parametrize("name", ["tile/0/000", "tile/0/002.p/88", "tile/1/000.p/2", "tile/entries/001"])
def test_a_file_that_was_changed_cut_lengthened_or_lost_is_named(registry: Registry, name: str) -> None:
    file = log_folder(registry) / name
    whole = file.read_bytes()
    for damage in (
        whole[:40] + bytes([whole[40] ^ 1]) + whole[41:],
        whole[:-1] + bytes([whole[-1] ^ 1]),
        whole[:-1],
        whole[:64] + whole[32:64] + whole[96:],
        whole + b"x" * 40_000,
        b"",
    ):
        file.write_bytes(damage)
        report = audit(registry)
        assert bad(report) == ["log_tiles"]
        assert name.split(".", maxsplit=1)[0].rsplit("/", maxsplit=1)[-1] in report.checks[-1].detail
    file.unlink()
    report = audit(registry)
    assert bad(report) == ["log_tiles"]
    assert f"{name}: missing" in report.checks[-1].detail
    file.mkdir()
    assert bad(audit(registry)) == ["log_tiles"]
    file.rmdir()
    file.symlink_to(log_folder(registry) / "checkpoint")
    assert bad(audit(registry)) == ["log_tiles"]


def test_a_head_of_another_key_or_none_is_no_head(registry: Registry) -> None:
    file = log_folder(registry) / "checkpoint"
    whole = file.read_bytes()
    for damage in (b"", b"\xff", whole.replace(b"\n600\n", b"\n599\n"), whole + whole, b"x" * 1_000_000):
        file.write_bytes(damage)
        report = audit_log(LogFolder(log_folder(registry)), trust_of(registry))
        assert bad(report) == ["log_checkpoint"]
        assert report.head is None
    file.unlink()
    assert bad(audit_log(LogFolder(log_folder(registry)), trust_of(registry))) == ["log_checkpoint"]


def test_a_part_that_the_log_has_grown_over_is_read_from_the_whole(registry: Registry, tmp_path: Path) -> None:
    registry.premises.log.checkpoint()
    old = (log_folder(registry) / "checkpoint").read_bytes()
    log_leaves(registry, 300)
    registry.premises.log.checkpoint()
    copy = tmp_path / "copy"
    shutil.copytree(log_folder(registry), copy)
    (copy / "checkpoint").write_bytes(old)
    report = audit_log(LogFolder(copy), trust_of(registry))
    assert report.good
    assert report.head
    assert report.head.size == SIZE


def test_an_entry_that_is_no_commitment_is_found(registry: Registry) -> None:
    """A name in the log would be there for ever; the form leaves no room for one."""
    entries = entries_of(registry)
    for odd in (b"examroom-leaf-v1 Zhang San\n", b"", b"examroom-note-v1 " + b"0" * 64 + b"\n", b"\xff" * 90):
        rewrite(registry, [*entries[:5], odd, *entries[6:]])
        report = audit(registry)
        assert bad(report) == ["log_tiles"]
        assert "entry 5" in report.checks[-1].detail


@given(data=st.data())
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_change_to_any_file_goes_unnoticed(copied: Path, trust: Trust, data: st.DataObject) -> None:
    files = sorted(file for file in copied.rglob("*") if file.is_file() and file.name != "head")
    file = data.draw(st.sampled_from(files))
    whole = file.read_bytes()
    begin = data.draw(st.integers(0, len(whole) - 1))
    end = data.draw(st.integers(begin, min(begin + 100, len(whole))))
    changed = whole[:begin] + data.draw(st.binary(max_size=100)) + whole[end:]
    file.write_bytes(changed)
    try:
        assert audit_log(LogFolder(copied), trust).good is (changed == whole)
    finally:
        file.write_bytes(whole)


@pytest.fixture
def copied(master: Path, tmp_path: Path) -> Path:
    shutil.copytree(master / "log", tmp_path / "copy")
    return tmp_path / "copy"


@pytest.fixture
def trust(master: Path) -> Trust:
    return Trust.load(master / "trust")


@pytest.mark.long
@pytest.mark.timeout(1_800)
def test_killed_at_every_line_of_showing_its_log_there_is_always_a_whole_one(tmp_path: Path) -> None:
    """The old head with its tiles, or the new one; and the next time the new one."""
    told = subprocess.run(
        [sys.executable, "-m", "tests.app.registry.dying_log", tmp_path], capture_output=True, text=True, check=False
    )
    assert told.stderr == ""
    died, shown = (int(word) for word in told.stdout.split())
    assert died > 100
    assert 1 < shown < died
