"""What is left out of the wheels: Qt of this very lock, cut, still does what the programs do."""

import re
import shutil
import subprocess
import sys
from importlib.metadata import files
from pathlib import Path

import pytest

from installer.package.trimming import QT_MODULES, needed, unwanted

HERE = Path(__file__).parents[3]
LIBRARIES = Path(sys.prefix, "lib", f"python{sys.version_info[0]}.{sys.version_info[1]}", "site-packages")
_IMPORTED = re.compile(r"from PySide6\.(\w+) import|import PySide6\.(\w+)|from PySide6 import (.+)")

SHOW = """
from PySide6.QtWidgets import QApplication, QLineEdit
app = QApplication([])
from PySide6.QtGui import QImageReader
from PySide6.QtCore import QLibraryInfo, QTranslator
from PySide6.QtPrintSupport import QPrinter
line = QLineEdit("考场")
line.show()
line.grab()
words = QTranslator()
assert words.load("qtbase_zh_CN", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath))
formats = {bytes(one).decode() for one in QImageReader.supportedImageFormats()}
assert {"png", "jpeg", "gif", "svg", "webp"} <= formats, formats
import PySide6
print(PySide6.__file__)
"""


def imported_modules() -> set[str]:
    found = set()
    for floor in ("app", "proctoring", "sync"):
        for path in (HERE / floor).rglob("*.py"):
            for names in _IMPORTED.findall(path.read_text("utf-8")):
                found |= {name.strip() for part in names if part for name in part.strip("()").split(",")}
    return {name for name in found if name.startswith("Qt")}


def places_of(*names: str) -> list[str]:
    places = [str(file) for name in names for file in files(name) or ()]
    return [place for place in places if not place.startswith("..") and "__pycache__" not in place]


def test_no_program_imports_a_part_of_qt_that_is_left_out() -> None:
    imported = imported_modules()
    assert {"QtCore", "QtGui", "QtWidgets"} <= imported
    assert imported <= QT_MODULES


@pytest.fixture(scope="module")
def cut(tmp_path_factory: pytest.TempPathFactory) -> Path:
    places, folder = places_of("pyside6-essentials", "shiboken6"), tmp_path_factory.mktemp("cut")
    left_out = unwanted(places, LIBRARIES)
    for place in set(places) - left_out:
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(LIBRARIES / place, folder / place)
    assert len(left_out) > len(set(places) - left_out)
    return folder


def test_qt_that_was_cut_still_shows_a_window_in_chinese_with_all_kinds_of_pictures(cut: Path) -> None:
    python = (sys.executable, "-I", "-S", "-c", f"import sys; sys.path.insert(0, {str(cut)!r})\n{SHOW}")
    environment = {"QT_QPA_PLATFORM": "offscreen", "LC_ALL": "C.UTF-8", "HOME": str(cut)}
    done = subprocess.run(python, env=environment, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == str(cut / "PySide6/__init__.py")


def test_every_library_of_qt_that_a_kept_one_loads_is_kept(cut: Path) -> None:
    there = {path.name for path in cut.rglob("*.so*")}
    theirs = {Path(place).name for place in places_of("pyside6-essentials", "shiboken6") if ".so" in place}
    wanted = {name for path in cut.rglob("*.so*") for name in needed(path)}
    assert {"libqxcb.so", "libibusplatforminputcontextplugin.so"} <= there
    assert (wanted & theirs) - there == set()


def test_one_face_finder_and_the_descriptions_of_object_storage_stay() -> None:
    places = [
        "cv2/data/haarcascade_frontalface_alt2.xml",
        "cv2/data/haarcascade_smile.xml",
        "botocore/data/endpoints.json",
        "botocore/data/s3/2006-03-01/service-2.json.gz",
        "botocore/data/ec2/2016-11-15/service-2.json.gz",
        "numpy/linalg/tests/test_linalg.py",
        "numpy/testing/__init__.py",
        "lxml/includes/etree.h",
    ]
    kept = set(places) - unwanted(places, LIBRARIES)
    assert kept == {places[0], places[2], places[3], places[6]}
