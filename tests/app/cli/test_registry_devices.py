"""Devices and proctors, by commands alone: who is there, a copied seat, a changed key, a new PIN."""

import shutil
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.registry.models import Proctor
from app.seat.home import SeatHome
from app.seat.occupancy import AgentDuty, Occupancy
from sync.client.asking import Asker, sign_request
from sync.client.enrolment import load_enrolment
from sync.replica.database import Replica
from sync.trust.keystore import open_key_store
from sync.trust.pin import open_credential
from sync.wire.enrolment import RequestKind
from sync.wire.ids import new_id
from sync.wire.plan import ProctorCredential
from tests.app.cli.terminal import Terminal, Told
from tests.app.registry.world import World, opened_world, serving


@dataclass(frozen=True)
class Desk:
    """A served registry and an operator's terminal."""

    world: World
    terminal: Terminal
    folder: Path

    @property
    def registry(self) -> Path:
        return self.world.folder / "registry"

    def run(self, group: str, name: str, *arguments: object, typed: str = "") -> Told:
        return self.terminal.run("registry", group, name, "--home", self.registry, *arguments, typed=typed)

    def enrol(self, label: str) -> SeatHome:
        seat, invitation = self.folder / f"seat-{new_id()}", self.folder / f"{new_id()}.invitation"
        assert self.terminal.run("registry", "invite", "--home", self.registry, label, invitation).code == 0
        assert self.terminal.run("seat", "enrol", "--home", seat, invitation).code == 0
        return SeatHome(seat)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("devices")
    with opened_world(folder) as world, serving(world.registry):
        yield Desk(world, Terminal(), folder)


def device_of(seat: SeatHome) -> str:
    return load_enrolment(seat.trust).device


def ask_once(seat: SeatHome, world: World) -> None:
    keystore = open_key_store(seat.keys)
    with Replica.open(seat.replica, keystore.replica_key(), keystore) as replica:
        world.registry.plans_for(sign_request(Asker(device_of(seat), keystore, replica), RequestKind.PLANS))


def test_a_copied_seat_is_shown_and_settled(desk: Desk) -> None:
    seat = desk.enrol("51")
    device = device_of(seat)
    copy = SeatHome(seat.root.with_name(f"{seat.root.name}-copy"))
    shutil.copytree(seat.root, copy.root)
    ask_once(seat, desk.world)
    told = desk.terminal.run("seat", "fetch", "--home", copy.root)
    assert told.code == 1
    assert "two PCs" in told.errors
    assert "DEVICE_TWIN" in told.errors
    for name, arguments in (("list", ()), ("show", (device,))):
        shown = desk.run("device", name, *arguments)
        assert shown.code == 0
        assert "Two PCs ask with this identity" in shown.output
    assert "came twice" in desk.run("device", "show", device).output
    assert desk.run("device", "settle", device, "--why", " \u200b ").code == 1
    settled = desk.run("device", "settle", device, "--why", "the copy was erased,\x1b[2J two people saw it")
    assert settled.code == 0
    afterwards = desk.run("device", "show", device).output
    assert "the copy was erased,[2J two people saw it" in afterwards  # nothing in it commands the terminal any more
    assert "Two PCs ask" not in afterwards
    assert desk.run("device", "settle", device, "--why", "once more").code == 1
    assert desk.terminal.run("seat", "fetch", "--home", seat.root).code == 0


def test_a_pc_that_was_enrolled_anew_is_noticed_by_its_label_until_the_old_one_is_revoked(desk: Desk) -> None:
    first, second = desk.enrol("52"), desk.enrol("52")
    assert desk.run("device", "list").output.count("Another device has the label 52, too") == 2
    assert desk.run("device", "revoke", device_of(first)).code == 0
    listed = desk.run("device", "list").output
    assert "Another device has the label" not in listed
    assert f"Device {device_of(first)}, 52 (revoked)" in listed
    refused = desk.terminal.run("seat", "fetch", "--home", first.root)
    assert (refused.code, "DEVICE_REVOKED" in refused.errors) == (1, True)
    assert desk.terminal.run("seat", "fetch", "--home", second.root).code == 0


def test_a_seat_changes_its_key_when_it_is_asked_and_nobody_uses_it(desk: Desk) -> None:
    seat = desk.enrol("53")
    device, old = device_of(seat), open_key_store(seat.keys).device_key().public.keyid
    assert desk.run("device", "rotate-request", device).code == 0
    assert "asked to change its key" in desk.run("device", "list").output
    for held, code in ((Occupancy(seat), "ALREADY_RUNNING"), (AgentDuty(seat), "AGENT_RUNNING")):
        held.take()
        refused = desk.terminal.run("seat", "rotate", "--home", seat.root)
        held.give_up()
        assert (refused.code, code in refused.errors) == (3, True)
    assert open_key_store(seat.keys).device_key().public.keyid == old
    told = desk.terminal.run("seat", "rotate", "--home", seat.root)
    new = open_key_store(seat.keys).device_key().public.keyid
    assert told.code == 0, told.errors
    assert new in told.output
    assert new != old
    shown = desk.run("device", "show", device).output
    assert shown.index(old) < shown.index(new)
    assert "asked to change" not in shown
    assert desk.terminal.run("seat", "fetch", "--home", seat.root).code == 0
    assert desk.terminal.run("seat", "renew", "--home", seat.root).output == (
        "The certificate is the one the examination authority issued last\n"
    )


def test_a_seat_with_a_packet_that_waits_keeps_its_key(desk: Desk) -> None:
    seat = desk.enrol("54")
    keystore = open_key_store(seat.keys)
    with Replica.open(seat.replica, keystore.replica_key(), keystore) as replica:
        replica.outbox.add("0" * 64, new_id(), new_id(), b"{}", 1)
    refused = desk.terminal.run("seat", "rotate", "--home", seat.root)
    assert (refused.code, "SEAT_BUSY" in refused.errors) == (3, True)


def test_a_proctor_gets_a_new_pin_and_is_revoked(desk: Desk) -> None:
    added = desk.run("proctor", "add", "Sun Hui", typed="135791\n135791\n")
    proctor = added.output.split()[-1]
    renewed = desk.run("proctor", "new-pin", proctor, typed="246802\n246802\n")
    assert renewed.code == 0, renewed.errors
    assert "No plan that is out carries the old PIN" in renewed.output
    with desk.world.registry.premises.database.reading() as session:
        credential = ProctorCredential.parse(session.get_one(Proctor, proctor).credential)
    assert open_credential(credential, "246802").public.keyid in desk.run("proctor", "list").output
    assert desk.run("proctor", "revoke", proctor).code == 0
    assert f"{proctor}, Sun Hui (revoked)" in desk.run("proctor", "list").output
    gone = desk.run("proctor", "new-pin", proctor, typed="246802\n246802\n")
    assert (gone.code, "SIGNER_GONE" in gone.errors) == (1, True)


def test_a_session_that_nobody_planned_is_not_released(desk: Desk) -> None:
    told = desk.terminal.run("registry", "release", "--home", desk.world.registry.premises.home, "no-such")
    assert (told.code, "No session with the id no-such was planned here." in told.errors) == (1, True)


def test_what_is_handed_out_can_be_read_by_everybody(desk: Desk) -> None:
    files = list(desk.world.registry.premises.public_folder.iterdir())
    assert len(files) >= 4
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o644}


def test_a_registry_without_anybody_says_so(desk: Desk, tmp_path: Path) -> None:
    home = tmp_path / "empty"
    assert desk.terminal.run("registry", "init", "--home", home, "--name", "Empty").code == 0
    assert desk.terminal.run("registry", "device", "list", "--home", home).output == "No device is enrolled yet\n"
    assert desk.terminal.run("registry", "proctor", "list", "--home", home).output == "No proctor is enrolled yet\n"
