"""Closing the session at this seat: the roster reconciled, the record signed by proctors, kept, and written out."""

import hashlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.exam.reconciliation import EXPLAINED, Line, Reconciliation
from app.exam.room import Explained
from app.exam.sitting import State
from app.seat.about import state_about
from app.seat.camera_desk import CameraDesk
from app.seat.phases.launch.opening import Opened
from app.seat.phases.phase import Bench, Phase, session_facts
from app.seat.phases.proctor.authority import Act, Authority
from app.seat.room_files import paper_of, write_files
from app.seat.room_record import RoomNotReconciled, close_room, kept_record, reconcile_seat
from app.seat.screens.closing.reconcile import ReconcileRow, ReconcileScreen, ReconcileView
from app.seat.screens.closing.record import RecordScreen, RecordView
from app.seat.sign_in import Proctor
from app.ui.text import Sentence
from sync.faults import Fault
from sync.replica.outbox import Stage
from sync.wire.packet import EndReason
from sync.wire.room import RoomRecord

_RECEIPTED = frozenset({Stage.RECEIPTED, Stage.PROVEN, Stage.PURGEABLE})


@dataclass(frozen=True)
class _Closed:
    """A closed room: its signed record, the same on paper's size, and the files, if they could be written."""

    record: RoomRecord
    envelope: bytes
    paper: bytes = b""
    files: tuple[Path, Path] | None = None
    fault: Fault | None = None


class RoomClosing(Phase):
    """Ends with `closed` when the proctors leave the record; nothing else can be done in this session any more."""

    closed = Signal()

    def __init__(self, bench: Bench, opened: Opened, authority: Authority, camera: CameraDesk, parent: QObject) -> None:
        super().__init__(bench, parent)
        self._opened = opened
        self._authority = authority
        self._camera = camera
        self._back: Callable[[], None] | None = None
        self._table: Reconciliation | None = None
        self._closed: _Closed | None = None
        self._signing = False
        self._facts = session_facts(bench.workplace, opened.session)
        self._screen = bench.deck.screen_of(ReconcileScreen)
        self._screen.explained.connect(self._explain)
        self._screen.sign_requested.connect(self._ask)
        self._screen.left.connect(self._leave)
        self._record_screen = bench.deck.screen_of(RecordScreen)
        self._record_screen.write_requested.connect(self._write_again)
        self._record_screen.done.connect(self._end)

    def begin(self, back: Callable[[], None]) -> None:
        """Show the table; `back` brings what was in front before, if the session goes on."""
        self._back, self._signing = back, False
        self._look()

    # the table

    def _look(self, problem: Fault | None = None) -> None:
        workplace, opened = self.bench.workplace, self._opened
        self.bench.worker.run(
            self,
            lambda: reconcile_seat(workplace, opened.session, opened.room.room),
            lambda table: self._show(table, problem),
            self.trouble,
        )

    def _show(self, table: Reconciliation, problem: Fault | None) -> None:
        self._table = table
        plan = self._opened.session.plan
        items = sum(section.count for section in plan.blueprint.sections)
        shown = plan.policy.score_at_seat
        self._screen.show_table(
            ReconcileView(
                session=self._facts,
                counts=table.counts,
                rows=tuple(_row(line, items, shown=shown) for line in table.lines),
                signers=plan.policy.proctors_needed,
                problem=Sentence(f"fault.{problem.code}.what", dict(problem.facts)) if problem else None,
            )
        )
        self.bench.deck.bring(ReconcileScreen)

    def _explain(self, sitting: str, text: str) -> None:
        room = self._opened.room
        event = Explained(sitting=sitting, note=text, by=room.room.on_duty)
        self.bench.worker.run(self, lambda: room.record(event), lambda _room: self._look(), self.trouble)

    def _leave(self) -> None:
        if self._back is not None and not self._signing:
            self._back()

    # the signatures

    def _ask(self) -> None:
        if self._table is None or not self._table.can_close or self._signing:
            return
        act = Act(
            title=Sentence("screen.reconcile.act_title"),
            body=Sentence("screen.reconcile.act_body", self._table.counts.model_dump()),
            people=self._opened.session.plan.policy.proctors_needed,
            among=None,
            verb=Sentence("screen.reconcile.act_verb"),
        )
        self._authority.ask(act, self._close, self._look)

    def _close(self, proctors: tuple[Proctor, ...]) -> None:
        self._signing = True
        self._screen.show_closing()
        self.bench.deck.bring(ReconcileScreen)
        self.bench.worker.run(self, lambda: self._close_all(proctors), self._write, self._not_closed)

    def _close_all(self, proctors: tuple[Proctor, ...]) -> _Closed:
        workplace, opened = self.bench.workplace, self._opened
        self._close_recordings()
        record = close_room(workplace, opened.session, opened.room, proctors)
        return _Closed(record, kept_record(workplace, opened.session.plan.session))

    def _close_recordings(self) -> None:
        """Close what was recorded of those who never began; it belongs to nobody's packet and is kept all the same."""
        workplace, session = self.bench.workplace, self._opened.session
        table = reconcile_seat(workplace, session, self._opened.room.room)
        for line in table.lines:
            sitting = line.found.sitting
            if sitting.state is State.ADMITTED and sitting.recording is not None:
                with suppress(Fault):  # one that cannot be closed is taken up by the recorder's next start
                    self._camera.close(line.found.entry.sitting, sitting.recording)
                    state_about(workplace, session, line.found.entry.sitting, sitting.recording)

    def _not_closed(self, fault: Fault) -> None:
        self._signing = False
        if isinstance(fault, RoomNotReconciled):
            self._look(fault)
        else:
            self.trouble(fault)

    # the record

    def _write(self, closed: _Closed) -> None:
        printed = replace(closed, paper=closed.paper or paper_of(closed.envelope))
        home = self.bench.workplace.home
        self.bench.worker.run(
            self,
            lambda: write_files(home, printed.envelope, printed.paper),
            lambda files: self._show_record(replace(printed, files=files, fault=None)),
            lambda fault: self._show_record(replace(printed, fault=fault)),
        )

    def _show_record(self, closed: _Closed) -> None:
        self._closed = closed
        names = {proctor.keyid: proctor.name for proctor in closed.record.proctors}
        paper, signed = (str(file.absolute()) for file in closed.files) if closed.files else ("", "")
        self._record_screen.show_record(
            RecordView(
                session=self._facts,
                counts=closed.record.counts,
                signers=tuple(names[keyid] for keyid in closed.record.signers),
                digest=hashlib.sha256(closed.envelope).hexdigest(),
                waiting=self._waiting(closed.record),
                paper=paper,
                signed_file=signed,
                problem=Sentence("screen.record.write_failed", {"code": closed.fault.code}) if closed.fault else None,
            )
        )
        self.bench.deck.bring(RecordScreen)

    def _waiting(self, record: RoomRecord) -> int:
        """Count the packets of the session that no receipt has come for yet."""
        outbox = self.bench.workplace.replica.outbox
        rows = (outbox.of_sitting(one.sitting) for one in record.candidates)
        return sum(row is not None and row.stage not in _RECEIPTED for row in rows)

    def _write_again(self) -> None:
        if self._closed is not None:
            self._write(self._closed)

    def _end(self) -> None:
        self.closed.emit()


def _row(line: Line, items: int, *, shown: bool) -> ReconcileRow:
    entry, sitting, packet = line.found.entry, line.found.sitting, line.found.packet
    return ReconcileRow(
        sitting=entry.sitting,
        name=entry.name,
        number=entry.admission_number,
        seat=sitting.seat_number or entry.seat_number,
        standing=line.standing,
        end=sitting.end_reason,
        under_way=line.under_way,
        answered=len(sitting.answered),
        items=items,
        score=_marks(packet.score_milli) if packet and shown and sitting.end_reason is not EndReason.VOIDED else "",
        incidents=line.incidents,
        irregular=line.irregular,
        clauses=line.clauses,
        needs_word=line.standing in EXPLAINED,
        explanation=line.explanation,
    )


def _marks(milli: int) -> str:
    whole, rest = divmod(milli, 1000)
    return f"{whole}.{rest:03d}".rstrip("0").rstrip(".") if rest else str(whole)
