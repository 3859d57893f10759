"""Opening a session at the seat: proctors sign in, the seat is checked, the items are released, the session starts."""

from dataclasses import dataclass, replace
from typing import Final

import structlog
from PySide6.QtCore import QObject, Signal

from app.seat.camera_desk import CameraDesk
from app.seat.duty import Duty
from app.seat.environment import EnvironmentDesk, Look, again
from app.seat.phases.launch.environment_rows import environment_rows
from app.seat.phases.launch.overriding import Overriding
from app.seat.phases.launch.signing import Signing, lock_report
from app.seat.phases.phase import Bench, Phase, session_facts
from app.seat.phases.proctor.authority import Authority
from app.seat.readiness import Display, Finding, Reach, Readiness, check_seat
from app.seat.release import kept_keys, unlock_with
from app.seat.room_log import RoomLog, read_room
from app.seat.screens.launch.launch import CheckRow, CheckState, LaunchScreen, LaunchView, ReleaseState
from app.seat.screens.launch.sign_in import SignInScreen, SignInView
from app.seat.screens.view import ProctorCard
from app.seat.sign_in import Proctor, SameCredential, SignInDesk, counted_in
from app.seat.surroundings import Surroundings
from app.seat.workplace import Session
from app.ui.bridge import in_background
from app.ui.text import Sentence, Text
from sync.client.connection import RegistryConnection
from sync.client.release import PackageKeys, fetch_release
from sync.faults import Fault
from sync.replica.cabinet import DocumentKind
from sync.trust.aead import SealRefused
from sync.trust.release import ReleaseCodeWrong, ReleaseShare


@dataclass(frozen=True)
class Opened:
    """A session that runs at this seat. `look`: what was seen of the PC before it; None after a restart within it."""

    session: Session
    keys: PackageKeys
    duty: Duty
    room: RoomLog
    look: Look | None = None

    @property
    def proctors(self) -> tuple[Proctor, ...]:
        """Who is signed in now; none after a restart within a sitting."""
        return self.duty.proctors


@dataclass(frozen=True)
class Doors:
    """What an opening reaches beyond the seat's own files: the proctors' keys and consent, registry, recorder, PC.

    `surroundings`: learns from the checks what the clock of the registry says, and what was here at the start.
    """

    desk: SignInDesk
    authority: Authority
    connection: RegistryConnection
    camera: CameraDesk
    environment: EnvironmentDesk
    surroundings: Surroundings


@dataclass(frozen=True)
class _Checked:
    """One round of checks: of the seat's own things, and of the PC."""

    findings: list[Finding]
    look: Look


class Opening(Phase):
    """Ends with `opened`, carrying an `Opened`, or with `left`: proctors want another session than this one."""

    opened = Signal(object)
    left = Signal()

    def __init__(self, bench: Bench, session: Session, doors: Doors, parent: QObject) -> None:
        super().__init__(bench, parent)
        self._session = session
        self._connection = doors.connection
        self._camera = doors.camera
        self._environment, self._surroundings = doors.environment, doors.surroundings
        self._proctors: list[Proctor] = []
        self._log = structlog.get_logger("opening")
        self._checked: _Checked | None = None
        self._keys: PackageKeys | None = None
        self._fetching = False
        self._starting = False
        self._release_note: Text | None = None
        self._sign_in = bench.deck.screen_of(SignInScreen)
        self._signing = Signing(doors.desk, self._sign_in, self)
        self._signing.signed.connect(self._add_proctor)
        self._signing.locked_out.connect(self._log_lock)
        self._sign_in.other_requested.connect(self._leave)
        self._launch = bench.deck.screen_of(LaunchScreen)
        self._launch.other_requested.connect(self._leave)
        self._launch.release_requested.connect(self._fetch)
        self._launch.code_entered.connect(self._try_code)
        self._launch.recheck_requested.connect(self._check_readiness)
        self._launch.start_requested.connect(self._start)
        self._launch.override_requested.connect(self._override)
        self._overriding = Overriding(bench, session, doors.authority, self)
        self._overriding.ended.connect(self._overridden)
        self._overriding.troubled.connect(self.trouble)
        self._others = len(bench.workplace.replica.cabinet.names(DocumentKind.PLAN)) > 1

    def _leave(self) -> None:
        if not self._starting:
            self._signing.end()
            self.left.emit()

    def begin(self) -> None:
        """Ask for the proctors."""
        self._show_sign_in()
        self.bench.deck.bring(SignInScreen)
        self._signing.begin(entry.proctor for entry in self._session.plan.proctors)

    # proctors

    def _show_sign_in(self) -> None:
        signed = {proctor.id for proctor in self._proctors}
        plan = self._session.plan
        cards = tuple(ProctorCard(entry.proctor, entry.name, entry.proctor in signed) for entry in plan.proctors)
        facts = session_facts(self.bench.workplace, self._session)
        self._sign_in.show_sign_in(SignInView(facts, cards, plan.policy.proctors_needed, self._others))

    def _add_proctor(self, proctor: Proctor) -> None:
        try:
            self._proctors = list(counted_in(tuple(self._proctors), proctor))
        except SameCredential:
            self._log.warning("same_credential", proctor=proctor.id, keyid=proctor.key.public.keyid)
            self._show_sign_in()
            self._sign_in.show_same_person(proctor.id)
            return
        self._show_sign_in()
        if len(self._proctors) >= self._session.plan.policy.proctors_needed:
            self._go_to_launch()

    def _log_lock(self, proctor: str) -> None:
        """Let the room's journal say it if the room is open already: after a restart, or with too few signed in."""
        workplace, plan = self.bench.workplace, self._session.plan
        event = lock_report(plan, proctor)

        def work() -> None:
            room = RoomLog(plan.session, workplace.replica.journal, workplace.clock)
            if room.room.is_open:
                room.record(event)

        self.bench.worker.run(self, work, lambda _none: None, self.trouble)

    # readiness and release

    def _go_to_launch(self) -> None:
        self._signing.end()
        try:
            self._keys = kept_keys(self.bench.workplace, self._session)
        except Fault as fault:
            self.trouble(fault)
            return
        self.bench.deck.bring(LaunchScreen)
        self._check_readiness()

    def _check_readiness(self) -> None:
        if self._starting:
            return  # the start looks at the PC itself
        self._checked = None
        self._show_launch()
        screen = self.bench.deck.screen().size()
        display = Display(screen.width(), screen.height())
        surroundings = self._surroundings
        reach = Reach(self._connection, self._camera, display, surroundings.hear_registry)
        workplace, session, environment = self.bench.workplace, self._session, self._environment
        environment.see()

        def work() -> _Checked:
            overrides = read_room(workplace.replica.journal, session.plan.session).overrides
            findings = check_seat(workplace, session, reach)  # first: it hears the registry's clock
            surroundings.remember()
            return _Checked(findings, environment.look(overrides))

        in_background(self, work, self._keep_checked, self.trouble)

    def _keep_checked(self, checked: _Checked) -> None:
        self._checked = checked
        self._show_launch()

    # going on over a finding

    def _override(self, check: str) -> None:
        checked = self._checked
        weighed = checked.look.weighed if checked is not None else ()
        one = next((one for one in weighed if one.observation.check == check), None)
        if one is not None and not self._starting:
            self._overriding.begin(one, tuple(self._proctors))

    def _overridden(self) -> None:
        """Show what the journal says now; the checks were made a moment ago."""
        self.bench.deck.bring(LaunchScreen)
        checked, journal, plan = self._checked, self.bench.workplace.replica.journal, self._session.plan
        if checked is None:
            return

        def work() -> _Checked:
            overrides = read_room(journal, plan.session).overrides
            return replace(checked, look=again(checked.look, plan.policy.environment, overrides))

        in_background(self, work, self._keep_checked, self.trouble)

    def _fetch(self) -> None:
        if self._fetching or self._keys is not None:
            return
        self._fetching = True
        self._show_launch()
        workplace, session = self.bench.workplace, self._session

        def work() -> PackageKeys:
            share = fetch_release(
                self._connection,
                workplace.asker,
                workplace.trust,
                session.plan.session,
            )
            return unlock_with(workplace, session, share)

        in_background(self, work, self._keep_keys, self._keep_note)

    def _try_code(self, code: str) -> None:
        workplace, session = self.bench.workplace, self._session
        self._release_note = None
        in_background(
            self,
            lambda: unlock_with(workplace, session, ReleaseShare.from_code(code)),
            self._keep_keys,
            self._refuse_code,
        )

    def _keep_keys(self, keys: PackageKeys) -> None:
        self._fetching, self._keys, self._release_note = False, keys, None
        self._show_launch()

    def _keep_note(self, fault: Fault) -> None:
        self._fetching, self._release_note = False, Sentence(f"fault.{fault.code}.what", dict(fault.facts))
        self._check_readiness()

    def _refuse_code(self, fault: Fault) -> None:
        if isinstance(fault, ReleaseCodeWrong):
            self._launch.show_wrong_code(int(fault.facts.get("group", 0)))
        elif isinstance(fault, SealRefused):
            self._launch.show_wrong_code(0)
        else:
            self._keep_note(fault)

    def _show_launch(self) -> None:
        rows = RUNNING if self._checked is None else self._rows(self._checked)
        released = ReleaseState.RELEASED if self._keys else ReleaseState.WAITING
        self._launch.show_launch(
            LaunchView(
                session=session_facts(self.bench.workplace, self._session),
                proctors=tuple(proctor.name for proctor in self._proctors),
                checks=rows,
                release=ReleaseState.FETCHING if self._fetching else released,
                release_note=self._release_note,
                can_start=self._may_start() and not self._starting,
                starting=self._starting,
                others=self._others,
            )
        )

    def _rows(self, checked: _Checked) -> tuple[CheckRow, ...]:
        of_pc = environment_rows(checked.look, self._session.plan.proctors)
        return (*of_pc, *(_row(found) for found in checked.findings))

    def _may_start(self) -> bool:
        checked = self._checked
        if checked is None or self._keys is None or not checked.look.may_go_on:
            return False
        return all(found.readiness is not Readiness.BLOCKED for found in checked.findings)

    # the start

    def _start(self) -> None:
        """Look at the PC once more: what was seen may be long ago, and something may have been plugged in since."""
        checked = self._checked
        if checked is None or self._starting or not self._may_start():
            return
        self._starting = True
        self._show_launch()
        journal, plan, environment = self.bench.workplace.replica.journal, self._session.plan, self._environment
        environment.see()

        def work() -> _Checked:
            return replace(checked, look=environment.look(read_room(journal, plan.session).overrides))

        in_background(self, work, self._start_with, self._not_started)

    def _start_with(self, checked: _Checked) -> None:
        """Start, unless something is in the way now: that is shown instead."""
        keys, self._checked = self._keys, checked
        if keys is None or not self._may_start():
            self._starting = False
            self._show_launch()
            return
        workplace, session, proctors = self.bench.workplace, self._session, tuple(self._proctors)
        surroundings = self._surroundings

        def work() -> Opened:
            room = RoomLog(session.plan.session, workplace.replica.journal, workplace.clock)
            room.take_duty(tuple(proctor.key.public.keyid for proctor in proctors))
            surroundings.take_as_usual()
            return Opened(session, keys, Duty(proctors), room, checked.look)

        self.bench.worker.run(self, work, self.opened.emit, self._not_started)

    def _not_started(self, fault: Fault) -> None:
        self._starting = False
        self._show_launch()
        self.trouble(fault)


RUNNING: Final = (CheckRow(Sentence("screen.launch.readiness"), CheckState.RUNNING, Sentence("environment.running")),)
"""What stands there while the checks are made: one line, however many they are."""


def _row(found: Finding) -> CheckRow:
    key = f"readiness.{found.check}"
    state = found.readiness.value
    if found.readiness is Readiness.GOOD:
        return CheckRow(
            Sentence(f"readiness.{found.check}.name"), CheckState.GOOD, Sentence(f"{key}.{state}.seen", found.facts)
        )
    return CheckRow(
        Sentence(f"readiness.{found.check}.name"),
        CheckState(state),
        Sentence(f"{key}.{state}.seen", found.facts),
        Sentence(f"{key}.{state}.meaning", found.facts),
        Sentence(f"{key}.{state}.advice", found.facts),
    )
