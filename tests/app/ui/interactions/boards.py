"""Interactions as the tests show them, and hands for pictures and rows."""

from dataclasses import dataclass, field

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QScrollArea, QWidget

from app.exam.interactions import Area, Canvas, Choice, Interaction, Option, Shape
from app.exam.prose import Language, Paragraph, Run, Wording
from app.ui.interactions.base import InteractionView, Setting
from app.words import Words
from tests.app.seat.screens.pictures import encoded


def said(text: str) -> Wording:
    """Say the same in both languages."""
    body = (Paragraph((Run(text),)),)
    return Wording(body, body)


def options(*names: str, most: int = 1) -> tuple[Option, ...]:
    """Make options called as they are."""
    return tuple(Option(name, said(f"选项 {name}"), match_max=most) for name in names)


def choice(names: str = "abcd", *, most: int = 1, least: int = 0) -> Choice:
    """Make a choice."""
    return Choice("R", said("提示"), options(*names), min_choices=least, max_choices=most)


def blank(width: int, height: int) -> bytes:
    """Make a white picture."""
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    return encoded(image)


CANVAS = Canvas("plan", "平面图", 400, 200)
AREAS = (
    Area("box", Shape.RECT, (10, 10, 90, 90), "方"),
    Area("disc", Shape.CIRCLE, (150, 50, 40), "圆"),
    Area("oval", Shape.ELLIPSE, (260, 50, 50, 30), "椭圆"),
    Area("corner", Shape.POLY, (300, 190, 390, 190, 390, 110), "三角"),
    Area("rest", Shape.DEFAULT, (), "其余"),
)
SETTING = Setting(Language.ZH, {"plan": blank(400, 200)}, Words(Language.ZH))


@dataclass
class Shown:
    """A view in a window, and what it told."""

    view: InteractionView
    told: list[tuple[str, ...]] = field(default_factory=list)

    def show(self, interaction: Interaction, values: tuple[str, ...] = ()) -> None:
        """Show an interaction and lay it out."""
        self.view.show_interaction(interaction, values, SETTING)
        self.view.resize(700, self.view.arrange(700))
        QApplication.processEvents()


def shown(view: InteractionView, interaction: Interaction, values: tuple[str, ...] = ()) -> Shown:
    """Put a view into a window that scrolls, and note what it tells."""
    window = QScrollArea()
    window.resize(760, 600)
    window.setWidget(view)
    one = Shown(view)
    view.responded.connect(lambda _response, told: one.told.append(told))
    one.show(interaction, values)
    window.show()
    window.activateWindow()
    QTest.qWaitForWindowActive(window)
    _WINDOWS.append(window)
    return one


_WINDOWS: list[QWidget] = []


def floor() -> QWidget:
    """Give a widget for a view to begin on; kept, for what stands on it goes with it."""
    _WINDOWS.append(QWidget())
    return _WINDOWS[-1]


def close_windows() -> None:
    """Close what `shown` opened."""
    for window in _WINDOWS:
        window.close()
        window.deleteLater()
    _WINDOWS.clear()


def carry(widget: QWidget, to: QWidget, at: QPoint | None = None) -> None:
    """Carry a thing with the mouse from its middle onto another widget."""
    start = widget.rect().center()
    end = widget.mapFromGlobal(to.mapToGlobal(at if at is not None else to.rect().center()))
    QTest.mousePress(widget, Qt.MouseButton.LeftButton, pos=start)
    for part in (0.2, 0.6, 1.0):
        QTest.mouseMove(widget, start + (end - start) * part)
    QTest.mouseRelease(widget, Qt.MouseButton.LeftButton, pos=end)
