"""`recording verify` and `recording export` on a recording of three segments."""

import base64
import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from proctoring.vault.format.record import Flag
from sync.trust.envelope import peek
from sync.wire.enrolment import DirectoryDevice, DirectoryKey
from sync.wire.recording import RecordingHead
from tests.app.cli.terminal import Terminal
from tests.proctoring.seat import Recorded, SimulatedSeat, record
from tests.proctoring.vault.format import tiny
from tests.proctoring.vault.format.sealed import flip, leaves, records, segment
from tests.sync.trust.world import World


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
    told = said(terminal, copy, 0)  # what is there is genuine, and that its end is open is said
    assert re.search(r"^! From 4\.\d s on, nobody knows for how long: the recorder was ended", told, re.MULTILINE)
    assert "! There is no manifest: nobody has closed the recording" in told
    assert "✗" not in told
    assert "Gaps: 1\n" in told
    assert "Recovered: recording was interrupted" in told
    program = json.loads(terminal.run("recording", "verify", copy, "--json").output)
    assert (program["verdict"], [gap["length_ms"] for gap in program["gaps"]]) == ("recovered", [None])
    shown = terminal.run("recording", "show", copy).output
    assert "nobody knows for how long" in shown
    assert "0 of 0" not in shown
    assert json.loads(terminal.run("recording", "show", copy, "--json").output)["gaps"] == program["gaps"]


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
    interrupted = r"^! A gap of \d+\.\d s from \d\.\d s on: The recorder was interrupted$"
    assert len(re.findall(interrupted, told, re.MULTILINE)) == 1
    assert re.search(r"Gaps: [1-9]\n", told)  # a machine that is very busy may lose a moment more, and says so
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


@pytest.fixture(scope="module")
def keys() -> tiny.Keys:
    return tiny.Keys()


def told_as_json(terminal: Terminal, *arguments: object) -> tuple[int, list[Any]]:
    told = terminal.run("recording", *arguments, "--json")
    assert told.errors == ""
    return told.code, [json.loads(line) for line in told.output.splitlines()]


def test_a_program_gets_one_programa_recording(terminal: Terminal, keys: tiny.Keys, tmp_path: Path) -> None:
    for make in (tiny.complete, tiny.went_on, tiny.killed):
        make(tmp_path / make.__name__, keys)
    flip(segment(tiny.complete(tmp_path / "flipped", keys).folder, 1), 400)
    names = ["complete", "went_on", "killed", "flipped", "nothing"]
    code, told = told_as_json(terminal, "verify", *(tmp_path / name for name in names))
    assert code == 1
    assert [one["path"] for one in told] == [str(tmp_path / name) for name in names]
    assert [one["verdict"] for one in told] == ["complete", "recovered", "recovered", "tampered", "unreadable"]
    assert [one["media_seconds"] for one in told] == [0.8, 0.6, 0.6, 0.4, 0]
    assert [one["segments"] for one in told] == [2, 2, 2, 2, 0]
    assert [one["records"] for one in told[:3]] == [8, 6, 6]
    whole = {"track": "both", "start_ms": 200, "length_ms": 1000, "reason": "recorder_restarted"}
    open_end = {"track": "both", "start_ms": 600, "length_ms": None, "reason": "not_closed"}
    assert [one["gaps"] for one in told] == [[], [whole], [open_end], [], []]
    assert [one["problems"] for one in told[:3]] == [[], [], []]
    [problem], [unread] = told[3]["problems"], told[4]["problems"]
    assert (problem["code"], problem["segment"], problem["record"]) == ("RECORD_CHANGED", 1, 0)
    assert problem["what"] == "This record was changed"
    assert unread["code"] == "RECORDING_UNREADABLE"
    assert told[0]["flags"] == 1


@pytest.mark.parametrize(("name", "code"), [("complete", 0), ("killed", 0), ("nothing", 3)])
def test_the_verdict_decides_the_exit_code(
    terminal: Terminal, keys: tiny.Keys, tmp_path: Path, name: str, code: int
) -> None:
    tiny.complete(tmp_path / "complete", keys)
    tiny.killed(tmp_path / "killed", keys)
    assert told_as_json(terminal, "verify", tmp_path / name)[0] == code


def test_a_recording_is_held_against_the_heads_that_left(terminal: Terminal, keys: tiny.Keys, tmp_path: Path) -> None:
    writer = tiny.Writer(tmp_path / "cut", keys)
    writer.segment()
    sent = writer.left[:]
    writer.segment(cut_after=3)
    gone = writer.left[-1]
    other = tiny.complete(tmp_path / "other", keys)
    segment(writer.folder, 1).unlink()
    leaves(writer.folder, 1).unlink()
    (writer.folder / "heads.jsonl").write_bytes(b"".join(head + b"\n" for head in sent))
    (tmp_path / "heads").mkdir()
    (tmp_path / "heads" / "1.jsonl").write_bytes(b"\n".join(other.left))
    assert (
        told_as_json(terminal, "verify", writer.folder, "--heads", tmp_path / "heads")[1][0]["verdict"] == "recovered"
    )
    (tmp_path / "heads" / "2.json").write_bytes(gone)
    for heads in (tmp_path / "heads", tmp_path / "heads" / "2.json"):
        code, [told] = told_as_json(terminal, "verify", writer.folder, "--heads", heads)
        assert (code, told["verdict"]) == (1, "truncated")
    unread = terminal.run("recording", "verify", writer.folder, "--heads", tmp_path / "none")
    assert (unread.code, "[FILE_UNREADABLE" in unread.errors) == (3, True)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_recording_shows_what_it_is(language: str, keys: tiny.Keys, tmp_path: Path) -> None:
    writer = tiny.Writer(tmp_path / "shown", keys)
    writer.segment(cut_after=2)
    writer.restart()
    writer.note()
    writer.segment(Flag.RECORDING_END)
    writer.close()
    shown = Terminal(language).run("recording", "show", writer.folder)
    assert (shown.code, shown.errors) == (0, "")
    for word in (writer.recording, writer.session, writer.sitting, writer.device, "VIOLATION_7", "1098", "64x48"):
        assert word in shown.output
    code, [told] = told_as_json(Terminal(language), "show", writer.folder)
    assert code == 0
    assert (told["recording"], told["verdict"], told["closed"]) == (writer.recording, "recovered", "stopped")
    assert [entry["records"] for entry in told["segments"]] == [2, 4]
    assert told["flags"] == [{"kind": "no_face", "at_ms": 1200, "length_ms": 100}]
    assert [epoch["first_segment"] for epoch in told["epochs"]] == [0, 1]
    assert Terminal(language).run("recording", "show", tmp_path / "none").code == 3


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
    assert "! There is no manifest" in unclosed.output
    assert unclosed.output.splitlines()[-1].startswith("Recovered:")
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
    segment(copy, 1).unlink()
    told = terminal.run("recording", "export", copy, tmp_path / "out.webm", "--key", key)
    assert told.code == 1
    assert "✗ This segment is missing\n  segment 1" in told.output
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


@pytest.mark.parametrize(
    ("revoked_ms", "signer", "sentence"),
    [(None, "unknown", "is not in the directory"), (1, "revoked", "had been revoked")],
)
def test_a_signer_whom_the_named_folder_does_not_know_is_no_change_of_the_bytes(
    terminal: Terminal,
    copy: Path,
    recorded: Recorded,
    tmp_path: Path,
    revoked_ms: int | None,
    signer: str,
    sentence: str,
) -> None:
    world = World.make()
    if revoked_ms is not None:
        pem = recorded.seat.keys.device_key().public.pem
        entry = DirectoryDevice(
            device=recorded.spec.device,
            seat_label="07",
            keys=(DirectoryKey(public_key_pem=pem, from_ms=0),),
            enrolled_ms=0,
            revoked_ms=revoked_ms,
        )
        world = world.with_directory(devices=(entry,))
    world.trust.save(tmp_path / "trust")
    told = terminal.run("recording", "verify", copy, "--trust", tmp_path / "trust")
    assert (told.code, told.errors) == (1, "")
    assert "the bytes are unchanged since they were signed" in told.output
    assert sentence in told.output
    assert "Tampered" not in told.output
    assert "--trust" not in told.output, "they named one"
    program = json.loads(terminal.run("recording", "verify", copy, "--trust", tmp_path / "trust", "--json").output)
    assert (program["verdict"], program["signer"]) == ("tampered", signer)
    flip(segment(copy, 1), 500)
    told = terminal.run("recording", "verify", copy, "--trust", tmp_path / "trust")
    assert "Tampered" in told.output
    assert "unchanged" not in told.output


def test_pictures_that_no_head_counted_are_not_said_to_be_none(terminal: Terminal, copy: Path) -> None:
    (copy / "manifest.json").unlink()
    spans = records(segment(copy, 2))
    cut(segment(copy, 2), spans[-1].start)
    heads = (copy / "heads.jsonl").read_bytes().splitlines(keepends=True)
    kept = [
        line
        for line in heads
        if RecordingHead.parse(peek(line[:-1], RecordingHead.PAYLOAD_TYPE).payload).segment.index < 2
    ]
    (copy / "heads.jsonl").write_bytes(b"".join(kept))
    told = terminal.run("recording", "show", copy)
    assert (told.code, "pictures: not counted" in told.output, "0 of 0" in told.output) == (0, True, False)
    shown = json.loads(terminal.run("recording", "show", copy, "--json").output)
    assert [part["statistics"] is None for part in shown["segments"]] == [False, False, True]
