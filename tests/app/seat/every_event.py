"""Kills the real kiosk at every journal event of a sitting, and looks at what it shows when it is back. A program.

Argument: a seat's folder. Standard input: the autopilot's knowledge as one JSON line. Each life of the kiosk is a
process of its own that dies by SIGKILL as soon as it has committed an event the journals did not hold; the last one
comes to the result. Tells each life as a JSON line. It forks, so it is a single-threaded process of its own.
"""

import json
import os
import signal
import sys
import time
import traceback
from pathlib import Path
from types import TracebackType
from typing import Any

import pytest
from PySide6.QtCore import QTimer

from app.demo.autopilot import Autopilot, Script
from app.exam.appearance import Appearance, Spacing
from app.exam.prose import Language
from app.exam.sitting import Sitting, State
from app.logbook import open_logbook
from app.seat import surroundings
from app.seat.delivery import read_sitting
from app.seat.home import SeatHome
from app.seat.kiosk import Kiosk
from app.seat.program import make_application
from app.seat.screens.delivery.item import ItemScreen
from app.seat.workplace import Workplace
from proctoring.checks.machine import Machine
from sync.replica.journal import Journal, JournalRow
from sync.wire.plan import Theme
from tests.app.seat.only_session import only_session

CHOSEN = Appearance(Language.EN, 150, Theme.DARK, Spacing.WIDE, reduced_motion=True)
DEFECT, STUCK = 70, 71
Rows = set[tuple[str, str, bytes]]


def main() -> None:
    """Live, die and come back until a life reaches the result."""
    home, script = SeatHome(Path(sys.argv[1])), json.loads(sys.stdin.readline())
    script["screenshots"] = home.root / "pictures"
    while True:
        before, held = _on_disk(home)
        began = time.monotonic()
        code, told = _one_life(home, Script(**script), held)
        lived_ms = round((time.monotonic() - began) * 1000)
        after, rows = _on_disk(home)
        found = {
            "code": code,
            "last": [kind for _, kind, _ in sorted(rows - held)],
            "before": _facts(before),
            "told": told,
            "after": _facts(after),
            "lived_ms": lived_ms,
        }
        sys.stdout.write(json.dumps(found) + "\n")
        sys.stdout.flush()
        if code != -signal.SIGKILL:
            return


def _one_life(home: SeatHome, script: Script, held: Rows) -> tuple[int, list[dict[str, Any]]]:
    reading, writing = os.pipe()
    parent = os.getpid()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _be_a_kiosk(home, script, held, writing, parent)
    os.close(writing)
    with os.fdopen(reading) as lines:
        told = [json.loads(line) for line in lines if line.endswith("\n")]
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), told


def _be_a_kiosk(home: SeatHome, script: Script, held: Rows, writing: int, parent: int) -> None:
    def tell(event: str, **facts: object) -> None:
        os.write(writing, (json.dumps({"event": event, **facts}) + "\n").encode())

    def give_up(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        traceback.print_exception(kind, error, trace)
        os._exit(DEFECT)

    open_logbook(home.log, "seat")
    # not the PC on which other tests run beside this one
    pytest.MonkeyPatch().setattr(surroundings, "THIS_PC", Machine(home.root.parent / "pc"))
    sys.excepthook = give_up
    _die_at_anything_new(held)
    application = make_application()
    kiosk = Kiosk(home, Language.ZH, "synthetic")
    kiosk.resize(1366, 768)
    seen: list[int] = []

    def shown(screen: str) -> None:
        tell("shown", screen=screen)
        if screen == "ResultScreen":
            QTimer.singleShot(0, lambda: os._exit(0))

    def item_shown(number: int, _item: str) -> None:
        if not seen:
            tell("standing", **_standing(kiosk))
            clock = kiosk.deck.screen_of(ItemScreen)._head.clock
            QTimer.singleShot(0, lambda: tell("clock", says=clock.text()))
            kiosk.deck.set_appearance(CHOSEN)
        seen.append(number)

    kiosk.deck.shown.connect(shown)
    kiosk.item_shown.connect(item_shown)
    kiosk.show()
    autopilot = Autopilot(kiosk, script, lambda event, **_facts: os._exit(STUCK) if event == "stuck" else None)
    autopilot.begin()
    kiosk.begin()
    watch = QTimer(kiosk, interval=1000)  # who killed the program that forked this leaves nobody to kill it
    watch.timeout.connect(lambda: os._exit(STUCK) if os.getppid() != parent else None)
    watch.start()
    application.exec()
    os._exit(STUCK)


def _standing(kiosk: Kiosk) -> dict[str, object]:
    """Say what stands on the screen."""
    items = kiosk.deck.screen_of(ItemScreen)
    view = items._view
    if view is None:
        return {}
    return {
        "item": view.item.id,
        "order": [[option.id for option in one.options] for one in view.item.interactions if hasattr(one, "options")],
        "responses": view.responses,
        "flagged": view.flagged,
        "answered": sum(cell.answered for cell in items._cells),
        "items": len(items._cells),
        "look": repr(kiosk.deck.appearance),
        "shown_look": repr(items.appearance),
    }


def _die_at_anything_new(held: Rows) -> None:
    append = Journal.append

    def append_and_die(  # noqa: PLR0917 - as the journal's own
        self: Journal,
        sitting: str,
        kind: str,
        run: str,
        mono_ms: int,
        wall_ms: int,
        body: bytes,
        after: str | None = None,
    ) -> JournalRow:
        row = append(self, sitting, kind, run, mono_ms, wall_ms, body, after)
        if _row(sitting, kind, body) not in held:
            os.kill(os.getpid(), signal.SIGKILL)
        return row

    Journal.append = append_and_die  # type: ignore[method-assign]


def _on_disk(home: SeatHome) -> tuple[Sitting, Rows]:
    workplace = Workplace.open(home)
    session = only_session(workplace)
    journal, entry = workplace.replica.journal, session.plan.roster[0]
    rows = {
        _row(row.sitting, row.kind, row.body)
        for name in (session.plan.session, entry.sitting)
        for row in journal.rows(name)
    }
    sitting = read_sitting(journal, entry.sitting)
    workplace.close()
    return sitting, rows


def _row(sitting: str, kind: str, body: bytes) -> tuple[str, str, bytes]:
    """Give what an event is known again by; how the PC stands is said at every start, and a clock's figures differ."""
    return sitting, kind, b"" if kind == "secured" else body


def _facts(sitting: Sitting) -> dict[str, object]:
    given = sitting.given.get(sitting.current or "")
    return {
        "state": sitting.state.value,
        "item": sitting.current,
        "responses": given.responses if given else {},
        "flagged": sitting.current in sitting.flags,
        "answered": len(sitting.answered),
        "look": repr(sitting.appearance),
        "active_ms": sitting.active_ms,
        "left_ms": sitting.timing.left_ms if sitting.state is State.ACTIVE else 0,
    }


if __name__ == "__main__":
    main()
