"""What `examroom demo` says at the end: good only if everything is."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from app.cli.demo import print_summary
from app.demo.home import DemoHome
from app.demo.summary import Summary
from proctoring.vault.format.report import Verdict

GOOD = Summary(
    session="s",
    sitting="t",
    candidate="c",
    items=10,
    responses=10,
    score=9.0,
    passed=True,
    registry_score=9.0,
    packet="evidence/packet.json",
    receipt="evidence/receipt.json",
    proof="evidence/proof.json",
    log_index=3,
    recording="shelf/recordings/r",
    archive="archive",
    archived_as="complete",
    recording_seconds=12.3,
    recording_verdict="complete",
    gaps=0,
    resumed_on_item=5,
    resume_ms=900,
    lost_responses=0,
    room_record="seat/records/s.dsse",
    screenshots="screenshots",
    simulated=("candidate", "picture"),
)


@pytest.mark.parametrize(
    ("summary", "good"),
    [
        (GOOD, True),
        (replace(GOOD, recording_verdict="recovered", archived_as="recovered"), True),
        (replace(GOOD, resumed_on_item=None, resume_ms=None), True),
        (replace(GOOD, lost_responses=1), False),
        (replace(GOOD, registry_score=8.0), False),
        (replace(GOOD, archived_as="truncated"), False),
        (replace(GOOD, recording_verdict="truncated"), False),
        (replace(GOOD, recording_verdict="tampered"), False),
    ],
)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_last_line_says_whether_everything_is_as_it_must_be(
    summary: Summary, good: bool, language: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("EXAMROOM_LANGUAGE", language)
    print_summary(summary, DemoHome(Path("/somewhere")))
    told = capsys.readouterr().out
    assert summary.good is good
    assert told.splitlines()[-1].startswith(
        {("zh", True): "演示完成，一切正常", ("zh", False): "演示结束，但结果不对"}.get(
            (language, good), "The demo is complete and everything checked out" if good else "The demo has ended, but"
        )
    )
    assert "9" in told.splitlines()[0]


def test_every_verdict_is_either_good_or_bad() -> None:
    good = [
        verdict for verdict in Verdict if replace(GOOD, recording_verdict=verdict.value, archived_as=verdict.value).good
    ]
    assert good == [Verdict.COMPLETE, Verdict.RECOVERED]


def test_the_json_is_one_line_and_keeps_chinese_as_it_is() -> None:
    line = replace(GOOD, candidate="张伟").to_json()
    assert "\n" not in line
    assert "张伟" in line
    assert json.loads(line)["simulated"] == ["candidate", "picture"]
