"""Another version is put in by the real dpkg and checked, or taken back; killed anywhere, one version is whole."""

import re
import shutil
import signal
import subprocess
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from app.registry.software import Release, publish_release
from app.resources import resource_folder
from app.seat.changing import applying
from app.seat.changing.applying import Place, SeatInUse, apply, keep, recover
from app.seat.changing.packages import PackageChanged, PackageNotIn, PackageOdd
from app.seat.changing.pinned import UpdateNotPinned, UpdateOtherRoot, pin_root, root_digest
from app.seat.changing.ready import ProgramNotWhole, Ready, find_ready
from app.seat.changing.state import End, Outcome, PackageState, Phase
from app.seat.home import SeatHome
from app.seat.occupancy import AgentDuty, Occupancy, ProgramsChanging
from app.seat.updating import Updating
from app.seat.workplace import Workplace
from sync.client.software_update import this_platform
from sync.replica.database import Replica
from sync.trust.keystore import open_key_store
from tests.app.registry.world import World, serving
from tests.app.seat.changing.conftest import begun_sitting
from tests.app.seat.changing.toys import NEW, OLD, WORKS, Toy, empty_pc, install, tree_of
from tests.killing import killed_at_line

SCRIPT = resource_folder() / "update" / "apply.sh"


@pytest.fixture(scope="module")
def toys(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The packages: the one that is in, and what may come instead."""
    made = {
        "old": Toy(OLD),
        "good": Toy(NEW),
        "bad": Toy(NEW, works=False),
        "unpackable": Toy(NEW, preinst="exit 1"),
        "unconfigurable": Toy(NEW, postinst='[ "$1" != configure ]'),
        "another": Toy("9.3"),
    }
    return {name: toy.build(tmp_path_factory.mktemp(name)) for name, toy in made.items()}


@pytest.fixture(scope="module", autouse=True)
def published(world: World, toys: dict[str, Path]) -> None:
    release = Release("examroom-seat", NEW, this_platform(), "seat.deb")
    publish_release(world.registry.premises, release, toys["good"].read_bytes())


@pytest.fixture
def place(home: SeatHome, toys: dict[str, Path], tmp_path: Path) -> Place:
    """A PC with the old version, whose administrator has confirmed the registry."""
    dpkg, state = empty_pc(tmp_path / "pc"), PackageState(tmp_path / "package of it")
    install(dpkg, toys["old"])
    pin_root(root_digest(home), state)
    check = ("test", "-f", str(dpkg.root / WORKS))
    return Place(home, state, dpkg, check, tries=1)


@pytest.fixture
def ready(world: World, place: Place) -> Ready:
    """What the background has laid ready."""
    with serving(world.registry), closing(Workplace.open(place.home)) as workplace:
        Updating(workplace).turn()
    found = find_ready(place.home)
    assert found is not None
    assert found.file is not None
    return found


def records(home: SeatHome) -> object:
    return Replica.contents_of(home.replica, open_key_store(home.keys).replica_key())


def swap_in(place: Place, deb: Path) -> None:
    """Exchange the package that was kept to be put in: what a registry would have signed for in its place."""
    shutil.copy(deb, place.state.update / "new.deb")


def test_what_lies_ready_is_found_without_a_network_and_put_in(place: Place, ready: Ready) -> None:
    before = records(place.home)
    assert apply(place, ready) == Outcome(End.GOOD, OLD, NEW, "none")
    assert place.dpkg.installed() == NEW
    assert tree_of(place.dpkg)["opt/examroom/seat/version"] == NEW
    assert place.state.phase() is None
    assert not (place.state.update / "new.deb").exists()
    assert records(place.home) == before
    calls = (place.dpkg.root / "calls").read_text()
    assert f"preinst {NEW} upgrade 1\n" in calls
    assert f"prerm {OLD} upgrade 1\n" in calls
    kept = place.state.previous / "replica.db"
    assert Replica.contents_of(kept, open_key_store(place.home.keys).replica_key()) == before
    assert [file.name for file in place.state.previous.glob("*.deb")] == [f"examroom-seat_{OLD}.deb"]


@pytest.mark.parametrize(("toy", "why"), [("bad", "check"), ("unpackable", "install"), ("unconfigurable", "install")])
def test_what_does_not_work_is_taken_back_by_itself(
    place: Place, ready: Ready, toys: dict[str, Path], toy: str, why: str
) -> None:
    before, seat = tree_of(place.dpkg), records(place.home)
    keep(place, ready, ())
    swap_in(place, toys[toy])
    applying.run_script(place.state, "forward", ())
    assert place.state.outcome() == Outcome(End.GONE_BACK, OLD, NEW, why)
    assert place.dpkg.installed() == OLD
    assert tree_of(place.dpkg) == before
    place.dpkg.require_unchanged()
    assert records(place.home) == seat
    assert place.state.phase() is None


def test_going_back_says_so_to_the_package(place: Place, ready: Ready, toys: dict[str, Path]) -> None:
    keep(place, ready, ())
    swap_in(place, toys["bad"])
    applying.run_script(place.state, "forward", ())
    assert f"preinst {OLD} upgrade back\n" in (place.dpkg.root / "calls").read_text()


def test_a_version_made_again_is_the_one_that_was_in(place: Place, toys: dict[str, Path], tmp_path: Path) -> None:
    conf = place.dpkg.root / "etc/examroom-toy.conf"
    conf.write_text("as the administrator has it\n")
    made = place.dpkg.pack_again(OLD, tmp_path)
    for what in ("--field", "--contents"):
        again, first = (
            subprocess.run(["dpkg-deb", what, file], check=True, capture_output=True, text=True).stdout
            for file in (made, toys["old"])
        )
        stamps = re.compile(r" +\d+ \d{4}-\d\d-\d\d \d\d:\d\d ")  # sizes change with the administrator's file
        assert sorted(stamps.sub(" ", again).splitlines()) == sorted(stamps.sub(" ", first).splitlines())
    assert not (tmp_path / "tree").exists()


def test_only_what_the_registry_signed_is_put_in(place: Place, ready: Ready) -> None:
    assert ready.file is not None
    for changed in (ready.file.read_bytes()[:-1], ready.file.read_bytes() + b"x", b"another"):
        ready.file.write_bytes(changed)
        with pytest.raises(ProgramNotWhole):
            apply(place, ready)
    ready.file.unlink()
    ready.file.symlink_to("/etc/passwd")
    found = find_ready(place.home)
    assert found is not None
    assert found.file is None
    with pytest.raises(ProgramNotWhole):
        apply(place, found)
    assert place.dpkg.installed() == OLD


def test_a_seat_that_believes_another_registry_than_its_administrator_installs_nothing(
    place: Place, ready: Ready
) -> None:
    place.state.pinned_root.unlink()
    with pytest.raises(UpdateNotPinned):
        apply(place, ready)
    pin_root("0" * 64, place.state)
    with pytest.raises(UpdateOtherRoot):
        apply(place, ready)
    assert place.dpkg.installed() == OLD


def test_nothing_is_put_in_where_somebody_may_sit(place: Place, ready: Ready, session: str) -> None:
    kiosk = Occupancy(place.home)
    kiosk.take()
    with pytest.raises(SeatInUse):
        apply(place, ready)
    kiosk.give_up()
    begun_sitting(place.home, session)
    with pytest.raises(SeatInUse):
        apply(place, ready)
    assert place.state.phase() is None
    assert place.dpkg.installed() == OLD


def test_while_it_goes_on_no_kiosk_starts(place: Place, ready: Ready, tmp_path: Path) -> None:
    lock = shutil.which("flock")
    probe = f"{lock} -n {place.home.lock} true; echo $? >{tmp_path / 'probe'}; test -f {place.dpkg.root / WORKS}"
    assert apply(replace(place, check=("sh", "-c", probe)), ready) is not None
    assert (tmp_path / "probe").read_text() == "1\n"
    after = Occupancy(place.home)
    after.take()
    after.give_up()


def test_no_program_of_the_seat_begins_work_before_a_change_that_was_broken_off_is_finished(
    place: Place, ready: Ready, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.seat.occupancy.PackageState", lambda: place.state)
    keep(place, ready, ())
    place.state.phase_file.write_text("installing\n")
    for program in (Occupancy(place.home), AgentDuty(place.home)):
        with pytest.raises(ProgramsChanging):
            program.take()
    for reading in (False, True):
        with pytest.raises(ProgramsChanging):
            Workplace.open(place.home, reading=reading)
    elsewhere = Occupancy(SeatHome(place.home.root / ".self-check" / "seat"))
    elsewhere.take()
    elsewhere.give_up()
    assert place.state.phase_file.stat().st_mode & 0o777 == 0o644, "the seat's user has to see it"
    assert place.state.update.stat().st_mode & 0o777 == 0o755
    assert place.state.previous.stat().st_mode & 0o777 == 0o700
    recover(place)
    program = Occupancy(place.home)
    program.take()
    program.give_up()


def test_a_version_that_somebody_put_in_by_hand_meanwhile_stays(
    place: Place, ready: Ready, toys: dict[str, Path]
) -> None:
    keep(place, ready, ())
    place.state.phase_file.write_text("installing\n")
    install(place.dpkg, toys["another"])
    assert recover(place) == Outcome(End.SUPERSEDED, OLD, NEW, "power")
    assert place.dpkg.installed() == "9.3"
    assert place.state.phase() is None


def test_without_a_version_to_go_back_to_nothing_is_put_in(place: Place, ready: Ready) -> None:
    (place.dpkg.root / "opt/examroom/seat/version").write_text("changed")
    with pytest.raises(PackageChanged):
        apply(place, ready)
    empty = replace(place, dpkg=empty_pc(place.dpkg.root.with_name("empty")))
    with pytest.raises(PackageNotIn):
        apply(empty, ready)
    assert place.state.phase() is None


def test_a_package_of_another_version_is_refused(
    place: Place, ready: Ready, toys: dict[str, Path], tmp_path: Path
) -> None:
    with pytest.raises(PackageOdd):
        place.dpkg.require_package(toys["another"], NEW)
    (tmp_path / "none.deb").write_bytes(b"no package")
    with pytest.raises(PackageOdd):
        place.dpkg.require_package(tmp_path / "none.deb", NEW)
    place.dpkg.require_package(toys["good"], ready.release.version)


def test_killed_while_everything_is_kept_nothing_has_changed_and_it_is_done_again(place: Place, ready: Ready) -> None:
    before, where = tree_of(place.dpkg), (applying.__file__,)
    for line in (5, 12, 20, 30, 41):
        killed_at_line(line, where, lambda: keep(place, ready, ()))
        assert place.state.phase() in {None, Phase.READY}
        assert tree_of(place.dpkg) == before
        recovered = recover(place) if place.state.phase() else None
        assert recovered is None or recovered.end is End.NOT_BEGUN
    assert apply(place, ready) == Outcome(End.GOOD, OLD, NEW, "none")


def script_lines() -> list[int]:
    """Give the lines of the script before which it can be killed: those that begin a command."""
    lines = SCRIPT.read_text().splitlines()
    found = []
    for number, _line in enumerate(lines):
        text = "\n".join([*lines[:number], "kill -9 $$", *lines[number:]])
        if subprocess.run(["dash", "-n"], input=text, text=True, capture_output=True, check=False).returncode == 0:
            found.append(number)
    return found


def kill_script_at(place: Place, number: int, way: str) -> bool:
    """Run the script, killed before a line of it; tell whether it was."""
    lines = SCRIPT.read_text().splitlines()
    dying = place.state.update / "dying.sh"
    dying.write_text("\n".join([*lines[:number], "kill -9 $$", *lines[number:]]) + "\n")
    done = subprocess.run(["/bin/sh", dying, way], check=False, capture_output=True)
    dying.unlink()
    return done.returncode == -signal.SIGKILL


def require_whole(place: Place, before: dict[str, str]) -> None:
    """After the next start: one version, whole; the old one unless the new one had been found good."""
    assert place.state.phase() is None
    place.dpkg.require_unchanged()
    if place.dpkg.installed() == OLD:
        assert tree_of(place.dpkg) == before
    else:
        assert place.state.outcome() == Outcome(End.GOOD, OLD, NEW, "none")


def kill_everywhere(place: Place, ready: Ready, toy: Path, numbers: list[int]) -> int:
    """Kill the change at each of these lines, and then the next start's mending at another; count the kills."""
    before, killed, pc = tree_of(place.dpkg), 0, place.dpkg.root
    saved = pc.with_name("pc as it was")
    shutil.copytree(pc, saved, symlinks=True)
    for number in numbers:
        shutil.rmtree(pc)
        shutil.copytree(saved, pc, symlinks=True)
        keep(place, ready, ())
        swap_in(place, toy)
        killed += kill_script_at(place, number, "forward")
        if place.state.phase() is not None:
            killed += kill_script_at(place, numbers[(numbers.index(number) * 7 + 3) % len(numbers)], "recover")
        recover(place)
        require_whole(place, before)
    return killed


@pytest.mark.parametrize("toy", ["good", "bad"])
def test_killed_at_some_lines_the_next_start_makes_one_version_whole(
    place: Place, ready: Ready, toys: dict[str, Path], toy: str
) -> None:
    assert kill_everywhere(place, ready, toys[toy], script_lines()[-30::9]) > 0


@pytest.mark.long
@pytest.mark.parametrize("toy", ["good", "bad", "unpackable", "unconfigurable"])
def test_killed_at_every_line_the_next_start_makes_one_version_whole(
    place: Place, ready: Ready, toys: dict[str, Path], toy: str
) -> None:
    lines = script_lines()
    assert kill_everywhere(place, ready, toys[toy], lines) > len(lines) // 3


def test_a_power_cut_within_dpkg_itself_ends_as_the_version_before(place: Place, ready: Ready, tmp_path: Path) -> None:
    before = tree_of(place.dpkg)
    keep(place, ready, ())
    half = Toy(NEW, preinst='kill -9 "$PPID"').build(tmp_path)
    swap_in(place, half)
    place.state.phase_file.write_text("installing\n")
    done = subprocess.run([*place.dpkg.command, "--install", str(half)], check=False, capture_output=True)
    assert done.returncode == -signal.SIGKILL
    with pytest.raises(PackageNotIn):
        place.dpkg.installed()
    assert recover(place) == Outcome(End.GONE_BACK, OLD, NEW, "power")
    assert place.dpkg.installed() == OLD
    assert tree_of(place.dpkg) == before
