"""What is done at one recording: looked at, watched, verified, held, kept longer, destroyed by two."""

from typing import Final

from PySide6.QtCore import QObject, Signal

from app.archive.dossier import Dossier
from app.archive.figures import size_words
from app.archive.playing.source import PlayingSource
from app.archive.window.act_page import Act, ActPage, Subject
from app.archive.window.bench import Bench, StopMark, Tell
from app.archive.window.decide_page import DecidePage
from app.archive.window.pin_asking import PinAsking
from app.archive.window.player import PlayerPanel
from app.archive.window.player_times import recorded
from app.archive.window.recording_page import RecordingPage, simulated_of
from app.archive.window.sayings import day, moment
from app.archive.window.work_page import Outcome, WorkPage
from app.ui.icons import Icon
from app.ui.text import Sentence, Text
from app.ui.tokens import Tone
from app.words import Words
from app.words.lengths import whole_seconds
from proctoring.vault.format.report import RecordingReport, Verdict
from proctoring.vault.retention.people import Signer
from sync.faults import Fault
from sync.replica.durable import private_folder
from sync.wire.archive import CustodyEntry, DestructionRecord

_LINES: Final = 12
"""So many gaps and findings are listed on the screen; the command lists all."""
_LOOKS: Final = {
    Verdict.COMPLETE: (Icon.CHECK, Tone.DONE),
    Verdict.RECOVERED: (Icon.INFO, Tone.ACCENT),
    Verdict.TRUNCATED: (Icon.ATTENTION, Tone.ATTENTION),
    Verdict.TAMPERED: (Icon.BLOCKED, Tone.DANGER),
}


class OneRecording(QObject):
    """Signals: back to what was found; an export is wanted (`Subject`, session); another session's recordings."""

    back = Signal()
    export_wanted = Signal(object, str)
    same_session = Signal(str, object)  # Text

    def __init__(self, bench: Bench, parent: QObject) -> None:
        super().__init__(parent)
        self._bench = bench
        self._dossier: Dossier | None = None
        self._stop = StopMark()
        self._visit = 0
        words = Words(bench.stack.appearance.language)
        self._page: Final = bench.stack.take(RecordingPage(words))
        self._form: Final = bench.stack.take(ActPage(words))
        self._decide: Final = bench.stack.take(DecidePage(words))
        self._work: Final = bench.stack.take(WorkPage(words))
        self._page.back.connect(self._leave)
        self._page.purpose_given.connect(self._watch)
        self._page.act_chosen.connect(self._chosen)
        self._page.release_chosen.connect(lambda hold: self._ask(Act.RELEASE, hold))
        self._page.same_session.connect(self.same_session)
        self._form.confirmed.connect(self._confirmed)
        self._second: Final = PinAsking(self._decide.pins, bench.people, self)
        self._second.signed.connect(self._approved)
        self._decide.withdraw_chosen.connect(self._ask_withdraw)
        self._work.stopped.connect(self._stop_work)
        for page in (self._form, self._decide):
            page.back.connect(self._back)
        self._work.done.connect(self._look_again)

    def visit(self, recording: str) -> None:
        """Show a recording to somebody who comes to it: whatever was given before, its purpose is asked for."""
        self.leave()
        self.open(recording)

    def leave(self) -> None:
        """End a visit: who comes again is asked again. What is still being opened is entered, and not shown."""
        self._visit += 1
        self.close()
        self._page.ask_anew()

    def open(self, recording: str) -> None:
        """Read a recording's papers and show them; a visit goes on."""
        self._page.show_fault(None)
        self._bench.run(
            lambda: self._bench.desk.look(recording), self._show, lambda fault: self._refused(recording, fault)
        )

    def close(self) -> None:
        """End the player."""
        player = self._page.player
        if isinstance(player, PlayerPanel):
            player.stop()
        self._page.put_player(None)

    @property
    def playing(self) -> bool:
        """Whether a recording plays."""
        player = self._page.player
        return isinstance(player, PlayerPanel) and player.engine.playing

    def forget(self) -> None:
        """Forget what was shown and typed: nobody is signed in any more."""
        self._dossier = None
        self.leave()
        self._form.reason.clear()
        self._decide.pins.show_proctors(())

    def _refused(self, recording: str, fault: Fault) -> None:
        self._bench.stack.bring(self._page)
        self._page.show_fault(fault, lambda: self.open(recording))

    def _show(self, dossier: Dossier) -> None:
        if self._dossier is not None and self._dossier.recording != dossier.recording:
            self.close()
        self._dossier = dossier
        self._page.show_dossier(dossier, self._now_ms())
        self._bench.stack.bring(self._page)

    def _look_again(self) -> None:
        self.open(self._need().recording)

    def _back(self) -> None:
        self._decide.pins.show_proctors(())  # what was typed of a PIN does not stay
        self._bench.stack.bring(self._page)

    def _leave(self) -> None:
        self.leave()
        self.back.emit()

    def _now_ms(self) -> int:
        return self._bench.desk.archive.clock().wall_ms

    def _need(self) -> Dossier:
        if self._dossier is None:
            raise RuntimeError("no recording is shown")
        return self._dossier

    # watching

    def _watch(self, purpose: str) -> None:
        dossier, signer, desk = self._need(), self._bench.need_signer(), self._bench.desk
        visit = self._visit
        self._page.asking.show_opening(True)
        self._page.show_fault(None)
        self._page.say_done("")
        self._bench.run(
            lambda: desk.watch(dossier, signer, purpose),
            lambda source: self._opened(visit, dossier, source),
            lambda fault: self._not_opened(visit, fault),
            long=True,
        )

    def _opened(self, visit: int, dossier: Dossier, source: PlayingSource) -> None:
        if visit != self._visit:
            return  # somebody went on meanwhile; the view is entered, nothing is shown
        self._page.asking.show_opening(False)
        snapshots = private_folder(self._bench.working / "snapshots")
        panel = PlayerPanel(source, self._page.words, snapshots=snapshots)
        panel.snapped.connect(lambda _file, sha256, at_ms: self._note_snapshot(dossier.recording, sha256, at_ms))
        self._page.put_player(panel)
        self._look_again()

    def _not_opened(self, visit: int, fault: Fault) -> None:
        if visit != self._visit:
            return
        self._page.asking.show_opening(False)
        self._page.show_fault(fault)

    def _note_snapshot(self, recording: str, sha256: str, at_ms: int) -> None:
        signer, desk = self._bench.need_signer(), self._bench.desk
        self._bench.act(
            self._page,
            lambda: desk.note_snapshot(recording, signer, sha256, at_ms),
            lambda _entry: self._look_again(),
        )

    # acts

    def _chosen(self, act: str) -> None:
        dossier = self._need()
        self._page.say_done("")
        if act == "verify":
            self._verify(dossier)
        elif act == "export":
            manifest = dossier.situation.manifest
            self.export_wanted.emit(self._subject(), manifest.document.session if manifest else "")
        elif act != "destroy":
            self._ask(Act(act))
        elif dossier.standing.proposal is None:
            self._ask(Act.PROPOSE)
        else:
            people, stands = self._bench.people.people(), dossier.standing
            self._decide.begin(self._subject(), dossier.standing.proposal, people, stands.approvals_needed)
            self._bench.stack.bring(self._decide)

    def _subject(self, about: int = 0) -> Subject:
        dossier = self._need()
        known, manifest = dossier.about, dossier.situation.manifest
        document = manifest.document if manifest else None
        held = next((one for one in dossier.standing.holds if one.sequence == about), None)
        return Subject(
            recording=dossier.recording,
            candidate=f"{known.name}\u2003{known.id_number_masked}" if known else "",
            session=known.exam_title if known else document.session if document else "",
            began=moment(document.started.wall_ms) if document else "",
            until=day(dossier.standing.retain_until_ms),
            size=size_words(manifest.bytes) if manifest else "",
            about=about,
            held=f"{held.reason}\u2003{held.by.name}\u2003{day(held.since_ms)}" if held else "",
            simulated=simulated_of(dossier),
        )

    def _ask(self, act: Act, about: int = 0) -> None:
        self._form.begin(act, self._subject(about), self._now_ms())
        self._bench.stack.bring(self._form)

    def _ask_withdraw(self) -> None:
        proposal = self._need().standing.proposal
        if proposal is not None:
            self._ask(Act.WITHDRAW, proposal.sequence)

    def _confirmed(self, act: str, reason: str, until_ms: int | None) -> None:
        subject, signer, archive = self._form.subject, self._bench.need_signer(), self._bench.desk.archive
        if subject is None:
            return
        recording, about = subject.recording, subject.about
        work = {
            Act.HOLD: lambda: archive.hold(recording, signer, reason, until_ms),
            Act.RELEASE: lambda: archive.release(recording, signer, about, reason),
            Act.EXTEND: lambda: archive.extend(recording, signer, until_ms or 0, reason),
            Act.PROPOSE: lambda: archive.propose_destruction(recording, signer, reason),
            Act.WITHDRAW: lambda: archive.withdraw_destruction(recording, signer, about, reason),
        }[Act(act)]
        self._form.set_busy(True)
        self._form.show_fault(None)
        self._bench.run(work, self._acted, self._not_acted)

    def _acted(self, entry: CustodyEntry) -> None:
        self._form.set_busy(False)
        until = day(entry.until_ms) if entry.until_ms else ""
        self._page.say_done(Sentence(f"screen.archive.did.{entry.act.value}", {"day": until}))
        self._look_again()

    def _not_acted(self, fault: Fault) -> None:
        self._form.set_busy(False)
        self._form.show_fault(fault)

    # the second person

    def _approved(self, second: Signer) -> None:
        subject, proposal, desk = self._decide.subject, self._decide.proposal, self._bench.desk
        if subject is None or proposal is None or self._bench.stack.currentWidget() is not self._decide:
            return  # somebody went back or signed out while the PIN was checked: nothing is approved
        self._decide.show_working()
        self.close()
        recording, sequence = subject.recording, proposal.sequence
        self._bench.run(lambda: desk.approve(recording, second, sequence), self._decided, self._not_decided)

    def _decided(self, record: DestructionRecord | None) -> None:
        name = "done" if record is not None else "more"
        look = (Icon.CHECK, Tone.DONE) if record is not None else (Icon.INFO, Tone.ACCENT)
        dossier = self._need()
        title = Sentence(f"screen.archive.decide.{name}_title")
        self._work.begin(title, dossier.recording, simulated_of(dossier))
        self._work.end(Outcome(title, *look, Sentence(f"screen.archive.decide.{name}"), (dossier.recording,)))
        self._bench.stack.bring(self._work)

    def _not_decided(self, fault: Fault) -> None:
        subject, proposal = self._decide.subject, self._decide.proposal
        if subject is not None and proposal is not None:  # the PIN is asked for anew
            needed = self._need().standing.approvals_needed
            self._decide.begin(subject, proposal, self._bench.people.people(), needed)
        self._decide.show_fault(fault)

    # verifying

    def _verify(self, dossier: Dossier) -> None:
        desk, recording, signer = self._bench.desk, dossier.recording, self._bench.need_signer()
        title, about = Sentence("screen.archive.work.verify_title"), Sentence("screen.archive.work.verify_about")
        self._work.begin(title, about, simulated_of(dossier))
        self._bench.stack.bring(self._work)

        def work(tell: Tell) -> RecordingReport:
            return desk.verify(recording, lambda done, of: tell(done / of), signer)

        self._stop = self._bench.take_long(work, self._work.show_progress, self._verified, self._stopped)

    def _stop_work(self) -> None:
        self._stop.set()

    def _verified(self, report: RecordingReport) -> None:
        title, said = Sentence("screen.archive.work.verified_title"), Sentence(f"verdict.{report.verdict.value}")
        self._work.end(Outcome(title, *_LOOKS[report.verdict], said, _lines(report, self._work.words)))

    def _stopped(self, fault: Fault) -> None:
        self._work.refuse(Sentence("screen.archive.work.unverified_title"), fault)


def _lines(report: RecordingReport, words: Words) -> tuple[Text, ...]:
    of = Sentence("screen.archive.work.checked_of", {"recording": report.recording})
    signer = "checked_signer" if report.signer_checked else "unchecked_signer"
    lines: list[Text] = [of, Sentence(f"screen.archive.work.{signer}")]
    for gap in report.gaps[:_LINES]:
        key = f"recording.gap.{gap.reason}"
        why = Sentence(key) if words.has(key) else gap.reason
        facts: dict[str, str | int | Sentence] = {"at": recorded(gap.start_ms), "seconds": whole_seconds(gap.length_ms)}
        facts["why"] = why
        lines.append(Sentence("screen.archive.work.checked_gap", facts))
    lines += [Sentence(f"recording.finding.{found.code.value}") for found in report.findings[:_LINES]]
    if not report.findings and not report.gaps:
        lines.append(Sentence("screen.archive.work.checked_none"))
    return tuple(lines)
