"""Write the test vectors anew: `python -m tests.proctoring.vault.format.make_vectors`; only when the format changes.

`vectors/NAME/` is a recording; `vectors.json` has the key that opens them, what they must give, and damaged variants
(`damage.py` says how to make them) with the verdicts these must get. Nothing of it is secret: all is simulated.
"""

import hashlib
import json
import shutil
from pathlib import Path

from tests.proctoring.vault.format import tiny
from tests.proctoring.vault.format.independent_reader import read_recording, verdict

VECTORS = Path(__file__).parent / "vectors"
MAKERS = {"complete": tiny.complete, "another": tiny.complete, "went_on": tiny.went_on, "killed": tiny.killed}
LAST = ["segment-00001.ers", "segment-00001.leaves"]

DAMAGED = [
    ("a bit of a ciphertext", "complete", [["flip", "segment-00000.ers", 40, 3]], False, "tampered"),
    ("a record's length", "complete", [["flip", "segment-00000.ers", 3, 0]], False, "tampered"),
    ("a record's flag", "complete", [["flip", "segment-00001.ers", 4, 0]], False, "tampered"),
    ("a record's time", "complete", [["flip", "segment-00000.ers", 8, 1]], False, "tampered"),
    ("a bit of a sidecar", "complete", [["flip", "segment-00001.leaves", 5, 5]], False, "tampered"),
    ("a bit of the manifest", "complete", [["flip", "manifest.json", 100, 0]], False, "tampered"),
    ("a bit of an opening", "went_on", [["flip", "opening-00001.json", 60, 0]], False, "tampered"),
    ("a bit of the heads", "killed", [["flip", "heads.jsonl", 300, 0]], False, "tampered"),
    ("a bit of the key", "complete", [["flip", "device.pem", 80, 0]], False, "tampered"),
    ("records exchanged", "complete", [["records", "segment-00000.ers", [1, 0, 2, 3]]], False, "tampered"),
    ("a record left out", "complete", [["records", "segment-00000.ers", [0, 2, 3]]], False, "tampered"),
    ("a record twice", "complete", [["records", "segment-00000.ers", [0, 1, 1, 2, 3]]], False, "tampered"),
    ("the end of a middle segment", "complete", [["records", "segment-00000.ers", [0, 1]]], False, "tampered"),
    ("the end of the last segment", "complete", [["records", "segment-00001.ers", [0, 1]]], False, "truncated"),
    ("cut within a record", "complete", [["cut", "segment-00001.ers", 500]], False, "tampered"),
    ("the last segment removed", "complete", [["remove", "segment-00001.ers"]], False, "truncated"),
    ("the first segment removed", "complete", [["remove", "segment-00000.ers"]], False, "tampered"),
    ("segments exchanged", "complete", [["exchange", "segment-00000.ers", "segment-00001.ers"]], False, "tampered"),
    ("the manifest removed", "complete", [["remove", "manifest.json"]], False, "truncated"),
    ("a head left out", "complete", [["lines", [0, 1, 3, 4, 5, 6, 7]]], False, "tampered"),
    ("the last heads left out", "complete", [["lines", [0, 1, 2, 3, 4, 5]]], False, "tampered"),
    ("a head without an end", "killed", [["append", "heads.jsonl", "7b22"]], False, "recovered"),
    ("a head without an end in a closed one", "complete", [["append", "heads.jsonl", "7b22"]], False, "tampered"),
    ("a file too many", "complete", [["append", "notes.txt", "00"]], False, "tampered"),
    ("an unfinished file", "complete", [["append", ".manifest.json.0123456789abcdef.new", "00"]], False, "recovered"),
    ("a link", "complete", [["link", "segment-00000.ers"]], False, "tampered"),
    ("another recording's segment", "complete", [["from", "another", "segment-00000.ers"]], False, "tampered"),
    ("another recording's manifest", "complete", [["from", "another", "manifest.json"]], False, "tampered"),
    ("another recording's heads", "complete", [["from", "another", "heads.jsonl"]], False, "tampered"),
    ("another recording's opening", "killed", [["from", "another", "opening-00000.json"]], False, "tampered"),
    ("an unfinished record", "killed", [["append", "segment-00001.ers", "0000010000"]], False, "recovered"),
    ("what no head has seen is cut", "killed", [["records", "segment-00001.ers", [0]]], False, "recovered"),
    ("what a head has seen is cut", "killed", [["records", "segment-00001.ers", []]], False, "truncated"),
    (
        "cut at a record's end, the papers too",
        "killed",
        [["remove", LAST[0]], ["remove", LAST[1]], ["lines", [0, 1, 2, 3]]],
        False,
        "recovered",
    ),
    (
        "the same, and heads have left",
        "killed",
        [["remove", LAST[0]], ["remove", LAST[1]], ["lines", [0, 1, 2, 3]]],
        True,
        "truncated",
    ),
    ("nothing, and heads have left", "complete", [], True, "complete"),
    (
        "a whole other recording, and heads have left",
        "complete",
        [["from", "another", "segment-00001.ers"]],
        True,
        "tampered",
    ),
]


def main() -> None:
    """Write them all."""
    shutil.rmtree(VECTORS, ignore_errors=True)
    VECTORS.mkdir()
    keys = tiny.Keys()
    recordings = {}
    for name, make in MAKERS.items():
        folder = make(VECTORS / name, keys).folder
        segments = [
            {
                "bytes": len(segment.webm),
                "sha256": hashlib.sha256(segment.webm).hexdigest(),
                "flag": segment.flag,
                "time_ms": segment.time_ms,
            }
            for segment in read_recording(folder, keys.site.raw())
        ]
        recordings[name] = {"verdict": verdict(folder), "segments": segments}
    told = {
        "format": "examroom-recording@1",
        "site_key": keys.site.raw().hex(),
        "recordings": recordings,
        "damaged": [
            {"what": what, "of": of, "do": acts, "heads_left": left, "verdict": wanted}
            for what, of, acts, left, wanted in DAMAGED
        ],
    }
    (VECTORS / "vectors.json").write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
