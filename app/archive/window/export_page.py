"""Handing recordings out: which, why, to which registered medium, and for whom they are sealed."""

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.archive.window.act_page import Subject
from app.archive.window.chrome import ArchivePage, Facts
from app.archive.window.rows import Wrap
from app.archive.window.sayings import says_something
from app.ui.buttons import Button, Kind
from app.ui.fields import Field
from app.ui.icons import Icon
from app.ui.labels import Label, Note
from app.ui.page import Column, Foot, Panel, Scroll
from app.ui.tokens import Space, Tone, Type
from app.words import Words

_FACTS: Final = ("candidate", "session", "began", "size", "id")


@dataclass(frozen=True)
class Place:
    """A medium that is plugged in: its folder, and how the register knows it (empty: it does not)."""

    folder: str
    label: str


class ExportPage(ArchivePage):
    """Signals: export (whole session?, folder, purpose, recipients as typed); look for media again; back."""

    confirmed = Signal(bool, str, str, str)
    look_requested = Signal()
    back = Signal()

    def __init__(self, words: Words, parent: QWidget | None = None) -> None:
        super().__init__(words, parent)
        self._subject: Subject | None = None
        self._places: tuple[Place, ...] = ()
        self._folder = ""
        column = Column()
        title, body = Label(Type.TITLE), Label(Type.LEAD, Tone.SOFT)
        self.named(title.setText, "archive.export.title")
        self.named(body.setText, "archive.export.body")
        panel = Panel()
        self._facts = Facts(_FACTS)
        panel.content.addWidget(self._facts)
        self._which = self._chips("one", "session")
        panel.content.addLayout(self._row(self._which))
        column.content.addWidget(title)
        column.content.addWidget(body)
        column.content.addWidget(panel)
        column.content.addWidget(self.problem)
        column.content.addWidget(self._make_medium())
        self.reason = self._field(column, "purpose", 400)
        self.recipients = self._field(column, "recipients", 2000)
        self._open = Note()
        column.content.addWidget(self._open)
        column.content.addStretch(1)
        self.body.addWidget(Scroll(column), 1)
        self.body.addWidget(self._make_foot())
        self.dress()

    def _make_medium(self) -> QWidget:
        panel = Panel()
        heading = Label(Type.SECTION)
        self.named(heading.setText, "archive.export.medium")
        self._none = Label(Type.BODY, Tone.SOFT)
        self.named(self._none.setText, "archive.export.no_medium")
        self._media_row = Wrap()
        self._media: list[Button] = []
        again = Button("look_again", Kind.QUIET)
        self.named(again.setText, "archive.export.look_again")
        again.clicked.connect(self.look_requested)
        panel.content.addWidget(heading)
        panel.content.addWidget(self._none)
        panel.content.addLayout(self._media_row)
        row = QHBoxLayout()
        row.addWidget(again)
        row.addStretch(1)
        panel.content.addLayout(row)
        return panel

    def _chips(self, *names: str) -> dict[str, Button]:
        chips = {}
        for name in names:
            chip = Button(f"which_{name}")
            chip.be_markable()
            self.named(chip.setText, f"archive.export.{name}")
            chip.clicked.connect(lambda _checked=False, this=name: self._choose(this))
            chips[name] = chip
        return chips

    def _row(self, chips: dict[str, Button]) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(Space.S)
        for chip in chips.values():
            row.addWidget(chip)
        row.addStretch(1)
        return row

    def _field(self, column: Column, name: str, longest: int) -> Field:
        label, field = Label(Type.STRONG), Field(f"export_{name}", longest=longest)
        self.named(label.setText, f"archive.export.{name}")
        self.named(field.setAccessibleName, f"archive.export.{name}")
        field.textChanged.connect(self._changed)
        column.content.addWidget(label)
        column.content.addWidget(field)
        return field

    def _make_foot(self) -> QWidget:
        foot = Foot()
        back = Button("back", icon=Icon.BACK)
        self.named(back.setText, "archive.do.back")
        back.clicked.connect(self.back)
        self._go = Button("export_now", Kind.PRIMARY, Icon.OUTBOX)
        self.named(self._go.setText, "archive.export.verb")
        self._go.clicked.connect(self._confirm)
        self._why = Label(Type.BODY, Tone.SOFT)
        self._why.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        foot.row.addWidget(back)
        foot.row.addWidget(self._why, 1)
        foot.row.addWidget(self._go)
        return foot

    def begin(self, subject: Subject) -> None:
        """Ask for an export."""
        self._subject = subject
        self.begin_anew()
        self.set_simulated(subject.simulated)
        self.show_fault(None)
        self.reason.clear()
        self.recipients.clear()
        self._folder = ""
        self._choose("one")
        self.render_view()

    @property
    def subject(self) -> Subject | None:
        """Whom it is about."""
        return self._subject

    def show_places(self, places: tuple[Place, ...]) -> None:
        """Show the media that are plugged in. What was chosen stays so; pulled out, no other one takes its place."""
        self._places = places
        if not self._folder and len(places) == 1:
            self._folder = places[0].folder
        while len(self._media) < len(places):
            chip = Button(f"place_{len(self._media)}")
            chip.be_markable()
            chip.set_look(self.look)
            chip.clicked.connect(lambda _checked=False, this=chip: self._choose_place(this))
            self._media.append(chip)
            self._media_row.put(chip)
        for at, chip in enumerate(self._media):
            chip.setVisible(at < len(places))
            chip.setChecked(at < len(places) and (places[at].folder == self._folder))
        self.render_view()

    def render_view(self) -> None:
        """Write it."""
        super().render_view()
        words, subject = self.words, self._subject
        self._none.setVisible(not self._places)
        for place, chip in zip(self._places, self._media, strict=False):
            label = place.label or words("screen.archive.export.unregistered")
            chip.setText(f"{label}\u2003{place.folder}")
        if subject is not None:
            for name, key in self._facts.keys.items():
                key.setText(words(f"screen.archive.recording.{name}"))
                self._facts.say(name, subject.fact(name, words))
        self._changed()

    def _choose(self, which: str) -> None:
        for name, chip in self._which.items():
            chip.setChecked(name == which)

    def _choose_place(self, this: Button) -> None:
        for chip in self._media:
            chip.setChecked(chip is this)
        chosen = self._chosen_place()
        self._folder = chosen.folder if chosen else ""
        self._changed()

    def _chosen_place(self) -> Place | None:
        return next((one for one, chip in zip(self._places, self._media, strict=False) if chip.isChecked()), None)

    def _changed(self) -> None:
        said = says_something(self.reason.text())
        missing = "medium" if self._chosen_place() is None else "" if said else "reason"
        why = self.words(f"screen.archive.why.{missing}") if missing else ""
        self._go.allow(why)
        self._why.setText(why)
        sealed = bool(self.recipients.text().strip())
        self._open.say(Tone.ATTENTION, "" if sealed else self.words("screen.archive.export.open"))

    def _confirm(self) -> None:
        place = self._chosen_place()
        if place is not None and self._go.isEnabled():
            whole = self._which["session"].isChecked()
            self.confirmed.emit(whole, place.folder, self.reason.text().strip(), self.recipients.text().strip())
