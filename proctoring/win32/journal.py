"""Where a Windows service writes its lines: it has no terminal."""

import logging
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Final

_MOST_BYTES: Final = 1_000_000


def journal(name: str, folder: Path) -> logging.Logger:
    """Give the log of the service `name`, a file in `folder` that is kept small.

    Only administrators and the service's own account may write to the folder: others could lead it elsewhere.

    Raises:
        OSError: it cannot be written there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    handler = RotatingFileHandler(folder / f"{name}.log", maxBytes=_MOST_BYTES, backupCount=1, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    kept = logging.getLogger(f"examroom.{name}")
    kept.setLevel(logging.INFO)
    kept.addHandler(handler)
    return kept
