"""The shared libraries that wheels bring: each has an owner, looked for in the wheels of this very lock."""

from importlib.metadata import files
from pathlib import Path

import pytest

from installer.package.libraries import beside, is_bundled, owner_of
from installer.package.refusals import Refused


def bundled_by(name: str) -> list[str]:
    return [str(file) for file in files(name) or () if is_bundled(str(file))]


@pytest.mark.parametrize("name", ["av", "opencv-python", "numpy", "scipy"])
def test_every_library_that_the_large_wheels_bring_has_an_owner(name: str) -> None:
    places = bundled_by(name)
    assert len(places) > 1
    assert all(owner_of(place).project and owner_of(place).licence for place in places)


def test_the_longest_beginning_counts() -> None:
    assert owner_of("av.libs/libxcb-5ddf6756.so.1.1.0").project == "libxcb"
    assert owner_of("opencv_python.libs/libxcb-icccm-9453e4f7.so.4.0.0").project == "xcb-util-wm"
    assert owner_of("PySide6/Qt/plugins/imageformats/libqjpeg.so").project == "Qt"


def test_a_library_that_nobody_knows_stops_the_build() -> None:
    with pytest.raises(Refused, match=r"whose library is one\.libs/libnew\.so\.1\? Say it in"):
        owner_of("one.libs/libnew.so.1")


@pytest.mark.parametrize(
    ("place", "told"),
    [
        ("av/_core.cpython-311-x86_64-linux-gnu.so", False),
        ("cv2/cv2.abi3.so", False),
        ("PySide6/QtCore.abi3.so", False),
        ("PySide6/libpyside6.abi3.so.6.11", True),
        ("PySide6/Qt/lib/libQt6Core.so.6", True),
        ("numpy.libs/libscipy_openblas64_-32a4b2a6.so", True),
        ("one/libthing.py", False),
    ],
)
def test_a_wheels_own_modules_are_told_from_bundled_libraries(place: str, *, told: bool) -> None:
    assert is_bundled(place) is told


@pytest.mark.parametrize(
    ("place", "version"),
    [
        ("one.libs/libavcodec-57aca189.so.62.28.102", "62.28.102"),
        ("one.libs/libcrypto-a324fe28.so.1.1.1k", "1.1.1k"),
        ("one.libs/libopenblasp-r0-59ffcd50.3.15.so", "3.15"),
        ("one.libs/libscipy_openblas64_-32a4b2a6.so", ""),
        ("PySide6/Qt/lib/libQt6Core.so.6", "6.11.3"),
        ("PySide6/Qt/lib/libicuuc.so.73", "73"),
    ],
)
def test_a_librarys_version_is_told_by_its_file_or_by_its_qt(tmp_path: Path, place: str, version: str) -> None:
    (tmp_path / place).parent.mkdir(parents=True)
    (tmp_path / place).write_bytes(b"library")
    (one,) = beside("one", "6.11.3", [place, "one/__init__.py"], tmp_path)
    assert (one.version, one.place, len(one.sha256)) == (version, place, 64)
