"""What a seat says of its PC: strictly read, joined without losing an override or rising in level."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from sync.wire.document import canonical_json
from sync.wire.environment import (
    MOST_CHECKS,
    CheckRule,
    CheckStatement,
    EnvironmentPolicy,
    EnvironmentStatement,
    LockdownLevel,
    Override,
    Severity,
    Verdict,
)

KEYS = tuple(letter * 64 for letter in "abc")
LEVELS = [LockdownLevel.SESSION, LockdownLevel.DESKTOP, LockdownLevel.OPEN]
codes = st.from_regex(r"[a-z][a-z0-9_]{1,39}", fullmatch=True)
lines = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cf", "Cs")), min_size=1, max_size=200)
statements = st.builds(
    CheckStatement,
    check=st.one_of(codes, st.sampled_from(["radios", "routes"])),
    verdict=st.sampled_from(Verdict),
    severity=st.sampled_from(Severity),
    evidence=st.lists(lines, max_size=3).map(tuple),
)
overrides = st.builds(
    Override,
    statement=statements,
    reason=st.sampled_from(["checked by hand", "known tool of the school"]),
    by=st.sampled_from([KEYS[:2], KEYS[1:], KEYS]),
    wall_ms=st.integers(1_700_000_000_000, 1_700_000_000_003),
)
environments = st.builds(
    EnvironmentStatement,
    level=st.sampled_from(LEVELS),
    short_of=st.lists(codes, max_size=3).map(tuple),
    checks=st.lists(statements, max_size=4, unique_by=lambda one: one.check).map(tuple),
    overrides=st.lists(overrides, max_size=3, unique=True).map(tuple),
)


def rule(check: str = "radios", **changes: object) -> dict[str, object]:
    return {"check": check, "found": "blocking", "unknown": "attention", "overridable": True, **changes}


@given(environments)
def test_a_statement_comes_back_from_its_bytes(said: EnvironmentStatement) -> None:
    raw = canonical_json(said.model_dump(mode="json"))
    assert EnvironmentStatement.model_validate_json(raw) == said


@pytest.mark.parametrize("demanded", LEVELS)
@pytest.mark.parametrize("level", LEVELS)
def test_a_level_reaches_itself_and_what_is_weaker(level: LockdownLevel, demanded: LockdownLevel) -> None:
    assert level.reaches(demanded) is (LEVELS.index(level) <= LEVELS.index(demanded))


@given(environments, environments, environments)
def test_joining_never_raises_the_level_and_forgets_no_check_and_no_override(
    first: EnvironmentStatement, second: EnvironmentStatement, third: EnvironmentStatement
) -> None:
    whole = first.joined(second).joined(third)
    assert all(one.level.reaches(whole.level) for one in (first, second, third))
    assert whole.level in {first.level, second.level, third.level}
    newest = {one.check: one for said in (first, second, third) for one in said.checks}
    assert {one.check: one for one in whole.checks} == newest
    assert len(whole.overrides) == len(set(whole.overrides))
    assert set(whole.overrides) == {*first.overrides, *second.overrides, *third.overrides}
    assert whole.joined(whole) == whole


def test_what_kept_it_low_is_told_of_the_lower_level() -> None:
    good = EnvironmentStatement(level=LockdownLevel.DESKTOP, short_of=("no_session",))
    bad = EnvironmentStatement(level=LockdownLevel.OPEN, short_of=("no_grab",))
    assert good.joined(bad).short_of == bad.joined(good).short_of == ("no_grab",)


def test_a_statement_that_is_joined_again_and_again_stays_a_statement() -> None:
    whole = EnvironmentStatement()
    for number in range(2 * MOST_CHECKS):
        seen = CheckStatement(check=f"check_{number}", verdict=Verdict.FOUND, severity=Severity.NOTE)
        over = Override(statement=seen, reason="why", by=KEYS[:2], wall_ms=1_700_000_000_000 + number)
        whole = whole.joined(EnvironmentStatement(checks=(seen,), overrides=(over,)))
    assert EnvironmentStatement.model_validate(whole.model_dump()) == whole
    assert (len(whole.checks), whole.checks[-1].check) == (MOST_CHECKS, f"check_{2 * MOST_CHECKS - 1}")


def test_a_policy_may_name_a_check_that_this_program_does_not_have() -> None:
    policy = EnvironmentPolicy.model_validate_json(canonical_json({"level": "open", "rules": [rule("quantum_radar")]}))
    assert policy.rules[0].check == "quantum_radar"


def test_the_default_policy_demands_the_most() -> None:
    assert EnvironmentPolicy() == EnvironmentPolicy(level=LockdownLevel.SESSION, rules=())
    assert CheckRule.model_validate_json(canonical_json(rule())).overridable


@pytest.mark.parametrize(
    "policy",
    [
        {"level": "fortress"},
        {"level": "open", "more": 1},
        {"rules": [rule(), rule(found="note")]},
        {"rules": [rule(f"check_{number}") for number in range(MOST_CHECKS + 1)]},
        {"rules": [rule("Radios")]},
        {"rules": [rule("r")]},
        {"rules": [rule("radios\n")]},
        {"rules": [rule(found="shouting")]},
        {"rules": [rule(overridable="yes")]},
        {"rules": [rule(extra=1)]},
    ],
)
def test_a_policy_that_is_none_is_refused(policy: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        EnvironmentPolicy.model_validate_json(canonical_json(policy))


@pytest.mark.parametrize(
    "change",
    [
        {"by": [KEYS[0]]},
        {"by": [KEYS[0], KEYS[0]]},
        {"by": [*KEYS, "d" * 64, "e" * 64]},
        {"reason": ""},
        {"reason": "two\nlines"},
        {"reason": "x" * 401},
        {"wall_ms": -1},
        {"statement": {"check": "radios", "verdict": "found", "severity": "note", "evidence": [""]}},
        {"statement": {"check": "radios", "verdict": "found", "severity": "note", "evidence": ["x" * 201]}},
        {"statement": {"check": "radios", "verdict": "found", "severity": "note", "evidence": ["x"] * 11}},
        {"statement": {"check": "radios", "verdict": "maybe", "severity": "note", "evidence": []}},
    ],
)
def test_an_override_that_is_none_is_refused(change: dict[str, object]) -> None:
    statement = {"check": "radios", "verdict": "found", "severity": "note", "evidence": []}
    good: dict[str, object] = {
        "statement": statement,
        "reason": "why",
        "by": list(KEYS[:2]),
        "wall_ms": 1_700_000_000_000,
    }
    assert Override.model_validate_json(canonical_json(good)).by == KEYS[:2]
    with pytest.raises(ValidationError):
        Override.model_validate_json(canonical_json({**good, **change}))


def test_nothing_is_stated_twice() -> None:
    seen = CheckStatement(check="radios", verdict=Verdict.FOUND, severity=Severity.NOTE)
    over = Override(statement=seen, reason="why", by=KEYS[:2], wall_ms=1_700_000_000_000)
    for twice in ({"checks": (seen, seen)}, {"overrides": (over, over)}):
        with pytest.raises(ValidationError):
            EnvironmentStatement.model_validate(twice)
