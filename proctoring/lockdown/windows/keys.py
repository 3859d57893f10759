"""The key filter: a low-level keyboard hook on a thread of its own, which can be asked whether it still answers.

Windows removes a slow hook without a word (Microsoft Learn, "LowLevelKeyboardProc", LowLevelHooksTimeout).
So the hook only rules and counts, and `answers` sends a stroke of our own, which the hook must see and drop.
"""

import ctypes
import secrets
from collections import Counter
from threading import Event, Thread
from typing import Final

from proctoring.lockdown.windows.strokes import Ruling, Sieve, stroke_of
from proctoring.win32 import layout as w
from proctoring.win32 import prototypes as p
from proctoring.win32.door import Win32, WindowsRefused

_LOW_LEVEL_KEYBOARD: Final = 13
_QUIT: Final = 0x0012
_KEYBOARD: Final = 1
_RELEASE: Final = 0x0002
_NOTHING: Final = 0xFC
"""VK_NONAME, "reserved": its release means nothing to any program, should the hook be gone."""
_DROP: Final = 1
_NO_MODULE: Final = 126


class KeyFilter:
    """Drops what leads out of the exam and what no hand pressed, on the desktop of the thread that starts it.

    `dropped`: how many strokes of each kind so far. `start` and `stop` belong to one thread.
    """

    def __init__(self, win32: Win32) -> None:
        self.dropped: Counter[Ruling] = Counter()
        self._win32 = win32
        self._sieve = Sieve(probe=secrets.randbelow(2**31 - 1) + 1)
        self._procedure = w.KEYBOARD_PROCEDURE(self._seen)  # Windows keeps a bare pointer to it
        self._hook = 0
        self._thread_id = 0
        self._refusal: WindowsRefused | None = None
        self._ready, self._answered = Event(), Event()
        self._thread = Thread(target=self._run, name="key filter", daemon=True)

    def start(self) -> None:
        """Begin to filter. Raises `WindowsRefused`."""
        self._thread.start()
        self._ready.wait()
        if self._refusal is not None:
            raise self._refusal

    def stop(self) -> None:
        """Filter no longer; harmless if it does not."""
        if self._thread_id and self._thread.is_alive():
            self._win32.call(p.POST_THREAD_MESSAGE, self._thread_id, _QUIT, 0, 0)
            self._thread.join()

    def answers(self, patience_s: float = 0.3) -> bool:
        """Tell whether the hook is still called for keys, by a stroke of our own. Waits at most so long.

        False as well while another desktop is shown: then no key reaches this one's hooks.
        """
        self._answered.clear()
        probe = w.KeyboardInput(kind=_KEYBOARD, vk=_NOTHING, flags=_RELEASE, extra=self._sieve.probe)
        sent = self._win32.call(p.SEND_INPUT, 1, ctypes.byref(probe), ctypes.sizeof(probe))
        return bool(sent) and self._answered.wait(patience_s)

    def _run(self) -> None:
        try:
            self._hook = self._hooked()
            self._thread_id = self._win32.call(p.CURRENT_THREAD_ID)
        except WindowsRefused as refusal:
            self._refusal = refusal
            return
        finally:
            self._ready.set()
        message = w.Message()
        try:
            while self._win32.must(p.GET_MESSAGE, ctypes.byref(message), None, 0, 0):
                self._win32.call(p.DISPATCH_MESSAGE, ctypes.byref(message))
        finally:
            self._win32.call(p.UNHOOK_WINDOWS_HOOK, self._hook)

    def _hooked(self) -> int:
        """Set the hook for our own module, as documented; some installations of Python want none (error 126)."""
        module = self._win32.must(p.OWN_MODULE, None)
        try:
            return self._win32.must(p.SET_WINDOWS_HOOK, _LOW_LEVEL_KEYBOARD, self._procedure, module, 0)
        except WindowsRefused as refusal:
            if refusal.reason != _NO_MODULE:
                raise
        return self._win32.must(p.SET_WINDOWS_HOOK, _LOW_LEVEL_KEYBOARD, self._procedure, None, 0)

    def _seen(self, code: int, wparam: int, lparam: int) -> int:
        if code >= 0:
            ruling = self._sieve.rule(stroke_of(w.KeyboardHook.from_address(lparam)))
            if ruling is Ruling.PROBE:
                self._answered.set()
                return _DROP
            if ruling is not Ruling.PASSES:
                self.dropped[ruling] += 1
                return _DROP
        return self._win32.call(p.CALL_NEXT_HOOK, None, code, wparam, lparam)
