"""The level of lock-down: what evidence it takes, and that nothing missing is ever taken for granted."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.exam.prose import Language
from app.words import Words
from proctoring.lockdown.level import (
    DESKTOP_NEEDS,
    KIOSK_USER,
    SESSION_NEEDS,
    Account,
    Evidence,
    Level,
    Supervision,
    assess,
)
from sync.wire.environment import EnvironmentStatement, LockdownLevel

EVERYTHING = Evidence(
    keyboard_grab=True,
    stack_watch=True,
    key_filter=True,
    injection_told=True,
    window_manager=False,
    foreign_clients=(),
    supervision=Supervision(parent=True, same_user=True, own_program=True, own_display=True),
    account=Account(997, KIOSK_USER, "/usr/sbin/nologin"),
    test_interfaces=(),
    machine_users=True,
)

LESS = {
    "no_keyboard_grab": replace(EVERYTHING, keyboard_grab=False),
    "no_stack_watch": replace(EVERYTHING, stack_watch=False),
    "no_key_filter": replace(EVERYTHING, key_filter=False),
    "no_supervisor": replace(EVERYTHING, supervision=None),
    "strange_supervisor": replace(EVERYTHING, supervision=Supervision(parent=True, same_user=True, own_display=True)),
    "strange_display": replace(EVERYTHING, supervision=Supervision(parent=True, same_user=True, own_program=True)),
    "user_is_root": replace(EVERYTHING, account=Account(0, "root", "/bin/bash")),
    "user_not_locked": replace(EVERYTHING, account=Account(1000, KIOSK_USER, "/bin/bash")),
    "user_namespace": replace(EVERYTHING, machine_users=False),
    "window_manager": replace(EVERYTHING, window_manager=True),
    "window_manager_unknown": replace(EVERYTHING, window_manager=None),
    "foreign_clients": replace(EVERYTHING, foreign_clients=("xdotool (812)",)),
    "clients_unknown": replace(EVERYTHING, foreign_clients=None),
    "injection_untold": replace(EVERYTHING, injection_told=False),
    "test_interfaces": replace(EVERYTHING, test_interfaces=("XTEST",)),
}


def test_all_evidence_together_is_a_session() -> None:
    assert assess(EVERYTHING) == Level(LockdownLevel.SESSION)


def test_nothing_seen_is_open_and_falls_short_of_everything_that_was_not_seen() -> None:
    level = assess(Evidence())
    assert level.level is LockdownLevel.OPEN
    assert set(level.short_of) == {
        *DESKTOP_NEEDS,
        "no_supervisor",
        "user_not_locked",
        "user_namespace",
        "window_manager_unknown",
        "clients_unknown",
        "injection_untold",
        "test_interfaces",
    }


def test_a_case_stands_for_every_code() -> None:
    assert list(LESS) == [*DESKTOP_NEEDS, *SESSION_NEEDS]


@pytest.mark.parametrize("code", LESS)
def test_each_missing_thing_lowers_the_level_and_is_named_alone(code: str) -> None:
    level = assess(LESS[code])
    assert level.short_of == (code,)
    assert level.level is (LockdownLevel.OPEN if code in DESKTOP_NEEDS else LockdownLevel.DESKTOP)


@pytest.mark.parametrize(
    "account",
    [
        Account(1000, "li", "/usr/sbin/nologin"),
        Account(997, KIOSK_USER, "/bin/sh"),
        Account(997, KIOSK_USER, ""),
        Account(997, KIOSK_USER, "/opt/nologin/bash"),
        Account(997),
    ],
)
def test_only_a_user_nobody_can_log_in_as_is_the_kiosks(account: Account) -> None:
    assert assess(replace(EVERYTHING, account=account)).short_of == ("user_not_locked",)


supervisions = st.none() | st.builds(Supervision, st.booleans(), st.booleans(), st.booleans(), st.booleans())
accounts = st.none() | st.builds(
    Account,
    st.sampled_from([0, 997, 1000]),
    st.sampled_from([KIOSK_USER, "root", ""]),
    st.sampled_from(["/usr/sbin/nologin", "/bin/false", "/bin/bash"]),
)
evidence = st.builds(
    Evidence,
    st.booleans(),
    st.booleans(),
    st.booleans(),
    st.booleans(),
    st.none() | st.booleans(),
    st.sampled_from([None, (), ("x (1)",)]),
    supervisions,
    accounts,
)


@given(evidence)
def test_the_level_and_what_it_falls_short_of_agree(seen: Evidence) -> None:
    level = assess(seen)
    assert (level.level is LockdownLevel.SESSION) == (level.short_of == ())
    assert (level.level is LockdownLevel.OPEN) == bool(level.lacks(LockdownLevel.DESKTOP))
    assert level.lacks(LockdownLevel.OPEN) == ()
    assert level.lacks(LockdownLevel.SESSION) == level.short_of
    EnvironmentStatement(level=level.level, short_of=level.short_of)  # fits into the packet


@pytest.mark.parametrize("language", list(Language))
def test_everything_missing_has_words_with_what_to_do(language: Language) -> None:
    words = Words(language)
    said = [words(f"lockdown.short_of.{code}") for code in (*DESKTOP_NEEDS, *SESSION_NEEDS)]
    assert all(len(sentence) > 20 for sentence in said)
    assert len(set(said)) == len(said)
