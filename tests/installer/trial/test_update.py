"""A newer version over the registry's channel, by the real packages: put in by an administrator, or taken back."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.installer.trial.base import EARLIER_VERSION
from tests.installer.trial.conftest import Packages
from tests.installer.trial.pc import Pc, a_pc
from tests.installer.trial.seat import AGENT, HOME, LABEL, Seat
from tests.installer.trial.site import HOME as REGISTRY
from tests.installer.trial.site import Registry

pytestmark = [pytest.mark.package, pytest.mark.timeout(1200)]
_CUT = """\
examroom update apply --yes >/trial/apply.log 2>&1 &
until grep -q 'half-installed examroom-seat' /var/log/dpkg.log; do
    kill -0 $! || exit 1
    sleep 0.1
done
"""


def status(pc: Pc) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(pc.does("examroom", "update", "status", "--json"))
    return told


def installed(pc: Pc) -> str:
    return pc.does("dpkg-query", "--show", "--showformat=${Version} ${db:Status-Status}", "examroom-seat").strip()


def test_an_update_is_fetched_and_put_in_and_one_that_was_cut_off_is_taken_back(
    packages: Packages, with_registry: tuple[Path, ...]
) -> None:
    with a_pc("update", with_registry) as pc:
        earlier, present = pc.give(packages.earlier_seat, "earlier.deb"), pc.give(packages.seat, "present.deb")
        version = pc.does("dpkg-deb", "--field", present, "Version").strip()
        pc.does("dpkg", "--install", earlier)
        pc.start()
        registry, seat = Registry.found(pc), Seat(pc)
        registry.serve()
        seat.set_up(seat.answer(registry.fingerprint(), registry.invite(LABEL)))
        release = ("--product", "examroom-seat", "--version", version)
        registry.tell("registry", "channel", "software", present, "--home", REGISTRY, *release)
        pc.does("systemctl", "restart", AGENT)
        pc.until(lambda: (status(pc)["ready"] or {}).get("has_come", False), lambda: status(pc), seconds=180)

        # the power goes while it is put in: at the next start the version before is whole again
        pc.write("/trial/cut.sh", _CUT)
        pc.does("truncate", "--size=0", "/var/log/dpkg.log")
        pc.does("sh", "/trial/cut.sh")
        pc.cut()
        pc.start()
        pc.until(lambda: status(pc)["under_way"] is None, lambda: status(pc), seconds=240)
        assert status(pc)["last"]["end"] == "gone_back"
        assert installed(pc) == f"{EARLIER_VERSION} installed"
        assert pc.does("dpkg", "--verify", "examroom-seat").strip() == ""

        # tried again, it goes in, and works
        registry.serve()
        pc.does("examroom", "update", "apply", "--yes")
        assert status(pc)["last"]["end"] == "good"
        assert installed(pc) == f"{version} installed"
        pc.does("examroom", "seat", "self-check")
        assert pc.at(f"{HOME}/replica.db").is_file()
        assert pc.does("systemctl", "is-active", AGENT).strip() == "active"
