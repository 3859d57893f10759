"""The recorder is killed, the power fails: what was sealed stays, what is missing is stated."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from proctoring.recorder import epoch
from proctoring.recorder.client import RecorderClient, RecorderGone
from proctoring.recorder.faults import RecordingClosed, RecordingInUse, RecordingTooOld
from proctoring.recorder.ledger import HeadFile
from proctoring.recorder.messages import RecordingSpec
from proctoring.recorder.resume import recover_recording, resume
from proctoring.vault.carrying.webm import export_recording
from proctoring.vault.format.report import FindingCode, RecordingTampered, RecordingUnreadable, Verdict
from proctoring.vault.format.verify import verify_recording
from sync.trust.clock import read_clock
from sync.trust.keystore import FileKeyStore
from tests.proctoring.seat import SimulatedSeat, record
from tests.proctoring.vault.format.independent_reader import read_recording
from tests.proctoring.vault.format.sealed import flip, leaves, records, segment

DAY_MS = 86_400_000


@dataclass(frozen=True)
class Crashed:
    """A seat whose recorder was killed in its second segment, and what had been recorded by then, ms."""

    seat: SimulatedSeat
    spec: RecordingSpec
    client: RecorderClient
    recorded_ms: int


@pytest.fixture(scope="module")
def crashed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crashed]:
    seat = SimulatedSeat(tmp_path_factory.mktemp("crashed"))
    spec = seat.spec()
    client = seat.recorder()
    status = record(client, spec, 2_600)
    seat.kill(status.pid)
    yield Crashed(seat, spec, client, status.recorded_ms)
    seat.close()


@pytest.fixture
def folder(crashed: Crashed, tmp_path: Path) -> Path:
    """What the crash left, to mend or to damage."""
    return Path(shutil.copytree(crashed.spec.folder, tmp_path / "recording"))


@pytest.fixture
def keys(crashed: Crashed) -> FileKeyStore:
    return crashed.seat.keys


def codes(folder: Path) -> list[FindingCode]:
    return [finding.code for finding in verify_recording(folder).findings]


def test_what_was_begun_49_days_ago_is_not_gone_on_with_and_stays_as_it_is(
    crashed: Crashed, folder: Path, keys: FileKeyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = read_clock()
    later = replace(now, mono_ms=now.mono_ms + 49 * DAY_MS, wall_ms=now.wall_ms + 49 * DAY_MS)
    monkeypatch.setattr(epoch, "read_clock", lambda: later)
    openings = sum(1 for file in folder.iterdir() if file.name.startswith("opening"))
    with pytest.raises(RecordingTooOld) as refused:
        epoch.begin_epoch(crashed.spec.model_copy(update={"folder": folder}), keys.device_key(), ())
    assert refused.value.facts["days"] == 49
    assert sum(1 for file in folder.iterdir() if file.name.startswith("opening")) == openings
    assert recover_recording(folder, keys).duration_ms > 2_000, "nobody holds it, and it can be closed"


def test_a_killed_recorder_loses_less_than_a_second_and_the_rest_is_recovered(
    crashed: Crashed, folder: Path, tmp_path: Path
) -> None:
    seat, recorded_ms = crashed.seat, crashed.recorded_ms
    before = verify_recording(folder)
    assert before.verdict is Verdict.RECOVERED
    assert before.findings[0].code is FindingCode.MANIFEST_MISSING
    assert recorded_ms - before.duration_ms < 1_000
    closed = recover_recording(folder, seat.keys)
    after = verify_recording(folder)
    assert after.verdict is Verdict.RECOVERED
    assert [finding.code for finding in after.findings] == [FindingCode.CLOSED_AFTER_CRASH]
    assert after.duration_ms == before.duration_ms == closed.duration_ms
    assert recover_recording(folder, seat.keys) == closed
    report = export_recording(folder, tmp_path / "out.webm", seat.site)
    assert abs(report.duration_ms - closed.duration_ms) < 300
    assert [one.flag for one in read_recording(folder, seat.site.raw())] == [1, 0]


def test_a_recording_goes_on_after_a_crash_with_a_new_key_and_a_stated_gap(
    crashed: Crashed, folder: Path, tmp_path: Path
) -> None:
    seat = crashed.seat
    with pytest.raises(RecorderGone):
        crashed.client.status()
    assert seat.control.exists()  # what a dead recorder leaves is in nobody's way
    spec = crashed.spec.model_copy(update={"folder": folder})
    client = seat.recorder()
    status = client.start(spec)
    [gap] = status.gaps
    assert (gap.track, gap.reason) == ("both", "recorder_restarted")
    record(client, spec, gap.start_ms + gap.length_ms + 700)
    closed = client.stop()
    client.quit()
    report = verify_recording(spec.folder)
    assert report.verdict is Verdict.RECOVERED
    assert [(found.code, found.segment) for found in report.findings] == [(FindingCode.RECORDER_RESTARTED, 2)]
    assert report.gaps == closed.gaps == (gap,)
    assert (spec.folder / "opening-00002.json").exists()
    exported = export_recording(folder, tmp_path / "out.webm", seat.site)
    assert abs(exported.duration_ms - closed.duration_ms) < 300
    assert closed.duration_ms > gap.start_ms + gap.length_ms + 500
    assert len(list(read_recording(spec.folder, seat.site.raw()))) == 3


def test_a_power_cut_in_the_middle_of_a_write_costs_only_the_unfinished_end(folder: Path, keys: FileKeyStore) -> None:
    last = segment(folder, 1)
    whole = len(records(last))
    with last.open("ab") as file:
        file.write(bytes.fromhex("00007000000000") + os.urandom(3_000))
    with (folder / "heads.jsonl").open("ab") as file:
        file.write(b'{"payload":"eyJ')
    (folder / f".manifest.json.{'0' * 16}.new").write_bytes(b"{")
    report = verify_recording(folder)
    assert report.verdict is Verdict.RECOVERED
    assert {FindingCode.TAIL_UNFINISHED, FindingCode.HEAD_UNFINISHED, FindingCode.FILE_UNFINISHED} <= set(codes(folder))
    recover_recording(folder, keys)
    assert codes(folder) == [FindingCode.CLOSED_AFTER_CRASH]
    assert len(records(last)) == whole


def test_a_power_cut_that_lost_the_last_leaf_hashes_costs_their_records_only(folder: Path, keys: FileKeyStore) -> None:
    kept = len(leaves(folder, 1).read_bytes()) - 32
    os.truncate(leaves(folder, 1), kept)
    recover_recording(folder, keys)
    assert verify_recording(folder).verdict is Verdict.RECOVERED
    assert len(records(segment(folder, 1))) == kept // 32


def test_recovery_signs_nothing_that_was_tampered_with(folder: Path, keys: FileKeyStore) -> None:
    span = records(segment(folder, 0))[1]
    flip(segment(folder, 0), span.start + 30)
    assert verify_recording(folder).verdict is Verdict.TAMPERED
    with pytest.raises(RecordingTampered):
        recover_recording(folder, keys)
    assert not (folder / "manifest.json").exists()


def test_removed_heads_are_not_made_anew_by_recovery(folder: Path, keys: FileKeyStore) -> None:
    (folder / "heads.jsonl").unlink()
    with pytest.raises(RecordingTampered):
        recover_recording(folder, keys)
    assert not (folder / "heads.jsonl").exists()


def test_a_recording_shorter_than_a_head_that_left_is_truncated(folder: Path) -> None:
    left = (folder / "heads.jsonl").read_bytes().splitlines()
    assert verify_recording(folder, left=left).verdict is Verdict.RECOVERED
    for path in (segment(folder, 1), leaves(folder, 1)):
        path.unlink()
    spans = records(segment(folder, 0))
    os.truncate(segment(folder, 0), spans[1].end)
    os.truncate(leaves(folder, 0), 64)
    (folder / "heads.jsonl").write_bytes(left[0] + b"\n")
    alone = verify_recording(folder)
    assert alone.verdict is Verdict.RECOVERED  # a rollback nobody can see from inside
    report = verify_recording(folder, left=left)
    assert report.verdict is Verdict.TRUNCATED
    assert FindingCode.HEAD_BEYOND in [finding.code for finding in report.findings]


def test_only_the_device_that_recorded_may_close(folder: Path, tmp_path: Path) -> None:
    stranger = FileKeyStore(tmp_path / "stranger")
    stranger.create()
    with pytest.raises(RecordingUnreadable):
        recover_recording(folder, stranger)


def test_a_recording_that_is_being_written_is_left_alone(folder: Path, keys: FileKeyStore) -> None:
    writer = HeadFile(folder)
    try:
        with pytest.raises(RecordingInUse):
            recover_recording(folder, keys)
    finally:
        writer.close()


def test_nothing_is_added_to_a_closed_recording(folder: Path, keys: FileKeyStore) -> None:
    recover_recording(folder, keys)
    with pytest.raises(RecordingClosed):
        resume(folder, keys.device_key())
