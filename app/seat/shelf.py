"""The items of one candidate's form. Nothing can be taken from this shelf without the content key."""

import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from app.content.packing.package import SealedPackage
from app.exam.form import Form, FormItem
from app.exam.item import Item
from app.exam.marking import Marking
from sync.client.release import PackageKeys
from sync.faults import Fault, Refused

KEPT_MEDIA: Final = 6
"""Of so many items the media stay opened: the one in front, its neighbours, and where the candidate came from."""


class FormUnshowable(Refused):
    """Not a single item of the form can be shown. Fact: `items`, how many there are."""

    code = "FORM_UNSHOWABLE"


@dataclass(frozen=True)
class Contents:
    """An item, its options in the form's order, and the bytes of its media by name."""

    item: Item
    media: Mapping[str, bytes]


class ItemShelf:
    """Opens the form's items one by one, on demand, and keeps them in memory only. May be used from any thread."""

    def __init__(self, package: SealedPackage, keys: PackageKeys, form: Form) -> None:
        self.form = form
        self._package = package
        self._keys = keys
        self._places = {place.item: place for place in form.items}
        self._opened: dict[str, Item] = {}
        self._media: OrderedDict[str, Mapping[str, bytes]] = OrderedDict()
        self._turn = threading.Lock()

    def place(self, item_id: str) -> FormItem:
        """Give an item's place on the form."""
        return self._places[item_id]

    def item(self, item_id: str) -> Item:
        """Give an item, its options in the form's order. Raises `SealRefused` if its seal does not open."""
        if item_id not in self._opened:
            item = self._package.open_item(item_id, self._keys.content)
            self._opened[item_id] = item.arranged(self._places[item_id].orders_by_name)
        return self._opened[item_id]

    def contents(self, item_id: str) -> Contents:
        """Give an item with its media. Raises `SealRefused` if a seal does not open."""
        item = self.item(item_id)
        with self._turn:
            media = self._media.get(item_id)
            if media is not None:
                self._media.move_to_end(item_id)
        if media is None:
            media = {medium.name: self.medium(item_id, medium.name) for medium in item.media}
            with self._turn:
                self._media[item_id] = media
                while len(self._media) > KEPT_MEDIA:
                    self._media.popitem(last=False)
        return Contents(item, media)

    def open_all(self, places: Iterable[FormItem]) -> list[tuple[FormItem, Contents]]:
        """Open those of these places that can be opened."""
        opened = []
        for place in places:
            try:
                opened.append((place, self.contents(place.item)))
            except Fault:
                continue  # what is wrong with it is said when it is asked for
        return opened

    def medium(self, item_id: str, name: str) -> bytes:
        """Give the bytes of one of an item's media."""
        return self._package.open_media(item_id, name, self._keys.content)

    def stimulus_of(self, item_id: str) -> str | None:
        """Give the id of the stimulus an item shares with others; None for one that was not opened or has none."""
        item = self._opened.get(item_id)
        return item.stimulus.id if item and item.stimulus else None

    def need_one(self) -> None:
        """Make sure that there is something to show.

        Raises:
            FormUnshowable: not one item opens.
        """
        why = ""
        for place in self.form.items:
            try:
                self.contents(place.item)
            except Fault as fault:
                why = fault.code
            else:
                return
        raise FormUnshowable(why, items=len(self.form.items))

    def markings(self) -> dict[str, Marking]:
        """Give the markings of the form's items: asked for once, when the sitting is over."""
        return {place.item: self._package.open_marking(place.item, self._keys.marking) for place in self.form.items}
