"""`examroom seat fetch --mirror`: plans from the registry, packages from any copy of its files."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sync.client.enrolment import load_enrolment
from tests.app.cli.terminal import Terminal
from tests.app.registry.world import World, opened_world, serving
from tests.sync.client.publisher import site

TERMINAL = Terminal()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with opened_world(tmp_path) as opened, serving(opened.registry):
        yield opened


def test_a_seat_takes_its_packages_from_a_copy_and_believes_only_what_is_signed(world: World, tmp_path: Path) -> None:
    invitation, seat = tmp_path / "seat.invitation", tmp_path / "seat"
    assert TERMINAL.run("registry", "invite", "--home", world.folder / "registry", "07", invitation).code == 0
    assert TERMINAL.run("seat", "enrol", "--home", seat, invitation).code == 0
    world.registry.plan_session(world.request((load_enrolment(seat / "trust").device,)))
    with site(world.registry.premises.home / "tuf") as copy:
        (package,) = copy.folder.rglob("*.erp")
        raw = package.read_bytes()
        package.write_bytes(raw[::-1])
        told = TERMINAL.run("seat", "fetch", "--home", seat, "--mirror", copy.url)
        assert told.code == 1
        assert "CONTENT_ALTERED" in told.errors
        package.write_bytes(raw)
        told = TERMINAL.run("seat", "fetch", "--home", seat, "--mirror", copy.url)
        assert told.code == 0
        assert copy.asked[-1].endswith(package.name)
    assert TERMINAL.run("seat", "fetch", "--home", seat, "--mirror", "ftp://copy").code == 1
    assert TERMINAL.run("seat", "fetch", "--home", seat, "--mirror", copy.url).code == 0  # nothing is missing any more
