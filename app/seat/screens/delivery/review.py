"""Before handing in: what is unanswered or flagged, and the confirmation."""

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app.seat.screens.delivery.item_bars import ItemHead, ItemHeader
from app.seat.screens.screen import Screen
from app.ui import tokens
from app.ui.buttons import Button, Kind
from app.ui.icons import Icon, IconMark
from app.ui.labels import Label, Note
from app.ui.number_grid import GridCell, Legend, NumberGrid, Only, selected
from app.ui.page import Column, Foot, Panel, Scroll
from app.ui.tokens import Space, Tone, Type
from app.words import Words
from sync.wire.plan import MINUTE_MS, Bilingual


@dataclass(frozen=True)
class ReviewView:
    """The whole answer card; `here` is the item the candidate came from."""

    exam_title: Bilingual
    candidate_name: str
    seat_number: int
    cells: tuple[GridCell, ...]
    here: int
    photo: bytes | None = None


class ReviewScreen(Screen):
    """The answer card with the unfinished first, and handing in behind a confirmation. Esc goes back."""

    back_requested = Signal()
    went_to = Signal(int)
    submit_confirmed = Signal()

    def __init__(self, words: Words, parent: QWidget | None = None) -> None:
        super().__init__(words, parent)
        self._view: ReviewView | None = None
        self._wait_minutes = 0
        self._head = ItemHead(self.tools)
        self._pages = QStackedWidget()
        self._pages.addWidget(self._overview())
        self._pages.addWidget(self._confirmation())
        self.body.addWidget(self._head)
        self.body.addWidget(self._pages, 1)
        self.dress()

    def _overview(self) -> QWidget:
        self._grids = {
            Only.UNANSWERED: NumberGrid("review_unanswered"),
            Only.FLAGGED: NumberGrid("review_flagged"),
            Only.ALL: NumberGrid("review_all"),
        }
        self._titles = {only: Label(Type.SECTION) for only in self._grids}
        self._panels: dict[Only, Panel] = {}
        self._legend = Legend()
        title = Label(Type.TITLE)
        self.named(title.setText, "review.title")
        self._all_done = Note()
        self._all_done.setObjectName("review_all_done")
        column = Column(tokens.COLUMN)
        self._early = Note()
        self._early.setObjectName("review_early")
        for widget in (title, self._early, self._all_done):
            column.content.addWidget(widget)
        for only, grid in self._grids.items():
            grid.chosen.connect(self.went_to)
            column.content.addWidget(self._section(only, grid))
        column.content.addStretch(1)
        return self._with_foot(column, *self._overview_buttons())

    def _section(self, only: Only, grid: NumberGrid) -> Panel:
        panel = self._panels[only] = Panel(Space.L)
        panel.content.setSpacing(Space.M)
        panel.content.addWidget(self._titles[only])
        if only is Only.ALL:
            panel.content.addWidget(self._legend)
        panel.content.addWidget(grid)
        return panel

    def _overview_buttons(self) -> tuple[Button, Button]:
        self._back = Button("back", Kind.SECONDARY, Icon.BACK)
        self._submit = Button("submit", Kind.PRIMARY)
        self.named(self._submit.setText, "review.submit")
        self._back.clicked.connect(self.back_requested)
        self._submit.clicked.connect(self._ask)
        return self._back, self._submit

    def _confirmation(self) -> QWidget:
        panel = Panel(Space.XXL)
        panel.setObjectName("confirmation")
        head = QHBoxLayout()
        head.setSpacing(Space.L)
        self._ask_icon = IconMark(Icon.ATTENTION, Tone.ATTENTION, Space.HUGE)
        title, self._sentence = Label(Type.TITLE), Label(Type.LEAD)
        self._sentence.setObjectName("confirm_sentence")
        self.named(title.setText, "review.sure")
        head.addWidget(self._ask_icon, 0, Qt.AlignmentFlag.AlignTop)
        head.addWidget(title, 1)
        panel.content.addLayout(head)
        panel.content.addWidget(self._sentence)
        self._keep = Button("keep_working", Kind.SECONDARY, Icon.BACK)
        self._confirm = Button("confirm_submit", Kind.PRIMARY)
        self.named(self._keep.setText, "review.keep_working")
        self._keep.clicked.connect(self._close)
        self._confirm.clicked.connect(self.submit_confirmed)
        panel.content.addSpacing(Space.M)
        # Handing in is in the middle, far from the button that led here: pressing again at one place does nothing.
        panel.content.addWidget(self._confirm, 0, Qt.AlignmentFlag.AlignLeft)
        column = Column(tokens.NARROW + tokens.CARD_WIDTH // 2)
        column.content.addStretch(2)
        column.content.addWidget(panel)
        column.content.addStretch(3)
        return self._with_foot(column, self._keep)

    def _with_foot(self, content: QWidget, left: Button, right: Button | None = None) -> QWidget:
        page, foot = QWidget(), Foot()
        foot.row.addWidget(left)
        foot.row.addStretch(1)
        if right is not None:
            foot.row.addWidget(right)
        stack = QVBoxLayout(page)
        stack.setContentsMargins(0, 0, 0, 0)
        stack.setSpacing(0)
        stack.addWidget(Scroll(content), 1)
        stack.addWidget(foot)
        return page

    def show_review(self, view: ReviewView) -> None:
        """Show the answer card; a confirmation that was open is closed."""
        self._view = view
        for only, grid in self._grids.items():
            grid.show_cells(view.cells)
            grid.set_here(view.here if only is Only.ALL else 0)
        self.render_view()
        self._close()

    def set_remaining(self, remaining_ms: int) -> None:
        """Show the time left."""
        self._head.clock.set_remaining(remaining_ms)

    def set_early_leave(self, ms: int) -> None:
        """Let the form be handed in, or say in how many minutes it may be; `ms` until then, 0: now."""
        minutes = -(-max(0, ms) // MINUTE_MS)
        if minutes != self._wait_minutes:
            self._wait_minutes = minutes
            self._name_wait()

    def _name_wait(self) -> None:
        minutes = self._wait_minutes
        self._submit.setEnabled(not minutes)
        self._confirm.setEnabled(not minutes)
        self._early.say(Tone.ACCENT, self.words("screen.item_view.early", minutes=minutes) if minutes else "")
        if minutes and self._pages.currentIndex():
            self._close()

    def render_view(self) -> None:
        """Write titles and counts."""
        words, view = self.words, self._view
        self._head.set_words(words)
        self._legend.set_words(words, closed=view is not None and any(cell.closed for cell in view.cells))
        self._name_wait()
        if view is None:
            return
        self._head.show_header(ItemHeader(view.exam_title, view.candidate_name, view.seat_number, view.photo), words)
        self._back.setText(words("screen.review.back", number=view.here))
        counts = {only: len(selected(view.cells, only)) for only in self._grids}
        for only, grid in self._grids.items():
            title = words(f"screen.review.{only.value}", count=counts[only])
            grid.show_only(only, "")
            grid.set_words(words)
            grid.setAccessibleName(title)
            self._titles[only].setText(title)
            self._panels[only].setVisible(counts[only] > 0 or only is Only.ALL)
        done = not counts[Only.UNANSWERED] and not counts[Only.FLAGGED]
        self._all_done.say(Tone.DONE, words("screen.review.all_done", count=len(view.cells)) if done else "")
        self._ask_icon.show_icon(*((Icon.CHECK, Tone.DONE) if done else (Icon.ATTENTION, Tone.ATTENTION)))
        self._sentence.setText(self._counts_sentence(counts))
        key = "hand_in_anyway" if counts[Only.UNANSWERED] else "hand_in_now"
        self._confirm.setText(words(f"screen.review.{key}", count=counts[Only.UNANSWERED]))

    def _counts_sentence(self, counts: dict[Only, int]) -> str:
        unanswered, flagged = counts[Only.UNANSWERED], counts[Only.FLAGGED]
        if unanswered and flagged:
            key = "counts_both"
        elif unanswered:
            key = "counts_unanswered"
        else:
            key = "counts_flagged" if flagged else "counts_none"
        return self.words(f"screen.review.{key}", unanswered=unanswered, flagged=flagged, all=counts[Only.ALL])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go back on Esc: from the confirmation to the card, from the card to the item."""
        if event.key() != Qt.Key.Key_Escape:
            super().keyPressEvent(event)
        elif self._pages.currentIndex():
            self._close()
        else:
            self.back_requested.emit()

    def _ask(self) -> None:
        self._turn(1)
        self._keep.setFocus()  # a second Return keeps working, it does not hand in

    def _close(self) -> None:
        self._turn(0)
        self._back.setFocus()

    def _turn(self, page: int) -> None:
        if self._pages.currentIndex() != page:
            self._pages.setCurrentIndex(page)
            self.turned.emit()
