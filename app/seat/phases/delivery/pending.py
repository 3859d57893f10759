"""Responses given but not on the disk yet. Choices are saved at once, typing when it rests for a moment."""

from PySide6.QtCore import QObject, QTimer, Signal

from app.exam.interactions import ExtendedText, Responses, TextEntry
from app.exam.item import Item

TYPING_MS = 600
"""What is typed is saved at the latest so long after its first key, so within a second with the commit."""


class Pending(QObject):
    """Holds each item's newest responses until they are settled. `due`: save this item's responses now."""

    due = Signal(str, object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._given: dict[str, Responses] = {}
        self._typed: set[str] = set()
        self._typing = QTimer(self, interval=TYPING_MS, singleShot=True)
        self._typing.timeout.connect(self.flush)

    def __bool__(self) -> bool:
        return bool(self._given)

    @property
    def given(self) -> dict[str, Responses]:
        """What is not on the disk yet, by item."""
        return self._given

    def clear(self) -> None:
        """Forget everything: another candidate's sitting begins."""
        self._given, self._typed = {}, set()
        self._typing.stop()

    def give(self, item: Item, before: Responses, responses: Responses) -> None:
        """Take an item's responses as they now stand; `before` is how they stood."""
        changed = {key for key in before.keys() | responses.keys() if before.get(key) != responses.get(key)}
        typing = {one.response for one in item.interactions if isinstance(one, TextEntry | ExtendedText)}
        self._given[item.id] = responses
        if changed and changed <= typing:
            self._typed.add(item.id)
            if not self._typing.isActive():
                self._typing.start()
        else:
            self._typed.discard(item.id)
            self.due.emit(item.id, responses)

    def flush(self) -> None:
        """Let everything that was typed be saved now."""
        self._typing.stop()
        waiting, self._typed = self._typed, set()
        for item in sorted(waiting):
            self.due.emit(item, self._given[item])

    def settle(self, item: str, responses: Responses) -> None:
        """These responses are on the disk; newer ones of the item are not."""
        if self._given.get(item) == responses:
            del self._given[item]
