"""Reading aloud beside the sitting: says what the candidate asks to hear, and is silent when the item goes."""

from PySide6.QtCore import QObject

from app.exam.sitting import Sitting, State
from app.seat.phases.delivery.sitting import SittingDesk
from app.seat.phases.phase import Bench
from app.seat.read_aloud import Reading
from app.seat.screens.delivery.item import ItemScreen
from app.ui.text import Sentence
from app.ui.voice import Voice
from sync.faults import Fault


class ReadingDesk(QObject):
    """Reads items aloud to a candidate to whom that is granted (`Accommodation.reader`).

    Pressed once more while it reads the same, it stops. Another item, another screen, a pause,
    a cover because something is not saved, and the end stop it too.
    """

    def __init__(self, bench: Bench, sitting: SittingDesk, parent: QObject) -> None:
        super().__init__(parent)
        self._deck = bench.deck
        self._sitting = sitting
        self._texts: list[str] = []
        self.voice = Voice(self)
        self.voice.failed.connect(self._say_why_not)
        self._items = bench.deck.screen_of(ItemScreen)
        self._items.read_requested.connect(self._read)
        for goes in (bench.deck.shown, sitting.item_shown, sitting.not_saved, sitting.handed_in, sitting.ended):
            goes.connect(self.voice.stop)
        sitting.changed.connect(self._look)

    def _read(self, texts: list[str]) -> None:
        case = self._sitting.case
        again = self.voice.is_talking and texts == self._texts
        self.voice.stop()
        if again or case is None or not case.entry.accommodation.reader:
            return
        if case.delivery.sitting.state is State.ACTIVE:
            self._texts = texts
            self.voice.say(Reading(texts, self._deck.appearance.language))

    def _look(self, sitting: Sitting) -> None:
        if sitting.state is not State.ACTIVE:
            self.voice.stop()

    def _say_why_not(self, fault: Fault) -> None:
        self._items.show_note(Sentence(f"fault.{fault.code}.do", fault.facts))
