"""The items of one candidate's form. Nothing can be taken from this shelf without the content key."""

from app.content.packing.package import SealedPackage
from app.exam.form import Form, FormItem
from app.exam.item import Item
from app.exam.marking import Marking
from sync.client.release import PackageKeys


class ItemShelf:
    """Opens the form's items one by one, on demand, and keeps them in memory only."""

    def __init__(self, package: SealedPackage, keys: PackageKeys, form: Form) -> None:
        self.form = form
        self._package = package
        self._keys = keys
        self._places = {place.item: place for place in form.items}
        self._opened: dict[str, Item] = {}

    def place(self, item_id: str) -> FormItem:
        """Give an item's place on the form."""
        return self._places[item_id]

    def item(self, item_id: str) -> Item:
        """Give an item, its options in the form's order. Raises `SealRefused` if its seal does not open."""
        if item_id not in self._opened:
            item = self._package.open_item(item_id, self._keys.content)
            self._opened[item_id] = item.arranged(self._places[item_id].orders_by_name)
        return self._opened[item_id]

    def medium(self, item_id: str, name: str) -> bytes:
        """Give the bytes of one of an item's media."""
        return self._package.open_media(item_id, name, self._keys.content)

    def markings(self) -> dict[str, Marking]:
        """Give the markings of the form's items: asked for once, when the sitting is over."""
        return {place.item: self._package.open_marking(place.item, self._keys.marking) for place in self.form.items}
