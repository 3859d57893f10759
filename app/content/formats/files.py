"""The pictures of one item in a format that is not QTI: taken in once, by what they are, named by their order."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from lxml import etree

from app.content.bank import BankTooLarge, MarkupRefused, PictureRefused
from app.content.formats.found import Media
from app.content.formula import formula as draw_formula
from app.content.medium import FormulaRefused, MediumRefused
from app.content.pictures import MAX_PICTURE_BYTES, recognise_picture
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
            PictureRefused: neither PNG nor JPEG, or too large.
            BankTooLarge: too many media, and what `fetch` raises.
        """
        data = self.fetch(source)
        kind = recognise_picture(data) if len(data) <= MAX_PICTURE_BYTES else None
        if kind is None:
            reason = f"the picture {source[-80:]!r} is neither PNG nor JPEG, damaged, or too large"
            raise PictureRefused(self.place[0], line or self.place[1], reason, name=source[-80:])
        return self._keep(kind.mime, data)

    def clip(self, source: str, line: int) -> str:
        """Refuse a clip: these formats bring them by address."""
        raise MarkupRefused(
            self.place[0], line or self.place[1], "sound and film are not supported here", name=source[:80]
        )

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
        name = f"{len(self.kept) + 1}.{mime.removeprefix('image/')}"
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
