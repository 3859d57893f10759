"""Settings of the running kernel, as files of /proc/sys and /sys: set, and set back to what each of them was."""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import StringConstraints

from proctoring.lockdown.faults import LockdownPathTaken
from proctoring.lockdown.linux.entries import PathBelow
from proctoring.lockdown.steps import Place, Step, system_faults
from sync.trust.files import read_bounded

_MOST_BYTES: Final = 4_096
"""No setting of the kernel that we look at is longer: it fits a page."""
_NO_FILE: Final = frozenset({errno.EINVAL, errno.ELOOP, errno.EISDIR, errno.ENXIO})
"""How something else than a plain file refuses to be opened as one."""

FileName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_]{1,80}$")]


class SettingStep(Step):
    """Write `value` to every file that matches `pattern`, as "sys/class/rfkill/*/soft"; there may be none.

    `only`: a file beside it and what it has to say. `otherwise`: what one that came later is set back to; None leaves
    it. `probe`: a file that the name of the device is written to after it was set back, so that its driver is found.
    """

    kind: Literal["setting"] = "setting"
    pattern: PathBelow
    value: str
    only: tuple[FileName, str] | None = None
    otherwise: str | None = None
    probe: str = ""
    before: dict[str, str] | None = None

    def looked(self, place: Place) -> Self:
        """See `Step.looked`."""
        return self.model_copy(update={"before": self._now(place)})

    def apply(self, place: Place) -> None:
        """See `Step.apply`."""
        for path, now in self._now(place).items():
            if now != self.value:
                _write(place, path, self.value)

    def undo(self, place: Place) -> None:
        """See `Step.undo`. A device that is no longer there has nothing to be set back."""
        for path, now in self._now(place).items():
            was = (self.before or {}).get(path, self.otherwise)
            if was is None or was == now:
                continue
            _write(place, path, was)
            if self.probe and place.at(self.probe).exists():
                _write(place, self.probe, Path(path).parent.name)

    def difference(self, place: Place) -> str:
        """See `Step.difference`."""
        return "content" if any(now != self.value for now in self._now(place).values()) else ""

    def _now(self, place: Place) -> dict[str, str]:
        found: dict[str, str] = {}
        with system_faults(self.pattern):
            for file in sorted(place.root.glob(self.pattern)):
                path = str(file.relative_to(place.root))
                there = place.at(path)
                if self.only is None or _says(there.with_name(self.only[0])) == self.only[1]:
                    with _plain_files(path):
                        found[path] = _text(there)
        return found


def _says(file: Path) -> str:
    try:
        return _text(file)
    except OSError:
        return ""


def _text(file: Path) -> str:
    return read_bounded(file, _MOST_BYTES).decode(errors="replace").strip()


@contextmanager
def _plain_files(path: str) -> Iterator[None]:
    """Refuse a link, pipe, device or folder where a setting has to be."""
    try:
        yield
    except OSError as error:
        if error.errno not in _NO_FILE:
            raise
        raise LockdownPathTaken("no plain file", path=f"/{path}") from None


def _write(place: Place, path: str, value: str) -> None:
    with system_faults(path), _plain_files(path):
        handle = os.open(place.at(path), os.O_WRONLY | os.O_TRUNC | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise OSError(errno.EINVAL, "not a plain file", path)
            os.write(handle, f"{value}\n".encode())
        finally:
            os.close(handle)
