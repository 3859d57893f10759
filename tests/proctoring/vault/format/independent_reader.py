"""A second reader, written from FORMAT.md alone: the standard library and `cryptography`, nothing of ours.

python independent_reader.py FOLDER [HEX OF THE X25519 KEY]
"""

import base64
import hashlib
import json
import re
import sys
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.proctoring.vault.format.independent_papers import (
    NotBelievedError,
    Paper,
    Record,
    device_key,
    paper,
    plain,
    records_of,
    require,
    root,
)

OPENING_NAME = re.compile(r"opening-([0-9]{5})\.json")
LEFTOVER_NAME = re.compile(r"\.(?:manifest\.json|device\.pem|opening-[0-9]{5}\.json)\.[0-9a-f]{16}\.new")


class NoRecordingError(Exception):
    """The folder holds no recording."""


@dataclass
class Findings:
    """What was found: [T], the segments of [E], whether there was an [N], and which segments are there."""

    tampered: list[str] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    there: set[int] = field(default_factory=set)

    def verdict(self) -> str:
        last = max(self.there, default=0)
        if self.tampered or any(segment < last for segment in self.ends):
            return "tampered"
        if self.ends:
            return "truncated"
        return "recovered" if self.notes else "complete"


@dataclass(frozen=True)
class ReadSegment:
    """A segment as the reader found it: its WebM bytes and the flag and time of its last record."""

    webm: bytes
    flag: int
    time_ms: int


def verdict(folder: Path, left: Iterable[bytes] = ()) -> str:
    """Check a recording without a key."""
    return _Check(folder, left).findings.verdict()


def read_recording(folder: Path, private_key: bytes) -> Iterator[ReadSegment]:
    """Decrypt every record that counts."""
    check = _Check(folder, ())
    key = X25519PrivateKey.from_private_bytes(private_key)
    salt = uuid.UUID(check.recording).bytes
    before = hashlib.sha256(b"examroom-recording-v1\x00" + salt).digest()
    state = b""
    for index in sorted(check.counted):
        if index in check.epochs:
            state = _secret(check.epochs[index], key, check.recording, index)
        segment_key = _derive(state, salt, f"examroom segment-key v1|{index}")
        webm, flag, time_ms = b"", 0, 0
        for counter, record in enumerate(check.counted[index]):
            if flag != 0:
                raise ValueError("a record after the last")
            header, flag, time_ms = record.raw[:9], record.flag, record.time_ms
            context = b"examroom-record-v1\x00" + salt + index.to_bytes(4, "big") + counter.to_bytes(8, "big")
            nonce = counter.to_bytes(11, "big") + bytes([flag])
            webm += AESGCM(segment_key).decrypt(nonce, record.raw[9:], context + header + before)
            before = hashlib.sha256(record.raw).digest()
        yield ReadSegment(webm, flag, time_ms)
        state = _derive(state, salt, f"examroom segment-next v1|{index}")


def read_manifest(folder: Path) -> Paper:
    """Verify the manifest with the key beside it and give its payload."""
    return paper(plain(folder / "manifest.json") or b"", "manifest", device_key(folder))


class _Check:
    """The steps of FORMAT.md, "Checking without a key"."""

    def __init__(self, folder: Path, left: Iterable[bytes]) -> None:
        self.folder = folder
        self.findings = Findings()
        self.names = {path.name for path in folder.iterdir()}
        self.counted: dict[int, list[Record]] = {}  # of each segment that is known, the records that count
        self.leaves: dict[int, list[bytes]] = {}
        self.key = None
        try:
            self.key = device_key(folder)
        except NotBelievedError:
            self.findings.tampered.append("the key")
        self.manifest = self._read_manifest()
        self.openings, refused = self._read_openings()
        papers = [*([self.manifest] if self.manifest else []), *self.openings.values()]
        if not papers:
            if not any(name == "manifest.json" or OPENING_NAME.fullmatch(name) for name in self.names):
                raise NoRecordingError(folder)
            self.findings.tampered.append("no paper is believed")
            return
        self.recording: str = papers[0]["recording"]
        self.heads = self._read_heads()
        self.left = self._read_left(left)
        self.epochs: dict[int, list[dict[str, str]]] = {}
        if self.manifest:
            self._with_manifest(self.manifest)
        else:
            self._without_manifest()
        self._check_heads()
        self._check_names(refused)
        if len(self.epochs) > 1:
            self.findings.notes.append("went on")

    def _believed(self, raw: bytes | None, kind: str) -> Paper:
        if raw is None or self.key is None:
            raise NotBelievedError
        return paper(raw, kind, self.key)

    def _read_manifest(self) -> Paper | None:
        raw = plain(self.folder / "manifest.json")
        if raw is None:
            return None
        try:
            manifest = self._believed(raw, "manifest")
            indices = [entry["index"] for entry in manifest["segments"]]
            files = [entry["file"] for entry in manifest["segments"]]
            firsts = [epoch["first_segment"] for epoch in manifest["epochs"]]
            require(indices == list(range(len(indices))))
            require(files == [f"segment-{index:05}.ers" for index in indices])
            require(firsts[:1] == [0] and firsts == sorted(set(firsts)))
        except NotBelievedError:
            self.findings.tampered.append("manifest")
            return None
        return manifest

    def _read_openings(self) -> tuple[dict[int, Paper], set[str]]:
        openings: dict[int, Paper] = {}
        refused = set()
        for name in sorted(self.names):
            match = OPENING_NAME.fullmatch(name)
            if match is None:
                continue
            try:
                opening = self._believed(plain(self.folder / name), "opening")
                first = next(iter(openings.values()), opening)
                require(all(opening[what] == first[what] for what in ("recording", "device")))
                require(opening["epoch"]["first_segment"] == int(match[1]))
                openings[int(match[1])] = opening
            except NotBelievedError:
                self.findings.tampered.append(name)
                refused.add(name)
        return openings, refused

    def _read_heads(self) -> list[Paper]:
        raw = plain(self.folder / "heads.jsonl")
        if raw is None:
            self.findings.tampered.append("no heads")
            return []
        heads: list[Paper] = []
        lines = raw.split(b"\n")
        if lines.pop() != b"":
            kind = self.findings.tampered if self.manifest else self.findings.notes
            kind.append("a head without an end")
        for line in lines:
            try:
                head = self._believed(line, "head")
                after = heads[-1]["sequence"] if heads else -1
                require(head["recording"] == self.recording and head["sequence"] > after)
                if head["sequence"] != after + 1:
                    self.findings.tampered.append("a head is missing")
                heads.append(head)
            except NotBelievedError:
                self.findings.tampered.append("a head")
        return heads

    def _read_left(self, left: Iterable[bytes]) -> list[Paper]:
        heads = []
        for raw in left:
            try:
                claim = json.loads(base64.b64decode(json.loads(raw)["payload"]))["recording"]
            except (ValueError, KeyError, TypeError):
                claim = self.recording
            if claim == self.recording:
                try:
                    heads.append(self._believed(raw, "head"))
                except NotBelievedError:
                    self.findings.tampered.append("a head that left")
        return heads

    def _with_manifest(self, manifest: Paper) -> None:
        self.epochs = {epoch["first_segment"]: epoch["wrapped"] for epoch in manifest["epochs"]}
        for entry in manifest["segments"]:
            self._closed_segment(entry)
            spoken = [head["segment"] for head in self.heads if head["segment"]["index"] == entry["index"]]
            if not spoken or spoken[-1] != entry:
                self.findings.tampered.append("no head closes a segment")
        for epoch in manifest["epochs"]:
            opening = self.openings.get(epoch["first_segment"])
            if opening is None or (opening["recording"], opening["epoch"]) != (self.recording, epoch):
                self.findings.tampered.append("an epoch without its opening")
        if manifest["closed"] == "recovered":
            self.findings.notes.append("closed as recovered")

    def _closed_segment(self, entry: Paper) -> None:
        index = entry["index"]
        self.counted[index] = []
        raw = plain(self.folder / f"segment-{index:05}.ers")
        if raw is None:
            self.findings.ends.append(index)
            return
        self.findings.there.add(index)
        records, rest = records_of(raw)
        sidecar, length = self._sidecar(index)
        sidecar_good = length == 32 * entry["records"] and root(sidecar).hex() == entry["leaves_root"]
        leaves = [record.leaf for record in records]
        if not rest and len(leaves) == entry["records"] and root(leaves).hex() == entry["leaves_root"]:
            if len(raw) != entry["bytes"] or not sidecar_good:
                self.findings.tampered.append(f"sidecar or length {index}")
            self.counted[index], self.leaves[index] = records, leaves
            return
        if sidecar_good:
            self.leaves[index] = sidecar
        if sidecar_good and not rest and len(leaves) < len(sidecar) and sidecar[: len(leaves)] == leaves:
            self.findings.ends.append(index)
        else:
            self.findings.tampered.append(f"segment {index}")

    def _without_manifest(self) -> None:
        self.findings.notes.append("no manifest")
        self.epochs = {first: opening["epoch"]["wrapped"] for first, opening in self.openings.items()}
        spoken = {head["segment"]["index"]: head["segment"] for head in self.heads}
        firsts = sorted(self.openings)
        found = []
        for first, stop in zip(firsts, [*firsts[1:], 100_000], strict=True):
            index = first
            while index < stop and (index in spoken or f"segment-{index:05}.ers" in self.names):
                found.append(index)
                index += 1
        for index in found:
            last = index == found[-1] and index >= firsts[-1]
            self._open_segment(index, spoken.get(index), last=last)
        ending = self.counted[found[-1]] if found else []
        if ending and ending[-1].flag == 2:
            self.findings.ends.append(found[-1])

    def _open_segment(self, index: int, spoken: Paper | None, *, last: bool) -> None:
        self.counted[index] = []
        raw = plain(self.folder / f"segment-{index:05}.ers")
        if raw is None:
            self.findings.ends.append(index)
            return
        self.findings.there.add(index)
        records, rest = records_of(raw)
        sidecar, length = self._sidecar(index)
        leaves = [record.leaf for record in records]
        signed = spoken["records"] if spoken else 0
        if spoken and root(sidecar[:signed]).hex() != spoken["leaves_root"]:
            self.findings.tampered.append(f"segment {index}")
            return
        good = 0
        while good < min(len(leaves), len(sidecar)) and leaves[good] == sidecar[good]:
            good += 1
        if good < signed:
            if good == len(leaves) and not rest:
                self.findings.ends.append(index)
            else:
                self.findings.tampered.append(f"segment {index}")
            return
        if rest or good < len(leaves) or length != 32 * good:
            (self.findings.notes if last else self.findings.tampered).append(f"more in segment {index}")
        self.counted[index], self.leaves[index] = records[:good], leaves[:good]

    def _sidecar(self, index: int) -> tuple[list[bytes], int]:
        raw = plain(self.folder / f"segment-{index:05}.leaves")
        if raw is None:
            return [], -1
        return [raw[at : at + 32] for at in range(0, len(raw) - 31, 32)], len(raw)

    def _check_heads(self) -> None:
        for head in (*self.heads, *self.left):
            index, wanted = head["segment"]["index"], head["segment"]["records"]
            if index not in self.counted:
                self.findings.ends.append(index)
            elif index in self.leaves:
                if len(self.leaves[index]) < wanted:
                    self.findings.ends.append(index)
                elif root(self.leaves[index][:wanted]).hex() != head["segment"]["leaves_root"]:
                    self.findings.tampered.append(f"a head saw another segment {index}")

    def _check_names(self, refused: set[str]) -> None:
        own = {"manifest.json", "heads.jsonl", "device.pem"} | refused
        own |= {f"segment-{index:05}.{kind}" for index in self.counted for kind in ("ers", "leaves")}
        own |= {f"opening-{first:05}.json" for first in self.epochs}
        for name in self.names - own:
            (self.findings.notes if LEFTOVER_NAME.fullmatch(name) else self.findings.tampered).append(name)


def _secret(wrapped: list[dict[str, str]], key: X25519PrivateKey, recording: str, first: int) -> bytes:
    mine = base64.b64encode(key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()
    sealed = next(base64.b64decode(one["sealed"]) for one in wrapped if one["public_key"] == mine)
    suite = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
    return suite.decrypt(sealed, key, b"examroom recording-key v1|%s|%d" % (recording.encode(), first))


def _derive(state: bytes, salt: bytes, info: str) -> bytes:
    return HKDF(SHA256(), 32, salt, info.encode()).derive(state)


def main() -> None:
    """Tell the verdict; with a key, also what the segments hold."""
    folder = Path(sys.argv[1])
    sys.stdout.write(verdict(folder) + "\n")
    for key in sys.argv[2:3]:
        for number, segment in enumerate(read_recording(folder, bytes.fromhex(key))):
            digest = hashlib.sha256(segment.webm).hexdigest()
            sys.stdout.write(
                f"segment {number}: {len(segment.webm)} bytes, to {segment.time_ms} ms, SHA-256 {digest}\n"
            )


if __name__ == "__main__":
    main()
