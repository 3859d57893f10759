"""The one way to what runs on this PC: programs of the operating system, by argument lists, bounded in time."""

import subprocess
from dataclasses import dataclass
from typing import Final

from proctoring.lockdown.faults import LockdownCommandFailed, LockdownToolMissing

_PATH: Final = "/usr/sbin:/usr/bin:/sbin:/bin"
_GOOD: Final = frozenset({0})


@dataclass(frozen=True)
class Live:
    """The running system. `path`: where its programs are looked for; `timeout_s`: what each of them may take."""

    path: str = _PATH
    timeout_s: float = 30.0

    def run(
        self,
        argv: tuple[str, ...],
        *,
        good: frozenset[int] = _GOOD,
        given: str = "",
        within_s: float | None = None,
    ) -> str:
        """Run a program and give what it says; `given` goes to its standard input.

        Raises:
            LockdownToolMissing: there is no such program.
            LockdownCommandFailed: it ended otherwise than by one of `good`, or not in time.
        """
        most_s = self.timeout_s if within_s is None else within_s
        environment = {"PATH": self.path, "LC_ALL": "C", "SYSTEMD_PAGER": ""}
        try:
            done = subprocess.run(
                argv,
                input=given,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=most_s,
                check=False,
                env=environment,
            )
        except (FileNotFoundError, PermissionError):
            raise LockdownToolMissing(tool=argv[0]) from None
        except subprocess.TimeoutExpired:
            raise LockdownCommandFailed(f"longer than {most_s:g} s", command=" ".join(argv)) from None
        if done.returncode not in good:
            said = (done.stderr.strip().splitlines() or [""])[0][:200]
            raise LockdownCommandFailed(f"{done.returncode}: {said}", command=" ".join(argv))
        return done.stdout
