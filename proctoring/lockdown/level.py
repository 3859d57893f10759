"""How far this PC is shut down to one program, as far as can be told from what was seen, and what it falls short of.

Nothing here is believed because a variable or a setting says so: each part of the evidence was seen by somebody who
can see it, on a socket, on the display or in the window. What was not looked at counts as missing, so whoever forgets
to look gets a lower level, never a higher one. What the evidence cannot prove is in ARCHITECTURE.md under "Threats":
above all, whoever is root on the PC can make all of it.
"""

from dataclasses import dataclass
from typing import Final

from sync.wire.environment import LockdownLevel

KIOSK_USER: Final = "examroom-kiosk"
"""The user of the kiosk session; `examroom lockdown install` makes it."""
_CLOSED_SHELLS: Final = frozenset({"nologin", "false"})


@dataclass(frozen=True)
class Account:
    """A user as the system's user database tells it. `shell`: the path of the program that a login starts."""

    uid: int
    name: str = ""
    shell: str = ""

    def is_locked_kiosk(self) -> bool:
        """Tell whether this is the kiosk's own user, whom nobody can log in as."""
        return self.uid != 0 and self.name == KIOSK_USER and self.shell.rpartition("/")[2] in _CLOSED_SHELLS


@dataclass(frozen=True)
class Supervision:
    """What was seen of whoever holds the other end of the heartbeat's socket (SO_PEERCRED, unix(7)) and of the display.

    `parent`: it is the process that started us. `same_user`: it runs as we do. `own_program`: it runs what we run, as
    the kiosk's session. `own_display`: the server of our display was started by it, too.
    """

    parent: bool = False
    same_user: bool = False
    own_program: bool = False
    own_display: bool = False

    def is_ours(self) -> bool:
        """Tell whether it is the supervisor of a kiosk session of ours."""
        return self.parent and self.same_user and self.own_program


@dataclass(frozen=True)
class Evidence:
    """What was seen. None: nobody looked, or it could not be told.

    In the window: `keyboard_grab` (held now), `stack_watch` (running), `key_filter` (on), `injection_told` (input that
    a program made is impossible here or is told apart and dropped). On the display: `window_manager` (one runs),
    `foreign_clients` (programs on it that are on no list, as `name (pid)`), `test_interfaces` (extensions by which a
    client types in a keyboard's name or listens to all). Around the process: `supervision` (None: no supervisor),
    `account`, `machine_users` (our users are the machine's: in a namespace of one's own anybody is whom he likes).
    """

    keyboard_grab: bool = False
    stack_watch: bool = False
    key_filter: bool = False
    injection_told: bool = False
    window_manager: bool | None = None
    foreign_clients: tuple[str, ...] | None = None
    supervision: Supervision | None = None
    account: Account | None = None
    test_interfaces: tuple[str, ...] | None = None
    machine_users: bool | None = None


@dataclass(frozen=True)
class Level:
    """What the evidence comes to. `short_of`: what is missing up to `SESSION`, what a desktop needs first.

    Each code has words in `resources/words` under `lockdown.short_of.<code>`.
    """

    level: LockdownLevel
    short_of: tuple[str, ...] = ()

    def lacks(self, demanded: LockdownLevel) -> tuple[str, ...]:
        """Give what is missing up to the level that is demanded; empty if that is reached."""
        if self.level.reaches(demanded):
            return ()
        if demanded is LockdownLevel.DESKTOP:
            return tuple(code for code in self.short_of if code in DESKTOP_NEEDS)
        return self.short_of


DESKTOP_NEEDS: Final = ("no_keyboard_grab", "no_stack_watch", "no_key_filter")
"""What keeps a seat from `DESKTOP`."""
SESSION_NEEDS: Final = (
    "no_supervisor",
    "strange_supervisor",
    "strange_display",
    "user_is_root",
    "user_not_locked",
    "user_namespace",
    "window_manager",
    "window_manager_unknown",
    "foreign_clients",
    "clients_unknown",
    "injection_untold",
    "test_interfaces",
)
"""What keeps a seat from `SESSION`, beside all that keeps it from `DESKTOP`."""


def assess(evidence: Evidence) -> Level:
    """Give the level that the evidence comes to, and all that it falls short of."""
    of_desktop, of_session = _short_of_desktop(evidence), _short_of_session(evidence)
    below = LockdownLevel.OPEN if of_desktop else LockdownLevel.DESKTOP
    missing = (*of_desktop, *of_session)
    return Level(below if missing else LockdownLevel.SESSION, missing)


def _short_of_desktop(evidence: Evidence) -> tuple[str, ...]:
    held = (evidence.keyboard_grab, evidence.stack_watch, evidence.key_filter)
    return tuple(code for code, there in zip(DESKTOP_NEEDS, held, strict=True) if not there)


def _short_of_session(evidence: Evidence) -> tuple[str, ...]:
    supervision, account = evidence.supervision, evidence.account
    missing = {
        "no_supervisor": supervision is None,
        "strange_supervisor": supervision is not None and not supervision.is_ours(),
        "strange_display": supervision is not None and not supervision.own_display,
        "user_is_root": account is not None and account.uid == 0,
        "user_not_locked": account is None or (account.uid != 0 and not account.is_locked_kiosk()),
        "user_namespace": evidence.machine_users is not True,
        "window_manager": evidence.window_manager is True,
        "window_manager_unknown": evidence.window_manager is None,
        "foreign_clients": bool(evidence.foreign_clients),
        "clients_unknown": evidence.foreign_clients is None,
        "injection_untold": not evidence.injection_told,
        "test_interfaces": evidence.test_interfaces != (),
    }
    return tuple(code for code in SESSION_NEEDS if missing[code])
