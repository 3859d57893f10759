"""The seat that is installed on a PC: set up by an answer file, and run by its own units."""

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from tests.installer.trial.pc import Pc
from tests.proctoring.lockdown.session.xorg import SCREEN

HOME: Final = "/var/lib/examroom/seat"
USER: Final = "examroom-kiosk"
FOLDER: Final = "/var/lib/examroom-kiosk"
KIOSK: Final = "examroom-kiosk.service"
AGENT: Final = "examroom-agent.service"
LABEL: Final = "07"
_ANSWERS: Final = """\
language = "en"
[registry]
fingerprint = "{fingerprint}"
invitation = "{invitation}"
[recording]
camera = "synthetic"
microphone = "synthetic"
measure_seconds = 1
listen_seconds = 1
[rehearsal]
seconds = 2
"""
_NO_CONSOLE: Final = """\
# a container has no console: everything about one is taken from the unit, and nothing else
[Unit]
ConditionPathExists=
[Service]
ExecStartPre=
TTYPath=
TTYReset=no
TTYVHangup=no
TTYVTDisallocate=no
StandardInput=null
UtmpIdentifier=
Environment=XDG_VTNR= XDG_SEAT=
"""


class Seat:
    """The seat's programs on a PC, as its administrator uses them."""

    def __init__(self, pc: Pc) -> None:
        self.pc = pc

    def answer(self, fingerprint: str, invitation: str) -> str:
        """Write the site's answers; give their path."""
        text = _ANSWERS.format(fingerprint=fingerprint, invitation=invitation)
        return self.pc.write("/etc/examroom/setup.toml", text)

    def set_up(self, answers: str, environment: Mapping[str, str] = MappingProxyType({})) -> dict[str, dict[str, Any]]:
        """Run the first start; give its steps by name."""
        said = self.pc.run("examroom", "setup", "--answers", answers, "--json", environment=environment)
        told = next((line for line in said.text.splitlines() if line.startswith("{")), None)
        assert told is not None, said.text
        return {step["step"]: step for step in json.loads(told)["steps"]}

    def tell(self, *words: str) -> str:
        """Run one of the seat's commands as its own user."""
        return self.pc.does("runuser", "-u", USER, "--", "examroom", *words)

    def lock_down(self) -> str:
        """Lock the PC down, and give it a screen that is not there."""
        said = self.pc.does("examroom", "lockdown", "install")
        self.pc.write("/etc/X11/xorg.conf.d/99-none.conf", SCREEN)
        self.pc.write(f"/etc/systemd/system/{KIOSK}.d/trial.conf", _NO_CONSOLE)
        self.pc.does("systemctl", "daemon-reload")
        return said

    def outbox(self) -> list[dict[str, Any]]:
        """Give the packets that are on their way, or were."""
        told: list[dict[str, Any]] = json.loads(self.tell("outbox", "list", "--home", HOME, "--json"))["packets"]
        return told

    def stages(self) -> list[str]:
        """Give how far each packet has come."""
        return [str(one["stage"]) for one in self.outbox()]

    def command_line(self) -> str:
        """Give what the kiosk's unit starts."""
        return self.pc.does("systemctl", "show", "--property=ExecStart", "--value", KIOSK)

    def fetch(self) -> None:
        """Fetch what was planned."""
        self.tell("seat", "fetch", "--home", HOME)
