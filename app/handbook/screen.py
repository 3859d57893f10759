"""The handbook on the screen: contents and search at the side, the page, and the ways on, back and out."""

from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app.handbook.book import Book, Page, Place, book, folded
from app.handbook.contents import Contents
from app.handbook.page_view import PageView
from app.handbook.paper import paper_name, print_handbook
from app.ui.buttons import Button, Kind
from app.ui.fields import Field
from app.ui.icons import Icon
from app.ui.labels import Note
from app.ui.page import Foot
from app.ui.picture_viewer import PictureViewer
from app.ui.screen import PageHead, Screen
from app.ui.tokens import Space, Tone
from app.words import Words
from sync.faults import Fault
from sync.replica.durable import write_durably

_SIDE: Final = 340
_SIDE_MOST: Final = 1.35
_FEWEST: Final = 1
"""So many characters are looked for; a single Chinese one is a word."""


class HandbookScreen(Screen):
    """The handbook, open at a place. Signal: it is to be closed.

    `folder`: where a PDF of it may be put; None offers none. `copying`: text can be copied (never at a kiosk).
    """

    closed = Signal()

    def __init__(
        self,
        words: Words,
        place: Place,
        folder: Path | None = None,
        parent: QWidget | None = None,
        *,
        copying: bool = False,
    ) -> None:
        super().__init__(words, parent)
        self._folder: Final = folder
        self._book: Book = book(words.language)
        self._page: Page = self._book.page(place)
        self._been: list[Place] = []
        self._wanted = ""
        self._wanted_here: tuple[str, ...] = ()
        self._head = PageHead(self.tools)
        self.view: Final = PageView(copying=copying)
        self.contents: Final = Contents()
        self.search: Final = Field("handbook_search")
        self._viewer = PictureViewer()
        self._told = Note()
        self._in_front = QStackedWidget()
        self._lay_out()
        self._connect()
        self.appearance_requested.connect(self.set_appearance)
        self.dress()
        self.go(place, remember=False)

    def _lay_out(self) -> None:
        side = self._side = QFrame()
        side.setProperty("part", "side_left")
        column = QVBoxLayout(side)
        column.setContentsMargins(Space.L, Space.L, Space.S, 0)
        column.setSpacing(Space.M)
        column.addWidget(self.search)
        column.addWidget(self.contents, 1)
        right = QVBoxLayout()
        right.setSpacing(0)
        right.addWidget(self._told)
        right.addWidget(self.view, 1)
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(side)
        row.addLayout(right, 1)
        reading = QWidget()
        whole = QVBoxLayout(reading)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(row, 1)
        whole.addWidget(self._make_foot())
        self._in_front.addWidget(reading)
        self._in_front.addWidget(self._viewer)
        self.body.addWidget(self._head)
        self.body.addWidget(self._in_front, 1)

    def _make_foot(self) -> Foot:
        foot = Foot()
        self._close = Button("close_handbook", bar=True)
        self._back = Button("handbook_back", icon=Icon.BACK, bar=True)
        self._save = Button("handbook_save", Kind.QUIET, bar=True)
        self._previous = Button("handbook_previous", bar=True)
        self._next = Button("handbook_next", Kind.PRIMARY, bar=True)
        self._save.setVisible(self._folder is not None)
        for button in (self._close, self._back):
            foot.row.addWidget(button)
        foot.row.addStretch(1)
        for button in (self._save, self._previous, self._next):
            foot.row.addWidget(button)
        return foot

    def _connect(self) -> None:
        named = ((self._close, "close"), (self._back, "back"), (self._save, "save"))
        for button, key in (*named, (self._previous, "previous"), (self._next, "next")):
            self.named(button.setText, f"handbook.{key}")
        self.named(self._head.show_title, "handbook.title")
        self.named(self.search.setPlaceholderText, "handbook.search")
        self.named(self.search.setAccessibleName, "handbook.search")
        self._close.clicked.connect(self.closed)
        self._back.clicked.connect(self.go_back)
        self._save.clicked.connect(self._save_paper)
        self._previous.clicked.connect(lambda: self._turn(-1))
        self._next.clicked.connect(lambda: self._turn(1))
        self.contents.chosen.connect(self._chosen)
        self.search.textChanged.connect(self._look_for)
        self.search.returnPressed.connect(self._first_hit)
        self.view.followed.connect(self._follow)
        self.view.picture_wanted.connect(self._look_closely)
        self._viewer.closed.connect(self._look_away)

    # where one is

    @property
    def place(self) -> Place:
        """The page in front, and the heading that is read."""
        number = self.view.heading_in_sight()
        return Place(self._page.reader, self._page.name, self._page.headings[number].anchor if number else "")

    def go(self, place: Place, *, remember: bool = True) -> None:
        """Go to a page and its heading; a heading that this language does not have leads to the page's beginning."""
        if remember:
            self._been.append(self.place)
        self._told.say(Tone.DONE, "")
        self._page = self._book.page(place)
        self.view.show_page(self._page, self.words, self._wanted_here)
        anchors = [heading.anchor for heading in self._page.headings]
        self.view.show_heading(anchors.index(place.anchor) if place.anchor in anchors else 0)
        if not self._wanted:
            self.contents.show_contents(self._book, self._page, self.words)
        self._show_ways()

    def go_back(self) -> None:
        """Go back to where one was before."""
        if self._been:
            self.go(self._been.pop(), remember=False)
            self._show_ways()

    def _turn(self, step: int) -> None:
        place = self._book.beside(self._page.place, step)
        if place is not None:
            self._wanted_here = ()
            self.go(place)
            self.view.setFocus()

    def _show_ways(self) -> None:
        self._back.setEnabled(bool(self._been))
        self._previous.setEnabled(self._book.beside(self._page.place, -1) is not None)
        self._next.setEnabled(self._book.beside(self._page.place, 1) is not None)
        self._head.show_facts(self.words(f"screen.handbook.for_{self._page.reader.value}"))

    def _follow(self, address: str) -> None:
        place = self._book.target(self._page, address)
        if place is not None:
            self._wanted_here = ()
            self.go(place)

    def _chosen(self, place: Place) -> None:
        self._wanted_here = tuple(folded(self._wanted).split())
        self.go(place)
        self.view.setFocus()

    # looking for something

    def _look_for(self, text: str) -> None:
        self._wanted = text.strip()
        if len(self._wanted) >= _FEWEST:
            hits = self._book.search(self._wanted, self._page.reader)
            self.contents.show_hits(hits, self.words("screen.handbook.nothing", wanted=self._wanted))
        else:
            self.contents.show_contents(self._book, self._page, self.words)

    def _first_hit(self) -> None:
        hits = self._book.search(self._wanted, self._page.reader)
        if hits:
            self._chosen(hits[0].place)

    # pictures and paper

    def _look_closely(self, image: QImage, caption: str) -> None:
        self._viewer.show_picture(image, caption)
        self._in_front.setCurrentWidget(self._viewer)
        self._viewer.close_button.setFocus()

    def _look_away(self) -> None:
        self._in_front.setCurrentIndex(0)
        self.view.setFocus()

    def _save_paper(self) -> None:
        if self._folder is None:
            return
        reader, language = self._page.reader, self.words.language
        file = self._folder / paper_name(reader, language)
        try:
            write_durably(file, print_handbook(reader, language).pdf)
        except Fault as fault:
            said = self.words.fault(fault)
            self._told.say(Tone.ATTENTION, " ".join(part for part in (said.what, said.do, f"({said.code})") if part))
        else:
            self._told.say(Tone.DONE, self.words("screen.handbook.saved", file=str(file)))

    # what every screen does

    def render_view(self) -> None:
        """Show the same page, under the same heading, in the language of now."""
        self._viewer.set_words(self.words)
        if self._book.language is self.words.language:
            return
        number = self.view.heading_in_sight()
        self._book = book(self.words.language)
        self._been = [Place(place.reader, place.page) for place in self._been]
        self._page = self._book.page(self._page.place)
        self.search.clear()
        self._wanted_here = ()
        self.go(Place(self._page.reader, self._page.name, self._page.headings[number].anchor), remember=False)

    def look_changed(self) -> None:
        """Give the side as much room as its words need."""
        self._side.setFixedWidth(self.look.length(_SIDE, _SIDE_MOST))

    def purpose(self) -> QWidget:
        """Give what the focus goes to: the page."""
        return self.view

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc and F1 close, what is open first; Ctrl+F looks for something, Alt+Left goes back."""
        held = event.modifiers()
        if event.key() in {Qt.Key.Key_Escape, Qt.Key.Key_F1}:
            self._leave()
        elif event.key() == Qt.Key.Key_F and held == Qt.KeyboardModifier.ControlModifier:
            self.search.setFocus()
        elif event.key() == Qt.Key.Key_Left and held == Qt.KeyboardModifier.AltModifier:
            self.go_back()
        elif event.key() in {Qt.Key.Key_PageUp, Qt.Key.Key_PageDown} and not self.view.hasFocus():
            self.view.keyPressEvent(event)
        else:
            super().keyPressEvent(event)

    def _leave(self) -> None:
        if self._in_front.currentWidget() is self._viewer:
            self._viewer.close_picture()
        elif self.search.text():
            self.search.clear()
            self.view.setFocus()
        else:
            self.closed.emit()
