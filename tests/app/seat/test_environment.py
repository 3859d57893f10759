"""How a session weighs what checks saw, and what an override fits: the same finding, and no other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.exam.prose import Language
from app.seat.environment import EnvironmentDesk, Look, Weighed, again, covers, rule_in, said_of, weigh
from app.seat.phases.delivery.environment_notices import notice_of
from app.seat.phases.launch.environment_rows import environment_rows
from app.seat.screens.launch.launch import CheckState
from app.ui.text import say
from app.words import Words, all_keys
from proctoring.checks.catalogue import CHECKS, DEFAULTS
from proctoring.checks.machine import Machine
from proctoring.checks.observation import Observation, clear, found, unknown
from proctoring.checks.situation import Situation
from proctoring.lockdown.level import DESKTOP_NEEDS, SESSION_NEEDS, Level
from sync.wire.environment import (
    CheckRule,
    CheckStatement,
    EnvironmentPolicy,
    LockdownLevel,
    Override,
    Severity,
    Verdict,
)
from tests.app.seat.screens.samples import EN, EVIDENCE, PROCTORS, ZH, looked

BY = ("a" * 64, "b" * 64)
STRICT = EnvironmentPolicy()
OPEN = EnvironmentPolicy(level=LockdownLevel.OPEN)
STICK = found("usb_storage", EVIDENCE, count=1)


def one(observation: Observation, policy: EnvironmentPolicy = STRICT, *overrides: Override) -> Weighed:
    (weighed,) = weigh(policy, (observation,), overrides)
    return weighed


def override(observation: Observation) -> Override:
    statement = one(observation).statement
    assert statement is not None
    return Override(statement=statement, reason="looked at", by=BY, wall_ms=1_700_000_000_000)


def fits(kept: Observation, now: Observation) -> bool:
    statement = one(now).statement
    assert statement is not None
    return covers(override(kept), statement)


def test_what_blocks_keeps_the_session_from_starting_until_two_went_on_over_it() -> None:
    assert one(STICK).blocks
    over = one(STICK, STRICT, override(STICK))
    assert (over.blocks, over.override) == (False, override(STICK))
    assert over.statement is not None, "it is told all the same"
    assert not one(clear("usb_storage")).blocks
    assert not one(unknown("usb_storage", ("/sys: EACCES",))).blocks, "what could not be told is not guilty"


def test_a_session_that_asks_for_no_lock_down_is_stopped_only_by_what_its_policy_names() -> None:
    assert one(STICK, OPEN).statement == CheckStatement(
        check="usb_storage", verdict=Verdict.FOUND, severity=Severity.ATTENTION, evidence=EVIDENCE
    )
    named = CheckRule(check="usb_storage", found=Severity.BLOCKING, unknown=Severity.NOTE)
    assert one(STICK, OPEN.model_copy(update={"rules": (named,)})).blocks


@pytest.mark.parametrize("check", CHECKS)
def test_a_weaker_session_never_weighs_a_check_more_than_a_strict_one(check: str) -> None:
    order = list(Severity)
    for kind in ("found", "unknown"):
        weak, strict = getattr(rule_in(OPEN, check), kind), getattr(rule_in(STRICT, check), kind)
        assert order.index(weak) <= order.index(strict)
        assert strict is getattr(DEFAULTS[check], kind)


def test_an_override_is_of_one_finding() -> None:
    tool = found("remote_tool", ("process 812: comm x11vnc", "/proc/812/exe: /usr/bin/x11vnc"), names="x11vnc")
    again_later = found("remote_tool", ("process 977: comm x11vnc",), names="x11vnc")
    other = found("remote_tool", ("process 812: comm anydesk",), names="anydesk")
    both = found("remote_tool", ("process 812: comm x11vnc", "process 813: comm anydesk"), names="x11vnc")
    assert fits(tool, tool)
    assert fits(tool, again_later), "the same program, started again"
    assert not fits(tool, other)
    assert not fits(tool, both), "a second tool beside the one that was allowed"
    assert not fits(tool, unknown("remote_tool", ("process 812: comm x11vnc",)))
    assert not fits(STICK, tool)


@pytest.mark.parametrize(
    ("kept", "now"),
    [
        ("0.0.0.0:5900 open", "0.0.0.0:22 open"),
        ("peer 10.0.0.5:443", "peer 203.0.113.9:443"),
        ("/dev/video0: v4l2loopback", "/dev/video2: v4l2loopback"),
        ("/sys/block/sda: 60062500 sectors", "/sys/block/sda: 125045424 sectors"),
    ],
)
def test_numbers_that_name_something_tell_findings_apart(kept: str, now: str) -> None:
    assert not fits(found("listening", (kept,), names="x"), found("listening", (now,), names="x"))


def test_other_figures_of_a_measure_are_no_other_finding() -> None:
    quiet = found("microphone_level", ("-71.2 dBFS",), level=-71)
    assert fits(quiet, found("microphone_level", ("-69.9 dBFS",), level=-70))


def test_what_must_not_be_allowed_is_not_even_by_an_override_that_stands_in_the_journal() -> None:
    changed = found("build", ("changed: app/seat/kiosk.py",), count=1)
    assert one(changed, STRICT, override(changed)).blocks


def test_an_override_of_ten_media_is_none_of_an_eleventh_and_of_eleven_is_none_of_another_instead() -> None:
    media = [f"/sys/block/sd{letter}: stick" for letter in "abcdefghijklm"]
    ten, eleven = found("usb_storage", media[:10], count=10), found("usb_storage", media[:11], count=11)
    assert not fits(ten, eleven)
    assert fits(eleven, found("usb_storage", reversed(media[:11]), count=11))
    assert not fits(eleven, found("usb_storage", [*media[:10], media[11]], count=11))
    assert fits(eleven, found("usb_storage", media[:9], count=9)), "less than was seen is the same finding"


lines = st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=30).map(str.strip)


@given(st.lists(lines.filter(bool), min_size=1, max_size=5), st.lists(lines.filter(bool), max_size=3))
def test_an_override_never_covers_more_than_was_seen(kept: list[str], more: list[str]) -> None:
    before, now = found("routes", kept), found("routes", [*kept, *more])
    assert fits(before, before)
    assert fits(now, before), "less than was seen is the same finding"
    if set(more) - set(kept) and fits(before, now):
        assert any(character.isdigit() for character in "".join(more)), "only process ids do not count"


def look_at(level: LockdownLevel, demanded: LockdownLevel, *weighed: Weighed) -> Look:
    short = {LockdownLevel.SESSION: (), LockdownLevel.DESKTOP: SESSION_NEEDS}.get(
        level, (*DESKTOP_NEEDS, *SESSION_NEEDS)
    )
    return Look(Level(level, short), demanded, weighed)


@pytest.mark.parametrize("demanded", LockdownLevel)
@pytest.mark.parametrize("level", LockdownLevel)
def test_below_the_level_of_the_plan_nothing_starts(level: LockdownLevel, demanded: LockdownLevel) -> None:
    look = look_at(level, demanded)
    assert look.may_go_on is level.reaches(demanded)
    row = environment_rows(look, PROCTORS)[0]
    assert row.state is (CheckState.GOOD if level.reaches(demanded) else CheckState.BLOCKED)
    assert row.key == "", "nobody goes on over it"
    assert row.pinned
    for words in (ZH, EN):
        assert "{" not in "".join(say(text, words) for text in (row.seen, row.meaning, row.advice, *row.evidence))


def test_everything_that_was_not_clear_and_every_override_is_stated() -> None:
    look, other = looked(overridden=True), override(found("radios", ("wlan0: on",)))
    said = look.stated((*(one.override for one in look.weighed if one.override), other, other))
    assert {one.check for one in said.checks} == {
        "usb_storage", "remote_tool", "camera_in_use", "input_devices", "battery",
    }  # fmt: skip
    assert [one.statement.check for one in said.overrides] == ["usb_storage", "radios"]


def test_weighing_again_takes_an_override_that_came_meanwhile() -> None:
    look = looked()
    assert [one.blocks for one in look.weighed[:2]] == [True, True]
    assert [one.blocks for one in again(look, STRICT, (override(STICK),)).weighed[:2]] == [False, True]


def test_the_rows_of_the_launch_screen_say_who_went_on_and_offer_it_only_to_two() -> None:
    rows = {row.key or say(row.name, ZH): row for row in environment_rows(looked(), PROCTORS)}
    assert {"usb_storage", "remote_tool"} <= rows.keys()
    assert rows["usb_storage"].evidence == EVIDENCE
    assert all(row.key == "" for row in environment_rows(looked(), PROCTORS[:1])), "one person is not two"
    (over,) = (row for row in environment_rows(looked(overridden=True), PROCTORS) if row.override)
    assert over.state is CheckState.OVERRIDDEN
    said = say(over.override, Words(Language.ZH))
    assert "李芳、古丽娜尔·艾合买提江" in said
    assert "考点的加密狗" in said


def test_a_policy_that_names_checks_nobody_knows_is_told_in_a_row_with_their_names() -> None:
    strange = [
        row for row in environment_rows(looked(overridden=True), PROCTORS) if "quantum_radar" in say(row.seen, ZH)
    ]
    assert [row.state for row in strange] == [CheckState.ATTENTION]


def test_every_check_is_made_in_the_order_of_the_catalogue_and_has_words_for_what_it_says(made_up_pc: Machine) -> None:
    desk = EnvironmentDesk(STRICT, made_up_pc, Situation, lambda: Level(LockdownLevel.OPEN, DESKTOP_NEEDS))
    look = desk.look(())
    assert [one.observation.check for one in look.weighed] == list(CHECKS)
    assert {one.observation.check for one in desk.glance(()).weighed} < set(CHECKS)
    for row in environment_rows(look, PROCTORS):
        for words in (ZH, EN):
            assert all(say(text, words) is not None for text in (row.name, row.seen, row.meaning, row.advice))


@pytest.mark.parametrize("words", [ZH, EN], ids=["zh", "en"])
def test_what_could_not_be_told_is_never_said_in_the_words_of_what_was_found(words: Words) -> None:
    for check in CHECKS:
        unsure = unknown(check, ("/proc: EACCES",))
        said = said_of(unsure)
        assert (said.name.key, said.seen.key) == (f"check.{check}.name", f"check.{check}.unknown")
        for part, sentence in (("meaning", said.meaning), ("remedy", said.remedy)):
            assert say(sentence, words) != all_keys(words.language)[f"check.{check}.{part}"]
            own = f"check.{check}.unknown_{part}"
            assert sentence.key == (own if words.has(own) else f"environment.unknown.{part}")
        assert words.has(f"check.{check}.unknown_meaning") is words.has(f"check.{check}.unknown_remedy")
        assert said_of(found(check, EVIDENCE)).meaning.key == f"check.{check}.meaning"


def test_every_screen_says_what_could_not_be_told_alike() -> None:
    unsure = one(unknown("disk_forecast", ("disk: not measured",)))
    assert unsure.statement is not None
    said = said_of(unsure.observation)
    (row,) = environment_rows(look_at(LockdownLevel.OPEN, LockdownLevel.OPEN, unsure), PROCTORS)[1:]
    assert (row.name, row.seen, row.meaning, row.advice) == tuple(said)
    notice = notice_of(unsure, unsure.statement, 0)
    assert (notice.seen, notice.meaning, notice.remedy) == said[1:]
    assert "不等于" in say(said.meaning, ZH)
