"""Every screen as a picture: two window sizes, two languages, three themes, two sizes of text.

`python -m tests.screenshots FOLDER` draws them all.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication, QWidget

from app.exam.appearance import Appearance
from app.exam.events import Highlight
from app.exam.item import Stimulus
from app.exam.prose import Language
from app.exam.sitting import Notes
from app.seat.screens.admission.check_in import CheckInScreen
from app.seat.screens.admission.identity import Camera, IdentityScreen, Purpose, Step
from app.seat.screens.admission.notice import NoticeScreen
from app.seat.screens.closing.result import DeliveryState, ResultScreen
from app.seat.screens.closing.sealing import SealingScreen
from app.seat.screens.delivery.item import ItemScreen, RecordingState
from app.seat.screens.delivery.practice import PracticeScreen
from app.seat.screens.delivery.review import ReviewScreen
from app.seat.screens.launch.launch import LaunchScreen
from app.seat.screens.launch.sign_in import SignInScreen
from app.seat.screens.proctor.countersign import CountersignScreen
from app.seat.screens.screen import Screen
from app.seat.screens.trouble import TroubleScreen, TroubleView
from app.seat.screens.waiting import WaitingScreen, WaitingView
from app.ui.buttons import Button
from app.ui.fields import Field
from app.ui.pictures import PictureButton
from app.ui.simulated import Simulated
from app.ui.style import prepare_application
from app.words import Words
from sync.replica.durable import DiskFull
from sync.wire.environment import LockdownLevel
from sync.wire.plan import Theme
from tests.app.seat.screens import corner_samples, room_shots, samples
from tests.app.seat.screens.layout import faults

SIZES = ((1366, 768), (1920, 1080))
T = TypeVar("T", bound=QWidget)


def found(screen: Screen, kind: type[T], name: str) -> T:
    """Give the widget of that name, as a person would find it: it has to be there."""
    widget = screen.findChild(kind, name)
    if widget is None:
        raise LookupError(name)
    return widget


def _sign_in(words: Words) -> SignInScreen:
    screen = SignInScreen(words)
    screen.show_sign_in(samples.sign_in())
    screen.show_wrong_pin("p1", 3)
    return screen


def _locked(words: Words) -> SignInScreen:
    screen = SignInScreen(words)
    screen.show_sign_in(samples.sign_in())
    screen.show_checking("p1")
    screen.show_locked("p1", 154)
    return screen


def _launch(words: Words) -> LaunchScreen:
    screen = LaunchScreen(words)
    screen.show_launch(samples.launch())
    return screen


def _launch_ready(words: Words) -> LaunchScreen:
    screen = LaunchScreen(words)
    screen.show_launch(samples.launch(good=True))
    return screen


def _launch_found(words: Words) -> LaunchScreen:
    screen = LaunchScreen(words)
    screen.show_launch(samples.launch_found())
    return screen


def _launch_overridden(words: Words) -> LaunchScreen:
    screen = LaunchScreen(words)
    screen.show_launch(samples.launch_found(overridden=True))
    return screen


def _launch_short(words: Words) -> LaunchScreen:
    screen = LaunchScreen(words)
    screen.show_launch(samples.launch_found(level=LockdownLevel.DESKTOP))
    return screen


def _launch_unfolded(words: Words) -> LaunchScreen:
    screen = _launch_ready(words)
    found(screen, Button, "checks_clear").click()
    return screen


def _launch_wrong(words: Words) -> LaunchScreen:
    screen = _launch(words)
    for index, group in enumerate(("7K3QX", "9M2ZB", "5T8WC", "D04HJ", "RN6VP", "XA1YE"), start=1):
        found(screen, Field, f"code_{index}").setText(group)
    screen.show_wrong_code(4)
    return screen


def _number(words: Words) -> CheckInScreen:
    screen = CheckInScreen(words)
    screen.show_check_in(samples.check_in())
    screen.set_simulated((Simulated.CANDIDATE, Simulated.CAMERA, Simulated.MICROPHONE))
    return screen


def _number_unknown(words: Words) -> CheckInScreen:
    screen = _number(words)
    found(screen, Field, "admission_number").setText("2026113302071")
    screen.show_problem(
        samples.bilingual(
            "本场名单里没有这个准考证号。请再核对一遍。", "This number is not on the roster. Check it once more."
        )
    )
    return screen


def _candidate(words: Words) -> IdentityScreen:
    screen = IdentityScreen(words)
    screen.show_identity(samples.identity())
    screen.show_live(samples.preview(), Camera.SIMULATED)
    screen.set_simulated((Simulated.CANDIDATE, Simulated.CAMERA, Simulated.MICROPHONE))
    return screen


def _long_candidate(words: Words) -> IdentityScreen:
    screen = IdentityScreen(words)
    screen.show_identity(samples.identity(name=samples.LONG_NAME, photo=False))
    screen.show_live(None, Camera.NONE)
    return screen


def _identity_late(words: Words) -> IdentityScreen:
    screen = IdentityScreen(words)
    screen.show_identity(samples.identity(Step.PROCTOR, ways=("late", "other_seat", "claimed")))
    screen.show_live(samples.preview(), Camera.LIVE)
    return screen


def _identity_held(words: Words) -> IdentityScreen:
    screen = IdentityScreen(words)
    screen.show_identity(samples.identity(Step.PROCTOR, ways=("held",)))
    screen.show_live(samples.preview(), Camera.LIVE)
    return screen


def _identity_proctor(words: Words) -> IdentityScreen:
    screen = IdentityScreen(words)
    screen.show_identity(samples.identity(Step.PROCTOR))
    screen.show_live(samples.preview(), Camera.LIVE)
    return screen


def _identity_reason(words: Words) -> IdentityScreen:
    screen = _identity_proctor(words)
    screen.ask_reason(Purpose.DOUBT)
    return screen


def _notice(words: Words) -> NoticeScreen:
    screen = NoticeScreen(words)
    screen.show_notice(samples.notice())
    screen.set_preview(samples.preview())
    screen.set_level(-230)
    screen.set_source_simulated(picture=True, sound=True)
    screen.set_simulated((Simulated.CAMERA, Simulated.MICROPHONE))
    return screen


def _notice_ready(words: Words) -> NoticeScreen:
    screen = _notice(words)
    screen.show_notice(replace(samples.notice(), acknowledged=True))
    return screen


def _notice_not_ready(words: Words) -> NoticeScreen:
    screen = NoticeScreen(words)
    screen.show_notice(samples.notice(ready=False))
    return screen


def _item(words: Words) -> ItemScreen:
    screen = ItemScreen(words)
    screen.show_header(samples.header())
    screen.show_cells(samples.cells())
    screen.show_item(samples.item())
    screen.set_remaining(6_452_000)
    screen.show_saved("10:42:07")
    screen.set_recording(RecordingState.RECORDING, simulated=False)
    return screen


def _item_display_panel(words: Words) -> ItemScreen:
    screen = _item(words)
    screen.tools.display.click()
    return screen


def _item_picture(words: Words) -> ItemScreen:
    screen = _item(words)
    screen.show_header(samples.header(samples.LONG_NAME))
    screen.show_item(samples.picture_item())
    screen.show_saving()
    screen.set_remaining(14 * 60_000 + 59_000)
    screen.set_warning(15)
    screen.set_recording(RecordingState.RECORDING, simulated=True)
    screen.set_simulated((Simulated.CAMERA,))
    return screen


def _item_multiple(words: Words) -> ItemScreen:
    screen = _item(words)
    screen.show_item(samples.multiple_item())
    screen.set_recording(RecordingState.INTERRUPTED, simulated=False)
    found(screen, Button, "only_unanswered").click()
    return screen


def _item_enlarged(words: Words) -> ItemScreen:
    screen = _item_picture(words)
    screen.resize(*SIZES[0])
    screen.grab()
    found(screen, PictureButton, "picture").click()
    return screen


def _item_not_saved(words: Words) -> ItemScreen:
    screen = _item(words)
    screen.show_not_saved(DiskFull("no space left", needed_mb=12, free_mb=0))
    return screen


def _item_paused(words: Words) -> ItemScreen:
    screen = _item(words)
    screen.set_paused(
        samples.bilingual(
            "请留在座位上，听监考员安排。您的作答都已保存。",
            "Please stay seated and wait for the proctor. Your answers are saved.",
        )
    )
    return screen


def _item_tools(words: Words) -> ItemScreen:
    screen = _item(words)
    screen.set_tools(calculator=True, reader=True)
    screen.set_section(samples.bilingual("第二部分　单选题", "Part two: single choice"), 754_000)
    marks = tuple(Highlight(language=language, part=0, start=1, end=6) for language in Language)
    screen.show_item(replace(samples.item(), notes=Notes(("a", "d"), marks)))
    screen.set_hand(True)
    found(screen, Button, "calculator_button").click()
    return screen


def _item_case(words: Words) -> ItemScreen:
    screen = _item(words)
    told = samples.text("某企业储罐区发生火灾，现场三人受伤。" * 8, "There was a fire in a tank farm. " * 9)
    item = replace(samples.item().item, stimulus=Stimulus("case", told))
    screen.show_item(replace(samples.item(), item=item))
    screen.resize(*SIZES[0])
    screen.grab()  # lays it out: the case stands beside the item
    return screen


def _item_unshowable(words: Words) -> ItemScreen:
    screen = ItemScreen(words)
    screen.show_header(samples.header())
    screen.show_cells(samples.cells())
    screen.show_unshowable(24, DiskFull("no space left", needed_mb=12, free_mb=0))
    return screen


def _practice(words: Words) -> PracticeScreen:
    screen = PracticeScreen(words)
    screen.show_cells(samples.cells(3))
    screen.show_item(replace(samples.item(), number=1, responses={}, flagged=False))
    return screen


def _review_early(words: Words) -> ReviewScreen:
    screen = _review(words)
    screen.set_early_leave(11 * 60_000)
    return screen


def _review(words: Words) -> ReviewScreen:
    screen = ReviewScreen(words)
    screen.show_review(samples.review())
    screen.set_remaining(1_800_000)
    return screen


def _review_finished(words: Words) -> ReviewScreen:
    screen = _review(words)
    screen.show_review(samples.review_finished())
    return screen


def _confirmation(words: Words) -> ReviewScreen:
    screen = _review(words)
    found(screen, Button, "submit").click()
    return screen


def _sealing(words: Words) -> SealingScreen:
    screen = SealingScreen(words)
    screen.show_sealing(samples.sealing())
    return screen


def _countersign(words: Words) -> CountersignScreen:
    screen = CountersignScreen(words)
    screen.show_countersign(samples.countersign())
    return screen


def _result(words: Words) -> ResultScreen:
    screen = ResultScreen(words)
    screen.show_result(samples.result())
    screen.set_simulated((Simulated.CANDIDATE, Simulated.CAMERA))
    return screen


def _result_not_passed(words: Words) -> ResultScreen:
    screen = ResultScreen(words)
    screen.show_result(samples.result(passed=False, delivery=DeliveryState.WAITING_NETWORK))
    return screen


def _result_hidden(words: Words) -> ResultScreen:
    screen = ResultScreen(words)
    screen.show_result(samples.result(shown=False, delivery=DeliveryState.PROVEN))
    return screen


def _trouble(words: Words) -> TroubleScreen:
    screen = TroubleScreen(words)
    screen.show_trouble(TroubleView(DiskFull("no space left", needed_mb=1400, free_mb=212), can_retry=True))
    return screen


def _waiting(words: Words) -> WaitingScreen:
    screen = WaitingScreen(words)
    title = samples.bilingual("考试还没有开始", "The exam has not begun yet")
    body = samples.bilingual(
        "监考员开始本场考试后，这里会出现入场页面。", "When the proctors start the session, check-in appears here."
    )
    screen.show_waiting(WaitingView(title, body, samples.session()))
    return screen


@dataclass(frozen=True)
class Shot:
    """A screen in one state; `large` also at 150 per cent text and in sepia."""

    name: str
    make: Callable[[Words], Screen]
    large: bool = False


SHOTS = (
    Shot("01-sign-in", _sign_in, large=True),
    Shot("01-sign-in-locked", _locked),
    Shot("02-launch", _launch, large=True),
    Shot("02-launch-ready", _launch_ready),
    Shot("02-launch-wrong-code", _launch_wrong),
    Shot("02-launch-found", _launch_found, large=True),
    Shot("02-launch-overridden", _launch_overridden, large=True),
    Shot("02-launch-short", _launch_short, large=True),
    Shot("02-launch-unfolded", _launch_unfolded),
    Shot("03-check-in", _number, large=True),
    Shot("03-check-in-unknown", _number_unknown),
    Shot("03-identity", _candidate, large=True),
    Shot("03-identity-long-name", _long_candidate, large=True),
    Shot("03-identity-proctor", _identity_proctor, large=True),
    Shot("03-identity-late", _identity_late, large=True),
    Shot("03-identity-held", _identity_held),
    Shot("03-identity-reason", _identity_reason, large=True),
    Shot("04-notice", _notice, large=True),
    Shot("04-notice-ready", _notice_ready, large=True),
    Shot("04-notice-not-ready", _notice_not_ready),
    Shot("05-item", _item, large=True),
    Shot("05-item-display-panel", _item_display_panel, large=True),
    Shot("05-item-picture", _item_picture, large=True),
    Shot("05-item-multiple", _item_multiple),
    Shot("05-item-enlarged", _item_enlarged),
    Shot("05-item-not-saved", _item_not_saved, large=True),
    Shot("05-item-paused", _item_paused),
    Shot("05-item-tools", _item_tools, large=True),
    Shot("05-item-case", _item_case, large=True),
    Shot("05-item-unshowable", _item_unshowable, large=True),
    Shot("05-practice", _practice),
    Shot("06-review", _review, large=True),
    Shot("06-review-early", _review_early),
    Shot("06-review-finished", _review_finished),
    Shot("06-review-confirmation", _confirmation, large=True),
    Shot("07-sealing", _sealing, large=True),
    Shot("08-countersign", _countersign, large=True),
    Shot("09-result", _result, large=True),
    Shot("09-result-not-passed", _result_not_passed),
    Shot("09-result-hidden", _result_hidden),
    Shot("11-corner", corner_samples.corner_screen, large=True),
    Shot("11-corner-long-name", corner_samples.corner_long),
    Shot("11-corner-admitted", corner_samples.corner_admitted),
    Shot("11-corner-nobody", corner_samples.corner_nobody),
    Shot("11-corner-troubled", corner_samples.corner_troubled),
    Shot("11-corner-environment", corner_samples.corner_environment, large=True),
    Shot("12-override", corner_samples.form_override, large=True),
    Shot("13-authority-override", corner_samples.authority_override, large=True),
    Shot("18-hints", corner_samples.hints_screen, large=True),
    Shot("18-hints-none", corner_samples.hints_none),
    Shot("12-corner-end", corner_samples.form_screen, large=True),
    Shot("12-corner-extra-time", corner_samples.form_extend),
    Shot("12-corner-irregularity", corner_samples.form_report, large=True),
    Shot("13-authority", corner_samples.authority_screen, large=True),
    Shot("13-authority-entry", corner_samples.authority_entry),
    Shot("14-ended", corner_samples.ended_screen, large=True),
    Shot("14-ended-voided", corner_samples.ended_voided),
    Shot("10-trouble", _trouble, large=True),
    Shot("10-waiting", _waiting),
    Shot("10-waiting-all-done", room_shots.all_done, large=True),
    Shot("15-sessions", room_shots.sessions, large=True),
    Shot("15-sessions-several", room_shots.sessions_several, large=True),
    Shot("15-sessions-warned", room_shots.sessions_warned, large=True),
    Shot("16-reconcile", room_shots.reconcile, large=True),
    Shot("16-reconcile-under-way", room_shots.reconcile_under_way),
    Shot("16-reconcile-ready", room_shots.reconcile_ready),
    Shot("17-record", room_shots.record, large=True),
    Shot("17-record-unwritten", room_shots.record_unwritten),
)


@dataclass(frozen=True)
class Picture:
    """A rendered screen, and what is wrong with its layout (`layout.faults`), a line each."""

    file: Path
    faults: tuple[str, ...]


def render(shot: Shot, size: tuple[int, int], appearance: Appearance, out: Path) -> Picture:
    """Render one screen into `out`."""
    screen = shot.make(Words(appearance.language))
    screen.set_appearance(appearance)
    screen.resize(*size)
    screen.show()
    for _settled in range(3):  # a layout asks for another until heights that depend on widths have settled
        QApplication.processEvents()
    name = f"{shot.name}-{appearance.language.value}-{size[0]}x{size[1]}-{appearance.text_percent}"
    if appearance.theme is not Theme.LIGHT:
        name = f"{name}-{appearance.theme.value}"
    file = out / f"{name}.png"
    if not screen.grab().save(str(file)):
        raise OSError(f"cannot write {file}")
    picture = Picture(file, tuple(faults(screen)))
    screen.hide()
    screen.deleteLater()
    QApplication.sendPostedEvents(screen, QEvent.Type.DeferredDelete.value)
    return picture


def looks_of(shot: Shot) -> Iterator[tuple[tuple[int, int], Appearance]]:
    """Give every window size and look a screen is rendered in."""
    for language, size in product(Language, SIZES):
        for theme, percent in product((Theme.LIGHT, Theme.DARK, Theme.CONTRAST), (100, 200)):
            yield size, Appearance(language, percent, theme)
    if shot.large:
        yield SIZES[0], Appearance(Language.ZH, 150)
        yield SIZES[0], Appearance(Language.ZH, 100, Theme.SEPIA)


Wanted = Callable[[Shot, tuple[int, int], Appearance], bool]


def render_all(
    out: Path, wanted: Wanted = lambda _shot, _size, _appearance: True, shots: tuple[Shot, ...] = SHOTS
) -> list[Picture]:
    """Render every screen in every look that is wanted into `out` (made if missing)."""
    application = QApplication.instance()
    if isinstance(application, QApplication):
        prepare_application(application)
    out.mkdir(parents=True, exist_ok=True)
    return [
        render(shot, size, appearance, out)
        for shot in shots
        for size, appearance in looks_of(shot)
        if wanted(shot, size, appearance)
    ]
