"""What the guard noticed: the kind, the evidence, when; and the words for it."""

from dataclasses import dataclass
from enum import StrEnum

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
