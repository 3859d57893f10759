"""A candidate as a card: photo, name, and the facts one checks by."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QBoxLayout, QGridLayout, QVBoxLayout, QWidget

from app.seat.screens.view import CandidateCard
from app.ui.labels import Label, Note
from app.ui.look import Looked
from app.ui.pictures import Photo
from app.ui.text import say
from app.ui.tokens import Space, Tone, Type
from app.words import Words

_FACTS = ("id_number", "admission_number", "exam", "seat")


_STACKED_FROM = 1.5


class CandidatePanel(Looked, QWidget):
    """Photo at the left; name and facts at the right, or below where `narrow` and the text is large.

    Without `photo` only the facts, for a page that shows the photo itself.
    """

    def __init__(self, *, narrow: bool = False, photo: bool = True) -> None:
        super().__init__()
        self._narrow = narrow
        self._photo = Photo()
        self._name = Label(Type.NAME)
        self._name.setObjectName("candidate_name")
        self._keys = {fact: Label(Type.FACT, Tone.SOFT) for fact in _FACTS}
        self._values = {fact: Label(Type.FACT) for fact in _FACTS}
        self._note = Note()
        self._row = row = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(Space.XL)
        if photo:
            row.addWidget(self._photo, 0, Qt.AlignmentFlag.AlignTop)
        else:
            self._photo.setParent(self)
            self._photo.hide()
        text = QVBoxLayout()
        text.setSpacing(Space.M)
        text.addWidget(self._name)
        text.addLayout(self._facts())
        text.addWidget(self._note)
        text.addStretch(1)
        row.addLayout(text, 1)

    def _facts(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(Space.L)
        grid.setVerticalSpacing(Space.S)
        grid.setColumnStretch(1, 1)
        for line, fact in enumerate(_FACTS):
            grid.addWidget(self._keys[fact], line, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(self._values[fact], line, 1)
        return grid

    def look_changed(self) -> None:
        """Put the photo above the facts where they do not fit beside it."""
        stacked = self._narrow and self.look.scale >= _STACKED_FROM
        way = QBoxLayout.Direction.TopToBottom if stacked else QBoxLayout.Direction.LeftToRight
        self._row.setDirection(way)

    def show_candidate(self, card: CandidateCard, words: Words) -> None:
        """Show a candidate."""
        self._photo.show_photo(card.photo)
        self._photo.setAccessibleName(words("screen.candidate.photo", name=card.name))
        self._name.setText(card.name)
        facts = (
            card.id_number_masked,
            card.admission_number,
            say(card.exam_title, words),
            words("screen.candidate.seat_number", number=f"{card.seat_number:02}"),
        )
        for fact, value in zip(_FACTS, facts, strict=True):
            self._keys[fact].setText(words(f"screen.candidate.{fact}"))
            self._values[fact].setText(value)
        self._note.say(Tone.ACCENT, say(card.allowance, words) if card.allowance else "")
