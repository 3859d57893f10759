"""An administrator signs in: their name and PIN. Also asked of a second person, who approves a destruction."""

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.archive.window.chrome import ArchivePage
from app.ui.icons import Icon
from app.ui.labels import Label, Note
from app.ui.message import MessagePanel
from app.ui.page import Scroll
from app.ui.pin_panel import PinPanel
from app.ui.proctor_button import ProctorCard
from app.ui.tokens import Space, Tone, Type
from app.words import Words
from sync.wire.archive import Person


class SignInPage(ArchivePage):
    """Who you are, and your PIN: `pins` is the panel that asks (`pin_asking`)."""

    def __init__(self, words: Words, parent: QWidget | None = None) -> None:
        super().__init__(words, parent)
        self._site = Label(Type.STRONG)
        self.pins = PinPanel("archive_sign_in")
        self.named(self.pins.button.setText, "archive.sign_in.sign_in")
        self._nobody = MessagePanel("nobody")
        self._nobody_scroll = Scroll(self._nobody)
        row = QHBoxLayout()
        row.setContentsMargins(Space.XL, Space.XL, Space.XL, Space.XL)
        row.setSpacing(Space.XXL)
        row.addWidget(Scroll(self._make_words()), 2)
        right = QVBoxLayout()
        right.addWidget(self.pins)
        right.addWidget(self._nobody_scroll, 100)
        right.addStretch(1)
        row.addLayout(right, 3)
        self.body.addLayout(row, 1)
        self._people: tuple[Person, ...] = ()
        self._alone: int | None = None
        self.dress()

    def _make_words(self) -> QWidget:
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, Space.M, 0)
        column.setSpacing(Space.L)
        title, body = Label(Type.TITLE), Label(Type.LEAD, Tone.SOFT)
        self.named(title.setText, "archive.sign_in.title")
        self.named(body.setText, "archive.sign_in.body")
        self._alone_note = Note()
        for widget in (self._site, title, body, self._alone_note, self.problem):
            column.addWidget(widget)
        column.addStretch(1)
        return content

    def show_people(self, people: tuple[Person, ...], place: str) -> None:
        """Show who may sign in here; with nobody it says how that comes about."""
        self._people, self._alone = people, None
        self._site.setText(place)
        self.pins.show_proctors(tuple(ProctorCard(one.administrator, one.name) for one in people))
        self.render_view()

    def show_left_alone(self, minutes: int) -> None:
        """Say that whoever was here was signed out after so many minutes without a key."""
        self._alone = minutes
        self.render_view()

    def render_view(self) -> None:
        """Write it."""
        super().render_view()
        alone = "" if self._alone is None else self.words("screen.archive.sign_in.alone", minutes=self._alone)
        self._alone_note.say(Tone.ACCENT, alone)
        self.pins.set_words(self.words)
        self.pins.setVisible(bool(self._people))
        self._nobody_scroll.setVisible(not self._people)
        title, do = self.words("screen.archive.sign_in.nobody"), self.words("screen.archive.sign_in.nobody_do")
        self._nobody.show_message(Icon.INFO, Tone.SOFT, title, do=do)
