"""Makes the list of a tree where a release is built: every file and link, and nothing that cannot be believed later."""

import os
import re
import stat
from collections.abc import Iterator
from importlib.util import MAGIC_NUMBER, source_hash
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from proctoring.checks.machine import Unreadable
from proctoring.checks.tree import LIST_FILE, TOO_MANY, Mark, digests, entries, mark_of
from sync.wire.build import MOST_FILES, BuildFile, BuildLink, BuildList

_CACHE: Final = "__pycache__"
_BYTE_CODE: Final = ".pyc"
_CACHED: Final = re.compile(r"(.+?)\.[a-z]+-[0-9]+(?:\.opt-[0-9a-z]+)?\.pyc")
"""How byte code is called after its source (PEP 3147, PEP 488)."""
_HASHED: Final = frozenset({1, 3})
"""Flags of byte code that names its source by a hash, unchecked or checked (PEP 552); other byte code names a time."""
_HEADER: Final = 16


class Unlistable(Exception):  # noqa: N818 - a place, not a mistake
    """A tree holds what cannot be in a list: `args` are the place below it, and why."""


def list_tree(folder: Path, product: str, version: str) -> BuildList:
    """Give the list of all that lies in `folder`, byte code included, but for a signed list at its top.

    Raises:
        Unlistable: no plain file, link or folder; an empty folder; an odd name; a link out of the tree; byte code that
            is not of the source beside it; a file that changed meanwhile; more than a list may have.
        ValidationError: an odd product or version.
    """
    marks: dict[str, Mark] = {}
    links: list[BuildLink] = []
    for path, status in _below(str(folder), ""):
        if stat.S_ISREG(status.st_mode):
            marks[path] = mark_of(status)
        elif stat.S_ISLNK(status.st_mode):
            links.append(_link(folder, path))
        else:
            raise Unlistable(path, "neither a file nor a link")
        if len(marks) > MOST_FILES:
            raise Unlistable(str(folder), TOO_MANY)
    read = digests({f"{folder}/{path}": mark for path, mark in marks.items()})
    files = [_file(path, marks[path][2], read.get(f"{folder}/{path}")) for path in sorted(marks)]
    for path in marks:
        if path.endswith(_BYTE_CODE):
            _check_byte_code(folder, path, marks)
    return BuildList(
        product=product,
        version=version,
        files=tuple(files),
        links=tuple(sorted(links, key=lambda one: one.path)),
    )


def _below(top: str, folder: str) -> Iterator[tuple[str, os.stat_result]]:
    here = f"{top}/{folder}" if folder else top
    try:
        found = sorted(entries(here))
    except Unreadable as problem:
        raise Unlistable(folder or top, problem.args[1]) from None
    if not found:
        raise Unlistable(folder or top, "an empty folder")
    for name, status in found:
        path = f"{folder}/{name}" if folder else name
        if stat.S_ISDIR(status.st_mode):
            yield from _below(top, path)
        elif path != LIST_FILE:
            yield path, status


def _file(path: str, size: int, digest: str | None) -> BuildFile:
    if digest is None:
        raise Unlistable(path, "cannot be read, or changed while it was read")
    try:
        return BuildFile(path=path, sha256=digest, size=size)
    except ValidationError:
        raise Unlistable(path, "a name or size that no list has") from None


def _link(folder: Path, path: str) -> BuildLink:
    try:
        target = os.readlink(folder / path)  # noqa: PTH115 - to the letter: Path would tidy it up
        return BuildLink(path=path, target=target)
    except (OSError, ValidationError):
        raise Unlistable(path, "a link out of the tree") from None


def _check_byte_code(folder: Path, path: str, there: dict[str, Mark]) -> None:
    """Refuse byte code that Python would load though it is of another source, or would write anew by itself."""
    before, _, name = path.rpartition("/")
    if before.rpartition("/")[2] != _CACHE:
        return  # byte code without a source is a file like any other
    named = _CACHED.fullmatch(name)
    source = f"{before.removesuffix(_CACHE)}{named[1]}.py" if named else ""
    if source not in there:
        raise Unlistable(path, "byte code without its source")
    code = (folder / path).read_bytes()[:_HEADER]
    if code[:4] != MAGIC_NUMBER:
        raise Unlistable(path, "byte code of another Python than the one that lists it")
    of_source = code[8:16] == source_hash((folder / source).read_bytes())
    if int.from_bytes(code[4:8], "little") not in _HASHED or not of_source:
        raise Unlistable(path, "byte code that is not of its source, or says so by a time only")
