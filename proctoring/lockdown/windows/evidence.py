"""How far a Windows PC is shut down, by what was seen, in the same words as a Linux one.

The level stops at `DESKTOP` however good the evidence is, because none of this has run on Windows yet:
`untried_on_windows` stays among what is short of `SESSION` until somebody has run the attack list there.
"""

from dataclasses import dataclass

from proctoring.lockdown.level import Level
from sync.wire.environment import LockdownLevel


@dataclass(frozen=True)
class WindowsEvidence:
    """What was seen just now. None: it could not be told, which counts as missing.

    `hook_answers`: a stroke of our own was seen and dropped. `watching`: Windows calls us at every change of the
    foreground. `own_desktop`: the desktop shown is the exam's own. `hidden`: pictures of the screen lack the window.
    `missing_policies`: those not in force. `elevated`: the kiosk itself has an administrator's rights in use.
    """

    hook_answers: bool = False
    watching: bool = False
    own_desktop: bool | None = None
    hidden: bool | None = None
    missing_policies: tuple[str, ...] | None = None
    elevated: bool | None = None


def assess(seen: WindowsEvidence) -> Level:
    """Give the level that the evidence comes to, and all that it falls short of."""
    of_desktop = {"no_key_filter": not seen.hook_answers, "no_stack_watch": not seen.watching}
    of_session = {
        "hook_silent": not seen.hook_answers,  # why there is none, beside the code that every system has for it
        "desktop_not_ours": seen.own_desktop is not True,
        "window_not_hidden": seen.hidden is not True,
        "policies_missing": seen.missing_policies != (),
        "user_is_root": seen.elevated is not False,
        "untried_on_windows": True,
    }
    level = LockdownLevel.OPEN if any(of_desktop.values()) else LockdownLevel.DESKTOP
    return Level(level, tuple(code for code, missing in {**of_desktop, **of_session}.items() if missing))
