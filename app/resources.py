"""Where the program's data lies: beside the code in a checkout, inside the package when installed."""

from pathlib import Path


def program_folder() -> Path:
    """Give the folder that our packages lie in: a checkout, or where they were installed."""
    return Path(__file__).parents[1]


def resource_folder() -> Path:
    """Give the folder that holds `words/`, `sample-bank/` and the other resources."""
    installed = Path(__file__).parent / "_resources"
    return installed if installed.is_dir() else Path(__file__).parents[1] / "resources"
