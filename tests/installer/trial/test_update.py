"""Another version of the real package is put in by `examroom update apply`; the power goes, and the PC mends itself."""

import json
from pathlib import Path
from typing import Any, Final

import pytest

from tests.installer.trial.base import EARLIER_VERSION
from tests.installer.trial.conftest import Packages
from tests.installer.trial.figures import Figures
from tests.installer.trial.pc import Pc, a_pc
from tests.installer.trial.seat import HOME, LABEL, Seat
from tests.installer.trial.site import HOME as REGISTRY
from tests.installer.trial.site import Registry

pytestmark = [pytest.mark.package, pytest.mark.timeout(1800)]
AGENT: Final = "examroom-agent.service"
STATE: Final = "/var/lib/examroom/package"


def status(pc: Pc) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(pc.does("examroom", "update", "status", "--json"))
    return told


def lies_ready(pc: Pc) -> bool:
    ready = status(pc)["ready"]
    return ready is not None and bool(ready["has_come"])


def version(pc: Pc) -> str:
    return pc.does("dpkg-query", "--show", "--showformat=${db:Status-Status} ${Version}", "examroom-seat")


def test_a_newer_version_is_put_in_and_after_a_power_cut_the_one_before_is_there(
    packages: Packages, figures: Figures, with_registry: tuple[Path, ...]
) -> None:
    with a_pc("update", with_registry) as pc:
        newer = pc.give(packages.seat, "examroom-seat.deb")
        pc.does("dpkg", "--install", pc.give(packages.earlier_seat, "earlier.deb"))
        pc.start()
        registry, seat = Registry.found(pc), Seat(pc)
        registry.serve()
        seat.set_up(seat.answer(registry.fingerprint(), registry.invite(LABEL)))
        present = pc.does("dpkg-deb", "--field", newer, "Version").strip()
        published = ("registry", "channel", "software", "--home", REGISTRY, newer)
        registry.tell(*published, "--product", "examroom-seat", "--version", present)
        pc.does("systemctl", "restart", AGENT)
        pc.until(lambda: lies_ready(pc), lambda: status(pc), seconds=300)

        pc.does("systemd-run", "--quiet", "examroom", "update", "apply", "--yes")
        phase = pc.at(f"{STATE}/update/phase")
        unpacked = pc.at("/opt/examroom/seat/pyvenv.cfg")
        before = unpacked.stat().st_ino
        pc.until(lambda: phase.exists() and "installing" in phase.read_text("ascii"), lambda: status(pc), seconds=300)
        pc.until(lambda: unpacked.exists() and unpacked.stat().st_ino != before, lambda: version(pc), seconds=120)
        pc.cut()
        pc.start()
        pc.until(lambda: not phase.exists(), lambda: pc.run("cat", f"{STATE}/update/log").text, seconds=300)
        assert version(pc) == f"installed {EARLIER_VERSION}"
        assert pc.does("dpkg", "--verify", "examroom-seat") == ""
        assert status(pc)["last"] == {"end": "gone_back", "old": EARLIER_VERSION, "new": present, "why": "power"}
        pc.does("examroom", "seat", "self-check")

        registry.serve()
        with figures.timed("update_apply"):
            said = pc.run("examroom", "update", "apply", "--yes", timeout=900)
        assert said.code == 0, said.text
        assert version(pc) == f"installed {present}"
        assert status(pc)["last"]["end"] == "good"
        assert [one.name for one in pc.at(f"{STATE}/previous").glob("*.deb")] == [
            f"examroom-seat_{EARLIER_VERSION}.deb"
        ]
        pc.until(lambda: pc.run("systemctl", "is-active", AGENT).text.strip() == "active", lambda: status(pc))
        assert {one.stat().st_uid for one in pc.at(HOME).rglob("*")} == {pc.at(HOME).stat().st_uid}
