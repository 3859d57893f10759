"""What one item of an older format shows beside text: taken in once, by what it is, named by its order."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from lxml import etree

from app.content.bank import BankTooLarge, MarkupRefused, PictureRefused
from app.content.formats.found import Media
from app.content.media.clips import admit_clip
from app.content.media.formula import formula as draw_formula
from app.content.media.medium import ClipRefused, FormulaRefused, MediumRefused
from app.content.media.pictures import admit_picture
from app.content.media.svg import admit_svg, is_svg
from app.exam.item import Medium
from app.exam.prose import Formula

MAX_MEDIA: Final = 50


@dataclass
class Files:
    """Keeps what an item shows; `fetch` gives the bytes that an address stands for. `kept`: name → MIME and bytes."""

    place: tuple[str, int]
    fetch: Callable[[str], bytes]
    kept: dict[str, tuple[str, bytes]] = field(default_factory=dict)

    def picture(self, source: str, line: int) -> str:
        """Keep a picture.

        Raises:
            PictureRefused: it is not let in (`admit_picture`, `admit_svg`).
            BankTooLarge: too many media, and what `fetch` raises.
        """
        data = self.fetch(source)
        try:
            admitted = admit_svg(data) if is_svg(data) else admit_picture(data)
        except MediumRefused as refused:
            where = self.place[0], line or self.place[1]
            reason = f"the picture {source[-80:]!r}: {refused.reason}"
            raise PictureRefused(*where, reason, name=refused.name or source[-80:]) from None
        return self._keep(admitted.mime, admitted.data)

    def clip(self, source: str, line: int) -> str:
        """Keep sound or film.

        Raises:
            ClipRefused: it is in no open codec, too large, or damaged.
            BankTooLarge: too many media, and what `fetch` raises.
        """
        data = self.fetch(source)
        try:
            admitted = admit_clip(data)
        except MediumRefused as refused:
            where = self.place[0], line or self.place[1]
            raise ClipRefused(*where, f"the clip {source[-80:]!r}: {refused.reason}", name=source[-80:]) from None
        return self._keep(admitted.mime, admitted.data)

    def formula(self, element: etree._Element) -> Formula:
        """Draw and keep a formula.

        Raises:
            FormulaRefused: it cannot be drawn.
        """
        try:
            drawn = draw_formula(etree.tostring(element, with_tail=False))
        except MediumRefused as refused:
            raise FormulaRefused(*self.place, refused.reason, name=refused.name or "math") from None
        return Formula(self._keep("image/png", drawn.png), drawn.text, drawn.height_milli_em, drawn.drop_milli_em)

    def media(self) -> Media:
        """Give what was kept."""
        media = tuple(Medium(name, mime) for name, (mime, _) in self.kept.items())
        return Media(media, {name: data for name, (_, data) in self.kept.items()})

    def _keep(self, mime: str, data: bytes) -> str:
        for name, (_, known) in self.kept.items():
            if known == data:
                return name
        if len(self.kept) >= MAX_MEDIA:
            raise BankTooLarge(*self.place, "too many pictures", limit=MAX_MEDIA)
        name = f"{len(self.kept) + 1}.{mime.rpartition('/')[2]}"
        self.kept[name] = (mime, data)
        return name


class NoFiles(Files):
    """Keeps nothing: for texts that can bring no files."""

    def __init__(self, place: tuple[str, int]) -> None:
        super().__init__(place, self._refuse)

    def formula(self, element: etree._Element) -> Formula:  # noqa: ARG002 - as `Files` has it
        """Refuse a formula: its picture would have nowhere to be kept."""
        raise MarkupRefused(*self.place, "a formula is not supported here", name="<math>")

    def _refuse(self, source: str) -> bytes:
        raise MarkupRefused(*self.place, f"the picture {source[:100]!r} is not in the file", name="<img>")
