"""The register of media (登记介质): which there are, who has them, when they are due; out, and back in."""

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QWidget

from app.archive import days
from app.archive.figures import size_words
from app.archive.window.chrome import ArchivePage, Place
from app.archive.window.list_table import ListCell, ListTable
from app.archive.window.rows import Wrap
from app.archive.window.sayings import NOTHING, due_back
from app.ui.buttons import Button, Kind
from app.ui.fields import Field
from app.ui.icons import Icon
from app.ui.labels import Label
from app.ui.page import Column, Panel, Scroll
from app.ui.tokens import Space, Tone, Type
from app.words import Words
from proctoring.vault.carrying.media_register import Medium, MediumState
from sync.faults import Fault


class MediaPage(ArchivePage):
    """Signals: one is to be registered (folder, label); one goes out (serial, bearer, purpose, due), or is back."""

    registered = Signal(str, str)
    given_out = Signal(str, str, str, object)
    taken_back = Signal(str)

    def __init__(self, words: Words, parent: QWidget | None = None) -> None:
        super().__init__(words, parent, Place.MEDIA)
        self._media: tuple[Medium, ...] = ()
        self._now_ms = 0
        column = Column()
        title = Label(Type.TITLE)
        self.named(title.setText, "archive.media.title")
        panel = Panel()
        self._table = ListTable("media", (3, 3, 2, 3, 3))
        self._empty = Label(Type.LEAD, Tone.SOFT)
        self.named(self._empty.setText, "archive.media.empty")
        panel.content.addWidget(self._table)
        panel.content.addWidget(self._empty)
        self._list = panel
        panel.hide()  # until somebody knows what to say
        column.content.addWidget(title)
        column.content.addWidget(self.problem)
        column.content.addWidget(panel)
        column.content.addWidget(self._make_out())
        column.content.addWidget(self._make_register())
        column.content.addStretch(1)
        self._scroll = Scroll(column)
        self.body.addWidget(self._scroll, 1)
        self.dress()

    def _make_out(self) -> QWidget:
        panel = Panel()
        heading = Label(Type.SECTION)
        self.named(heading.setText, "archive.media.move")
        panel.content.addWidget(heading)
        self._chips = QGridLayout()
        self._chips.setSpacing(Space.S)
        self._choices: list[Button] = []
        panel.content.addLayout(self._chips)
        self._fields: dict[str, Field] = {}
        grid = QGridLayout()
        grid.setSpacing(Space.M)
        for line, name in enumerate(("bearer", "purpose", "due")):
            self._add_field(grid, line, name)
        panel.content.addLayout(grid)
        row = QHBoxLayout()
        row.setSpacing(Space.M)
        self._out, self._in = Button("give_out"), Button("take_back")
        self.named(self._out.setText, "archive.media.give_out")
        self.named(self._in.setText, "archive.media.take_back")
        self._out.clicked.connect(self._give_out)
        self._in.clicked.connect(self._take_back)
        self._why = Label(Type.BODY, Tone.SOFT)
        row.addWidget(self._out)
        row.addWidget(self._in)
        row.addWidget(self._why, 1)
        panel.content.addLayout(row)
        self._move = panel
        return panel

    def _make_register(self) -> QWidget:
        panel = Panel()
        heading, body = Label(Type.SECTION), Label(Type.BODY, Tone.SOFT)
        self.named(heading.setText, "archive.media.register")
        self.named(body.setText, "archive.media.register_body")
        panel.content.addWidget(heading)
        panel.content.addWidget(body)
        self._offers: list[Button] = []
        self._offered = Wrap()
        panel.content.addLayout(self._offered)
        grid = QGridLayout()
        grid.setSpacing(Space.M)
        self._add_field(grid, 0, "place")
        self._add_field(grid, 1, "label")
        panel.content.addLayout(grid)
        button = Button("register", Kind.SECONDARY)
        self.named(button.setText, "archive.media.register_verb")
        button.clicked.connect(self._register)
        panel.content.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
        return panel

    def _add_field(self, grid: QGridLayout, line: int, name: str) -> None:
        label, field = Label(Type.STRONG), Field(f"medium_{name}", longest=200)
        self.named(label.setText, f"archive.media.{name}")
        self.named(field.setAccessibleName, f"archive.media.{name}")
        if name == "due":
            self.named(field.setPlaceholderText, "archive.do.date_form")
        self._fields[name] = field
        grid.addWidget(label, line, 0)
        grid.addWidget(field, line, 1)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 4)

    def show_media(self, media: tuple[Medium, ...], now_ms: int) -> None:
        """Show the register."""
        self._media, self._now_ms = media, now_ms
        self._list.show()
        self.show_fault(None)
        self.render_view()

    def offer_places(self, folders: tuple[str, ...]) -> None:
        """List where media are plugged in that nobody registered; a single one is filled in, unless one was typed."""
        while len(self._offers) < len(folders):
            offer = Button(f"offer_{len(self._offers)}")
            offer.set_look(self.look)
            offer.clicked.connect(lambda _checked=False, this=offer: self._fields["place"].setText(this.text()))
            self._offers.append(offer)
            self._offered.put(offer)
        for at, offer in enumerate(self._offers):
            offer.setVisible(at < len(folders))
            offer.setText(folders[at] if at < len(folders) else "")
        if len(folders) == 1 and not self._fields["place"].text():
            self._fields["place"].setText(folders[0])

    def show_fault(self, fault: Fault | None, again: Callable[[], None] | None = None) -> None:
        """Say what stands in the way, where it is seen."""
        super().show_fault(fault, again)
        if fault is not None:
            self._scroll.verticalScrollBar().setValue(0)

    def clear_fields(self) -> None:
        """Empty what was typed, once it was done."""
        for field in self._fields.values():
            field.clear()

    def chosen(self) -> Medium | None:
        """Give the medium that is chosen."""
        shown = [one for one in self._media if one.state is not MediumState.RETIRED]
        return next((one for one, chip in zip(shown, self._choices, strict=False) if chip.isChecked()), None)

    def render_view(self) -> None:
        """Write it."""
        super().render_view()
        heads = tuple(
            self.words(f"screen.archive.media.{one}") for one in ("label", "serial", "size", "bearer", "state")
        )
        self._table.show_rows(heads, [self._row(one) for one in self._media], self.look)
        self._table.setVisible(bool(self._media))
        self._empty.setVisible(not self._media)
        shown = [one for one in self._media if one.state is not MediumState.RETIRED]
        self._move.setVisible(bool(shown))
        while len(self._choices) < len(shown):
            chip = Button(f"medium_{len(self._choices)}")
            chip.be_markable(exclusive=True)
            chip.set_look(self.look)
            chip.clicked.connect(lambda _checked=False, this=chip: self._choose(this))
            at = len(self._choices)
            self._choices.append(chip)
            self._chips.addWidget(chip, at // 3, at % 3)
        for at, chip in enumerate(self._choices):
            chip.setVisible(at < len(shown))
            if at < len(shown):
                chip.setText(shown[at].label)
        if len(shown) == 1:
            self._choices[0].setChecked(True)
        self._show_ways()

    def _choose(self, this: Button) -> None:
        for chip in self._choices:
            chip.setChecked(chip is this)
        self._show_ways()

    def _show_ways(self) -> None:
        chosen = self.chosen()
        state = chosen.state if chosen is not None else None
        missing = self.words("screen.archive.why.choose_medium") if state is None else ""
        self._out.allow(self.words("screen.archive.why.is_out") if state is MediumState.OUT else missing)
        self._in.allow(self.words("screen.archive.why.is_in") if state is MediumState.IN else missing)
        self._why.setText(missing)

    def _row(self, medium: Medium) -> tuple[ListCell, ...]:
        words = self.words
        days, due = due_back(medium.due_ms, self._now_ms, words) if medium.due_ms else (0, "")
        if medium.state is MediumState.IN:
            state = ListCell(words("screen.archive.media.in"), Icon.CHECK, Tone.DONE)
        elif medium.state is MediumState.RETIRED:
            state = ListCell(words("screen.archive.media.retired"), Icon.CROSS, Tone.SOFT)
        elif medium.overdue(self._now_ms):
            said = words("screen.archive.media.overdue", days=max(1, -days), day=due)
            state = ListCell(said, Icon.ATTENTION, Tone.ATTENTION)
        else:
            icon, tone = (Icon.OUTBOX, Tone.ACCENT) if days else (Icon.CLOCK, Tone.ATTENTION)
            state = ListCell(words("screen.archive.media.out", day=due), icon, tone)
        bearer = medium.bearer or NOTHING
        room = size_words(medium.capacity_bytes)
        return (ListCell(medium.label), ListCell(medium.serial), ListCell(room), ListCell(bearer), state)

    def _register(self) -> None:
        place, label = self._fields["place"].text().strip(), self._fields["label"].text().strip()
        for name, wrong in (("place", not place), ("label", not label)):
            self._fields[name].set_wrong(wrong)
        if place and label:
            self.registered.emit(place, label)

    def _give_out(self) -> None:
        medium = self.chosen()
        bearer, purpose = self._fields["bearer"].text().strip(), self._fields["purpose"].text().strip()
        due = days.day_typed(self._fields["due"].text())
        for name, wrong in (("bearer", not bearer), ("purpose", not purpose), ("due", due is None)):
            self._fields[name].set_wrong(wrong)
        if medium is not None and bearer and purpose and due is not None:
            self.given_out.emit(medium.serial, bearer, purpose, days.ends_ms(due))

    def _take_back(self) -> None:
        medium = self.chosen()
        if medium is not None:
            self.taken_back.emit(medium.serial)
