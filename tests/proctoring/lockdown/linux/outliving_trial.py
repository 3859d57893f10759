"""Started with mounts of its own by test_outliving.py: the kiosk's unit under a real systemd, in a container.

It has no screen, so that a stand-in runs in the session's place, with one child for the display and one, detached as
the recorder is, that says how it was ended. All else of the unit, of logind and of PAM is what is put on a PC.
"""

import re
import sys
import textwrap
from pathlib import Path

from app.resources import resource_folder
from proctoring.lockdown.level import KIOSK_USER
from tests.proctoring.lockdown.linux.boot_trial import Container, tell, wait

UNIT = "examroom-kiosk.service"
FOLDER = f"/var/lib/{KIOSK_USER}"
UID = 999
NO_SCREEN = re.compile(
    r"^(Condition|ExecStartPre|TTY|Utmp|UnsetEnvironment|Wants|After|Conflicts=getty).*\n", re.MULTILINE
)
STAND_IN = """
import os, signal, socket, subprocess, sys, time
def say(line):
    with open("said", "a") as file:
        file.write(line + "\\n")
def wait_for_end(*numbers):
    signal.pthread_sigmask(signal.SIG_BLOCK, numbers)
    return signal.sigwait(numbers)
if sys.argv[1:] == ["recorder"]:
    if os.fork():
        sys.exit()
    os.setsid()
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    say(f"recorder {os.getpid()}")
    wait_for_end(signal.SIGTERM)
    time.sleep(1)
    say("sealed")
elif sys.argv[1:] == ["display"]:
    wait_for_end(signal.SIGTERM)
    say("display ended")
else:
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
    display = subprocess.Popen(["setpriv", "--pdeathsig", "KILL", "--", sys.executable, __file__, "display"])
    if not os.path.exists("said"):
        subprocess.run([sys.executable, __file__, "recorder"])
    notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    notify.sendto(b"READY=1", os.environ["NOTIFY_SOCKET"])
    signal.sigwait([signal.SIGTERM])
    time.sleep(1)
    say(f"supervisor ended, display is {'gone' if display.poll() is not None else 'there'}")
"""


def main(scratch: Path) -> None:
    seat = Container(scratch)
    templates, etc = resource_folder() / "lockdown", seat.root / "etc"
    put = {
        "systemd/logind.conf.d/zz-examroom-lockdown.conf": (templates / "logind.conf").read_text(encoding="utf-8"),
        "systemd/system/session-.scope.d/50-examroom.conf": (templates / "session.conf").read_text(encoding="utf-8"),
        f"pam.d/{KIOSK_USER}": (templates / "pam").read_text(encoding="utf-8"),
        f"systemd/system/{UNIT}": unit((templates / UNIT).read_text(encoding="utf-8")),
    }
    for path, text in put.items():
        (etc / path).parent.mkdir(parents=True, exist_ok=True)
        (etc / path).write_text(text.replace("@USER@", KIOSK_USER), encoding="utf-8")
    for name, line in (
        ("passwd", f"{KIOSK_USER}:x:{UID}:{UID}::{FOLDER}:/usr/sbin/nologin"),
        ("group", f"{KIOSK_USER}:x:{UID}:"),
    ):
        with (etc / name).open("a", encoding="utf-8") as file:
            file.write(f"{line}\n")
    with (etc / "shadow").open("a", encoding="utf-8") as file:
        file.write(f"{KIOSK_USER}:!*:19000::::::\n")
    (seat.root / "root").chmod(0o711)  # an interpreter may lie there
    place = seat.root / FOLDER.lstrip("/")
    place.mkdir()
    (place / "stand_in.py").write_text(textwrap.dedent(STAND_IN), encoding="utf-8")
    seat.start()
    seat.says("chown", "-R", f"{KIOSK_USER}:{KIOSK_USER}", FOLDER)
    begin(seat)
    said, first = place / "said", main_process(seat)
    wait(lambda: said.exists() and bool(said.read_text(encoding="utf-8")))
    tell(f"in its own session: {'session-' in seat.says('cat', f'/proc/{first}/cgroup')}")
    seat.says("kill", "-KILL", first)
    wait(lambda: main_process(seat) not in {"0", "", first})
    wait(lambda: seat.says("systemctl", "is-active", UNIT) == "active")
    again = seat.says("cat", f"/proc/{main_process(seat)}/cgroup")
    tell(f"after a kill: recorder {alive(seat, said)}; in its own session: {'session-' in again}")
    seat.says("systemctl", "stop", UNIT)
    tell(f"stopped: recorder {alive(seat, said)}; {' '.join(said.read_text(encoding='utf-8').splitlines()[1:])}")
    seat.says("systemctl", "stop", f"user-{UID}.slice")  # as `lockdown remove` does; returns when all have ended
    tell(f"let go: {' '.join(said.read_text(encoding='utf-8').splitlines()[1:])}")
    said.unlink()
    begin(seat)
    wait(said.exists)
    seat.says("systemctl", "poweroff", "--no-block")
    seat.ended()
    tell(f"shut down: {' '.join(said.read_text(encoding='utf-8').splitlines()[1:])}")


def unit(text: str) -> str:
    """Give the unit without what belongs to a screen, with the stand-in in the session's place."""
    bare = NO_SCREEN.sub("", text).replace("StandardInput=tty-fail", "StandardInput=null").replace(" XDG_VTNR=1", "")
    told = re.sub(r"^ExecStart=.*$", f"ExecStart={sys.executable} {FOLDER}/stand_in.py", bare, flags=re.MULTILINE)
    return told.replace("WatchdogSec=15\n", "").replace("@HOME@", FOLDER).replace("@KIOSK@", FOLDER)


def begin(seat: Container) -> None:
    seat.says("systemctl", "start", UNIT)
    wait(lambda: seat.says("systemctl", "is-active", UNIT) == "active", 30)


def main_process(seat: Container) -> str:
    return seat.says("systemctl", "show", "--property=MainPID", "--value", UNIT)


def alive(seat: Container, said: Path) -> str:
    pid = said.read_text(encoding="utf-8").split()[1]
    return "there" if seat.says("ps", "-o", "pid=", "-p", pid) else "gone"


if __name__ == "__main__":
    main(Path(sys.argv[1]))
