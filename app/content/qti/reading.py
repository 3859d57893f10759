"""Reading QTI: a content package (a folder or a zip, with or without a manifest), or one item file.

Everything in it is hostile until read: see `archive` (files), `xml` (documents), `body` (what is shown).
"""

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Final

from app.content.archive import Archive, is_zip, open_archive, open_beside
from app.content.bank import (
    Bank,
    BankRefused,
    BankUnfinished,
    FileMissing,
    ItemGone,
    MarkupRefused,
    Note,
    NoteKind,
    Rejection,
    TwiceRefused,
)
from app.content.blueprint import ExamRules, read_test
from app.content.qti.item import MAX_ITEM_BYTES, ReadItem, Sorting, read_item
from app.content.qti.manifest import MANIFEST, Listed, Manifest, bank_id, read_manifest
from app.content.qti.naming import titled
from app.content.qti.upgrade import is_qti
from app.content.xml import read_xml
from app.exam.item import Stimulus
from app.exam.prose import plain_text
from sync.wire.plan import Bilingual

_QTI_1: Final = re.compile(rb"<questestinterop\b")
_HEAD: Final = 4_000  # bytes in which a document's root stands
_DEEP: Final = 4  # folders between an item and its manifest, and one


def read_package(path: Path) -> Bank:
    """Read a bank of which everything must be good; nothing is skipped.

    Raises:
        BankUnreadable: nothing is there, or it may not be read.
        BankUnfinished: there are items and no manifest.
        BankRefused: one of its other kinds (see `app.content.bank`), with file and line: the first that is met.
    """
    with _open(path) as (archive, lone):
        return _Reading(archive, strict=True).bank(lone)


def read_bank(path: Path, *, loose: bool = False) -> tuple[Bank, tuple[Rejection, ...]]:
    """Read a bank, keep what is good, and tell for each item that is not why.

    `loose`: the bank may come without a manifest; then every item file in it is taken, and nobody knows how they are
    sorted. That is for banks on their way in: a bank of ours without a manifest is one that is not finished.

    Raises:
        BankUnreadable: nothing is there, or it may not be read.
        BankUnfinished: there are items and no manifest.
        BankRefused: the zip or the manifest as a whole cannot be read or is unsafe.
    """
    with _open(path) as (archive, lone):
        reading = _Reading(archive, strict=False, loose=loose)
        return reading.bank(lone), tuple(reading.rejected)


def read_item_file(path: Path) -> ReadItem:
    """Read one item file; what it shows lies in its folder or below, or in the bank (by its manifest) that it is in.

    Raises:
        BankUnreadable: nothing is there, or it may not be read.
        BankRefused: one of its kinds.
    """
    is_zip(path)  # says what is wrong with a path that is no plain file
    folder = next((one for one in list(path.absolute().parents)[:_DEEP] if (one / MANIFEST).is_file()), None)
    if folder is not None:
        with open_archive(folder) as archive:
            return read_item(archive, path.absolute().relative_to(folder).as_posix(), Sorting())
    with open_beside(path) as (archive, name):
        return read_item(archive, name, Sorting())


@contextmanager
def _open(path: Path) -> Iterator[tuple[Archive, str]]:
    """Open a bank, or the folder of a lone item file and give the file's name."""
    packed = is_zip(path)
    if packed or path.is_dir():
        with open_archive(path) as archive:
            yield archive, ""
        return
    with open_beside(path) as (archive, name):
        yield archive, name


@dataclass
class _Reading:
    archive: Archive
    strict: bool
    loose: bool = False
    rejected: list[Rejection] = field(default_factory=list)
    read: dict[str, ReadItem] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)

    def bank(self, lone: str) -> Bank:
        """Read everything; `lone`: one item file and nothing else."""
        manifest = self._lone(lone) if lone else self._manifest()
        for name, refused in manifest.refused:
            self._reject(MANIFEST, name, refused)
        self.notes += manifest.notes
        seen: set[str] = set()
        stimuli: dict[str, Stimulus] = {}
        for file, listed in manifest.items.items():
            try:
                found = self._item(file, listed)
                _check_once(found, file, seen, stimuli)
            except BankRefused as refused:
                self._reject(file, listed.name, refused)
                continue
            self.read[file] = found
        rules = self._rules(manifest.test) if manifest.test else None
        return self._made(manifest, rules)

    def _item(self, file: str, listed: Listed) -> ReadItem:
        try:
            return read_item(self.archive, file, listed.sorting)
        except FileMissing as missing:
            if missing.facts["name"] != file:
                raise
            raise ItemGone(MANIFEST, 0, f"there is no file {file}", name=listed.name) from None

    def _reject(self, file: str, name: str, refused: BankRefused) -> None:
        if self.strict:
            raise refused
        self.rejected.append(Rejection(file, name, refused.detail, refused))

    def _lone(self, name: str) -> Manifest:
        title = titled(PurePosixPath(name).stem)
        return Manifest(
            bank_id(title), Bilingual(zh=title, en=title), {name: Listed(PurePosixPath(name).stem, Sorting())}, None
        )

    def _manifest(self) -> Manifest:
        try:
            return read_manifest(self.archive)
        except FileMissing as missing:
            folder = "" if self.strict else self._only_folder()
            if not folder and self.loose:
                return self._without_manifest(missing)
            if not folder:
                raise self._unfinished(missing) from None
            self.archive = self.archive.below(folder)
            return read_manifest(self.archive)

    def _unfinished(self, missing: FileMissing) -> FileMissing:
        """Say of a folder without a manifest whether it holds items where we put ours."""
        ours = any(one.startswith("items/") and one.endswith(".xml") for one in self.archive.names())
        return BankUnfinished(MANIFEST, 0, "there are items and no manifest", name=MANIFEST) if ours else missing

    def _only_folder(self) -> str:
        """Give the folder that was packed as a whole: its manifest is the only one, and no XML lies outside it."""
        names = [one for one in self.archive.names() if one.endswith(".xml") and not one.startswith("__MACOSX/")]
        found = [one.removesuffix(f"/{MANIFEST}") for one in names if one.endswith(f"/{MANIFEST}")]
        return found[0] if len(found) == 1 and all(one.startswith(f"{found[0]}/") for one in names) else ""

    def _without_manifest(self, missing: FileMissing) -> Manifest:
        """List the items of a folder that has no manifest: every XML file that is one."""
        items: dict[str, Listed] = {}
        refused: list[tuple[str, BankRefused]] = []
        test = None
        for name in self.archive.names():
            if not name.lower().endswith(".xml"):
                continue
            try:
                raw = self.archive.read(name, MAX_ITEM_BYTES)
                if _QTI_1.search(raw[:_HEAD]):  # before its document type is looked at, which it may have
                    raise MarkupRefused(name, 0, "QTI 1 is not supported: export it as QTI 2.1 or later", name="QTI 1")
                root = read_xml(raw, name)
            except BankRefused as one:
                refused.append((PurePosixPath(name).stem, one))
                continue
            if is_qti(root, "qti-assessment-item"):
                items[name] = Listed(PurePosixPath(name).stem, Sorting())
            elif is_qti(root, "qti-assessment-test"):
                test = test or name
        if not items and not refused:
            raise missing
        notes = (Note(NoteKind.NO_MANIFEST, ""), Note(NoteKind.UNSORTED, "", f"{len(items)}/{len(items)}"))
        title = titled(PurePosixPath(next(iter(items), "bank")).parts[0])
        return Manifest(bank_id(title), Bilingual(zh=title, en=title), items, test, tuple(refused), notes)

    def _rules(self, file: str) -> ExamRules | None:
        """Read the test; a bank is good without the rule for its forms, unless everything must be."""
        items = {name: one.item for name, one in self.read.items()}
        try:
            return read_test(self.archive, file, items)
        except BankRefused as refused:
            if self.strict:
                raise
            self.notes.append(Note(NoteKind.BLUEPRINT_LEFT_OUT, "", refused.detail))
            return None

    def _made(self, manifest: Manifest, rules: ExamRules | None) -> Bank:
        once: dict[bytes, bytes] = {}  # a picture that many items show is held once
        read = self.read.values()
        media = {
            (one.item.id, name): once.setdefault(hashlib.sha256(data).digest(), data)
            for one in read
            for name, data in one.media.items()
        }
        return Bank(
            id=manifest.bank,
            title=manifest.title,
            items=tuple(sorted((one.item for one in read), key=lambda item: item.id)),
            markings={one.item.id: one.marking for one in read},
            media=media,
            blueprint=rules.blueprint if rules else None,
            duration_ms=rules.duration_ms if rules else None,
            pass_mark=rules.pass_mark if rules else None,
            notes=(*self.notes, *(note for one in read for note in one.notes)),
        )


def _check_once(found: ReadItem, file: str, seen: set[str], stimuli: dict[str, Stimulus]) -> None:
    if found.item.id in seen:
        raise TwiceRefused(file, 0, "an item's identifier stands twice", name=found.item.id)
    stimulus = found.item.stimulus
    if stimulus:
        other = stimuli.setdefault(stimulus.id, stimulus)
        for one, another in zip(stimulus.wording.bodies(), other.wording.bodies(), strict=True):
            if plain_text(one) != plain_text(another):
                raise TwiceRefused(file, 0, "two stimuli have one identifier", name=stimulus.id)
    seen.add(found.item.id)
