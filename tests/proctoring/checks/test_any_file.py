"""Whatever any file says, every check comes to a verdict that can stand in a packet and be shown."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from proctoring.checks.catalogue import CHECKS, DEFAULTS, statement_of
from proctoring.checks.observation import observe
from proctoring.checks.situation import Situation
from sync.wire.environment import LockdownLevel, Verdict
from sync.wire.ids import plain_line
from tests.proctoring.checks.made_up import KNOWN, MadeUp
from tests.proctoring.checks.running import names, owns, process, quiet, session, sockets

SITUATION = Situation(own_pids=frozenset({500}), own_pid=500, known=KNOWN, environment={}, level=LockdownLevel.SESSION)
FILES = (
    "proc/812/status",
    "proc/812/cmdline",
    "proc/812/cgroup",
    "proc/812/maps",
    "proc/500/status",
    "proc/net/tcp6",
    "proc/net/udp",
    "proc/net/unix",
    "proc/cpuinfo",
    "proc/scsi/scsi",
    "run/utmp",
    "run/systemd/sessions/3",
    "etc/passwd",
    "sys/class/dmi/id/product_name",
    "sys/firmware/acpi/tables/DSDT",
    "sys/class/net/eth0/address",
)


@pytest.fixture
def pc(tmp_path: Path) -> MadeUp:
    made = MadeUp(tmp_path)
    quiet(made)
    process(made, 812, "x11vnc", uid=0)
    sockets(made, "tcp")
    owns(made, 812, 7)
    names(made, "/run/xrdp/x")
    session(made, "3", ["UID=1000", "CLASS=user"])
    made.write("sys/class/net/eth0/device/uevent")
    return made


@given(
    contents=st.dictionaries(
        st.sampled_from(FILES),
        st.binary(max_size=120) | st.text(max_size=60).map(str.encode) | st.just(b"\n\x1b[31m\xe2\x80\xae" * 4000),
        min_size=1,
        max_size=5,
    )
)
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_check_comes_to_a_verdict(pc: MadeUp, contents: dict[str, bytes]) -> None:
    for path, raw in contents.items():
        pc.write(path, raw)
    for one in observe(CHECKS, pc.machine, SITUATION):
        statement = statement_of(one, DEFAULTS[one.check])
        assert (statement is None) is (one.verdict is Verdict.CLEAR)
        assert all(fact == plain_line(fact) for fact in one.facts.values() if isinstance(fact, str))


@pytest.mark.parametrize("path", FILES)
def test_a_file_that_cannot_be_read_ends_no_check_and_accuses_nobody_anew(pc: MadeUp, path: str) -> None:
    before = {one.check for one in observe(CHECKS, pc.machine, SITUATION) if one.verdict is Verdict.FOUND}
    if (pc.root / path).exists():
        (pc.root / path).unlink()
    pc.shut(path)
    after = {one.check for one in observe(CHECKS, pc.machine, SITUATION) if one.verdict is Verdict.FOUND}
    assert after <= before
