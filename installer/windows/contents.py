"""What goes into the frozen program besides what PyInstaller finds by itself, and what of that is left out."""

from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import Final

ROOT: Final = Path(__file__).parents[2]
FLOORS: Final = ("app", "proctoring", "sync")
RESOURCES: Final = "app/_resources"
"""Where `app.resources` looks for them in an installed program."""
NOT_TAKEN: Final = frozenset({"screenshots", "__pycache__"})
MIGRATIONS: Final = "app/registry/migrations"
"""Alembic reads them as files, so they are beside the program, too."""

WITH_DATA: Final = ("latex2mathml", "ziafont", "ziamath")
"""Packages that read files of their own for which PyInstaller has no recipe."""
ALSO: Final = ("_cffi_backend", "rich._unicode_data")
"""Modules and packages that others import by a name they put together."""
NEVER: Final = (
    *("_distutils_hack", "_pytest", "hypothesis", "IPython", "matplotlib", "mypy", "pkg_resources", "pytest"),
    *("attr", "attrs", "bs4", "cssselect", "dotenv", "itsdangerous", "jinja2", "mypy_boto3_s3", "packaging", "PIL"),
    *("pyparsing", "setuptools", "soupsieve", "tkinter", "wx", "yaml"),
)
"""What may be there where this is built, and is named as a possibility by something we use."""

_SERVICES: Final = "botocore/data"
_WANTED: Final = frozenset({"s3", "sts"})
_PORTAUDIO: Final = "libportaudio"
_SOUND: Final = "libportaudio64bit.dll"
"""The wheel has others, for other processors and with ASIO, whose licence is Steinberg's; none is loaded unasked."""


def own_modules(root: Path = ROOT) -> list[str]:
    """Give every module of the three floors: some are only named in words that start a process."""
    files = sorted(file for floor in FLOORS for file in (root / floor).rglob("*.py"))
    return [_module(file.relative_to(root)) for file in files]


def own_data(root: Path = ROOT) -> list[tuple[str, str]]:
    """Give the files that are no modules, each with the folder of the program that it belongs in."""
    files = [(file, file.parent.relative_to(root)) for floor in FLOORS for file in _files(root / floor)]
    taken = [pair for pair in files if pair[0].suffix != ".py" or pair[1].as_posix().startswith(MIGRATIONS)]
    resources = root / "resources"
    taken += [(file, RESOURCES / file.parent.relative_to(resources)) for file in _files(resources)]
    return [(str(file), folder.as_posix()) for file, folder in taken]


def is_needed(place: str) -> bool:
    """Tell whether a file of others belongs in the program.

    Of Amazon's services only what object storage takes, of PortAudio's DLLs only the plain one for this processor.
    """
    path = PurePosixPath(place.replace("\\", "/"))
    if path.name.startswith(_PORTAUDIO) and path.suffix == ".dll":
        return path.name == _SOUND
    if not path.is_relative_to(_SERVICES):
        return True
    below = path.relative_to(_SERVICES).parts
    return len(below) == 1 or below[0] in _WANTED


def _module(path: Path) -> str:
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _files(folder: Path) -> Iterable[Path]:
    for file in sorted(folder.rglob("*")):
        if file.is_file() and not NOT_TAKEN & set(file.relative_to(folder).parts):
            yield file
