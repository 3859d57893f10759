"""`recording verify --heads https://…`: a recording held against what a real registry keeps of it."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from sync.client.heads import send_head
from tests.app.cli.terminal import Terminal
from tests.app.registry.world import enrol_seat, opened_world, serving
from tests.proctoring.vault.format import tiny
from tests.proctoring.vault.format.damage import damage


@pytest.fixture(scope="module")
def cut(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path, tiny.Writer]]:
    """A registry's address, what to believe it by, and a recording whose end somebody cut off without a trace."""
    home = tmp_path_factory.mktemp("heads")
    with opened_world(home / "world") as world, serving(world.registry) as address:
        seat = enrol_seat(world)
        writer = tiny.Writer(home / "recording", tiny.Keys(device=seat.keystore.device_key()), seat.device)
        writer.segment()
        writer.segment(cut_after=3)
        connection = seat.connect()
        send_head(connection, writer.recording, writer.left[-1])
        connection.close()
        acts = [["remove", f"segment-00001.{kind}"] for kind in ("ers", "leaves")]
        damage(writer.folder, [*acts, ["lines", [0, 1, 2, 3]]], home)
        yield address, seat.trust, writer


@pytest.mark.parametrize("path", ["", "/v1/recordings/{recording}/heads"])
def test_a_registry_knows_that_there_was_more(cut: tuple[str, Path, tiny.Writer], path: str) -> None:
    address, trust, writer = cut
    terminal = Terminal()
    alone = terminal.run("recording", "verify", writer.folder, "--json")
    assert json.loads(alone.output)["verdict"] == "recovered"
    heads = address + path.format(recording=writer.recording)
    told = terminal.run("recording", "verify", writer.folder, "--heads", heads, "--trust", trust, "--json")
    assert (told.code, json.loads(told.output)["verdict"]) == (1, "truncated")
    assert json.loads(told.output)["problems"][0]["code"] == "HEAD_BEYOND"


def test_a_registry_is_not_believed_without_its_key(cut: tuple[str, Path, tiny.Writer]) -> None:
    address, _, writer = cut
    assert Terminal().run("recording", "verify", writer.folder, "--heads", address).code == 2
