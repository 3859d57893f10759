"""How the simulated people come into the kiosk that the unit started, and what is heard of them."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from app.exam.interactions import Responses
from tests.installer.trial.pc import GIVEN, Pc

_CALLS: Final = (
    "call (int)PyGILState_Ensure()",
    f'call (int)PyRun_SimpleString("exec(open(\\"{GIVEN}/people/inject.py\\").read())")',
    "call (void)PyGILState_Release($1)",
)


class People:
    """A candidate and the proctors at one PC. `folder`: where the kiosk's user may write on it."""

    def __init__(self, pc: Pc, folder: str, pins: Mapping[str, str], answers: Mapping[str, Responses]) -> None:
        self._pc = pc
        self._folder = folder
        self._pins, self._answers = pins, answers
        self._heard: list[dict[str, Any]] = []

    def arrive(self, admission_number: str, pace_ms: int = 0) -> None:
        """Let them into the kiosk that runs."""
        self.events.unlink(missing_ok=True)
        self._prepare(admission_number, pace_ms)
        self._pc.until(
            self.kiosk_is_up, lambda: self._pc.run("systemctl", "status", "--no-pager", "examroom-kiosk.service").text
        )
        calls = [word for call in _CALLS for word in ("-ex", call)]
        said = self._pc.does("gdb", "-n", "-q", "-batch", "-p", str(self.kiosk()), *calls)
        assert "$2 = 0" in said, said

    def until(self, event: str, count: int = 1, seconds: float = 120, **facts: str) -> dict[str, Any]:
        """Wait until they have told of this so many times; give the last."""

        def there() -> list[dict[str, Any]]:
            told = [one for one in self.heard() if one["event"] == event]
            return [one for one in told if all(one[name] == value for name, value in facts.items())]

        def stuck() -> bool:
            return any(one["event"] == "stuck" for one in self.heard())

        self._pc.until(lambda: len(there()) >= count or stuck(), lambda: self.heard()[-3:], seconds)
        assert len(there()) >= count, f"they see nothing to do: {self.heard()[-1]}"
        return there()[count - 1]

    def heard(self) -> list[dict[str, Any]]:
        """Give all they have told, whole lines only."""
        try:
            lines = self.events.read_text(encoding="utf-8").split("\n")[:-1]
        except FileNotFoundError:
            return []
        return [json.loads(line) for line in lines]

    def kiosk(self) -> int | None:
        """Give the kiosk's process id as the PC counts, None where none runs."""
        said = self._pc.run("pgrep", "-f", "app.cli.main seat run")
        return int(said.text.split()[0]) if said.code == 0 else None

    @property
    def events(self) -> Path:
        """What they tell, from outside."""
        return self._pc.at(f"{self._folder}/people.jsonl")

    def kiosk_is_up(self) -> bool:
        """Whether the kiosk that runs has told its supervisor that it came up."""
        said = self._pc.run("systemctl", "show", "--property=StatusText", "--value", "examroom-kiosk.service").text
        return str(self.kiosk()) in re.findall(r"\d+", said)

    def _prepare(self, admission_number: str, pace_ms: int) -> None:
        self._pc.give(Path(__file__).with_name("inject.py"), "people/inject.py")
        script = {
            "pins": dict(self._pins),
            "admission_number": admission_number,
            "answers": dict(self._answers),
            "pace_ms": pace_ms,
            "screenshots": f"{self._folder}/screenshots",
            "events": f"{self._folder}/people.jsonl",
        }
        self._pc.write(f"{GIVEN}/people/script.json", json.dumps(script))
