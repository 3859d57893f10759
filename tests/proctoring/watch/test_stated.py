"""What the watch noticed stands in signed heads and in the manifest, and survives a recorder that was killed."""

import base64
import json
from pathlib import Path

from proctoring.recorder.ledger import HeadFile, Ledger, Said
from proctoring.recorder.resume import recover_recording
from proctoring.recorder.segment_files import Written
from proctoring.vault.format import verify_recording
from sync.trust.keystore import FileKeyStore
from sync.wire.recording import Flag, FlagKind, RecordingHead
from tests.proctoring.vault.format import tiny


def flag(at_ms: int, length_ms: int, kind: FlagKind = FlagKind.SPEECH) -> Flag:
    return Flag(kind=kind, at_ms=at_ms, length_ms=length_ms)


def heads(folder: Path) -> list[RecordingHead]:
    lines = (folder / "heads.jsonl").read_bytes().splitlines()
    return [RecordingHead.parse(base64.b64decode(json.loads(line)["payload"])) for line in lines]


def test_a_flag_is_stated_again_only_when_it_has_grown(tmp_path: Path) -> None:
    writer = tiny.complete(tmp_path / "recording", tiny.Keys())
    (writer.folder / "heads.jsonl").unlink()
    ledger = Ledger(writer.folder, writer.keys.device, HeadFile(writer.folder), Said(tuple(writer.openings)))
    written = Written(writer.entries[0], bytes(32))
    for stated in ([flag(0, 2_000), flag(0, 3_000)], [flag(0, 3_000)], [flag(0, 1_000), flag(500, 0, FlagKind.DARK)]):
        for one in stated:
            ledger.flag(one)
        ledger.head(written, tiny.START)
    ledger.release()
    assert [head.flags for head in heads(writer.folder)] == [
        (flag(0, 3_000),),
        (),
        (flag(500, 0, FlagKind.DARK),),
    ]
    assert ledger.flags == (flag(0, 3_000), flag(500, 0, FlagKind.DARK))


def test_more_flags_than_a_head_holds_come_with_the_next(tmp_path: Path) -> None:
    writer = tiny.complete(tmp_path / "recording", tiny.Keys())
    (writer.folder / "heads.jsonl").unlink()
    ledger = Ledger(writer.folder, writer.keys.device, HeadFile(writer.folder), Said(tuple(writer.openings)))
    for number in range(60):
        ledger.flag(flag(number, 1))
    for _ in range(2):
        ledger.head(Written(writer.entries[0], bytes(32)), tiny.START)
    ledger.release()
    assert [len(head.flags) for head in heads(writer.folder)] == [50, 10]


def test_the_longest_that_heads_stated_counts_when_nobody_closed_it(tmp_path: Path) -> None:
    keys = FileKeyStore(tmp_path / "keys")
    keys.create()
    writer = tiny.Writer(tmp_path / "recording", tiny.Keys(device=keys.device_key()))
    writer.flags = [flag(0, 100)]
    writer.segment()
    writer.flags = [flag(0, 400), flag(300, 50, FlagKind.FROZEN)]
    writer.segment(cut_after=2)
    assert verify_recording(writer.folder).flags == (flag(0, 400), flag(300, 50, FlagKind.FROZEN))
    recover_recording(writer.folder, keys)
    report = verify_recording(writer.folder)
    assert (report.verdict, report.flags) == ("recovered", (flag(0, 400), flag(300, 50, FlagKind.FROZEN)))
