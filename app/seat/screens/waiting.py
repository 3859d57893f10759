"""Nothing to do here yet: what will come, and how."""

from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.seat.screens.screen import PageHead, Screen
from app.seat.screens.view import SessionFacts
from app.ui.buttons import Button, Kind
from app.ui.icons import Icon
from app.ui.message import MessagePanel
from app.ui.page import Scroll
from app.ui.text import Text, say
from app.ui.tokens import Tone
from app.words import Words


@dataclass(frozen=True)
class WaitingView:
    """What is waited for, what will come here, the session if there is one, and what can be done meanwhile."""

    title: Text
    body: Text
    session: SessionFacts | None = None
    action: Text | None = None


class WaitingScreen(Screen):
    """An empty state with words, and at most one thing to do."""

    acted = Signal()

    def __init__(self, words: Words, parent: QWidget | None = None) -> None:
        super().__init__(words, parent)
        self._view: WaitingView | None = None
        self._head = PageHead(self.tools)
        self._panel = MessagePanel("waiting")
        self._action = Button("waiting_action", Kind.PRIMARY)
        self._action.clicked.connect(self.acted)
        self._action.hide()
        self._panel.add_button(self._action)
        self.body.addWidget(self._head)
        self.body.addWidget(Scroll(self._panel), 1)
        self.dress()

    def show_waiting(self, view: WaitingView) -> None:
        """Show what is waited for."""
        self._view = view
        self._action.setVisible(view.action is not None)
        self.render_view()

    def render_view(self) -> None:
        """Write it."""
        words, view = self.words, self._view
        if view is None or view.session is None:
            self._head.show_title(words("screen.waiting.head"))
            self._head.show_facts("")
        else:
            self._head.show_session(view.session, words)
        if view is not None:
            self._action.setText(say(view.action, words) if view.action else "")
            self._panel.show_message(Icon.CLOCK, Tone.ACCENT, say(view.title, words), do=say(view.body, words))
