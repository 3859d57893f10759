"""Who draws on this display: every client's process as the server knows it, and whether it is one of ours."""

import os
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from proctoring.lockdown.xserver import XServer, u32

INPUT_METHODS: Final = frozenset(
    {
        "/usr/bin/ibus-daemon",
        "/usr/libexec/ibus-ui-gtk3",
        "/usr/libexec/ibus-extension-gtk3",
        "/usr/libexec/ibus-x11",
        "/usr/lib/ibus/ibus-ui-gtk3",
        "/usr/lib/ibus/ibus-extension-gtk3",
        "/usr/lib/ibus/ibus-x11",
        "/usr/bin/fcitx",
        "/usr/bin/fcitx5",
    }
)
"""Where Debian, Ubuntu, Fedora and Arch put the programs of ibus and fcitx that show candidates."""
_PID_OF_CLIENT: Final = 2  # XRes: LocalClientPID
_MOST_ANCESTORS: Final = 16
_BYTES: Final = 4096


class Standing(StrEnum):
    """What a client is to us: ours or allowed, foreign, or not to be told."""

    ALLOWED = "allowed"
    FOREIGN = "foreign"
    UNTOLD = "untold"


@dataclass(frozen=True)
class Allow:
    """Whose clients may be on the display: `family` and every process descended from it, and `programs` by path.

    A path counts only if the running program (`/proc/<pid>/exe`) is that very file, which root alone may write.
    """

    family: int
    programs: frozenset[str] = INPUT_METHODS


@dataclass(frozen=True)
class Client:
    """One client. `base`: its resource base. `pid`: None if it is not of this PC. `program`: None if unreadable."""

    base: int
    pid: int | None
    program: str | None
    standing: Standing

    def __str__(self) -> str:
        if self.base == 0:
            return "the display server itself"
        if self.pid is None:
            return "a client from another PC or another container"
        return f"process {self.pid}: {self.program or 'program not readable'}"


class Clients:
    """All clients of a display. `proc`: where the kernel shows processes."""

    def __init__(self, server: XServer, allow: Allow, proc: Path = Path("/proc")) -> None:
        self._server = server
        self._allow = allow
        self._proc = proc
        self._known: dict[int, Client] = {}

    def ask(self) -> Any:  # noqa: ANN401 - a cookie of xcffib's
        """Ask the server for the processes of all clients."""
        return self._server.res.QueryClientIds(1, [struct.pack("=II", 0, _PID_OF_CLIENT)])

    def read(self, answer: bytes | None) -> Mapping[int, Client]:
        """Read the answer: clients by resource base, without the watch itself."""
        pids = _pids(answer or b"")
        pids.pop(self._server.own_base, None)
        pids.pop(0, None)
        self._known = {base: self._client(base, pid) for base, pid in pids.items()}
        return self._known

    def owner(self, xid: int) -> Client:
        """Give the client that a window belongs to, as of the last `read`."""
        base = self._server.base_of(xid)
        return self._known.get(base) or Client(base, None, None, Standing.UNTOLD)

    def _client(self, base: int, pid: int | None) -> Client:
        program = None if pid is None else self._program(pid)
        known = self._known.get(base)
        if known is not None and (known.pid, known.program) == (pid, program):
            return known
        return Client(base, pid, program, standing_of(self._proc, self._allow, pid, program))

    def _program(self, pid: int) -> str | None:
        try:
            return str((self._proc / str(pid) / "exe").readlink())
        except OSError:
            return None


def standing_of(proc: Path, allow: Allow, pid: int | None, program: str | None) -> Standing:
    """Tell what a process is to us. `program`: its file as the kernel names it, None if that cannot be read."""
    if pid is not None and _descends(proc, pid, allow.family):
        return Standing.ALLOWED
    if pid is None or program is None:
        return Standing.UNTOLD
    genuine = program in allow.programs and _same_file(proc / str(pid) / "exe", Path(program))
    return Standing.ALLOWED if genuine else Standing.FOREIGN


def _descends(proc: Path, pid: int, family: int) -> bool:
    for _ in range(_MOST_ANCESTORS):
        if pid == family:
            return True
        parent = _parent(proc, pid)
        if parent is None or parent <= 1:
            return False
        pid = parent
    return False


def _parent(proc: Path, pid: int) -> int | None:
    try:
        with (proc / str(pid) / "stat").open("rb") as file:
            after_name = file.read(_BYTES).rpartition(b")")[2].split()
        return int(after_name[1])
    except (OSError, IndexError, ValueError):
        return None


def _pids(answer: bytes) -> dict[int, int | None]:
    """Read XRes' QueryClientIds: resource base → pid, None where the server has none (not a local client)."""
    found: dict[int, int | None] = {}
    at = 32
    while at + 12 <= len(answer):
        base, mask, length = u32(answer, at), u32(answer, at + 4), u32(answer, at + 8)
        if mask == _PID_OF_CLIENT and length >= 4 and at + 16 <= len(answer):  # noqa: PLR2004 - bytes of a pid
            found[base] = u32(answer, at + 12)
        else:
            found.setdefault(base, None)
        at += 12 + length
    return found


def _same_file(one: Path, other: Path) -> bool:
    """Tell whether both are one file that root alone may write: a path by itself can be a mount made to look so."""
    try:
        seen, listed = one.stat(), other.stat()
    except OSError:
        return False
    return os.path.samestat(seen, listed) and listed.st_uid == 0 and not listed.st_mode & 0o022
