"""The undo plan: what was there before, on the disk before anything is changed, until all of it is back.

`/var/lib/examroom-lockdown/undo.json` is canonical JSON: `format`, `sha256` over the canonical JSON of `plan`, and
`plan`: phase, settings, and the steps in the order of their application, each with what it found. The folder is ours
alone and goes with the plan.
"""

import errno
import fcntl
import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, Generic, TypeVar

from pydantic import TypeAdapter, ValidationError

from proctoring.lockdown.faults import LockdownBusy, LockdownPlanDamaged, LockdownPlanLost, LockdownPlanNewer
from proctoring.lockdown.steps import Place, Step, system_faults
from sync.replica.durable import sweep_leftovers, sync_folder, write_durably
from sync.trust.files import read_bounded
from sync.wire.document import canonical_json

FOLDER: Final = "var/lib/examroom-lockdown"
FILE: Final = "undo.json"
EDITED: Final = "var/lib/examroom-lockdown-edited"
"""Where what somebody made of our files meanwhile is kept, 0700, each file below it as below the root: no program reads
it there. A folder of its own, because that of the plan goes with the plan."""
FORMAT: Final = 1
MOST_BYTES: Final = 32_000_000

S = TypeVar("S", bound=Step)


class Phase(StrEnum):
    """How far it is; only `ON` is a state to stay in."""

    INSTALLING = "installing"
    ON = "on"
    REMOVING = "removing"


@dataclass(frozen=True)
class UndoPlan(Generic[S]):
    """What was or will be changed, in order, each step with what was there before."""

    phase: Phase
    settings: Mapping[str, Any]
    steps: tuple[S, ...]

    def at(self, phase: Phase) -> "UndoPlan[S]":
        """Give the same plan in another phase."""
        return replace(self, phase=phase)


@dataclass(frozen=True)
class UndoBook(Generic[S]):
    """Where the undo plan of a PC is kept. `ours` names what certainly is of a lock-down, plan or no plan."""

    place: Place
    steps: TypeAdapter[tuple[S, ...]]
    ours: Callable[[], tuple[str, ...]]

    @property
    def folder(self) -> Path:
        """Where it lies."""
        return self.place.at(FOLDER)

    @property
    def file(self) -> Path:
        """The plan itself."""
        return self.place.at(f"{FOLDER}/{FILE}")

    @property
    def shown(self) -> str:
        """Give the plan's path as a person knows it."""
        return f"/{FOLDER}/{FILE}"

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the PC's lock-down for us alone.

        Raises:
            LockdownBusy: somebody else does.
        """
        with system_faults(FOLDER):
            handle = os.open(self.folder.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            with suppress_not_lockable():
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield
        finally:
            os.close(handle)

    def read(self) -> UndoPlan[S] | None:
        """Give the plan, None if there is none because the PC is not locked down.

        Raises:
            LockdownPlanLost: there is none, but files of a lock-down stand.
            LockdownPlanNewer: a later version of this program wrote it.
            LockdownPlanDamaged: it is not what was written.
            LockdownNotAllowed, LockdownUnwritable: it cannot be read.
        """
        with system_faults(f"{FOLDER}/{FILE}"):
            try:
                raw = read_bounded(self.file, MOST_BYTES)
            except FileNotFoundError:
                if self.ours():
                    raise LockdownPlanLost(file=self.shown) from None
                return None
            except OSError as error:
                if error.errno in {errno.EINVAL, errno.ELOOP, errno.EISDIR}:
                    raise LockdownPlanDamaged("not a plain file", file=self.shown) from None
                raise
        return self._parsed(raw)

    def edited(self) -> tuple[str, ...]:
        """Name what was kept of somebody's later work, from this lock-down and earlier ones."""
        root, folder = self.place.root.resolve(), self.place.at(EDITED)
        if folder.is_symlink():
            return ()
        return tuple(
            f"/{one.relative_to(root)}" for one in sorted(folder.rglob("*")) if one.is_symlink() or one.is_file()
        )

    def since_ms(self) -> int | None:
        """Give when the plan was last written (ms since the epoch), which anybody may see; None without one."""
        try:
            return self.folder.stat().st_mtime_ns // 1_000_000
        except OSError:
            return None

    def write(self, plan: UndoPlan[S]) -> None:
        """Keep the plan; on the disk when this returns. Raises DiskFull, and Faults of the lock-down."""
        steps = self.steps.dump_python(plan.steps, mode="json")
        body = {"phase": plan.phase.value, "settings": dict(plan.settings), "steps": steps}
        raw = canonical_json({"format": FORMAT, "plan": body, "sha256": _digest(body)})
        with system_faults(FOLDER, len(raw)), suppress(FileExistsError):
            os.mkdir(self.folder, 0o700)  # noqa: PTH102 - the kill tests count what goes through `os`
            sync_folder(self.folder.parent)
        write_durably(self.file, raw)

    def clear(self) -> None:
        """Forget the plan, and what a kill left of writing it; the folder goes, too. Raises Faults."""
        with system_faults(FOLDER):
            folder = self.folder
            if folder.is_symlink() or not folder.is_dir():
                return
            with suppress(FileNotFoundError):
                os.unlink(self.file)  # noqa: PTH108
            sweep_leftovers(folder, [""])
            try:
                os.rmdir(folder)  # noqa: PTH106
            except OSError as error:
                if error.errno != errno.ENOTEMPTY:
                    raise
            sync_folder(folder.parent)

    def _parsed(self, raw: bytes) -> UndoPlan[S]:
        damaged = LockdownPlanDamaged(file=self.shown)
        try:
            document = json.loads(raw)
            version = document["format"]
            if isinstance(version, int) and version > FORMAT:
                raise LockdownPlanNewer(f"format {version}", file=self.shown)
            body = document["plan"]
            if version != FORMAT or len(raw) > MOST_BYTES or document["sha256"] != _digest(body):
                raise damaged
            steps = self.steps.validate_json(canonical_json(body["steps"]))
            return UndoPlan(Phase(body["phase"]), dict(body["settings"]), steps)
        except (ValueError, KeyError, TypeError, RecursionError, ValidationError):
            raise damaged from None


@contextmanager
def suppress_not_lockable() -> Iterator[None]:
    """Say that somebody else holds it; a file system that knows no locks has nobody else."""
    try:
        yield
    except OSError as error:
        if error.errno in {errno.EAGAIN, errno.EACCES}:
            raise LockdownBusy from None
        if error.errno not in {errno.ENOLCK, errno.EOPNOTSUPP}:
            raise


def _digest(body: object) -> str:
    return hashlib.sha256(canonical_json(body)).hexdigest()
