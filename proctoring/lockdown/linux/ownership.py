"""The seat's folder: the locked user's while the PC is locked down, its former owner's before and after."""

import os
import stat
from collections.abc import Callable, Iterator
from typing import Final, Literal, Self

from proctoring.lockdown.faults import LockdownHomeUnusable
from proctoring.lockdown.linux.entries import PathBelow
from proctoring.lockdown.steps import Place, Step, system_faults

MOST_ENTRIES: Final = 200_000


class OwnershipStep(Step):
    """Give the folder at `path`, with everything in it, to `owner`.

    `before`: the folder's own owner, and of what was in it those that belonged to somebody else. What came into it
    later goes to the folder's owner with the undoing. Links are not followed, and what has a second name elsewhere is
    left alone: whoever may write in the folder could have given it that.
    """

    kind: Literal["ownership"] = "ownership"
    path: PathBelow
    owner: tuple[int, int]
    before: tuple[int, int] | None = None
    others: dict[str, tuple[int, int]] = {}  # noqa: RUF012 - pydantic copies it

    def looked(self, place: Place) -> Self:
        """See `Step.looked`."""
        with system_faults(self.path):
            first, *rest = self._entries(place)
            of_all = first[1]
            others = {name: owner for name, owner, _ in rest if owner != of_all}
        return self.model_copy(update={"before": of_all, "others": others})

    def apply(self, place: Place) -> None:
        """See `Step.apply`."""
        with system_faults(self.path):
            self._give(place, lambda _name: self.owner)

    def undo(self, place: Place) -> None:
        """See `Step.undo`."""
        before = self.before
        if before is None or not place.at(self.path).is_dir():
            return
        with system_faults(self.path):
            self._give(place, lambda name: self.others.get(name, before))

    def difference(self, place: Place) -> str:
        """See `Step.difference`. The folder itself speaks for what is in it."""
        with system_faults(self.path):
            path = place.at(self.path)
            if not path.is_dir():
                return "missing"
            found = path.stat()
        return "owner" if os.geteuid() == 0 and (found.st_uid, found.st_gid) != self.owner else ""

    def _give(self, place: Place, owner: Callable[[str], tuple[int, int]]) -> None:
        if os.geteuid() != 0:
            return
        for name, now, handle in self._entries(place):
            wanted = owner(name)
            if now == wanted:
                continue
            if name:
                os.chown(name.rpartition("/")[2], *wanted, dir_fd=handle, follow_symlinks=False)
            else:
                os.fchown(handle, *wanted)

    def _entries(self, place: Place) -> Iterator[tuple[str, tuple[int, int], int]]:
        """Give the folder ("") and what is in it: name below it, owner, and the open folder that it is in."""
        root = place.at(self.path)
        count = 0
        for folder, names, files, handle in os.fwalk(root, follow_symlinks=False):
            below = os.path.relpath(folder, root)
            if below == ".":
                found = os.fstat(handle)
                yield "", (found.st_uid, found.st_gid), handle
            for name in (*names, *files):
                found = os.stat(name, dir_fd=handle, follow_symlinks=False)
                count += 1
                if count > MOST_ENTRIES:
                    raise LockdownHomeUnusable(f"more than {MOST_ENTRIES} files", home=f"/{self.path}")
                if stat.S_ISDIR(found.st_mode) or found.st_nlink == 1:
                    yield (name if below == "." else f"{below}/{name}"), (found.st_uid, found.st_gid), handle
