"""What `packet verify` tells of a good packet."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from sync.wire.environment import CheckStatement, EnvironmentStatement, LockdownLevel, Override, Severity, Verdict
from sync.wire.packet import Incident
from tests.app.cli.terminal import Terminal, Told
from tests.sync.trust.world import NOW_MS, World

VNC = "/proc/812/comm: x11vnc"
REMOTE = CheckStatement(check="remote_tool", verdict=Verdict.FOUND, severity=Severity.BLOCKING, evidence=(VNC,))
STRANGER = "e" * 64


def _verify(folder: Path, language: str, *options: str, world: World | None = None, **packet: Any) -> Told:  # noqa: ANN401 - fields of the packet
    world = world or World.make()
    world.trust.save(folder / "trust")
    (folder / "packet.json").write_bytes(world.signed_packet(**packet))
    return Terminal(language).run("packet", "verify", folder / "packet.json", "--trust", folder / "trust", *options)


def _environment(world: World) -> EnvironmentStatement:
    override = Override(
        statement=REMOTE,
        reason="已核实是误报",
        by=(world.proctor_keys[0].public.keyid, STRANGER),
        wall_ms=NOW_MS,
    )
    return EnvironmentStatement(
        level=LockdownLevel.DESKTOP,
        short_of=("no_supervisor", "of_a_newer_program"),
        checks=(REMOTE, CheckStatement(check="of_a_newer_program", verdict=Verdict.UNKNOWN, severity=Severity.NOTE)),
        overrides=(override,),
    )


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", ["Times resumed: 2", "Incidents: 2", "  0:00:07 into the sitting: {}  EDID"]),
        ("zh", ["应试恢复 2 次", "事件 2 个", "  应试进行到 0:00:07：{}  EDID"]),
    ],
)
def test_incidents_and_resumes_are_told_by_their_names(tmp_path: Path, language: str, told: list[str]) -> None:
    incidents = tuple(
        Incident(code=code, wall_ms=NOW_MS, active_ms=at, detail=detail)
        for code, at, detail in (("GUARD_SECOND_SCREEN", 7_900, "EDID"), ("VIOLATION_7", 5_025_000, ""))
    )
    ended = _verify(tmp_path, language, resumes=2, incidents=incidents)
    assert (ended.code, ended.errors) == (0, "")
    lines = ended.output.splitlines()
    first = lines.index(told[0])
    name = {"en": "A second screen is connected", "zh": "接上了第二块屏幕"}[language]
    assert lines[first : first + 3] == [*told[:2], told[2].format(name)]
    assert "1:23:45" in lines[first + 3]
    assert "VIOLATION_7" in lines[first + 3], "what a newer program logged keeps its code"


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", ["ordinary desktop", "Remote control: found (no start before", "reason: A false alarm"]),
        ("zh", ["普通桌面", "远程控制：查到了（不处理不能开考）", "原因：已核实是误报"]),
    ],
)
def test_the_pc_is_told_with_what_was_not_clear_and_who_went_on(tmp_path: Path, language: str, told: list[str]) -> None:
    world = World.make()
    ended = _verify(tmp_path, language, world=world, environment=_environment(world))
    assert (ended.code, ended.errors) == (0, "")
    for part in (*told, VNC, world.directory.proctors[0].proctor, STRANGER[:16], "of_a_newer_program"):
        assert part in ended.output
    assert ended.output.count(VNC) == 2, "where it was found, and where it was allowed"


def test_a_program_gets_one_object_with_the_pc_in_it(tmp_path: Path) -> None:
    world = World.make()
    stated = _environment(world)
    ended = _verify(tmp_path, "zh", "--json", world=world, environment=stated, resumes=2)
    told = json.loads(ended.output)
    assert (ended.code, told["good"], told["schema"]) == (0, True, 1)
    assert told["sha256"] == hashlib.sha256((tmp_path / "packet.json").read_bytes()).hexdigest()
    assert EnvironmentStatement.model_validate(told["packet"]["environment"], strict=False) == stated
    assert (told["packet"]["resumes"], told["packet"]["incidents"]) == (2, [])
    (tmp_path / "packet.json").write_bytes(b"{}")
    ended = Terminal().run("packet", "verify", tmp_path / "packet.json", "--trust", tmp_path / "trust", "--json")
    told = json.loads(ended.output)
    assert (ended.code, told["good"], told["packet"]) == (1, False, None)
    assert not all(check["good"] for check in told["checks"])
