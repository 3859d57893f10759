"""The highest level, reached as on an exam PC: the locked user, Xorg as installed, the supervisor, a guarded window."""

import json
import os
import stat
import sys
from pathlib import Path
from typing import Any

import pytest

from proctoring.lockdown.level import KIOSK_USER
from proctoring.lockdown.session.server import xorg_command
from tests.proctoring.lockdown.session.supervised import Supervised, until
from tests.proctoring.lockdown.session.xorg import installed, write_config

UID = 64001
PROGRAM = "tests.proctoring.lockdown.session.level_kiosk"


REPOSITORY = Path(__file__).parents[4]


def closed_above(path: Path) -> Path | None:
    """Give the highest folder above a path that other users cannot enter."""
    return next((one for one in reversed(path.parents) if not one.stat().st_mode & stat.S_IXOTH), None)


def opened(paths: tuple[Path, ...]) -> str:
    """Give the commands that let anybody reach these folders, in a mount namespace: what lies beside them is hidden."""
    beneath: dict[Path, list[Path]] = {}
    for path in paths:
        if (closed := closed_above(path)) is not None:
            beneath.setdefault(closed, []).append(path)
    lines = ["set -e", "mount -t tmpfs none /mnt"]
    for closed, kept in beneath.items():
        for at, path in enumerate(kept):
            lines += [f"mkdir -p /mnt/{at}", f'mount --bind "{path}" /mnt/{at}']
        lines.append(f'mount -t tmpfs -o mode=755 none "{closed}"')
        for at, path in enumerate(kept):
            lines += [f'mkdir -p "{path}"', f'mount --move /mnt/{at} "{path}"']
    return "\n".join([*lines, "umount /mnt", f'cd "{REPOSITORY}"'])


def as_user(place: Path, shell: str) -> tuple[str, ...]:
    """Give a command that runs another as the kiosk's user, whom the passwd of a mount namespace of its own names.

    Only root can be that user on the machine; whoever else runs this is it in a user namespace, and that is told.
    """
    known = place / "passwd"
    entry = f"{KIOSK_USER}:x:{UID}:{UID}::/nonexistent:{shell}\n"
    known.write_text(Path("/etc/passwd").read_text(encoding="utf-8") + entry, encoding="utf-8")
    bound = f'mount --bind "{known}" /etc/passwd'
    if os.geteuid() != 0:
        own = f'{bound} && exec unshare --user --map-user={UID} --map-group={UID} -- "$@"'
        return ("unshare", "--user", "--map-root-user", "--mount", "--", "sh", "-c", own, "sh")
    ways = opened((place, Path(sys.base_prefix), Path(sys.prefix), REPOSITORY))
    become = f'exec setpriv --reuid={UID} --regid={UID} --clear-groups -- "$@"'
    own = "\n".join((bound, f'chown -R {UID}:{UID} "{place}"', ways, become))
    return ("unshare", "--mount", "--", "sh", "-c", own, "sh")


def of_the_machine(level: str, short_of: list[str]) -> dict[str, Any]:
    """Give what is to be seen, where only root can run a session of the machine's users."""
    if os.geteuid() == 0:
        return {"level": level, "short_of": short_of}
    return {"level": "desktop", "short_of": [*short_of, "user_namespace"]}


@pytest.mark.long
@pytest.mark.parametrize(
    ("shell", "level", "short_of"),
    [("/usr/sbin/nologin", "session", []), ("/bin/bash", "desktop", ["user_not_locked"])],
)
def test_the_level_of_a_session_is_what_its_user_makes_it(
    tmp_path: Path, shell: str, level: str, short_of: list[str]
) -> None:
    server = xorg_command(str(write_config(tmp_path / "xorg.conf", installed())), "", tmp_path)
    within = as_user(tmp_path, shell)
    with Supervised(tmp_path, server=server, program=PROGRAM, within=within, HOME=str(tmp_path)) as session:
        session.await_kiosk()
        seen: dict[str, Any] = {}

        def is_it() -> bool:
            file = session.seen / "level"
            seen.update(json.loads(file.read_text(encoding="utf-8")) if file.exists() else {})
            return seen == of_the_machine(level, short_of)

        until(is_it, lambda: f"{seen}")
        assert seen == of_the_machine(level, short_of)
