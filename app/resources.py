"""Where the program's data lies: beside the code in a checkout, inside the package when installed."""

from pathlib import Path
from typing import Final

_PACKAGES: Final = "site-packages"
_LIBRARIES: Final = "Lib"
"""So the folder of `site-packages` is called on Windows; elsewhere it is `lib/python3.11`."""
_BUNDLED: Final = "_internal"
"""So PyInstaller calls the folder of all that lies beside a program."""


def program_folder() -> Path:
    """Give the folder that our packages lie in: a checkout, or where they were installed."""
    return Path(__file__).parents[1]


def installed_tree() -> Path:
    """Give the folder of all that was installed with the program: its environment; a checkout is its own."""
    packages = program_folder()
    if packages.name == _BUNDLED:
        return packages.parent
    if packages.name != _PACKAGES:
        return packages
    return packages.parents[1 if packages.parent.name == _LIBRARIES else 2]


def resource_folder() -> Path:
    """Give the folder that holds `words/`, `sample-bank/` and the other resources."""
    installed = Path(__file__).parent / "_resources"
    return installed if installed.is_dir() else Path(__file__).parents[1] / "resources"
