"""The base of every screen: words, text size, the strip that says what is simulated, and the head of a page."""

from collections.abc import Callable
from dataclasses import replace
from typing import ClassVar

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QVBoxLayout, QWidget

from app.exam.appearance import Appearance
from app.ui import tokens
from app.ui.display_panel import DisplayPanel
from app.ui.labels import Line
from app.ui.look import Look, hand_down
from app.ui.page import Bar, Scroll
from app.ui.simulated import Simulated, SimulatedStrip, simulated_sentence
from app.ui.style import stylesheet
from app.ui.tokens import Space, Tone, Type
from app.ui.tools import Tools
from app.words import Words

_SCROLLING = {
    Qt.Key.Key_Up: -1.0 / 8,
    Qt.Key.Key_Down: 1.0 / 8,
    Qt.Key.Key_PageUp: -7.0 / 8,
    Qt.Key.Key_PageDown: 7.0 / 8,
}


class Screen(QWidget):
    """A page of a window. Signals: another look is asked for, a proctor, the handbook, the way out; another page came.

    A subclass builds its widgets in `__init__`, puts them into `self.body`, and ends with `self.dress()`.
    `at_seat`: it stands at the kiosk, where candidates work (`DisplayPanel`).
    """

    at_seat: ClassVar[bool] = True

    appearance_requested = Signal(object)  # Appearance
    proctor_requested = Signal()
    handbook_requested = Signal()
    leave_requested = Signal()
    turned = Signal()

    def __init__(self, words: Words, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.words = words
        self.appearance = Appearance(words.language)
        self.look = Look()
        self._labels: list[tuple[Callable[[str], object], str]] = []
        self._simulated: tuple[Simulated, ...] = ()
        self._strip = SimulatedStrip()
        self.tools = Tools()
        self._display_panel: DisplayPanel | None = None
        self.tools.appearance_requested.connect(self.appearance_requested)
        self.tools.display_requested.connect(self._show_display_panel)
        self.tools.proctor_requested.connect(self.proctor_requested)
        self.tools.handbook_requested.connect(self.handbook_requested)
        self.tools.leave_requested.connect(self.leave_requested)
        self.setProperty("part", "page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(0)
        self.body.addWidget(self._strip)

    def set_words(self, words: Words) -> None:
        """Say everything in another language, in place."""
        self.words = words
        self._know(replace(self.appearance, language=words.language))
        self._relabel()

    def set_appearance(self, appearance: Appearance) -> None:
        """Look as a person wants it: language, size of all text, colours, space between lines, motion."""
        self._know(appearance)
        if appearance.language is not self.words.language:
            self.words = Words(appearance.language)
            self._relabel()
        look = Look.of(appearance, roomy=self.look.roomy)
        if look != self.look:
            self._wear(look)

    def set_proctor_corner(self, shown: bool) -> None:
        """Offer the proctors' way in beside the tools, or not."""
        self.tools.set_proctor_corner(shown)

    def set_handbook(self, shown: bool) -> None:
        """Offer the handbook, or not."""
        self.tools.set_handbook(shown)

    def set_leave(self, shown: bool) -> None:
        """Offer the way out of the program, or not."""
        self.tools.set_leave(shown)

    def set_simulated(self, what: tuple[Simulated, ...]) -> None:
        """Say what is not real, in a strip at the top; nothing takes the strip away but an empty `what`."""
        self._simulated = what
        self._name_simulated()

    def render_view(self) -> None:
        """Write what was shown last once more, in the words of now."""

    def dress(self) -> None:
        """End of `__init__`: name and style everything."""
        self._know(self.appearance)
        self._relabel()
        self._wear(self.look)
        self._tools_last()

    def _tools_last(self) -> None:
        """Let the keyboard come to language and text size after everything that the page is for."""
        head = self.tools.parentWidget()
        row = head.layout() if head else None
        if isinstance(row, QHBoxLayout):
            place = row.indexOf(self.tools)
            self.tools.setParent(
                None
            )  # coming back it goes to the end of the chain; setTabOrder does not move the start
            row.insertWidget(place, self.tools)

    def purpose(self) -> QWidget:
        """Give what the focus goes to when nobody put it anywhere: what the page is for, never the tools."""
        widget = self.nextInFocusChain()
        while widget is not None and widget is not self:
            stops = bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus) and widget.isEnabled() and widget.isVisible()
            if stops and self.isAncestorOf(widget) and not self.tools.isAncestorOf(widget):
                return widget
            widget = widget.nextInFocusChain()
        return self

    def take_focus(self) -> None:
        """Come to the front: the focus is on the page, and not on its tools, where Return would ask for a proctor."""
        focus: QWidget | None = self.focusWidget()
        if focus is None or not focus.isEnabled() or not focus.isVisible() or self.tools.isAncestorOf(focus):
            self.purpose().setFocus()

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Go on by Tab. What had the focus and is gone leaves it to what the page is for, not to its neighbour."""
        focus = QApplication.focusWidget()
        if self.isVisible() and focus is not None and not (focus.isVisible() and focus.isEnabled()):
            self.purpose().setFocus()
            return True
        return super().focusNextPrevChild(forward)

    def named(self, setter: Callable[[str], object], key: str) -> None:
        """Let `setter` have the sentence at `screen.<key>`, now and in every language to come."""
        self._labels.append((setter, f"screen.{key}"))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Scroll by the keys that nothing on the page wanted."""
        part = _SCROLLING.get(Qt.Key(event.key()))
        bars = (scroll.verticalScrollBar() for scroll in self.findChildren(Scroll) if scroll.isVisible())
        bar = next((bar for bar in bars if bar.maximum() > 0), None)
        if part is None or bar is None:
            super().keyPressEvent(event)
        else:
            bar.setValue(bar.value() + round(bar.pageStep() * part))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Draw larger in a large window."""
        super().resizeEvent(event)
        if self._display_panel is not None:
            self._display_panel.setGeometry(self.rect())
        roomy = self.height() >= tokens.ROOMY_HEIGHT
        if roomy is not self.look.roomy:
            self._wear(Look.of(self.appearance, roomy=roomy))

    def hideEvent(self, event: QHideEvent) -> None:
        """Take the panel away with the page."""
        super().hideEvent(event)
        if self._display_panel is not None:
            self._display_panel.hide()

    def _show_display_panel(self) -> None:
        if self._display_panel is None:
            self._display_panel = DisplayPanel(self.words, self, at_seat=self.at_seat)
            self._display_panel.appearance_requested.connect(self.appearance_requested)
        self._display_panel.open(self.appearance, self.tools.display, self.look)

    def _know(self, appearance: Appearance) -> None:
        self.appearance = appearance
        self.tools.set_appearance(appearance)
        if self._display_panel is not None:
            self._display_panel.show_appearance(appearance)

    def _wear(self, look: Look) -> None:
        self.look = look
        self.setStyleSheet(stylesheet(look))  # first: what measures itself measures in the new fonts
        hand_down(self, look)
        if self._display_panel is not None:
            self._display_panel.wear(look)
        self.look_changed()

    def look_changed(self) -> None:
        """Set what depends on the look and is in no stylesheet."""

    def _relabel(self) -> None:
        self.tools.set_words(self.words)
        if self._display_panel is not None:
            self._display_panel.set_words(self.words)
        for setter, key in self._labels:
            setter(self.words(key))
        self._name_simulated()
        self.render_view()

    def _name_simulated(self) -> None:
        self._strip.say(simulated_sentence(self._simulated, self.words))


class PageHead(Bar):
    """The head of a page: what it is, where, when or who, and the tools."""

    def __init__(self, tools: Tools) -> None:
        super().__init__("head")
        row = QHBoxLayout(self)
        row.setContentsMargins(Space.XL, Space.S, Space.XL, Space.S)
        row.setSpacing(Space.XL)
        self._title = Line(Type.BAR_STRONG)
        self._facts = Line(Type.BAR, Tone.SOFT)
        text = QVBoxLayout()
        text.setSpacing(0)
        text.addWidget(self._title)
        text.addWidget(self._facts)
        row.addLayout(text, 1)
        row.addWidget(tools)

    def show_title(self, title: str) -> None:
        """Name the page."""
        self._title.setText(title)

    def show_facts(self, facts: str) -> None:
        """Say where, when or who, in one line."""
        self._facts.setText(facts)
        self._facts.setVisible(bool(facts))
