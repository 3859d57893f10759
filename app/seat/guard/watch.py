"""The watch over the display as the guard uses it: what it sees becomes what the guard tells and does."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

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
        Seen.DISPLAY_STALLED: GuardKind.WATCH_LOST,
        Seen.DISPLAY_LOST: GuardKind.WATCH_LOST,
    }
)
"""Not here: a window manager, which only tells on the level, and a second screen, which Qt tells as it is covered."""
_ONE_EACH: Final = frozenset({GuardKind.WINDOW_CHANGED, GuardKind.FOCUS_LOST, GuardKind.MIRRORED_SCREEN})
"""What the guard notices in two ways, and tells once."""


class Watch:
    """Looks at the display for one window, by a connection of its own."""

    def __init__(self) -> None:
        self._watch: DisplayWatch | None = None

    @property
    def running(self) -> bool:
        """Tell whether it watches."""
        return self._watch is not None

    @property
    def descriptor(self) -> int | None:
        """What becomes readable when something changes on the display."""
        return self._watch.fileno() if self._watch is not None else None

    @property
    def state(self) -> "DisplayState | None":
        """What the last look saw; None if there was none that saw the window."""
        state = self._watch.state if self._watch is not None else None
        return state if state is not None and state.own is not None else None

    @property
    def pressed(self) -> "Tally | None":
        """What was pressed so far, by hand and by programs; None if that is not watched."""
        return self._watch.input if self._watch is not None else None

    def begin(self, window: int) -> None:
        """Watch over this window; without a display that answers, nothing is watched."""
        from proctoring.lockdown.display import DisplayWatch  # noqa: PLC0415 - there is none on other platforms

        try:
            self._watch = DisplayWatch(None, window)
        except Fault:
            self._watch = None

    def end(self) -> None:
        """Stop watching."""
        if self._watch is not None:
            self._watch.close()
            self._watch = None

    def look(self) -> Iterator[Matter]:
        """Tell what is the matter with the display."""
        if self._watch is None:
            return
        events = self._watch.look()
        managed = self._watch.state.window_manager is not None
        for event in events:
            if event.kind is Seen.DISPLAY_LOST:
                self.end()
            kind = _KINDS.get(event.kind)
            if kind is GuardKind.STRANGE_CLIENT and managed:
                continue  # an ordinary desktop has many; that there are some, the level says
            if kind is not None:
                yield Matter(kind, "" if kind in _ONE_EACH else event.subject, _lines(event))


def _lines(event: DisplayEvent) -> tuple[str, ...]:
    return event.evidence or ((f"display: {event.subject}",) if event.subject else (f"display: {event.kind.value}",))
