"""A very small program in the kiosk's place: a window of its own on the session's display, and beats.

    python -m tests.proctoring.lockdown.session.tiny_kiosk beats|hangs|mute|ends|faults FOLDER

It leaves in FOLDER, named after its process id, what it saw. `hangs`: one beat and then none. `mute`: none at all.
`ends`: says why and ends with 3 before it ever beats. `faults`: as a command does that ends with a fault.
"""

import json
import os
import sys
import time
from dataclasses import asdict
from pathlib import Path

import xcffib
import xcffib.xproto

from proctoring.lockdown.session.looking import look_at_supervisor
from proctoring.lockdown.session.pulse import BEAT, VARIABLE, inherited


def main(how: str, folder: Path) -> int:
    if how == "ends":
        sys.stderr.write("the seat is not enrolled\n-----\n")
        return 3
    if how == "faults":
        sys.stderr.write("The keys of this PC cannot be read.\n[KEYSTORE_DAMAGED · /var/lib/somebody]\n")
        return 3
    number = os.environ[VARIABLE]
    end = inherited(os.environ)
    assert end is not None
    display = xcffib.connect()
    setup = display.get_setup()
    root = setup.roots[0].root
    window = display.generate_id()
    window_class = xcffib.xproto.WindowClass.InputOutput
    display.core.CreateWindow(0, window, root, 0, 0, 320, 200, 0, window_class, 0, 0, [])
    display.core.MapWindow(window)
    seen = {
        "supervision": asdict(look_at_supervisor(end, os.environ["DISPLAY"])),
        "shown": window in display.core.QueryTree(root).reply().children,
        "passed_on": os.get_inheritable(int(number)),
        "variables": sorted(os.environ),
        "status": Path("/proc/self/status").read_text(encoding="utf-8"),
        "cookie": os.environ["XAUTHORITY"],
        "display": os.environ["DISPLAY"],
    }
    aside = folder / f".{os.getpid()}"
    aside.write_text(json.dumps(seen), encoding="utf-8")
    aside.rename(folder / str(os.getpid()))
    while how != "mute":
        end.send(BEAT)
        if how == "hangs":
            break
        time.sleep(0.1)
    while True:
        time.sleep(60)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2])))
