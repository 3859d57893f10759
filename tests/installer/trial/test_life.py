"""The life of a seat, by the real packages: installed, set up, sat at, upgraded, cut off, let go, removed."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from app.demo.cast import CANDIDATES
from tests.installer.trial.base import EARLIER_VERSION
from tests.installer.trial.conftest import Packages
from tests.installer.trial.figures import Figures
from tests.installer.trial.pc import Pc, a_pc
from tests.installer.trial.people.arriving import People
from tests.installer.trial.seat import AGENT, FOLDER, HOME, KIOSK, LABEL, USER, Seat
from tests.installer.trial.site import Registry

pytestmark = pytest.mark.package
FIRST, SECOND = (one.admission_number for one in CANDIDATES[:2])


@dataclass(frozen=True)
class Life:
    """A PC with registry and seat on it. `present`, `earlier`: where on it the seat's packages lie."""

    pc: Pc
    registry: Registry
    seat: Seat
    present: str
    earlier: str

    def planned(self) -> People:
        """Plan a session, have the seat fetch it, and give who comes to it."""
        session = self.registry.plan(self.registry.devices()[0])
        self.seat.fetch()
        return People(self.pc, FOLDER, self.registry.pins, self.registry.answers(session))

    def refused(self, words: str, *argv: str) -> None:
        """See to it that dpkg says no, and why, and that what was recorded and the version stay."""
        version, before = self.version(), self.vault()
        said = self.pc.run("dpkg", *argv)
        assert said.code != 0, said.text
        assert words in said.text
        assert self.version() == version
        after = self.vault()
        assert all(after.get(name, -1) >= size for name, size in before.items())  # one may be recording

    def version(self) -> str:
        """Give the version that is there."""
        return self.pc.run("dpkg-query", "--show", "--showformat=${Version}", "examroom-seat").text.strip()

    def vault(self) -> dict[str, int]:
        """Give what was recorded: sealed segments and what states them, with their sizes."""
        root = self.pc.at(f"{HOME}/recordings")
        return {str(one.relative_to(root)): one.stat().st_size for one in sorted(root.rglob("*")) if one.is_file()}

    def journal(self) -> str:
        """Give how the kiosk stands."""
        return self.pc.run("systemctl", "status", "--no-pager", KIOSK).text


@pytest.mark.timeout(2400)
def test_a_seat_is_installed_sat_at_upgraded_and_taken_away(
    packages: Packages, figures: Figures, with_registry: tuple[Path, ...]
) -> None:
    with a_pc("life", with_registry) as pc:
        present, earlier = pc.give(packages.seat, "present.deb"), pc.give(packages.earlier_seat, "earlier.deb")
        pc.does("dpkg", "--install", earlier)
        pc.start()
        life = Life(pc, Registry.found(pc), Seat(pc), present, earlier)
        life.registry.serve()
        with figures.timed("first_run_by_answer_file"):
            steps = life.seat.set_up(life.seat.answer(life.registry.fingerprint(), life.registry.invite(LABEL)))
        check_first_run(life, steps)
        waiting = sit_while_the_network_goes(life, figures)
        upgrade_with_a_packet_waiting(life, figures, waiting)
        sit_through_a_power_cut(life)
        take_away(life)


def check_first_run(life: Life, steps: dict[str, dict[str, Any]]) -> None:
    outcomes = {name: step["outcome"] for name, step in steps.items()}
    assert outcomes["registry"] == outcomes["enrolment"] == outcomes["profile"] == "done"
    assert outcomes["rehearsal"] == "attention", "a simulated camera was not called simulated"
    home = life.pc.at(HOME)
    assert {one.stat().st_uid for one in home.rglob("*")} == {home.stat().st_uid} != {0}


def sit_while_the_network_goes(life: Life, figures: Figures) -> list[dict[str, Any]]:
    """A whole sitting under the unit's command line; after three answers nobody answers the seat any more."""
    people = life.planned()
    life.seat.lock_down()
    assert f"/usr/bin/examroom lockdown session --home {HOME} " in life.seat.command_line()
    with figures.timed("start_of_the_unit_to_a_kiosk_that_is_up"):
        life.pc.does("systemctl", "start", KIOSK)
        life.pc.until(people.kiosk_is_up, life.journal)
    people.arrive(FIRST)
    assert people.until("here")["python"] == "/opt/examroom/seat"
    assert life.pc.does("ps", "-o", "user:20=", "-p", str(people.kiosk())).strip() == USER
    people.until("acknowledged", count=3)
    life.registry.silent()
    life.refused("examroom-seat: the programs cannot be changed now", "--install", life.present)
    assert life.version() == EARLIER_VERSION
    assert people.until("finished", seconds=240)["stage"] != "proven"
    life.pc.does("systemctl", "stop", KIOSK)
    waiting = life.seat.outbox()
    assert len(waiting) == 1
    assert life.vault()
    return waiting


def upgrade_with_a_packet_waiting(life: Life, figures: Figures, waiting: list[dict[str, Any]]) -> None:
    before = life.vault()
    with figures.timed("upgrade"):
        life.pc.does("dpkg", "--install", life.present)
    assert life.version() != EARLIER_VERSION
    assert [one["sha256"] for one in life.seat.outbox()] == [one["sha256"] for one in waiting]
    assert life.vault() == before
    life.pc.does("examroom", "seat", "self-check")
    life.registry.serve()
    life.seat.tell("outbox", "retry", "--home", HOME)
    life.pc.until(lambda: life.seat.stages() == ["proven"], life.seat.outbox, seconds=180)
    life.refused("an older one cannot read what it wrote. Nothing was changed.", "--install", life.earlier)


def sit_through_a_power_cut(life: Life) -> None:
    """The power goes in the middle of a sitting; the PC comes up with the kiosk, which goes on where it was."""
    people = life.planned()
    life.pc.does("systemctl", "start", KIOSK)
    people.arrive(SECOND)
    people.until("acknowledged", count=4)
    saved = {one["item"] for one in people.heard() if one["event"] == "acknowledged"}
    life.pc.cut()
    life.pc.start()
    life.registry.serve()
    people.arrive(SECOND)
    assert people.until("finished", seconds=240)["stage"] == "proven"
    again = {one["item"] for one in people.heard() if one["event"] == "acknowledged"}
    assert len(saved) >= 4
    assert not saved & again, "what had been saved was asked again"
    assert life.seat.stages() == ["proven", "proven"]


def take_away(life: Life) -> None:
    life.pc.does("systemctl", "stop", KIOSK)
    life.refused("First run examroom lockdown remove", "--remove", "examroom-seat")
    life.pc.does("examroom", "lockdown", "remove")
    before = life.vault()
    life.pc.does("dpkg", "--remove", "examroom-seat")
    assert not life.pc.at("/opt/examroom/seat").exists()
    assert life.vault() == before, "removal took recordings away"
    life.refused("this PC was not decommissioned, and nothing is purged", "--purge", "examroom-seat")
    life.pc.does("dpkg", "--install", life.present)
    life.pc.does("systemctl", "start", AGENT)
    assert life.seat.stages() == ["proven", "proven"], "put in again, it is another seat"
