"""What of the wheels a seat or registry never opens, and is left out.

Qt is cut to the modules in `QT_MODULES`, the plugins in `QT_PLUGINS` and the libraries that those need by their own
word (DT_NEEDED of elf(5)). `tests/installer/package/test_trimming.py` holds the lists to what the programs import.
"""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from elftools.common.exceptions import ELFError
from elftools.elf.dynamic import DynamicSection
from elftools.elf.elffile import ELFFile

QT_MODULES: Final = frozenset(
    {"QtCore", "QtGui", "QtWidgets", "QtDBus", "QtNetwork", "QtPrintSupport", "QtSvg", "QtTest", "QtOpenGL"}
    | {"QtOpenGLWidgets"}
)
"""Ours, and those that pyqtgraph imports as it starts; printing is the handbook's and the report's."""
QT_PLUGINS: Final = frozenset(
    {
        *("platforms/libqxcb.so", "platforms/libqoffscreen.so"),
        *("platforminputcontexts/libibusplatforminputcontextplugin.so",),
        *("platforminputcontexts/libcomposeplatforminputcontextplugin.so",),
        *("imageformats/libqjpeg.so", "imageformats/libqgif.so", "imageformats/libqsvg.so", "imageformats/libqwebp.so"),
        *("iconengines/libqsvgicon.so", "printsupport/libcupsprintersupport.so"),
    }
)
"""A display, a test without one, Chinese input, the pictures of exams, and printing. We never lock a Wayland down."""
_QT_TRANSLATIONS: Final = re.compile(r"PySide6/Qt/translations/(qtbase|qt)_(zh_CN|en)\.qm")
_QT_KEPT: Final = re.compile(
    r"PySide6/(__init__|_config|_git_pyside_version)\.py|PySide6/(libpyside6\.abi3\.so\.[0-9.]+|py\.typed)"
    r"|PySide6/support/(__init__|deprecated)\.py"
)
_SERVICES: Final = ("s3", "sts")
"""The parts of botocore's descriptions that object storage takes."""
_SERVICE_DEPTH: Final = 3
_NEVER: Final = re.compile(
    r"(^|/)(tests|testing/tests|_tests|pytest_plugin)/"  # of numpy, scipy, alembic and others
    r"|\.(pyi|pyx|pxd|pxi|h|hpp|c|cpp|a|cmake|pc|lib|f|f90)$"
    r"|^(cv2/(samples|utils/misc)|numpy/f2py|sqlalchemy/testing|alembic/testing|pyqtgraph/examples|shiboken6/include)/"
    r"|^cv2/load_config_py2\.py$|^cv2/data/(?!haarcascade_frontalface_alt2\.xml$).+\.xml$"
    r"|^cv2/qt/"  # windows of OpenCV's own, which we never open
    r"|^securesystemslib/_vendor/ed25519/test_data/|^boto3/(data|examples)/(?!s3/)"
)


def unwanted(places: Iterable[str], libraries: Path) -> frozenset[str]:
    """Give the places below `libraries` that are left out."""
    all_places = frozenset(places)
    left_out = {place for place in all_places if _NEVER.search(place) or _is_idle_service(place)}
    qt = {place for place in all_places if place.startswith("PySide6/")}
    return frozenset(left_out | (qt - _wanted_of_qt(qt, libraries)))


def _is_idle_service(place: str) -> bool:
    parts = place.split("/")
    return parts[:2] == ["botocore", "data"] and len(parts) > _SERVICE_DEPTH and parts[2] not in _SERVICES


def _wanted_of_qt(places: set[str], libraries: Path) -> set[str]:
    modules = {f"PySide6/{name}.abi3.so" for name in QT_MODULES}
    plugins = {f"PySide6/Qt/plugins/{name}" for name in QT_PLUGINS}
    kept = {place for place in places if _QT_KEPT.fullmatch(place) or _QT_TRANSLATIONS.fullmatch(place)}
    kept |= {place for place in modules | plugins if place in places}
    by_name = {place.rpartition("/")[2]: place for place in places if place.startswith("PySide6/Qt/lib/")}
    todo = [place for place in kept if ".so" in place]
    while todo:
        for name in needed(libraries / todo.pop()):
            place = by_name.get(name)
            if place is not None and place not in kept:
                kept.add(place)
                todo.append(place)
    return kept


def needed(library: Path) -> tuple[str, ...]:
    """Give the names of the libraries that one loads, by its own word; none if it is no library."""
    try:
        with library.open("rb") as file:
            for section in ELFFile(file).iter_sections():
                if isinstance(section, DynamicSection):
                    wanted = (tag for tag in section.iter_tags() if tag.entry.d_tag == "DT_NEEDED")
                    return tuple(tag.needed for tag in wanted)  # type: ignore[attr-defined]  # its own kind of tag
    except ELFError:
        pass
    return ()
