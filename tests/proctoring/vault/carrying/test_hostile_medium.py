"""A medium comes back, an export on it is gone on with, and somebody has put things there meanwhile."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from proctoring.vault.carrying.bundle import export_bundle
from proctoring.vault.carrying.export_check import ExportVerdict, check_export
from proctoring.vault.carrying.foothold import LIST
from proctoring.vault.carrying.media_faults import ExportNotWhole, MediumGone
from proctoring.vault.carrying.request import CoverFacts, Exported
from sync.replica.durable import NoFolder
from tests.proctoring.vault.carrying.conftest import House
from tests.proctoring.vault.store.test_away import nest


@pytest.fixture
def begun(house: House) -> Iterator[Path]:
    """Begin an export whose film is finished when the medium is pulled; give its folder."""
    house.give_out()

    def pulled(_facts: CoverFacts) -> Mapping[str, bytes]:
        house.stick.pulled = True
        return house.papers(_facts)

    with pytest.raises(MediumGone):
        export_bundle(house.holdings, house.request(), house.carrier(), pulled)
    house.stick.pulled = False
    (folder,) = house.stick.mount.iterdir()
    yield folder
    subprocess.run(["rm", "-rf", *house.stick.mount.iterdir()], check=True)


def go_on(house: House) -> Exported:
    return export_bundle(house.holdings, house.request(), house.carrier(), house.papers)


def test_a_pipe_in_a_films_place_holds_nobody_up_and_the_film_is_written_again(house: House, begun: Path) -> None:
    film = begun / "recordings" / house.recording / "film.webm"
    film.unlink()
    os.mkfifo(film)
    os.mkfifo(begun / ".0123456789abcdef.new")
    done = go_on(house)
    assert done.folder == begun
    assert check_export(begun).verdict is ExportVerdict.INTACT


@pytest.mark.parametrize("which", [".", "recordings", "trust", "recordings/ID"])
def test_a_link_on_the_medium_leads_nothing_off_it(house: House, begun: Path, which: str) -> None:
    place = begun / which.replace("ID", house.recording)
    off = house.working.parent / "off"
    if place.exists():
        shutil.move(place, off)
    else:
        off.mkdir()
    there = sorted(off.rglob("*"))
    place.symlink_to(off)
    with pytest.raises(NoFolder):
        go_on(house)
    assert sorted(off.rglob("*")) == there
    assert not (begun / LIST).exists()


def test_folders_without_end_on_the_medium_keep_no_export_from_its_end_and_do_not_count_as_one(
    house: House, begun: Path
) -> None:
    nest(begun / "recordings" / "strange", "d", 1_200)
    with pytest.raises(ExportNotWhole) as found:
        go_on(house)
    assert str(found.value.facts["file"]).startswith("recordings/strange/d/")
    assert len(str(found.value.facts["file"])) < 200
    done = go_on(house)  # in a new folder
    assert done.folder != begun
    assert check_export(done.folder).verdict is ExportVerdict.INTACT


def test_what_is_changed_while_the_last_is_written_is_found_before_anybody_is_told_that_it_is_done(
    house: House,
) -> None:
    house.give_out()
    changes: list[Callable[[], int]] = []

    def looked(_look: int) -> None:
        if list(house.stick.mount.rglob("SHA256SUMS")):
            (film,) = house.stick.mount.rglob("film.webm")
            changes.append(lambda: film.write_bytes(b"another film"))
            changes[0]()

    house.stick.when_looked = looked
    with pytest.raises(ExportNotWhole):
        go_on(house)
    assert changes
