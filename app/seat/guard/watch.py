"""The watch over the display as the guard uses it: what it sees becomes what the guard tells and does."""

import os
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QSocketNotifier

from app.seat.guard.events import GuardKind, Matter
from proctoring.lockdown.seen import DisplayEvent, Seen
from sync.faults import Fault

if TYPE_CHECKING:
    from proctoring.lockdown.display import DisplayState, DisplayWatch
    from proctoring.lockdown.input import Tally

_KINDS: Final[Mapping[Seen, GuardKind]] = MappingProxyType(
    {
        Seen.WINDOW_IN_FRONT: GuardKind.WINDOW_IN_FRONT,
        Seen.WINDOW_UNTOLD: GuardKind.WINDOW_IN_FRONT,
        Seen.WINDOWS_CROWDED: GuardKind.WINDOW_IN_FRONT,
        Seen.CLIENT_FOREIGN: GuardKind.STRANGE_CLIENT,
        Seen.CLIENT_UNTOLD: GuardKind.STRANGE_CLIENT,
        Seen.WINDOW_GONE: GuardKind.WINDOW_CHANGED,
        Seen.UNMAPPED: GuardKind.WINDOW_CHANGED,
        Seen.ICONIFIED: GuardKind.WINDOW_CHANGED,
        Seen.NOT_COVERING: GuardKind.WINDOW_CHANGED,
        Seen.REPARENTED: GuardKind.WINDOW_CHANGED,
        Seen.FOCUS_ELSEWHERE: GuardKind.FOCUS_LOST,
        Seen.MIRRORED_SCREEN: GuardKind.MIRRORED_SCREEN,
        Seen.INJECTED_INPUT: GuardKind.INJECTED_INPUT,
        Seen.DISPLAY_HELD: GuardKind.WATCH_LOST,
        Seen.DISPLAY_STALLED: GuardKind.WATCH_LOST,
        Seen.DISPLAY_LOST: GuardKind.WATCH_LOST,
    }
)
"""Not here: a window manager, which only tells on the level, and a second screen, which Qt tells as it is covered."""
_ONE_EACH: Final = frozenset({GuardKind.FOCUS_LOST, GuardKind.MIRRORED_SCREEN, GuardKind.WATCH_LOST})


class Watch:
    """Looks at the display for one window, by a connection of its own; `changed` is called when that changes.

    A connection that is lost is made again at the next looks.
    """

    def __init__(self, changed: Callable[[], None]) -> None:
        self._changed: Final = changed
        self._watch: DisplayWatch | None = None
        self._notifier: QSocketNotifier | None = None
        self._window = 0
        self._supervisor: int | None = None
        self._usual: frozenset[str] = frozenset()
        self.stalled = False

    @property
    def running(self) -> bool:
        """Tell whether it watches."""
        return self._watch is not None and not self.stalled

    @property
    def state(self) -> "DisplayState | None":
        """What the last look saw; None if there was none that saw the window."""
        state = self._watch.state if self._watch is not None else None
        return state if state is not None and state.own is not None else None

    @property
    def pressed(self) -> "Tally | None":
        """What was pressed so far, by hand and by programs; None if that is not watched, or not in time."""
        return self._watch.input if self._watch is not None and not self.stalled else None

    def begin(self, window: int, supervisor: int | None = None) -> None:
        """Watch over this window. Who is on a managed display by now is the desktop's own, which the level says.

        `supervisor`: of the kiosk's session; an input method then has to be its.
        """
        self._window, self._supervisor = window, supervisor
        self._connect()
        events = self._watch.look() if self._watch is not None else ()
        self._usual = frozenset(event.subject for event in events if _KINDS.get(event.kind) is GuardKind.STRANGE_CLIENT)

    def end(self) -> None:
        """Stop watching."""
        if self._notifier is not None:
            self._notifier.setEnabled(False)
            self._notifier.deleteLater()
            self._notifier = None
        if self._watch is not None:
            self._watch.close()
            self._watch = None

    def reclaim(self) -> None:
        """Take our window back from others, and theirs out of it."""
        if self._watch is not None and not self.stalled:
            self._watch.reclaim()

    def look(self) -> Iterator[Matter]:
        """Tell what is the matter with the display."""
        if self._watch is None:
            self._connect()
        if self._watch is None:
            yield Matter(GuardKind.WATCH_LOST, evidence=("display: no connection",))
            return
        events = self._watch.look()
        if self._notifier is not None:
            self._notifier.setEnabled(True)
        managed = self._watch.state.window_manager is not None
        self.stalled = any(event.kind is Seen.DISPLAY_STALLED for event in events)
        for event in events:
            if event.kind is Seen.DISPLAY_LOST:
                self.end()
            kind = _KINDS.get(event.kind)
            if kind is GuardKind.STRANGE_CLIENT and managed and event.subject in self._usual:
                continue
            if kind is not None:
                yield Matter(kind, _subject(kind, event), _lines(event))

    def _stir(self) -> None:
        if self._notifier is not None:
            self._notifier.setEnabled(False)  # until it was looked: what is there to read would be told without end
        self._changed()

    def _connect(self) -> None:
        from proctoring.lockdown.clients import Allow  # noqa: PLC0415 - there is none on other platforms
        from proctoring.lockdown.display import DisplayWatch  # noqa: PLC0415 - as above

        try:
            self._watch = DisplayWatch(None, self._window, Allow(os.getpid(), within=self._supervisor))
        except Fault:
            return
        self._notifier = QSocketNotifier(self._watch.fileno(), QSocketNotifier.Type.Read)
        self._notifier.activated.connect(self._stir)


def _subject(kind: GuardKind, event: DisplayEvent) -> str:
    """Give what makes a matter the same one; the guard notices some in two ways, and tells those once."""
    if kind in _ONE_EACH:
        return ""
    return event.kind if kind is GuardKind.WINDOW_CHANGED else event.subject


def _lines(event: DisplayEvent) -> tuple[str, ...]:
    return event.evidence or ((f"display: {event.subject}",) if event.subject else (f"display: {event.kind.value}",))
