"""What `packet verify` tells of a good packet."""

from pathlib import Path

import pytest

from sync.wire.packet import Incident
from tests.app.cli.terminal import Terminal
from tests.sync.trust.world import NOW_MS, World


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", ["Times resumed: 2", "Incidents: 2", "  0:00:07 into the sitting: FOCUS_LOST"]),
        ("zh", ["应试恢复 2 次", "事件 2 个", "  应试进行到 0:00:07：FOCUS_LOST"]),
    ],
)
def test_incidents_and_resumes_are_told(tmp_path: Path, language: str, told: list[str]) -> None:
    world = World.make()
    world.trust.save(tmp_path / "trust")
    incidents = tuple(
        Incident(code=code, wall_ms=NOW_MS, active_ms=at, detail="")
        for code, at in (("FOCUS_LOST", 7_900), ("VIOLATION_7", 5_025_000))
    )
    file = tmp_path / "packet.json"
    file.write_bytes(world.signed_packet(resumes=2, incidents=incidents))
    ended = Terminal(language).run("packet", "verify", file, "--trust", tmp_path / "trust")
    assert (ended.code, ended.errors) == (0, "")
    lines = ended.output.splitlines()
    first = lines.index(told[0])
    assert lines[first : first + 3] == told
    assert "1:23:45" in lines[first + 3]
    assert "VIOLATION_7" in lines[first + 3]
