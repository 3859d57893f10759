"""A fault in words: what happened, what is safe, what to do."""

from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.seat.screens.screen import PageHead, Screen
from app.ui.buttons import Button, Kind
from app.ui.icons import Icon
from app.ui.message import MessagePanel
from app.ui.page import Scroll
from app.ui.tokens import Tone
from app.words import Words
from sync.faults import Fault


@dataclass(frozen=True)
class TroubleView:
    """The fault, and whether trying again can help."""

    fault: Fault
    can_retry: bool = False


class TroubleScreen(Screen):
    """One fault, full page."""

    retry_requested = Signal()

    def __init__(self, words: Words, parent: QWidget | None = None) -> None:
        super().__init__(words, parent)
        self._view: TroubleView | None = None
        self._head = PageHead(self.tools)
        self._panel = MessagePanel("trouble")
        self._retry = Button("retry", Kind.PRIMARY)
        self._retry.clicked.connect(self.retry_requested)
        self._panel.add_button(self._retry)
        self.body.addWidget(self._head)
        self.body.addWidget(Scroll(self._panel), 1)
        self.named(self._head.show_title, "trouble.head")
        self.named(self._retry.setText, "trouble.retry")
        self.dress()

    def show_trouble(self, view: TroubleView) -> None:
        """Show the fault."""
        self._view = view
        self._retry.setVisible(view.can_retry)
        self.render_view()

    def render_view(self) -> None:
        """Write the fault."""
        self._head.show_facts("")
        if self._view is None:
            return
        fault = self.words.fault(self._view.fault)
        code = self.words("screen.trouble.code", code=fault.code)
        self._panel.show_message(Icon.ATTENTION, Tone.ATTENTION, fault.what, fault.safe, fault.do, code)
