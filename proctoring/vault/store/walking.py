"""Going through a shelf's folders, in which anybody who has the share may have put anything.

No link is followed, and nothing is walked deeper, longer, or fuller than names on a shelf can be.
"""

import errno
import os
from collections.abc import Iterator
from itertools import islice
from typing import Final

from proctoring.vault.store.shelf import is_name, is_part

MOST_ENTRIES: Final = 250_000  # in one folder; an archive is made for 100,000 recordings
_MOST_SHOWN: Final = 100
_NOT_PLAIN: Final = frozenset({errno.ELOOP, errno.ENOTDIR, errno.ENOENT})


def walk(folder: int, under: str) -> Iterator[str]:
    """Give what lies below an open folder whose own name is `under`, sorted as whole names; see `FolderShelf.names`."""
    found = entries(folder)
    if found is None:
        yield under
        return
    for name in found:
        if not name.endswith("/"):
            yield under + (name if is_part(name) else _written_out(name))
            continue
        part = name.removesuffix("/")
        if not is_part(part):
            yield f"{under}{_written_out(part)}/"
        elif not is_name(f"{under}{name}x"):
            yield under + name  # no name is as long as what lies in it
        else:
            try:
                inner = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=folder)
            except OSError as error:
                if error.errno in _NOT_PLAIN:
                    continue  # gone, or exchanged, since it was looked at
                raise
            try:
                yield from walk(inner, under + name)
            finally:
                os.close(inner)


def entries(folder: int) -> list[str] | None:
    """Give the plain files in a folder, with "/" the folders, with "|" pipes and the like, sorted; None of too many."""
    with os.scandir(folder) as found:
        there = list(islice(found, MOST_ENTRIES + 1))
        if len(there) > MOST_ENTRIES:
            return None
        shown = [one for one in there if not one.name.startswith(".")]
        folders = {one.name for one in shown if one.is_dir(follow_symlinks=False)}
        files = {one.name for one in shown if one.is_file(follow_symlinks=False)}
        others = {one.name for one in shown if not one.is_symlink()} - folders - files
    return sorted((*files, *(f"{one}/" for one in folders), *(f"{one}|" for one in others)))


def _written_out(part: str) -> str:
    """Write out what is no part of a name, so that it can be shown and is none still."""
    shown = ascii(part)[1:-1]
    return shown if len(shown) <= _MOST_SHOWN else f"{shown[:_MOST_SHOWN]}~"
