"""The power goes after any response: nothing that was acknowledged is lost, and it goes on right there."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from sync.trust.anchor import Trust
from sync.trust.evidence import check_packet
from tests.whole.run import Run, run_demo
from tests.whole.traces import packet_in

pytestmark = pytest.mark.long  # the default suite has a power cut in both of its whole sittings
ITEMS = 2


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Run]:
    """A sitting for each response to cut at, all at once: they mostly wait."""
    folder = tmp_path_factory.mktemp("cut")

    def sit(cut_at: int) -> Run:
        return run_demo(folder / f"at-{cut_at}", "--items", str(ITEMS), "--power-cut", str(cut_at), watched=False)

    with ThreadPoolExecutor(ITEMS) as pool:
        return dict(zip(range(1, ITEMS + 1), pool.map(sit, range(1, ITEMS + 1)), strict=True))


@pytest.mark.parametrize("cut_at", range(1, ITEMS + 1))
def test_no_response_is_lost_wherever_the_power_goes(runs: dict[int, Run], cut_at: int) -> None:
    run = runs[cut_at]
    assert run.code == 0, run.narration
    told = run.summary
    assert (told["lost_responses"], told["responses"], told["items"]) == (0, ITEMS, ITEMS)
    assert told["resumed_on_item"] == cut_at
    assert told["registry_score"] == told["score"]
    assert (told["recording_verdict"], told["gaps"]) == ("complete", 0)
    packet = packet_in(run.path("packet").read_bytes())
    assert packet.resumes == 1
    assert check_packet(run.path("packet").read_bytes(), Trust.load(run.home / "trust")).good
    assert run.left_over == ()


def test_each_was_a_sitting_of_its_own(runs: dict[int, Run]) -> None:
    assert len({json.dumps(run.summary["sitting"]) for run in runs.values()}) == ITEMS


def test_nothing_is_left_beside_their_folders(runs: dict[int, Run]) -> None:
    for run in runs.values():
        left = [path for path in Path(run.beside).rglob("*") if path.is_file() and path.name != "cookie"]
        assert left == []
