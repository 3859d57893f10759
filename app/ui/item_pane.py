"""An item as it is read and answered, with what it shares with others beside it or above it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QImage, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.exam.events import Highlight
from app.exam.interactions import Responses
from app.exam.item import Item
from app.exam.prose import Language
from app.exam.sitting import NO_NOTES, Notes
from app.ui.buttons import Button
from app.ui.clip_counts import PlayCounts
from app.ui.highlighter import SHARED_FROM, Highlighter
from app.ui.interactions.base import Setting
from app.ui.item_divider import USUAL, Divider
from app.ui.item_head import PaneWords
from app.ui.item_sheet import ItemSheet
from app.ui.item_store import ItemStore
from app.ui.look import Looked
from app.ui.more_below import MoreBelow
from app.ui.options import OptionRow
from app.ui.page import Scroll
from app.ui.pictures import PictureButton
from app.ui.stimulus import StimulusColumn, StimulusPanel
from app.ui.tokens import Type
from app.words import Words

__all__ = ["ItemPane", "PaneItem", "PaneWords"]

_TWO_COLUMNS: Final = 40
"""From so many characters of exam text side by side on there are two columns."""
_MOST_MARKS: Final = 200
_WHOLE: Final = 1000


@dataclass(frozen=True)
class PaneItem:
    """An item as its form arranged it, with the responses it has and its decrypted media by name."""

    item: Item
    language: Language
    responses: Responses
    media: Mapping[str, bytes]
    notes: Notes = NO_NOTES
    plays: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))


class ItemPane(Looked, QWidget):
    """The item scrolls, and beside it the stimulus scrolls by itself. A response shows at once.

    `responded` carries the item's id and all its responses.
    """

    responded = Signal(str, object)
    picture_pressed = Signal(QImage, str)
    noted = Signal(str, object)  # item id, Notes: all marks on it
    played = Signal(str, str)  # item id, medium: a clip was begun once more

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("item_pane")
        self.store = ItemStore()
        self._understudy: ItemSheet | None = None
        self._notes = NO_NOTES
        self._shared: dict[str, tuple[Highlight, ...]] = {}
        self._hint = ""
        self._highlighter = Highlighter(self)
        self._highlighter.changed.connect(self._highlight)
        self._highlighter.ended.connect(lambda: self._say_hint(""))
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._item: PaneItem | None = None
        self._plays: dict[str, PlayCounts] = {}
        self.sheet = ItemSheet()
        self.page = Scroll(self.sheet)
        self._highlighter.moved.connect(self.page.ensureWidgetVisible)
        self.column = StimulusColumn()
        self.column.hide()
        self._stimulus = StimulusPanel()
        self._stimulus.setParent(self)
        self._stimulus.hide()
        self._columns = QHBoxLayout(self)
        self._columns.setContentsMargins(0, 0, 0, 0)
        self._columns.setSpacing(0)
        self.divider = Divider()
        self.divider.hide()
        self.divider.moved.connect(lambda _part: self.arrange())
        for widget in (self.column, self.divider, self.page):
            self._columns.addWidget(widget)
        self._more = MoreBelow(self, self.page, lambda: self.sheet.empty_below)
        self._stimulus.picture_pressed.connect(self.picture_pressed)
        self._stimulus.folded.connect(self.arrange)
        self.sheet.picture_pressed.connect(self.picture_pressed)
        self.sheet.row_focused.connect(self.page.ensureWidgetVisible)
        self.sheet.responded.connect(self._respond)
        self.sheet.struck_changed.connect(lambda struck: self._note(replace(self._notes, struck=struck)))
        self.sheet.clear_notes.clicked.connect(self.clear_notes)

    @property
    def clear(self) -> Button:
        """Give the button that clears the responses."""
        return self.sheet.head.clear

    @property
    def rows(self) -> list[OptionRow]:
        """Give the rows of the item's options where it is one choice, in the order shown."""
        return self.sheet.choice.rows if self.sheet.choice else []

    def reset(self) -> None:
        """Forget the sitting before: where the page stood, and how often its clips were played."""
        self._plays.clear()
        self._shared.clear()
        self._item = None
        self.store.clear()
        self.divider.move_to(USUAL)
        self.to_top()

    def _plays_of(self, owner: str, item: PaneItem) -> PlayCounts:
        """Give the counts of an item, or of what it shares: those are told of the item that was in front then."""
        counts = self._plays.get(owner)
        if counts is None:
            counts = self._plays[owner] = PlayCounts()
        counts.tell = lambda medium, shown=item.item.id: self.played.emit(shown, medium)
        counts.know(item.plays)
        return counts

    def show_item(self, item: PaneItem, words: Words, around: PaneWords, *, flagged: bool) -> None:
        """Show an item, from its top when it is another one.

        No control keeps the focus for another item: the pane has it, and Tab goes to the first control. From an option
        it goes to the one that is chosen, if one is.
        """
        another = self._item is None or self._item.item.id != item.item.id
        held = self._held()
        if self._item is not None and self._item.language is not item.language:
            self._say_hint("")
        self._more.say(words("screen.item_view.more_below"))
        among_options = held in self.rows
        if another and held is not None:
            self.setFocus()
        same = not another and self._item is not None and self._item.language is item.language
        self._item = item
        media = self.store.media_of(item.item.id, item.media)
        setting = Setting(item.language, media, words, self._plays_of(item.item.id, item))
        self.sheet.show_item(item.item, item.responses, setting)
        self.sheet.head.show_words(around, flagged=flagged)
        stimulus = item.item.stimulus
        if stimulus is not None:
            shared = replace(setting, plays=self._plays_of(f"stimulus {stimulus.id}", item))
            other = self._stimulus.show_stimulus(stimulus, shared, around)
            if other:
                self.column.verticalScrollBar().setValue(0)
        self._show_notes(item, same=same)
        self.store.trim()
        if another:
            self.to_top()
        self.arrange()
        if another and among_options and self.sheet.choice:
            self.sheet.choice.focus_chosen()
        elif not another and held is not None and held is not self._held():
            held.setFocus()  # what stands in a line is taken out and put in again

    def _show_notes(self, item: PaneItem, *, same: bool) -> None:
        """Show the marks. Those on what items share are on all of them, as they last stood."""
        self._notes, stimulus = item.notes, item.item.stimulus
        if stimulus is not None:
            on_shared = tuple(mark for mark in item.notes.highlights if mark.part >= SHARED_FROM)
            on_shared = self._shared.setdefault(stimulus.id, on_shared)
            own = tuple(mark for mark in item.notes.highlights if mark.part < SHARED_FROM)
            self._notes = Notes(item.notes.struck, (*own, *on_shared))
        self.sheet.show_struck(self._notes.struck)
        shared = self._stimulus.texts if stimulus is not None else ()
        self._highlighter.watch(self.sheet.texts, shared, item.language, self._notes.highlights, same=same)
        self.sheet.clear_notes.setVisible(self._notes != NO_NOTES)

    def _highlight(self, marks: tuple[Highlight, ...]) -> None:
        if self._item is None:
            return
        others = tuple(mark for mark in self._notes.highlights if mark.language is not self._item.language)
        self._note(replace(self._notes, highlights=(*others, *marks)[:_MOST_MARKS]))

    def _note(self, notes: Notes) -> None:
        item = self._item
        if item is None or notes == self._notes:
            return
        self._notes = notes
        if item.item.stimulus is not None:
            on_shared = tuple(mark for mark in notes.highlights if mark.part >= SHARED_FROM)
            self._shared[item.item.stimulus.id] = on_shared
        if self.sheet.clear_notes.hasFocus() and notes == NO_NOTES:
            self.setFocus()
        self.sheet.clear_notes.setVisible(notes != NO_NOTES)
        self.noted.emit(item.item.id, notes)

    def clear_notes(self) -> None:
        """Take all marks off this item, and off what it shares with others."""
        if self._item is None:
            return
        self._note(NO_NOTES)
        self._show_notes(replace(self._item, notes=NO_NOTES), same=True)

    def mark_by_keys(self, hint: str) -> None:
        """Let a caret walk through the text, or take it away; `hint` says how it is done."""
        if self._highlighter.walking:
            self._highlighter.end()
        elif self._highlighter.begin():
            self.setFocus()
            self._say_hint(hint)

    def tell_keys(self, keys: str) -> None:
        """Say what the keys do, above the item, or no longer."""
        self._say_hint("" if self._hint == keys else keys)

    def _say_hint(self, text: str) -> None:
        if text != self._hint:
            self._hint = text
            self.sheet.head.show_hint(text)
            self.arrange()

    @property
    def read_material(self) -> Button:
        """Give the button that reads what several items share aloud."""
        return self._stimulus.read

    def show_reader(self, reader: bool) -> None:
        """Have the buttons that read aloud; or not."""
        self.sheet.head.read.setVisible(reader)
        self._stimulus.read.setVisible(reader)

    def show_section(self, text: str) -> None:
        """Name the section, with what is left of its own time."""
        if self.sheet.head.show_section(text):
            self.arrange()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Let the caret have the keys while it walks; the page has the others."""
        leaves = event.key() in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown) or event.key() == Qt.Key.Key_H
        if self._highlighter.walking and not leaves:
            self._highlighter.key(event)
        else:
            super().keyPressEvent(event)

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Let Tab go from text to text while the caret walks."""
        return False if self._highlighter.walking else super().focusNextPrevChild(forward)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """End walking: the keys go elsewhere."""
        super().focusOutEvent(event)
        self._highlighter.end()

    def strike(self, index: int) -> bool:
        """Strike the option at `index` through where the item is one choice; False if there is none."""
        return self.sheet.choice.strike(index) if self.sheet.choice else False

    def unread(self, item: PaneItem) -> dict[str, bytes]:
        """Give the media of an item that were not decoded yet."""
        return self.store.media_of(item.item.id, item.media).images.unread

    def prepare(self, item: PaneItem, read: Mapping[str, QImage | None], words: Words) -> None:
        """Lay an item out that may come next, on a sheet that is never seen; `read` are its pictures, decoded."""
        media = self.store.media_of(item.item.id, item.media)
        media.images.know(read)
        if self._understudy is None:
            self._understudy = ItemSheet()
        sheet = self._understudy
        sheet.set_look(self.look)
        sheet.show_item(item.item, item.responses, Setting(item.language, media, words))
        sheet.room = self.height()
        sheet.resize(self.sheet.width(), self.sheet.height())
        sheet.arrange()
        for picture in sheet.findChildren(PictureButton):
            if not picture.isHidden():
                picture.prepare()
        self.store.trim()

    def to_top(self) -> None:
        """Show the item from its top."""
        self.page.verticalScrollBar().setValue(0)

    def below_the_edge(self) -> int:
        """Give how many pixels of the item, or of what it shares, have to be scrolled to."""
        beside = self.column.verticalScrollBar().maximum() if not self.column.isHidden() else 0
        below = self.page.verticalScrollBar().maximum() - self.sheet.empty_below
        return max(below, beside, 0)

    def set_flagged(self, flagged: bool) -> None:
        """Show or hide the flag beside the number."""
        self.sheet.head.set_flagged(flagged)

    def choose(self, index: int) -> bool:
        """Choose the option at `index` where the item is one choice; False if there is none."""
        return self.sheet.choice.choose(index) if self.sheet.choice else False

    def look_changed(self) -> None:
        """Nothing yet: what stands in the head has the look later. The screen arranges when everything has it."""

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Have one column or two, as there is room."""
        super().resizeEvent(event)
        self.arrange()

    def arrange(self) -> None:
        """Put the stimulus where there is room for it, and lay everything out."""
        stimulus = self._item.item.stimulus if self._item else None
        beside = stimulus is not None and self.width() >= _TWO_COLUMNS * self.look.px(Type.EXAM)
        above = stimulus is not None and not beside
        self.column.put(self._stimulus if beside else None)
        self.sheet.put_stimulus(self._stimulus if above else None)
        self._stimulus.setVisible(stimulus is not None)
        self._stimulus.set_foldable(above)
        self.column.setVisible(beside)
        self.divider.setVisible(beside)
        part = round(self.divider.part * _WHOLE)
        self._columns.setStretchFactor(self.column, part)
        self._columns.setStretchFactor(self.page, _WHOLE - part)
        self._columns.activate()
        for widget in (self.column, self.divider, self._stimulus, self.sheet):
            widget.set_look(self.look)
        self.column.arrange()
        self.sheet.room = self.height()
        self.sheet.arrange()
        self._more.place()
        QWidget.setTabOrder(self, self.sheet)
        QWidget.setTabOrder(self.clear, self.column)
        QWidget.setTabOrder(self.column, self.divider)

    def _held(self) -> QWidget | None:
        """Give what has the focus in here."""
        focus: QWidget | None = self._page().focusWidget()
        return focus if focus is not None and self.isAncestorOf(focus) else None

    def _page(self) -> QWidget:
        """Give the page whose focus counts: one that is hidden gets its own back when it is shown again."""
        page: QWidget = self
        while not page.isWindow() and not page.isHidden() and (above := page.parentWidget()) is not None:
            page = above
        return page

    def _respond(self, responses: Responses) -> None:
        if self._item is not None:
            self.responded.emit(self._item.item.id, responses)
