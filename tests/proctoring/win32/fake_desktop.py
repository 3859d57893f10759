"""Simulated user32: desktops, windows, hooks, messages, screens."""

import ctypes
from collections.abc import Callable
from queue import Queue
from threading import get_ident
from typing import Any

from proctoring.win32 import layout as w
from tests.proctoring.win32.fake_state import (
    ACCESS_DENIED,
    FILE_NOT_FOUND,
    INVALID_HANDLE,
    INVALID_PARAMETER,
    Hook,
    Part,
    State,
    put_text,
)

WM_QUIT = 0x12


def press(state: State, key: int, *, up: bool = False, flags: int = 0, extra: int = 0) -> bool:
    """A key goes down or up: hooks of the desktop shown are asked, the newest first. Tells whether it came through."""
    record = w.KeyboardHook(vk=key, flags=flags | (0x80 if up else 0), extra=extra)
    chain = [hook for hook in reversed(state.hooks) if state.hooks_work and hook.desktop == state.shown]
    for hook in chain:
        if hook.procedure(0, 0x101 if up else 0x100, ctypes.addressof(record)):
            return False
    state.typed.append((key, up))
    return True


def bring_forward(state: State, window: int) -> None:
    """A window comes to the front, and everybody who watches is told."""
    state.foreground = window
    for procedure in list(state.event_hooks.values()):
        procedure(1, 3, window, 0, 0, 0, 0)


class Desktops(Part):
    library = "user32"

    def CreateDesktopW(
        self, name: str, device: object, mode: object, _flags: int, access: int, _security: object
    ) -> int:
        if device is not None or mode is not None or not access:
            return self.state.fail(INVALID_PARAMETER)
        self.state.desktops.add(name)
        return self.state.handle(("desktop", name))

    def OpenDesktopW(self, name: str, _flags: int, _inherit: int, _access: int) -> int:
        if name not in self.state.desktops:
            return self.state.fail(FILE_NOT_FOUND)
        return self.state.handle(("desktop", name))

    def OpenInputDesktop(self, _flags: int, _inherit: int, _access: int) -> int:
        if self.state.shown == "Winlogon":
            return self.state.fail(ACCESS_DENIED)
        return self.state.handle(("desktop", self.state.shown))

    def SwitchDesktop(self, handle: int | None) -> int:
        match self.state.handles.get(handle or 0):
            case ("desktop", str(name)) if not self.state.refuse_switch and self.state.shown != "Winlogon":
                self.state.shown = name
                return 1
            case None:
                return self.state.fail(INVALID_HANDLE)
        return self.state.fail(ACCESS_DENIED)

    def CloseDesktop(self, handle: int | None) -> int:
        what = self.state.handles.get(handle or 0)
        done = self.state.close(handle)
        if done and isinstance(what, tuple) and what not in self.state.handles.values():
            self.state.desktops -= {what[1]} - {"Default", "Winlogon", self.state.shown}
        return done

    def GetUserObjectInformationW(self, handle: int | None, index: int, room: int, size: int, needed: Any) -> int:  # noqa: ANN401
        what = self.state.handles.get(handle or 0)
        if not isinstance(what, tuple) or index != 2:
            return self.state.fail(INVALID_HANDLE)
        needed.contents.value = (len(what[1]) + 1) * 2
        if needed.contents.value > size:
            return self.state.fail(122)
        put_text(room, what[1])
        return 1


class Keys(Part):
    library = "user32"

    def SetWindowsHookExW(self, kind: int, procedure: Callable[..., int], module: int | None, thread: int) -> int:
        if module and self.state.refuse_module:
            return self.state.fail(126)
        if kind != 13 or thread or not (module or self.state.refuse_module):
            return self.state.fail(INVALID_PARAMETER)
        made = Hook(procedure, self.state.shown)
        self.state.hooks.append(made)
        self.state.queues.setdefault(get_ident() & 0xFFFF_FFFF, Queue())
        return self.state.handle(made)

    def UnhookWindowsHookEx(self, handle: int | None) -> int:
        what = self.state.handles.get(handle or 0)
        if isinstance(what, Hook) and what in self.state.hooks:
            self.state.hooks.remove(what)
        return self.state.close(handle)

    def SendInput(self, count: int, inputs: Any, size: int) -> int:  # noqa: ANN401
        if size != 40:
            return self.state.fail(INVALID_PARAMETER)
        for at in range(count):
            one = inputs[at]
            press(self.state, one.vk, up=bool(one.flags & 2), flags=0x10, extra=one.extra)
        return count

    def GetMessageW(self, room: Any, _window: object, _low: int, _high: int) -> int:  # noqa: ANN401
        queue = self.state.queues.setdefault(get_ident() & 0xFFFF_FFFF, Queue())
        room.contents.message = queue.get(timeout=30)
        return int(room.contents.message != WM_QUIT)

    def PostThreadMessageW(self, thread: int, number: int, _wparam: int, _lparam: int) -> int:
        if thread not in self.state.queues:
            return self.state.fail(1444)
        self.state.queues[thread].put(number)
        return 1

    def CallNextHookEx(self, *_given: Any) -> Any:  # noqa: ANN401
        return 0

    def DispatchMessageW(self, _message: Any) -> Any:  # noqa: ANN401
        return 0


class Windows(Part):
    library = "user32"

    def SetWinEventHook(self, low: int, high: int, _module: object, procedure: Callable[..., None], *where: int) -> int:
        if (low, high) != (3, 3) or where[2]:
            return self.state.fail(INVALID_PARAMETER)
        handle = self.state.handle("event hook")
        self.state.event_hooks[handle] = procedure
        return handle

    def UnhookWinEvent(self, handle: int) -> int:
        self.state.event_hooks.pop(handle, None)
        return self.state.close(handle)

    def GetWindowThreadProcessId(self, window: int | None, pid: Any) -> int:  # noqa: ANN401
        if window not in self.state.windows:
            return self.state.fail(1400)
        pid.contents.value = self.state.windows[window].pid
        return 77

    def SetForegroundWindow(self, window: int | None) -> int:
        if window not in self.state.windows or self.state.refuse_foreground:
            return 0
        bring_forward(self.state, window)
        return 1

    def SetWindowDisplayAffinity(self, window: int | None, affinity: int) -> int:
        if window not in self.state.windows or self.state.windows[window].pid != self.state.own_pid:
            return self.state.fail(ACCESS_DENIED)
        if affinity not in self.state.affinities:
            return self.state.fail(INVALID_PARAMETER)
        self.state.windows[window].affinity = affinity
        return 1

    def GetWindowDisplayAffinity(self, window: int | None, affinity: Any) -> int:  # noqa: ANN401
        if window not in self.state.windows:
            return self.state.fail(1400)
        affinity.contents.value = self.state.windows[window].affinity
        return 1

    def GetForegroundWindow(self) -> Any:  # noqa: ANN401
        return self.state.foreground


class Screens(Part):
    library = "user32"

    def GetDisplayConfigBufferSizes(self, _flags: int, paths: Any, modes: Any) -> int:  # noqa: ANN401
        paths.contents.value, modes.contents.value = len(self.state.paths), 2 * len(self.state.paths)
        return ACCESS_DENIED if self.state.metrics.get(0x1000) else 0

    def QueryDisplayConfig(self, _flags: int, count: Any, paths: Any, *_rest: object) -> int:  # noqa: ANN401
        if count.contents.value < len(self.state.paths):
            return 122
        for at, (adapter, source) in enumerate(self.state.paths):
            paths[at].adapter_low, paths[at].source, paths[at].target = adapter, source, at
        count.contents.value = len(self.state.paths)
        return 0

    def GetSystemMetrics(self, index: Any) -> Any:  # noqa: ANN401
        return self.state.metrics.get(index, 0)
