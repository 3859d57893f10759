from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtGui import QColor, QImage

from app.content.media.medium import MediumRefused
from app.content.media.pictures import MAX_SIDE
from app.content.media.svg import MAX_ELEMENTS, MAX_SVG_BYTES, admit_svg, is_svg
from tests.spent import spent_s

ARROW = (
    '<defs><marker id="end" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="6" markerHeight="6" orient="auto">'
    '<path d="M0 0L10 5L0 10z"/></marker><linearGradient id="fade"><stop offset="0" stop-color="red"/>'
    '<stop offset="1" stop-color="blue"/></linearGradient></defs><style>.thick{stroke:black;stroke-width:4}</style>'
    '<line x1="10" y1="90" x2="180" y2="90" class="thick" marker-end="url(#end)"/>'
    '<rect x="20" y="20" width="60" height="40" fill="url(#fade)"/>'
)


def svg(inside: str, size: str = 'width="200" height="100"') -> bytes:
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'viewBox="0 0 200 100" {size}>{inside}</svg>'
    ).encode()


def image(inside: str) -> QImage:
    return QImage.fromData(admit_svg(svg(inside)).data)


def dark(picture: QImage) -> int:
    return sum(
        picture.pixelColor(x, y).lightness() < 128 for x in range(picture.width()) for y in range(picture.height())
    )


def refusal(data: bytes) -> MediumRefused:
    with pytest.raises(MediumRefused) as refused:
        admit_svg(data)
    return refused.value


def test_a_drawing_becomes_a_png_of_its_own_size_on_white() -> None:
    drawn = admit_svg(svg(ARROW))
    assert (drawn.mime, drawn.width, drawn.height) == ("image/png", 200, 100)
    picture = QImage.fromData(drawn.data)
    assert picture.pixelColor(199, 0) == QColor("white")
    assert picture.pixelColor(100, 90) == QColor("black")
    assert picture.pixelColor(22, 40).red() > 200
    assert picture.pixelColor(22, 40).blue() < 60
    assert picture.pixelColor(78, 40).blue() > 200
    assert admit_svg(svg(ARROW)) == drawn


def test_words_are_drawn_in_the_one_font_whatever_family_they_ask_for() -> None:
    asked = image('<text x="10" y="60" font-size="40" font-family="SimSun, Arial">速度v</text>')
    plain = image('<text x="10" y="60" font-size="40">速度v</text>')
    assert asked == plain
    assert dark(plain) > 500
    assert image('<text x="10" y="60" font-size="40">速度u</text>') != plain


@pytest.mark.parametrize(
    ("size", "sides"),
    [('width="2in" height="1in"', (192, 96)), ("", (200, 100)), ('width="100%" height="100%"', (200, 100))],
)
def test_the_size_is_what_the_drawing_says(size: str, sides: tuple[int, int]) -> None:
    drawn = admit_svg(svg(ARROW, size))
    assert (drawn.width, drawn.height) == sides


def test_notes_of_an_editor_are_left_out() -> None:
    notes = "<title>the key is B</title><metadata><x/></metadata><!-- B --><?php B ?>"
    assert admit_svg(svg(notes + ARROW)) == admit_svg(svg(ARROW))


@pytest.mark.parametrize(
    ("inside", "name"),
    [
        ("<script>alert(1)</script>", "<script>"),
        ("<foreignObject/>", "<foreignObject>"),
        ('<image href="data:image/png;base64,AA=="/>', "<image>"),
        ('<a href="http://example.org"><rect/></a>', "<a>"),
        ("<animate/>", "<animate>"),
        ("<switch/>", "<switch>"),
        ("<filter id='f'/>", "<filter>"),
        ('<rect onload="x()"/>', "rect onload"),
        ('<use href="other.svg#a"/>', "use href"),
        ('<use xlink:href="file:///etc/passwd"/>', "use href"),
        ('<rect fill="url(http://example.org/a)"/>', "rect fill"),
        ("<rect style=\"fill:url( 'file:///a')\"/>", "rect style"),
        ('<rect style="filter:blur(9px)"/>', "rect style"),
        ('<g xml:base="http://example.org"/>', "g base"),
        ('<rect systemLanguage="zh"/>', "rect systemLanguage"),
        ("<style>@import 'a.css'</style>", "<style>"),
        ("<style>rect{fill:url(a.svg#b)}</style>", "<style>"),
        ("<style>rect{fill:\\75rl(a)}</style>", "<style>"),
        ("<text>😀</text>", "😀"),
        ('<text font-family="Wingdings">A</text>', "text font-family"),
        ("<x xmlns='http://example.org'/>", "<x>"),
        ('<g id="a"><use href="#a"/></g>', "<use>"),
    ],
)
def test_what_is_not_plain_drawing_is_refused_by_its_name(inside: str, name: str) -> None:
    assert refusal(svg(inside)).name == name


TENFOLD = "".join(
    f'<g id="a{at}">' + (f'<use href="#a{at - 1}"/>' * 10 if at else '<rect width="9" height="9"/>') + "</g>"
    for at in range(12)
)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<svg",
        b"<svg/>",
        svg(TENFOLD),
        svg("<g>" * 100 + "</g>" * 100),
        svg("<g/>" * MAX_ELEMENTS),
        svg(" " * MAX_SVG_BYTES),
        svg(ARROW, f'width="{MAX_SIDE + 1}" height="1"'),
        svg(ARROW, 'width="1e9" height="1"'),
        svg(ARROW, 'width="4096" height="4096"'),
        b'<!DOCTYPE svg [<!ENTITY a "b">]>' + svg("<text>&a;</text>"),
        b'<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + svg("<text>&a;</text>"),
    ],
)
def test_bombs_are_refused_before_anything_is_drawn(data: bytes) -> None:
    begun = spent_s()
    refusal(data)
    assert spent_s() - begun < 1


PATTERN = (
    '<pattern id="p" width="0.001" height="0.001" patternUnits="userSpaceOnUse"><path d="M0 0h1v1"/></pattern>'
    '<rect width="200" height="100" fill="url(#p)"/>'
)


@pytest.mark.parametrize(
    "inside",
    [
        '<path d="M0 0 ' + "L 1e9 0 L 0 1e9 " * 4_000 + '" stroke="black" stroke-dasharray="0.001"/>',
        PATTERN,
        '<g opacity="0.5">' * 50 + '<rect width="9" height="9"/>' + "</g>" * 50,
        "<style>g{mask:url(#m)}</style><mask id='m'><g><rect/></g></mask><g><rect width='9' height='9'/></g>",
    ],
)
def test_what_is_costly_to_draw_is_drawn_or_refused_in_five_seconds(inside: str) -> None:
    begun = spent_s()
    with suppress(MediumRefused):  # it may take more than it is given
        assert admit_svg(svg(inside, 'width="3000" height="1500"')).width == 3_000
    assert spent_s() - begun < 7


def test_an_svg_is_told_by_its_bytes() -> None:
    assert is_svg(b'\xef\xbb\xbf<?xml version="1.0"?>\n' + svg(""))
    assert not is_svg(b"\x89PNG<svg")


@settings(max_examples=12)
@given(st.integers(0, 700), st.binary(max_size=3))
def test_damaged_bytes_are_drawn_or_refused(at: int, noise: bytes) -> None:
    data = svg(ARROW)
    try:
        drawn = admit_svg(data[:at] + noise + data[at + len(noise) :])
    except MediumRefused:
        return
    assert not QImage.fromData(drawn.data).isNull()
