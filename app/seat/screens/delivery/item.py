"""The item screen: one item, the answer card, the clock, and whether everything is saved."""

from dataclasses import replace
from enum import IntEnum
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QWidget

from app.exam.interactions import Responses
from app.exam.sitting import Notes
from app.seat.screens.delivery.item_bars import ItemFoot, ItemHead, ItemHeader, RecordingState
from app.seat.screens.delivery.item_covers import ItemCovers
from app.seat.screens.delivery.item_side import ItemSide
from app.seat.screens.delivery.item_view import ItemView, kind_text, section_text
from app.seat.screens.screen import Screen
from app.ui.bridge import in_background
from app.ui.item_pane import ItemPane, PaneItem, PaneWords
from app.ui.item_spoken import spoken_item, spoken_material
from app.ui.number_grid import GridCell
from app.ui.page import Scroll
from app.ui.picture_viewer import PictureViewer
from app.ui.pictures import read_picture
from app.ui.text import Sentence, Text, say
from app.words import Words
from sync.faults import Fault

__all__ = ["ItemHeader", "ItemScreen", "ItemView", "RecordingState"]


class _Page(IntEnum):
    WORK = 0
    PICTURE = 1
    NOT_SAVED = 2
    PAUSED = 3


_TURNS: Final = {Qt.Key.Key_PageDown: 1, Qt.Key.Key_PageUp: -1}
_TOOLS: Final = (Qt.Key.Key_G, Qt.Key.Key_H, Qt.Key.Key_K)


class ItemScreen(Screen):
    """Item, options, answer card, footer. A choice or flag shows at once; recording it is the caller's business.

    Keys: 1-9 and A-Z choose, Shift with a letter strikes through, arrows move among the options, PageUp and PageDown go
    to the item before and after. With Ctrl: G to an item by its number, H to highlight, K to the calculator.
    """

    responded = Signal(str, object)  # item id, Responses: all responses of the item
    flag_toggled = Signal(str, bool)
    went_to = Signal(int)
    review_requested = Signal()
    hand_toggled = Signal(bool)
    noted = Signal(str, object)  # item id, Notes: all marks on the item
    played = Signal(str, str)  # item id, medium: a clip was begun once more
    read_requested = Signal(object)  # the texts to read aloud, in reading order

    def __init__(self, words: Words, parent: QWidget | None = None) -> None:
        super().__init__(words, parent)
        self._view: ItemView | None = None
        self._cells: tuple[GridCell, ...] = ()
        self._covers = ItemCovers()
        self._picture = False
        self._head = ItemHead(self.tools)
        self.pane = ItemPane()
        self._side = ItemSide(words)
        self.card, self.calculator = self._side.card, self._side.calculator
        self._section: Text | None = None
        self._section_left_ms: int | None = None
        self._viewer = PictureViewer()
        self._foot = ItemFoot()
        self._lay_out()
        self._connect()
        self.named(self.pane.clear.setText, "item.clear")
        self.named(self.pane.divider.setAccessibleName, "item_view.divider")
        self.named(self.pane.column.setAccessibleName, "item.stimulus")
        self.named(self.pane.sheet.head.calculator.setText, "item_view.calculator")
        self.named(self.pane.sheet.head.read.setText, "item_view.read")
        self.named(self.pane.read_material.setText, "item_view.read_material")
        self.named(self.pane.sheet.clear_notes.setText, "item_view.clear_notes")
        self.dress()
        self._open_buttons()

    def _lay_out(self) -> None:
        work = QWidget()
        columns = QHBoxLayout(work)
        columns.setContentsMargins(0, 0, 0, 0)
        columns.setSpacing(0)
        self._place = QStackedWidget()  # of the item: the card stays beside one that cannot be shown
        self._place.addWidget(self.pane)
        self._place.addWidget(Scroll(self._covers.unshowable_page))
        columns.addWidget(self._place, 1)
        columns.addWidget(self._side)
        self._middle = QStackedWidget()
        for page in (work, self._viewer, *map(Scroll, self._covers.pages)):  # as in _Page
            self._middle.addWidget(page)
        self.body.addWidget(self._head)
        self.body.addWidget(self._middle, 1)
        self.body.addWidget(self._foot)

    def _connect(self) -> None:
        self.pane.responded.connect(self._respond)
        self.pane.noted.connect(self._note)
        self.pane.played.connect(self.played)
        self.pane.sheet.head.calculator.clicked.connect(self._side.toggle_calculator)
        self.pane.sheet.head.read.clicked.connect(lambda: self._read_aloud(material=False))
        self.pane.read_material.clicked.connect(lambda: self._read_aloud(material=True))
        self._side.calculator_left.connect(self.pane.setFocus)
        self.pane.picture_pressed.connect(self._enlarge)
        self.card.chosen.connect(self.went_to)
        self.card.left.connect(self.pane.setFocus)
        self._viewer.closed.connect(self._close_picture)
        self._foot.flag.clicked.connect(self._toggle_flag)
        self._foot.previous.clicked.connect(lambda: self._go(-1))
        self._foot.next.clicked.connect(lambda: self._go(1))
        self._foot.submit.clicked.connect(self.review_requested)
        self._foot.hand.clicked.connect(self._toggle_hand)

    # What the caller shows

    def reset(self) -> None:
        """Forget the sitting before: nothing is saved yet, nothing covers the item, every cell is on the card."""
        self._view, self._picture = None, False
        self._covers.reset()
        self._foot.show_nothing(self.words)
        self._foot.show_hand(self.words, up=False)
        self._head.forget()
        self._side.reset()
        self.set_section(None, None)
        self.pane.reset()
        self._show_page()
        self.pane.setFocus()

    def show_header(self, header: ItemHeader) -> None:
        """Show who sits what."""
        self._head.show_header(header, self.words)

    def show_preview(self, name: str) -> None:
        """Say that this is a preview of an item: there is no clock, no recording and nothing to save."""
        self.show_header(ItemHeader(Sentence("screen.item.preview"), name, None))
        for widget in (self._head.clock, self._foot.recording, self._foot.saved):
            widget.hide()

    def show_cells(self, cells: tuple[GridCell, ...]) -> None:
        """Show the answer card."""
        self._cells = cells
        self.card.show_cells(cells)
        self._open_buttons()

    def show_item(self, view: ItemView) -> None:
        """Show an item, from its top when it is another one; a focus among the options goes to the one chosen."""
        another = self._view is None or self._view.item.id != view.item.id
        if another:
            self.pane.to_top()
            if self._picture:
                self._viewer.close_picture()
        self._view, self._covers.unshowable = view, None
        if view.section_title is not None and view.section_title != self._section:
            self.set_section(view.section_title, None)
        self._render_item()
        self.card.set_here(view.number)
        self._show_page()
        if self.focusWidget() is None:
            self.pane.setFocus()

    def show_unshowable(self, number: int, fault: Fault) -> None:
        """Say in words that this item cannot be shown; the others can be reached, and the clock runs on."""
        self._view, self._covers.unshowable, self._picture = None, (number, fault), False
        self._covers.render(self.words)
        self.card.set_here(number)
        self._show_page()

    def prepare(self, view: ItemView) -> None:
        """Build a neighbour while there is time for it, so that going there takes no time."""
        item = self._pane_item(view)
        unread = self.pane.unread(item)

        def decode() -> dict[str, QImage | None]:
            return {name: read_picture(data) for name, data in unread.items()}

        def lay_out(read: dict[str, QImage | None]) -> None:
            self.pane.prepare(item, read, self.words)

        in_background(self, decode, lay_out, lambda _fault: None)

    def set_section(self, title: Text | None, remaining_ms: int | None) -> None:
        """Name the section in front, and show what is left of its own time if it has one."""
        self._section, self._section_left_ms = title, remaining_ms
        self._say_section()

    def _say_section(self) -> None:
        text = say(self._section, self.words) if self._section is not None else ""
        if self._section_left_ms is not None:
            text = section_text(text, self._section_left_ms, self.words)
        self.pane.show_section(text)

    def set_tools(self, *, calculator: bool, reader: bool) -> None:
        """Have a calculator, and a button that reads the item aloud; or not."""
        self.pane.sheet.head.calculator.setVisible(calculator)
        self.pane.show_reader(reader)
        self._side.allow_calculator(calculator)
        self.pane.arrange()

    def set_hand(self, up: bool) -> None:
        """Show whether the hand is up."""
        self._foot.show_hand(self.words, up=up)

    def set_remaining(self, remaining_ms: int) -> None:
        """Show the time left."""
        self._head.clock.set_remaining(remaining_ms)

    def set_warning(self, minutes: int | None) -> None:
        """Show the strip "n minutes left" in the head of the page, or take it away."""
        self._head.show_warning(minutes, self.words)

    def show_resumed(self) -> None:
        """Say calmly, in the place of the warning and for 20 s, that the seat was restarted and nothing is lost."""
        self.show_note(Sentence("screen.item.resumed"))

    def show_note(self, text: Text) -> None:
        """Say something calmly, in the place of the warning and for 20 s; nothing moves and no focus is taken."""
        self._head.show_note(text, self.words)

    def show_saved(self, at: str) -> None:
        """Say that everything is saved, and when ("10:42:07"); takes a "not saved" cover away."""
        self._covers.not_saved = None
        self._foot.show_saved(at, self.words)
        self._show_page()

    def show_saving(self) -> None:
        """Say that the newest change is being saved; a "not saved" cover stays until it is."""
        if self._covers.not_saved is None:
            self._foot.show_saving(self.words)

    def show_not_saved(self, fault: Fault) -> None:
        """Cover the item and say in words that the newest change is NOT saved, and what to do."""
        self._covers.not_saved = fault
        self._foot.show_not_saved(self.words)
        self._covers.render(self.words)
        self._show_page()

    def set_recording(self, state: RecordingState, *, simulated: bool) -> None:
        """Say what the recorder does."""
        self._foot.show_recording(state, self.words, simulated=simulated)

    def set_paused(self, reason: Text | None) -> None:
        """Cover the item because the sitting is paused, or uncover it."""
        self._covers.paused = reason
        self._covers.render(self.words)
        self._show_page()

    # How it shows it

    def render_view(self) -> None:
        """Write everything in the words of now."""
        self._head.set_words(self.words)
        self._foot.set_words(self.words)
        self._side.set_words(self.words)
        self._viewer.set_words(self.words)
        self._say_section()
        self._render_item()
        self._covers.render(self.words)

    def purpose(self) -> QWidget:
        """Give the item, where letters and numbers choose."""
        return self.pane if self._middle.currentIndex() == _Page.WORK else super().purpose()

    def look_changed(self) -> None:
        """Lay the item out, now that everything in it has its size."""
        self.pane.arrange()

    def _render_item(self) -> None:
        view, words = self._view, self.words
        if view is None:
            return
        self.pane.show_item(
            self._pane_item(view),
            words,
            PaneWords(
                number=words("screen.item.number", number=view.number),
                kind=kind_text(view, say(self._section, words) if self._section is not None else "", words),
                flagged=words("screen.item.flagged"),
                stimulus=words("screen.item.stimulus"),
                fold=words("screen.item.fold"),
                unfold=words("screen.item.unfold"),
            ),
            flagged=view.flagged,
        )
        self._foot.show_flag(words, on=view.flagged)

    def _pane_item(self, view: ItemView) -> PaneItem:
        return PaneItem(view.item, self.words.language, view.responses, view.media, view.notes, view.plays)

    def _show_page(self) -> None:
        page = _Page.WORK
        covers = self._covers
        if covers.paused is not None:
            page = _Page.PAUSED
        elif covers.not_saved is not None:
            page = _Page.NOT_SAVED
        elif self._picture:
            page = _Page.PICTURE
        self._place.setCurrentIndex(covers.unshowable is not None)
        if self._middle.currentIndex() != page:
            self._middle.setCurrentIndex(page)
        self._open_buttons()

    @property
    def _number(self) -> int:
        """The number in front, 0 before the first."""
        if self._covers.unshowable is not None:
            return self._covers.unshowable[0]
        return self._view.number if self._view else 0

    def _open_buttons(self) -> None:
        number = self._number
        working = self._middle.currentIndex() == _Page.WORK and number > 0
        before, after = working and number > 1, working and number < len(self._cells)
        if (self._foot.previous.hasFocus() and not before) or (self._foot.next.hasFocus() and not after):
            self.pane.setFocus()  # never on to "hand in", where the next Return would go
        if not working and (self._foot.flag.hasFocus() or self._foot.submit.hasFocus()):
            self._middle.setFocus()
        self._foot.previous.setEnabled(before)
        self._foot.next.setEnabled(after)
        self._foot.flag.setEnabled(working and self._view is not None)
        self._foot.submit.setEnabled(working)

    # What the person does

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Choose, strike through, go, and open the tools."""
        key, modifiers = event.key(), event.modifiers()
        shift = bool(modifiers & Qt.KeyboardModifier.ShiftModifier)
        plain = not modifiers & ~(Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier)
        if self._middle.currentIndex() != _Page.WORK or event.isAutoRepeat():
            super().keyPressEvent(event)
        elif modifiers == Qt.KeyboardModifier.ControlModifier and key in _TOOLS:
            self._use(Qt.Key(key))
        elif key == Qt.Key.Key_F1:
            self.pane.tell_keys(self.words("screen.item_view.keys"))
        elif plain and key in _TURNS:
            self._go(_TURNS[Qt.Key(key)])
        elif plain and Qt.Key.Key_1 <= key <= Qt.Key.Key_9 and self._view is not None:
            self.pane.choose(key - Qt.Key.Key_1)
        elif plain and Qt.Key.Key_A <= key <= Qt.Key.Key_Z and self._view is not None:
            by_letter = self.pane.strike if shift else self.pane.choose
            by_letter(key - Qt.Key.Key_A)
        else:
            super().keyPressEvent(event)

    def _use(self, key: Qt.Key) -> None:
        match key:
            case Qt.Key.Key_G if self.card.isVisible():
                self.card.begin_jump()
            case Qt.Key.Key_H if self._view is not None:
                self.pane.mark_by_keys(self.words("screen.item_view.marking"))
            case Qt.Key.Key_K:
                self._side.toggle_calculator()

    def _go(self, by: int) -> None:
        if self._number and 1 <= self._number + by <= len(self._cells):
            self.went_to.emit(self._number + by)

    def _respond(self, item: str, responses: Responses) -> None:
        if self._view is not None:
            self._view = replace(self._view, responses=responses)
            self.responded.emit(item, responses)

    def _note(self, item: str, notes: Notes) -> None:
        if self._view is not None:
            self._view = replace(self._view, notes=notes)
            self.noted.emit(item, notes)

    def _toggle_flag(self) -> None:
        if self._view is not None:
            self._view = replace(self._view, flagged=not self._view.flagged)
            self.pane.set_flagged(self._view.flagged)
            self._foot.show_flag(self.words, on=self._view.flagged)
            self.flag_toggled.emit(self._view.item.id, self._view.flagged)

    def _read_aloud(self, *, material: bool) -> None:
        if self._view is not None:
            spoken = spoken_material if material else spoken_item
            self.read_requested.emit(spoken(self._view.item, self.words.language))

    def _toggle_hand(self) -> None:
        up = not self._foot.hand_is_up
        self._foot.show_hand(self.words, up=up)
        self.hand_toggled.emit(up)

    def _enlarge(self, image: QImage, alt: str) -> None:
        self._viewer.show_picture(image, alt)
        self._picture = True
        self._show_page()
        self._viewer.canvas.setFocus()

    def _close_picture(self) -> None:
        self._picture = False
        self._show_page()
        self.pane.setFocus()
