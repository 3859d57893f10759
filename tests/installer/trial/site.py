"""A registry on the PC itself, from the registry's package and by its own commands, and the session that it plans."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Final

from app.demo.banks import sample_bank
from app.demo.cast import CANDIDATES, PROCTORS, SEAT
from app.demo.conductor import answers_of
from app.exam.interactions import Responses
from app.resources import resource_folder
from tests.installer.trial.pc import GIVEN, Pc

HOME: Final = "/var/lib/examroom-registry"
USER: Final = "examroom-registry"
UNIT: Final = "examroom-registry.service"
ITEMS: Final = 10
_TOLD: Final = f"{GIVEN}/registry.json"
_FINGERPRINT: Final = re.compile(r"(?:[0-9A-F]{4} ){15}[0-9A-F]{4}")
_ID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")
_CANDIDATE: Final = """
[[candidates]]
admission_number = "{number}"
name = "{name}"
id_number = "{id_number}"
seat_number = {seat}
"""
_SESSION: Final = """
site = "演示考点"
room = "第 1 考场"
opens = {opens}
closes = {closes}
rehearsal = true
package = "{package}"
proctors = [{proctors}]
devices = ["{device}"]
[exam_title]
zh = "安装试验"
en = "Trial of the installation"
[policy]
pass_mark = {pass_mark}
late_entry_ms = "any_time"
early_leave_ms = 0
[policy.environment]
level = "{level}"
{rules}
[blueprint]
[[blueprint.sections]]
kind = "true_false"
count = {true_false}
milli_each = 1000
title = {{ zh = "判断题", en = "True or false" }}
[[blueprint.sections]]
kind = "single_choice"
count = {single_choice}
milli_each = 1000
title = {{ zh = "单选题", en = "Single choice" }}
[[recipients]]
role = "site"
public_key = "{site_key}"
[[recipients]]
role = "escrow"
public_key = "{escrow_key}"
"""


class Registry:
    """The registry of a PC. Everything is said to it by its own command, as its own user."""

    def __init__(self, pc: Pc) -> None:
        self._pc = pc
        self.pins: dict[str, str] = {}
        self._package = ""
        self._keys: tuple[str, str] = ("", "")

    def tell(self, *words: str) -> str:
        """Run one of the registry's commands."""
        return self._pc.does("runuser", "-u", USER, "--", "examroom-registry", *words)

    def begin(self) -> None:
        """Make it, publish the sample bank, enrol two proctors, make the keys that open recordings."""
        self.tell("registry", "init", "--home", HOME, "--name", "试验登记中心")
        bank = self._pc.give(resource_folder() / "sample-bank")
        self.tell("registry", "publish", "--home", HOME, bank)
        for proctor in PROCTORS:
            said = self.tell("registry", "proctor", "add", "--home", HOME, proctor.name, "--pin", proctor.pin)
            self.pins[_one(_ID, said)] = proctor.pin
        self._package = _one(_ID, self.tell("registry", "show", "--home", HOME))
        key = re.compile(r"[A-Za-z0-9+/]{43}=")
        made = [_one(key, self.tell("site", "key", f"{HOME}/{name}.key")) for name in ("site", "escrow")]
        self._keys = (made[0], made[1])
        told = {"pins": self.pins, "package": self._package, "keys": self._keys}
        self._pc.write(_TOLD, json.dumps(told))

    @classmethod
    def found(cls, pc: Pc) -> "Registry":
        """Give the registry that was begun on a PC whose disk this one has."""
        registry = cls(pc)
        told = json.loads(pc.at(_TOLD).read_text(encoding="utf-8"))
        registry.pins, registry._package, registry._keys = told["pins"], told["package"], tuple(told["keys"])
        return registry

    def serve(self) -> None:
        """Start its unit, and wait until it answers."""
        self._pc.does("systemctl", "start", UNIT)
        self._pc.until(lambda: bool(self.ports()), lambda: self._pc.run("journalctl", "-u", UNIT, "-n", "30").text)

    def silent(self) -> None:
        """Stop its unit: nobody answers."""
        self._pc.does("systemctl", "stop", UNIT)

    def fingerprint(self) -> str:
        """Give the fingerprint of its CA, as it tells it to be read out."""
        return _one(_FINGERPRINT, self.tell("registry", "show", "--home", HOME))

    def ports(self) -> list[str]:
        """Give the ports it listens on."""
        said = self._pc.run("ss", "-Hltnp").text
        return re.findall(r"127\.0\.0\.1:(\d+)", said)

    def invite(self, label: str = SEAT) -> str:
        """Write an invitation where the PC finds what it is given; give its path."""
        inside = f"{HOME}/invitation-{label}-{len(list(self._pc.at(HOME).glob('invitation-*')))}.json"
        self.tell("registry", "invite", "--home", HOME, label, inside)
        return self._pc.give(self._pc.at(inside))

    def devices(self) -> list[str]:
        """Give the ids of all devices."""
        return _ID.findall(self.tell("registry", "device", "list", "--home", HOME))

    def plan(self, device: str, level: str = "open", rules: str = "") -> str:
        """Plan a session that is open now for this PC; give its id."""
        now = datetime.now(UTC).replace(microsecond=0)
        single = round(ITEMS * 0.3)
        text = _SESSION.format(
            opens=(now - timedelta(minutes=1)).isoformat(),
            closes=(now + timedelta(hours=6)).isoformat(),
            package=self._package,
            proctors=", ".join(f'"{one}"' for one in self.pins),
            device=device,
            pass_mark=ITEMS * 8 // 10,
            level=level,
            rules=rules,
            true_false=ITEMS - single,
            single_choice=single,
            site_key=self._keys[0],
            escrow_key=self._keys[1],
        )
        for one in CANDIDATES[:2]:
            text += _CANDIDATE.format(
                number=one.admission_number, name=one.name, id_number=one.id_number, seat=int(SEAT)
            )
        file = self._pc.write(f"{GIVEN}/session.toml", text)
        return _one(_ID, self.tell("registry", "plan", "--home", HOME, file))

    @staticmethod
    def answers(session: str) -> dict[str, Responses]:
        """Give what the simulated candidate answers."""
        return answers_of(session, sample_bank())


def _one(pattern: re.Pattern[str], said: str) -> str:
    found = pattern.search(said)
    assert found is not None, said
    return found[0]
