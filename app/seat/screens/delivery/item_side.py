"""What stands beside the item: the answer card, and above it the calculator where there is one."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.seat.screens.delivery.answer_card import AnswerCard
from app.ui import tokens
from app.ui.calculator_panel import CalculatorPanel
from app.ui.look import Looked
from app.words import Words


class ItemSide(Looked, QWidget):
    """One above the other; the calculator alone where there is no room for both.

    `calculator_left`: it was closed while it had the keys.
    """

    calculator_left = Signal()

    def __init__(self, words: Words) -> None:
        super().__init__()
        self.card = AnswerCard(words)
        self.calculator = CalculatorPanel(words)
        self.calculator.closed.connect(self.close_calculator)
        self.calculator.hide()
        self._allowed = False
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.calculator)
        column.addWidget(self.card, 1)

    def allow_calculator(self, allowed: bool) -> None:
        """Let there be a calculator, or not."""
        self._allowed = allowed
        if not allowed:
            self.close_calculator()

    def reset(self) -> None:
        """Forget the sitting before."""
        self.card.show_all()
        self.calculator.reset()
        self.close_calculator()

    def set_words(self, words: Words) -> None:
        """Say everything in another language."""
        self.card.set_words(words)
        self.calculator.set_words(words)

    def toggle_calculator(self) -> None:
        """Open the calculator if it is allowed, or close it."""
        if not self.calculator.isHidden():
            self.close_calculator()
        elif self._allowed:
            self._share(opened=True)  # first: both at once might not fit, and would make the window larger
            self.calculator.show()
            self.calculator.begin()

    def close_calculator(self) -> None:
        """Close the calculator; if it had the keys, they go back."""
        if self.calculator.isHidden():
            return
        focus: QWidget | None = self.window().focusWidget()
        held = focus is not None and self.calculator.isAncestorOf(focus)
        self.calculator.hide()
        self._share(opened=False)
        if held:
            self.calculator_left.emit()

    def look_changed(self) -> None:
        """Be as wide as the cells need."""
        self.calculator.setFixedWidth(self.look.length(tokens.CARD_WIDTH, tokens.ROOMY))
        self._share(opened=not self.calculator.isHidden())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """See again what there is room for."""
        super().resizeEvent(event)
        self._share(opened=not self.calculator.isHidden())

    def _share(self, *, opened: bool) -> None:
        rows = 3 * self.look.length(tokens.CELL)  # of numbers that ought to be in sight
        room = self.height() - self.calculator.sizeHint().height()
        self.card.setVisible(not opened or room >= self.card.minimumSizeHint().height() + rows)
