"""The pages that ask a person something: language, invitation or paper, fingerprint, lock-down."""

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.exam.prose import Language
from app.seat.screens.choice_list import RadioRow
from app.setup.administrator import Found
from app.setup.steps import StepResult
from app.setup.window.chrome import Leg, SetupPage
from app.ui.buttons import Button, Kind
from app.ui.fields import Field
from app.ui.icons import Icon, IconMark
from app.ui.labels import Label, rule
from app.ui.page import Panel
from app.ui.tokens import Space, Tone, Type
from app.words import Words

_NEEDED: Final = ("invitation", "fingerprint", "devices", "time")
_LOCKED: Final = ("only", "network", "back")
_GROUPS_A_ROW: Final = 4
_LANGUAGES: Final = {Language.ZH: "中文", Language.EN: "English"}


def say_problem(page: SetupPage, result: StepResult | None) -> None:
    """Say what kept a step from being done, or nothing."""
    if result is None:
        page.problem.say(Tone.DANGER, "")
        return
    words = page.words
    code = f"[{result.code}{f' · {result.detail}' if result.detail else ''}]" if result.code else ""
    page.problem.say(Tone.DANGER, "\n".join(part for part in (result.what(words), *result.advice(words), code) if part))


class Pointed(QWidget):
    """A line with an icon before it."""

    def __init__(self, icon: Icon, kind: Type = Type.LEAD) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(Space.M)
        self.label = Label(kind)
        row.addWidget(IconMark(icon, Tone.ACCENT, beside=kind), 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.label, 1)


class WelcomePage(SetupPage):
    """The language, and what has to be at hand."""

    language_chosen = Signal(object)

    def __init__(self, words: Words) -> None:
        super().__init__(words, Leg.WELCOME, "welcome", back=False)
        row = QHBoxLayout()
        row.setSpacing(Space.L)
        self._languages: dict[Language, Button] = {}
        for language, name in _LANGUAGES.items():
            button = Button(f"language_{language}")
            button.setCheckable(True)
            button.setText(name)
            button.clicked.connect(lambda _checked=False, one=language: self.language_chosen.emit(one))
            self._languages[language] = button
            row.addWidget(button)
        row.addStretch(1)
        self.column.content.addLayout(row)
        panel, needed = Panel(), Label(Type.SECTION)
        self.named(needed.setText, "setup.needed")
        panel.content.addWidget(needed)
        for what in _NEEDED:
            line = Pointed(Icon.TO_DO)
            self.named(line.label.setText, f"setup.needed_{what}")
            panel.content.addWidget(line)
        self.column.content.addWidget(panel)
        self.finish()

    def render_view(self) -> None:
        """Show which language it is."""
        super().render_view()
        for language, button in self._languages.items():
            button.setChecked(language is self.words.language)


class InvitationPage(SetupPage):
    """The invitations that lie on a stick; one is chosen. The second button: there is a paper instead."""

    look_requested = Signal()

    def __init__(self, words: Words) -> None:
        super().__init__(words, Leg.REGISTRY, "invitation", second=True)
        self._found: tuple[Found, ...] = ()
        self.chosen: Found | None = None
        self._nothing, self._list = Label(Type.LEAD), QVBoxLayout()
        self._list.setSpacing(Space.S)
        self._again = Button("look_again", Kind.QUIET)
        self.named(self._nothing.setText, "setup.invitation_nothing")
        self.named(self._again.setText, "setup.invitation_again")
        self._again.clicked.connect(self.look_requested)
        self.column.content.addWidget(self._nothing)
        self.column.content.addLayout(self._list)
        self.column.content.addWidget(self._again, 0, Qt.AlignmentFlag.AlignLeft)
        self._choices: list[RadioRow] = []
        self.finish()
        self.show_found(())

    def purpose(self) -> QWidget:
        """Give the way on, or another look: a person has a stick more often than a paper."""
        return self.next if self.next.isEnabled() else self._again

    def show_found(self, found: tuple[Found, ...]) -> None:
        """Show what was found; one that is called like this PC is chosen, and so is the only one."""
        self._found = found
        ours = [one for one in found if one.ours]
        self.chosen = ours[0] if len(ours) == 1 else found[0] if len(found) == 1 else None
        for button in self._choices:
            self._list.removeWidget(button)
            button.deleteLater()
        self._choices = []
        for number, one in enumerate(found, start=1):
            button = RadioRow()
            button.setObjectName(f"invitation_{number}")
            button.set_look(self.look)
            button.stepped.connect(self._step)
            button.clicked.connect(lambda _checked=False, chosen=one: self._choose(chosen))
            self._list.addWidget(button)
            self._choices.append(button)
        self.render_view()

    def _step(self, step: int) -> None:
        at = next((number for number, button in enumerate(self._choices) if button.hasFocus()), 0)
        self._choices[(at + step) % len(self._choices)].setFocus()

    def _choose(self, chosen: Found) -> None:
        self.chosen = chosen
        self.render_view()

    def render_view(self) -> None:
        """Write the choices."""
        super().render_view()
        for one, button in zip(self._found, self._choices, strict=True):
            key = "screen.setup.invitation_ours" if one.ours else "screen.setup.invitation_one"
            button.setText(self.words(key, seat=one.invitation.seat_label, file=one.file))
            button.setChecked(one is self.chosen)
        self._nothing.setVisible(not self._found)
        self.next.allow("" if self.chosen else self.words("screen.setup.invitation_choose"))


class PaperPage(SetupPage):
    """Address, fingerprint and token as they stand on the registry's paper. `entered` is told all three."""

    entered = Signal(str, str, str)

    def __init__(self, words: Words) -> None:
        super().__init__(words, Leg.REGISTRY, "paper", second=True)
        self._fields: dict[str, Field] = {}
        panel = Panel()
        for name, longest in (("address", 255), ("fingerprint", 160), ("token", 64)):
            label, hint, field = Label(Type.STRONG), Label(Type.BODY, Tone.SOFT), Field(name, longest=longest)
            self.named(label.setText, f"setup.paper_{name}")
            self.named(field.setAccessibleName, f"setup.paper_{name}")
            self.named(hint.setText, f"setup.paper_{name}_hint")
            field.textChanged.connect(self._typed)
            field.returnPressed.connect(self._enter)
            for widget in (label, hint, field):
                panel.content.addWidget(widget)
            self._fields[name] = field
        panel.content.setSpacing(Space.S)
        self.column.content.addWidget(panel)
        self._fields["address"].setText("https://")
        self.next.clicked.disconnect()
        self.next.clicked.connect(self._enter)
        self.finish()

    def purpose(self) -> QWidget:
        """Give the first field."""
        return self._fields["address"]

    def _typed(self) -> None:
        say_problem(self, None)
        self.render_view()

    def render_view(self) -> None:
        """Let them go on when all three are there."""
        super().render_view()
        missing = not all(len(field.text().strip()) > len("https://") for field in self._fields.values())
        self.next.allow(self.words("screen.setup.paper_missing") if missing else "")

    def _enter(self) -> None:
        if self.next.isEnabled():
            self.entered.emit(*(field.text() for field in self._fields.values()))


class FingerprintPage(SetupPage):
    """The fingerprint of the invitation's registry, large, to be compared group by group. Second: it differs."""

    def __init__(self, words: Words) -> None:
        super().__init__(words, Leg.REGISTRY, "fingerprint", second=True)
        panel = Panel()
        self._registry, self._seat = Label(Type.LEAD), Label(Type.LEAD)
        panel.content.addWidget(self._registry)
        panel.content.addWidget(self._seat)
        panel.content.addWidget(rule())
        grid = QGridLayout()
        grid.setHorizontalSpacing(Space.XXL)
        grid.setVerticalSpacing(Space.M)
        self._groups = [Label(Type.CODE, wrap=False) for _ in range(16)]
        for number, group in enumerate(self._groups):
            group.setObjectName(f"group_{number + 1}")
            grid.addWidget(group, number // _GROUPS_A_ROW, number % _GROUPS_A_ROW)
        grid.setColumnStretch(_GROUPS_A_ROW, 1)
        panel.content.addLayout(grid)
        self.column.content.addWidget(panel)
        self._shown: tuple[str, str] | None = None
        self.finish()

    def show_fingerprint(self, registry: str, seat: str, grouped: str) -> None:
        """Show what an invitation says."""
        self._shown = registry, seat
        for label, text in zip(self._groups, grouped.split(), strict=True):
            label.setText(text)
        say_problem(self, None)
        self.next.allow()
        self.render_view()

    def show_differs(self) -> None:
        """Say what to do when it is another one: nothing goes on from here."""
        self.problem.say(Tone.DANGER, self.words("screen.setup.fingerprint_differs"))
        self.next.allow(self.words("screen.setup.fingerprint_stop"))

    def render_view(self) -> None:
        """Write whose it is."""
        super().render_view()
        if self._shown is not None:
            registry, seat = self._shown
            self._registry.setText(self.words("screen.setup.fingerprint_registry", registry=registry))
            self._seat.setText(self.words("screen.setup.fingerprint_seat", seat=seat))


class LockdownPage(SetupPage):
    """What locking down means; offered, never forced. The first button ends without it."""

    def __init__(self, words: Words) -> None:
        super().__init__(words, Leg.LOCKDOWN, "lockdown", second=True)
        panel = Panel()
        for what in _LOCKED:
            line = Pointed(Icon.LOCK if what == "only" else Icon.SHIELD if what == "network" else Icon.BACK)
            self.named(line.label.setText, f"setup.lockdown_{what}")
            panel.content.addWidget(line)
        self.column.content.addWidget(panel)
        self._able = True
        self.finish()

    def show_able(self, *, able: bool) -> None:
        """Say whether it can be done from here; else by whom."""
        self._able = able
        self.render_view()

    def show_result(self, result: StepResult) -> None:
        """Say what came of it."""
        if result.good:
            self.problem.say(Tone.DONE, result.what(self.words))
            self.second.allow(result.what(self.words))
        else:
            say_problem(self, result)

    def render_view(self) -> None:
        """Say who can do it."""
        super().render_view()
        if not self._able:
            self.problem.say(Tone.ACCENT, self.words("screen.setup.lockdown_not_here"))
            self.second.allow(self.words("screen.setup.lockdown_not_here"))
