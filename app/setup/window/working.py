"""The pages on which the program works and the person looks on: enrolment, measuring, report; and the mock exam's."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from PySide6.QtCore import Signal

from app.setup.conducting import REPORT
from app.setup.steps import Outcome, Step, StepResult
from app.setup.window.chrome import Leg, SetupPage, Way
from app.setup.window.results import Results
from app.ui.labels import Label
from app.ui.page import Panel
from app.ui.tokens import Type
from app.words import Words

STEPS: Final[dict[Leg, tuple[Step, ...]]] = {
    Leg.ENROLMENT: (Step.REGISTRY, Step.ENROLMENT, Step.CLOCK, Step.CONTENT),
    Leg.PROFILE: (Step.PROFILE,),
    Leg.REHEARSAL: (Step.REHEARSAL,),
    Leg.REPORT: (Step.REPORT, Step.SERVICE),
}


def way_of(results: Sequence[StepResult]) -> Way:
    """Say how a leg stands after what came of its steps."""
    outcomes = {one.outcome for one in results}
    if Outcome.FAILED in outcomes:
        return Way.FAILED
    return Way.ATTENTION if Outcome.ATTENTION in outcomes else Way.DONE


class WorkPage(SetupPage):
    """The steps of a leg as they are taken. The second button takes what failed once more."""

    def __init__(self, words: Words, leg: Leg, name: str) -> None:
        super().__init__(words, leg, name, second=True)
        self.results = Results(STEPS[leg])
        self._shown: tuple[StepResult, ...] = ()
        self._working = False
        self._may_go_on_badly = leg is not Leg.ENROLMENT
        self.column.content.addWidget(self.results)
        self.finish()
        self.show_results((), working=False)

    def show_results(self, results: Sequence[StepResult], *, working: bool) -> None:
        """Show what there is so far."""
        self._shown, self._working = tuple(results), working
        self.render_view()

    def render_view(self) -> None:
        """Write the steps, and whether there is a way on."""
        super().render_view()
        self.results.show_results(self._shown, self.words, working=self._working)
        bad = any(not one.good for one in self._shown)
        stuck = not self._working and (bad and not self._may_go_on_badly)
        busy = self.words("screen.setup.working") if self._working else ""
        self.next.allow(busy or (self.words("screen.setup.first_settle") if stuck else ""))
        self.second.setVisible(not self._working and any(one.outcome not in _SETTLED for one in self._shown))
        self.back.allow(busy)


_SETTLED: Final = (Outcome.DONE, Outcome.KEPT, Outcome.SKIPPED)


class RehearsalPage(WorkPage):
    """Before and after the mock exam. Signals: a person sits it, a simulated candidate does, or it is gone on."""

    person_requested = Signal()
    simulated_requested = Signal()
    on_requested = Signal()

    def __init__(self, words: Words) -> None:
        super().__init__(words, Leg.REHEARSAL, "rehearsal")
        self.next_requested.connect(self._first)
        self.second_requested.connect(self._second)

    @property
    def _held(self) -> bool:
        return bool(self._shown) and not self._working

    @property
    def _went_well(self) -> bool:
        return self._held and all(one.good for one in self._shown)

    def _first(self) -> None:
        (self.on_requested if self._went_well else self.person_requested).emit()

    def _second(self) -> None:
        if not self._held:
            self.simulated_requested.emit()
        elif self._went_well:
            self.person_requested.emit()
        else:
            self.on_requested.emit()

    def render_view(self) -> None:
        """Offer the mock exam, the way on when it was held, and once more."""
        super().render_view()
        self.results.setVisible(bool(self._shown) or self._working)
        state = "well" if self._went_well else "badly" if self._held else "before"
        self.next.setText(self.words(f"screen.setup.rehearsal_next_{state}"))
        self.second.setVisible(not self._working)
        self.second.setText(self.words(f"screen.setup.rehearsal_second_{state}"))


class EndPage(SetupPage):
    """What this PC is now, and what is left to do. The first button ends the wizard."""

    def __init__(self, words: Words) -> None:
        super().__init__(words, Leg.LOCKDOWN, "end", second=False)
        panel = Panel()
        self._verdict, self._next_steps, self._file = Label(Type.SECTION), Label(Type.LEAD), Label()
        for label in (self._verdict, self._next_steps, self._file):
            panel.content.addWidget(label)
        self.column.content.addWidget(panel)
        self._shown: tuple[str, bool, Path] | None = None
        self.over = True
        self.finish()

    def show_end(self, seat: str, home: Path, *, ready: bool) -> None:
        """Say which seat this is and whether it is ready."""
        self._shown = seat, ready, home
        self.render_view()

    def render_view(self) -> None:
        """Write it."""
        super().render_view()
        if self._shown is None:
            return
        seat, ready, home = self._shown
        self._verdict.setText(
            self.words("screen.setup.end_ready" if ready else "screen.setup.end_not_ready", seat=seat)
        )
        self._next_steps.setText(self.words("screen.setup.end_then" if ready else "screen.setup.end_settle"))
        self._file.setText(self.words("screen.setup.end_file", file=str(home / REPORT)))
