"""The two halves of the result: what it came to, and what proves it."""

from dataclasses import dataclass
from functools import cache
from typing import Final

import segno
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app.ui import tokens
from app.ui.icons import Icon, IconMark
from app.ui.labels import Label, StatusMark, repolish, rule
from app.ui.look import Looked
from app.ui.page import Panel
from app.ui.pictures import Photo
from app.ui.text import say
from app.ui.tokens import Space, Tone, Type
from app.words import Words
from sync.wire.plan import Bilingual

_MILLI: Final = 1000
_CODE_GROUP: Final = 4
_QUIET_MODULES: Final = 2
_BELOW_FROM: Final = 1.3  # from this scale on, what the score is out of stands below it


@dataclass(frozen=True)
class SectionScore:
    """One section's part; thousandths of a mark."""

    title: Bilingual
    score_milli: int
    max_milli: int
    right: int
    items: int


def marks_text(milli: int) -> str:
    """Write thousandths of a mark without needless zeros."""
    return f"{milli / _MILLI:.3f}".rstrip("0").rstrip(".")


def grouped_code(code: str) -> str:
    """Write a code in groups of four."""
    return " ".join(code[at : at + _CODE_GROUP] for at in range(0, len(code), _CODE_GROUP))


class ScorePanel(Looked, Panel):
    """Who, how many marks, passed or not, and each section's part."""

    def __init__(self) -> None:
        super().__init__(Space.XXL)
        self._photo = Photo((tokens.THUMB[0] * 2, tokens.THUMB[1] * 2), 1.4)
        self._name, self._number = Label(Type.TITLE), Label(Type.BODY, Tone.SOFT)
        self._score, self._of = Label(Type.SCORE, wrap=False), Label(Type.LEAD, Tone.SOFT)
        self._score.setObjectName("score")
        self._icon = IconMark(Icon.CHECK, Tone.DONE, Space.HUGE)
        self._verdict = Label(Type.NAME, wrap=False)
        self._verdict.setObjectName("verdict")
        self._no_score = Label(Type.LEAD)
        self._marks = QWidget()
        self._table = QGridLayout()
        self._cells: list[tuple[Label, Label, Label]] = []
        self._lay_out()

    def _lay_out(self) -> None:
        who = QHBoxLayout()
        who.setSpacing(Space.L)
        names = QVBoxLayout()
        names.setSpacing(0)
        names.addStretch(1)
        names.addWidget(self._name)
        names.addWidget(self._number)
        names.addStretch(1)
        who.addWidget(self._photo)
        who.addLayout(names, 1)
        self._grid = marks = QGridLayout(self._marks)
        marks.setContentsMargins(0, 0, 0, 0)
        marks.setSpacing(Space.L)
        marks.setColumnStretch(1, 1)
        marks.addWidget(self._score, 0, 0)
        self._tint = QFrame()
        self._tint.setProperty("part", "tint")
        verdict = QHBoxLayout(self._tint)
        verdict.setContentsMargins(Space.XL, Space.M, Space.XL, Space.M)
        verdict.setSpacing(Space.M)
        verdict.addWidget(self._icon)
        verdict.addWidget(self._verdict)
        marks.addWidget(self._tint, 0, 2, Qt.AlignmentFlag.AlignVCenter)
        self.look_changed()
        self._table.setHorizontalSpacing(Space.XL)
        self._table.setVerticalSpacing(Space.M)
        self._table.setColumnStretch(0, 1)
        self.content.addLayout(who)
        self.content.addWidget(rule())
        self.content.addWidget(self._marks)
        self.content.addWidget(self._no_score)
        self._rule = rule()
        self.content.addWidget(self._rule)
        self.content.addLayout(self._table)
        self.content.addStretch(1)

    def look_changed(self) -> None:
        """Say what the score is out of beside it, or below it where the words are large."""
        if self.look.scale >= _BELOW_FROM:
            self._grid.addWidget(self._of, 1, 0, 1, 3)
        else:
            self._grid.addWidget(self._of, 0, 1, Qt.AlignmentFlag.AlignVCenter)

    def show_candidate(self, name: str, admission_number: str, photo: bytes | None, words: Words) -> None:
        """Show whose result it is."""
        self._photo.show_photo(photo)
        self._photo.setAccessibleName(words("screen.candidate.photo", name=name))
        self._name.setText(name)
        self._number.setText(words("screen.result.number", number=admission_number))

    def show_score(self, score: int, most: int, needed: int, words: Words, *, passed: bool) -> None:
        """Show marks (thousandths) and verdict."""
        self._marks.show()
        self._no_score.hide()
        self._score.setText(marks_text(score))
        self._of.setText(words("screen.result.of", most=marks_text(most), needed=marks_text(needed)))
        tone = Tone.DONE if passed else Tone.INK
        self._icon.show_icon(Icon.CHECK if passed else Icon.CROSS, tone)
        self._verdict.setText(words("screen.result.passed" if passed else "screen.result.not_passed"))
        self._verdict.set_tone(tone)
        self._tint.setProperty("tone", tone.value)
        repolish(self._tint)

    def show_sections(self, sections: tuple[SectionScore, ...], words: Words) -> None:
        """Show each section's part."""
        while len(self._cells) < len(sections):
            cells = (Label(Type.LEAD), Label(Type.BODY, Tone.SOFT, wrap=False), Label(Type.LEAD, wrap=False))
            for column, cell in enumerate(cells):
                side = Qt.AlignmentFlag.AlignRight if column else Qt.AlignmentFlag.AlignLeft
                cell.setAlignment(side | Qt.AlignmentFlag.AlignVCenter)
                self._table.addWidget(cell, len(self._cells), column)
            self._cells.append(cells)
        for cells, section in zip(self._cells, sections, strict=False):
            title, right, marks = cells
            title.setText(say(section.title, words))
            right.setText(words("screen.result.right", right=section.right, items=section.items))
            score, most = marks_text(section.score_milli), marks_text(section.max_milli)
            marks.setText(words("screen.result.section_marks", score=score, most=most))

    def show_no_score(self, why: str) -> None:
        """Say why no score is shown: the authority publishes it, or the sitting is void."""
        self._marks.hide()
        self._rule.hide()
        for label in (self._score, self._verdict, *(cell for cells in self._cells for cell in cells)):
            label.clear()  # what is not to be seen does not lie about in the window either
        self._no_score.setText(why)
        self._no_score.show()


class QrCode(Looked, QWidget):
    """A QR code, drawn module by module."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("qr")
        self._text = ""
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_text(self, text: str) -> None:
        """Show another text as QR code."""
        self._text = text
        self.update()

    def look_changed(self) -> None:
        """Measure and paint again."""
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Give the code's square."""
        side = self.look.length(tokens.QR, 1.4)
        return QSize(side, side)

    def minimumSizeHint(self) -> QSize:
        """Give the same."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Draw the modules on whole pixels, dark on light whatever the theme: scanners want it so."""
        if not self._text:
            return
        painter = QPainter(self)
        painter.fillRect(self.rect(), Qt.GlobalColor.white)
        rows = _modules(self._text)
        module = self.width() // (len(rows) + 2 * _QUIET_MODULES)
        margin = (self.width() - module * len(rows)) // 2
        for y, row in enumerate(rows):
            for x, dark in enumerate(row):
                if dark:
                    box = QRectF(margin + x * module, margin + y * module, module, module)
                    painter.fillRect(box, Qt.GlobalColor.black)
        painter.setPen(QPen(QColor(self.look.palette.line), tokens.BORDER))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))


@cache
def _modules(text: str) -> tuple[bytes, ...]:
    return tuple(bytes(row) for row in segno.make_qr(text, error="m").matrix)


class ProofPanel(Panel):
    """The verification code, the same as QR code, and where the packet is."""

    def __init__(self) -> None:
        super().__init__()
        self._title, self._why = Label(Type.SECTION), Label(Type.BODY, Tone.SOFT)
        self._code = Label(Type.CODE)
        self._code.setObjectName("verification_code")
        self._qr = QrCode()
        self._delivery, self._means = StatusMark(Type.STRONG, wrap=True), Label(Type.BODY, Tone.SOFT)
        self._delivery.setObjectName("delivery_state")
        for widget in (self._title, self._code):
            self.content.addWidget(widget)
        row = QHBoxLayout()
        row.setSpacing(Space.L)
        row.addWidget(self._qr)
        row.addWidget(self._why, 1, Qt.AlignmentFlag.AlignTop)
        self.content.addLayout(row)
        self.content.addWidget(rule())
        self.content.addWidget(self._delivery)
        self.content.addWidget(self._means)
        self.content.addStretch(1)

    def show_code(self, code: str, qr: str, words: Words) -> None:
        """Show the code, in groups."""
        self._title.setText(words("screen.result.code"))
        self._why.setText(words("screen.result.code_why"))
        self._code.setText(grouped_code(code))
        self._qr.show_text(qr)
        self._qr.setAccessibleName(words("screen.result.qr"))

    def show_delivery(self, icon: Icon, tone: Tone, text: str, means: str) -> None:
        """Show where the packet is, and what that means."""
        self._delivery.show_status(icon, tone, text)
        self._means.setText(means)
