"""The sitting is being sealed: a list of steps."""

from dataclasses import dataclass
from enum import StrEnum

from app.seat.screens.screen import Screen
from app.ui.text import Text


class SealStep(StrEnum):
    """What happens after handing in, in this order."""

    ANSWERS = "answers"
    RECORDING = "recording"
    SCORE = "score"
    PACKET = "packet"
    DELIVERY = "delivery"


class StepState(StrEnum):
    """Where a step stands; WAITING_NETWORK is good news too: nothing is lost."""

    TO_DO = "to_do"
    RUNNING = "running"
    DONE = "done"
    WAITING_NETWORK = "waiting_network"
    FAILED = "failed"


@dataclass(frozen=True)
class StepRow:
    """One step; `detail` adds a fact, e.g. how long the recording is."""

    step: SealStep
    state: StepState
    detail: Text = ""


@dataclass(frozen=True)
class SealingView:
    """The steps, for one candidate."""

    candidate_name: str
    steps: tuple[StepRow, ...]


class SealingScreen(Screen):
    """Shows the steps; nothing can be done here."""

    def show_sealing(self, view: SealingView) -> None:
        """Show where the steps stand."""
