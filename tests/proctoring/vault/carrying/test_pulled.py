import base64
import json

from tests.proctoring.vault.carrying.conftest import House
from tests.proctoring.vault.carrying.plugged import Disk, plugged


def test_a_medium_that_is_really_unmounted_while_it_is_written_is_named_and_the_export_goes_on(house: House) -> None:
    stick, kept = house.stick.mount, house.working.parent / "kept"
    kept.mkdir()
    told = {
        "archive": str(house.archive.places.keys.parent),
        "stick": str(stick),
        "kept": str(kept),
        "working": str(house.working),
        "person": house.signer.person.model_dump(),
        "signing": base64.b64encode(house.signer.key.to_pkcs8()).decode(),
        "opening": base64.b64encode(house.recorded.seat.site.raw()).decode(),
    }
    mounts = f"mount -t tmpfs -o size=64m /dev/sdx1 '{kept}'\nmount --bind '{kept}' '{stick}'"
    program = ("-m", "tests.proctoring.vault.carrying.pulling", json.dumps(told))
    ends = json.loads(plugged(house.working.parent, (Disk("sdx", 16, "SIM0042"),), mounts, *program))
    assert ends == [
        ["MEDIUM_GONE", []],  # and nothing was written into the empty folder that is left
        ["MEDIUM_GONE", []],
        ["done", ["0", "1"]],
    ]
