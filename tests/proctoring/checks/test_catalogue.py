"""The catalogue: every check has a rule and words; a policy goes before our rules; what is clear is left out."""

import os
import time
from pathlib import Path

import pytest

from app.exam.prose import Language
from app.words import Words
from proctoring.checks.catalogue import CHECKS, DEFAULTS, WATCHED, rule_of, statement_of, unknown_rules
from proctoring.checks.machine import Machine
from proctoring.checks.observation import clear, found, observe, unknown
from proctoring.checks.situation import Situation
from sync.wire.environment import CheckRule, EnvironmentPolicy, Severity, Verdict
from tests.proctoring.checks.made_up import KNOWN

STRICT = CheckRule(check="peers", found=Severity.BLOCKING, unknown=Severity.BLOCKING, overridable=False)
STRANGE = CheckRule(check="moon_phase", found=Severity.NOTE, unknown=Severity.NOTE)
POLICY = EnvironmentPolicy(rules=(STRICT, STRANGE))


def test_every_check_has_a_rule_and_what_is_watched_is_a_check() -> None:
    assert set(DEFAULTS) == set(CHECKS)
    assert set(WATCHED) < set(CHECKS)
    assert len(WATCHED) == len(set(WATCHED))


@pytest.mark.parametrize("language", Language)
def test_every_check_has_its_words(language: Language) -> None:
    words = Words(language)
    parts = ("name", "clear", "found", "unknown", "meaning", "remedy")
    assert [f"{check}.{part}" for check in CHECKS for part in parts if not words.has(f"check.{check}.{part}")] == []


def test_a_policys_rule_goes_before_ours_and_what_it_does_not_name_stays() -> None:
    assert rule_of(POLICY, "peers") == STRICT
    assert rule_of(POLICY, "build") == DEFAULTS["build"]
    assert unknown_rules(POLICY) == ("moon_phase",)
    with pytest.raises(KeyError):
        rule_of(EnvironmentPolicy(), "moon_phase")


def test_changed_files_are_settled_by_nobody_and_every_other_finding_of_programs_by_two() -> None:
    assert not DEFAULTS["build"].overridable
    assert all(DEFAULTS[check].overridable for check in ("remote_tool", "virtual_machine", "remote_session"))


def test_what_goes_into_the_packet_weighs_by_its_verdict_and_what_is_clear_is_left_out() -> None:
    rule = CheckRule(check="listening", found=Severity.BLOCKING, unknown=Severity.NOTE)
    assert statement_of(clear("listening"), rule) is None
    weighed = [statement_of(one("listening", ("tcp 1",)), rule) for one in (found, unknown)]
    assert [one and (one.verdict, one.severity, one.evidence) for one in weighed] == [
        (Verdict.FOUND, Severity.BLOCKING, ("tcp 1",)),
        (Verdict.UNKNOWN, Severity.NOTE, ("tcp 1",)),
    ]


def test_an_empty_pc_without_any_knowledge_ends_no_check_and_accuses_nobody(tmp_path: Path) -> None:
    seen = observe(CHECKS, Machine(tmp_path), Situation())
    assert [one.check for one in seen] == list(CHECKS)
    assert [one.check for one in seen if one.verdict is Verdict.FOUND] == []


def test_all_checks_of_this_pc_are_made_within_two_seconds_and_have_their_words_facts() -> None:
    situation = Situation(
        own_pids=frozenset({os.getpid()}), own_pid=os.getpid(), known=KNOWN, environment=dict(os.environ)
    )
    began = time.process_time()
    seen = observe(CHECKS, Machine(), situation)
    assert time.process_time() - began < 2
    words = Words(Language.ZH)
    assert all(words(f"check.{one.check}.{one.verdict}", **one.facts) for one in seen)
