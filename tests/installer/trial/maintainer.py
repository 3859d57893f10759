"""Power cuts within maintainer scripts: before each command that they run, one after the other.

The scripts are the package's own, byte for byte. On the PC of such a trial `sh` is a stand-in that has bash (POSIX mode)
run them with a trap before every command of the script itself: the n-th ends everything on the PC at once. Everything
else that calls `sh` gets Debian's.
"""

from dataclasses import dataclass
from typing import Final

from tests.installer.trial.pc import Pc, Said

_MARKS: Final = "/var/lib/trial"
_SHELL: Final = f"""#!/bin/bash
case "$1" in
-e) script=$2 ;;
*) script=$1 ;;
esac
case "$script" in
/var/lib/dpkg/*examroom-* | /var/lib/dpkg/tmp.ci/*) ;;
*) exec -a sh /usr/bin/dash "$@" ;;
esac
[ "$1" != -e ] || shift
exec /bin/bash --posix -T -c '
trial_step() {{
    [ "$BASHPID" = "$$" ] || return 0
    trial_count=$((trial_count + 1))
    printf "%s %s %s\\n" "${{TRIAL_SCRIPT##*[/.]}}" "$trial_count" "$1" >>{_MARKS}/steps
    if [ "$(cat {_MARKS}/cut 2>/dev/null)" = "${{TRIAL_SCRIPT##*[/.]}} $trial_count" ]; then
        rm {_MARKS}/cut
        kill -KILL -1
        kill -KILL $$
    fi
}}
trial_count=0
TRIAL_SCRIPT=$0
trap "trial_step \\$LINENO" DEBUG
. "$0"
' "$@"
"""


@dataclass(frozen=True)
class Step:
    """One command of a maintainer script, as it came to be run: which script, the how many-eth, on which line."""

    script: str
    count: int
    line: int


def watch_scripts(pc: Pc) -> None:
    """Put the stand-in for `sh` on a PC that is not started."""
    pc.write(f"{_MARKS}/steps", "")
    pc.at("/usr/bin/sh").unlink()
    pc.write("/usr/bin/sh", _SHELL, 0o755)


def steps(pc: Pc) -> tuple[Step, ...]:
    """Give the steps that were run on a PC since it was watched."""
    lines = pc.at(f"{_MARKS}/steps").read_text(encoding="utf-8").splitlines()
    parts = (line.split() for line in lines)
    return tuple(Step(script, int(count), int(line)) for script, count, line in parts)


def cut_at(pc: Pc, step: Step, *argv: str) -> Said:
    """Run a program, with the power cut before a step; then the PC is off."""
    pc.write(f"{_MARKS}/cut", f"{step.script} {step.count}\n")
    said = pc.run(*argv)
    assert not pc.at(f"{_MARKS}/cut").exists(), f"{step} did not come: {said.text}"
    return said
