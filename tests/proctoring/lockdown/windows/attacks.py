"""The attacks that a program can make on a Windows PC, against whatever door it is given, and an honest table of them.

On Windows, in a session of the exam's account:

    python -m proctoring.lockdown.windows run -- python -m tests.proctoring.lockdown.windows.attacks table.txt

It opens a window of its own on the exam's desktop, holds it as the kiosk would, and makes every attack for real. Not
run so far on any Windows. A hand's own keys cannot be made by a program (whatever a program sends is marked as
injected), so Alt+Tab, Win, Ctrl+Alt+Del … by hand stay a person's part; `BY_HAND` lists them. The suite runs the same
list against the simulated Windows, which shows that the list works, not that Windows does.
"""

import ctypes
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from PySide6.QtWidgets import QApplication, QLabel

from proctoring.lockdown.seen import Seen
from proctoring.lockdown.windows.desktop import HOME, OWN, shown
from proctoring.lockdown.windows.foreground import AllowedPrograms
from proctoring.lockdown.windows.hold import WindowsHold
from proctoring.lockdown.windows.strokes import Ruling
from proctoring.win32 import layout as w
from proctoring.win32 import prototypes as p
from proctoring.win32.door import Win32, WindowsRefused, this_pc

BY_HAND = (
    *("Alt+Tab", "Alt+Esc", "Alt+F4", "Alt+Space", "Ctrl+Esc", "Ctrl+Shift+Esc", "Win", "Win+L", "Win+D", "Win+Space"),
    *("PrintScreen", "Ctrl+Alt+Del and each thing on its screen", "typing 中文 with Microsoft Pinyin"),
    *("a second screen plugged in", "a mirrored screen", "a USB stick", "the power switch", "closing the lid"),
    *("ending the launcher in another session", "ending the kiosk", "a power cut while policies are on"),
)
CHORDS = {
    "Alt+Tab": (0x12, 0x09),
    "Alt+F4": (0x12, 0x73),
    "Alt+Esc": (0x12, 0x1B),
    "Ctrl+Esc": (0x11, 0x1B),
    "Ctrl+Shift+Esc": (0x11, 0x10, 0x1B),
    "Win+D": (0x5B, 0x44),
    "PrintScreen": (0x2C,),
    "letters": (0x41,),
}
KEYBOARD, RELEASE = 1, 2


class Outcome(StrEnum):
    STOPPED = "stopped"
    TOLD = "told"
    """It happened, and the watch said so."""
    SUCCEEDED = "succeeded"


@dataclass(frozen=True)
class Result:
    attack: str
    outcome: Outcome
    evidence: str = ""


def attack_all(win32: Win32, window: int, allowed: AllowedPrograms, start: Callable[[], None]) -> list[Result]:
    """Hold a window, make every attack on it, let go. `start`: opens a strange window and waits until it is there."""
    hold = WindowsHold(win32, window, allowed)
    hold.engage()
    try:
        results = [_injected(win32, hold, name, keys) for name, keys in CHORDS.items()]
        results += [_strange_window(hold, start), _picture(hold), _desktop(win32, hold)]
    finally:
        hold.release()
    return results


def _injected(win32: Win32, hold: WindowsHold, name: str, keys: tuple[int, ...]) -> Result:
    before = hold.dropped[Ruling.INJECTED]
    strokes = [(key, 0) for key in keys] + [(key, RELEASE) for key in reversed(keys)]
    inputs = (w.KeyboardInput * len(strokes))(
        *(w.KeyboardInput(kind=KEYBOARD, vk=key, flags=flags) for key, flags in strokes)
    )
    sent = win32.call(p.SEND_INPUT, len(inputs), inputs, ctypes.sizeof(w.KeyboardInput))
    hold.evidence()  # asks the hook behind our strokes in the same queue: then they have been ruled on
    dropped = hold.dropped[Ruling.INJECTED] - before
    outcome = Outcome.STOPPED if dropped == sent else Outcome.SUCCEEDED
    return Result(f"{name} by SendInput", outcome, f"{dropped} of {sent} strokes dropped")


def _strange_window(hold: WindowsHold, start: Callable[[], None]) -> Result:
    start()
    told = [event for event in hold.look() if event.kind in {Seen.WINDOW_IN_FRONT, Seen.WINDOW_UNTOLD}]
    back = not [event for event in hold.look() if event.kind is Seen.WINDOW_IN_FRONT]
    outcome = Outcome.TOLD if told else Outcome.SUCCEEDED
    return Result("a strange window in front", outcome, f"{len(told)} told, ours in front again: {back}")


def _picture(hold: WindowsHold) -> Result:
    affinity = hold.affinity
    hidden = affinity is not None and affinity.hidden()
    return Result("a picture of the screen", Outcome.STOPPED if hidden else Outcome.SUCCEEDED, str(affinity))


def _desktop(win32: Win32, hold: WindowsHold) -> Result:
    """Show the user's own desktop: whoever runs as the account may. Afterwards the exam's is shown again."""
    try:
        before = win32.must(p.OPEN_DESKTOP, OWN, 0, 0, 0x0100)
    except WindowsRefused as refusal:
        return Result("switching the desktop", Outcome.SUCCEEDED, f"the exam has no desktop of its own: {refusal}")
    home = win32.must(p.OPEN_DESKTOP, HOME, 0, 0, 0x0100)
    try:
        win32.call(p.SWITCH_DESKTOP, home)
        gone = shown(win32) != OWN
        told = any(event.kind is Seen.UNMAPPED for event in hold.look())
    finally:
        win32.must(p.SWITCH_DESKTOP, before)
        win32.call(p.CLOSE_DESKTOP, before)
        win32.call(p.CLOSE_DESKTOP, home)
    outcome = (Outcome.TOLD if told else Outcome.SUCCEEDED) if gone else Outcome.STOPPED
    return Result("switching the desktop", outcome, f"shown elsewhere: {gone}")


def main(table: Path) -> int:
    """Make the attacks on this PC, and write the table."""
    win32 = this_pc()
    application = QApplication([])
    window = QLabel("Attacks on the lock-down of this PC are tried; this takes a few seconds.")
    window.showFullScreen()

    def settle() -> None:
        until = time.monotonic() + 2
        while time.monotonic() < until:
            application.processEvents()

    settle()
    strangers: list[subprocess.Popen[bytes]] = []

    def start() -> None:
        strangers.append(subprocess.Popen(["notepad.exe"]))
        settle()

    try:
        results = attack_all(win32, int(window.winId()), AllowedPrograms.of([sys.executable]), start)
    finally:
        for stranger in strangers:
            stranger.kill()
            stranger.wait()
    lines = [f"{one.attack:32} {one.outcome:10} {one.evidence}" for one in results]
    lines += [f"{name:32} by hand" for name in BY_HAND]
    table.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return int(any(one.outcome is Outcome.SUCCEEDED for one in results))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
