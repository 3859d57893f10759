"""What the guard noticed: the kind, the evidence, when; and the words for it."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from app.ui.text import Sentence


class GuardKind(StrEnum):
    """What can be noticed. Each has words in `resources/words` under `guard.event.<kind>`."""

    FOCUS_LOST = "focus_lost"
    GRAB_LOST = "grab_lost"
    WINDOW_CHANGED = "window_changed"
    CLOSE_REFUSED = "close_refused"
    WINDOW_IN_FRONT = "window_in_front"
    STRANGE_CLIENT = "strange_client"
    SECOND_SCREEN = "second_screen"
    MIRRORED_SCREEN = "mirrored_screen"
    CLIPBOARD = "clipboard"
    INJECTED_INPUT = "injected_input"
    ACCESSIBILITY = "accessibility"
    SUSPEND = "suspend"
    STOPPED = "stopped"
    USER_SWITCH = "user_switch"
    WATCH_LOST = "watch_lost"


@dataclass(frozen=True)
class GuardEvent:
    """Something that was stopped, undone, or only seen. `evidence`: plain lines "where: what", the weightiest first."""

    kind: GuardKind
    evidence: tuple[str, ...]
    wall_ms: int

    @property
    def name(self) -> Sentence:
        """What was noticed."""
        return Sentence(f"guard.event.{self.kind.value}.name")

    @property
    def meaning(self) -> Sentence:
        """What it may mean, and that it need not."""
        return Sentence(f"guard.event.{self.kind.value}.meaning")

    @property
    def remedy(self) -> Sentence:
        """What to do about it."""
        return Sentence(f"guard.event.{self.kind.value}.remedy")


@dataclass(frozen=True)
class Matter:
    """Something that is the matter now. `subject`: the same for the same thing, for as long as it is the matter."""

    kind: GuardKind
    subject: str = ""
    evidence: tuple[str, ...] = ()


Tell = Callable[[Matter], None]

QUIET_BEATS: Final = 25
"""What was not the matter for so many beats of the guard is told anew when it comes back; until then it is the same."""


class Memory:
    """Tells what is new from what was told already. Counts in beats, which stand still when the program does."""

    def __init__(self) -> None:
        self._seen: dict[tuple[GuardKind, str], int] = {}
        self._beats = 0

    def beat(self) -> None:
        """Let time pass, and forget what is long over."""
        self._beats += 1
        for old in [key for key, at in self._seen.items() if self._beats - at > QUIET_BEATS]:
            del self._seen[old]

    def is_new(self, matter: Matter) -> bool:
        """Tell whether this was not the matter just now, and remember that it is."""
        key = (matter.kind, matter.subject)
        new = key not in self._seen
        self._seen[key] = self._beats
        return new
