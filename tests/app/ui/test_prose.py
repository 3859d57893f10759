import pytest
from PySide6.QtGui import QColor, QFontMetrics, QImage, QTextList
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.exam.prose import (
    Align,
    Block,
    Break,
    Cell,
    Divider,
    Formula,
    InlinePicture,
    Listing,
    Paragraph,
    Picture,
    Quote,
    Run,
    Style,
    Table,
    Verbatim,
)
from app.ui import tokens
from app.ui.flow_table import TableView
from app.ui.flow_view import FlowView
from app.ui.look import Look
from app.ui.pictures import PictureButton, read_picture
from app.ui.prose import column_width
from app.ui.tokens import Type
from tests.app.seat.screens.pictures import encoded, fire_triangle
from tests.app.ui.pages import Page, darkness, ink_rows, text

LONG = "焊接作业前应当清除作业点周围的可燃物" * 8
NEVER_FIRST = "，。、；：？！）》」』】〉…％"
NEVER_LAST = "（《「『【〈"


@pytest.fixture
def page(qtbot: QtBot) -> Page:
    made = Page()
    qtbot.addWidget(made)
    return made


def mask(width: int = 120, height: int = 60) -> bytes:
    """A formula's picture: its lower half is ink."""
    image = QImage(width, height, QImage.Format.Format_ARGB32)
    image.fill(0)
    for y in range(height // 2, height):
        for x in range(width):
            image.setPixel(x, y, 0xFF000000)
    return encoded(image)


def test_a_line_holds_thirty_eight_chinese_characters(page: Page) -> None:
    one = page.put((text("考" * 38),))
    assert page.put((text("考" * 39),)) > one


@pytest.mark.parametrize("percent", [100, 150, 200])
def test_lines_stand_one_and_six_tenths_apart(page: Page, percent: int) -> None:
    look = Look(percent=percent)
    one = page.put((text("考" * 10),), look=look)
    two = page.put((text("考" * 60),), look=look)
    assert abs(two - one - 1.6 * look.px(Type.EXAM)) <= 1
    assert abs(one - 1.6 * look.px(Type.EXAM)) <= 1


def test_markup_in_a_text_is_shown_as_it_is(page: Page) -> None:
    said = "<b>5</b> &lt; 7"
    page.put((text(said),))
    assert page.lines() == [said]
    expected = QFontMetrics(Look().font(Type.EXAM)).horizontalAdvance(said)
    assert abs(page.view.natural_width() - expected) <= 2


def test_characters_by_which_a_document_knows_its_own_parts_change_nothing(page: Page) -> None:
    said = "甲\ufdd0乙\ufdd1丙\u2029丁\ufffc戊\n己"
    page.put((text(said), text("后")))
    assert page.lines() == ["甲\ufffd乙\ufffd丙 丁\ufffd戊 己", "后"]


def test_no_line_begins_or_ends_with_the_wrong_punctuation(page: Page) -> None:
    said = (
        "根据《安全生产法》（2021年修正）的规定，“安全第一、预防为主、综合治理”是方针；焊工（含学徒）应当：持证上岗！对吗？…是。"
        * 3
    )
    for width in range(120, 700, 19):
        page.put((text(said),), width=width)
        lines = page.lines()
        assert not [line for line in lines if line[0] in NEVER_FIRST + "”"]
        assert not [line for line in lines if line[-1] in NEVER_LAST + "“"]


def test_a_blank_never_leaves_its_comma_to_the_next_line(page: Page) -> None:
    formula = Formula("f", "x", 900, 400)
    for width in range(150, 420, 7):
        page.put((Paragraph((Run("前面的文字若干"), formula, Run("，后面"))),), {"f": mask()}, width=width)
        assert not [line for line in page.lines() if line.startswith("，")]


@pytest.mark.parametrize("style", [Style.STRONG, Style.EMPHASIS, Style.UNDERLINE, Style.STRUCK])
def test_what_stands_out_is_darker_and_the_same_words(page: Page, style: Style) -> None:
    page.put((text("不正确"),), width=200)
    plain = darkness(page.picture())
    page.put((text("不正确", style),), width=200)
    assert page.lines() == ["不正确"]
    assert darkness(page.picture()) > plain * 1.04


def test_sub_and_superscripts_are_smaller_and_off_the_line(page: Page) -> None:
    rows = {}
    for style in (Style.SUB, Style.SUPER, Style.SMALL):
        page.put((text("2", style),), width=100)
        rows[style] = ink_rows(page.picture())
    page.put((text("2"),), width=100)
    plain = ink_rows(page.picture())
    assert all(len(found) < len(plain) for found in rows.values())
    assert rows[Style.SUB][-1] > plain[-1]
    assert rows[Style.SUPER][-1] < plain[-1] - 3


def test_styles_stay_in_place_after_a_character_of_two_units(page: Page) -> None:
    strong = frozenset({Style.STRONG})
    page.put((Paragraph((Run("𠮷"), Run("不正确", strong), Run("的是"))),))
    document = page.flow()._document
    assert document is not None
    bold = [span.start for span in document.begin().textFormats() if span.format.fontWeight() >= 700]
    assert bold == [2]


def test_long_text_wraps_and_never_leaves_its_width(page: Page) -> None:
    look = Look(percent=200)
    page.put((text(LONG), text("W" * 200)), look=look, width=500)
    assert page.view.natural_width() <= 500


def test_headings_are_larger_by_level_and_breaks_begin_lines(page: Page) -> None:
    sizes = [page.put((Paragraph((Run("标题"),), level=level),)) for level in (1, 2, 3, 0)]
    assert sizes == sorted(sizes, reverse=True)
    assert len(set(sizes)) == 4
    page.put((Paragraph((Run("甲"), Break(), Run("乙"))),))
    assert [line.strip("\u2028") for line in page.lines()] == ["甲", "乙"]


@pytest.mark.parametrize(("align", "left", "right"), [(Align.START, 0, 1), (Align.CENTRE, 1, 1), (Align.END, 1, 0)])
def test_lines_keep_to_their_side(page: Page, align: Align, left: int, right: int) -> None:
    page.put((Paragraph((Run("口口口"),), align=align),), width=300)
    image = page.picture()
    assert bool(not ink_rows(image, 0, 60)) is bool(left)
    assert bool(not ink_rows(image, 240, 300)) is bool(right)


def test_lists_are_set_in_numbered_from_their_start_and_nested(page: Page) -> None:
    inner = Listing(((text("丙"),),))
    page.put((Listing(((text("甲"),), (text("乙"), text("乙二"), inner)), ordered=True, start=7),))
    document = page.flow()._document
    assert document is not None
    block, said = document.begin(), []
    while block.isValid():
        listed: QTextList | None = block.textList()
        said.append((block.text(), listed.itemText(block) if listed is not None else ""))
        block = block.next()
    assert said[:3] == [("甲", "7."), ("乙", "8."), ("乙二", "")]
    assert said[3][0] == "丙"
    assert not ink_rows(page.picture(), 0, 10)


def test_quotes_verbatim_and_dividers_are_seen(page: Page) -> None:
    page.put((Quote((text("引文"),)),), width=300)
    quoted = page.picture()
    assert ink_rows(quoted, 18, 24)  # the bar
    page.put((Verbatim("if x:\n    y  <z>"),), width=300)
    assert [line.replace("\xa0", " ").strip("\u2028") for line in page.lines()] == ["if x:", "    y  <z>"]
    page.put((text("甲"), Divider(), text("乙")), width=300)
    assert ink_rows(page.picture(), 200, 300)


def cell(said: str, **more: int | bool) -> Cell:
    return Cell((text(said),), **more)  # type: ignore[arg-type]


def test_a_table_keeps_its_spans_and_shades_its_headings(page: Page) -> None:
    table = Table(
        ((cell("甲", heading=True), cell("乙", heading=True)), (cell("丙", columns=2),), (cell("丁"), cell("戊")))
    )
    page.put((table,))
    document = page.flow()._document
    assert document is not None
    made = document.rootFrame().childFrames()[0]
    assert (made.rows(), made.columns()) == (3, 2)  # type: ignore[attr-defined]
    assert made.cellAt(1, 0).columnSpan() == 2  # type: ignore[attr-defined]
    assert made.cellAt(0, 0).format().background().color() != made.cellAt(2, 0).format().background().color()  # type: ignore[attr-defined]


def test_spans_that_go_beyond_the_table_are_cut_and_never_hide_a_cell(page: Page) -> None:
    table = Table(((cell("甲", rows=9, columns=3), cell("乙")), (cell("丙"), cell("丁", columns=2))))
    page.put((table,))
    assert [line for line in page.lines() if line] == ["甲", "乙", "丙", "丁"]


@pytest.mark.parametrize(("columns", "scrolls"), [(3, False), (14, True)])
def test_only_a_table_too_wide_to_be_read_scrolls(page: Page, columns: int, scrolls: bool) -> None:
    page.put((Table((tuple(cell("八个字的一格内容") for _ in range(columns)),)),), width=600)
    page.show()
    QApplication.processEvents()
    view = page.view.findChildren(TableView)[0]
    assert (view.horizontalScrollBar().maximum() > 0) is scrolls
    assert view.verticalScrollBar().maximum() == 0
    assert max(len(line) for line in page.lines()) >= 5


def test_a_formula_stands_on_the_baseline_and_grows_with_the_text(page: Page) -> None:
    heights = []
    for percent in (100, 200):
        look = Look(percent=percent)
        page.put((Paragraph((Formula("f", "x/2", 2000, 500), Run("口"))),), {"f": mask()}, look=look)
        em = look.px(Type.EXAM)
        [slot] = page.flow()._slots
        rows = ink_rows(page.picture(), 0, slot.box.width)
        heights.append(slot.box.height)
        assert abs(len(rows) - em) <= 2  # the lower half of two em
        assert abs(rows[-1] + 1 - (slot.at.y() + 0.5 * em)) <= 2
        assert page.high >= slot.rect().bottom()
    assert heights[1] == 2 * heights[0]


def test_a_formula_takes_the_colour_of_the_ink_and_its_words_when_it_is_damaged(page: Page) -> None:
    page.put((Paragraph((Formula("f", "二分之一", 2000, 500),)),), {"f": b"no picture"}, width=300)
    assert ink_rows(page.picture())
    [slot] = page.flow()._slots
    assert slot.box.width > 4 * Look().px(Type.EXAM)


def test_a_small_picture_stands_in_its_line_and_a_large_one_can_be_enlarged(page: Page) -> None:
    small, large = encoded(fire_triangle(("a", "b", "c")).scaled(40, 30)), encoded(fire_triangle(("a", "b", "c")))
    page.put((Paragraph((Run("见"), InlinePicture("s", "小"), InlinePicture("l", "大"))),), {"s": small, "l": large})
    buttons = page.view.findChildren(PictureButton)
    assert [button.accessibleName() for button in buttons] == ["大"]
    assert page.rect().contains(buttons[0].geometry())


def test_pictures_become_buttons_and_are_reused(page: Page) -> None:
    picture = encoded(fire_triangle(("a", "b", "c")))
    tall = page.put((text("一"), Picture("m", "图"), text("二")), {"m": picture})
    short = page.put((text("一"),))
    page.put((Picture("m", "图"),), {"m": picture})
    assert short < tall
    assert len(page.view.findChildren(PictureButton)) == 1
    assert len([flow for flow in page.view.findChildren(FlowView) if not flow.isHidden()]) == 0


def test_a_missing_or_hostile_picture_is_described_instead(page: Page) -> None:
    page.put((Picture("m", "氧气瓶的示意图"),), {"m": b"<svg xmlns='http://www.w3.org/2000/svg'/>"})
    button = page.view.findChildren(PictureButton)[0]
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


BLOCKS: list[Block] = [
    text(LONG),
    Listing(((text(LONG),), (text("乙"),))),
    Quote((text(LONG),)),
    Table(((cell("甲"), cell(LONG)),)),
]


@pytest.mark.parametrize("percent", [100, 200])
@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: type(block).__name__)
def test_nothing_is_wider_than_its_column_or_higher_than_it_says(page: Page, block: Block, percent: int) -> None:
    look = Look(percent=percent)
    width = min(880, column_width(look))
    high = page.put((block,), look=look, width=width)
    page.resize(width + 60, high + 60)
    image = page.picture()
    assert not ink_rows(image, width)
    assert ink_rows(image)[-1] < high


def test_the_glass_covers_nothing_of_a_picture_in_an_option(qtbot: QtBot) -> None:
    holder = QWidget()
    qtbot.addWidget(holder)
    for corner, beside in ((False, 0), (True, tokens.TARGET)):
        button = PictureButton(holder, corner=corner)
        image = QImage(300, 120, QImage.Format.Format_RGB32)
        image.fill(QColor("red"))
        button.show_image(image, "", lambda given, size: given.scaled(size))
        size = button.size_within(900)
        button.resize(size)
        assert size.width() == 300 + beside
        shown = button.grab().toImage()
        middle = shown.pixelColor(295, 60)
        assert middle == QColor("red")
        assert (shown.pixelColor(285, 105) == QColor("red")) is corner
