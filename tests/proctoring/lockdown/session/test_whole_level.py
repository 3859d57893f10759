"""The highest level, reached as on an exam PC: the locked user, Xorg as installed, the supervisor, a guarded window."""

import json
from pathlib import Path
from typing import Any

import pytest

from proctoring.lockdown.level import KIOSK_USER
from proctoring.lockdown.session.server import xorg_command
from tests.proctoring.lockdown.session.supervised import Supervised, until
from tests.proctoring.lockdown.session.xorg import installed, write_config

UID = 64001
PROGRAM = "tests.proctoring.lockdown.session.level_kiosk"


def as_user(place: Path, shell: str) -> tuple[str, ...]:
    """Give a command that runs another as the kiosk's user, in namespaces of its own; this PC has no such user."""
    known = place / "passwd"
    entry = f"{KIOSK_USER}:x:{UID}:{UID}::/nonexistent:{shell}\n"
    known.write_text(Path("/etc/passwd").read_text(encoding="utf-8") + entry, encoding="utf-8")
    own = f'mount --bind "{known}" /etc/passwd && exec unshare --user --map-user={UID} --map-group={UID} -- "$@"'
    return ("unshare", "--user", "--map-root-user", "--mount", "--", "sh", "-c", own, "sh")


@pytest.mark.long
@pytest.mark.parametrize(
    ("shell", "level", "short_of"),
    [("/usr/sbin/nologin", "session", []), ("/bin/bash", "desktop", ["user_not_locked"])],
)
def test_the_level_of_a_session_is_what_its_user_makes_it(
    tmp_path: Path, shell: str, level: str, short_of: list[str]
) -> None:
    server = xorg_command(str(write_config(tmp_path / "xorg.conf", installed())), "", tmp_path)
    with Supervised(tmp_path, server=server, program=PROGRAM, within=as_user(tmp_path, shell)) as session:
        session.await_kiosk()
        seen: dict[str, Any] = {}

        def is_it() -> bool:
            file = session.seen / "level"
            seen.update(json.loads(file.read_text(encoding="utf-8")) if file.exists() else {})
            return seen == {"level": level, "short_of": short_of}

        until(is_it, lambda: f"{seen}")
