"""The player: picture, transport, timeline and marks of one recording."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QVBoxLayout, QWidget

from app.archive.playing.source import PlayingSource
from app.archive.window.player_engine import SPEEDS, PlayerEngine, Seen
from app.archive.window.player_marks import MarkList
from app.archive.window.player_names import missing_of
from app.archive.window.player_picture import PictureArea
from app.archive.window.player_snapshot import Snapshot, take_snapshot
from app.archive.window.player_sound import SoundState
from app.archive.window.player_times import length, recorded, wall
from app.archive.window.player_transport import JUMP_MS, Transport
from app.archive.window.player_wave import WaveWork
from app.archive.window.rows import Wrap
from app.archive.window.timeline import TimelinePlot
from app.ui.clip_speaker import Speaker
from app.ui.icons import Icon
from app.ui.labels import Line, StatusMark
from app.ui.look import Looked, hand_down
from app.ui.page import Scroll
from app.ui.text import Sentence, Text, say
from app.ui.tokens import Space, Tone, Type
from app.words import Words
from proctoring.vault.format.report import Verdict
from sync.faults import Fault

_WORTH: Final = {
    Verdict.COMPLETE: (Icon.SHIELD, Tone.DONE),
    Verdict.RECOVERED: (Icon.INFO, Tone.ATTENTION),
    Verdict.TRUNCATED: (Icon.ATTENTION, Tone.ATTENTION),
    Verdict.TAMPERED: (Icon.CROSS, Tone.DANGER),
}
"""How a verdict is said."""
_WIDE: Final = 900
"""From such a width on (at 100 % text) the marks stand beside the picture."""


class PlayerPanel(Looked, QWidget):
    """Plays a recording.

    `moved`: the position, ms of recorded time. `snapped`: a snapshot is on the disk (the PNG file, its SHA-256):
    whoever keeps the recording writes that into its custody.

    `snapshots` is the folder that snapshots go to; None: none are made. Call `stop` when the panel is no longer
    wanted; it is also called when the application ends or the panel is destroyed.
    """

    moved = Signal(int)
    snapped = Signal(object, str)  # Path, sha256

    def __init__(
        self,
        source: PlayingSource,
        words: Words,
        *,
        snapshots: Path | None = None,
        speaker: Callable[[], Speaker] = Speaker,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("player")
        self.source: Final = source
        self.words = words
        self._snapshots: Final = snapshots
        self._said: tuple[Icon, Tone, Text] | None = None
        self.engine: Final = PlayerEngine(source, speaker, self)
        self.wave: Final = WaveWork(source.overview, self)
        self.picture: Final = PictureArea()
        self.transport: Final = Transport(words, snapshots=snapshots is not None)
        self.timeline: Final = TimelinePlot(source, words)
        self.marks: Final = MarkList(source.marks, words)
        self._time, self._wall = Line(Type.STRONG), Line(Type.BODY, Tone.SOFT)
        self._status: Final = StatusMark(Type.BODY, wrap=True)
        self._lay_out()
        self._connect()
        self.set_words(words)
        self.look_changed()
        self.engine.seek(source.after(-1) or 0)
        self.wave.begin()

    def _lay_out(self) -> None:
        inside = QWidget()
        for part in (self.transport, self.timeline, self.marks):  # the order of the keyboard
            part.setParent(inside)
        self.setFocusProxy(self.transport.play)
        times = QWidget()
        row = Wrap(times, Space.XL)
        row.put(self._time)
        row.put(self._wall, far=True)
        seen = QVBoxLayout()
        seen.setSpacing(Space.S)
        seen.addWidget(self.picture, 1)
        seen.addWidget(times)
        seen.addWidget(self._status)
        self._top = top = QHBoxLayout()
        top.setSpacing(Space.L)
        top.addLayout(seen, 1)
        top.addWidget(self.marks)
        self._column = column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.S)
        column.addLayout(top, 1)
        column.addWidget(self.transport)
        column.addWidget(self.timeline)
        outside = QVBoxLayout(self)
        outside.setContentsMargins(0, 0, 0, 0)
        outside.addWidget(Scroll(inside))  # large text on a small screen

    def _connect(self) -> None:
        engine, transport = self.engine, self.transport
        engine.seen.connect(self._show)
        engine.moved.connect(self._move)
        engine.moved.connect(self.moved)
        engine.changed.connect(self._show_state)
        engine.failed.connect(self._show_fault)
        transport.play_pressed.connect(self._toggle)
        transport.jumped.connect(lambda by_ms: self.seek(engine.position_ms + by_ms))
        transport.stepped.connect(engine.step)
        transport.speed_chosen.connect(engine.set_speed)
        transport.loudness_chosen.connect(lambda loudness, muted: engine.set_loudness(loudness, muted=muted))
        transport.snapshot_pressed.connect(self._snap)
        self.timeline.sought.connect(self.seek)
        self.marks.chosen.connect(self.seek)
        self.wave.grown.connect(self.timeline.refresh)
        application = QApplication.instance()
        if application is not None:
            application.aboutToQuit.connect(self.stop)
        self.destroyed.connect(partial(_end, engine, self.wave))

    def set_words(self, words: Words) -> None:
        """Say everything in another language, in place."""
        self.words = words
        for part in (self.transport, self.timeline, self.marks):
            part.set_words(words)
        simulated = "picture" in self.source.simulated
        self.picture.set_simulated(words("player.simulated") if simulated else "")
        if self.engine.shown is not None:
            self._show(self.engine.shown)
        self._show_state()

    def look_changed(self) -> None:
        """Hand it on: what stands in the panel paints itself. Large text takes the marks from beside the picture."""
        hand_down(self, self.look)
        self._place_marks()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Place the marks where there is room for them."""
        super().resizeEvent(event)
        self._place_marks()

    def _place_marks(self) -> None:
        beside = self.width() >= self.look.length(_WIDE)
        if beside is not (self._top.indexOf(self.marks) >= 0):
            (self._top if beside else self._column).addWidget(self.marks)
        self.marks.stand(beside=beside)

    def seek(self, at_ms: int) -> None:
        """Go to a moment, ms of recorded time."""
        self.engine.seek(at_ms)

    def play(self) -> None:
        """Play on."""
        self.engine.play()

    def pause(self) -> None:
        """Stop where it is."""
        self.engine.pause()

    def status(self) -> str:
        """Give what it says of itself: what the recording is worth, why nothing is heard, what became of a snapshot."""
        return self._status.text()

    def stop(self) -> None:
        """End playing and its threads."""
        _end(self.engine, self.wave)

    def hideEvent(self, event: QHideEvent) -> None:
        """Be silent when nobody sees it any more."""
        super().hideEvent(event)
        self.pause()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Do by key what the buttons do; `player.timeline_keys` lists them."""
        act = self._acts().get(Qt.Key(event.key()))
        if act is None or event.modifiers() & ~(Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier):
            super().keyPressEvent(event)
        else:
            act()

    def _acts(self) -> dict[Qt.Key, Callable[[], None]]:
        engine, at_ms = self.engine, self.engine.position_ms
        return {
            Qt.Key.Key_Space: self._toggle,
            Qt.Key.Key_Left: lambda: self.seek(at_ms - JUMP_MS),
            Qt.Key.Key_Right: lambda: self.seek(at_ms + JUMP_MS),
            Qt.Key.Key_Home: lambda: self.seek(0),
            Qt.Key.Key_End: lambda: self.seek(self.source.duration_ms),
            Qt.Key.Key_Comma: lambda: engine.step(-1),
            Qt.Key.Key_Period: lambda: engine.step(1),
            Qt.Key.Key_BracketLeft: lambda: self._faster(-1),
            Qt.Key.Key_BracketRight: lambda: self._faster(1),
            Qt.Key.Key_M: self.transport.mute.click,
            Qt.Key.Key_P: lambda: self._to_mark(-1),
            Qt.Key.Key_N: lambda: self._to_mark(1),
            Qt.Key.Key_Plus: lambda: self.timeline.zoom(1),
            Qt.Key.Key_Equal: lambda: self.timeline.zoom(1),
            Qt.Key.Key_Minus: lambda: self.timeline.zoom(-1),
            Qt.Key.Key_0: lambda: self.timeline.zoom(0),
        }

    def _toggle(self) -> None:
        self._said = None
        if self.engine.playing:
            self.engine.pause()
        else:
            self.engine.play()

    def _faster(self, way: int) -> None:
        at = SPEEDS.index(self.engine.speed) + way
        if 0 <= at < len(SPEEDS):
            self.engine.set_speed(SPEEDS[at])

    def _to_mark(self, way: int) -> None:
        at_ms = self.marks.next_mark(self.engine.position_ms, way)
        if at_ms is not None:
            self.seek(at_ms)

    def _show(self, seen: Seen) -> None:
        """Show the picture of a moment; in a gap what is missing and why, though a black picture was recorded."""
        words = self.words
        if seen.missing is not None:
            facts = words(
                "player.missing_facts",
                start=recorded(seen.missing.start_ms),
                end=recorded(seen.missing.end_ms),
                length=length(seen.missing.end_ms - seen.missing.start_ms, words),
            )
            self.picture.show_nothing(words("player.missing", why=missing_of(seen.missing, words)), facts)
        elif seen.image is None:
            key = "nothing_yet" if self.source.after(-1) is not None else "nothing"
            self.picture.show_nothing(words(f"player.{key}"), "")
        else:
            self.picture.show_picture(seen.image, words("player.picture", at=recorded(seen.at_ms)))
        self.transport.enable_snapshot(possible=seen.picture is not None and seen.missing is None)

    def _move(self, at_ms: int) -> None:
        self.timeline.show_position(at_ms)
        at, whole = recorded(at_ms, fine=not self.engine.playing), recorded(self.source.duration_ms)
        self._time.setText(self.words("player.position", at=at, whole=whole))
        self._wall.setText(wall(self.source.wall_ms(at_ms)))

    def _show_state(self) -> None:
        self.transport.show_playing(playing=self.engine.playing)
        self.transport.show_speed(self.engine.speed)
        self._move(self.engine.position_ms)
        icon, tone, text = self._said or self._standing()
        self._status.show_status(icon, tone, say(text, self.words))

    def _standing(self) -> tuple[Icon, Tone, Text]:
        """Say what the person has to know of what is heard and seen."""
        sound = self.engine.sound.state
        if sound in (SoundState.NO_SPEAKER, SoundState.TOO_FAST):
            return Icon.INFO, Tone.ATTENTION, Sentence(f"player.sound.{sound}")
        verdict = self.source.report.verdict
        return (*_WORTH[verdict], Sentence(f"verdict.{verdict}"))

    def _say(self, icon: Icon, tone: Tone, text: Text) -> None:
        self._said = (icon, tone, text)
        self._show_state()

    def _show_fault(self, fault: Fault) -> None:
        said = self.words.fault(fault)
        self._say(Icon.ATTENTION, Tone.DANGER, f"{said.what}{said.do} [{said.code}]")

    def _snap(self) -> None:
        seen, folder = self.engine.shown, self._snapshots
        if seen is None or seen.picture is None or folder is None:
            return
        self.pause()
        picture, source, words = seen.picture, self.source, self.words
        work = partial(take_snapshot, source, picture, folder, words)
        self.engine.worker.run(self, work, self._snapped, self._show_fault)

    def _snapped(self, snapshot: Snapshot) -> None:
        self._say(Icon.CHECK, Tone.DONE, Sentence("player.snapped", {"file": snapshot.path.name}))
        self.snapped.emit(snapshot.path, snapshot.sha256)


def _end(engine: PlayerEngine, wave: WaveWork) -> None:
    engine.close()
    wave.close()
