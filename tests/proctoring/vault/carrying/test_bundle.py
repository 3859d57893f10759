import errno
import json
import os
import subprocess
from hashlib import sha256
from pathlib import Path

import pyrage
import pytest

from proctoring.vault.carrying.bundle import export_bundle
from proctoring.vault.carrying.foothold import LIST, SUMS
from proctoring.vault.carrying.holdings import ArchiveHoldings
from proctoring.vault.carrying.media_faults import MediumGone, MediumIsIn, MediumTooSmall, MediumUnregistered
from proctoring.vault.carrying.outlet import ReadBackDiffers
from proctoring.vault.carrying.request import Exported, NothingToExport, Progress, PurposeMissing
from proctoring.vault.carrying.webm import ExportFromShelf, export_recording
from proctoring.vault.format.layout import MANIFEST
from proctoring.vault.retention.faults import CustodyRefused
from sync.faults import Fault
from sync.replica.durable import DiskFault, DiskFull
from sync.trust import envelope
from sync.wire.archive import CustodyAct, CustodyEntry, RecordingAbout
from sync.wire.export import ExportList
from sync.wire.ids import new_id
from tests.proctoring.vault.carrying.conftest import House
from tests.proctoring.vault.format.sealed import flip

FAT_FORBIDS = set('"*/:<>?\\|')


def run(house: House, *recipients: str, told: list[Progress] | None = None) -> Exported:
    tell = told.append if told is not None else None
    return export_bundle(house.holdings, house.request(*recipients), house.carrier(), house.papers, tell)


def exports_in_custody(house: House) -> int:
    return [entry.act for entry in house.archive.custody(house.recording)].count(CustodyAct.EXPORTED)


def begun_in_custody(house: House) -> list[CustodyEntry]:
    return [entry for entry in house.archive.custody(house.recording) if entry.act is CustodyAct.EXPORT_BEGUN]


def checked_by_sha256sum(folder: Path) -> int:
    done = subprocess.run(["sha256sum", "--check", "--strict", SUMS], cwd=folder, capture_output=True, check=True)
    return len(done.stdout.splitlines())


def test_a_bundle_holds_everything_and_others_can_check_it(house: House) -> None:
    house.give_out()
    record = b'{"payload":"","payloadType":"room","signatures":[]}'
    house.archive.shelf.put(f"sessions/{house.session}/{sha256(record).hexdigest()}.json", record)
    told: list[Progress] = []
    done = run(house, told=told)
    base = done.folder / "recordings" / house.recording
    for name in (MANIFEST, "heads.jsonl", "device.pem", "opening-00000.json"):
        assert (base / name).read_bytes() == (house.recorded.spec.folder / name).read_bytes()
    device = house.recorded.seat.keys.device_key().public
    about = envelope.verify((base / "about.json").read_bytes(), RecordingAbout.PAYLOAD_TYPE, [device])
    assert RecordingAbout.parse(about.payload).name == "王小明"
    assert [mark["label"] for mark in json.loads((base / "incidents.json").read_bytes())] == ["VIOLATION_7"]
    assert [file.read_bytes() for file in (done.folder / "room-records").iterdir()] == [record]
    assert {file.name for file in (done.folder / "trust").iterdir()} == {
        "root.json",
        "registry-keys.json",
        "directory.json",
    }
    there = {str(file.relative_to(done.folder)) for file in done.folder.rglob("*") if file.is_file()}
    assert there == {one.path for one in done.listed.files} | {LIST}
    assert checked_by_sha256sum(done.folder) == len(there) - 2
    probe = [
        "ffprobe",
        "-v",
        "error",
        "-show_entries",
        "format=duration",
        "-of",
        "csv=p=0",
        str(base / "film.webm"),
    ]
    seconds = float(subprocess.run(probe, capture_output=True, check=True).stdout)
    assert abs(seconds - house.recorded.closed.duration_ms / 1000) < 0.3
    assert told[-1].done_bytes == told[-1].total_bytes
    assert [one.done_bytes for one in told] == sorted(one.done_bytes for one in told)


def test_the_list_is_signed_and_names_the_custody_entry(house: House) -> None:
    house.give_out()
    done = run(house)
    raw = (done.folder / LIST).read_bytes()
    listed = ExportList.parse(envelope.verify(raw, ExportList.PAYLOAD_TYPE, [house.signer.key.public]).payload)
    assert listed == done.listed
    (one,) = listed.recordings
    custody = (done.folder / "recordings" / house.recording / "custody.jsonl").read_bytes().splitlines()
    assert sha256(custody[-1]).hexdigest() == one.custody_sha256
    entry = house.archive.custody(house.recording)[-1]
    assert (entry.act, entry.by, entry.purpose) == (CustodyAct.EXPORTED, house.signer.person, listed.purpose)
    film = next(file for file in listed.files if file.path == one.film)
    assert entry.facts == {"export": listed.export, "serial": "SIM0042", "film_sha256": film.sha256}
    assert (house.told[0].medium.bearer, house.told[0].recordings[0].verdict) == ("Li Na", "complete")


def test_before_the_first_byte_is_on_the_medium_the_custody_says_that_the_export_began(house: House) -> None:
    house.give_out()

    def hold_against_custody(_look: int) -> None:
        if list(house.stick.mount.rglob("recordings")):
            assert begun_in_custody(house), "something of the recording is on the medium"
        house.stick.pulled = bool(list(house.stick.mount.rglob("film.webm")))

    house.stick.when_looked = hold_against_custody
    with pytest.raises(MediumGone):  # the film is on the medium, the list never will be
        run(house)
    (entry,) = begun_in_custody(house)
    assert (entry.by, entry.purpose) == (house.signer.person, "Court of Pingyang, case 17")
    assert (entry.facts["serial"], exports_in_custody(house)) == ("SIM0042", 0)
    house.stick.when_looked, house.stick.pulled = None, False
    done = run(house)
    assert begun_in_custody(house) == [entry], "what goes on does not begin again"
    assert entry.facts == {"export": done.listed.export, "serial": "SIM0042"}
    handed = (done.folder / "recordings" / house.recording / "custody.jsonl").read_bytes().splitlines()
    acts = [CustodyEntry.parse(envelope.peek(line, CustodyEntry.PAYLOAD_TYPE).payload).act for line in handed]
    assert acts == [CustodyAct.ARRIVED, CustodyAct.EXPORT_BEGUN, CustodyAct.EXPORTED]


def test_a_recording_on_a_shelf_leaves_by_the_archive_only_and_a_copy_as_its_holder_likes(
    house: House, tmp_path: Path
) -> None:
    shelved = tmp_path / "archive" / "store" / "recordings" / house.recording
    link = tmp_path / "link"
    link.symlink_to(shelved)
    for folder in (shelved, link, shelved / ".." / house.recording):
        with pytest.raises(ExportFromShelf) as refused:
            export_recording(folder, tmp_path / "film.webm", house.recorded.seat.site)
        assert f"--recording {house.recording} " in str(refused.value.facts["command"])
    assert not (tmp_path / "film.webm").exists()
    copy = house.recorded.copy_to(tmp_path / "recordings" / house.recording)
    assert export_recording(copy, tmp_path / "film.webm", house.recorded.seat.site).bytes > 0


def test_names_survive_fat_and_exfat(house: House) -> None:
    house.give_out()
    done = run(house, str(pyrage.x25519.Identity.generate().to_public()))
    names = [str(file.relative_to(done.folder.parent)) for file in done.folder.rglob("*")]
    assert len({name.casefold() for name in names}) == len(names)
    for name in names:
        assert name.isascii()
        assert len(name) < 200
        for part in name.split("/"):
            assert not FAT_FORBIDS & set(part)
            assert not part.endswith((".", " "))


def test_an_encrypted_bundle_shows_no_name_in_the_clear(house: House) -> None:
    identity = pyrage.x25519.Identity.generate()
    house.give_out()
    record = "考场记录：王小明".encode()
    house.archive.shelf.put(f"sessions/{house.session}/{sha256(record).hexdigest()}.json", record)
    done = run(house, str(identity.to_public()))
    for file in done.folder.rglob("*"):
        if file.is_file():
            raw = file.read_bytes()
            assert "王小明".encode() not in raw
            assert b"\x1a\x45\xdf\xa3" not in raw[:4]
    assert house.told[0].recordings[0].about is None
    base = done.folder / "recordings" / house.recording
    about = pyrage.decrypt((base / "about.json.age").read_bytes(), [identity])
    device = house.recorded.seat.keys.device_key().public
    assert envelope.verify(about, RecordingAbout.PAYLOAD_TYPE, [device]).keyids == {device.keyid}
    assert pyrage.decrypt((base / "film.webm.age").read_bytes(), [identity])[:4] == b"\x1a\x45\xdf\xa3"


@pytest.mark.parametrize(
    "at", [at if at in (2, 8, 15) else pytest.param(at, marks=pytest.mark.long) for at in range(2, 17)]
)
def test_a_medium_that_is_pulled_at_any_file_leaves_no_list_and_the_next_try_goes_on(house: House, at: int) -> None:
    house.give_out()

    def pull(look: int) -> None:
        house.stick.pulled = look == at

    house.stick.looks, house.stick.when_looked = 0, pull
    with pytest.raises(MediumGone) as gone:
        run(house)
    assert gone.value.facts == {"label": "USB-07"}
    assert not list(house.stick.mount.rglob(LIST))
    finished = {file: file.stat().st_ino for file in house.stick.mount.rglob("film.webm")}
    house.stick.when_looked, house.stick.pulled = None, False
    done = run(house)
    assert checked_by_sha256sum(done.folder) == len(done.listed.files) - 1
    assert [folder.name for folder in house.stick.mount.iterdir()] == [done.folder.name]
    assert all(file.stat().st_ino == number for file, number in finished.items()), "finished films are kept"
    assert exports_in_custody(house) == 1
    assert list(house.working.iterdir()) == []


def test_a_finished_film_that_was_changed_on_the_way_is_written_anew(house: House) -> None:
    house.give_out()
    house.stick.when_looked = lambda look: setattr(house.stick, "pulled", look == 10)
    house.stick.looks = 0
    with pytest.raises(MediumGone):
        run(house)
    (film,) = house.stick.mount.rglob("film.webm")
    kept = film.read_bytes()
    flip(film, 5_000)
    house.stick.when_looked, house.stick.pulled = None, False
    run(house)
    assert film.read_bytes() == kept


@pytest.mark.parametrize(
    ("number", "expected"), [(errno.ENOSPC, DiskFull), (errno.EIO, DiskFault), (errno.EROFS, DiskFault)]
)
def test_a_medium_that_fails_in_the_middle_is_named_and_nothing_half_looks_finished(
    house: House, monkeypatch: pytest.MonkeyPatch, number: int, expected: type[Fault]
) -> None:
    house.give_out()
    real = os.write

    def failing(descriptor: int, data: bytes) -> int:
        if len(data) > 50_000:
            raise OSError(number, os.strerror(number))
        return real(descriptor, data)

    with monkeypatch.context() as patched:
        patched.setattr(os, "write", failing)
        with pytest.raises(expected):
            run(house)
    assert [file for file in house.stick.mount.rglob("*") if file.is_file()] == []
    assert exports_in_custody(house) == 0
    assert checked_by_sha256sum(run(house).folder)


def test_a_medium_that_gives_back_something_else_is_found_out(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.give_out()
    real = os.write

    def forgetting(descriptor: int, data: bytes) -> int:
        return real(descriptor, bytes(len(data)) if len(data) > 50_000 else data)

    monkeypatch.setattr(os, "write", forgetting)
    with pytest.raises(ReadBackDiffers) as differs:
        run(house)
    assert differs.value.facts == {"file": "film.webm"}
    assert [file for file in house.stick.mount.rglob("*") if file.is_file()] == []


def test_no_purpose_no_medium_no_recording_no_export(house: House) -> None:
    with pytest.raises(MediumUnregistered):
        run(house)
    house.register.register(house.stick.find(house.stick.mount), "USB-07", house.signer, house.archive.clock())
    with pytest.raises(MediumIsIn):
        run(house)
    blank = house.request()
    for purpose in ("", " x ", "x" * 401):
        asked = type(blank)(blank.recordings, blank.session, purpose, blank.key)
        with pytest.raises(PurposeMissing):
            export_bundle(house.holdings, asked, house.carrier(), house.papers)
    with pytest.raises(NothingToExport):
        export_bundle(house.holdings, house.request(recordings=()), house.carrier(), house.papers)
    assert list(house.stick.mount.iterdir()) == []
    assert exports_in_custody(house) == 0


def test_a_medium_that_is_too_small_is_refused_before_anything_is_written(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.give_out()
    monkeypatch.setattr("proctoring.vault.carrying.media_register.free_bytes", lambda _place: 100_000)
    with pytest.raises(MediumTooSmall) as small:
        run(house)
    assert small.value.facts["label"] == "USB-07"
    assert list(house.stick.mount.iterdir()) == []


def test_a_recording_that_was_tampered_with_is_left_out_and_that_is_said(house: House) -> None:
    house.give_out()
    folder = house.archive.shelf.local_folder(f"recordings/{house.recording}")
    assert folder is not None
    segment = folder / "segment-00001.ers"
    segment.chmod(0o600)
    flip(segment, 500)
    with pytest.raises(NothingToExport):
        run(house)
    assert not list(house.stick.mount.rglob(LIST))
    assert exports_in_custody(house) == 0


def test_one_that_was_tampered_with_does_not_keep_the_others(house: House, tmp_path: Path) -> None:
    house.give_out()
    bad, folder = new_id(), house.recorded.copy_to(tmp_path / "bad")
    flip(folder / "segment-00001.ers", 500)

    class WithABadOne(ArchiveHoldings):
        def sealed_bytes(self, recording: str) -> int:
            return 1_000 if recording == bad else super().sealed_bytes(recording)

        def folder(self, recording: str) -> Path:
            return folder if recording == bad else super().folder(recording)

    request = house.request(recordings=(bad, house.recording))
    done = export_bundle(WithABadOne(house.archive), request, house.carrier(), house.papers)
    assert [(one.recording, one.code) for one in done.listed.left_out] == [(bad, "RECORDING_TAMPERED")]
    assert [one.recording for one in done.listed.recordings] == [house.recording]
    assert house.told[0].left_out == done.listed.left_out
    assert not list(done.folder.rglob(f"*{bad}*"))


def test_a_recording_that_is_not_there_stops_the_export_before_it_begins(house: House) -> None:
    house.give_out()
    with pytest.raises((Fault, CustodyRefused)):
        export_bundle(house.holdings, house.request(recordings=(new_id(),)), house.carrier(), house.papers)
    assert list(house.stick.mount.iterdir()) == []
