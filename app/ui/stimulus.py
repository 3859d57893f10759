"""What several items share (案例): beside the item where there is room for two columns, else above it, to be folded."""

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QImage, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from app.exam.item import Stimulus
from app.ui import tokens
from app.ui.buttons import Button, Kind
from app.ui.flow_view import FlowView
from app.ui.icons import Icon
from app.ui.interactions.base import Setting
from app.ui.item_head import PaneWords
from app.ui.labels import Line
from app.ui.look import Looked, paint_focus
from app.ui.page import Scroll
from app.ui.prose import BodyView, column_width
from app.ui.tokens import Space, Type

_SCROLLING = {Qt.Key.Key_Up: -1.0 / 8, Qt.Key.Key_Down: 1.0 / 8, Qt.Key.Key_Home: -1000.0, Qt.Key.Key_End: 1000.0}


class StimulusPanel(Looked, QWidget):
    """Its title, the button that folds it, and its body."""

    picture_pressed = Signal(QImage, str)
    folded = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("stimulus")
        self._stimulus = ""
        self._words = PaneWords()
        self._open = True
        self._foldable = False
        self._title = Line(Type.SECTION)
        self._title.setParent(self)
        self.fold = Button("fold_stimulus", Kind.QUIET)
        self.fold.setParent(self)
        self.fold.clicked.connect(self._fold)
        self.read = Button("read_stimulus", Kind.QUIET, Icon.PLAY)
        self.read.setParent(self)
        self.read.hide()
        self._body = BodyView(self, after=self.fold)
        self._body.picture_pressed.connect(self.picture_pressed)

    def show_stimulus(self, stimulus: Stimulus, setting: Setting, words: PaneWords) -> bool:
        """Show a stimulus and tell whether it is another one, which is always open."""
        another = stimulus.id != self._stimulus
        if another:
            self._stimulus, self._open = stimulus.id, True
        self._words = words
        self._title.setText(words.stimulus)
        self._body.show_body(
            stimulus.wording.in_language(setting.language), setting.media, words=setting.words, plays=setting.plays
        )
        self._name_fold()
        return another

    @property
    def texts(self) -> list[FlowView]:
        """The texts in it that can be marked."""
        return self._body.flows

    def set_foldable(self, foldable: bool) -> None:
        """Let it be folded, where it stands above the item."""
        self._foldable = foldable
        self.fold.setVisible(foldable)

    def look_changed(self) -> None:
        """Nothing yet: the owner arranges again."""

    def arrange(self, width: int) -> int:
        """Lay it out in `width` and give its height."""
        pad = Space.L if self._foldable else 0
        for widget in (self._title, self.fold, self.read, self._body):
            widget.set_look(self.look)
        buttons = [button for button in (self.read, self.fold) if not button.isHidden()]
        for button in buttons:
            button.ensurePolished()
        title = self._title.sizeHint()
        height = max(title.height(), *(button.sizeHint().height() for button in buttons), 0)
        self._title.setGeometry(pad, pad // 2 + (height - title.height()) // 2, title.width(), title.height())
        right = width - pad // 2
        for button in reversed(buttons):
            size = button.sizeHint()
            right -= size.width()
            button.setGeometry(right, pad // 2, size.width(), size.height())
        top = pad // 2 + height + Space.S
        shown = self._open or not self._foldable
        self._body.setVisible(shown)
        if not shown:
            return top
        reading = max(1, min(width - 2 * pad, column_width(self.look)))
        inner = self._body.arrange(reading)
        self._body.setGeometry(pad, top, reading, inner)
        return top + inner + pad

    def _fold(self) -> None:
        self._open = not self._open
        self._name_fold()
        self.folded.emit()

    def _name_fold(self) -> None:
        self.fold.setText(self._words.fold if self._open else self._words.unfold)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Draw a ground where it stands above the item."""
        if not self._foldable:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(self.look.palette.line))
        painter.setBrush(QColor(self.look.palette.surface))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), tokens.RADIUS, tokens.RADIUS)


class _Page(QWidget):
    """Holds the panel in the scrolled column."""

    def __init__(self) -> None:
        super().__init__()
        self.panel: StimulusPanel | None = None

    def arrange(self) -> None:
        """Lay the panel out in the column."""
        if self.panel is None:
            return
        width = max(1, self.width() - 2 * Space.XL)
        height = self.panel.arrange(width)
        self.panel.setGeometry(Space.XL, Space.L, width, height)
        self.setMinimumHeight(height + Space.L + Space.XL)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay out again when the width changed."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.arrange()


class StimulusColumn(Looked, Scroll):
    """The column beside the item; it scrolls by itself, also by keys when it has the focus."""

    def __init__(self) -> None:
        self._page = _Page()
        super().__init__(self._page)
        self.setObjectName("stimulus_column")
        self.setProperty("part", "beside")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def put(self, panel: StimulusPanel | None) -> None:
        """Have the panel here; or not."""
        self._page.panel = panel
        if panel is not None:
            panel.setParent(self._page)
            panel.show()

    def look_changed(self) -> None:
        """Nothing yet: the owner arranges again."""

    def arrange(self) -> None:
        """Lay the panel out."""
        self._page.arrange()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Scroll by the arrows, Home and End; leave every other key to the page."""
        part, bar = _SCROLLING.get(Qt.Key(event.key())), self.verticalScrollBar()
        if part is None or bar.maximum() == 0:
            event.ignore()
        else:
            bar.setValue(round(bar.value() + bar.pageStep() * part))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the line between the columns, and the ring when it has the focus."""
        super().paintEvent(event)
        painter = QPainter(self.viewport())
        painter.fillRect(self.viewport().rect(), QColor(self.look.palette.surface))
        if self.hasFocus():
            paint_focus(painter, QRectF(self.viewport().rect()), self.look)
