"""Pictures for the gallery, drawn here: nobody's face, and no file. All of them are simulated and look it."""

from PySide6.QtCore import QBuffer, QByteArray, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QImage, QImageWriter, QPainter, QPainterPath, QPen, QPolygonF


def encoded(image: QImage, form: QByteArray | bytes = b"png") -> bytes:
    """Give the bytes of a picture file."""
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QBuffer.OpenModeFlag.WriteOnly)
    if not QImageWriter(buffer, form).write(image):
        raise OSError("the picture cannot be encoded")
    return bytes(data.data())


def drawn_face(width: int, height: int, ground: str = "#C9D6E2") -> QImage:
    """Draw a face as a child would: a simulated candidate must not look like a real one."""
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor(ground))
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    unit = min(width, height * 0.75) / 100
    painter.translate(width / 2 - 50 * unit, height - 133 * unit)
    painter.scale(unit, unit)
    painter.setBrush(QColor("#33506E"))
    painter.drawRoundedRect(QRectF(8, 100, 84, 80), 30, 30)
    painter.setBrush(QColor("#E5B992"))
    painter.drawRect(QRectF(41, 84, 18, 24))
    painter.drawEllipse(QRectF(26, 30, 48, 62))
    painter.setBrush(QColor("#2A2A2E"))
    hair = QPainterPath()
    hair.moveTo(23, 62)
    hair.cubicTo(16, 12, 84, 12, 77, 62)
    hair.cubicTo(72, 40, 60, 40, 48, 42)
    hair.cubicTo(36, 43, 28, 46, 23, 62)
    painter.drawPath(hair)
    painter.drawEllipse(QRectF(37, 56, 5, 6))
    painter.drawEllipse(QRectF(58, 56, 5, 6))
    painter.setPen(QPen(QColor("#9A5B45"), 2.2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    painter.drawArc(QRectF(41, 66, 18, 13), -150 * 16, 120 * 16)
    painter.end()
    return image


def fire_triangle(labels: tuple[str, str, str]) -> QImage:
    """Draw the fire triangle with three words."""
    image = QImage(640, 400, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor("#222222"), 4))
    painter.drawPolygon(QPolygonF([QPointF(320, 40), QPointF(540, 330), QPointF(100, 330)]))
    font = QFont(["Noto Sans CJK SC"])
    font.setPixelSize(30)
    painter.setFont(font)
    for place, label in zip(((20, 150), (470, 150), (250, 345)), labels, strict=True):
        painter.drawText(QRectF(place[0], place[1], 140, 44), Qt.AlignmentFlag.AlignCenter, label)
    painter.drawText(QRectF(270, 210, 100, 50), Qt.AlignmentFlag.AlignCenter, "?")
    painter.end()
    return image
