"""`recording verify` and `recording export` on a recording of three segments."""

import base64
import re
import shutil
from pathlib import Path

import pytest

from tests.app.cli.terminal import Terminal
from tests.proctoring.seat import Recorded, SimulatedSeat, record
from tests.proctoring.vault.format.sealed import flip, leaves, records, segment


@pytest.fixture
def copy(recorded: Recorded, tmp_path: Path) -> Path:
    return recorded.copy_to(tmp_path / "recording")


def cut(file: Path, length: int) -> None:
    file.write_bytes(file.read_bytes()[:length])


def said(terminal: Terminal, folder: Path, code: int) -> str:
    told = terminal.run("recording", "verify", folder)
    assert (told.code, told.errors) == (code, "")
    return told.output


def test_an_untouched_recording_is_good_and_says_who_was_not_checked(terminal: Terminal, copy: Path) -> None:
    told = said(terminal, copy, 0)
    assert "Complete: everything that was recorded is here and unchanged." in told
    assert "Signer not checked" in told
    assert told.count("(simulated)") == 2
    assert "✗" not in told


def test_a_flipped_byte_is_named_by_segment_and_record(terminal: Terminal, copy: Path) -> None:
    span = records(segment(copy, 1))[1]
    flip(segment(copy, 1), span.start + 20)
    told = said(terminal, copy, 1)
    assert "✗ This record was changed\n  segment 1 · record 1" in told
    assert "Tampered" in told


def test_a_removed_segment_is_named(terminal: Terminal, copy: Path) -> None:
    segment(copy, 1).unlink()
    assert "✗ This segment is missing\n  segment 1" in said(terminal, copy, 1)


def test_a_removed_end_is_no_complete_recording(terminal: Terminal, copy: Path) -> None:
    segment(copy, 2).unlink()
    told = said(terminal, copy, 1)
    assert "segment 2" in told
    assert "Truncated" in told


def test_exchanged_segments_are_both_named(terminal: Terminal, copy: Path) -> None:
    for of in (segment, leaves):
        one, other = of(copy, 0), of(copy, 1)
        kept = one.read_bytes()
        one.write_bytes(other.read_bytes())
        other.write_bytes(kept)
    told = said(terminal, copy, 1)
    assert "Segments were exchanged: the file holds another one\n  segment 0" in told
    assert "Segments were exchanged: the file holds another one\n  segment 1" in told


def test_a_cut_segment_is_named(terminal: Terminal, copy: Path) -> None:
    spans = records(segment(copy, 1))
    cut(segment(copy, 1), spans[-1].start)
    assert f"✗ The end of this segment was cut off\n  segment 1 · record {len(spans) - 1}" in said(terminal, copy, 1)


def test_a_removed_manifest_is_named(terminal: Terminal, copy: Path) -> None:
    (copy / "manifest.json").unlink()
    told = said(terminal, copy, 1)
    assert "✗ There is no manifest, yet recording ended properly" in told
    assert "Truncated" in told


def test_a_recording_that_was_never_closed_is_no_complete_evidence(terminal: Terminal, copy: Path) -> None:
    (copy / "manifest.json").unlink()
    spans = records(segment(copy, 2))
    cut(segment(copy, 2), spans[-1].start)
    heads = (copy / "heads.jsonl").read_bytes().splitlines(keepends=True)
    (copy / "heads.jsonl").write_bytes(b"".join(heads[:-1]))
    told = said(terminal, copy, 1)
    assert "✗ There is no manifest: recording did not end properly" in told
    assert "not complete evidence" in told


def test_a_recording_that_went_on_after_a_crash_is_good_and_its_gap_is_stated(
    terminal: Terminal, tmp_path: Path
) -> None:
    seat = SimulatedSeat(tmp_path)
    spec = seat.spec()
    client = seat.recorder()
    pid = record(client, spec, 600).pid
    client.close()
    seat.kill(pid)
    client = seat.recorder()
    record(client, spec, 1_500)
    client.stop()
    client.quit()
    seat.close()
    told = said(terminal, spec.folder, 0)
    assert "! The recorder was interrupted and began again with this segment\n  segment 1" in told
    assert re.search(r"^! A gap of \d+\.\d s from \d\.\d s on: The recorder was interrupted$", told, re.MULTILINE)
    assert "1 gaps" in told
    assert "Recovered: recording was interrupted" in told


def test_several_recordings_are_each_named_and_the_worst_decides(
    terminal: Terminal, copy: Path, recorded: Recorded, tmp_path: Path
) -> None:
    good, nothing = recorded.copy_to(tmp_path / "good"), tmp_path / "nothing"
    told = said(terminal, good, 0)
    assert told.startswith(f"Recording {recorded.spec.recording}\nSitting {recorded.spec.sitting}\n")
    unread = terminal.run("recording", "verify", good, nothing)
    assert (unread.code, "[RECORDING_UNREADABLE" in unread.errors) == (3, True)
    flip(segment(copy, 1), 500)
    both = terminal.run("recording", "verify", copy, nothing, good)
    assert both.code == 1
    assert both.output.count(f"Recording {recorded.spec.recording}\n") == 2
    verdicts = re.findall(r"^(Tampered|Complete):", both.output, re.MULTILINE)
    assert verdicts == ["Tampered", "Complete"]
    assert "[RECORDING_UNREADABLE" in both.errors
    assert terminal.run("recording", "verify").code == 2


def test_a_recording_of_which_no_paper_is_genuine_is_named_by_its_folder(terminal: Terminal, copy: Path) -> None:
    (copy / "device.pem").unlink()
    assert said(terminal, copy, 1).startswith("Folder recording: no paper that can be believed says")


def test_a_chinese_terminal_shows_no_english_but_files_names(copy: Path) -> None:
    (copy / "extra.txt").touch()
    (copy / "opening-00000.json").unlink()
    lines = (copy / "heads.jsonl").read_bytes().splitlines(keepends=True)
    (copy / "heads.jsonl").write_bytes(b"".join([lines[0], b"{}\n", *lines[2:]]))
    english = said(Terminal(), copy, 1)
    assert "line 2: " in english
    chinese = said(Terminal("zh"), copy, 1)
    for shown in re.findall(r"^  (.*)$", chinese, re.MULTILINE):
        assert not re.search("[A-Za-z]{2}", shown.replace("extra.txt", "")), shown
    assert "  extra.txt\n" in chinese


@pytest.fixture
def key(recorded: Recorded, tmp_path: Path) -> Path:
    file = tmp_path / "site.key"
    file.write_bytes(base64.b64encode(recorded.seat.site.raw()))
    return file


def test_an_export_says_what_the_recording_was_found_to_be(
    terminal: Terminal, copy: Path, key: Path, tmp_path: Path
) -> None:
    whole = terminal.run("recording", "export", copy, tmp_path / "whole.webm", "--key", key)
    assert whole.output.splitlines()[-1].startswith("Complete:")
    (copy / "manifest.json").unlink()
    truncated = terminal.run("recording", "export", copy, tmp_path / "truncated.webm", "--key", key)
    assert truncated.code == 0
    assert "✗ There is no manifest, yet recording ended properly" in truncated.output
    assert truncated.output.splitlines()[-1].startswith("Truncated:")


def test_an_export_of_a_recording_that_went_on_says_so(terminal: Terminal, tmp_path: Path) -> None:
    seat = SimulatedSeat(tmp_path)
    (tmp_path / "site.key").write_bytes(base64.b64encode(seat.site.raw()))
    spec = seat.spec()
    seat.kill(record(seat.recorder(), spec, 600).pid)
    unclosed = terminal.run("recording", "export", spec.folder, tmp_path / "1.webm", "--key", tmp_path / "site.key")
    assert unclosed.code == 0
    assert unclosed.output.splitlines()[-1].startswith("Not closed:")
    client = seat.recorder()
    client.start(spec)
    client.stop()
    client.quit()
    seat.close()
    recovered = terminal.run("recording", "export", spec.folder, tmp_path / "2.webm", "--key", tmp_path / "site.key")
    assert "! The recorder was interrupted and began again" in recovered.output
    assert recovered.output.splitlines()[-1].startswith("Recovered:")


def test_an_export_that_is_refused_names_every_finding(
    terminal: Terminal, copy: Path, key: Path, tmp_path: Path
) -> None:
    segment(copy, 2).unlink()
    told = terminal.run("recording", "export", copy, tmp_path / "out.webm", "--key", key)
    assert told.code == 1
    assert "✗ This segment is missing\n  segment 2" in told.output
    assert "[RECORDING_TAMPERED" in told.errors
    assert "DISK_FAULT" not in told.errors


def test_an_export_says_what_was_written_and_is_never_written_over(
    terminal: Terminal, copy: Path, recorded: Recorded, tmp_path: Path
) -> None:
    key = tmp_path / "site.key"
    key.write_bytes(base64.b64encode(recorded.seat.site.raw()))
    told = terminal.run("recording", "export", copy, tmp_path / "out.webm", "--key", key)
    assert (told.code, told.errors) == (0, "")
    assert "SHA-256" in told.output
    again = terminal.run("recording", "export", copy, tmp_path / "out.webm", "--key", key)
    assert again.code == 3
    assert "EXPORT_PLACE_REFUSED" in again.errors


@pytest.mark.parametrize("content", [b"", b"no base64!", b"AAAA", b"\xff\xfe"])
def test_a_file_that_is_no_key_is_refused(terminal: Terminal, copy: Path, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "bad.key").write_bytes(content)
    told = terminal.run("recording", "export", copy, tmp_path / "out.webm", "--key", tmp_path / "bad.key")
    assert told.code == 1
    assert "KEY_FILE_REFUSED" in told.errors


def test_a_tampered_recording_is_not_exported(
    terminal: Terminal, copy: Path, recorded: Recorded, tmp_path: Path
) -> None:
    shutil.copy(segment(copy, 0), segment(copy, 1))
    key = tmp_path / "site.key"
    key.write_bytes(base64.b64encode(recorded.seat.site.raw()))
    told = terminal.run("recording", "export", copy, tmp_path / "out.webm", "--key", key)
    assert told.code == 1
    assert "RECORDING_TAMPERED" in told.errors
    assert not (tmp_path / "out.webm").exists()
