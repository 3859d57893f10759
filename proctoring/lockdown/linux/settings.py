"""Settings of the running kernel, as files of /proc/sys and /sys: set, and set back to what each of them was."""

import os
from pathlib import Path
from typing import Literal, Self

from proctoring.lockdown.linux.entries import PathBelow
from proctoring.lockdown.steps import Place, Step, system_faults


class SettingStep(Step):
    """Write `value` to every file that matches `pattern`, as "sys/class/rfkill/*/soft"; there may be none.

    `only`: a file beside it and what it has to say. `otherwise`: what one that came later is set back to; None leaves
    it. `probe`: a file that the name of the device is written to after it was set back, so that its driver is found.
    """

    kind: Literal["setting"] = "setting"
    pattern: PathBelow
    value: str
    only: tuple[str, str] | None = None
    otherwise: str | None = None
    probe: str = ""
    before: dict[str, str] | None = None

    def looked(self, place: Place) -> Self:
        """See `Step.looked`."""
        return self.model_copy(update={"before": self._now(place)})

    def apply(self, place: Place) -> None:
        """See `Step.apply`."""
        for path, now in self._now(place).items():
            if now != self.value:
                _write(place, path, self.value)

    def undo(self, place: Place) -> None:
        """See `Step.undo`. A device that is no longer there has nothing to be set back."""
        for path, now in self._now(place).items():
            was = (self.before or {}).get(path, self.otherwise)
            if was is None or was == now:
                continue
            _write(place, path, was)
            if self.probe and place.at(self.probe).exists():
                _write(place, self.probe, Path(path).parent.name)

    def difference(self, place: Place) -> str:
        """See `Step.difference`."""
        return "content" if any(now != self.value for now in self._now(place).values()) else ""

    def _now(self, place: Place) -> dict[str, str]:
        found: dict[str, str] = {}
        with system_faults(self.pattern):
            for file in sorted(place.root.glob(self.pattern)):
                path = str(file.relative_to(place.root))
                if self.only is None or _says(file.with_name(self.only[0])) == self.only[1]:
                    found[path] = file.read_text(errors="replace").strip()
        return found


def _says(file: Path) -> str:
    try:
        return file.read_text(errors="replace").strip()
    except OSError:
        return ""


def _write(place: Place, path: str, value: str) -> None:
    with system_faults(path):
        handle = os.open(place.root / path, os.O_WRONLY | os.O_TRUNC | os.O_CLOEXEC)
        try:
            os.write(handle, f"{value}\n".encode())
        finally:
            os.close(handle)
