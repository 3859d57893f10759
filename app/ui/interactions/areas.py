"""Areas of a picture: their shapes, and which one a press means."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainterPath, QPolygonF

from app.exam.interactions import Area, Canvas, Shape


def area_path(area: Area, canvas: Canvas) -> QPainterPath:
    """Give an area's outline in the picture's own pixels (HTML's image maps; an ellipse is x, y, rx, ry)."""
    path, at = QPainterPath(), area.coords
    match area.shape:
        case Shape.RECT:
            path.addRect(QRectF(QPointF(at[0], at[1]), QPointF(at[2], at[3])).normalized())
        case Shape.CIRCLE:
            path.addEllipse(QPointF(at[0], at[1]), at[2], at[2])
        case Shape.ELLIPSE:
            path.addEllipse(QPointF(at[0], at[1]), at[2], at[3])
        case Shape.POLY:
            path.addPolygon(QPolygonF([QPointF(x, y) for x, y in zip(at[::2], at[1::2], strict=False)]))
            path.closeSubpath()
        case Shape.DEFAULT:
            path.addRect(QRectF(0, 0, canvas.width, canvas.height))
    return path


def area_paths(areas: Sequence[Area], canvas: Canvas) -> list[QPainterPath]:
    """Give all outlines; the default area is what the others leave."""
    paths = [area_path(area, canvas) for area in areas]
    taken = QPainterPath()
    for area, path in zip(areas, paths, strict=True):
        if area.shape is not Shape.DEFAULT:
            taken = taken.united(path)
    return [
        path.subtracted(taken) if area.shape is Shape.DEFAULT else path for area, path in zip(areas, paths, strict=True)
    ]


def area_at(paths: Sequence[QPainterPath], areas: Sequence[Area], point: QPointF, reach: float) -> int | None:
    """Give the area a press at `point` means: the first that has it, else a small one within `reach`, else the rest.

    As in HTML's image maps the first of overlapping areas counts. `reach` (in the picture's pixels) is how far
    around its middle a small area can still be pressed.
    """
    named = [at for at, area in enumerate(areas) if area.shape is not Shape.DEFAULT]
    for at in named:
        if paths[at].contains(point):
            return at
    near = [(_away(paths[at].boundingRect().center(), point), at) for at in named]
    near = [(away, at) for away, at in near if away <= reach]
    if near:
        return min(near)[1]
    return next(
        (at for at, area in enumerate(areas) if area.shape is Shape.DEFAULT and paths[at].contains(point)),
        None,
    )


def _away(one: QPointF, other: QPointF) -> float:
    return max(abs(one.x() - other.x()), abs(one.y() - other.y()))
