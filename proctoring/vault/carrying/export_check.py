"""Checking an export where it lies, without any secret: the signed list, every file, the papers, the custody.

What is checked is that everything is as the list says, that the list and the papers are signed by whom they name, and
that the custody holds together and ends with this export. By whom they may be signed, the export's own `trust/` says;
whether that is the registry one knows, a directory of one's own says (`trust`), or nobody.

Everything is bounded, links are not followed, and nothing is hashed for a list that is not signed.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Final

from proctoring.vault.carrying.foothold import LIST, SUMS
from proctoring.vault.carrying.handed_custody import custody_signers, handed_custody
from proctoring.vault.carrying.handed_papers import check_papers
from proctoring.vault.format import layout
from proctoring.vault.format.reading import opened, read_small
from proctoring.vault.format.report import FindingCode, RecordingUnreadable, SignerState
from proctoring.vault.retention.faults import AdministratorRefused, CustodyRefused
from proctoring.vault.retention.people import key_of
from sync.faults import Refused
from sync.trust import envelope
from sync.trust.anchor import Trust, TrustRefused
from sync.trust.keys import KeyRefused, PublicKey
from sync.wire.archive import Person
from sync.wire.export import ExportedRecording, ExportList
from sync.wire.ids import is_id

_FILM: Final = re.compile(r"film\.webm(\.age)?")
_MOST_LIST_BYTES: Final = min(2 * ExportList.MAX_BYTES, envelope.MAX_BYTES)
_MOST_NAMES: Final = 200_000
_MOST_DEPTH: Final = 8
_PIECE_BYTES: Final = 1 << 20
_MOST_PROBLEMS: Final = 1_000
_MOST_PEM_BYTES: Final = 4_000
_RECORDINGS: Final = "recordings"


class ExportVerdict(StrEnum):
    """What an export is worth."""

    INTACT = "intact"
    CHANGED = "changed"
    UNFINISHED = "unfinished"  # its list, which is written last, is not there


class ExportProblem(StrEnum):
    """What can be wrong with an export; the words are at `export.check.<code>`."""

    LIST_MISSING = "LIST_MISSING"
    LIST_REFUSED = "LIST_REFUSED"
    TRUST_REFUSED = "TRUST_REFUSED"
    FILE_MISSING = "FILE_MISSING"
    FILE_CHANGED = "FILE_CHANGED"
    FILE_EXTRA = "FILE_EXTRA"
    FILM_UNLISTED = "FILM_UNLISTED"
    PAPERS_REFUSED = "PAPERS_REFUSED"
    CUSTODY_REFUSED = "CUSTODY_REFUSED"
    EXPORTER_UNKNOWN = "EXPORTER_UNKNOWN"
    EXPORTER_REVOKED = "EXPORTER_REVOKED"
    SIGNER_UNKNOWN = "SIGNER_UNKNOWN"
    SIGNER_REVOKED = "SIGNER_REVOKED"


ONLY_SIGNERS: Final = frozenset(
    {
        ExportProblem.EXPORTER_UNKNOWN,
        ExportProblem.EXPORTER_REVOKED,
        ExportProblem.SIGNER_UNKNOWN,
        ExportProblem.SIGNER_REVOKED,
    }
)
"""Problems that say only whose signatures these are: nothing was changed since it was signed."""


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong. `where`: a file or a recording; `finding`: what the papers' check found, if it did."""

    code: ExportProblem
    where: str = ""
    detail: str = ""
    finding: FindingCode | None = None


@dataclass(frozen=True)
class ExportReport:
    """What a check came to. `listed` is None where no list can be believed; `root_sha256` of the export's root."""

    verdict: ExportVerdict
    problems: tuple[Problem, ...]
    listed: ExportList | None
    signer: SignerState
    custody_entries: int = 0


def export_at(path: Path) -> Path | None:
    """Give the export's folder if `path` is one, or a recording's folder inside one; a recording itself is none."""
    folder = Path(os.path.abspath(path))  # noqa: PTH100 - looks at nothing, follows nothing
    try:
        if _is_plain(folder / layout.segment_name(0)):
            return None
        if _is_export(folder):
            return folder
        inside = is_id(folder.name) and folder.parent.name == _RECORDINGS and folder.is_dir()
        return folder.parent.parent if inside and _is_export(folder.parent.parent) else None
    except (OSError, ValueError):
        return None


def check_export(folder: Path, trust: Trust | None = None) -> ExportReport:
    """Check the export in `folder`; `trust` tells who administrators and seats are.

    Raises:
        RecordingUnreadable: the medium does not give it.
    """
    return _Check(folder, trust).all()


class _Check:
    def __init__(self, folder: Path, trust: Trust | None) -> None:
        self._folder = folder
        self._trust = trust
        self._problems: list[Problem] = []
        self._entries = 0
        self._people: list[tuple[Person, int]] = []

    def all(self) -> ExportReport:
        try:
            raw = read_small(self._folder / LIST, _MOST_LIST_BYTES)
        except FileNotFoundError:
            self._find(ExportProblem.LIST_MISSING, LIST)
            return ExportReport(ExportVerdict.UNFINISHED, tuple(self._problems), None, SignerState.UNCHECKED)
        own = self._own_trust()
        listed = self._believed(raw, own)
        if listed is None:
            return self._report(None)
        self._files(listed)
        for one in listed.recordings:
            self._recording(listed, one, own)
        self._signers(listed)
        return self._report(listed)

    def _report(self, listed: ExportList | None) -> ExportReport:
        verdict = ExportVerdict.CHANGED if self._problems else ExportVerdict.INTACT
        codes = {problem.code for problem in self._problems}
        signer = SignerState.UNCHECKED
        if self._trust is not None and listed is not None:
            signer = SignerState.CHECKED
            if codes & {ExportProblem.EXPORTER_REVOKED, ExportProblem.SIGNER_REVOKED}:
                signer = SignerState.REVOKED
            if codes & {ExportProblem.EXPORTER_UNKNOWN, ExportProblem.SIGNER_UNKNOWN}:
                signer = SignerState.UNKNOWN
        return ExportReport(verdict, tuple(self._problems[:_MOST_PROBLEMS]), listed, signer, self._entries)

    def _find(self, code: ExportProblem, where: str = "", detail: str = "", finding: FindingCode | None = None) -> None:
        self._problems.append(Problem(code, where, detail, finding))

    # the list

    def _own_trust(self) -> Trust | None:
        try:
            return Trust.load(self._folder / "trust")
        except TrustRefused as fault:
            self._find(ExportProblem.TRUST_REFUSED, "trust", fault.detail)
            return None

    def _believed(self, raw: bytes, own: Trust | None) -> ExportList | None:
        """Give the list if the administrator whom it names has signed it: by the known directory, or its own."""
        try:
            claim = ExportList.parse(envelope.peek(raw, ExportList.PAYLOAD_TYPE, max_bytes=_MOST_LIST_BYTES).payload)
            key = _administrators_key(claim.by, (self._trust, own))
            envelope.verify(raw, ExportList.PAYLOAD_TYPE, [key], max_bytes=_MOST_LIST_BYTES)
        except Refused as fault:
            self._find(ExportProblem.LIST_REFUSED, LIST, fault.detail)
            return None
        return claim

    # the files

    def _files(self, listed: ExportList) -> None:
        there = self._there()
        for file in listed.files:
            size = there.pop(file.path, None)
            if size is None:
                self._find(ExportProblem.FILE_MISSING, file.path)
            elif size != file.bytes or self._digest(file.path) != file.sha256:
                self._find(ExportProblem.FILE_CHANGED, file.path)
        there.pop(LIST, None)
        for extra in islice(sorted(there), _MOST_PROBLEMS):
            self._find(ExportProblem.FILE_EXTRA, extra)

    def _there(self) -> dict[str, int]:
        """Give what lies in the folder, by path, with its size; -1 for what is no plain file."""
        found = dict(islice(_walk(self._folder, "", _MOST_DEPTH), _MOST_NAMES + 1))
        if len(found) > _MOST_NAMES:
            raise RecordingUnreadable("too many files", file=self._folder.name)
        return found

    def _digest(self, path: str) -> str:
        try:
            with opened(self._folder / path) as file:
                digest = sha256()
                while piece := file.read(_PIECE_BYTES):
                    digest.update(piece)
        except FileNotFoundError:
            return ""
        return digest.hexdigest()

    # one recording

    def _recording(self, listed: ExportList, one: ExportedRecording, own: Trust | None) -> None:
        folder = self._folder / _RECORDINGS / one.recording
        base = f"{_RECORDINGS}/{one.recording}"
        digests = {file.path: file.sha256 for file in listed.files if file.path.startswith(f"{base}/")}
        parent, _, name = one.film.rpartition("/")
        if parent != base or not _FILM.fullmatch(name) or one.film not in digests:
            self._find(ExportProblem.FILM_UNLISTED, one.recording)
        if folder.is_symlink() or (self._folder / _RECORDINGS).is_symlink():
            return  # none of the listed files counts as there, which was said
        if digests.get(f"{base}/{layout.MANIFEST}") != one.manifest_sha256:
            self._find(ExportProblem.PAPERS_REFUSED, one.recording, "another manifest than the list names")
        devices = self._trust or own
        for found in check_papers(folder, one.recording, devices):
            code = {
                FindingCode.SIGNER_UNKNOWN: ExportProblem.SIGNER_UNKNOWN,
                FindingCode.SIGNER_REVOKED: ExportProblem.SIGNER_REVOKED,
            }.get(found.code, ExportProblem.PAPERS_REFUSED)
            self._find(code, one.recording, found.detail, found.code)
        self._custody(listed, one, own or self._trust, digests.get(one.film, ""))

    def _custody(self, listed: ExportList, one: ExportedRecording, trust: Trust | None, film_sha256: str) -> None:
        if trust is None:
            return  # then the list was not believed either
        try:
            key = PublicKey.from_pem(read_small(self._folder / "archive.pem", _MOST_PEM_BYTES))
            entries, last = handed_custody(
                self._folder / _RECORDINGS / one.recording / "custody.jsonl", listed.archive, one.recording, key, trust
            )
        except (CustodyRefused, KeyRefused) as fault:
            self._find(ExportProblem.CUSTODY_REFUSED, one.recording, fault.detail)
        except FileNotFoundError:
            self._find(ExportProblem.CUSTODY_REFUSED, one.recording, "not there")
        else:
            end = entries[-1]
            if (last, end.facts.get("film_sha256"), end.by) != (one.custody_sha256, film_sha256, listed.by):
                self._find(ExportProblem.CUSTODY_REFUSED, one.recording, "it ends with something else than this export")
            self._entries += len(entries)
            self._people += custody_signers(entries)

    # who signed

    def _signers(self, listed: ExportList) -> None:
        """Hold everybody who signed against the directory that one knows."""
        if self._trust is None:
            return
        said: set[str] = set()
        for person, at_ms in [(listed.by, listed.at.wall_ms), *self._people]:
            if person.administrator in said:
                continue
            try:
                key_of(person, self._trust, at_ms)
            except AdministratorRefused as fault:
                known = self._trust.administrator(person.administrator)
                revoked = known is not None and known[1].keyid == person.keyid
                code = ExportProblem.EXPORTER_REVOKED if revoked else ExportProblem.EXPORTER_UNKNOWN
                self._find(code, person.name, fault.detail)
                said.add(person.administrator)


def _administrators_key(person: Person, trusts: tuple[Trust | None, ...]) -> PublicKey:
    for trust in trusts:
        found = trust.administrator(person.administrator) if trust else None
        if found is not None and found[1].keyid == person.keyid:
            return found[1]
    raise AdministratorRefused("no directory gives the key of who signed it")


def _walk(folder: Path, under: str, depth: int) -> Iterator[tuple[str, int]]:
    try:
        with os.scandir(folder) as found:
            entries = list(islice(found, _MOST_NAMES + 1))
        for entry in entries:
            path = f"{under}{entry.name}"
            if entry.is_dir(follow_symlinks=False) and depth:
                yield from _walk(folder / entry.name, f"{path}/", depth - 1)
            else:
                plain = entry.is_file(follow_symlinks=False)
                yield path, entry.stat(follow_symlinks=False).st_size if plain else -1
    except OSError as error:
        raise RecordingUnreadable(f"{folder.name}: {error.strerror}", file=folder.name) from None


def _is_export(folder: Path) -> bool:
    """Tell an export by its list or sums, or, of one that was interrupted before, by a film among its recordings."""
    if any(_is_plain(folder / name) for name in (LIST, SUMS)):
        return True
    place = folder / _RECORDINGS
    if not place.is_dir() or place.is_symlink():
        return False
    with os.scandir(place) as found:
        kept = [place / entry.name for entry in islice(found, _MOST_NAMES) if is_id(entry.name)]
    return any(_is_plain(one / name) for one in kept for name in ("film.webm", "film.webm.age"))


def _is_plain(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()
