"""Why a PC cannot be locked down, or let go."""

from typing import ClassVar

from sync.faults import EnvironmentFault, Exit, Fault


class LockdownNotAllowed(EnvironmentFault):
    """Only the administrator of a PC (root) may lock it down and let it go."""

    code: ClassVar[str] = "LOCKDOWN_NOT_ALLOWED"


class LockdownNoSystemd(EnvironmentFault):
    """This PC is not run by systemd, by which we lock it down."""

    code: ClassVar[str] = "LOCKDOWN_NO_SYSTEMD"


class LockdownToolMissing(EnvironmentFault):
    """A program of the operating system is not there. Fact: `tool`."""

    code: ClassVar[str] = "LOCKDOWN_TOOL_MISSING"


class LockdownCommandFailed(EnvironmentFault):
    """A program of the operating system refused, or did not end in time. Fact: `command`."""

    code: ClassVar[str] = "LOCKDOWN_COMMAND_FAILED"


class LockdownPathTaken(EnvironmentFault):
    """Where a file of ours has to be stands something that we do not replace, such as a folder. Fact: `path`."""

    code: ClassVar[str] = "LOCKDOWN_PATH_TAKEN"


class LockdownUnwritable(EnvironmentFault):
    """A file or setting cannot be read, written or removed. Fact: `path`."""

    code: ClassVar[str] = "LOCKDOWN_UNWRITABLE"


class LockdownReadOnly(EnvironmentFault):
    """The file system is read-only. Fact: `path`."""

    code: ClassVar[str] = "LOCKDOWN_READ_ONLY"


class LockdownHomeUnusable(EnvironmentFault):
    """The seat's folder cannot be that of a locked-down PC. Fact: `home`."""

    code: ClassVar[str] = "LOCKDOWN_HOME_UNUSABLE"


class LockdownProgramClosed(EnvironmentFault):
    """This program lies where the locked user cannot come, such as an administrator's own folder. Fact: `program`."""

    code: ClassVar[str] = "LOCKDOWN_PROGRAM_CLOSED"


class LockdownUserUnusable(EnvironmentFault):
    """There is a user of our name already, and somebody can log in as them. Fact: `user`."""

    code: ClassVar[str] = "LOCKDOWN_USER_UNUSABLE"


class LockdownPeerUnusable(EnvironmentFault):
    """An address that is to be let through is none, or is not known to the name service. Fact: `peer`."""

    code: ClassVar[str] = "LOCKDOWN_PEER_UNUSABLE"


class LockdownNoPeer(EnvironmentFault):
    """Nobody said what is to be let through, and the seat's folder does not say it either."""

    code: ClassVar[str] = "LOCKDOWN_NO_PEER"


class LockdownStartsFromUsb(EnvironmentFault):
    """This PC's own system lies on a USB disk, which the lock-down would shut off."""

    code: ClassVar[str] = "LOCKDOWN_STARTS_FROM_USB"


class LockdownPlanDamaged(EnvironmentFault):
    """The undo plan is damaged: it is not known for certain what was there before. Fact: `file`."""

    code: ClassVar[str] = "LOCKDOWN_PLAN_DAMAGED"


class LockdownPlanNewer(EnvironmentFault):
    """The undo plan was written by a later version of this program. Fact: `file`."""

    code: ClassVar[str] = "LOCKDOWN_PLAN_NEWER"


class LockdownPlanLost(EnvironmentFault):
    """Files of the lock-down stand, but its undo plan is gone: what was there before is not known. Fact: `file`."""

    code: ClassVar[str] = "LOCKDOWN_PLAN_LOST"


class LockdownBusy(EnvironmentFault):
    """Somebody else is locking this PC down or letting it go, or is changing its users, at this moment."""

    code: ClassVar[str] = "LOCKDOWN_BUSY"


class LockdownRolledBack(Fault):
    """The PC could not be locked down; everything is as it was before. Fact: `step`."""

    code: ClassVar[str] = "LOCKDOWN_ROLLED_BACK"
    exit: ClassVar[Exit] = Exit.ENVIRONMENT


class LockdownUndoIncomplete(Fault):
    """Some steps could not be undone yet; the undo plan is kept. Facts: `count`, `step` (the first of them)."""

    code: ClassVar[str] = "LOCKDOWN_UNDO_INCOMPLETE"
    exit: ClassVar[Exit] = Exit.ENVIRONMENT
