"""An archive on a disk that knows no second names (vfat, many shares): no entry is ever lost to another."""

import errno
import os
from multiprocessing import Barrier, Process
from pathlib import Path

import pytest

from proctoring.vault.store import naming
from sync.wire.archive import CustodyAct
from tests.proctoring.vault.retention.world import Site

HOLDS = 3


def no_links(*_: object, **__: object) -> None:
    raise OSError(errno.EOPNOTSUPP, "no links here")


def no_flag(*_: object) -> None:
    raise OSError(errno.EINVAL, "no such flag here")


@pytest.mark.parametrize("knows_the_flag", [True, False])
def test_every_hold_that_two_processes_were_told_of_stands_in_the_custody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, knows_the_flag: bool
) -> None:
    monkeypatch.setattr(os, "link", no_links)
    if not knows_the_flag:
        monkeypatch.setattr(naming, "_rename_new", no_flag)
    site = Site.make(tmp_path)
    kept = site.keep(site.open().shelf)
    start = Barrier(2)

    def hold(who: int) -> None:
        archive = site.open()
        start.wait()
        for number in range(HOLDS):
            archive.hold(kept, site.people[who], f"hold {who} {number}")

    people = [Process(target=hold, args=(who,)) for who in (0, 1)]
    for person in people:
        person.start()
    for person in people:
        person.join()
    assert [person.exitcode for person in people] == [0, 0]
    held = [entry.purpose for entry in site.open().custody(kept) if entry.act is CustodyAct.HELD]
    assert sorted(held, key=str) == [f"hold {who} {number}" for who in (0, 1) for number in range(HOLDS)]
    assert len(site.open().standing(kept).holds) == 2 * HOLDS
