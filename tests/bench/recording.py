"""What recording costs: CPU against plain encoding, sealing against hashing, verification against `sha256sum`."""

import hashlib
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import psutil
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.demo.processes import Process, running
from proctoring.recorder.client import RecorderClient
from proctoring.recorder.sink import SealingSink
from proctoring.vault.format.plaintext import segments
from proctoring.vault.format.record import MAX_PLAINTEXT_BYTES, first_link
from proctoring.vault.format.report import Verdict
from proctoring.vault.format.verify import examine, verify_recording
from sync.replica.durable import private_folder
from tests.bench.figures import Row
from tests.bench.long_recording import write_long_recording
from tests.proctoring.seat import SimulatedSeat

SLICES, SLICE_S = 4, 5.0
WARM_S, SETTLE_S = 0.5, 0.5  # a first short turn, not counted, loads the libraries; every turn settles first
SEAL_BYTES, ROUNDS = 50_000_000, 5
KEY = bytes(32)


def recording(folder: Path) -> list[Row]:
    """Measure all three; `folder` takes the files."""
    seat = SimulatedSeat(private_folder(folder))
    try:
        cpu, recorded = _cpu(seat)
    finally:
        seat.close()
    return [cpu, _sealing(seat, recorded), *_verification(seat)]


def _cpu(seat: SimulatedSeat) -> tuple[Row, Path]:
    """Let the recorder and the plain encoder record by turns; give the last recording's folder too."""
    ours, plain = [], []
    recorder = seat.recorder()
    pid = recorder.status().pid
    with running(Process("plain_encoder", "tests.bench.plain_encoder", [], seat.home / "bench.log")) as encoder:
        for number in range(SLICES + 1):
            slice_s = SLICE_S if number else WARM_S
            with _recorded(seat, recorder, f"slice-{number}"):
                ours.append(_load(pid, slice_s))
            with _encoded(encoder, seat.home / f"slice-{number}.webm"):
                plain.append(_load(encoder.pid, slice_s))
    recorder.quit()
    row = Row("Recorder, per cent of a core; the same encoding alone", "%", tuple(ours[1:]), tuple(plain[1:]))
    return row, seat.home / f"slice-{SLICES}"


@contextmanager
def _recorded(seat: SimulatedSeat, recorder: RecorderClient, name: str) -> Iterator[None]:
    recorder.start(seat.spec(name, 60_000))
    yield
    recorder.stop()


@contextmanager
def _encoded(encoder: Process, file: Path) -> Iterator[None]:
    encoder.tell({"file": str(file)})
    encoder.wait_for("done")
    yield
    encoder.tell({"file": None})
    encoder.wait_for("done")


def _load(pid: int, slice_s: float) -> float:
    """Give the CPU a process takes while we wait, in per cent of one core (user and system time)."""
    process = psutil.Process(pid)
    time.sleep(SETTLE_S)
    before, began = process.cpu_times(), time.monotonic()
    time.sleep(slice_s)
    after, waited = process.cpu_times(), time.monotonic() - began
    return 100 * (after.user + after.system - before.user - before.system) / waited


def _sealing(seat: SimulatedSeat, recorded: Path) -> Row:
    """Seal again, many times, what the recorder sealed, in pieces of the same sizes; against AES-256-GCM alone."""
    pieces = _plaintexts(seat, recorded)
    turns = -(-SEAL_BYTES // sum(map(len, pieces)))
    megabytes = turns * sum(map(len, pieces)) / 1e6
    ours, bare = [], []
    for number in range(ROUNDS):
        recording_id = seat.spec().recording
        sink = SealingSink(
            private_folder(seat.home / f"sealed-{number}"), recording_id, 0, KEY, first_link(recording_id)
        )
        ours.append(megabytes / _seconds(partial(_seal, sink, pieces, turns)))
        sink.close()
        bare.append(megabytes / _seconds(partial(_encrypt, pieces, turns)))
    return Row("Sealing, chained and written to the disk; AES-256-GCM alone", "MB/s", tuple(ours), tuple(bare))


def _encrypt(pieces: list[bytes], turns: int) -> None:
    cipher = AESGCM(KEY)
    for at in range(turns * len(pieces)):
        cipher.encrypt(at.to_bytes(12, "big"), pieces[at % len(pieces)], None)


def _seal(sink: SealingSink, pieces: list[bytes], turns: int) -> None:
    for at in range(turns * len(pieces)):
        sink.write(pieces[at % len(pieces)])
        sink.cut(at)


def _plaintexts(seat: SimulatedSeat, recorded: Path) -> list[bytes]:
    """Open a recording with the site's key; give what each record holds."""
    outline = examine(recorded).outline
    pieces = []
    for _, reader in segments(recorded, outline, seat.site):
        while piece := reader.read(MAX_PLAINTEXT_BYTES):
            pieces.append(piece)
    return pieces


def _verification(seat: SimulatedSeat) -> list[Row]:
    """Verify a recording of a quarter of an hour; against `sha256sum` of its files, and OpenSSL's SHA-256 of them."""
    folder = write_long_recording(seat)
    files = sorted(folder.iterdir())
    megabytes = sum(file.stat().st_size for file in files) / 1e6
    ours, summed, hashed = [], [], []
    for _ in range(ROUNDS):
        ours.append(megabytes / _seconds(lambda: _verify(folder)))
        summed.append(megabytes / _seconds(lambda: _sum(files)))
        hashed.append(megabytes / _seconds(lambda: _hash(files)))
    return [
        Row("Verifying a recording; `sha256sum` of its files", "MB/s", tuple(ours), tuple(summed)),
        Row("Verifying a recording; OpenSSL's SHA-256 of them", "MB/s", tuple(ours), tuple(hashed)),
    ]


def _verify(folder: Path) -> None:
    report = verify_recording(folder)
    if report.verdict is not Verdict.COMPLETE:
        raise RuntimeError(f"the long recording is {report.verdict}")


def _sum(files: list[Path]) -> None:
    subprocess.run(["sha256sum", *map(str, files)], stdout=subprocess.DEVNULL, check=True)


def _hash(files: list[Path]) -> None:
    for path in files:
        with path.open("rb") as file:
            hashlib.file_digest(file, "sha256")


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
