"""Every page of the archive window in its states, drawn and checked as the kiosk's screens are."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QElapsedTimer
from PySide6.QtTest import QTest

from app.archive.desk import Notices, Views
from app.archive.window.act_page import Act, ActPage, Subject
from app.archive.window.calendar_page import CalendarPage
from app.archive.window.chrome import ArchivePage
from app.archive.window.decide_page import DecidePage
from app.archive.window.export_page import ExportPage, Place
from app.archive.window.find_page import FindPage
from app.archive.window.log_page import LogPage
from app.archive.window.media_page import MediaPage
from app.archive.window.player import PlayerPanel
from app.archive.window.recording_page import RecordingPage
from app.archive.window.sign_in_page import SignInPage
from app.archive.window.work_page import Outcome, WorkPage
from app.ui.buttons import Button
from app.ui.fields import Field
from app.ui.icons import Icon
from app.ui.text import Sentence
from app.ui.tokens import Tone
from app.words import Words
from proctoring.vault.retention.faults import CustodyRefused, RecordingHeld
from proctoring.vault.retention.standing import Freeze, State
from sync.replica.durable import DiskFull
from tests.app.archive.window import samples
from tests.app.archive.window.player_samples import shown
from tests.app.seat.screens.gallery import Shot

WAIT_MS = 60_000
LOOK_MS = 5
PLAYED_MS = 9_300
SUBJECT = Subject(
    samples.uid(7), "张伟\u2003652901********1234", samples.TITLE, "2026-11-22 09:00", "2029-11-24", "0.6 GB", 6
)


def until(condition: Callable[[], bool]) -> None:
    """Let Qt work until something is so."""
    timer = QElapsedTimer()
    timer.start()
    while not condition():
        if timer.hasExpired(WAIT_MS):
            raise TimeoutError("waited too long")
        QTest.qWait(LOOK_MS)


def signed_in(page: ArchivePage) -> None:
    page.set_person(samples.PEOPLE[0].name)


def _sign_in(words: Words) -> SignInPage:
    page = SignInPage(words)
    page.show_people(samples.PEOPLE, "青河县职业培训中心考点")
    page.pins.show_wrong(samples.PEOPLE[0].administrator, 3)
    return page


def _sign_in_checking(words: Words) -> SignInPage:
    page = _sign_in(words)
    page.pins.show_checking(samples.PEOPLE[0].administrator)
    return page


def _sign_in_nobody(words: Words) -> SignInPage:
    page = SignInPage(words)
    page.show_people((), "青河县职业培训中心考点")
    return page


def _find(words: Words) -> FindPage:
    page = FindPage(words, samples.fetch, samples.count)
    signed_in(page)
    page.search()
    until(lambda: page.model.rowCount() > 0)
    page.table.selectRow(2)
    page.table.setFocus()
    page.model.close()
    return page


def _find_notices(words: Words) -> FindPage:
    page = _find(words)
    overdue = tuple(medium for medium in samples.MEDIA if medium.overdue(samples.NOW))
    page.show_notices(Notices(overdue, Freeze(samples.NOW + 900 * samples.DAY, samples.NOW, 4), 3))
    return page


def _find_more(words: Words) -> FindPage:
    page = _find(words)
    further = page.findChild(Button, "further")
    flag = page.findChild(Button, "flag_speech")
    if further is None or flag is None:
        raise LookupError("further")
    further.click()
    flag.setChecked(True)
    return page


def _find_nothing(words: Words) -> FindPage:
    page = FindPage(words, samples.fetch, samples.count)
    signed_in(page)
    page.text.setText("nobody")
    told: list[int] = []
    page.model.found.connect(told.append)
    page.search()
    until(lambda: bool(told))
    page.model.close()
    return page


def _find_empty(words: Words) -> FindPage:
    page = FindPage(words, lambda _query, _after: [], lambda _query: 0)
    signed_in(page)
    told: list[int] = []
    page.model.found.connect(told.append)
    page.search()
    until(lambda: bool(told))
    page.model.close()
    return page


def _find_failed(words: Words) -> FindPage:
    page = _find(words)
    page._failed(DiskFull(needed_mb=12, free_mb=3))
    return page


def _recording(words: Words) -> RecordingPage:
    page = RecordingPage(words)
    signed_in(page)
    page.show_dossier(samples.dossier(), samples.NOW)
    return page


def _recording_playing(words: Words) -> RecordingPage:
    page = _recording(words)
    panel = PlayerPanel(shown(), words, snapshots=Path("snapshots"))
    page.put_player(panel)
    panel.seek(PLAYED_MS)
    until(lambda: panel.engine.shown is not None and panel.engine.shown.at_ms == PLAYED_MS)
    panel.stop()
    return page


def _recording_enlarged(words: Words) -> RecordingPage:
    page = _recording_playing(words)
    if page.player is None:
        raise LookupError("player")
    page.player.enlarge(True)
    return page


def _recording_long(words: Words) -> RecordingPage:
    page = RecordingPage(words)
    signed_in(page)
    page.show_dossier(
        samples.dossier(state=State.PROPOSED, name=samples.LONG_NAME, held=False, proposed=True, frozen=True),
        samples.NOW,
    )
    page.asking.field.setText("成绩复核")
    return page


def _recording_destroyed(words: Words) -> RecordingPage:
    page = RecordingPage(words)
    signed_in(page)
    page.show_dossier(samples.dossier(state=State.DESTROYED, held=False), samples.NOW)
    return page


def _recording_refused(words: Words) -> RecordingPage:
    page = _recording(words)
    page.show_fault(CustodyRefused("entry 3"))
    return page


def _act(act: Act) -> Callable[[Words], ActPage]:
    def make(words: Words) -> ActPage:
        page = ActPage(words)
        signed_in(page)
        page.begin(act, SUBJECT, samples.NOW)
        page.reason.setText("违纪调查 2026-114 号")
        return page

    return make


def _decide(words: Words) -> DecidePage:
    page = DecidePage(words)
    signed_in(page)
    proposal = samples.dossier(state=State.PROPOSED, held=False, proposed=True).standing.proposal
    if proposal is None:
        raise LookupError("proposal")
    page.begin(SUBJECT, proposal, samples.PEOPLE, 1)
    return page


def _decide_refused(words: Words) -> DecidePage:
    page = _decide(words)
    page.show_fault(RecordingHeld(holds=1))
    return page


def _decide_working(words: Words) -> DecidePage:
    page = _decide(words)
    page.show_working()
    return page


def _work(words: Words) -> WorkPage:
    page = WorkPage(words)
    signed_in(page)
    page.begin(
        Sentence("screen.archive.work.export_title"), Sentence("screen.archive.work.export_about", {"label": "青河 02"})
    )
    page.show_progress(0.37, 312)
    return page


def _work_ended(words: Words) -> WorkPage:
    page = WorkPage(words)
    signed_in(page)
    page.begin(Sentence("screen.archive.work.verify_title"), Sentence("screen.archive.work.verify_about"))
    why = Sentence("recording.gap.recorder_restarted")
    lines = (
        Sentence("verdict.recovered"),
        Sentence("screen.archive.work.checked_signer"),
        Sentence("screen.archive.work.checked_gap", {"at": "0:30:00", "seconds": 9, "why": why}),
    )
    title = Sentence("screen.archive.work.verified_title")
    page.end(Outcome(title, Icon.INFO, Tone.ACCENT, Sentence("screen.archive.verdict.recovered"), lines))
    return page


def _work_refused(words: Words) -> WorkPage:
    page = _work(words)
    page.refuse(Sentence("screen.archive.work.unexported_title"), DiskFull(needed_mb=12, free_mb=3))
    return page


def _recording_overdue(words: Words) -> RecordingPage:
    page = RecordingPage(words)
    signed_in(page)
    page.show_dossier(samples.dossier(), samples.NOW + 100 * samples.DAY)
    page.say_done(Sentence("screen.archive.did.held", {"day": "2027-02-20"}))
    return page


def _find_wrong(words: Words) -> FindPage:
    page = _find_more(words)
    for name, text in (("find_from", "2026-22-11"), ("find_to", "2026-11-20")):
        field = page.findChild(Field, name)
        if field is None:
            raise LookupError(name)
        field.setText(text)
    page.query()
    return page


def _export(words: Words) -> ExportPage:
    page = ExportPage(words)
    signed_in(page)
    page.begin(SUBJECT)
    page.show_places((Place("/media/qinghe/QH02", "青河 02"),))
    page.reason.setText("交考试机构复核")
    return page


def _export_nowhere(words: Words) -> ExportPage:
    page = ExportPage(words)
    signed_in(page)
    page.begin(SUBJECT)
    page.show_places(())
    return page


def _media(words: Words) -> MediaPage:
    page = MediaPage(words)
    signed_in(page)
    page.show_media(samples.MEDIA, samples.NOW)
    return page


def _media_empty(words: Words) -> MediaPage:
    page = MediaPage(words)
    signed_in(page)
    page.show_media((), samples.NOW)
    return page


def _calendar(words: Words) -> CalendarPage:
    page = CalendarPage(words)
    signed_in(page)
    page.show_outlook(samples.outlook(), 2026, 11)
    return page


def _calendar_frozen(words: Words) -> CalendarPage:
    page = CalendarPage(words)
    signed_in(page)
    page.show_outlook(samples.outlook(frozen=True, sessions=4), 2026, 11)
    return page


def _calendar_empty(words: Words) -> CalendarPage:
    page = CalendarPage(words)
    signed_in(page)
    page.show_outlook(samples.outlook(empty=True), 2026, 11)
    return page


def _log(words: Words) -> LogPage:
    page = LogPage(words)
    signed_in(page)
    page.show_views(samples.viewed())
    return page


def _log_empty(words: Words) -> LogPage:
    page = LogPage(words)
    signed_in(page)
    page.show_views(Views((), {}))
    return page


SHOTS = (
    Shot("30-archive-sign-in", _sign_in),
    Shot("30-archive-sign-in-checking", _sign_in_checking),
    Shot("30-archive-sign-in-nobody", _sign_in_nobody),
    Shot("31-archive-find", _find, large=True),
    Shot("31-archive-find-notices", _find_notices),
    Shot("31-archive-find-more", _find_more),
    Shot("31-archive-find-wrong", _find_wrong),
    Shot("31-archive-find-nothing", _find_nothing),
    Shot("31-archive-find-empty", _find_empty),
    Shot("31-archive-find-failed", _find_failed),
    Shot("32-archive-recording", _recording, large=True),
    Shot("32-archive-recording-playing", _recording_playing, large=True),
    Shot("32-archive-recording-enlarged", _recording_enlarged, large=True),
    Shot("32-archive-recording-long", _recording_long),
    Shot("32-archive-recording-destroyed", _recording_destroyed),
    Shot("32-archive-recording-refused", _recording_refused),
    Shot("32-archive-recording-overdue", _recording_overdue),
    Shot("33-archive-hold", _act(Act.HOLD)),
    Shot("33-archive-release", _act(Act.RELEASE)),
    Shot("33-archive-extend", _act(Act.EXTEND)),
    Shot("33-archive-propose", _act(Act.PROPOSE)),
    Shot("33-archive-withdraw", _act(Act.WITHDRAW)),
    Shot("34-archive-decide", _decide, large=True),
    Shot("34-archive-decide-refused", _decide_refused),
    Shot("34-archive-decide-working", _decide_working),
    Shot("35-archive-export", _export),
    Shot("35-archive-export-nowhere", _export_nowhere),
    Shot("36-archive-work", _work),
    Shot("36-archive-work-ended", _work_ended),
    Shot("36-archive-work-refused", _work_refused),
    Shot("37-archive-media", _media),
    Shot("37-archive-media-empty", _media_empty),
    Shot("38-archive-calendar", _calendar, large=True),
    Shot("38-archive-calendar-frozen", _calendar_frozen),
    Shot("38-archive-calendar-empty", _calendar_empty),
    Shot("39-archive-log", _log),
    Shot("39-archive-log-empty", _log_empty),
)
