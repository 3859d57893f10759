"""The wizard's pages by themselves: what they say, which way they let a person go, and that nothing is cut off."""

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.exam.appearance import Appearance
from app.exam.prose import Language
from app.setup.administrator import find_invitations
from app.setup.answers import RecordingAnswers
from app.setup.devices import SILENCE_TENTHS, Tried, judged
from app.setup.steps import Outcome, Step, StepResult, done, failed
from app.setup.window.camera import CameraPage, Seen
from app.setup.window.chrome import Leg
from app.setup.window.working import RehearsalPage, WorkPage
from app.words import Words
from sync.wire.recording import Source
from tests.app.seat.screens import samples
from tests.app.seat.screens.gallery import SIZES, Shot, render
from tests.app.setup.conftest import Site
from tests.app.setup.gallery import SHOTS

ZH = Words(Language.ZH)
LARGE = ("51-setup-invitation", "54-setup-enrolment-differs")


@pytest.mark.usefixtures("qtbot")
@pytest.mark.parametrize("shot", [one for one in SHOTS if one.name in LARGE], ids=lambda shot: shot.name)
def test_nothing_is_cut_off_at_twice_the_size_with_long_names(tmp_path: Path, shot: Shot) -> None:
    for language in Language:
        assert render(shot, SIZES[0], Appearance(language, 200), tmp_path).faults == ()


@pytest.mark.long
@pytest.mark.usefixtures("qtbot")
@pytest.mark.parametrize("shot", SHOTS, ids=lambda shot: shot.name)
def test_no_page_is_cut_off_in_any_look(tmp_path: Path, shot: Shot) -> None:
    for language in Language:
        for size in SIZES:
            for percent in (100, 200):
                assert render(shot, size, Appearance(language, percent), tmp_path).faults == ()


def seen(**changes: object) -> Seen:
    plain = {"jpeg": samples.preview(), "level_tenths": -200, "camera": "C", "microphone": "M"}
    return Seen(**{**plain, "camera_simulated": False, "microphone_simulated": False, **changes})  # type: ignore[arg-type]


def test_the_camera_lets_on_whoever_was_seen_and_heard_once(qtbot: QtBot) -> None:
    page = CameraPage(ZH)
    qtbot.addWidget(page)
    for look, good in (
        (seen(camera_simulated=True), False),
        (seen(level_tenths=SILENCE_TENTHS, microphone_simulated=False), True),  # heard the look before
    ):
        page.show_seen(look)
        assert page.good is good
        assert page.next.isEnabled() is good
    page.begin()
    assert not page.next.isEnabled()


def test_a_leg_that_enrols_is_not_left_badly_and_every_other_is(qtbot: QtBot) -> None:
    enrolling, measuring = WorkPage(ZH, Leg.ENROLMENT, "enrolment"), WorkPage(ZH, Leg.PROFILE, "profile")
    for page in (enrolling, measuring):
        qtbot.addWidget(page)
    enrolling.show_results([StepResult(step=Step.REGISTRY, outcome=Outcome.FAILED, code="TOKEN_USED")], working=False)
    measuring.show_results([failed(Step.PROFILE, "too_slow", profile="small", percent="14")], working=False)
    assert not enrolling.next.isEnabled()
    assert measuring.next.isEnabled()


def test_the_mock_exam_leads_on_when_it_went_well_and_asks_again_when_not(qtbot: QtBot) -> None:
    page = RehearsalPage(ZH)
    qtbot.addWidget(page)
    facts: dict[str, str | int] = {"items": 3, "saved": 3, "ms": 1, "score": "3", "most": "3", "seconds": 9, "gaps": 2}
    with qtbot.waitSignal(page.person_requested):
        page.next.click()
    page.show_results([done(Step.REHEARSAL, "by_person", **facts)], working=False)
    with qtbot.waitSignal(page.on_requested):
        page.next.click()
    page.show_results([failed(Step.REHEARSAL, "not_right", **facts)], working=False)
    with qtbot.waitSignal(page.person_requested):
        page.next.click()
    with qtbot.waitSignal(page.on_requested):
        page.second.click()


def tried(pictures: int, level: int, *simulated: str) -> Tried:
    sources = tuple(
        Source(track=track, label=f"a {track}", simulated=track in simulated) for track in ("picture", "sound")
    )
    return Tried(sources, pictures, level, None)


@pytest.mark.parametrize(
    ("found", "camera", "said", "outcome"),
    [
        (tried(9, -200), "auto", "both", Outcome.DONE),
        (tried(9, -900), "auto", "silent", Outcome.ATTENTION),
        (tried(0, -200), "auto", "no_camera", Outcome.FAILED),
        (tried(9, -200, "picture"), "auto", "no_camera", Outcome.FAILED),
        (tried(9, -200, "sound"), "auto", "no_microphone", Outcome.FAILED),
        (tried(9, -200, "picture", "sound"), "auto", "nothing", Outcome.FAILED),
        (tried(9, -200, "picture"), "synthetic", "simulated", Outcome.ATTENTION),
    ],
)
def test_what_is_simulated_unasked_stands_for_what_is_missing(
    found: Tried, camera: str, said: str, outcome: Outcome
) -> None:
    result = judged(found, RecordingAnswers(camera=camera))
    assert (result.said, result.outcome) == (said, outcome)
    for language in Language:
        assert "SIMULATED" not in result.what(Words(language))
        assert bool(result.advice(Words(language))) is (outcome is not Outcome.DONE)


def test_invitations_on_media_are_found_ours_first_and_anything_else_is_passed_over(site: Site, tmp_path: Path) -> None:
    deep = tmp_path / "STICK" / "2026"
    deep.mkdir(parents=True)
    (deep / "pc-2.json").write_bytes(site.invite("02").to_bytes())
    (deep / "pc-1.json").write_bytes(site.invite("01").to_bytes())
    (deep / "large.json").write_bytes(b"{" * 100_000)
    (deep / "link.json").symlink_to(deep / "pc-1.json")
    found = find_invitations((tmp_path, tmp_path / "none"), ("PC-2",))
    assert [(one.invitation.seat_label, one.ours) for one in found] == [("02", True), ("01", False)]


def test_every_result_has_words_in_both_languages() -> None:
    zh, en = Words(Language.ZH), Words(Language.EN)
    for step in Step:
        assert zh(f"first_run.{step}.name") != en(f"first_run.{step}.name")
