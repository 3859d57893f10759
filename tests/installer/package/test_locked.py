"""The lock, and which of it a product needs: read from this checkout's own."""

from pathlib import Path

import pytest
from packaging.requirements import Requirement

from installer.package.locked import Lock, wanted_by
from installer.package.recipe import PRODUCTS, REGISTRY, SEAT, Product
from installer.package.refusals import Refused
from installer.package.target import Target

HERE = Path(__file__).parents[3]
LOCK, PROJECT = HERE / "requirements.lock", HERE / "pyproject.toml"


@pytest.fixture(scope="module")
def target() -> Target:
    return Target.of_this_machine()


def names_of(product: Product, target: Target) -> set[str]:
    lock = Lock.read(LOCK, target.markers)
    return {pin.name for pin in lock.closure(wanted_by(product, PROJECT, target.markers), target.markers)}


def test_a_seat_brings_no_server_and_no_statistics(target: Target) -> None:
    names = names_of(SEAT, target)
    assert {"pyside6-essentials", "shiboken6", "opencv-python", "av", "numpy", "sqlcipher3"} <= names
    assert not names & {"fastapi", "uvicorn", "sqlalchemy", "alembic", "scipy", "pytest", "mypy", "moto", "pip"}


def test_a_registry_brings_neither_screen_nor_camera(target: Target) -> None:
    names = names_of(REGISTRY, target)
    assert {"fastapi", "uvicorn", "sqlalchemy", "scipy", "tuf"} <= names
    assert not names & {"pyside6-essentials", "shiboken6", "opencv-python", "sounddevice", "xcffib", "pytest"}


def test_every_package_that_goes_in_has_hashes(target: Target) -> None:
    lock = Lock.read(LOCK, target.markers)
    for product in PRODUCTS:
        for pin in lock.closure(wanted_by(product, PROJECT, target.markers), target.markers):
            assert pin.hashes, pin.name
            assert pin.lines.count("--hash=sha256:") == len(pin.hashes)


def test_a_lock_has_one_version_for_one_python(tmp_path: Path, target: Target) -> None:
    lines = ["one==1.0 ; python_full_version < '3.12' \\", f"    --hash=sha256:{'a' * 64}"]
    lines += ["one==2.0 ; python_full_version >= '3.12' \\", f"    --hash=sha256:{'b' * 64}"]
    (tmp_path / "lock").write_text("\n".join(lines))
    older = Lock.read(tmp_path / "lock", target.markers | {"python_full_version": "3.11.2"})
    newer = Lock.read(tmp_path / "lock", target.markers | {"python_full_version": "3.12.3"})
    assert (older.pins["one"].version, newer.pins["one"].version) == ("1.0", "2.0")
    assert older.pins["one"].hashes == {"a" * 64}
    assert newer.pins["one"].hashes == {"b" * 64}


def test_what_the_lock_does_not_have_is_not_built_in(tmp_path: Path, target: Target) -> None:
    (tmp_path / "lock").write_text("")
    with pytest.raises(Refused, match=r"requests is needed and not in requirements\.lock"):
        Lock.read(tmp_path / "lock", target.markers).closure([Requirement("requests")], target.markers)


def test_another_version_beside_us_than_in_the_lock_is_refused(tmp_path: Path, target: Target) -> None:
    (tmp_path / "lock").write_text(f"requests==0.0.1 \\\n    --hash=sha256:{'a' * 64}\n")
    with pytest.raises(Refused, match=r"the lock has 0\.0\.1: run make ready"):
        Lock.read(tmp_path / "lock", target.markers).closure([Requirement("requests")], target.markers)


def test_leaving_out_what_nobody_asks_for_is_refused(target: Target) -> None:
    odd = Product("examroom-odd", "odd", "", "", (), without=frozenset({"fastapi"}))
    with pytest.raises(Refused, match="without what nobody asks for: fastapi"):
        wanted_by(odd, PROJECT, target.markers)
