"""The test vectors: our checker and the second reader come to the verdicts and the contents that stand there."""

import hashlib
import io
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import av
import pytest

from proctoring.vault.format import verify_recording
from proctoring.vault.format.plaintext import segments
from proctoring.vault.format.verify import examine
from sync.trust.keys import SealingKey
from tests.proctoring.vault.format import independent_papers, independent_reader
from tests.proctoring.vault.format.damage import damage
from tests.proctoring.vault.format.make_vectors import VECTORS

TOLD: dict[str, Any] = json.loads((VECTORS / "vectors.json").read_bytes())
KEY = bytes.fromhex(TOLD["site_key"])
OURS = ("app", "proctoring", "sync")


@pytest.mark.parametrize("name", TOLD["recordings"])
def test_a_recording_opens_to_what_it_holds(name: str) -> None:
    wanted = TOLD["recordings"][name]
    assert verify_recording(VECTORS / name).verdict == independent_reader.verdict(VECTORS / name) == wanted["verdict"]
    theirs = [segment.webm for segment in independent_reader.read_recording(VECTORS / name, KEY)]
    ours = [
        reader.read(1 << 20) + b"".join(iter(lambda reader=reader: reader.read(1 << 20), b""))  # type: ignore[misc]
        for _, reader in segments(VECTORS / name, examine(VECTORS / name).outline, SealingKey.from_raw(KEY))
    ]
    assert ours == theirs
    assert [hashlib.sha256(webm).hexdigest() for webm in theirs] == [one["sha256"] for one in wanted["segments"]]


def test_a_segment_is_a_webm_that_plays() -> None:
    first = next(independent_reader.read_recording(VECTORS / "complete", KEY))
    with av.open(io.BytesIO(first.webm), "r") as container:
        assert sum(len(packet.decode()) for packet in container.demux(video=0)) == 4


@pytest.mark.parametrize("vector", TOLD["damaged"], ids=lambda vector: vector["what"])
def test_a_damaged_recording_gets_its_verdict(vector: dict[str, Any], tmp_path: Path) -> None:
    folder = Path(shutil.copytree(VECTORS / vector["of"], tmp_path / "copy"))
    left = (folder / "heads.jsonl").read_bytes().splitlines() if vector["heads_left"] else []
    damage(folder, vector["do"], VECTORS)
    assert verify_recording(folder, left=left).verdict == vector["verdict"]
    assert independent_reader.verdict(folder, left) == vector["verdict"]


def test_the_second_reader_has_nothing_of_ours() -> None:
    program = (
        "import sys; import tests.proctoring.vault.format.independent_reader; "
        "print([name for name in sys.modules if name.split('.')[0] in ('app', 'proctoring', 'sync')])"
    )
    root = Path(__file__).parents[4]
    told = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
    for module in (independent_papers, independent_reader):
        assert module.__file__ is not None
        source = Path(module.__file__).read_text()
        assert not any(f"from {house}" in source or f"import {house}" in source for house in OURS)
