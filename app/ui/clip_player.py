"""Sound or a moving picture on the page: a button, where it is, and how often it may still be played."""

from collections.abc import MutableMapping
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import (
    QColor,
    QFontMetrics,
    QHideEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QShowEvent,
)
from PySide6.QtWidgets import QApplication, QWidget

from app.exam.prose import Clip, Language
from app.ui import tokens
from app.ui.clip_playback import Playback, Playing
from app.ui.icons import Icon
from app.ui.look import Looked
from app.ui.play_button import PlayButton
from app.ui.tokens import Space, Tone, Type
from app.words import Words

if TYPE_CHECKING:
    from app.ui.clip_reel import ClipFacts

_TICK_MS: Final = 33
_STEP_S: Final = 5
_FLAGS: Final = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextWordWrap
_TRACK: Final = 6
_MOST_HIGH: Final = 10_000


class ClipPlayer(Looked, QWidget):
    """A clip. It plays from memory, stops when it is no longer seen, and counts how often it was begun.

    `plays` counts by the medium's name; it belongs to whoever keeps the sitting and outlives this widget.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("clip")
        self._clip, self._data = Clip("", ""), b""
        self._words = Words(Language.ZH)
        self._row = 0
        self._plays: MutableMapping[str, int] = {}
        self._facts: ClipFacts | None = None
        self._playback: Playback | None = None
        self._counted = 0
        self._picture: QImage | None = None
        self._screen = QRect()
        self.button = PlayButton(self)
        self.button.clicked.connect(self._press)
        self._timer = QTimer(self)
        self._timer.setInterval(_TICK_MS)
        self._timer.timeout.connect(self._tick)
        application = QApplication.instance()
        if application is not None:
            application.aboutToQuit.connect(self._stop)

    def show_clip(self, clip: Clip, data: bytes, words: Words, plays: MutableMapping[str, int]) -> None:
        """Take a clip and its bytes."""
        from app.ui.clip_reel import ClipError, clip_facts  # noqa: PLC0415 - the decoder takes long, and a seat starts without it

        self._stop()
        self._clip, self._data, self._words, self._plays = clip, data, words, plays
        self._picture, self._counted = None, 0
        try:
            self._facts = clip_facts(data)
        except ClipError:
            self._facts = None
        self.setAccessibleName(clip.alt)
        self._show_state()

    @property
    def state(self) -> Playing:
        """What it does."""
        if self._facts is None:
            return Playing.BROKEN
        return self._playback.state if self._playback else Playing.PAUSED

    def look_changed(self) -> None:
        """Nothing yet: the owner arranges again."""

    def arrange(self, width: int) -> int:
        """Lay it out in `width` and give its height: the same whatever it says, so that nothing ever moves."""
        self.button.set_look(self.look)
        top = self._arrange_screen(width)
        side = self.look.length(tokens.TARGET, 1.5)
        line = QFontMetrics(self.look.font(Type.BODY)).height()
        self._row = max(side, self._height_of_troubles(width - side - Space.M))
        self.button.setGeometry(0, top + (self._row - side) // 2, side, side)
        return top + self._row + (Space.XS + line if self._clip.plays else 0)

    def _height_of_troubles(self, width: int) -> int:
        """Give the height of the longest sentence that may stand beside the button."""
        metrics, room = QFontMetrics(self.look.font(Type.BODY)), QRect(0, 0, max(1, width), _MOST_HIGH)
        return max(metrics.boundingRect(room, _FLAGS, said).height() for said in self._troubles().values())

    def _arrange_screen(self, width: int) -> int:
        if self._facts is None or not self._facts.width:
            self._screen = QRect()
            return 0
        size = QSize(self._facts.width, self._facts.height)
        most = QSize(width, self.look.length(tokens.PICTURE_MOST, 1.5))
        size.scale(most.boundedTo(size * self.look.scale), Qt.AspectRatioMode.KeepAspectRatio)
        self._screen = QRect(QPoint(0, 0), size)
        return size.height() + Space.S

    # What it does

    def _left(self) -> int | None:
        """Give how often it may still be begun; None: as often as wanted."""
        return max(0, self._clip.plays - self._plays.get(self._clip.media, 0)) if self._clip.plays else None

    def _press(self) -> None:
        if self._facts is None:
            return
        if self._playback is None:
            self._playback = Playback(self._data)
        if self._playback.state is Playing.PLAYING:
            self._playback.pause()
        elif self._left() != 0 or self._under_way():
            self._playback.play()
            self._timer.start()
        self._show_state()

    def _under_way(self) -> bool:
        """Tell whether it was begun and has not ended: going on is no new play."""
        return self._playback is not None and self._counted > 0 and self._playback.state is not Playing.ENDED

    def _tick(self) -> None:
        playback = self._playback
        if playback is None:
            return
        picture = playback.take_picture()
        self._picture = picture or self._picture
        if playback.starts > self._counted:
            self._plays[self._clip.media] = self._plays.get(self._clip.media, 0) + playback.starts - self._counted
            self._counted = playback.starts
        waits = playback.seeking or (self._shows() and self._picture is None)
        if playback.state is Playing.BROKEN or (playback.state is not Playing.PLAYING and not waits):
            self._timer.stop()
        self._show_state()

    def _show_state(self) -> None:
        state = self.state
        self.button.icon_shown = Icon.PAUSE if state is Playing.PLAYING else Icon.PLAY
        spent = self._left() == 0 and not self._under_way() and state is not Playing.PLAYING
        if spent and self.button.hasFocus():
            self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.button.setEnabled(state is not Playing.BROKEN and not spent)
        doing = state is Playing.PLAYING
        act = self._words("screen.interaction.clip.pause" if doing else "screen.interaction.clip.play")
        name = f"{act} {self._clip.alt}"
        self.button.setAccessibleName(f"{name} {self._said()}".strip())
        self.update()

    def _troubles(self) -> dict[Playing, str]:
        words, alt = self._words, self._clip.alt
        return {
            Playing.SILENT: words("screen.interaction.clip.silent"),
            Playing.BROKEN: words("screen.interaction.clip.broken", alt=alt),
        }

    def _said(self) -> str:
        """Give what there is to say: what does not go, or how often it may still be played."""
        left = self._left()
        if self.state in self._troubles():
            return self._troubles()[self.state]
        if left is None:
            return ""
        if left == 0:
            return self._words("screen.interaction.clip.spent")
        return self._words("screen.interaction.clip.left", left=left)

    def _stop(self) -> None:
        self._timer.stop()
        if self._playback is not None:
            self._tick()
            self._playback.close()
            self._playback = None

    def _shows(self) -> bool:
        return self._facts is not None and self._facts.width > 0

    def showEvent(self, event: QShowEvent) -> None:
        """Fetch the picture it begins with."""
        super().showEvent(event)
        if self._shows() and self._picture is None and self._playback is None:
            self._playback = Playback(self._data)
            self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """Be silent when the item is gone."""
        super().hideEvent(event)
        self._stop()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go back and on by the arrows, where it may be played as often as wanted."""
        step = {Qt.Key.Key_Left: -_STEP_S, Qt.Key.Key_Right: _STEP_S}.get(Qt.Key(event.key()))
        if step is None or self._playback is None or self._clip.plays or self._facts is None:
            super().keyPressEvent(event)
            return
        self._playback.seek(min(self._playback.position_s + step, self._facts.duration_s))
        self._timer.start()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Go to a place on the track, where it may be played as often as wanted; a press on the picture plays."""
        if self._screen.contains(event.position().toPoint()):
            self.button.click()
        elif self._track().adjusted(0, -Space.M, 0, Space.M).contains(event.position()):
            self._go((event.position().x() - self._track().left()) / self._track().width())

    def _go(self, part: float) -> None:
        if self._clip.plays or self._facts is None or not self._facts.duration_s:
            return
        if self._playback is None:
            self._playback = Playback(self._data)
        self._playback.seek(self._facts.duration_s * min(1.0, max(0.0, part)))
        self._timer.start()
        self._show_state()

    # How it looks

    def _time(self) -> str:
        position = self._playback.position_s if self._playback else 0.0
        total = self._facts.duration_s if self._facts else 0.0
        shown = _clock(min(position, total) if total else position)
        return f"{shown} / {_clock(total)}" if total else shown

    def _track(self) -> QRectF:
        """Give the line on which the position is shown."""
        box = QRectF(self.button.geometry())
        wide = QFontMetrics(self.look.font(Type.BODY)).horizontalAdvance("00:00 / 00:00") + Space.M
        left = box.right() + Space.M
        return QRectF(left, box.center().y() - _TRACK / 2, max(8.0, self.width() - left - wide - Space.M), _TRACK)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Draw picture, track, time, and what there is to say."""
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        palette, track = self.look.palette, self._track()
        if not self._screen.isEmpty():
            painter.fillRect(self._screen, QColor(palette.clip_ground))
            if self._picture is not None:
                painter.drawImage(self._screen, self._picture)
            painter.setPen(QPen(QColor(palette.line), tokens.BORDER))
            painter.drawRect(QRectF(self._screen).adjusted(0.5, 0.5, -0.5, -0.5))
        painter.setFont(self.look.font(Type.BODY))
        if self.state in self._troubles():
            beside = self.rect().adjusted(self.button.width() + Space.M, self._top(), 0, 0)
            beside.setHeight(self._row)
            painter.setPen(self.look.tone(Tone.DANGER))
            painter.drawText(beside, _FLAGS, self._said())
            return
        self._paint_track(painter, track)
        painter.setPen(self.look.tone(Tone.INK))
        beside = QRect(round(track.right()) + Space.M, self._top(), self.width(), self._row)
        painter.drawText(beside, _FLAGS, self._time())
        painter.setPen(self.look.tone(Tone.SOFT))
        below = self.rect().adjusted(0, self._top() + self._row + Space.XS, 0, 0)
        painter.drawText(below, _FLAGS, self._said())

    def _top(self) -> int:
        return self._screen.height() + Space.S if not self._screen.isEmpty() else 0

    def _paint_track(self, painter: QPainter, track: QRectF) -> None:
        palette = self.look.palette
        total = self._facts.duration_s if self._facts else 0.0
        part = min(1.0, self._playback.position_s / total) if self._playback and total else 0.0
        done, knob = QRectF(track), track.left() + track.width() * part
        done.setRight(knob)
        painter.setPen(Qt.PenStyle.NoPen)
        for colour, box in ((palette.line_strong, track), (palette.accent, done)):
            painter.setBrush(QColor(colour))
            painter.drawRoundedRect(box, _TRACK / 2, _TRACK / 2)
        painter.drawEllipse(QRectF(knob - _TRACK, track.center().y() - _TRACK, 2 * _TRACK, 2 * _TRACK))


def _clock(seconds: float) -> str:
    """Give minutes and seconds."""
    whole = int(seconds + 0.5)
    return f"{whole // 60:02d}:{whole % 60:02d}"
