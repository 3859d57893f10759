"""A picture looked at closely: zoomed and moved by mouse, wheel, keys and buttons."""

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel
from pytestqt.qtbot import QtBot

from app.exam.prose import Language
from app.ui.buttons import Button
from app.ui.picture_viewer import PictureViewer
from app.words import Words
from tests.app.seat.screens.hands import find, press


@pytest.fixture
def viewer(qtbot: QtBot) -> PictureViewer:
    viewer = PictureViewer()
    viewer.set_words(Words(Language.ZH))
    qtbot.addWidget(viewer)
    viewer.resize(1000, 600)
    image = QImage(4000, 2000, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    image.setPixelColor(3999, 1999, QColor("red"))
    viewer.show_picture(image, "储罐区平面图")
    viewer.show()
    viewer.canvas.setFocus()
    return viewer


def wheel(viewer: PictureViewer, at: QPoint, notches: int) -> None:
    event = QWheelEvent(
        QPointF(at),
        QPointF(viewer.canvas.mapToGlobal(at)),
        QPoint(),
        QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(viewer.canvas, event)


def test_what_is_said_of_a_picture_is_for_screen_readers_only(viewer: PictureViewer) -> None:
    assert viewer.canvas.accessibleName() == "储罐区平面图"
    written = [label.text() for label in viewer.findChildren(QLabel)] + [
        button.text() for button in viewer.findChildren(QAbstractButton)
    ]
    assert written
    assert not any("储罐区" in text for text in written)


def test_it_comes_as_large_as_it_fits(viewer: PictureViewer) -> None:
    place = viewer.canvas.place()
    assert viewer.canvas.rect().contains(place.toAlignedRect().adjusted(1, 1, -1, -1))
    assert viewer.canvas.width() - place.width() < 2


def test_a_small_picture_is_not_blown_up_beyond_four_times(viewer: PictureViewer) -> None:
    viewer.show_picture(QImage(20, 20, QImage.Format.Format_RGB32), "点")
    assert viewer.canvas.percent == 400


def test_the_wheel_zooms_around_the_pointer(viewer: PictureViewer) -> None:
    at = QPoint(100, 80)
    before = (QPointF(at) - viewer.canvas.place().topLeft()) / viewer.canvas._scale
    wheel(viewer, at, 12)
    after = (QPointF(at) - viewer.canvas.place().topLeft()) / viewer.canvas._scale
    assert viewer.canvas.percent > 200
    assert (before - after).manhattanLength() < 1


def test_keys_zoom_fit_and_show_it_as_it_is(viewer: PictureViewer) -> None:
    fitting = viewer.canvas.percent
    QTest.keyClicks(viewer.canvas, "++")
    assert viewer.canvas.percent > fitting
    QTest.keyClicks(viewer.canvas, "1")
    assert viewer.canvas.percent == 100
    QTest.keyClicks(viewer.canvas, "-")
    assert viewer.canvas.percent == 80
    QTest.keyClicks(viewer.canvas, "0")
    assert viewer.canvas.percent == fitting


def test_it_never_gets_too_large_or_too_small(viewer: PictureViewer) -> None:
    fitting = viewer.canvas.percent
    QTest.keyClicks(viewer.canvas, "+" * 40)
    assert viewer.canvas.percent == 800
    QTest.keyClicks(viewer.canvas, "-" * 40)
    assert viewer.canvas.percent == fitting


def test_arrows_and_drags_move_it_as_far_as_its_edges(viewer: PictureViewer) -> None:
    QTest.keyClicks(viewer.canvas, "1")
    place = viewer.canvas.place()
    QTest.keyClick(viewer.canvas, Qt.Key.Key_Right)
    assert viewer.canvas.place().left() < place.left()
    for _press in range(40):
        QTest.keyClick(viewer.canvas, Qt.Key.Key_Right)
        QTest.keyClick(viewer.canvas, Qt.Key.Key_Down)
    assert viewer.canvas.place().right() == pytest.approx(viewer.canvas.width())
    corner = viewer.canvas.rect().bottomRight()
    assert (
        viewer.canvas.grab().toImage().pixelColor(corner).red()
        > viewer.canvas.grab().toImage().pixelColor(corner).green()
    )
    QTest.mousePress(viewer.canvas, Qt.MouseButton.LeftButton, pos=QPoint(50, 50))
    QTest.mouseMove(viewer.canvas, QPoint(90, 70))
    QTest.mouseRelease(viewer.canvas, Qt.MouseButton.LeftButton, pos=QPoint(90, 70))
    assert viewer.canvas.place().right() == pytest.approx(viewer.canvas.width() + 40)


def test_buttons_do_the_same_and_the_size_is_said(viewer: PictureViewer) -> None:
    press(find(viewer, Button, "picture_whole"))
    press(find(viewer, Button, "picture_larger"))
    assert viewer.canvas.accessibleDescription() == "125 %"
    assert viewer.canvas.accessibleName() == "储罐区平面图"
    press(find(viewer, Button, "picture_smaller"))
    assert viewer.canvas.percent == 100
    press(find(viewer, Button, "picture_fit"))
    assert viewer.canvas.percent < 100


@pytest.mark.parametrize("way", ["escape", "button"])
def test_closing_lets_the_picture_go(viewer: PictureViewer, qtbot: QtBot, way: str) -> None:
    with qtbot.waitSignal(viewer.closed):
        if way == "escape":
            QTest.keyClick(viewer.canvas, Qt.Key.Key_Escape)
        else:
            press(viewer.close_button)
    assert viewer.canvas._image is None
