"""The player as a person uses it: by mouse, by keyboard, by ear, with and without anything to hear it with."""

import threading
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.archive.playing.marks import Lane
from app.archive.playing.pictures import Picture
from app.archive.playing.source import PlayingSource
from app.archive.playing.tempo import Tempo
from app.archive.window.player import PlayerPanel
from app.archive.window.player_keys import KEYS
from app.archive.window.player_sound import SoundState
from app.exam.prose import Language
from app.ui.buttons import Button
from app.ui.clip_speaker import Speaker, SpeakerError
from app.ui.labels import Label, Line
from app.ui.style import prepare_application
from app.words import Words
from tests.app.archive.playing.made import Maker, webm
from tests.app.archive.window.player_samples import marked
from tests.app.seat.screens.hands import find
from tests.app.ui.sound import speaker

__all__ = ["speaker"]

ZH, EN = Words(Language.ZH), Words(Language.EN)
Open = Callable[..., PlayerPanel]


@pytest.fixture(scope="session", autouse=True)
def _styled(qapp: QApplication) -> None:
    prepare_application(qapp)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> PlayingSource:
    return marked(tmp_path_factory.mktemp("player") / "recording")


@pytest.fixture
def short(tmp_path: Path) -> PlayingSource:
    """A recording of 0.6 s."""
    maker = Maker(tmp_path / "short")
    maker.segment(webm(600, claps_ms=[100]), 600)
    return PlayingSource.open(maker.close(), maker.site)


def no_speaker() -> Speaker:
    raise SpeakerError("none")


@pytest.fixture
def show(qtbot: QtBot) -> Iterator[Open]:
    made: list[PlayerPanel] = []

    def opened(source: PlayingSource, **more: object) -> PlayerPanel:
        panel = PlayerPanel(source, ZH, **{"speaker": no_speaker, **more})  # type: ignore[arg-type]
        made.append(panel)
        qtbot.addWidget(panel)
        panel.resize(1300, 720)
        panel.show()
        with qtbot.waitActive(panel):
            panel.activateWindow()
        qtbot.waitUntil(lambda: panel.engine.shown is not None)
        return panel

    yield opened
    for panel in made:
        panel.stop()


def seen_at(panel: PlayerPanel, at_ms: int, qtbot: QtBot) -> None:
    """Wait until the picture of a moment is shown."""
    qtbot.waitUntil(lambda: panel.engine.shown is not None and panel.engine.shown.at_ms == at_ms)


def workers() -> int:
    return sum(thread.name.startswith("worker") for thread in threading.enumerate())


def test_it_plays_to_the_end_and_again_from_the_start(short: PlayingSource, show: Open, qtbot: QtBot) -> None:
    panel = show(short)
    button = panel.transport.play
    assert button.accessibleName() == "播放"
    for _again in range(2):
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        assert panel.engine.playing
        assert button.accessibleName() == "暂停"
        qtbot.waitUntil(lambda: not panel.engine.playing)
        assert panel.engine.position_ms == short.duration_ms
        assert button.accessibleName() == "播放"
    seen_at(panel, 600, qtbot)


def test_without_anything_to_hear_it_with_the_picture_plays_and_it_says_so(
    short: PlayingSource, show: Open, qtbot: QtBot
) -> None:
    panel = show(short)
    panel.play()
    qtbot.waitUntil(lambda: panel.engine.position_ms > 200)
    assert panel.engine.sound.state is SoundState.NO_SPEAKER
    assert panel.status().splitlines() == [ZH("verdict.complete"), ZH("player.sound.no_speaker")]  # the worth stays


@pytest.mark.usefixtures("speaker")
def test_what_is_heard_is_what_is_seen(source: PlayingSource, show: Open, qtbot: QtBot) -> None:
    made: list[Speaker] = []

    def real() -> Speaker:
        made.append(Speaker())
        return made[0]

    panel = show(source, speaker=real)
    panel.seek(1_000)
    panel.play()
    qtbot.waitUntil(lambda: panel.engine.position_ms > 1_800, timeout=15_000)
    assert panel.engine.sound.state is SoundState.HEARD
    assert abs(1_000 + made[0].played_s * 1_000 - panel.engine.position_ms) < 150
    panel.pause()
    taken = made[0].played_s
    QTest.qWait(60)
    assert made[0].played_s == taken


@pytest.mark.parametrize("speed", [0.5, 1.0, 1.5, 2.0])
def test_faster_and_slower_sound_keeps_its_pitch(speed: float) -> None:
    tone = (10_000 * np.sin(np.arange(48_000 * 2) * 2 * np.pi * 440 / 48_000)).astype(np.int16)
    tempo = Tempo(speed)
    heard = np.concatenate([tempo.turn(tone[at : at + 9_600]) for at in range(0, len(tone), 9_600)])
    assert len(heard) == pytest.approx(len(tone) / speed, rel=0.1)
    spectrum = np.abs(np.fft.rfft(heard[: len(heard) // 2 * 2].astype(np.float64)))
    assert np.argmax(spectrum) * 48_000 / len(heard) == pytest.approx(440, abs=6)


def test_four_times_as_fast_is_silent_and_says_so(source: PlayingSource, show: Open, qtbot: QtBot) -> None:
    panel = show(source)
    QTest.mouseClick(panel.transport.speeds[4.0], Qt.MouseButton.LeftButton)
    assert panel.engine.sound.state is SoundState.TOO_FAST
    assert panel.status().endswith(ZH("player.sound.too_fast"))
    panel.seek(0)
    panel.play()
    qtbot.waitUntil(lambda: panel.engine.position_ms > 1_000)
    assert panel.engine.playing


def test_a_click_on_the_timeline_goes_there_and_so_does_a_drag(source: PlayingSource, show: Open, qtbot: QtBot) -> None:
    panel = show(source)
    view, box = panel.timeline.viewport(), panel.timeline.getPlotItem().getViewBox()
    for wanted_ms in (3_000, 17_000):
        place = panel.timeline.mapFromScene(box.mapViewToScene(box.mapToView(box.boundingRect().center())))
        place.setX(round(panel.timeline.mapFromScene(box.mapViewToScene(_at(wanted_ms))).x()))
        QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=place)
        assert panel.engine.position_ms == pytest.approx(wanted_ms, abs=60)
    start, end = QPoint(place.x(), place.y()), QPoint(place.x() - 300, place.y())
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=start)
    for step in range(1, 11):
        QTest.mouseMove(view, start + (end - start) * (step / 10), 5)
        QApplication.processEvents()
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=end)
    qtbot.waitUntil(lambda: panel.engine.position_ms < 12_000)


def _at(at_ms: int) -> QPointF:
    return QPointF(at_ms / 1000, 1.0)


def test_everything_goes_by_keys(source: PlayingSource, show: Open, qtbot: QtBot) -> None:
    panel = show(source)
    panel.timeline.setFocus()

    def after(*keys: Qt.Key) -> int:
        for key in keys:
            QTest.keyClick(QApplication.focusWidget() or panel, key)
        return panel.engine.position_ms

    assert after(Qt.Key.Key_Home) == 0
    assert after(Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Left) == 5_000
    seen_at(panel, 5_000, qtbot)
    after(Qt.Key.Key_Period)
    qtbot.waitUntil(lambda: panel.engine.position_ms == 5_066)
    seen_at(panel, 5_066, qtbot)
    after(Qt.Key.Key_Comma)
    qtbot.waitUntil(lambda: panel.engine.position_ms == 5_000)
    assert after(Qt.Key.Key_N) == 6_200
    assert after(Qt.Key.Key_P) == 4_100
    assert after(Qt.Key.Key_End) == source.duration_ms
    after(Qt.Key.Key_BracketRight)
    assert panel.engine.speed == 1.5
    after(Qt.Key.Key_M)
    assert panel.engine.sound.state is SoundState.MUTED
    box = panel.timeline.getPlotItem().getViewBox()
    after(Qt.Key.Key_Plus, Qt.Key.Key_Plus)
    assert np.diff(box.viewRange()[0])[0] == pytest.approx(6.0)
    after(Qt.Key.Key_0)
    assert np.diff(box.viewRange()[0])[0] == pytest.approx(24.0)


def test_a_key_or_a_button_lists_every_key_there_is(source: PlayingSource, show: Open) -> None:
    panel = show(source)
    panel.enlarge(True)
    panel.picture.setFocus()
    QTest.keyClick(panel.picture, Qt.Key.Key_F1)
    assert panel.keys.isVisible()
    assert not panel.picture.isVisible()
    named = {"space": "Space", "←": "Left", "→": "Right", "−": "-"}
    listed = {named.get(key, key) for keys in KEYS.values() for key in keys.split()}
    there = {QKeySequence(key).toString() for key in panel._acts()}
    assert listed == there - {"="}  # on most keyboards it is the plus without Shift
    assert all(line.text() for line in panel.keys.findChildren(Label))
    focus = QApplication.focusWidget()
    assert focus is not None
    QTest.keyClick(focus, Qt.Key.Key_Escape)
    assert panel.picture.isVisible()
    assert panel.large  # the first Esc put the list away only
    panel.enlarge(False)
    QTest.mouseClick(find(panel, Button, "keys"), Qt.MouseButton.LeftButton)
    assert panel.keys.isVisible()
    QTest.mouseClick(find(panel, Button, "keys"), Qt.MouseButton.LeftButton)
    assert panel.picture.isVisible()


def test_the_list_leads_to_every_mark_without_the_timeline(source: PlayingSource, show: Open) -> None:
    panel = show(source)
    view = panel.marks.view
    said = [
        view.model().index(row, 0).data(Qt.ItemDataRole.AccessibleTextRole) for row in range(view.model().rowCount())
    ]
    assert len(said) == sum(mark.lane is not Lane.ITEM for mark in source.marks)
    row = next(at for at, line in enumerate(said) if "多张人脸" in line)
    view.setFocus()
    view.setCurrentIndex(view.model().index(row - 1, 0))
    QTest.keyClick(view, Qt.Key.Key_Down)
    QTest.keyClick(view, Qt.Key.Key_Return)
    assert panel.engine.position_ms == 4_100
    assert said[row].startswith("0:00:04")
    QTest.mouseClick(find(panel, Button, "marks_items"), Qt.MouseButton.LeftButton)
    assert view.model().index(0, 0).data() == "0:00:00\u2002第 1 题"


def test_in_a_gap_it_says_what_is_missing_and_why(source: PlayingSource, show: Open, qtbot: QtBot) -> None:
    panel = show(source)
    panel.seek(7_000)
    seen_at(panel, 7_000, qtbot)
    assert panel.picture.text() == "这里没有画面：摄像头没有画面"
    assert "0:00:06 至 0:00:08，共 2 秒" in panel.picture.accessibleName()
    panel.seek(8_000)
    seen_at(panel, 8_000, qtbot)
    assert panel.picture.text() == ""


def test_a_recording_without_anything_in_it_says_so(tmp_path: Path, show: Open) -> None:
    maker = Maker(tmp_path / "nothing")
    panel = show(PlayingSource.open(maker.close(), maker.site))
    assert panel.picture.text() == ZH("player.nothing")
    panel.play()
    assert panel.engine.position_ms == 0


def test_a_snapshot_is_the_exact_picture_and_says_where_it_comes_from(
    source: PlayingSource, show: Open, tmp_path: Path, qtbot: QtBot
) -> None:
    panel = show(source, snapshots=tmp_path)
    panel.seek(3_010)
    seen_at(panel, 3_010, qtbot)
    with qtbot.waitSignal(panel.snapped) as told:
        panel.transport.snapshot_pressed.emit()
    path, digest, at_ms = told.args
    seen_at(panel, 3_000, qtbot)
    shown = next(one.text() for one in panel.findChildren(Line) if " / " in one.text()).split(" / ")[0]
    assert (at_ms, shown) == (3_000, "0:00:03.000")  # the picture's own time, on the screen as in the file's name
    assert path.stem.endswith(shown.replace(":", "-").replace(".", "-"))
    assert sha256(path.read_bytes()).hexdigest() == digest
    picture = source.picture(3_010)
    assert picture is not None
    image = QImage(str(path)).convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    assert np.array_equal(rows[:, : image.width() * 3].reshape(picture.rgb().shape), picture.rgb())
    assert image.text("Recording") == source.recording
    assert image.text("Recorded-Time") == "0:00:03.000"
    assert image.text("Wall-Time") == "2030-03-17T17:46:43.000Z"
    assert image.text("Picture-SHA256") == sha256(picture.i420.tobytes()).hexdigest()
    note = path.with_suffix(".txt").read_text()
    assert all(fact in note for fact in (path.name, digest, source.recording, "0:00:03.000", "完整"))
    assert "已保存截图" in panel.status()
    panel.transport.snapshot_pressed.emit()
    qtbot.waitUntil(lambda: "SNAPSHOT_TAKEN" in panel.status())
    assert sha256(path.read_bytes()).hexdigest() == digest


def test_a_slow_disk_does_not_hold_the_window_up_and_only_the_last_wish_counts(
    source: PlayingSource, show: Open, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    panel = show(source)
    go, asked = threading.Event(), []
    ask = PlayingSource.picture

    def slow(self: PlayingSource, at_ms: int) -> Picture | None:
        asked.append(at_ms)
        go.wait(10)
        return ask(self, at_ms)

    monkeypatch.setattr(PlayingSource, "picture", slow)
    for at_ms in range(1_000, 5_000, 100):
        panel.seek(at_ms)
    qtbot.waitUntil(lambda: asked == [1_000])
    assert panel.engine.position_ms == 4_900
    go.set()
    seen_at(panel, 4_900, qtbot)
    assert asked == [1_000, 4_900]


@pytest.mark.parametrize("way", ["stopped", "destroyed"])
def test_its_threads_end_with_it(way: str, short: PlayingSource, qtbot: QtBot) -> None:
    before = workers()
    panel = PlayerPanel(short, ZH, speaker=no_speaker)
    panel.show()
    panel.play()
    qtbot.waitUntil(lambda: panel.engine.position_ms > 100)
    assert workers() > before
    if way == "stopped":
        panel.stop()
    panel.deleteLater()
    qtbot.waitUntil(lambda: workers() == before)


def test_another_language_is_said_in_place(source: PlayingSource, show: Open, qtbot: QtBot) -> None:
    panel = show(source)
    panel.seek(7_000)
    seen_at(panel, 7_000, qtbot)
    panel.set_words(EN)
    assert panel.picture.text() == "No picture here: The camera gave no picture"
    assert panel.transport.play.accessibleName() == "Play"
    assert panel.marks.view.model().index(0, 0).data() == "0:00:02\u2002No face, 1 s"
    assert panel.timeline.accessibleDescription() == EN("player.timeline_keys")


def test_the_picture_has_the_room_of_the_page_and_the_whole_of_it_when_asked(
    source: PlayingSource, show: Open, qtbot: QtBot
) -> None:
    panel = show(source)
    asked: list[bool] = []
    panel.enlarged.connect(asked.append)
    usual = panel.picture.height()
    assert usual > panel.height() // 2
    panel.play()
    QTest.keyClick(panel.transport.play, Qt.Key.Key_F)
    qtbot.waitUntil(lambda: panel.picture.height() > usual)
    assert panel.picture.width() >= panel.width() - 2
    assert panel.picture.height() > panel.height() * 2 // 3
    assert not panel.marks.isVisible()
    assert panel.engine.playing
    QTest.keyClick(panel.transport.play, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: panel.picture.height() == usual)
    assert panel.marks.isVisible()
    QTest.keyClick(panel.picture, Qt.Key.Key_Return)
    find(panel, Button, "enlarge").click()
    assert asked == [True, False, True, False]
