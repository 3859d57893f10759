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
from app.archive.window.player_facts import PlayerFacts
from app.archive.window.player_keys import PlayerKeys
from app.archive.window.player_marks import WIDTH, MarkList
from app.archive.window.player_names import missing_of
from app.archive.window.player_picture import PictureArea
from app.archive.window.player_snapshot import Snapshot, take_snapshot
from app.archive.window.player_sound import SoundState
from app.archive.window.player_times import recorded, wall
from app.archive.window.player_transport import JUMP_MS, Transport
from app.archive.window.player_wave import WaveWork
from app.archive.window.timeline import TimelinePlot
from app.ui.clip_speaker import Speaker
from app.ui.icons import Icon
from app.ui.look import Looked, hand_down
from app.ui.page import Scroll
from app.ui.text import Sentence, Text, say
from app.ui.tokens import Space, Tone
from app.words import Words
from app.words.incidents import so_long
from app.words.lengths import clock_length, whole_seconds
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

    `moved`: the position, ms of recorded time. `snapped`: a snapshot is on the disk (the PNG file, its SHA-256, the
    picture's recorded time): whoever keeps the recording writes that into its custody. `enlarged`: the picture is to
    have the whole window, or no longer; whoever shows the panel takes away what stands round it.

    `snapshots` is the folder that snapshots go to; None: none are made. Call `stop` when the panel is no longer
    wanted; it is also called when the application ends or the panel is destroyed.
    """

    moved = Signal(int)
    snapped = Signal(object, str, int)  # Path, sha256, ms of recorded time
    enlarged = Signal(bool)

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
        self._said: tuple[Icon, Tone, Text | Fault] | None = None
        self._large = False
        self.engine: Final = PlayerEngine(source, speaker, self)
        self.wave: Final = WaveWork(source.overview, self)
        self.picture: Final = PictureArea()
        self.transport: Final = Transport(words, snapshots=snapshots is not None)
        self.timeline: Final = TimelinePlot(source, words)
        self.marks: Final = MarkList(source.marks, words)
        self._facts: Final = PlayerFacts()
        self.keys: Final = PlayerKeys(words)
        self.keys.hide()
        self._lay_out()
        self._connect()
        self.set_words(words)
        self.look_changed()
        self.engine.seek(source.after(-1) or 0)
        self.wave.begin()

    def _lay_out(self) -> None:
        inside = QWidget()
        for part in (self.transport, self.timeline, self.marks, self.picture):  # the order of the keyboard
            part.setParent(inside)
        self.setFocusProxy(self.transport.play)
        self._top = top = QHBoxLayout()
        top.setSpacing(Space.L)
        top.addWidget(self.picture, 1)
        top.addWidget(self.keys, 1)
        self._side = side = QVBoxLayout()
        side.setSpacing(Space.S)
        top.addLayout(side)
        self._column = column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.S)
        column.addLayout(top, 1)
        column.addWidget(self.transport)
        column.addWidget(self.timeline)
        self._place_rest(beside=False)
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
        transport.enlarge_pressed.connect(lambda: self.enlarge(not self._large))
        transport.keys_pressed.connect(lambda: self.show_keys(self.keys.isHidden()))
        self.picture.pressed.connect(lambda: self.enlarge(not self._large))
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
        for part in (self.transport, self.timeline, self.marks, self.keys):
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
        beside = self.width() >= self.look.length(_WIDE) and not self._large
        if beside is not (self._side.indexOf(self.marks) >= 0):
            self._place_rest(beside=beside)
        self.marks.stand(beside=beside)
        self._facts.setMaximumWidth(self.look.length(WIDTH) if beside else self.maximumWidth())

    def _place_rest(self, *, beside: bool) -> None:
        """Let the picture have all the height where what is said and the marks have room beside it."""
        if beside:
            self._side.addWidget(self._facts)
            self._side.addWidget(self.marks, 1)
        else:
            self._column.insertWidget(1, self._facts)
            self._column.addWidget(self.marks)

    @property
    def large(self) -> bool:
        """Whether the picture has the whole window."""
        return self._large

    def enlarge(self, large: bool) -> None:
        """Give the picture the whole window, with the buttons and a slim timeline below it, or no longer."""
        if large is self._large:
            return
        self._large = large
        self.marks.setVisible(not large)
        self.timeline.be_slim(large)
        self.transport.be_slim(large)
        self.transport.show_enlarged(large)
        self._place_marks()
        self._show_state()
        self.enlarged.emit(large)

    def show_keys(self, shown: bool) -> None:
        """Show what the keys do in the place of the picture, or the picture again."""
        if self.picture.hasFocus():
            self.transport.play.setFocus()
        self.keys.setVisible(shown)
        self.picture.setVisible(not shown)
        self.transport.show_keys(shown)

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
        return self._facts.text()

    def stop(self) -> None:
        """End playing and its threads."""
        _end(self.engine, self.wave)

    def hideEvent(self, event: QHideEvent) -> None:
        """Be silent when nobody sees it any more."""
        super().hideEvent(event)
        self.pause()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Do by key what the buttons do; `PlayerKeys` lists them."""
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
            Qt.Key.Key_F: lambda: self.enlarge(not self._large),
            Qt.Key.Key_F1: self.transport.keys_pressed.emit,
            **self._ways_back(),
        }

    def _ways_back(self) -> dict[Qt.Key, Callable[[], None]]:
        """Give what Esc does: it takes the list of keys away, or makes the picture small; else it is the page's."""
        if not self.keys.isHidden():
            return {Qt.Key.Key_Escape: lambda: self.show_keys(False)}
        return {Qt.Key.Key_Escape: lambda: self.enlarge(False)} if self._large else {}

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
                length=so_long(whole_seconds(seen.missing.end_ms - seen.missing.start_ms), words),
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
        at, whole = recorded(at_ms, fine=not self.engine.playing), clock_length(self.source.duration_ms)
        self._facts.show_times(self.words("player.position", at=at, whole=whole), wall(self.source.wall_ms(at_ms)))

    def _show_state(self) -> None:
        self.transport.show_playing(playing=self.engine.playing)
        self.transport.show_speed(self.engine.speed)
        self._move(self.engine.position_ms)
        verdict = self.source.report.verdict
        self._facts.show_worth(*_WORTH[verdict], self.words(f"verdict.{verdict}"), seen=not self._large)
        icon, tone, text = self._said or self._heard()
        self._facts.say(icon, tone, self._put(text))

    def _put(self, text: Text | Fault) -> str:
        if not isinstance(text, Fault):
            return say(text, self.words)
        said = self.words.fault(text)
        return f"{said.what}{said.do} [{said.code}]"

    def _heard(self) -> tuple[Icon, Tone, Text]:
        """Say why nothing is heard; while all is well, nothing."""
        sound = self.engine.sound.state
        silent = sound in (SoundState.NO_SPEAKER, SoundState.TOO_FAST)
        return Icon.INFO, Tone.ATTENTION, Sentence(f"player.sound.{sound}") if silent else ""

    def _say(self, icon: Icon, tone: Tone, text: Text | Fault) -> None:
        self._said = (icon, tone, text)
        self._show_state()

    def _show_fault(self, fault: Fault) -> None:
        self._say(Icon.ATTENTION, Tone.DANGER, fault)

    def _snap(self) -> None:
        seen, folder = self.engine.shown, self._snapshots
        if seen is None or seen.picture is None or folder is None:
            return
        picture, source, words = seen.picture, self.source, self.words
        self.pause()
        self.seek(picture.at_ms)  # a picture stands for a while: the time on the screen is that of the file from now on
        work = partial(take_snapshot, source, picture, folder, words)
        self.engine.worker.run(self, work, self._snapped, self._show_fault)

    def _snapped(self, snapshot: Snapshot) -> None:
        self._say(Icon.CHECK, Tone.DONE, Sentence("player.snapped", {"file": snapshot.path.name}))
        self.snapped.emit(snapshot.path, snapshot.sha256, snapshot.at_ms)


def _end(engine: PlayerEngine, wave: WaveWork) -> None:
    engine.close()
    wave.close()
