"""Power cuts within maintainer scripts: before each command that they run, one after the other.

The scripts are the package's own, byte for byte. On the PC of such a trial `sh` is a stand-in that has bash (POSIX
mode) run them with a trap before every command of the script itself: the n-th ends everything on the PC at once.
Everything else that calls `sh` gets Debian's.
"""

from typing import Final

from tests.installer.trial.pc import Pc

_MOST: Final = 60
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


def watch_scripts(pc: Pc) -> None:
    """Put the stand-in for `sh` on a PC that is not started."""
    pc.write(f"{_MARKS}/steps", "")
    pc.at("/usr/bin/sh").unlink()
    pc.write("/usr/bin/sh", _SHELL, 0o755)


def cut_everywhere(pc: Pc, script: str, *argv: str) -> list[int]:
    """Run a program again and again, each time with the power cut one step later in a maintainer script, then whole.

    Every run is also the new try after the cut before. Gives the lines before which the power was cut, in order.
    """
    cut, told = pc.at(f"{_MARKS}/cut"), pc.at(f"{_MARKS}/steps")
    for count in range(1, _MOST):
        told.write_text("", encoding="utf-8")
        pc.write(f"{_MARKS}/cut", f"{script} {count}\n")
        said = pc.run(*argv)
        if cut.exists():
            cut.unlink()
            assert said.code == 0, said.text
            steps = [line.split() for line in told.read_text(encoding="utf-8").splitlines()]
            lines = [int(line) for name, number, line in steps if name == script and int(number) < count]
            assert len(lines) >= count - 1, f"{script} had {len(lines)} steps, and was cut at {count - 1}"
            return lines
    raise AssertionError(f"{script} has more than {_MOST} steps")
