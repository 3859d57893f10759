r"""The policies that shut an account down, each a reversible step: a registry value, what stood there, the way back.

They hold for one account (below `HKEY_USERS\<its SID>`) but for two that only exist for the whole PC. Sources:
Microsoft Learn, "Policy CSP" (ADMX_CtrlAltDel, ADMX_StartMenu, ADMX_Explorer, ADMX_WindowsExplorer) for the names and
keys of policies; "How to disable the use of USB storage devices" for USBSTOR; "ToastEnabled" is the switch of the
settings' own page of notifications.
"""

from typing import Annotated, Final, Self

from pydantic import Field, StringConstraints

from proctoring.win32.door import FILE_NOT_FOUND, WindowsRefused
from proctoring.win32.registry import Registry, Value, number
from sync.wire.document import Part

ACCOUNT: Final = r"^S-1-5-21(-[0-9]{1,10}){3}-[0-9]{1,10}$"
"""An ordinary account's, never the system's or a group's."""
_POLICIES: Final = r"Software\Microsoft\Windows\CurrentVersion\Policies"
_OF_ACCOUNT: Final = (
    ("task_manager", rf"{_POLICIES}\System", "DisableTaskMgr", 1),
    ("lock", rf"{_POLICIES}\System", "DisableLockWorkstation", 1),
    ("change_password", rf"{_POLICIES}\System", "DisableChangePassword", 1),
    ("log_off", rf"{_POLICIES}\Explorer", "NoLogoff", 1),
    ("shut_down", rf"{_POLICIES}\Explorer", "NoClose", 1),
    ("notification_centre", r"Software\Policies\Microsoft\Windows\Explorer", "DisableNotificationCenter", 1),
    ("notifications", r"Software\Microsoft\Windows\CurrentVersion\PushNotifications", "ToastEnabled", 0),
)
_OF_PC: Final = (
    ("switch_user", rf"SOFTWARE{_POLICIES.removeprefix('Software')}\System", "HideFastUserSwitching", 1),
    ("usb_storage", r"SYSTEM\CurrentControlSet\Services\USBSTOR", "Start", 4),
)

Bytes = Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{2})*$", max_length=131_072)]


class Before(Part):
    """What stood there. `kind` and `data` (hexadecimal): the value, both None if there was none.

    `missing`: the keys that were not there, the lowest first.
    """

    kind: Annotated[int, Field(ge=0, le=0xFFFF_FFFF)] | None = None
    data: Bytes | None = None
    missing: Annotated[tuple[str, ...], Field(max_length=32)] = ()

    def value(self) -> Value | None:
        """Give the value as the registry has it."""
        if self.kind is None or self.data is None:
            return None
        return Value(self.kind, bytes.fromhex(self.data))


class PolicyStep(Part):
    """One value to be set; `before` is known once the step has looked. The verbs are those of `lockdown.steps.Step`.

    Such a step wants a registry where that one wants a place in a file system, so it is not one of them.
    """

    name: Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,40}$")]
    key: Annotated[str, StringConstraints(pattern=r"^HKEY_(USERS|LOCAL_MACHINE)\\", max_length=255)]
    value: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    wanted: Annotated[int, Field(ge=0, le=0xFFFF_FFFF)]
    before: Before = Before()

    def looked(self, registry: Registry) -> Self:
        """Look what is there now; give the step with that in it. Changes nothing. Raises `WindowsRefused`."""
        self._reachable(registry)
        value = registry.get(self.key, self.value)
        missing = tuple(key for key in _upwards(self.key) if not registry.exists(key))
        before = Before(kind=value.kind, data=value.data.hex(), missing=missing) if value else Before(missing=missing)
        return self.model_copy(update={"before": before})

    def apply(self, registry: Registry) -> None:
        """Set the value; again changes nothing more. Raises `WindowsRefused`."""
        if self.difference(registry):
            registry.set(self.key, self.value, number(self.wanted))

    def undo(self, registry: Registry) -> None:
        """Put back what was there, also if it was never applied. A key of ours that others wrote in stays.

        Raises:
            WindowsRefused: among others, the account is logged off, and its part of the registry is away with it.
        """
        self._reachable(registry)
        value = self.before.value()
        if value is not None:
            if registry.get(self.key, self.value) != value:
                registry.set(self.key, self.value, value)
            return
        registry.delete(self.key, self.value)
        for key in self.before.missing:
            if not registry.delete_empty(key):
                return

    def _reachable(self, registry: Registry) -> None:
        top = "\\".join(self.key.split("\\")[:2])
        if not registry.exists(top):
            raise WindowsRefused(top, FILE_NOT_FOUND)

    def difference(self, registry: Registry) -> str:
        """Say how what is there differs from what is wanted: "missing", "value"; "" if it does not."""
        value = registry.get(self.key, self.value)
        if value is None:
            return "missing"
        return "" if value == number(self.wanted) else "value"


def policies(sid: str) -> tuple[PolicyStep, ...]:
    """Give the steps for an account."""
    account = (
        PolicyStep(name=name, key=rf"HKEY_USERS\{sid}\{key}", value=value, wanted=wanted)
        for name, key, value, wanted in _OF_ACCOUNT
    )
    pc = (
        PolicyStep(name=name, key=rf"HKEY_LOCAL_MACHINE\{key}", value=value, wanted=wanted)
        for name, key, value, wanted in _OF_PC
    )
    return (*account, *pc)


def not_in_place(registry: Registry, sid: str) -> tuple[str, ...]:
    """Give the names of the policies that are not in force for an account. Raises `WindowsRefused`."""
    return tuple(step.name for step in policies(sid) if step.difference(registry))


def _upwards(key: str) -> tuple[str, ...]:
    parts = key.split("\\")
    return tuple("\\".join(parts[:length]) for length in range(len(parts), 1, -1))
