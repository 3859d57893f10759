"""Bodies as the tests show them, and what is seen of them."""

from PySide6.QtCore import QPoint
from PySide6.QtGui import QColor, QImage, QRegion
from PySide6.QtWidgets import QWidget

from app.exam.prose import Body, Language, Paragraph, Run, Style
from app.ui.flow_slots import Filler
from app.ui.flow_view import FlowView
from app.ui.look import Look
from app.ui.prose import BodyView, column_width
from app.ui.style import stylesheet
from app.words import Words

WORDS = Words(Language.ZH)


def text(said: str, *styles: Style) -> Paragraph:
    """Make a paragraph of one run."""
    return Paragraph((Run(said, frozenset(styles)),))


class Page(QWidget):
    """A body on white, as wide as asked."""

    def __init__(self) -> None:
        super().__init__()
        self.view = BodyView(self, after=self)
        self.plays: dict[str, int] = {}
        self.high = 0

    def put(
        self,
        body: Body,
        media: dict[str, bytes] | None = None,
        *,
        look: Look | None = None,
        width: int = 0,
        fill: Filler | None = None,
    ) -> int:
        """Show a body; give its height."""
        look = look or Look()
        self.setStyleSheet(stylesheet(look))
        self.view.set_look(look)
        self.view.show_body(body, media or {}, words=WORDS, plays=self.plays, fill=fill)
        width = width or column_width(look)
        self.high = self.view.arrange(width)
        self.view.setGeometry(0, 0, width, self.high)
        self.resize(width, max(self.high, 1))
        return self.high

    def flow(self) -> FlowView:
        """Give the first text."""
        return self.view.findChildren(FlowView)[0]

    def lines(self) -> list[str]:
        """Give the lines as they are broken."""
        document = self.flow()._document
        assert document is not None
        found, block = [], document.begin()
        while block.isValid():
            layout = block.layout()
            for index in range(layout.lineCount()):
                line = layout.lineAt(index)
                found.append(block.text()[line.textStart() : line.textStart() + line.textLength()])
            block = block.next()
        return found

    def picture(self) -> QImage:
        """Give what is seen."""
        image = QImage(self.size(), QImage.Format.Format_RGB32)
        image.fill(QColor("white"))
        self.render(image, QPoint(0, 0), QRegion(), QWidget.RenderFlag.DrawChildren)
        return image


def darkness(image: QImage) -> int:
    """Tell how much ink there is."""
    return sum(255 - QColor(image.pixel(x, y)).lightness() for x in range(image.width()) for y in range(image.height()))


def ink_rows(image: QImage, left: int = 0, right: int | None = None) -> list[int]:
    """Give the rows that have dark ink between two columns."""
    columns = range(left, right if right is not None else image.width())
    return [y for y in range(image.height()) if any(QColor(image.pixel(x, y)).lightness() < 160 for x in columns)]
