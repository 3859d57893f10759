"""MathML into a picture at import: drawn with the bundled STIX Two Math by ziamath, as ink and no colour."""

from dataclasses import dataclass
from math import ceil, floor
from typing import Final
from xml.etree import ElementTree as ET

import resvg_py
from ziafont.fonttypes import BBox
from ziamath.nodes.mnode import Mnode
from ziamath.zmath import Math

from app.content.media import fonts, png
from app.content.media.formula_nodes import HAN, drawing_element
from app.content.media.formula_text import formula_text
from app.content.media.mathml import read_mathml
from app.content.media.medium import MediumRefused

PIXELS_PER_EM: Final = 64  # text at twice its size on a screen of 1920 x 1080 is about 50 px
MAX_INK: Final = 4_096  # pixels a side
_MARGIN: Final = 3  # pixels of air on either side, so that ink does not touch the text around
_AROUND: Final = PIXELS_PER_EM  # pixels drawn beyond the box that ziamath tells, which is not always all of the ink
_HAN_ASCENT: Final = 0.88  # of an em: the font's square for a character


@dataclass(frozen=True)
class FormulaPicture:
    """A formula as `app.exam.prose.Formula` needs it: a PNG whose alpha is ink, and where its baseline is."""

    png: bytes
    text: str
    height_milli_em: int
    drop_milli_em: int


class _Han(Mnode, tag=HAN):
    """Chinese text: a box of known size in ziamath's layout, filled in by resvg with the font for Chinese."""

    def __init__(self, element: ET.Element, parent: Mnode, **kwargs: object) -> None:
        super().__init__(element, parent, **kwargs)
        self.text = element.text or ""
        height = self.glyphsize
        self.bbox = BBox(0, height * len(self.text), height * (_HAN_ASCENT - 1), height * _HAN_ASCENT)

    def draw(self, x: float, y: float, svg: ET.Element) -> tuple[float, float]:
        """Write the characters one by one, each in its square."""
        for at, character in enumerate(self.text):
            place = {
                "x": f"{x + at * self.glyphsize:.2f}",
                "y": f"{y:.2f}",
                "font-size": f"{self.glyphsize:.2f}",
            }
            ET.SubElement(svg, "text", place | {"font-family": fonts.FAMILY}).text = character
        return x + self.bbox.xmax, y


def formula(mathml: bytes) -> FormulaPicture:
    """Draw a `math` element and say it in one line.

    The picture is cropped to its ink and to the baseline, so that `drop_milli_em` is never negative. Equal input
    gives equal bytes.

    Raises:
        MediumRefused: something that would not be drawn as it was meant, or is beyond a bound.
    """
    node = read_mathml(mathml)
    element = drawing_element(node)
    alpha, width, baseline = _ink(element)
    height = len(alpha) // width
    per_pixel = 1000 / PIXELS_PER_EM
    return FormulaPicture(
        png.write_mask(alpha, width, height),
        formula_text(node),
        round(height * per_pixel),
        round((height - baseline) * per_pixel),
    )


def _ink(element: ET.Element) -> tuple[bytes, int, int]:
    """Draw and crop: the alpha of every pixel, the width, and the row of the baseline."""
    has_han = element.find(f".//{HAN}") is not None
    font = fonts.font_file()
    if has_han and font is None:
        raise MediumRefused("Chinese text in a formula needs the font Noto Sans CJK (fonts-noto-cjk)", fonts.FAMILY)
    drawing = Math(element, size=PIXELS_PER_EM)
    box = drawing.node.bbox
    left, top = floor(box.xmin) - _AROUND, floor(-box.ymax) - _AROUND
    width, height = ceil(box.xmax) + _AROUND - left, ceil(-box.ymin) + _AROUND - top
    if not 0 < width - 2 * _AROUND <= MAX_INK or not 0 < height - 2 * _AROUND <= MAX_INK:
        raise MediumRefused(f"a formula larger than {MAX_INK // PIXELS_PER_EM} em")
    svg = drawing.svgxml()
    svg.attrib |= {"viewBox": f"{left} {top} {width} {height}", "width": str(width), "height": str(height)}
    picture = resvg_py.svg_to_bytes(
        svg_string=ET.tostring(svg, encoding="unicode"),
        skip_system_fonts=True,
        font_files=[str(font)] if has_han else None,
    )
    return _cropped(png.alpha_of(bytes(picture)), width, -top)


def _cropped(alpha: bytes, width: int, baseline: int) -> tuple[bytes, int, int]:
    rows = [alpha[at : at + width] for at in range(0, len(alpha), width)]
    inked = [at for at, line in enumerate(rows) if any(line)]
    if not inked:
        raise MediumRefused("a formula without ink")
    first, last = min(inked[0], baseline - 1), max(inked[-1], baseline - 1)
    rows = rows[first : last + 1]
    left = min(width - len(line.lstrip(b"\0")) for line in rows if any(line))
    right = max(len(line.rstrip(b"\0")) for line in rows if any(line))
    left, right = max(0, left - _MARGIN), min(width, right + _MARGIN)
    return b"".join(line[left:right] for line in rows), right - left, baseline - first
