"""The screens of a room for the gallery: choosing a session, reconciling, the record. Everything here is simulated."""

from app.seat.screens.closing.reconcile import ReconcileRow, ReconcileScreen, ReconcileView
from app.seat.screens.closing.record import RecordScreen, RecordView
from app.seat.screens.launch.sessions import RowState, SessionRow, SessionsScreen, SessionsView
from app.seat.screens.waiting import WaitingScreen, WaitingView
from app.ui.buttons import Button
from app.ui.text import Sentence
from app.words import Words
from sync.wire.packet import EndReason
from sync.wire.room import RoomCounts, Standing
from tests.app.seat.screens import samples

CLOCK = "2026-11-22 08:41"
VERY_LONG = (samples.LONG_NAME * 12)[:200]


def _row(number: int, standing: Standing, name: str = "", **changes: object) -> ReconcileRow:
    sat = standing in (Standing.DONE, Standing.BLANK)
    facts: dict[str, object] = {
        "sitting": f"0193a1c2-0000-7000-8000-{number:012}",
        "name": name or f"模拟考生{number:02}",
        "number": f"20261133{number:05}",
        "seat": 7,
        "standing": standing,
        "end": EndReason.CANDIDATE if sat else None,
        "under_way": False,
        "answered": 98 if standing is Standing.DONE else 0,
        "items": 100,
        "score": "86.5" if standing is Standing.DONE else "0" if sat else "",
        "incidents": 0,
        "irregular": False,
        "clauses": (),
        "needs_word": standing not in (Standing.DONE, Standing.ABSENT),
        "explanation": "",
    }
    return ReconcileRow(**(facts | changes))  # type: ignore[arg-type]


def _table(*rows: ReconcileRow) -> ReconcileView:
    present = sum(row.standing in (Standing.DONE, Standing.BLANK) for row in rows)
    counts = RoomCounts(
        expected=len(rows), present=present, absent=len(rows) - present, irregular=sum(row.irregular for row in rows)
    )
    return ReconcileView(samples.session(), counts, rows, signers=2)


def sessions(words: Words) -> SessionsScreen:
    screen = SessionsScreen(words)
    place = "青河县职业培训中心考点\u2003第二考场"
    broken = Sentence("screen.sessions.broken", {"code": "ENVELOPE_REFUSED"})
    missing = Sentence("screen.sessions.not_opened", {"code": "PACKAGE_MISSING"})
    title = Sentence("screen.sessions.broken_title", {"session": "869da9922af5"})
    rows = (
        SessionRow("s1", RowState.CLOSED, samples.EXAM, place, "2026-11-21 09:00–11:00", 3, 3),
        SessionRow("s2", RowState.LATER, samples.EXAM, place, "2026-11-22 09:00–11:00", 3, 0),
        SessionRow("s3", RowState.LATER, samples.EXAM, place, "2026-11-22 14:00–16:00", 60, 0, rehearsal=True),
        SessionRow("s4", RowState.NOW, samples.EXAM, place, "2026-11-22 08:00–10:00", 60, 0, problem=missing),
        SessionRow("s5", RowState.BROKEN, title, problem=broken),
    )
    screen.show_sessions(SessionsView(rows, CLOCK))
    return screen


def sessions_several(words: Words) -> SessionsScreen:
    screen = SessionsScreen(words)
    long = samples.bilingual(VERY_LONG, VERY_LONG)
    rows = (
        SessionRow("s1", RowState.NOW, samples.EXAM, "青河县职业培训中心考点", "2026-11-22 08:00–10:00", 3, 1),
        SessionRow("s2", RowState.NOW, long, VERY_LONG, "2026-11-22 08:00–10:00", 3, 0),
        SessionRow("s3", RowState.PAST, samples.EXAM, "第二考场", "2026-11-21 08:00–10:00", 3, 2),
        SessionRow("s4", RowState.OVER, samples.EXAM, "第二考场", "2026-11-20 08:00–10:00", 3, 2),
    )
    screen.show_sessions(SessionsView(rows, CLOCK))
    return screen


def sessions_warned(words: Words) -> SessionsScreen:
    screen = sessions(words)
    button = screen.findChild(Button, "choose_s2")
    if button is None:
        raise LookupError("choose_s2")
    button.click()
    return screen


def reconcile(words: Words) -> ReconcileScreen:
    screen = ReconcileScreen(words)
    said = "看完试题后表示放弃作答，已当面确认。"
    screen.show_table(
        _table(
            _row(1, Standing.DONE, incidents=2, irregular=True, clauses=("5", "7.2")),
            _row(2, Standing.DONE, samples.LONG_NAME),
            _row(3, Standing.BLANK),
            _row(4, Standing.BLANK, explanation=said),
            _row(5, Standing.ABSENT),
            _row(6, Standing.REFUSED, VERY_LONG, explanation="证件与本人不符", incidents=1),
            _row(7, Standing.NEVER_BEGUN),
        )
    )
    return screen


def reconcile_under_way(words: Words) -> ReconcileScreen:
    screen = ReconcileScreen(words)
    rows = (_row(1, Standing.DONE), _row(2, Standing.DONE, under_way=True, score="", answered=41))
    screen.show_table(_table(*rows))
    return screen


def reconcile_ready(words: Words) -> ReconcileScreen:
    screen = ReconcileScreen(words)
    screen.show_table(_table(*(_row(number, Standing.DONE) for number in range(1, 61))))
    return screen


def record(words: Words, *, written: bool = True) -> RecordScreen:
    screen = RecordScreen(words)
    stem = "/var/lib/examroom/seat/records/room-record-01a203a6-a320-7760-978a-fe1290626a58"
    screen.show_record(
        RecordView(
            session=samples.session(),
            counts=RoomCounts(expected=60, present=56, absent=4, irregular=2),
            signers=("李芳", samples.LONG_NAME),
            digest="312e655eeb9c0b5b" * 4,
            paper=f"{stem}.pdf" if written else "",
            signed_file=f"{stem}.json" if written else "",
            problem=None if written else Sentence("screen.record.write_failed", {"code": "DISK_FULL"}),
        )
    )
    return screen


def record_unwritten(words: Words) -> RecordScreen:
    return record(words, written=False)


def all_done(words: Words) -> WaitingScreen:
    screen = WaitingScreen(words)
    title, body = Sentence("seat.all_done_title"), Sentence("seat.all_done_body")
    screen.show_waiting(WaitingView(title, body, samples.session(), Sentence("seat.close_session")))
    return screen
