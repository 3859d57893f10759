"""A message bus of our own, with what a screen reader finds on it: nothing of the person's own session is touched."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from jeepney import DBusAddress, new_method_call
from jeepney.io.blocking import DBusConnection, open_dbus_connection

LAUNCHER: Final = DBusAddress("/org/a11y/bus", "org.a11y.Bus", "org.a11y.Bus")
ANSWER_S: Final = 20.0
END_S: Final = 10


@contextmanager
def private_bus(folder: Path) -> Iterator[dict[str, str]]:
    """Run a session bus for the length of the block; gives the environment of programs that are to be on it."""
    program = shutil.which("dbus-daemon")
    assert program is not None, "bash installer/bootstrap.sh --tests"
    folder.mkdir(mode=0o700, exist_ok=True)
    environment = {**os.environ, "XDG_RUNTIME_DIR": str(folder)}
    command = [program, "--session", "--nofork", "--print-address", f"--address=unix:path={folder}/bus"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as daemon:
        try:
            assert daemon.stdout is not None
            address = daemon.stdout.readline().strip()
            yield {
                "DBUS_SESSION_BUS_ADDRESS": address,
                "XDG_RUNTIME_DIR": str(folder),
                "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1",
            }
        finally:
            daemon.terminate()  # what it started goes with it
            daemon.wait(END_S)


def accessibility_bus(address: str) -> DBusConnection:
    """Connect to the bus that screen readers and programs meet on; the session's bus knows where it is."""
    with open_dbus_connection(address) as session:
        asked = new_method_call(LAUNCHER, "GetAddress")
        (found,) = session.send_and_get_reply(asked, timeout=ANSWER_S).body
    return open_dbus_connection(found)
