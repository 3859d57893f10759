"""A form with every kind of interaction is sat by mouse, and once more by keys alone, each through a power cut."""

from pathlib import Path

import pytest

from app.demo.banks import every_interaction
from app.demo.conductor import answers_of
from app.exam.interactions import Responses
from tests.whole.run import run_demo
from tests.whole.traces import packet_in

MOUSE = ("--power-cut", "11")
KEYS = ("--keyboard", "--power-cut", "23")


@pytest.mark.long  # by default `tests/accessibility` sits the same form, by roles and names
@pytest.mark.parametrize("way", [pytest.param(MOUSE, id="mouse"), pytest.param(KEYS, id="keys")])
def test_every_response_is_given_kept_and_right(way: tuple[str, ...], tmp_path: Path) -> None:
    run, bank = run_demo(tmp_path / "demo", "--every-interaction", *way, watched=False), every_interaction()
    assert run.code == 0, run.narration
    told = run.summary
    assert (told["items"], told["responses"], told["lost_responses"]) == (len(bank.items), len(bank.items), 0)
    wanted = answers_of(told["session"], bank)  # a few single choices are wrong on purpose
    right = [
        item.id
        for item in bank.items
        if all(set(wanted[item.id][one]) == set(bank.markings[item.id].correct(one)) for one in wanted[item.id])
    ]
    assert told["score"] == told["registry_score"] == len(right)
    packet = packet_in(run.path("packet").read_bytes())
    given = {answer.item: answer.responses for answer in packet.answers}
    for item in bank.items:
        assert _as_sets(given[item.id]) == _as_sets(wanted[item.id])
    assert packet.resumes == 1
    assert run.left_over == ()
    assert (run.home / "programs.log").read_text() == ""  # no program complained, nor did Qt


def _as_sets(responses: Responses) -> dict[str, set[str]]:
    return {response: set(values) for response, values in responses.items()}
