"""The signed papers of a recording: openings, heads, manifest. Nothing in them is believed before its signature."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Protocol, TypeVar

from proctoring.vault.format import layout
from proctoring.vault.format.reading import lines, names, read_small
from proctoring.vault.format.report import Finding, FindingCode, RecordingUnreadable
from sync.faults import Refused
from sync.trust.anchor import key_in_time
from sync.trust.envelope import EnvelopeRefused, peek, verify
from sync.trust.keys import KeyRefused, PublicKey
from sync.wire.document import Document
from sync.wire.enrolment import DirectoryDevice
from sync.wire.recording import RecordingHead, RecordingManifest, RecordingOpening

_ENVELOPE_FACTOR = 2  # base64 and the signatures around a document
_MAX_PEM_BYTES = 4_000
_D = TypeVar("_D", bound=Document)


class Devices(Protocol):
    """Who signs as which device; `sync.trust.anchor.Trust` is one."""

    def device(self, device_id: str) -> DirectoryDevice | None:
        """Give the enrolled device of this id, or None."""


@dataclass(frozen=True)
class Papers:
    """What is signed about a recording, verified, and what is wrong with the rest."""

    openings: tuple[RecordingOpening, ...]
    heads: tuple[RecordingHead, ...]
    left: tuple[RecordingHead, ...]
    manifest: RecordingManifest | None
    manifest_sha256: str
    signer_checked: bool
    findings: tuple[Finding, ...]


def read_papers(folder: Path, devices: Devices | None, left: Iterable[bytes] = ()) -> Papers:
    """Read and verify the papers in `folder`; `left` are heads (envelopes) that were sent away in time.

    Raises:
        RecordingUnreadable: there is neither an opening nor a manifest, or the disk does not give them.
    """
    reader = _Reader(folder, devices)
    manifest, digest = reader.manifest()
    openings = reader.openings()
    if manifest is None and not openings:
        if not reader.has_papers:
            raise RecordingUnreadable("neither manifest nor opening", file=folder.name)
        return Papers((), (), (), None, "", reader.signer_checked, tuple(reader.findings))
    recording = manifest.recording if manifest else openings[0].recording
    heads = reader.heads(recording, closed=manifest is not None)
    outside = reader.heads_that_left(recording, left)
    return Papers(openings, heads, outside, manifest, digest, reader.signer_checked, tuple(reader.findings))


class _Reader:
    def __init__(self, folder: Path, devices: Devices | None) -> None:
        self.folder = folder
        self.files = names(folder)
        self.findings: list[Finding] = []
        self.signer_checked = False
        self.key = self._signer(devices)

    @property
    def has_papers(self) -> bool:
        return layout.MANIFEST in self.files or any(layout.opening_number(name) is not None for name in self.files)

    def manifest(self) -> tuple[RecordingManifest | None, str]:
        limit = RecordingManifest.MAX_BYTES * _ENVELOPE_FACTOR
        try:
            raw = read_small(self.folder / layout.MANIFEST, limit)
            manifest = self._believed(raw, RecordingManifest)
            if not _in_order(manifest):
                raise EnvelopeRefused("segments or epochs are not in order")
            return manifest, sha256(raw).hexdigest()
        except FileNotFoundError:
            self._find(FindingCode.MANIFEST_MISSING)
            return None, ""
        except Refused as fault:
            self._find(FindingCode.MANIFEST_REFUSED, detail=fault.detail)
            return None, ""

    def openings(self) -> tuple[RecordingOpening, ...]:
        found: list[RecordingOpening] = []
        for name in sorted(self.files):
            number = layout.opening_number(name)
            if number is None:
                continue
            try:
                raw = read_small(self.folder / name, RecordingOpening.MAX_BYTES * _ENVELOPE_FACTOR)
                opening = self._believed(raw, RecordingOpening)
            except FileNotFoundError:
                self._find(FindingCode.OPENING_REFUSED, number, detail="not a plain file")
                continue
            except Refused as fault:
                self._find(FindingCode.OPENING_REFUSED, number, detail=fault.detail)
                continue
            same = not found or (opening.recording, opening.device) == (found[0].recording, found[0].device)
            if opening.epoch.first_segment == number and same:
                found.append(opening)
            else:
                self._find(FindingCode.OPENING_REFUSED, number, detail="of another place or recording")
        return tuple(found)

    def heads(self, recording: str, *, closed: bool) -> tuple[RecordingHead, ...]:
        heads: list[RecordingHead] = []
        for number, line in enumerate(self._head_lines()):
            if not line.endswith(b"\n") and not closed:
                self._find(FindingCode.HEAD_UNFINISHED, detail=f"line {number + 1}")
                break
            try:
                if not line.endswith(b"\n"):
                    raise EnvelopeRefused("no line end")
                head = self._believed(line[:-1], RecordingHead)
            except Refused as fault:
                self._find(FindingCode.HEAD_REFUSED, detail=f"line {number + 1}: {fault.detail}")
                continue
            if head.recording == recording and (not heads or head.sequence > heads[-1].sequence):
                heads.append(head)
            else:
                self._find(FindingCode.HEAD_REFUSED, detail=f"line {number + 1}: not in its place")
        self._find_holes(heads)
        return tuple(heads)

    def heads_that_left(self, recording: str, envelopes: Iterable[bytes]) -> tuple[RecordingHead, ...]:
        heads: list[RecordingHead] = []
        limit = RecordingHead.MAX_BYTES * _ENVELOPE_FACTOR
        for envelope in envelopes:
            try:
                claim = peek(envelope, RecordingHead.PAYLOAD_TYPE, max_bytes=limit)
                if RecordingHead.parse(claim.payload).recording == recording:  # others' heads lie beside ours
                    heads.append(self._believed(envelope, RecordingHead))
            except Refused as fault:
                self._find(FindingCode.HEAD_REFUSED, detail=f"a head that left: {fault.detail}")
        return tuple(heads)

    def _head_lines(self) -> Iterator[bytes]:
        try:
            yield from lines(self.folder / layout.HEADS, layout.MAX_HEAD_LINE_BYTES, layout.MAX_HEADS_BYTES)
        except FileNotFoundError:
            self._find(FindingCode.HEAD_MISSING, detail="there is no file of heads")

    def _find_holes(self, heads: list[RecordingHead]) -> None:
        wanted = 0
        for head in heads:
            if head.sequence != wanted:
                detail = f"heads {wanted} to {head.sequence - 1}"
                self._find(FindingCode.HEAD_MISSING, head.segment.index, detail=detail)
            wanted = head.sequence + 1

    def _believed(self, envelope: bytes, kind: type[_D]) -> _D:
        if self.key is None:
            raise EnvelopeRefused("whose signature it is cannot be told")
        limit = kind.MAX_BYTES * _ENVELOPE_FACTOR
        return kind.parse(verify(envelope, kind.PAYLOAD_TYPE, [self.key], max_bytes=limit).payload)

    def _signer(self, devices: Devices | None) -> PublicKey | None:
        """Find the key to verify with: of the directory if there is one, else of the folder."""
        beside = self._key_beside()
        if devices is None:
            if beside is None:
                self._find(FindingCode.DEVICE_KEY_CHANGED)
            return beside
        claim = self._claim()
        enrolled = devices.device(claim.device) if claim else None
        if claim is None or enrolled is None:
            detail = claim.device if claim else "no readable paper names a device"
            self._find(FindingCode.SIGNER_UNKNOWN, detail=detail)
            return beside
        if enrolled.revoked_ms is not None and enrolled.revoked_ms <= claim.started.wall_ms:
            self._find(FindingCode.SIGNER_REVOKED, detail=claim.device)
        times = key_in_time(enrolled)
        if beside is None or beside.keyid not in times:
            self._find(FindingCode.DEVICE_KEY_CHANGED)
            key = PublicKey.from_pem(enrolled.public_key_pem)
        else:
            key, until_ms = beside, times[beside.keyid].until_ms
            if until_ms is not None and until_ms <= claim.started.wall_ms:
                self._find(FindingCode.SIGNER_REVOKED, detail=f"{claim.device}: a key that was replaced at {until_ms}")
        self.signer_checked = True
        return key

    def _key_beside(self) -> PublicKey | None:
        try:
            raw = read_small(self.folder / layout.DEVICE_KEY, _MAX_PEM_BYTES)
            key = PublicKey.from_pem(raw)
        except (FileNotFoundError, RecordingUnreadable, KeyRefused):
            return None
        return key if key.pem.encode() == raw else None

    def _claim(self) -> RecordingManifest | RecordingOpening | None:
        """Look, unverified, which device the papers claim to be of."""
        papers: list[tuple[str, type[RecordingManifest | RecordingOpening]]] = [
            (name, RecordingOpening) for name in sorted(self.files) if layout.opening_number(name) is not None
        ]
        papers.append((layout.MANIFEST, RecordingManifest))
        for name, kind in papers:
            limit = kind.MAX_BYTES * _ENVELOPE_FACTOR
            try:
                raw = read_small(self.folder / name, limit)
                return kind.parse(peek(raw, kind.PAYLOAD_TYPE, max_bytes=limit).payload)
            except (Refused, RecordingUnreadable, FileNotFoundError):
                continue
        return None

    def _find(self, code: FindingCode, segment: int | None = None, *, detail: str = "") -> None:
        self.findings.append(Finding(code, segment, None, detail))


def _in_order(manifest: RecordingManifest) -> bool:
    """Tell whether segments count from 0 without a hole, each in its own file, and epochs begin at segments, from 0."""
    segments = all(
        entry.index == number and entry.file == layout.segment_name(number)
        for number, entry in enumerate(manifest.segments)
    )
    firsts = [epoch.first_segment for epoch in manifest.epochs]
    return segments and firsts[0] == 0 and firsts == sorted(set(firsts))
