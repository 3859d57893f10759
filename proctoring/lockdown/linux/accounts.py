"""The locked user: one line in each of the databases of users and groups, added and taken out again, nothing else.

Lines, not whole files: an administrator's new password of yesterday has to survive the undoing of today.
"""

import base64
import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final, Literal, Self

from proctoring.lockdown.faults import LockdownBusy, LockdownUserUnusable
from proctoring.lockdown.linux.entries import EntryKind, PathBelow, put_entry, read_entry, sibling
from proctoring.lockdown.steps import Place, Step, system_faults
from sync.wire.document import Part

LOCK: Final = "etc/.pwd.lock"
"""What passwd(1), useradd(8) and systemd-sysusers(8) hold while they write; see lckpwdf(3)."""
_FIRST, _LAST = 999, 100
"""System users count downwards from the first (`SYS_UID_MAX` of login.defs)."""
_CANNOT_LOG_IN: Final = ("/usr/sbin/nologin", "/sbin/nologin", "/bin/false", "/usr/bin/false")


class AccountBefore(Part):
    """A database as it was. `exists`: there is one; `named`: it has an entry of the name; `ended`: with a line end."""

    exists: bool
    named: bool = False
    ended: bool = True
    sha256: str = ""
    times_ns: tuple[int, int] = (0, 0)


class AccountStep(Step):
    """Add the entry `line` to the database at `path`, unless it has one of the same name."""

    kind: Literal["account"] = "account"
    path: PathBelow
    line: str
    before: AccountBefore | None = None

    def looked(self, place: Place) -> Self:
        """See `Step.looked`."""
        with system_faults(self.path):
            entry = read_entry(place.at(self.path), self.path)
        if entry.kind is not EntryKind.FILE:
            return self.model_copy(update={"before": AccountBefore(exists=False)})
        text = entry.content
        before = AccountBefore(
            exists=True,
            named=_named(text, self._name),
            ended=not text or text.endswith(b"\n"),
            sha256=hashlib.sha256(text).hexdigest(),
            times_ns=entry.times_ns or (0, 0),
        )
        return self.model_copy(update={"before": before})

    def apply(self, place: Place) -> None:
        """See `Step.apply`."""
        if self.before is None or not self.before.exists:
            return
        with _locked(place), system_faults(self.path):
            path = place.at(self.path)
            entry = read_entry(path, self.path)
            text = entry.content
            if not _named(text, self._name):
                gap = b"" if not text or text.endswith(b"\n") else b"\n"
                put_entry(path, entry.model_copy(update={"data": _b64(text + gap + self._raw), "times_ns": None}))

    def undo(self, place: Place) -> None:
        """See `Step.undo`."""
        before = self.before
        if before is None or not before.exists or before.named:
            return
        with _locked(place), system_faults(self.path):
            path = place.at(self.path)
            with suppress(FileNotFoundError):
                os.unlink(sibling(path))  # noqa: PTH108
            entry = read_entry(path, self.path)
            lines = entry.content.splitlines(keepends=True)
            kept = [line for line in lines if line.partition(b":")[0] != self._name]
            if kept == lines:
                return
            text = b"".join(kept)
            if not before.ended and lines[-1] == self._raw:
                text = text.removesuffix(b"\n")
            same = hashlib.sha256(text).hexdigest() == before.sha256
            times = before.times_ns if same else None
            put_entry(path, entry.model_copy(update={"data": _b64(text), "times_ns": times}))

    def difference(self, place: Place) -> str:
        """See `Step.difference`."""
        if self.before is not None and (not self.before.exists or self.before.named):
            return ""
        with system_faults(self.path):
            text = read_entry(place.at(self.path), self.path).content
        if not _named(text, self._name):
            return "missing"
        return "" if self._raw in text.splitlines(keepends=True) else "content"

    @property
    def _name(self) -> bytes:
        return self.line.partition(":")[0].encode()

    @property
    def _raw(self) -> bytes:
        return self.line.encode() + b"\n"


def account_steps(place: Place, user: str, home: str) -> tuple[tuple[AccountStep, ...], tuple[int, int]]:
    """Give the steps that make a locked user with a group of its own, and its ids; no steps if it is there already.

    Raises:
        LockdownUserUnusable: somebody can log in as that user, or it is root.
    """
    users, groups = _entries(place, "etc/passwd"), _entries(place, "etc/group")
    if (there := users.get(user)) is not None:
        ids = int(there[2]), int(there[3])
        if ids[0] == 0 or there[6] not in _CANNOT_LOG_IN:
            raise LockdownUserUnusable(there[6], user=user)
        return (), ids
    taken = {int(row[2]) for row in (*users.values(), *groups.values())}
    free = next(number for number in range(_FIRST, _LAST, -1) if number not in taken)
    ids = (free, int(groups[user][2]) if user in groups else free)
    lines = {
        "group": f"{user}:x:{ids[1]}:",
        "gshadow": f"{user}:!*::",
        "passwd": f"{user}:x:{ids[0]}:{ids[1]}:examroom seat:/{home}:/usr/sbin/nologin",
        "shadow": f"{user}:!*:19000::::::",
    }
    steps = tuple(AccountStep(name=f"user.{name}", path=f"etc/{name}", line=line) for name, line in lines.items())
    return steps, ids


def _entries(place: Place, path: str) -> dict[str, list[str]]:
    with system_faults(path):
        content = read_entry(place.at(path), path).content.decode("utf-8", "surrogateescape")
    least = 7 if path.endswith("passwd") else 4
    rows = (line.split(":") for line in content.splitlines())
    return {row[0]: row for row in rows if len(row) >= least and row[2].isdecimal() and row[2].isascii()}


def _named(text: bytes, name: bytes) -> bool:
    return any(line.partition(b":")[0] == name for line in text.splitlines())


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


@contextmanager
def _locked(place: Place) -> Iterator[None]:
    """Keep others from writing users meanwhile, as far as this PC has that lock."""
    path = place.at(LOCK)
    if not path.exists():
        yield
        return
    with system_faults(LOCK):
        handle = os.open(path, os.O_WRONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        try:
            fcntl.lockf(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise LockdownBusy(f"/{LOCK}") from None
        yield
    finally:
        os.close(handle)
