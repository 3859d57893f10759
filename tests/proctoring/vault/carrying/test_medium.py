import json
from pathlib import Path

import pytest

from tests.proctoring.vault.carrying.plugged import CAPACITY, Disk, plugged

DISKS = (
    Disk("sdx", 16, "SIM0042"),
    Disk("sdy", 32),
    Disk("sdz", 48, "SIM/0043 x"),
    Disk("dm-7", 64, below=("sdx1",)),
    Disk("dm-8", 80, below=("sdx1", "sdy1")),
)
PLACES = {
    "stick": "/dev/sdx1",
    "whole": "/dev/sdx",
    "nameless": "/dev/sdy1",
    "odd": "/dev/sdz1",
    "crypt": "/dev/dm-7",
    "striped": "/dev/dm-8",
    "memory": "tmpfs",
    "gone": "/dev/sdq1",
    "with space 王": "/dev/sdx1",
    "locked": "/dev/sdx1",
}
LOOK = """
import json, sys
from pathlib import Path
from proctoring.vault.carrying.medium import medium_at
from sync.faults import Fault
told = {}
for place in [*sorted(Path(sys.argv[1]).iterdir()), Path(sys.argv[1]) / "stick/inside", Path(sys.argv[1]) / "nothing"]:
    try:
        found = medium_at(place)
        told[place.name] = [found.serial, found.device, found.capacity_bytes, found.read_only, str(found.mount)]
    except Fault as fault:
        told[place.name] = fault.code
print(json.dumps(told))
"""


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """What the medium under each place is found to be: real mounts, simulated disks."""
    root = tmp_path_factory.mktemp("media")
    places = root / "places"
    lines = []
    for name, source in PLACES.items():
        (places / name).mkdir(parents=True)
        read_only = ",ro" if name == "locked" else ""
        lines.append(f"mount -t tmpfs -o size=1m{read_only} {source} '{places / name}'")
    lines.append(f"mkdir '{places}/stick/inside'")
    told: dict[str, object] = json.loads(plugged(root, DISKS, "\n".join(lines), "-c", LOOK, str(places)))
    told["root"] = str(places)
    return told


def test_a_medium_is_known_by_the_serial_number_of_its_disk(seen: dict[str, object]) -> None:
    root = Path(str(seen["root"]))
    assert seen["stick"] == ["SIM0042", "sdx", CAPACITY, False, str(root / "stick")]
    assert seen["inside"] == seen["stick"]
    assert seen["whole"] == ["SIM0042", "sdx", CAPACITY, False, str(root / "whole")]


def test_an_encrypted_volume_is_the_disk_it_lies_on(seen: dict[str, object]) -> None:
    assert isinstance(seen["crypt"], list)
    assert seen["crypt"][:2] == ["SIM0042", "sdx"]


def test_a_place_with_odd_characters_is_found(seen: dict[str, object]) -> None:
    assert isinstance(seen["with space 王"], list)
    assert seen["with space 王"][0] == "SIM0042"


def test_a_medium_that_is_mounted_read_only_says_so(seen: dict[str, object]) -> None:
    assert isinstance(seen["locked"], list)
    assert seen["locked"][3] is True


@pytest.mark.parametrize("place", ["nameless", "odd", "striped"])
def test_a_disk_that_nobody_could_know_again_is_refused(seen: dict[str, object], place: str) -> None:
    assert seen[place] == "MEDIUM_NAMELESS"


@pytest.mark.parametrize("place", ["memory", "gone", "nothing"])
def test_where_there_is_no_disk_there_is_no_medium(seen: dict[str, object], place: str) -> None:
    assert seen[place] == "NO_MEDIUM"
