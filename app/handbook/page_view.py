"""One page of the handbook on the screen: scrolled, its links followed by mouse and by Tab and Return."""

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt, QTimer, QUrl, Signal
from PySide6.QtGui import QImage, QKeyEvent, QKeySequence, QResizeEvent, QTextOption
from PySide6.QtWidgets import QFrame, QTextBrowser

from app.handbook.book import Page
from app.handbook.sheet import PICTURE, Manner, Sheet, write
from app.ui import tokens
from app.ui.flow_document import ClosedDocument
from app.ui.look import Looked
from app.ui.tokens import Space, Type
from app.words import Words

_LONGEST: Final = 42
"""The longest line of text, in Chinese characters: a little more than exam text has, which is read more slowly."""


class PageView(Looked, QTextBrowser):
    """Shows a page. Signals: a link of ours was followed (its address); a picture is to be looked at closely.

    `copying`: text may be chosen and copied; never at a kiosk, where nothing goes to the clipboard.
    """

    followed = Signal(str)
    picture_wanted = Signal(QImage, str)

    def __init__(self, *, copying: bool) -> None:
        super().__init__()
        self.setObjectName("page_view")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setOpenLinks(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        links = Qt.TextInteractionFlag.LinksAccessibleByMouse | Qt.TextInteractionFlag.LinksAccessibleByKeyboard
        chosen = Qt.TextInteractionFlag.TextSelectableByMouse
        self.setTextInteractionFlags(links | chosen if copying else links)
        self._copying: Final = copying
        self.setAcceptDrops(False)
        self._page: Page | None = None
        self._words: Words | None = None
        self._wanted: tuple[str, ...] = ()
        self._sheet = Sheet()
        self._room = 0
        self.anchorClicked.connect(self._follow)

    def show_page(self, page: Page, words: Words, wanted: tuple[str, ...] = ()) -> None:
        """Show a page from its top; `wanted`: the (folded) words that were looked for."""
        self._page, self._words, self._wanted = page, words, wanted
        self._write()
        self.verticalScrollBar().setValue(0)

    def show_heading(self, number: int) -> None:
        """Bring a heading to the top; the page's title is number 0."""
        if number <= 0 or number >= len(self._sheet.headings):
            self.verticalScrollBar().setValue(0)
            return
        block = self.document().findBlock(self._sheet.headings[number])
        top = self.document().documentLayout().blockBoundingRect(block).top()
        self.verticalScrollBar().setValue(round(top) - Space.M)

    def heading_in_sight(self) -> int:
        """Tell which heading the top of what is seen stands under."""
        top = self.verticalScrollBar().value() + Space.XL
        layout, number = self.document().documentLayout(), 0
        for at, position in enumerate(self._sheet.headings):
            box: QRectF = layout.blockBoundingRect(self.document().findBlock(position))
            if box.top() <= top:
                number = at
        return number

    def look_changed(self) -> None:
        """Write it in another look, and stay under the same heading."""
        self._anew(self._write)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Write it for another width: pictures are as wide as the text."""
        super().resizeEvent(event)
        if self.viewport().width() != self._room:
            self._anew(self._write)

    def minimumSizeHint(self) -> QSize:
        """Give the least room: some words in a line."""
        return QSize(self.look.px(Type.EXAM) * 12, tokens.TARGET * 3)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Scroll, and follow the link that has the focus; copy where that is allowed. All else goes to the page."""
        wanted = Qt.Key(event.key())
        own = {Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown, Qt.Key.Key_Home, Qt.Key.Key_End}
        if wanted in own:
            self._scroll(wanted)
        elif wanted in {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab, Qt.Key.Key_Backtab}:
            super().keyPressEvent(event)
        elif self._copying and event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        else:
            event.ignore()

    def _scroll(self, key: Qt.Key) -> None:
        bar = self.verticalScrollBar()
        line, leaf = self.look.px(Type.EXAM) * 3, round(bar.pageStep() * 0.9)
        match key:
            case Qt.Key.Key_Home:
                bar.setValue(0)
            case Qt.Key.Key_End:
                bar.setValue(bar.maximum())
            case Qt.Key.Key_Up | Qt.Key.Key_PageUp:
                bar.setValue(bar.value() - (line if key is Qt.Key.Key_Up else leaf))
            case _:
                bar.setValue(bar.value() + (line if key is Qt.Key.Key_Down else leaf))

    def _anew(self, write: Callable[[], None]) -> None:
        number = self.heading_in_sight()
        write()
        if self._page is not None:
            QTimer.singleShot(0, self, lambda: self.show_heading(number))

    def _text_width(self) -> int:
        most = self.look.px(Type.EXAM) * _LONGEST
        return max(1, min(most, self.viewport().width() - 2 * Space.XXL))

    def _write(self) -> None:
        if self._page is None or self._words is None:
            return
        self._room, width = self.viewport().width(), self._text_width()
        document = ClosedDocument(self)
        document.setUndoRedoEnabled(False)
        document.setDocumentMargin(0)
        document.setDefaultFont(self.look.font(Type.EXAM))
        document.setIndentWidth(self.look.px(Type.EXAM) * 2)
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        document.setDefaultTextOption(option)
        self._sheet = write(document, self._page, Manner(self.look, width, wanted=self._wanted), self._words)
        frame = document.rootFrame().frameFormat()
        side = max(Space.XXL, (self.viewport().width() - width) // 2)
        frame.setLeftMargin(side)
        frame.setRightMargin(max(Space.XXL, self.viewport().width() - width - side))
        frame.setTopMargin(Space.XXL)
        frame.setBottomMargin(Space.HUGE)
        document.rootFrame().setFrameFormat(frame)
        document.setTextWidth(self.viewport().width())  # laid out before it is shown: no bar is made for a wider page
        old = self.document()
        self.setDocument(document)
        if isinstance(old, ClosedDocument):
            old.deleteLater()

    def _follow(self, address: QUrl) -> None:
        said = address.toString()
        if not said.startswith(PICTURE):
            self.followed.emit(said)
            return
        image = self._sheet.pictures.get(said.removeprefix(PICTURE))
        if image is not None:
            self.picture_wanted.emit(image, "")
