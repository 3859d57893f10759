"""What is painted behind everything stays there when its painter has gone."""

import itertools
from collections.abc import Iterator

import pytest
import xcffib
import xcffib.xproto

from proctoring.lockdown.session.backdrop import PIXEL_BYTES, Area, paint_background
from tests.proctoring.lockdown.display.conftest import HEIGHT, WIDTH, start_server

SIZE = (WIDTH, HEIGHT)


@pytest.fixture
def display() -> Iterator[str]:
    """An empty display: a window on it would stand in the picture of its background."""
    server = start_server()
    yield server.display
    server.end()


def test_every_pixel_stands_on_the_background_and_stays(display: str) -> None:
    painted: list[bytes] = []

    def draw(area: Area) -> bytes:
        assert (area.width, area.height) == SIZE
        rows = (bytes([row % 251, column % 241, 7, 0]) for row in range(area.height) for column in range(area.width))
        painted.append(b"".join(rows))
        return painted[-1]

    assert paint_background(display, draw)
    connection = xcffib.connect(display=display)
    root = connection.get_setup().roots[0].root
    form = xcffib.xproto.ImageFormat.ZPixmap
    shown = b"".join(
        bytes(connection.core.GetImage(form, root, 0, top, SIZE[0], 1, 0xFFFFFFFF).reply().data)
        for top in range(0, SIZE[1], 60)
    )
    connection.disconnect()
    row = SIZE[0] * PIXEL_BYTES
    wanted = b"".join(painted[0][top * row : (top + 1) * row] for top in range(0, SIZE[1], 60))
    assert len(painted) == 1
    assert all(a == b for at, (a, b) in enumerate(itertools.zip_longest(shown, wanted)) if at % PIXEL_BYTES != 3)


def test_a_display_that_is_not_there_is_an_error_of_the_connection() -> None:
    with pytest.raises(xcffib.XcffibException):
        paint_background(":64999", lambda _area: b"")
