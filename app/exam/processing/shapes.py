"""Whether a point lies in an area: HTML's image map shapes and QTI's ellipse, their borders included."""

from itertools import pairwise
from math import isfinite
from typing import Final

from app.exam.processing.faults import UnfitError
from app.exam.processing.lexical import read_float
from app.exam.processing.values import Point

MOST_COORDS: Final = 500

_COUNTS: Final = {"rect": 4, "circle": 3, "ellipse": 4, "default": 0}


def read_coords(shape: str, text: str) -> tuple[float, ...]:
    """Read an area's coordinates, in pixels.

    Raises:
        UnfitError: an unknown shape, coordinates in per cent, or not as many as the shape has.
    """
    if "%" in text:
        raise UnfitError("coordinates in per cent are not supported", supported=False)
    try:
        coords = tuple(read_float(part) for part in text.replace(",", " ").split())
    except ValueError as error:
        raise UnfitError(f"coordinates: {error}") from None
    if not all(map(isfinite, coords)):
        raise UnfitError("coordinates that are no numbers")
    check_area(shape, coords)
    return coords


def check_area(shape: str, coords: tuple[float, ...]) -> None:
    """Check that a shape has the coordinates it needs.

    Raises:
        UnfitError: it has not.
    """
    if len(coords) > MOST_COORDS:
        raise UnfitError(f"more than {MOST_COORDS} coordinates")
    if shape == "poly":
        good = len(coords) >= 6 and len(coords) % 2 == 0  # noqa: PLR2004 - three corners
    elif shape in _COUNTS:
        good = len(coords) == _COUNTS[shape] or shape == "default"
    else:
        raise UnfitError(f"the shape {shape[:40]!r}")
    if not good:
        raise UnfitError(f"{len(coords)} coordinates for the shape {shape}")


def inside(shape: str, coords: tuple[float, ...], point: Point) -> bool:
    """Tell whether a point lies in an area that was checked."""
    match shape:
        case "rect":
            left, top, right, bottom = coords
            return min(left, right) <= point.x <= max(left, right) and min(top, bottom) <= point.y <= max(top, bottom)
        case "circle":
            x, y, radius = coords
            return (point.x - x) ** 2 + (point.y - y) ** 2 <= radius**2
        case "ellipse":
            x, y, wide, high = coords
            return ((point.x - x) * high) ** 2 + ((point.y - y) * wide) ** 2 <= (wide * high) ** 2
        case "poly":
            corners = list(zip(coords[::2], coords[1::2], strict=True))
            return _in_polygon(corners, point)
    return True


def _in_polygon(corners: list[tuple[float, float]], point: Point) -> bool:
    odd = False
    for (x, y), (other_x, other_y) in pairwise([*corners, corners[0]]):
        cross = (other_x - x) * (point.y - y) - (other_y - y) * (point.x - x)
        within = min(x, other_x) <= point.x <= max(x, other_x)
        if cross == 0 and within and min(y, other_y) <= point.y <= max(y, other_y):
            return True  # on the border
        if (y > point.y) != (other_y > point.y) and (cross > 0) == (other_y > y):
            odd = not odd  # a ray to the right crosses this side
    return odd
