"""A recording signed by a key in a token goes on by itself when a token that was pulled out is back."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from proctoring.recorder.enduring import Enduring
from proctoring.recorder.messages import RecorderState
from proctoring.vault.format.report import Verdict
from proctoring.vault.format.verify import examine
from sync.trust.tokenstore import TokenKeyStore
from tests.proctoring.seat import SimulatedSeat, wait_until
from tests.sync.trust.softhsm import MODULE, PIN, SoftTokens, soft_tokens


@pytest.fixture
def slots(tmp_path: Path) -> Iterator[SoftTokens]:
    with soft_tokens(tmp_path / "hsm") as tokens:
        tokens.add("seat 07")
        yield tokens


def test_a_token_that_is_pulled_out_costs_a_stated_gap(slots: SoftTokens, tmp_path: Path) -> None:
    seat = SimulatedSeat(tmp_path / "seat")
    keys = TokenKeyStore.make(tmp_path / "keys", MODULE, "seat 07", PIN)
    recording = Enduring(seat.spec(segment_ms=1_000), keys)
    recording.begin()
    wait_until(lambda: recording.status().recorded_ms > 700)
    slots.unplug()
    wait_until(lambda: recording.status().state is RecorderState.FAILED)
    assert recording.status().fault == "TOKEN_MISSING"
    recording.tend()
    assert recording.wanted
    slots.plug_in()

    def goes_on() -> bool:
        recording.tend()
        return recording.under_way

    wait_until(goes_on)
    reached_ms = recording.status().recorded_ms
    wait_until(lambda: recording.status().recorded_ms > reached_ms + 500)
    recording.stop()
    examined = examine(recording.spec.folder)
    assert examined.papers.manifest is not None
    assert examined.papers.manifest.gaps
    assert examined.report.verdict is Verdict.RECOVERED
