"""A list to choose one of: every row a radio button with all its words, under the heading of its group."""

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QVBoxLayout, QWidget

from app.seat.screens.proctor.corner_view import Choice
from app.ui import tokens
from app.ui.labels import Label
from app.ui.look import Looked, paint_focus
from app.ui.marked import Marked
from app.ui.text import Text, say
from app.ui.tokens import Space, Tone, Type
from app.words import Words

_WRAPPED = Qt.TextFlag.TextWordWrap.value | Qt.AlignmentFlag.AlignLeft.value | Qt.AlignmentFlag.AlignVCenter.value
_TALLEST = 10_000
_STEPS = {Qt.Key.Key_Up: -1, Qt.Key.Key_Left: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_Right: 1}
_DOT = 0.28  # of the circle's side, at each edge


class RadioRow(Looked, Marked, QAbstractButton):
    """One choice: a circle and its sentence, on as many lines as it takes; the whole row is the target."""

    stepped = Signal(int)  # the arrows: to the row before (-1) or after (1)

    def __init__(self) -> None:
        super().__init__()
        self.be_markable(exclusive=True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def nextCheckState(self) -> None:
        """Leave choosing to the list, which lets the others give way."""

    def look_changed(self) -> None:
        """Measure and paint again."""
        self.updateGeometry()
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Choose on Return as on Space; the arrows move the focus and choose nothing."""
        if event.key() in _STEPS:
            self.stepped.emit(_STEPS[Qt.Key(event.key())])
            return
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat():
            self.click()
            return
        super().keyPressEvent(event)

    def heightForWidth(self, width: int) -> int:
        """Give the height of all lines."""
        metrics = QFontMetrics(self.look.font(Type.BODY))
        room = QRect(0, 0, max(1, width - self._left() - Space.M), _TALLEST)
        return max(tokens.TARGET, metrics.boundingRect(room, _WRAPPED, self.text()).height() + 2 * Space.S)

    def sizeHint(self) -> QSize:
        """Give the room of a line of usual length."""
        width = self.look.length(tokens.PREVIEW[0])
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        """Ask for little: the words wrap."""
        return QSize(self._left() + self.look.length(tokens.PREVIEW[0] // 2), tokens.TARGET)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Draw the circle, a dot in it when this is chosen, and the words."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette, side, on = self.look.palette, self._side(), self.isChecked()
        if on:
            painter.fillRect(self.rect(), QColor(palette.accent_soft))
        circle = QRectF(Space.M, (self.height() - side) / 2, side, side).adjusted(1, 1, -1, -1)
        painter.setPen(QPen(QColor(palette.accent if on else palette.line_strong), tokens.RING))
        painter.setBrush(QColor(palette.surface))
        painter.drawEllipse(circle)
        if on:
            inset = side * _DOT
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(palette.accent))
            painter.drawEllipse(circle.adjusted(inset, inset, -inset, -inset))
        painter.setFont(self.look.font(Type.BODY))
        painter.setPen(self.look.tone(Tone.INK if self.isEnabled() else Tone.SOFT))
        painter.drawText(self.rect().adjusted(self._left(), 0, -Space.M, 0), _WRAPPED, self.text())
        if self.hasFocus():
            paint_focus(painter, QRectF(self.rect()), self.look)

    def _side(self) -> int:
        return self.look.length(tokens.ICON, tokens.TYPES[Type.BODY].most)

    def _left(self) -> int:
        return Space.M + self._side() + Space.M


class ChoiceList(QWidget):
    """All choices in sight one below the other, those of a group under its heading. Nothing is chosen at first."""

    chosen_changed = Signal()

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self._choices: tuple[Choice, ...] = ()
        self._rows: list[RadioRow] = []
        self._headings: list[tuple[Text, Label]] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)

    def show_choices(self, choices: tuple[Choice, ...], words: Words) -> bool:
        """Show what can be chosen; what was chosen of the same choices stays. Say whether the rows are new ones."""
        new = choices != self._choices
        if new:
            self._choices = choices
            self._make_rows()
        for choice, row in zip(choices, self._rows, strict=True):
            said = say(choice.words, words)
            row.setText(said)
            row.setAccessibleName(said if choice.group is None else f"{say(choice.group, words)}: {said}")
        for group, heading in self._headings:
            heading.setText(say(group, words))
        return new

    def choose(self, key: str) -> None:
        """Choose by key."""
        chosen = [choice.key for choice in self._choices].index(key)
        for at, row in enumerate(self._rows):
            row.setChecked(at == chosen)
        self.chosen_changed.emit()

    @property
    def rows(self) -> tuple[RadioRow, ...]:
        """The rows, in the order of the choices."""
        return tuple(self._rows)

    @property
    def chosen(self) -> Choice | None:
        """What is chosen."""
        return next((one for one, row in zip(self._choices, self._rows, strict=True) if row.isChecked()), None)

    def focus(self) -> None:
        """Put the focus on what is chosen, or on the first row, which chooses nothing."""
        row = next((row for row in self._rows if row.isChecked()), next(iter(self._rows), None))
        if row is not None:
            row.setFocus(Qt.FocusReason.OtherFocusReason)

    def _make_rows(self) -> None:
        for widget in (*self._rows, *(heading for _group, heading in self._headings)):
            self._column.removeWidget(widget)
            widget.hide()
            widget.deleteLater()
        self._rows, self._headings = [], []
        for choice in self._choices:
            if choice.group is not None and all(group != choice.group for group, _heading in self._headings):
                self._add_heading(choice.group)
            row = RadioRow()
            row.setObjectName(f"choice_{choice.key}")
            row.clicked.connect(lambda _checked=False, key=choice.key: self.choose(key))
            row.stepped.connect(lambda by, row=row: self._step(row, by))
            self._rows.append(row)
            self._column.addWidget(row)
            row.show()

    def _add_heading(self, group: Text) -> None:
        heading = Label(Type.SECTION)
        heading.setContentsMargins(0, Space.L if self._headings else 0, 0, Space.XS)
        self._headings.append((group, heading))
        self._column.addWidget(heading)
        heading.show()

    def _step(self, row: RadioRow, by: int) -> None:
        at = self._rows.index(row) + by
        if 0 <= at < len(self._rows):
            self._rows[at].setFocus(Qt.FocusReason.TabFocusReason)
