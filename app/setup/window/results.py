"""What came of steps, as a list: a mark, the step's name, what happened, and what to do about it."""

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.setup.steps import Outcome, Step, StepResult
from app.ui.icons import Icon, IconMark
from app.ui.labels import Label, rule
from app.ui.page import Panel
from app.ui.tokens import Space, Tone, Type
from app.words import Words

_MARKS: Final = {
    Outcome.DONE: (Icon.CHECK, Tone.DONE),
    Outcome.KEPT: (Icon.CHECK, Tone.DONE),
    Outcome.ATTENTION: (Icon.ATTENTION, Tone.ATTENTION),
    Outcome.SKIPPED: (Icon.TO_DO, Tone.SOFT),
    Outcome.FAILED: (Icon.BLOCKED, Tone.DANGER),
}


class _Row(QWidget):
    """One step."""

    def __init__(self, step: Step) -> None:
        super().__init__()
        self.setObjectName(f"result_{step}")
        self.step = step
        self._icon = IconMark(Icon.TO_DO, Tone.SOFT, beside=Type.LEAD)
        self._name, self._what, self._advice = Label(Type.STRONG), Label(), Label(Type.BODY, Tone.INK)
        self._code = Label(Type.CAPTION, Tone.SOFT)
        text = QVBoxLayout()
        text.setSpacing(Space.XS)
        for label in (self._name, self._what, self._advice, self._code):
            text.addWidget(label)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(Space.M)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(text, 1)

    def say(self, result: StepResult | None, words: Words, *, working: bool) -> None:
        self._name.setText(words(f"first_run.{self.step}.name"))
        if result is None:
            self._icon.show_icon(Icon.RUNNING if working else Icon.TO_DO, Tone.ACCENT if working else Tone.SOFT)
            self._put(words("screen.setup.working" if working else "screen.setup.to_come"), (), "")
            return
        self._icon.show_icon(*_MARKS[result.outcome])
        code = " · ".join(part for part in (result.code, result.detail) if part)
        self._put(result.what(words), result.advice(words), code)

    def _put(self, what: str, advice: tuple[str, ...], code: str) -> None:
        self._what.setText(what)
        self._advice.setText("\n".join(advice))
        self._advice.setVisible(bool(advice))
        self._code.setText(code)
        self._code.setVisible(bool(code))
        self.setAccessibleName(" ".join((self._name.text(), what, *advice, code)))


class Results(Panel):
    """The steps of a page, from the first on; the first without a result is being worked at while `working`."""

    def __init__(self, steps: tuple[Step, ...]) -> None:
        super().__init__()
        self._rows = [_Row(step) for step in steps]
        self._results: dict[Step, StepResult] = {}
        self._working = False
        for number, row in enumerate(self._rows):
            if number:
                self.content.addWidget(rule())
            self.content.addWidget(row)

    def show_results(self, results: tuple[StepResult, ...], words: Words, *, working: bool) -> None:
        """Show what there is so far."""
        self._results = {one.step: one for one in results}
        self._working = working
        self.write(words)

    def write(self, words: Words) -> None:
        """Write it in the words of now."""
        working = self._working
        for row in self._rows:
            result = self._results.get(row.step)
            row.say(result, words, working=working and result is None)
            working = working and result is not None
