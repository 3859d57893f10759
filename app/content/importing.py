"""Any bank an authority has, into a bank's folder: what it is is told by its bytes and never by its name alone."""

import os
import re
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from app.content.archive import BankUnreadable, is_zip, open_archive, open_beside
from app.content.bank import Bank, BankRefused, BankTooLarge, MarkupRefused, Note, NoteKind, Rejection
from app.content.folder import Merged, Origin, merge
from app.content.formats.aiken import ANSWER, read_aiken
from app.content.formats.encodings import decode
from app.content.formats.found import MAX_SOURCE_BYTES, MAX_TEXT_BYTES, FormatReading, Found
from app.content.formats.gift import read_gift
from app.content.formats.moodle import read_moodle
from app.content.formats.sheet import read_sheet
from app.content.formats.warning import SourceWarning, WarningKind
from app.content.media.pictures import MAX_PICTURE_BYTES
from app.content.qti.manifest import bank_id
from app.content.qti.naming import titled
from app.content.qti.reading import read_bank
from app.content.qti.write_test import write_test
from sync.wire.plan import Bilingual

_OLE: Final = b"\xd0\xcf\x11\xe0"
_ROOT: Final = re.compile(r"<(?:[\w.\-]+:)?([A-Za-z][\w.\-]*)")
_BRACES: Final = re.compile(r"(?<!\\)\{")
_NAMED: Final = 5  # so many items are named in a warning about many


class Source(StrEnum):
    """What a source can be."""

    PACKAGE = "qti-package"
    ITEM = "qti-item"
    MOODLE = "moodle-xml"
    GIFT = "gift"
    AIKEN = "aiken"
    SHEET = "xlsx"


@dataclass(frozen=True)
class ImportReport:
    """What an import came to; `by_type` counts the accepted items by kind.

    `known`: accepted, and there already; `replaced`: accepted, in the place of another version.
    """

    source: Source | None
    encoding: str
    read: int
    accepted: int
    known: int
    replaced: int
    rejected: tuple[Rejection, ...]
    by_type: dict[str, int]
    warnings: tuple[SourceWarning, ...]


def import_file(path: Path, folder: Path, *, replace: bool = False) -> ImportReport:
    """Put all items of a source that are good into a bank's folder; a source that is no bank rejects as a whole.

    With `replace` they take the place of items with their ids; without it those stand, and the new ones are rejected.

    Raises:
        BankUnreadable: nothing is there, or it may not be read.
        FolderTaken, DiskFull, DiskFault: what `merge` raises; also `BankRefused` for the bank in the folder.
    """
    source, encoding = None, ""
    try:
        source = recognise(path)
        reading, origin = _read(path, source)
    except BankRefused as refused:
        rejected = Rejection(path.name, "", refused.detail, refused)
        return ImportReport(source, encoding, 0, 0, 0, 0, (rejected,), {}, ())
    merged = merge(folder, reading.items, origin, replace=replace) if reading.items else Merged()
    rejected_all = (*reading.rejected, *merged.rejected)
    accepted = merged.added + merged.known + merged.replaced
    return ImportReport(
        source,
        reading.encoding,
        accepted + len(rejected_all),
        accepted,
        merged.known,
        merged.replaced,
        rejected_all,
        {kind.value: count for kind, count in sorted(merged.kinds.items())},
        (*reading.warnings, *_told(merged.notes, path.name)),
    )


def recognise(path: Path) -> Source:
    """Tell what a source is.

    Raises:
        BankUnreadable: nothing is there, or it may not be read.
        MarkupRefused: something that is not supported, by name.
        BankRefused: no bank at all.
    """
    if path.is_dir():
        return Source.PACKAGE
    if is_zip(path):
        with open_archive(path) as archive:
            names = frozenset(archive.names())
        if any(name.startswith("xl/") for name in names) or "content.xml" in names:
            return Source.SHEET
        if any(one.startswith("word/") for one in names):
            raise MarkupRefused(path.name, 0, "a Word document: fill in the template (.xlsx) instead", name=".docx")
        return Source.PACKAGE
    data = _bytes(path)
    if data.startswith(_OLE):
        return Source.SHEET
    return _text_source(decode(data, path.name).text, path.name)


def _text_source(text: str, name: str) -> Source:
    if text.lstrip().startswith("<"):
        bare = re.sub(r"<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>\[]*(\[.*?\])?\s*>", "", text[:100_000], flags=re.DOTALL)
        root = _ROOT.search(bare)
        match root[1] if root else "":
            case "quiz":
                return Source.MOODLE
            case "assessmentItem" | "qti-assessment-item":
                return Source.ITEM
            case "manifest" | "assessmentTest" | "qti-assessment-test":
                raise BankRefused(name, 0, "a part of a package: name its folder or its zip instead")
            case "questestinterop":
                raise MarkupRefused(name, 0, "QTI 1 is not supported: export it as QTI 2.1 or later", name="QTI 1")
            case "p" | "div" | "html":
                pass  # GIFT may begin so
            case other:
                raise MarkupRefused(name, 0, f"an XML file of {other[:60] or 'no'} elements", name=f"<{other[:60]}>")
    answers = sum(1 for line in text.split("\n") if ANSWER.fullmatch(line.strip()))
    braces = len(_BRACES.findall(text))
    if answers > braces:
        return Source.AIKEN
    if braces or "::" in text:
        return Source.GIFT
    raise BankRefused(name, 0, "neither QTI, Moodle XML, GIFT, Aiken nor a spreadsheet")


def _read(path: Path, source: Source) -> tuple[FormatReading, Origin]:
    if source in (Source.PACKAGE, Source.ITEM):
        return _read_qti(path)
    data = _bytes(path)
    match source:
        case Source.MOODLE:
            reading = read_moodle(data, path.name)
        case Source.GIFT:
            reading = read_gift(data, path.name)
        case Source.AIKEN:
            reading = read_aiken(data, path.name)
        case _:
            reading = read_sheet(data, path.name, _Beside(path).fetch)
    title = titled(path.stem)
    return reading, Origin(bank_id(title), Bilingual(zh=title, en=title), path.name)


def _read_qti(path: Path) -> tuple[FormatReading, Origin]:
    bank, rejected = read_bank(path, loose=True)
    test = None
    warnings = list(_told((note for note in bank.notes if not note.item), path.name))
    if bank.blueprint and not rejected:
        test = write_test(bank.blueprint, bank.items, bank.duration_ms, bank.pass_mark)
    elif bank.blueprint:
        warnings.append(SourceWarning(WarningKind.BLUEPRINT_BEYOND, path.name))
    found = tuple(_found(bank, path))
    reading = FormatReading(found, tuple(rejected), tuple(warnings), "")
    return reading, Origin(bank.id, bank.title, path.name, test)


def _found(bank: Bank, path: Path) -> Iterable[Found]:
    for item in bank.items:
        media = {medium.name: bank.media[item.id, medium.name] for medium in item.media}
        yield Found(item, bank.markings[item.id], media, f"{path.name}/{item.id}")


def _told(notes: Iterable[Note], source: str) -> Iterable[SourceWarning]:
    """Say each kind of note once, with some of the items it is about."""
    by_kind: dict[NoteKind, list[Note]] = {}
    for note in notes:
        by_kind.setdefault(note.kind, []).append(note)
    for kind, found in by_kind.items():
        match kind:
            case NoteKind.UNSORTED:
                count, _, of = found[0].detail.partition("/")
                yield SourceWarning(kind, source, {"count": int(count), "of": int(of)})
            case NoteKind.BLUEPRINT_LEFT_OUT:
                place, _, reason = found[0].detail.partition(": ")
                yield SourceWarning(kind, place, reason=reason)
            case _:
                names = [f"{note.item} ({note.detail})" if note.detail else note.item for note in found]
                listed = ", ".join([*names[:_NAMED], "…"] if len(names) > _NAMED else names)
                yield SourceWarning(kind, source, {"count": len(found), "items": listed})


def _bytes(path: Path) -> bytes:
    try:
        # O_NONBLOCK: opening a named pipe must not wait for its other end
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise BankUnreadable("neither a folder nor a plain file", path=str(path))
            data = file.read(MAX_SOURCE_BYTES + 1)
    except OSError as error:
        raise BankUnreadable(error.strerror or type(error).__name__, path=str(path)) from None
    most = MAX_SOURCE_BYTES if data.startswith(b"PK") else MAX_TEXT_BYTES
    if len(data) > most:
        raise BankTooLarge(path.name, 0, f"more than {most} bytes", limit=f"{most} B")
    return data


@dataclass(frozen=True)
class _Beside:
    """The files beside a source."""

    path: Path

    def fetch(self, name: str) -> bytes:
        """Read a picture; one that many rows show is read for each.

        Raises:
            FileMissing, BankTooLarge, BankUnsafe: what reading a bank's file raises.
        """
        with open_beside(self.path) as (archive, _):
            return archive.read(name, MAX_PICTURE_BYTES, wanted_by=self.path.name)
