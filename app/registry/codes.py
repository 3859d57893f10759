"""What a verification code leads to, or not, and how much of a candidate is shown to whoever has one."""

from sync.faults import Refused
from sync.wire.plan import RosterEntry, SessionPlan


class CodeUnknown(Refused):
    """No result has this verification code."""

    code = "CODE_UNKNOWN"


class CodeMistyped(Refused):
    """This is no verification code: its check letter does not fit, or it is too long or too short."""

    code = "CODE_MISTYPED"


def masked_name(name: str) -> str:
    """Keep the first character of a name, and not its length."""
    return f"{name[0]}**"


def entry_of(plan: SessionPlan, sitting: str) -> RosterEntry:
    """Give a sitting's line of the roster; a packet that stands was held against it when it came."""
    return next(entry for entry in plan.roster if entry.sitting == sitting)
