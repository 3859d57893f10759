"""Which build this is, as it stands in packets, manifests and logs."""

from importlib.metadata import version


def release() -> str:
    """Give the version of the program that runs, for example "0.1.0"."""
    return version("examroom")


def software() -> str:
    """Give the program's name and version, for example "examroom 0.1.0"."""
    return f"examroom {release()}"
