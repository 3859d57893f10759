"""The list at the handbook's side: readers, pages, the headings of the page in front; or what was found."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import QFrame, QListWidget, QListWidgetItem, QStyledItemDelegate, QStyleOptionViewItem

from app.exam.prose import Language
from app.handbook.book import Book, Hit, Page, Place, Reader, as_shown
from app.ui import tokens
from app.ui.look import Looked
from app.ui.tokens import Space, Type
from app.words import Words

_ROLE: Final = Qt.ItemDataRole.UserRole.value
_HIGHEST: Final = 10_000


class _SetIn(QStyledItemDelegate):
    """Draws a line set in by its level, all of it: also where it goes on below."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Draw it."""
        option.rect = option.rect.adjusted(int(index.data(_ROLE + 4) or 0), 0, 0, 0)
        super().paint(painter, option, index)


class Contents(Looked, QListWidget):
    """Signal: a place was chosen (`Place`)."""

    chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("contents")
        self.setProperty("part", "contents")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWordWrap(True)
        self.setTextElideMode(Qt.TextElideMode.ElideNone)
        self.setResizeMode(QListWidget.ResizeMode.Adjust)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self._language = Language.ZH
        self.setItemDelegate(_SetIn(self))
        self.itemClicked.connect(self._choose)

    def show_contents(self, book: Book, page: Page, words: Words) -> None:
        """List what there is, with the page in front unfolded and marked."""
        self.clear()
        self._language = words.language
        for reader in Reader:
            self._add(words(f"screen.handbook.reader_{reader.value}"), book.first(reader), Type.BODY, bold=True)
            if reader is not page.reader:
                continue
            for other in book.of(reader):
                here = other is page
                self._add(other.title, other.place, Type.BODY, level=1, bold=here, here=here)
                if here:
                    self._add_headings(page)
        self._show_here()

    def show_hits(self, hits: Sequence[Hit], nothing: str) -> None:
        """List what was found, or say that nothing was."""
        self.clear()
        for hit in hits:
            where = " · ".join(part for part in (hit.title, hit.heading) if part)
            self._add(f"{where}\n{hit.snippet}", hit.place, Type.BODY)
        if not hits:
            self._add(nothing, None, Type.BODY)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open what is marked on Return; leave to the page what is not for a list."""
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space}:
            item = self.currentItem()
            if item is not None:
                self._choose(item)
        elif event.key() in {Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Home, Qt.Key.Key_End}:
            super().keyPressEvent(event)
        else:
            event.ignore()

    def look_changed(self) -> None:
        """Write in the new type."""
        for row in range(self.count()):
            self._dress(self.item(row))
        self._show_here()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give every line the height that its words need in this width."""
        super().resizeEvent(event)
        for row in range(self.count()):
            self._measure(self.item(row))

    def minimumSizeHint(self) -> QSize:
        """Give the least room: it scrolls."""
        return QSize(self.look.px(Type.BODY) * 8, tokens.TARGET * 2)

    def _add_headings(self, page: Page) -> None:
        for heading in page.headings:
            if heading.level > 1:
                place = Place(page.reader, page.name, heading.anchor)
                self._add(heading.text, place, Type.CAPTION, level=heading.level)

    def _add(
        self,
        text: str,
        place: Place | None,
        kind: Type,
        *,
        level: int = 0,
        bold: bool = False,
        here: bool = False,
    ) -> None:
        item = QListWidgetItem(as_shown(text, self._language))
        item.setData(_ROLE + 3, level)
        item.setData(_ROLE, place)
        item.setData(_ROLE + 1, kind)
        item.setData(_ROLE + 2, bold)
        if place is None:
            item.setFlags(Qt.ItemFlag.NoItemFlags)
        self._dress(item)
        self.addItem(item)
        if here:
            self.setCurrentItem(item)

    def _dress(self, item: QListWidgetItem) -> None:
        font = self.look.font(Type(item.data(_ROLE + 1)))
        font.setBold(bool(item.data(_ROLE + 2)))
        item.setFont(font)
        item.setData(_ROLE + 4, round(item.data(_ROLE + 3) * self.look.px(Type.BODY) * 0.9))
        self._measure(item)

    def _measure(self, item: QListWidgetItem) -> None:
        """Qt would not count the room that the stylesheet keeps at the sides."""
        width = max(1, self.viewport().width() - 2 * Space.M - Space.XS - item.data(_ROLE + 4))
        box = QFontMetrics(item.font()).boundingRect(
            QRect(0, 0, width, _HIGHEST), Qt.TextFlag.TextWordWrap.value, item.text()
        )
        item.setSizeHint(QSize(width + item.data(_ROLE + 4), box.height() + 2 * Space.S))

    def _show_here(self) -> None:
        """Bring the page in front into sight, with room for its headings below."""
        item = self.currentItem()
        if item is not None:
            self.scrollToItem(item, QListWidget.ScrollHint.PositionAtCenter)

    def _choose(self, item: QListWidgetItem) -> None:
        place = item.data(_ROLE)
        if isinstance(place, Place):
            self.chosen.emit(place)
