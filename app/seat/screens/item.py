"""The item screen: one item, the answer card, the clock, and whether everything is saved."""

from dataclasses import replace
from enum import IntEnum

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QWidget

from app.exam.interactions import Responses
from app.exam.sitting import Notes
from app.seat.screens.answer_card import AnswerCard
from app.seat.screens.item_bars import ItemFoot, ItemHead, ItemHeader, RecordingState
from app.seat.screens.item_view import ItemView, marks_text
from app.seat.screens.screen import Screen
from app.ui.icons import Icon
from app.ui.item_pane import ItemPane, PaneItem, PaneWords
from app.ui.message import MessagePanel
from app.ui.number_grid import GridCell
from app.ui.picture_viewer import PictureViewer
from app.ui.text import Sentence, Text, say
from app.ui.tokens import Tone
from app.words import Words
from sync.faults import Fault

__all__ = ["ItemHeader", "ItemScreen", "ItemView", "RecordingState"]


class _Page(IntEnum):
    WORK = 0
    PICTURE = 1
    UNSHOWABLE = 2
    NOT_SAVED = 3
    PAUSED = 4


class ItemScreen(Screen):
    """Item, options, answer card, footer. A choice or flag shows at once; recording it is the caller's business.

    Keys: 1-9 and A-Z choose, arrows move among the options, PageUp and PageDown go to the item before and after.
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
        self._fault: Fault | None = None
        self._paused: Text | None = None
        self._picture = False
        self._unshowable: tuple[int, Fault] | None = None
        self._head = ItemHead(self.tools)
        self.pane = ItemPane()
        self.card = AnswerCard(words)
        self._viewer = PictureViewer()
        self._not_shown = MessagePanel("unshowable")
        self._not_saved = MessagePanel("not_saved")
        self._pause = MessagePanel("paused")
        self._foot = ItemFoot()
        self._lay_out()
        self._connect()
        self.named(self.pane.clear.setText, "item.clear")
        self.named(self.pane.sheet.clear_notes.setText, "item_view.clear_notes")
        self.named(self._viewer.close_button.setText, "item.close_picture")
        self.dress()
        self._open_buttons()

    def _lay_out(self) -> None:
        work = QWidget()
        columns = QHBoxLayout(work)
        columns.setContentsMargins(0, 0, 0, 0)
        columns.setSpacing(0)
        columns.addWidget(self.pane, 1)
        columns.addWidget(self.card)
        self._middle = QStackedWidget()
        for page in (work, self._viewer, self._not_shown, self._not_saved, self._pause):  # the order of _Page
            self._middle.addWidget(page)
        self.body.addWidget(self._head)
        self.body.addWidget(self._middle, 1)
        self.body.addWidget(self._foot)

    def _connect(self) -> None:
        self.pane.responded.connect(self._respond)
        self.pane.noted.connect(self._note)
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
        self._fault = self._paused = self._view = self._unshowable = None
        self._picture = False
        self._foot.show_nothing(self.words)
        self._foot.show_hand(self.words, up=False)
        self._head.forget()
        self.card.show_all()
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
            self._picture = False
        self._view, self._unshowable = view, None
        self._render_item()
        self.card.set_here(view.number)
        self._show_page()
        if self.focusWidget() is None:
            self.pane.setFocus()

    def show_unshowable(self, number: int, fault: Fault) -> None:
        """Say in words that this item cannot be shown; the others can be reached, and the clock runs on."""
        self._view, self._unshowable, self._picture = None, (number, fault), False
        self._render_covers()
        self.card.set_here(number)
        self._show_page()

    def prepare(self, view: ItemView) -> None:
        """Build a neighbour while there is time for it, so that going there takes no time."""

    def set_section(self, title: Text | None, remaining_ms: int | None) -> None:
        """Name the section in front, and show what is left of its own time if it has one."""

    def set_tools(self, *, calculator: bool, reader: bool) -> None:
        """Have a calculator, and a button that reads the item aloud; or not."""

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
        self._fault = None
        self._foot.show_saved(at, self.words)
        self._show_page()

    def show_saving(self) -> None:
        """Say that the newest change is being saved; a "not saved" cover stays until it is."""
        if self._fault is None:
            self._foot.show_saving(self.words)

    def show_not_saved(self, fault: Fault) -> None:
        """Cover the item and say in words that the newest change is NOT saved, and what to do."""
        self._fault = fault
        self._foot.show_not_saved(self.words)
        self._render_covers()
        self._show_page()

    def set_recording(self, state: RecordingState, *, simulated: bool) -> None:
        """Say what the recorder does."""
        self._foot.show_recording(state, self.words, simulated=simulated)

    def set_paused(self, reason: Text | None) -> None:
        """Cover the item because the sitting is paused, or uncover it."""
        self._paused = reason
        self._render_covers()
        self._show_page()

    # How it shows it

    def render_view(self) -> None:
        """Write everything in the words of now."""
        self._head.set_words(self.words)
        self._foot.set_words(self.words)
        self.card.set_words(self.words)
        self._render_item()
        self._render_covers()

    def look_changed(self) -> None:
        """Lay the item out, now that everything in it has its size."""
        self.pane.arrange()

    def _render_item(self) -> None:
        view, words = self._view, self.words
        if view is None:
            return
        kind = words(f"screen.item.kind_{view.item.kind.value}")
        self.pane.show_item(
            PaneItem(view.item, words.language, view.responses, view.media, view.notes),
            words,
            PaneWords(
                number=words("screen.item.number", number=view.number),
                kind=words("screen.item.kind", kind=kind, marks=marks_text(view.marks_milli)),
                flagged=words("screen.item.flagged"),
                stimulus=words("screen.item.stimulus"),
                fold=words("screen.item.fold"),
                unfold=words("screen.item.unfold"),
            ),
            flagged=view.flagged,
        )
        self._foot.show_flag(words, on=view.flagged)

    def _render_covers(self) -> None:
        words = self.words
        if self._unshowable is not None:
            number, failed = self._unshowable
            text = words.fault(failed)
            title = words("screen.item_view.unshowable", number=number)
            code = words("screen.trouble.code", code=text.code)
            do = words("screen.item_view.unshowable_do")
            self._not_shown.show_message(Icon.ATTENTION, Tone.ATTENTION, title, text.what, do, code)
        if self._fault is not None:
            fault = words.fault(self._fault)
            title = words("screen.item.not_saved_title", what=fault.what)
            code = words("screen.trouble.code", code=fault.code)
            self._not_saved.show_message(Icon.BLOCKED, Tone.DANGER, title, fault.safe, fault.do, code)
        if self._paused is not None:
            title = words("screen.item.paused_title")
            self._pause.show_message(Icon.PAUSE, Tone.ATTENTION, title, do=say(self._paused, words))

    def _show_page(self) -> None:
        page = _Page.WORK
        if self._paused is not None:
            page = _Page.PAUSED
        elif self._fault is not None:
            page = _Page.NOT_SAVED
        elif self._unshowable is not None:
            page = _Page.UNSHOWABLE
        elif self._picture:
            page = _Page.PICTURE
        if self._middle.currentIndex() != page:
            self._middle.setCurrentIndex(page)
        self._open_buttons()

    @property
    def _number(self) -> int:
        """The number in front, 0 before the first."""
        if self._unshowable is not None:
            return self._unshowable[0]
        return self._view.number if self._view else 0

    def _open_buttons(self) -> None:
        number = self._number
        working = self._middle.currentIndex() in (_Page.WORK, _Page.UNSHOWABLE) and number > 0
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
        """Choose by 1-9 and A-Z, go by PageUp and PageDown."""
        key = event.key()
        plain = not event.modifiers() & ~(Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier)
        if key == Qt.Key.Key_G and event.modifiers() == Qt.KeyboardModifier.ControlModifier and self.card.isVisible():
            self.card.begin_jump()
        elif key == Qt.Key.Key_H and event.modifiers() == Qt.KeyboardModifier.ControlModifier:
            self.pane.mark_by_keys(self.words("screen.item_view.marking"))
        elif not plain or self._middle.currentIndex() not in (_Page.WORK, _Page.UNSHOWABLE) or event.isAutoRepeat():
            super().keyPressEvent(event)
        elif key == Qt.Key.Key_PageDown:
            self._go(1)
        elif key == Qt.Key.Key_PageUp:
            self._go(-1)
        elif Qt.Key.Key_1 <= key <= Qt.Key.Key_9:
            self.pane.choose(key - Qt.Key.Key_1)
        elif Qt.Key.Key_A <= key <= Qt.Key.Key_Z and event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.pane.strike(key - Qt.Key.Key_A)
        elif Qt.Key.Key_A <= key <= Qt.Key.Key_Z:
            self.pane.choose(key - Qt.Key.Key_A)
        else:
            super().keyPressEvent(event)

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

    def _toggle_hand(self) -> None:
        up = not self._foot.hand_is_up
        self._foot.show_hand(self.words, up=up)
        self.hand_toggled.emit(up)

    def _enlarge(self, image: QImage, alt: str) -> None:
        self._viewer.show_picture(image, alt)
        self._picture = True
        self._show_page()
        self._viewer.close_button.setFocus()

    def _close_picture(self) -> None:
        self._picture = False
        self._show_page()
        self.pane.setFocus()
