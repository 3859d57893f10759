"""The window on a real archive: signed in by PIN, found, watched with a purpose, held, verified, destroyed by two."""

import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest
import shiboken6
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QWidget
from pytestqt.qtbot import QtBot

from app.archive.desk import Outlook
from app.archive.window.act_page import ActPage
from app.archive.window.calendar_page import CalendarPage
from app.archive.window.custody_list import CustodyLine
from app.archive.window.decide_page import DecidePage
from app.archive.window.export_page import ExportPage
from app.archive.window.find_page import FindPage
from app.archive.window.log_page import LogPage
from app.archive.window.media_page import MediaPage
from app.archive.window.player import PlayerPanel
from app.archive.window.recording_page import RecordingPage
from app.archive.window.sayings import day
from app.archive.window.sign_in_page import SignInPage
from app.archive.window.window import ArchiveWindow
from app.archive.window.work_page import WorkPage
from app.exam.prose import Language
from app.ui.fields import Field
from app.ui.labels import StatusMark
from app.ui.proctor_button import ProctorButton
from app.ui.simulated import SimulatedStrip
from proctoring.vault.carrying.media_register import MediumState
from proctoring.vault.carrying.medium import FoundMedium
from proctoring.vault.retention.faults import ClockLineRefused
from proctoring.vault.retention.standing import State
from sync.wire.archive import CustodyAct
from tests.app.archive.site import CANDIDATE, NAMES, PINS, ArchiveSite
from tests.app.archive.window.hands import Hands

DAY_MS = 86_400_000
IDLE_MS = 400
STOPS = 80


@pytest.fixture
def hands(site: ArchiveSite, qtbot: QtBot) -> Iterator[Hands]:
    window = ArchiveWindow(site.desk, site.people, site.home.root, Language.ZH)
    qtbot.addWidget(window)
    window.begin()
    window.show()
    yield Hands(window, site)
    window.close()
    shiboken6.delete(window)


def test_a_wrong_pin_is_said_and_the_right_one_leads_to_what_lies_there(hands: Hands) -> None:
    hands.sign(NAMES[0], "000000", "archive_sign_in")
    hands.until_says("密码不正确")
    hands.sign_in()
    hands.until_says("找到 1 份录像")
    hands.type("text", "李")
    hands.until_says("没有符合条件的录像")
    hands.type("text", CANDIDATE[1:2])
    hands.until_says("找到 1 份录像")
    assert not hands.says("没有符合条件的录像")


def test_f1_opens_the_handbook_at_the_archive_and_signing_out_closes_it(hands: Hands) -> None:
    hands.sign_in()
    hands.until_says("找到 1 份录像")
    QTest.keyClick(hands.window, Qt.Key.Key_F1)
    handbook = hands.window.handbook
    assert handbook.screen is not None
    assert (handbook.screen.place.reader, handbook.screen.place.page) == ("administrator", "archive")
    hands.window.sign_out()
    assert hands.window.stack.isVisible()


def test_a_damaged_credential_is_named_where_the_others_sign_in(hands: Hands) -> None:
    (hands.site.home.administrators / "odd.json").write_bytes(b"garbage")
    hands.window.begin()
    hands.until_says("odd.json")
    hands.sign_in()
    hands.until_says("找到 1 份录像")
    assert not hands.says("odd.json")


def test_nothing_is_seen_before_a_purpose_is_given_and_entered(hands: Hands) -> None:
    hands.open()
    assert CustodyAct.VIEWED not in hands.acts()
    assert hands.page.findChild(PlayerPanel) is None
    begin = hands.page.findChild(QAbstractButton, "begin_viewing")
    assert begin is not None
    assert not begin.isEnabled()
    hands.type("purpose", "成绩复核")
    hands.press("begin_viewing")
    hands.wait(lambda: hands.page.findChild(PlayerPanel) is not None)
    assert hands.acts()[-1] is CustodyAct.VIEWED
    hands.press("papers")
    hands.until_says("成绩复核")
    hands.press("papers")
    panel = hands.page.findChild(PlayerPanel)
    assert panel is not None
    hands.wait(lambda: panel.engine.shown is not None)
    hands.press("go_log")
    hands.until(LogPage)
    hands.until_says(CANDIDATE)
    hands.press("open_recording")
    hands.until(RecordingPage)
    hands.press("back")
    hands.until(LogPage)
    hands.until_says(CANDIDATE)
    line = next(one for one in hands.page.findChildren(CustodyLine) if one.isVisible())
    QTest.mouseClick(line, Qt.MouseButton.LeftButton, pos=QPoint(line.width() // 2, line.height() - 4))
    hands.until(RecordingPage)


def test_who_signs_out_leaves_no_player_and_no_name_behind(hands: Hands) -> None:
    hands.open()
    hands.type("purpose", "巡查")
    hands.press("begin_viewing")
    hands.wait(lambda: hands.page.findChild(PlayerPanel) is not None)
    page = hands.page
    hands.press("sign_out")
    hands.until(SignInPage)
    assert isinstance(page, RecordingPage)
    assert page.player is None
    assert hands.window.bench.signer is None
    assert hands.window.finding.model.rowCount() == 0


def test_a_hold_is_set_with_a_reason_and_stands_on_the_page(hands: Hands) -> None:
    hands.open()
    hands.press("hold")
    hands.until(ActPage)
    hands.type("reason", "违纪调查 2026-114 号")
    for typed, why in (("", "先填写日期"), ("2030-13-31", "这不是日期"), ("2020-01-31", "复查日期要在")):
        hands.type("until", typed)
        assert hands.button("do").toolTip().startswith(why)
    hands.type("until", "２０３０年１月３１日")
    hands.press("do")
    hands.until(RecordingPage)
    hands.until_says("违纪调查 2026-114 号")
    for said in ("已保全，最迟 2030-01-31 复查。", "最迟 2030-01-31 复查"):  # the word that it was done, hold, custody
        assert hands.says(said)
    assert not hands.says("至 2030-01-31")
    assert hands.says("模拟摄像头\n模拟麦克风")  # in words, whatever the label
    entry = hands.site.archive.custody(hands.site.recording)[-1]
    assert (entry.act, entry.by) == (CustodyAct.HELD, hands.site.signers[0].person)
    hands.press("release")
    hands.until(ActPage)
    assert hands.says("违纪调查 2026-114 号")  # which hold goes
    hands.type("reason", "调查结束")
    hands.press("do")
    hands.until(RecordingPage)
    assert hands.acts()[-1] is CustodyAct.RELEASED


def test_a_reason_has_to_say_something_and_esc_goes_back(hands: Hands) -> None:
    hands.open()
    hands.press("hold")
    hands.until(ActPage)
    for nothing in ("……", "，。！", " a "):
        hands.type("reason", nothing)
        assert not hands.button("do").isEnabled(), nothing
    hands.type("until", day(hands.site.clock().wall_ms))  # today is the earliest
    hands.type("reason", "复核")
    assert hands.button("do").isEnabled()
    hands.type("reason", "")
    field = hands.page.findChild(Field, "reason")
    assert field is not None
    QTest.keyClick(field, Qt.Key.Key_Escape)
    hands.until(RecordingPage)


def test_an_extension_that_is_refused_says_why_on_the_form(hands: Hands) -> None:
    hands.open()
    hands.press("extend")
    hands.until(ActPage)
    hands.type("reason", "多留一年")
    hands.type("until", "2026-12-01")
    hands.press("do")
    hands.until_says("期限只能往后移：这份录像已经要保存到")
    hands.type("until", "2039-12-01")
    hands.press("do")
    hands.until(RecordingPage)
    hands.until_says("2039-12-01")
    assert hands.acts()[-1] is CustodyAct.EXTENDED


def test_every_viewing_is_asked_for_and_entered_however_one_comes_back(hands: Hands) -> None:
    hands.open()
    for seen, away in enumerate(("go_find", "back", "go_find"), start=1):
        field = hands.page.findChild(Field, "purpose")
        assert field is not None
        assert (field.text(), hands.page.findChild(PlayerPanel)) == ("", None)
        hands.type("purpose", f"成绩复核 {seen}")
        hands.press("begin_viewing")
        hands.wait(lambda: hands.page.findChild(PlayerPanel) is not None)
        assert hands.acts().count(CustodyAct.VIEWED) == seen
        hands.press(away)
        hands.until(FindPage)
        hands.press("open")
        hands.until(RecordingPage)
        hands.wait(lambda: hands.page.findChild(PlayerPanel) is None)


def test_a_date_that_cannot_be_read_is_said_and_the_search_goes_on(hands: Hands) -> None:
    hands.sign_in()
    hands.press("further")
    hands.type("find_from", "2026-22-11")
    hands.until_says("开始日期“2026-22-11”看不懂")
    hands.type("text", "没有这个人")
    hands.until_says("没有符合条件的录像")
    hands.type("text", "")
    hands.type("find_from", "2001/11/22")
    hands.until_says("找到 1 份录像")
    assert not hands.says("看不懂")
    hands.type("find_to", "２００１年１１月２１日")
    hands.until_says("开始日期在结束日期之后")
    hands.until_says("找到 0 份录像")


def test_a_month_of_the_calendar_and_an_overdue_review_open_their_lists(hands: Hands) -> None:
    site = hands.site
    site.archive.hold(site.recording, site.signers[1], "仲裁", site.clock().wall_ms - DAY_MS)
    hands.sign_in()
    hands.press("go_calendar")
    hands.until_says("1 份录像的保全过了复查日期")
    hands.press("open_row_0")
    hands.until(FindPage)
    hands.wait(hands.button("everywhere").isVisible)
    hands.until_says("找到 1 份录像")
    hands.press("go_calendar")
    hands.press("show_reviews")
    hands.until(FindPage)
    hands.until_says("找到 1 份录像")
    assert hands.button("condition_review").isChecked()
    assert not hands.button("everywhere").isVisible()
    hands.press("open")
    hands.until(RecordingPage)
    hands.until_says("已逾期 1 天")


def strip(page: QWidget) -> tuple[str, int]:
    """Give what the strip across the top says is not real, and how high it is."""
    found = page.findChild(SimulatedStrip)
    assert found is not None
    return (found.accessibleName(), found.height()) if found.isVisible() else ("", 0)


def test_a_verification_says_what_it_found_and_what_is_simulated_is_said_all_the_while(hands: Hands) -> None:
    hands.open()
    simulated = strip(hands.page)
    assert "模拟" in simulated[0]
    hands.press("verify")
    hands.until(WorkPage)
    assert strip(hands.page) == simulated
    hands.until_says("完整：录下的全部都在")
    entry = hands.site.archive.custody(hands.site.recording)[-1]
    assert (entry.act, entry.by) == (CustodyAct.VERIFIED, hands.site.signers[0].person)  # under who pressed it
    hands.press("done")
    hands.until(RecordingPage)
    hands.press("export")
    hands.until(ExportPage)
    export = hands.page
    assert isinstance(export, ExportPage)
    export.confirmed.emit(False, str(hands.site.home.root), "交考试机构复核", "")  # no medium: the work ends at once
    hands.until(WorkPage)
    assert strip(hands.page) == simulated
    hands.until_says("导出没有完成")


def test_nobody_destroys_alone_and_two_do(hands: Hands) -> None:
    hands.site.expire()
    hands.open()
    hands.press("destroy")
    hands.until(ActPage)
    hands.type("reason", "保存期满")
    hands.press("do")
    hands.until(RecordingPage)
    hands.until_says("等待另一人批准")
    hands.press("destroy")
    hands.until(DecidePage)
    cards = [one.card.name for one in hands.page.findChildren(ProctorButton) if one.isVisible()]
    assert cards == [NAMES[1]]  # who proposed is not asked
    hands.sign(NAMES[1], "000000", "approve")
    hands.until_says("密码不正确")
    assert hands.site.archive.standing(hands.site.recording).state is State.PROPOSED
    hands.sign(NAMES[1], PINS[1], "approve")
    hands.until(WorkPage)
    hands.until_says("录像已销毁")
    assert hands.site.archive.standing(hands.site.recording).state is State.DESTROYED
    hands.press("done")
    hands.until(RecordingPage)
    hands.until_says("销毁记录和保管记录仍然保存")
    for said in ("保存期满", *NAMES, "姓名已销毁"):
        assert hands.says(said), said
    verdict = hands.page.findChild(StatusMark, "verdict")
    assert verdict is not None
    assert verdict.text() == "已销毁"
    assert not hands.says("没有留下姓名")
    hands.press("back")
    hands.until(FindPage)
    hands.press("refresh")
    entry = hands.window.finding.model.entry
    hands.wait(lambda: (one := entry(0)) is not None and one.state == "destroyed")
    cells = [str(hands.window.finding.model.index(0, at).data()) for at in range(6)]
    assert "已销毁" in cells[4]
    assert not any("完整" in cell or "没有姓名" in cell or "0:00:00" in cell for cell in cells)


def test_a_medium_goes_out_and_comes_back_in_somebodys_name(hands: Hands) -> None:
    register, clock = hands.site.desk.register, hands.site.clock
    found = FoundMedium(Path("/media/simulated"), "sdz", "SIMULATED-0001", "Simulated", 64_000_000_000, "ext4", False)
    register.register(found, "青河 01", hands.site.signers[1], clock())
    hands.sign_in()
    hands.press("go_media")
    hands.until(MediaPage)
    hands.until_says("在库")
    hands.press("medium_0")
    hands.type("medium_bearer", "韩雪")
    hands.press("give_out")
    assert register.media()[0].state is MediumState.IN  # without purpose and date nothing goes out
    hands.type("medium_purpose", "交考试机构复核")
    today = datetime.fromtimestamp(clock().wall_ms / 1000).astimezone()
    hands.type("medium_due", f"{today:%Y-%m-%d}")
    hands.press("give_out")
    hands.until_says("已领用，应于今天")
    medium = register.media()[0]
    assert not medium.overdue(clock().wall_ms)
    assert (medium.bearer, medium.by) == ("韩雪", hands.site.signers[0].person)
    hands.press("medium_0")
    hands.press("take_back")
    hands.until_says("在库")


def test_the_calendar_says_how_long_the_disk_lasts(hands: Hands) -> None:
    hands.sign_in()
    hands.press("go_calendar")
    hands.until(CalendarPage)
    hands.until_says("这块磁盘还够")
    assert isinstance(hands.page, CalendarPage)


def test_what_somebody_has_to_see_to_stands_on_the_first_page(hands: Hands) -> None:
    register, clock, signer = hands.site.desk.register, hands.site.clock, hands.site.signers[1]
    found = FoundMedium(Path("/media/simulated"), "sdz", "SIMULATED-0001", "Simulated", 64_000_000_000, "ext4", False)
    register.register(found, "青河 01", signer, clock())
    due_ms = clock().wall_ms + DAY_MS
    register.give_out(
        "SIMULATED-0001", bearer="韩雪", purpose="交考试机构复核", due_ms=due_ms, signer=signer, now=clock()
    )
    hands.sign_in()
    hands.wait(lambda: not hands.window.bench.waiting)
    assert not hands.window.finding.notice.isVisible()
    clock.run(2 * DAY_MS)
    hands.press("go_find")
    hands.wait(lambda: "介质“青河 01”逾期未还：韩雪" in hands.window.finding.notice.text())
    clock.skew_ms = 5_000 * DAY_MS
    hands.press("go_find")
    hands.wait(lambda: "时钟不可信，销毁已暂停" in hands.window.finding.notice.text())
    hands.press("sign_out")
    hands.until(SignInPage)
    assert hands.window.finding.notice.text() == ""


def test_whoever_is_left_alone_is_signed_out_and_nothing_stays_on_the_screen(site: ArchiveSite) -> None:
    window = ArchiveWindow(site.desk, site.people, site.home.root, Language.ZH, idle_ms=IDLE_MS)
    window.begin()
    window.show()
    hands = Hands(window, site)
    hands.open()
    hands.type("purpose", "巡查")
    hands.press("begin_viewing")
    hands.wait(lambda: hands.page.findChild(PlayerPanel) is not None)
    panel = hands.page.findChild(PlayerPanel)
    assert panel is not None
    page = hands.page
    panel.engine.set_speed(0.5)
    panel.play()
    begun = time.monotonic()
    hands.wait(lambda: not panel.engine.playing or time.monotonic() - begun > 2 * IDLE_MS / 1000)
    assert hands.page is page  # what plays is watched
    panel.pause()
    hands.until(SignInPage)
    hands.until_says("没有操作，已自动退出")
    assert not any(one.isVisible() for one in window.findChildren(PlayerPanel))
    assert window.bench.signer is None
    assert window.finding.model.rowCount() == 0
    pin = hands.page.findChild(Field, "pin")
    assert pin is not None
    assert pin.text() == ""
    window.close()
    shiboken6.delete(window)


def test_what_is_typed_of_a_second_persons_pin_goes_when_they_turn_back(hands: Hands) -> None:
    hands.site.expire()
    hands.site.archive.propose_destruction(hands.site.recording, hands.site.signers[0], "保存期满")
    hands.open()
    hands.press("destroy")
    hands.until(DecidePage)
    card = next(one for one in hands.page.findChildren(ProctorButton) if one.isVisible())
    QTest.mouseClick(card, Qt.MouseButton.LeftButton)
    hands.type("pin", PINS[1])
    pin = hands.page.findChild(Field, "pin")
    assert pin is not None
    hands.press("back")
    hands.until(RecordingPage)
    assert pin.text() == ""
    hands.press("destroy")
    hands.until(DecidePage)
    hands.sign(NAMES[1], PINS[1], "approve")
    hands.press("back")  # while it is checked
    hands.until(RecordingPage)
    hands.wait(lambda: pin.text() == "")
    assert hands.site.archive.standing(hands.site.recording).state is State.PROPOSED


def test_each_refusal_has_its_own_words_on_the_form_that_refused(hands: Hands) -> None:
    archive, recording = hands.site.archive, hands.site.recording
    hold = archive.hold(recording, hands.site.signers[1], "违纪调查")
    hands.open()
    hands.press("release")
    hands.until(ActPage)
    archive.release(recording, hands.site.signers[1], hold.sequence, "调查结束")  # somebody was quicker
    hands.type("reason", "调查结束")
    hands.press("do")
    hands.wait(lambda: "这项保全已经被解除" in form_says(hands))
    hands.press("back")
    hands.site.expire()
    archive = hands.site.archive
    hands.press("back")
    hands.until(FindPage)
    hands.press("open")
    hands.until(RecordingPage)
    hands.press("destroy")
    hands.until(ActPage)
    proposal = archive.propose_destruction(recording, hands.site.signers[1], "保存期满")
    hands.type("reason", "保存期满")
    hands.press("do")
    hands.wait(lambda: "已经有人提出销毁这份录像" in form_says(hands))
    archive.withdraw_destruction(recording, hands.site.signers[1], proposal.sequence, "再等等")
    archive.hold(recording, hands.site.signers[1], "违纪调查")
    hands.press("do")
    hands.wait(lambda: "这份录像正在保全" in form_says(hands))


def form_says(hands: Hands) -> str:
    page = hands.page
    assert isinstance(page, ActPage)
    return page.problem.text()


@pytest.mark.long
def test_the_keyboard_alone_does_everything(hands: Hands) -> None:
    """Sign in, find, open, give a purpose, play, hold, look at the calendar, sign out: Tab, arrows, Return, letters."""
    hands.wait(lambda: bool(hands.page.findChildren(ProctorButton)))
    tab_to(hands, lambda at: isinstance(at, ProctorButton) and at.card.name == NAMES[0])
    press_return(hands)
    QTest.keyClicks(at(hands), PINS[0])
    press_return(hands)
    hands.until(FindPage)
    hands.wait(lambda: hands.window.finding.model.rowCount() == 1)
    assert at(hands) is hands.window.finding.text
    press_return(hands)
    hands.wait(hands.window.finding.table.hasFocus)
    press_return(hands)
    hands.until(RecordingPage)
    tab_to(hands, named("purpose_inspection"))
    press_return(hands)
    hands.wait(lambda: at(hands).objectName() == "purpose")
    press_return(hands)
    hands.wait(lambda: hands.page.findChild(PlayerPanel) is not None)
    panel = hands.page.findChild(PlayerPanel)
    assert panel is not None
    hands.wait(lambda: panel.engine.shown is not None)
    hands.wait(lambda: at(hands).objectName() == "play")
    QTest.keyClick(at(hands), Qt.Key.Key_Space)
    hands.wait(lambda: panel.engine.playing)
    QTest.keyClick(at(hands), Qt.Key.Key_Space)
    hands.wait(lambda: not panel.engine.playing)
    for name in ("volume", "snapshot", "timeline", "mark_list", "papers", "hold"):
        tab_to(hands, named(name))
    press_return(hands)
    hands.until(ActPage)
    tab_to(hands, named("reason"))
    at(hands).insert("违纪调查")  # type: ignore[attr-defined]  # as an input method does
    press_return(hands)
    hands.until(RecordingPage)
    hands.wait(lambda: CustodyAct.HELD in hands.acts())
    for name, page in (("go_calendar", CalendarPage), ("go_media", MediaPage), ("go_log", LogPage)):
        tab_to(hands, named(name))
        press_return(hands)
        hands.until(page)
    tab_to(hands, named("sign_out"))
    press_return(hands)
    hands.until(SignInPage)


def at(hands: Hands) -> QWidget:
    """Give what the keyboard is on."""
    focus = hands.window.focusWidget()
    assert focus is not None
    return focus


def named(name: str) -> Callable[[QWidget], bool]:
    return lambda widget: widget.objectName() == name


def press_return(hands: Hands) -> None:
    QTest.keyClick(at(hands), Qt.Key.Key_Return)


def tab_to(hands: Hands, wanted: Callable[[QWidget], bool]) -> None:
    """Go on by Tab until the keyboard is where it is wanted; round at most once."""
    for _ in range(STOPS):
        if wanted(at(hands)):
            assert at(hands).isVisible()
            return
        QTest.keyClick(at(hands), Qt.Key.Key_Tab)
    raise AssertionError([one.objectName() for one in hands.page.findChildren(QWidget) if one.hasFocus()])


def test_the_keyboard_alone_finds_and_opens(hands: Hands) -> None:
    hands.sign_in()
    focus = hands.window.focusWidget()
    assert focus is hands.window.finding.text
    QTest.keyClicks(focus, "2026")
    QTest.keyClick(focus, Qt.Key.Key_Return)
    hands.wait(hands.window.finding.table.hasFocus)
    hands.until_says("找到 1 份录像")
    QTest.keyClick(hands.window.finding.table, Qt.Key.Key_Return)
    hands.until(RecordingPage)


def test_one_failed_look_says_nothing_and_one_that_goes_on_failing_offers_to_try_again(
    hands: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    hands.sign_in()
    desk, looks, fails = hands.window.bench.desk, list[int](), 1
    real = desk.outlook

    def outlook() -> Outlook:
        looks.append(1)
        if len(looks) <= fails:
            raise ClockLineRefused("a line is half written")
        return real()

    monkeypatch.setattr(desk, "outlook", outlook)
    hands.press("go_calendar")
    hands.until_says("现存 1 份录像")
    assert not hands.button("again").isVisible()
    fails = len(looks) + 2
    hands.press("go_find")
    hands.press("go_calendar")
    hands.wait(hands.button("again").isVisible)
    hands.press("again")
    hands.wait(lambda: len(looks) == fails + 1 and not hands.button("again").isVisible())
