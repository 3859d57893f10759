"""The watch over how a candidate answers: what is odd is an incident of the sitting, and a notice for proctors.

Nothing is stopped by it, and neither the candidate nor a neighbour reads what was noticed. An answer that no hand here
gave calls a proctor; haste and much text at once only stand in the corner: a person who guesses is not to be stared at.
"""

import time
from collections import deque
from collections.abc import Callable, Iterable
from types import MappingProxyType
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal

from app.exam.conduct import Conduct, Hands, Noticed, Oddity, reading_length
from app.exam.events import Occurred
from app.exam.interactions import ExtendedText, Responses, TextEntry
from app.exam.item import Item
from app.exam.prose import Language, plain_text
from app.exam.sitting import State
from app.seat.alarm import Cause
from app.seat.phases.delivery.bounds import fits
from app.seat.phases.delivery.environment_notices import OF_CONDUCT, Notice, not_settled
from app.seat.phases.delivery.sitting import SittingDesk
from app.seat.phases.phase import Bench
from app.seat.screens.delivery.item import ItemScreen
from app.seat.sealing import Case
from app.ui.text import Sentence
from app.words.incidents import answering
from proctoring.lockdown.input import Tally
from sync.wire.packet import Incident

MOMENT_MS: Final = 500
"""So long after a change it is judged whose hand it was: who counts the keys learns of one after the window does."""
SETTLED: Final = "CONDUCT_SETTLED"
_CALLING: Final = frozenset({Oddity.WITHOUT_INPUT, Oddity.INJECTED})
_NAMES: Final = MappingProxyType(
    {
        Oddity.WITHOUT_INPUT: "answer_without_input",
        Oddity.INJECTED: "answer_by_injected_input",
        Oddity.PACE: "impossible_pace",
        Oddity.AT_ONCE: "text_at_once",
    }
)
_LINES: Final = 4
_LONGEST: Final = 400


class ConductWatch(QObject):
    """Watches whoever sits at `sitting`, also after a restart.

    `pressed` tells what was pressed so far by hands and by programs; None where nobody can tell. `clock`: monotonic ns.
    """

    troubled = Signal(object)

    def __init__(
        self,
        bench: Bench,
        sitting: SittingDesk,
        pressed: Callable[[], Tally | None],
        parent: QObject,
        clock: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        super().__init__(parent)
        self._bench, self._sitting, self._pressed, self._clock = bench, sitting, pressed, clock
        self._case: Case | None = None
        self._conduct = Conduct()
        self._changes: deque[tuple[str, int]] = deque()
        self._notices: dict[Oddity, Notice] = {}
        self._moment = QTimer(self, singleShot=True, interval=MOMENT_MS)
        self._moment.timeout.connect(self._judge)
        sitting.item_shown.connect(self._shown)
        sitting.handed_in.connect(self._end)
        sitting.ended.connect(self._end)
        bench.deck.screen_of(ItemScreen).responded.connect(self._responded)

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What stands for a proctor to look at, the newest first."""
        return tuple(sorted(self._notices.values(), key=lambda one: -one.wall_ms))

    def settle(self, notice: Notice, reason: str, by: tuple[str, ...], done: Callable[[], None]) -> None:
        """Let two proctors settle it; `done` when it is on the disk."""

        def settled() -> None:
            self._notices = {oddity: one for oddity, one in self._notices.items() if one != notice}
            self._call()
            done()

        detail = f"{notice.key.removeprefix(OF_CONDUCT)}: {reason}"
        self._sitting.note(Occurred(code=SETTLED, detail=detail[:_LONGEST], by=by), settled)

    # noticing

    def _shown(self, _number: int, item_id: str) -> None:
        case = self._sitting.case
        if case is None:
            return
        if case is not self._case:
            self._begin(case)
        item, given = case.shelf.item(item_id), case.delivery.sitting.given.get(item_id)
        length = _to_read(item, self._bench.deck.appearance.language)
        text = _typed(item, given.responses) if given is not None else ""
        self._conduct = self._conduct.shown(item_id, length, self._now_ms(), text)

    def _begin(self, case: Case) -> None:
        """Take what stands in the journal as it stands: none of it was done just now."""
        sitting, tally = case.delivery.sitting, self._pressed()
        self._case = case
        self._changes.clear()
        self._notices.clear()
        self._conduct = Conduct(
            seen=sitting.seen,
            injected=tally.injected if tally is not None else 0,
            told=_told(case, sitting.incidents),
        )

    def _responded(self, item_id: str, responses: Responses) -> None:
        case = self._case
        if case is None or case is not self._sitting.case or case.delivery.sitting.state is not State.ACTIVE:
            return
        if not fits(case.delivery.sitting, item_id, responses):
            return  # the desk does not take it
        now_ms = self._now_ms()
        text = _typed(case.shelf.item(item_id), responses)
        self._conduct, noticed = self._conduct.responded(item_id, text, now_ms)
        self._tell(case, noticed)
        self._changes.append((item_id, now_ms))
        if not self._moment.isActive():
            self._moment.start()

    def _judge(self) -> None:
        """Judge the changes that are old enough by what is known of hands now."""
        case, tally, now_ms = self._case, self._pressed(), self._now_ms()
        while case is not None and self._changes and now_ms - self._changes[0][1] >= MOMENT_MS:
            item_id, at_ms = self._changes.popleft()
            if tally is not None:
                self._conduct, noticed = self._conduct.handled(item_id, at_ms, _hands(tally))
                self._tell(case, noticed)
        if self._changes:
            self._moment.start()

    def _end(self, case: Case) -> None:
        """Leave with the sitting what nobody settled."""
        left = not_settled(self.notices)

        def work() -> None:
            for one in left:
                case.delivery.record(one)

        if left:
            self._bench.worker.run(self, work, lambda _none: None, self.troubled.emit)
        self._case = None
        self._moment.stop()
        self._changes.clear()
        self._notices.clear()

    # telling

    def _tell(self, case: Case, noticed: Iterable[Noticed]) -> None:
        for one in noticed:
            numbers = " ".join(str(case.shelf.place(item).number) for item in one.items)
            detail = f"{numbers}: {one.detail}".rstrip()
            self._sitting.note(Occurred(code=one.oddity.value, detail=detail), lambda: None)
            self._notices[one.oddity] = self._notice(one.oddity, detail)
            self._call()

    def _notice(self, oddity: Oddity, detail: str) -> Notice:
        """Give the notice of a kind, with the newest line on top of those that stand."""
        name, standing, said = _NAMES[oddity], self._notices.get(oddity), answering(detail)
        line = Sentence(*said) if said is not None else detail
        lines = (line, *(standing.evidence if standing is not None else ()))[:_LINES]
        seen, meaning, remedy = (Sentence(f"conduct.{name}.{part}") for part in ("name", "meaning", "remedy"))
        return Notice(f"{OF_CONDUCT}{name}", seen, meaning, remedy, lines, self._bench.workplace.clock().wall_ms)

    def _call(self) -> None:
        self._sitting.call_proctor(Cause.CONDUCT, on=not _CALLING.isdisjoint(self._notices))

    def _now_ms(self) -> int:
        return self._clock() // 1_000_000


def _hands(tally: Tally) -> Hands:
    last_ns = tally.last_local_ns
    return Hands(last_ns // 1_000_000 if last_ns is not None else None, tally.injected)


def _to_read(item: Item, language: Language) -> int:
    """Count what there is to read of an item itself: what it shares with others may have been read before."""
    shared = item.stimulus.wording if item.stimulus is not None else None
    own = (wording.in_language(language) for wording in item.wordings() if wording is not shared)
    return sum(reading_length(plain_text(body)) for body in own)


def _typed(item: Item, responses: Responses) -> str:
    """Give what is typed: an order or pairs change as a whole, by one movement of a hand."""
    texts = (one.response for one in item.interactions if isinstance(one, TextEntry | ExtendedText))
    return "\n".join(value for response in texts for value in responses.get(response, ()))


def _told(case: Case, incidents: Iterable[Incident]) -> frozenset[tuple[Oddity, str]]:
    """Read what was said before a restart: the kind, and the last item it was said of."""
    codes, places = {kind.value: kind for kind in Oddity}, case.shelf.form.items
    numbers = ((one.code, one.detail.partition(":")[0].split(" ")[-1]) for one in incidents if one.code in codes)
    return frozenset(
        (codes[code], places[int(number) - 1].item)
        for code, number in numbers
        if number.isdecimal() and 1 <= int(number) <= len(places)
    )
