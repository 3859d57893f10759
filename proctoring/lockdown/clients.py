"""Who draws on this display: every client's process as the server knows it, and whether it is one of ours."""

import os
import struct
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from proctoring.lockdown.holders import started, tables
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
_AGAIN_S: Final = 4.0
"""So often it is looked whether an input method still holds its connection alone; and when somebody comes or goes."""
_BYTES: Final = 4096


class Standing(StrEnum):
    """What a client is to us: ours or allowed, foreign, or not to be told."""

    ALLOWED = "allowed"
    FOREIGN = "foreign"
    UNTOLD = "untold"


_HELPERS: Final = {True: Standing.ALLOWED, False: Standing.FOREIGN, None: Standing.UNTOLD}
"""What an input method is, by whether it holds its connection alone."""


@dataclass(frozen=True)
class Allow:
    """Whose clients may be on the display: `family` and every process descended from it, and `programs` by path.

    A path counts only if the running program (`/proc/<pid>/exe`) is that very file, which root alone may write, and
    only for a process descended from `within`, if that is given.
    """

    family: int
    programs: frozenset[str] = INPUT_METHODS
    within: int | None = None


@dataclass(frozen=True)
class Client:
    """One client. `base`: its resource base. `pid`: None if it is not of this PC. `program`: None if unreadable.

    `helps`: it is an input method's program. It is allowed only if nobody else holds its connection, too.
    """

    base: int
    pid: int | None
    program: str | None
    standing: Standing
    helps: bool = False

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
        self._looked_s = 0.0

    def ask(self) -> Any:  # noqa: ANN401 - a cookie of xcffib's
        """Ask the server for the processes of all clients."""
        return self._server.res.QueryClientIds(1, [struct.pack("=II", 0, _PID_OF_CLIENT)])

    def read(self, answer: bytes | None) -> Mapping[int, Client]:
        """Read the answer: clients by resource base, without the watch itself."""
        pids = _pids(answer or b"")
        pids.pop(self._server.own_base, None)
        pids.pop(0, None)
        before = self._known
        self._known = {base: self._client(base, pid) for base, pid in pids.items()}
        if any(client.helps for client in self._known.values()):
            self._look_at_helpers(before)
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
        standing = standing_of(self._proc, self._allow, pid, program)
        helps = standing is Standing.ALLOWED and pid is not None and not descends(self._proc, pid, self._allow.family)
        return Client(base, pid, program, standing, helps)

    def _look_at_helpers(self, before: Mapping[int, Client]) -> None:
        """See whether input methods are what draws: who has connected can become another program, its child draw on."""
        if before.keys() == self._known.keys() and time.monotonic() - self._looked_s < _AGAIN_S:
            return
        proc, family = self._proc, self._allow.family
        held = tables(self._server.fileno(), proc, since=started(proc, _parent(proc, family) or family))
        counted = Counter(client.pid for client in self._known.values() if client.pid is not None)
        counted[os.getpid()] += 1  # the watch itself

        def is_allowed(pid: int) -> bool:
            return standing_of(proc, self._allow, pid, self._program(pid)) is Standing.ALLOWED

        for base, client in self._known.items():
            if client.helps and client.pid is not None:
                alone = None if held is None else held.alone(client.pid, counted, is_allowed)
                standing = _HELPERS[alone] if is_allowed(client.pid) else Standing.FOREIGN
                self._known[base] = replace(client, standing=standing)
        self._looked_s = time.monotonic()

    def _program(self, pid: int) -> str | None:
        try:
            return str((self._proc / str(pid) / "exe").readlink())
        except OSError:
            return None


def standing_of(proc: Path, allow: Allow, pid: int | None, program: str | None) -> Standing:
    """Tell what a process is to us. `program`: its file as the kernel names it, None if that cannot be read."""
    if pid is not None and descends(proc, pid, allow.family):
        return Standing.ALLOWED
    if pid is None or program is None:
        return Standing.UNTOLD
    genuine = program in allow.programs and _same_file(proc / str(pid) / "exe", Path(program))
    within = allow.within is None or descends(proc, pid, allow.within)
    return Standing.ALLOWED if genuine and within else Standing.FOREIGN


def descends(proc: Path, pid: int, family: int) -> bool:
    """Tell whether a process is, or descends from, another."""
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
