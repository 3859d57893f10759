"""What was built for an item ahead of time, kept while it may be wanted: pictures decoded and sized, texts laid out.

Bounded by the number of items and by the pixels of their pictures: a long form takes no more memory than a short one.
"""

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from typing import Final

from app.ui.flow_ink import Images

_MOST_ITEMS: Final = 4
_MOST_PIXELS: Final = 24_000_000


class ItemMedia(Mapping[str, bytes]):
    """An item's media by name, and what was made of them."""

    def __init__(self, data: Mapping[str, bytes]) -> None:
        self.data = data
        self.images = Images(data)

    def __getitem__(self, name: str) -> bytes:
        return self.data[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.data)

    def __len__(self) -> int:
        return len(self.data)


class ItemStore:
    """The media of the items that were shown or prepared last."""

    def __init__(self) -> None:
        self._media: OrderedDict[str, ItemMedia] = OrderedDict()

    def __len__(self) -> int:
        return len(self._media)

    def media_of(self, item: str, data: Mapping[str, bytes]) -> ItemMedia:
        """Give an item's media; what was made of them before is still there if they are the same."""
        kept = self._media.get(item)
        if kept is None or kept.data != data:
            kept = ItemMedia(data)
        self._media[item] = kept
        self._media.move_to_end(item)
        self.trim()
        return kept

    def trim(self) -> None:
        """Let go what was wanted longest ago, until all is within the bounds; what was asked for last stays."""
        while len(self._media) > 1 and (len(self._media) > _MOST_ITEMS or self.pixels > _MOST_PIXELS):
            self._media.popitem(last=False)

    @property
    def pixels(self) -> int:
        """How many pixels of pictures are kept."""
        return sum(media.images.pixels for media in self._media.values())

    def clear(self) -> None:
        """Let everything go."""
        self._media.clear()


def images_of(media: Mapping[str, bytes]) -> Images:
    """Give the pictures of an item's media: those made before, where it has such."""
    return media.images if isinstance(media, ItemMedia) else Images(media)
