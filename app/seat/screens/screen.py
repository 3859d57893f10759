"""The base of every screen: words, text size, the strip that says what is simulated, and the head of a page."""

from collections.abc import Callable

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app.exam.prose import Language
from app.seat.screens.view import SessionFacts, Simulated
from app.ui import tokens
from app.ui.buttons import Button
from app.ui.icons import Icon, paint_icon
from app.ui.labels import Line
from app.ui.look import Look, Looked
from app.ui.page import Scroll
from app.ui.style import stylesheet
from app.ui.text import say
from app.ui.tokens import Space, Tone, Type
from app.words import Words

TEXT_STEP = 25
TEXT_LEAST = 100
TEXT_MOST = 200
_BETWEEN = "\u2003"  # an em space: quieter than a dot, and the same in both languages
_SCROLLING = {
    Qt.Key.Key_Up: -1.0 / 8,
    Qt.Key.Key_Down: 1.0 / 8,
    Qt.Key.Key_PageUp: -7.0 / 8,
    Qt.Key.Key_PageDown: 7.0 / 8,
}


class SimulatedStrip(Looked, QWidget):
    """The amber strip across the top: what is not real."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("simulated_strip")
        self._text = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.hide()

    def text(self) -> str:
        """Give what it says."""
        return self._text

    def say(self, text: str) -> None:
        """Say it; an empty text hides the strip."""
        self._text = text
        self.setAccessibleName(text)
        self.setVisible(bool(text))
        self.update()

    def look_changed(self) -> None:
        """Measure and paint again."""
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Give the strip's height."""
        return QSize(0, QFontMetrics(self.look.font(Type.BAR_STRONG)).height() + Space.XS)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Draw hatching at both ends and the words between."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette, height = self.look.palette, self.height()
        painter.fillRect(self.rect(), QColor(palette.attention_fill))
        colour = QColor(palette.on_attention)
        font = self.look.font(Type.BAR_STRONG)
        painter.setFont(font)
        metrics = QFontMetrics(font)
        icon = metrics.ascent()
        width = icon + Space.S + metrics.horizontalAdvance(self._text)
        left = max(Space.XL, (self.width() - width) // 2)
        paint_icon(painter, Icon.SIMULATED, QRectF(left, (height - icon) / 2, icon, icon), colour)
        rest = self.rect().adjusted(left + icon + Space.S, 0, -Space.S, 0)
        painter.setPen(colour)
        painter.drawText(rest, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self._text)


class Tools(QWidget):
    """Language and text size, on every screen in the same corner."""

    language_requested = Signal(Language)
    text_percent_requested = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(Space.S)
        self._words: Words | None = None
        self._percent = TEXT_LEAST
        self._other = Language.EN
        self.language = Button("language", bar=True)
        self.smaller = Button("text_smaller", bar=True)
        self.larger = Button("text_larger", bar=True)
        self.language.clicked.connect(lambda: self.language_requested.emit(self._other))
        self.smaller.clicked.connect(lambda: self._ask(-TEXT_STEP))
        self.larger.clicked.connect(lambda: self._ask(TEXT_STEP))
        for button in (self.language, self.smaller, self.larger):
            row.addWidget(button)

    def set_words(self, words: Words) -> None:
        """Name the buttons; the first one names the language it changes to."""
        self._words = words
        self._other = Language.EN if words.language is Language.ZH else Language.ZH
        for button, key in (
            (self.language, "language"),
            (self.smaller, "text_smaller"),
            (self.larger, "text_larger"),
        ):
            button.setText(words(f"screen.tools.{key}"))
        self.language.setAccessibleName(words("screen.tools.language_long"))
        self._name_limits()

    def set_text_percent(self, percent: int) -> None:
        """Draw what has no effect dim. It stays enabled: Qt would hand the focus of a disabled button to any other."""
        self._percent = percent
        self.smaller.set_dim(percent <= TEXT_LEAST)
        self.larger.set_dim(percent >= TEXT_MOST)
        self._name_limits()

    def _name_limits(self) -> None:
        if self._words is None:
            return
        for button, key, limit in ((self.smaller, "text_smaller", TEXT_LEAST), (self.larger, "text_larger", TEXT_MOST)):
            state = "limit" if self._percent == limit else "long"
            button.setAccessibleName(self._words(f"screen.tools.{key}_{state}"))

    def _ask(self, by: int) -> None:
        self.text_percent_requested.emit(min(max(self._percent + by, TEXT_LEAST), TEXT_MOST))


class Screen(QWidget):
    """A page of the kiosk. Signals: the person asked for a language or a text size; another page of it came.

    A subclass builds its widgets in `__init__`, puts them into `self.body`, and ends with `self.dress()`.
    """

    language_requested = Signal(Language)
    text_percent_requested = Signal(int)
    turned = Signal()

    def __init__(self, words: Words, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.words = words
        self.look = Look()
        self._labels: list[tuple[Callable[[str], object], str]] = []
        self._simulated: tuple[Simulated, ...] = ()
        self._strip = SimulatedStrip()
        self.tools = Tools()
        self.tools.language_requested.connect(self.language_requested)
        self.tools.text_percent_requested.connect(self.text_percent_requested)
        self.setProperty("part", "page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(0)
        self.body.addWidget(self._strip)

    def set_words(self, words: Words) -> None:
        """Say everything in another language, in place."""
        self.words = words
        self._relabel()

    def set_text_percent(self, percent: int) -> None:
        """Set the size of all text, 100 to 200 per cent."""
        self.tools.set_text_percent(percent)
        self._wear(Look(self.look.palette, percent, self.look.roomy))

    def set_simulated(self, what: tuple[Simulated, ...]) -> None:
        """Say what is not real, in a strip at the top; nothing takes the strip away but an empty `what`."""
        self._simulated = what
        self._name_simulated()

    def render_view(self) -> None:
        """Write what was shown last once more, in the words of now."""

    def dress(self) -> None:
        """End of `__init__`: name and style everything."""
        self.tools.set_text_percent(self.look.percent)
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
        roomy = self.height() >= tokens.ROOMY_HEIGHT
        if roomy is not self.look.roomy:
            self._wear(Look(self.look.palette, self.look.percent, roomy))

    def _wear(self, look: Look) -> None:
        self.look = look
        self.setStyleSheet(stylesheet(look))  # first: what measures itself measures in the new fonts
        for child in self.findChildren(QWidget):
            if isinstance(child, Looked):
                child.set_look(look)
        self.look_changed()

    def look_changed(self) -> None:
        """Set what depends on the look and is in no stylesheet."""

    def _relabel(self) -> None:
        self.tools.set_words(self.words)
        for setter, key in self._labels:
            setter(self.words(key))
        self._name_simulated()
        self.render_view()

    def _name_simulated(self) -> None:
        self._strip.say(simulated_sentence(self._simulated, self.words))


def simulated_sentence(what: tuple[Simulated, ...], words: Words) -> str:
    """Say in one sentence that this is a rehearsal, what is simulated, or both; nothing when all is real."""
    rehearsal = words("screen.simulated.rehearsal") if Simulated.REHEARSAL in what else ""
    names = [
        words(f"screen.simulated.{one.value}") for one in Simulated if one in what and one is not Simulated.REHEARSAL
    ]
    if not names:
        return rehearsal
    listed = names[-1]
    if names[:-1]:
        before = words("screen.simulated.between").join(names[:-1])
        listed = words("screen.simulated.pair", first=before, last=names[-1])
    sources = words("screen.simulated.sources", what=listed)
    return words("screen.simulated.both", rehearsal=rehearsal, sources=sources) if rehearsal else sources


def seat_name(label: str, words: Words) -> str:
    """Name the seat as it stands on the machine: a bare number with its word, any other label as it is."""
    return words("screen.candidate.seat_number", number=f"{int(label):02}") if label.isdecimal() else label


class PageHead(QFrame):
    """The head of a page: the exam, where and when, and the tools."""

    def __init__(self, tools: Tools) -> None:
        super().__init__()
        self.setProperty("part", "head")
        self.setMinimumHeight(tokens.BAR)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._row = row = QHBoxLayout(self)
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

    def add_end(self, widget: QWidget) -> None:
        """Put something at the right end."""
        self._row.addWidget(widget)

    def show_session(self, session: SessionFacts, words: Words) -> None:
        """Name the session."""
        self._title.setText(say(session.exam_title, words))
        facts = (seat_name(session.seat_label, words), session.site, session.room, session.when)
        self.show_facts(_BETWEEN.join(fact for fact in facts if fact))

    def show_title(self, title: str) -> None:
        """Name the exam alone."""
        self._title.setText(title)

    def show_facts(self, facts: str) -> None:
        """Say where, when or who, in one line."""
        self._facts.setText(facts)
        self._facts.setVisible(bool(facts))
