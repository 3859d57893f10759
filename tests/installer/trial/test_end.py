"""The end of a seat, by the real packages: its keys destroyed with a record, the package removed and purged."""

import json
import re
from pathlib import Path
from typing import Final

import pytest

from tests.installer.trial.pc import GIVEN, a_pc
from tests.installer.trial.seat import HOME, LABEL, Seat
from tests.installer.trial.site import HOME as REGISTRY
from tests.installer.trial.site import Registry

pytestmark = [pytest.mark.package, pytest.mark.timeout(900)]
PIN: Final = "112358"
CREDENTIAL: Final = f"{REGISTRY}/administrator.json"
RECORDS: Final = "/var/lib/examroom/package/decommissioned"
END: Final = f"printf '{LABEL}\\nDESTROY\\n' | examroom seat decommission --out {GIVEN}/stick"


def test_a_seat_ends_with_a_record_and_only_then_a_purge_takes_its_folder(installed: tuple[Path, ...]) -> None:
    with a_pc("end", installed) as pc:
        pc.start()
        registry, seat = Registry.found(pc), Seat(pc)
        registry.serve()
        registry.tell(
            "registry", "administrator", "add", "--home", REGISTRY, "周敏", f"{REGISTRY}/zm.json", "--pin", PIN
        )
        seat.set_up(seat.answer(registry.fingerprint(), registry.invite(LABEL)))
        who = f"--credential {pc.give(pc.at(f'{REGISTRY}/zm.json'))} --pin {PIN} --reason 'end of the trial'"
        pc.at(f"{GIVEN}/stick").mkdir()
        said = pc.run("dpkg", "--purge", "examroom-seat")
        assert said.code != 0, "keys were purged without a record"
        assert pc.at(f"{HOME}/keys").is_dir()
        present = next(iter(registry.devices()))
        pc.does("dpkg", "--install", f"{GIVEN}/seat.deb")

        pc.does("sh", "-c", f"{END} {who}")
        assert not list(pc.at(HOME).iterdir())
        kept = list(pc.at(RECORDS).glob("*.dsse"))
        assert [one.stem for one in kept] == [present]
        envelope = json.loads(kept[0].read_text("utf-8"))
        assert re.fullmatch(r"application/vnd\.examroom\..*\+json.*", envelope["payloadType"])
        assert len(envelope["signatures"]) == 2, "the seat and the administrator sign"

        pc.does("dpkg", "--purge", "examroom-seat")
        assert not pc.at(HOME).exists()
        assert kept[0].is_file(), "the record went with the purge"
        stays = pc.does("dpkg", "--purge", "examroom-registry")
        assert "the registry's data stays in /var/lib/examroom-registry" in stays
        assert pc.at(f"{REGISTRY}/registry.db").is_file()
