"""The wizard's pages as pictures, each also with what can go wrong on it. `python -m tests.screenshots FOLDER`."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from app.setup.administrator import Found
from app.setup.answers import SEAT_HOME
from app.setup.devices import SILENCE_TENTHS
from app.setup.steps import Outcome, Step, StepResult, attention, done, failed, kept
from app.setup.window.camera import CameraPage, Seen
from app.setup.window.chrome import Leg, SetupPage, Way
from app.setup.window.pages import FingerprintPage, InvitationPage, LockdownPage, PaperPage, WelcomePage, say_problem
from app.setup.window.working import EndPage, RehearsalPage, WorkPage
from app.ui.fields import Field
from app.words import Words
from sync.client.enrolment import TokenUsed
from sync.client.introduction import FingerprintDiffers
from sync.wire.enrolment import Invitation
from tests.app.seat.screens import samples
from tests.app.seat.screens.gallery import Shot, found

PRINT: Final = "0318 8042 EDE7 C537 273B 6E35 009D 9067 275E 7D91 95D5 F16B BA50 3E19 4CCF BE96"
OTHER: Final = "A77C 8042 EDE7 C537 273B 6E35 009D 9067 275E 7D91 95D5 F16B BA50 3E19 4CCF BE96"
REGISTRY: Final = "https://registry.example.cn:8443"
LONG_SEAT: Final = "某某省某某自治州某某县安全生产资格考试中心第二考场靠窗第十七号备用考试机（二〇二六年新购）"
LONG_FILE: Final = f"/media/administrator/考点资料与邀请文件 2026 年第四季度/{LONG_SEAT}/seat-17-2026-11-23.invitation"
LONG_CAMERA: Final = "UVC Camera (046d:0825) Logitech Webcam C270 HD WebCam Microphone Array, USB 2.0 hub port 3"

WAYS: Final = {Leg.WELCOME: Way.DONE, Leg.REGISTRY: Way.DONE, Leg.ENROLMENT: Way.DONE}
LATER: Final = {**WAYS, Leg.CAMERA: Way.DONE, Leg.PROFILE: Way.ATTENTION, Leg.REHEARSAL: Way.FAILED}


def found_invitation(seat: str, file: str, *, ours: bool = False) -> Found:
    """Give an invitation as it was found on a stick."""
    invitation = Invitation(url=REGISTRY, ca_pem="made up", tuf_root="", token="0" * 32, seat_label=seat)
    return Found(file=file, invitation=invitation, ours=ours)


def _welcome(words: Words) -> SetupPage:
    return shown(WelcomePage(words), {})


def shown(page: SetupPage, ways: dict[Leg, Way]) -> SetupPage:
    """Show the other legs at the page's side."""
    page.show_ways(ways)
    return page


def _invitations(words: Words) -> SetupPage:
    page = InvitationPage(words)
    page.show_found(
        (
            found_invitation("07", "/media/kiosk/STICK/seat-07.json", ours=True),
            found_invitation("08", "/media/kiosk/STICK/seat-08.json"),
            found_invitation(LONG_SEAT, LONG_FILE),
        )
    )
    return shown(page, {Leg.WELCOME: Way.DONE})


def _no_invitation(words: Words) -> SetupPage:
    return shown(InvitationPage(words), {Leg.WELCOME: Way.DONE})


def _paper(words: Words) -> SetupPage:
    return shown(PaperPage(words), {Leg.WELCOME: Way.DONE})


def _paper_filled(words: Words) -> SetupPage:
    page = PaperPage(words)
    for name, text in (("address", REGISTRY), ("fingerprint", PRINT), ("token", "Zk3_0123456789abcdefghijklmnopq")):
        found(page, Field, name).setText(text)
    return shown(page, {Leg.WELCOME: Way.DONE})


def _fingerprint(words: Words, seat: str = "07") -> FingerprintPage:
    page = FingerprintPage(words)
    page.show_fingerprint(REGISTRY, seat, PRINT)
    page.show_ways({Leg.WELCOME: Way.DONE})
    return page


def _fingerprint_differs(words: Words) -> SetupPage:
    page = _fingerprint(words, LONG_SEAT)
    page.show_differs()
    return page


KNOWN: Final = done(Step.REGISTRY, "known", registry=REGISTRY, fingerprint=PRINT)
ENROLLED: Final = done(Step.ENROLMENT, "enrolled", seat="07", device="01890a5d-ac96-774b-bcce-b302099a8057")


def _work(leg: Leg, name: str, *results: StepResult, working: bool = False) -> Callable[[Words], SetupPage]:
    def make(words: Words) -> SetupPage:
        page = WorkPage(words, leg, name)
        page.show_results(results, working=working)
        return shown(page, WAYS if leg is not Leg.ENROLMENT else {Leg.WELCOME: Way.DONE, Leg.REGISTRY: Way.DONE})

    return make


def _camera(words: Words) -> SetupPage:
    page = CameraPage(words)
    page.show_seen(Seen(samples.preview(), -230, "HD WebCam", "USB Microphone", False, False))
    return shown(page, WAYS)


def _camera_silent(words: Words) -> SetupPage:
    page = CameraPage(words)
    page.show_seen(Seen(samples.preview(), SILENCE_TENTHS, LONG_CAMERA, LONG_CAMERA, False, False))
    return shown(page, WAYS)


def _camera_none(words: Words) -> SetupPage:
    page = CameraPage(words)
    page.show_seen(Seen(samples.preview(), -230, "SIMULATED CAMERA", "SIMULATED MICROPHONE", True, True))
    return shown(page, WAYS)


def _camera_opening(words: Words) -> SetupPage:
    page = CameraPage(words)
    page.begin()
    return shown(page, WAYS)


REHEARSED: Final[dict[str, str | int]] = {
    "items": 3,
    "saved": 5,
    "ms": 9,
    "score": "3",
    "most": "3",
    "seconds": 41,
    "gaps": 0,
}


def _rehearsal(*results: StepResult, working: bool = False) -> Callable[[Words], SetupPage]:
    def make(words: Words) -> SetupPage:
        page = RehearsalPage(words)
        page.show_results(results, working=working)
        return shown(page, {**WAYS, Leg.CAMERA: Way.DONE, Leg.PROFILE: Way.DONE})

    return make


def _lockdown(words: Words) -> SetupPage:
    return shown(LockdownPage(words), LATER)


def _lockdown_not_here(words: Words) -> SetupPage:
    page = LockdownPage(words)
    page.show_able(able=False)
    return shown(page, LATER)


def _lockdown_failed(words: Words) -> SetupPage:
    page = LockdownPage(words)
    why = "systemd (/run/systemd/system)"
    page.show_result(
        StepResult(step=Step.LOCKDOWN, outcome=Outcome.FAILED, code="LOCKDOWN_FAILED", facts={"why": why}, exit=3)
    )
    return shown(page, LATER)


def _end(seat: str, *, ready: bool) -> Callable[[Words], SetupPage]:
    def make(words: Words) -> SetupPage:
        page = EndPage(words)
        page.show_end(seat, Path(SEAT_HOME), ready=ready)
        return shown(page, {**WAYS, **(dict.fromkeys(Leg, Way.DONE) if ready else LATER)})

    return make


def _no_seat_yet(words: Words) -> SetupPage:
    page = _invitations(words)
    refused = StepResult.of_fault(Step.REGISTRY, TokenUsed())
    say_problem(page, refused)
    return page


DIFFERS: Final = StepResult.of_fault(Step.REGISTRY, FingerprintDiffers(wanted=PRINT, seen=OTHER))
REPORT_FACTS: Final[dict[str, str | int]] = {
    "blocked": 2,
    "others": 3,
    "notes": 4,
    "file": str(SEAT_HOME / "readiness-report.pdf"),
    "names": "锁定程度 · 摄像头",
}

SHOTS = (
    Shot("50-setup-welcome", _welcome),
    Shot("51-setup-invitation", _invitations),
    Shot("51-setup-invitation-none", _no_invitation),
    Shot("51-setup-invitation-used", _no_seat_yet),
    Shot("52-setup-paper", _paper),
    Shot("52-setup-paper-filled", _paper_filled),
    Shot("53-setup-fingerprint", _fingerprint),
    Shot("53-setup-fingerprint-differs", _fingerprint_differs),
    Shot("54-setup-enrolment-working", _work(Leg.ENROLMENT, "enrolment", KNOWN, working=True)),
    Shot(
        "54-setup-enrolment",
        _work(
            Leg.ENROLMENT,
            "enrolment",
            KNOWN,
            ENROLLED,
            attention(Step.CLOCK, "slow_days", days=20_780),
            done(Step.CONTENT, "fetched", plans=2, packages=1),
        ),
    ),
    Shot("54-setup-enrolment-differs", _work(Leg.ENROLMENT, "enrolment", DIFFERS)),
    Shot(
        "54-setup-enrolment-used",
        _work(Leg.ENROLMENT, "enrolment", KNOWN, StepResult.of_fault(Step.ENROLMENT, TokenUsed())),
    ),
    Shot("55-setup-camera", _camera),
    Shot("55-setup-camera-opening", _camera_opening),
    Shot("55-setup-camera-silent", _camera_silent),
    Shot("55-setup-camera-none", _camera_none),
    Shot("56-setup-profile-working", _work(Leg.PROFILE, "profile", working=True)),
    Shot("56-setup-profile", _work(Leg.PROFILE, "profile", kept(Step.PROFILE, "measured_before", profile="standard"))),
    Shot(
        "56-setup-profile-slow",
        _work(Leg.PROFILE, "profile", failed(Step.PROFILE, "too_slow", profile="small", percent="14.2")),
    ),
    Shot("57-setup-rehearsal", _rehearsal()),
    Shot("57-setup-rehearsal-held", _rehearsal(done(Step.REHEARSAL, "by_person", **REHEARSED))),
    Shot("57-setup-rehearsal-bad", _rehearsal(failed(Step.REHEARSAL, "not_right", **{**REHEARSED, "gaps": 2}))),
    Shot(
        "58-setup-report",
        _work(
            Leg.REPORT,
            "report",
            failed(Step.REPORT, "not_ready", **REPORT_FACTS),
            done(Step.SERVICE, "started", unit="examroom-agent.service"),
        ),
    ),
    Shot("59-setup-lockdown", _lockdown),
    Shot("59-setup-lockdown-not-here", _lockdown_not_here),
    Shot("59-setup-lockdown-failed", _lockdown_failed),
    Shot("60-setup-end", _end("07", ready=True)),
    Shot("60-setup-end-not-ready", _end(LONG_SEAT, ready=False)),
)
