"""An item as it is read and answered, with what it shares with others beside it or above it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.exam.interactions import Responses
from app.exam.item import Item
from app.exam.prose import Language
from app.ui.buttons import Button
from app.ui.interactions.base import Setting
from app.ui.item_head import PaneWords
from app.ui.item_sheet import ItemSheet
from app.ui.look import Looked
from app.ui.options import OptionRow
from app.ui.page import Scroll
from app.ui.stimulus import StimulusColumn, StimulusPanel
from app.ui.tokens import Type
from app.words import Words

__all__ = ["ItemPane", "PaneItem", "PaneWords"]

_TWO_COLUMNS: Final = 40
"""From so many characters of exam text side by side on there are two columns."""


@dataclass(frozen=True)
class PaneItem:
    """An item as its form arranged it, with the responses it has and its decrypted media by name."""

    item: Item
    language: Language
    responses: Responses
    media: Mapping[str, bytes]


class ItemPane(Looked, QWidget):
    """The item scrolls, and beside it the stimulus scrolls by itself. A response shows at once.

    `responded` carries the item's id and all its responses.
    """

    responded = Signal(str, object)
    picture_pressed = Signal(QImage, str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("item_pane")
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._item: PaneItem | None = None
        self._plays: dict[str, dict[str, int]] = {}
        self.sheet = ItemSheet()
        self.page = Scroll(self.sheet)
        self.column = StimulusColumn()
        self.column.hide()
        self._stimulus = StimulusPanel()
        self._stimulus.setParent(self)
        self._stimulus.hide()
        self._columns = QHBoxLayout(self)
        self._columns.setContentsMargins(0, 0, 0, 0)
        self._columns.setSpacing(0)
        self._columns.addWidget(self.column, 45)
        self._columns.addWidget(self.page, 55)
        self._stimulus.picture_pressed.connect(self.picture_pressed)
        self._stimulus.folded.connect(self.arrange)
        self.sheet.picture_pressed.connect(self.picture_pressed)
        self.sheet.row_focused.connect(self.page.ensureWidgetVisible)
        self.sheet.responded.connect(self._respond)

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
        self.to_top()

    def _plays_of(self, owner: str) -> dict[str, int]:
        return self._plays.setdefault(owner, {})

    def show_item(self, item: PaneItem, words: Words, around: PaneWords, *, flagged: bool) -> None:
        """Show an item, from its top when it is another one.

        No control keeps the focus for another item: the pane has it, and Tab goes to the first control. From an option
        it goes to the one that is chosen, if one is.
        """
        another = self._item is None or self._item.item.id != item.item.id
        held = self._held()
        among_options = held in self.rows
        if another and held is not None:
            self.setFocus()
        self._item = item
        setting = Setting(item.language, item.media, words, self._plays_of(item.item.id))
        self.sheet.show_item(item.item, item.responses, setting)
        self.sheet.head.show_words(around, flagged=flagged)
        stimulus = item.item.stimulus
        if stimulus is not None:
            shared = replace(setting, plays=self._plays_of(f"stimulus {stimulus.id}"))
            other = self._stimulus.show_stimulus(stimulus, shared, around)
            if other:
                self.column.verticalScrollBar().setValue(0)
        if another:
            self.to_top()
        self.arrange()
        if another and among_options and self.sheet.choice:
            self.sheet.choice.focus_chosen()
        elif not another and held is not None and held is not self._held():
            held.setFocus()  # what stands in a line is taken out and put in again

    def to_top(self) -> None:
        """Show the item from its top."""
        self.page.verticalScrollBar().setValue(0)

    def below_the_edge(self) -> int:
        """Give how many pixels of the item, or of what it shares, have to be scrolled to."""
        beside = self.column.verticalScrollBar().maximum() if not self.column.isHidden() else 0
        return max(self.page.verticalScrollBar().maximum(), beside)

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
        if event.size().width() != event.oldSize().width():
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
        self._columns.activate()
        for widget in (self.column, self._stimulus, self.sheet):
            widget.set_look(self.look)
        self.column.arrange()
        self.sheet.arrange()
        QWidget.setTabOrder(self, self.sheet)
        QWidget.setTabOrder(self.clear, self.column)

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
