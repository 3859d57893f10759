from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QFontMetrics, QImage, QPainter
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.exam.item import Paragraph, Picture, Run
from app.ui.look import Look
from app.ui.pictures import PictureButton, read_picture
from app.ui.prose import BodyView, Prose, column_width
from app.ui.tokens import Type
from tests.app.seat.screens.pictures import encoded, fire_triangle

LONG = "焊接作业前应当清除作业点周围的可燃物" * 8


def paragraph(text: str, *, strong: bool = False) -> Paragraph:
    return Paragraph((Run(text, strong=strong),))


def ink(prose: Prose, width: int, height: int) -> QImage:
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    painter = QPainter(image)
    prose.paint(painter, QPointF(0, 0), QColor("black"))
    painter.end()
    return image


def test_a_line_holds_thirty_eight_chinese_characters() -> None:
    look = Look()
    prose = Prose([paragraph("考" * 38)], look, column_width(look))
    one_more = Prose([paragraph("考" * 39)], look, column_width(look))
    assert one_more.height > prose.height


def test_lines_stand_one_and_six_tenths_apart() -> None:
    look = Look()
    one = Prose([paragraph("考" * 10)], look, column_width(look)).height
    two = Prose([paragraph("考" * 60)], look, column_width(look)).height
    assert two - one == round(1.6 * look.px(Type.EXAM))


def test_markup_in_a_text_is_shown_as_it_is() -> None:
    look = Look()
    text = "<b>5</b> &lt; 7"
    prose = Prose([paragraph(text)], look, column_width(look))
    assert abs(prose.width - QFontMetrics(look.font(Type.EXAM)).horizontalAdvance(text)) <= 2


def test_strong_text_is_darker_and_the_same_words() -> None:
    look = Look()
    plain, strong = (Prose([paragraph("不正确", strong=s)], look, 400) for s in (False, True))

    def darkness(prose: Prose) -> int:
        image = ink(prose, 400, 40)
        return sum(255 - QColor(image.pixel(x, y)).lightness() for x in range(400) for y in range(40))

    assert darkness(strong) > darkness(plain) * 1.1


def test_styles_stay_in_place_after_a_character_of_two_units() -> None:
    look = Look()
    body = Paragraph((Run("𠮷"), Run("不正确", strong=True), Run("的是")))
    expected = sum(
        QFontMetrics(look.font(kind)).horizontalAdvance(text)
        for kind, text in ((Type.EXAM, "𠮷"), (Type.EXAM, "不正确"), (Type.EXAM, "的是"))
    )
    assert abs(Prose([body], look, 800).width - expected) <= 4


def test_long_text_wraps_and_never_leaves_its_width() -> None:
    look = Look(percent=200)
    prose = Prose([paragraph(LONG), paragraph("W" * 200)], look, 500)
    assert prose.width <= 500


def test_pictures_become_buttons_and_are_reused(qtbot: QtBot) -> None:
    view = BodyView(owner := QWidget(), after=owner)
    qtbot.addWidget(owner)
    picture = encoded(fire_triangle(("a", "b", "c")))
    view.show_body((paragraph("一"), Picture("m", "图"), paragraph("二")), {"m": picture})
    tall = view.arrange(700)
    view.show_body((paragraph("一"),), {})
    short = view.arrange(700)
    view.show_body((Picture("m", "图"),), {"m": picture})
    view.arrange(700)
    assert short < tall
    assert len(view.findChildren(PictureButton)) == 1


def test_a_missing_or_hostile_picture_is_described_instead(qtbot: QtBot) -> None:
    view = BodyView(owner := QWidget(), after=owner)
    qtbot.addWidget(owner)
    view.show_body((Picture("m", "氧气瓶的示意图"),), {"m": b"<svg xmlns='http://www.w3.org/2000/svg'/>"})
    view.arrange(700)
    button = view.findChildren(PictureButton)[0]
    assert button.text() == "氧气瓶的示意图"
    assert not button.isEnabled()


def test_only_bounded_png_and_jpeg_are_read() -> None:
    good = fire_triangle(("a", "b", "c"))
    assert read_picture(encoded(good)) is not None
    assert read_picture(encoded(good, b"jpg")) is not None
    assert read_picture(encoded(good, b"bmp")) is None
    assert read_picture(encoded(QImage(9000, 10, QImage.Format.Format_Mono))) is None
    assert read_picture(encoded(good)[:200]) is None
    assert read_picture(b"") is None
