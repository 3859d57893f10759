"""The wizard as a person goes through it: real registry, real recorder (its camera simulated), real mock exam."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.exam.prose import Language
from app.seat.home import SeatHome
from app.seat.recording_choice import RecordingChoice, choose_recording
from app.setup.administrator import Act, Nobody, Reply
from app.setup.progress import set_done
from app.setup.steps import Step, done
from app.setup.window.chrome import Leg, Way
from app.setup.window.wizard import Wizard
from app.ui.buttons import Button
from app.ui.fields import Field
from sync.client.enrolment import load_enrolment
from sync.replica.durable import private_folder
from tests.app.setup.conftest import Site

T = TypeVar("T", bound=QWidget)
PATIENCE_MS = 60_000


class OnStick(Nobody):
    """Nobody's administrator, with a stick in a folder, and a lock-down that is only noted down."""

    may_lock_down = True

    def __init__(self, home: Path, stick: Path) -> None:
        super().__init__(home, (stick,))
        self.locked = 0

    def ask(self, act: Act) -> Reply:
        if act is not Act.LOCKDOWN:
            return super().ask(act)
        self.locked += 1
        return Reply(result=done(Step.LOCKDOWN, "installed"))


@pytest.fixture
def home(tmp_path: Path) -> SeatHome:
    home = SeatHome(tmp_path / "seat")
    private_folder(home.root)
    choose_recording(home, RecordingChoice(camera="synthetic", microphone="synthetic", profile="small"))
    return home


@contextmanager
def opened(qtbot: QtBot, home: SeatHome, stick: Path) -> Iterator[tuple[Wizard, OnStick]]:
    administrator = OnStick(home.root, stick)
    wizard = Wizard(home, administrator, Language.ZH)
    qtbot.addWidget(wizard)
    wizard.resize(1366, 768)
    wizard.show()
    wizard.begin()
    try:
        yield wizard, administrator
    finally:
        wizard.close()


def front(wizard: Wizard) -> QWidget:
    page = wizard.stack.currentWidget()
    assert page is not None
    return page


def found(wizard: Wizard, kind: type[T], name: str) -> T:
    widget = front(wizard).findChild(kind, name)
    assert widget is not None, name
    return widget


def press(wizard: Wizard, name: str) -> None:
    button = found(wizard, Button, name)
    assert button.isVisible(), name
    assert button.isEnabled(), (name, button.toolTip())
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def arrive(qtbot: QtBot, wizard: Wizard, page: QWidget, button: str = "next") -> None:
    """Wait until a page is in front and its button can be pressed."""

    def there() -> bool:
        wanted = page.findChild(Button, button)
        here = wizard.stack.currentWidget() is page and wanted is not None
        return here and wanted is not None and wanted.isVisible() and wanted.isEnabled()

    qtbot.waitUntil(there, timeout=PATIENCE_MS)


@pytest.mark.long
def test_from_the_first_page_to_the_last(site: Site, qtbot: QtBot, home: SeatHome, tmp_path: Path) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    (stick / "seat-21.json").write_bytes(site.invite("21").to_bytes())
    (stick / "holiday.json").write_bytes(b"{}")
    set_done(home, Step.PROFILE)  # measured before
    with opened(qtbot, home, stick) as (wizard, administrator):
        press(wizard, "next")
        arrive(qtbot, wizard, wizard.invitation)
        press(wizard, "next")
        groups = [found(wizard, QWidget, f"group_{number}") for number in range(1, 17)]
        assert " ".join(str(group.property("text")) for group in groups) == site.fingerprint
        press(wizard, "next")
        arrive(qtbot, wizard, wizard.enrolment)
        assert load_enrolment(home.trust).seat_label == "21"
        press(wizard, "next")
        qtbot.waitUntil(lambda: "没有找到摄像头" in texts(wizard), timeout=PATIENCE_MS)  # a simulated one is none
        assert not found(wizard, Button, "next").isEnabled()
        press(wizard, "second")
        arrive(qtbot, wizard, wizard.profile)
        press(wizard, "next")
        press(wizard, "next")
        qtbot.waitUntil(lambda: wizard.stack.currentWidget() is wizard.exam, timeout=PATIENCE_MS)
        wizard.exam.responded.emit("practice-1", {"RESPONSE": ("b",)})
        wizard.exam.finished.emit()
        arrive(qtbot, wizard, wizard.rehearsal)
        assert "您作答后得 1/3 分，保存 1 次" in texts(wizard)
        assert not list(home.root.glob("rehearsal-*"))
        press(wizard, "next")
        arrive(qtbot, wizard, wizard.report)
        assert (home.root / "readiness-report.pdf").read_bytes().startswith(b"%PDF")
        press(wizard, "next")
        assert administrator.locked == 0
        press(wizard, "second")
        qtbot.waitUntil(lambda: administrator.locked == 1)
        press(wizard, "next")
        assert "还不能考试" in texts(wizard)  # no camera
        with qtbot.waitSignal(wizard.ended):
            press(wizard, "next")


def texts(wizard: Wizard) -> str:
    """Give everything the page says, as a screen reader is told it."""
    widgets = [one for one in front(wizard).findChildren(QWidget) if one.isVisible()]
    return "\n".join(str(one.property("text") or one.accessibleName()) for one in widgets)


def test_a_wrong_fingerprint_from_the_paper_goes_no_further(
    site: Site, qtbot: QtBot, home: SeatHome, tmp_path: Path
) -> None:
    with opened(qtbot, home, tmp_path / "no-stick") as (wizard, _):
        press(wizard, "next")
        press(wizard, "second")
        assert not found(wizard, Button, "next").isEnabled()
        for name, text in (("address", site.url), ("fingerprint", "0" * 64), ("token", site.invite("22").token)):
            found(wizard, Field, name).setText(text)
        press(wizard, "next")
        arrive(qtbot, wizard, wizard.enrolment, "second")
        assert "登记中心的指纹与您填写的不一致" in texts(wizard)
        assert site.fingerprint in texts(wizard)
        assert not found(wizard, Button, "next").isEnabled()
        assert not home.trust.exists()
        press(wizard, "back")
        found(wizard, Field, "fingerprint").setText(site.fingerprint.lower())
        press(wizard, "next")
        arrive(qtbot, wizard, wizard.enrolment)
        assert load_enrolment(home.trust).seat_label == "22"


def test_a_fingerprint_that_a_person_finds_different_ends_it(
    site: Site, qtbot: QtBot, home: SeatHome, tmp_path: Path
) -> None:
    (tmp_path / "seat-23.json").write_bytes(site.invite("23").to_bytes())
    with opened(qtbot, home, tmp_path) as (wizard, _):
        press(wizard, "next")
        arrive(qtbot, wizard, wizard.invitation)
        press(wizard, "next")
        press(wizard, "second")
        assert "请不要继续" in texts(wizard)
        assert not found(wizard, Button, "next").isEnabled()
        assert not home.trust.exists()


def test_every_page_speaks_both_languages_in_place(qtbot: QtBot, home: SeatHome, tmp_path: Path) -> None:
    with opened(qtbot, home, tmp_path) as (wizard, _):
        chinese = texts(wizard)
        press(wizard, "language_en")
        assert "Make this PC an exam seat" in texts(wizard)
        press(wizard, "language_zh")
        assert texts(wizard) == chinese


def test_f1_opens_the_handbook_and_escape_of_it_leads_back(qtbot: QtBot, home: SeatHome, tmp_path: Path) -> None:
    with opened(qtbot, home, tmp_path) as (wizard, _):
        QTest.keyClick(wizard, Qt.Key.Key_F1)
        assert wizard.handbook.screen is not None
        wizard.handbook.close()
        assert wizard.stack.isVisible()


def test_a_leg_says_how_it_went(qtbot: QtBot, home: SeatHome, tmp_path: Path) -> None:
    with opened(qtbot, home, tmp_path) as (wizard, _):
        wizard.welcome.show_ways({Leg.CAMERA: Way.FAILED, Leg.REGISTRY: Way.DONE})
        assert "摄像头和麦克风" in texts(wizard)
