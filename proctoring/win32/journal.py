"""Where a Windows service writes its lines: it has no terminal."""

import logging
import os
import tempfile
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Final

_MOST_BYTES: Final = 1_000_000


def journal(name: str) -> logging.Logger:
    """Give the log of the service `name`: a file beside other programs' data, kept small.

    Raises:
        OSError: it cannot be written there.
    """
    folder = Path(os.environ.get("PROGRAMDATA", tempfile.gettempdir())) / "Examroom"
    folder.mkdir(parents=True, exist_ok=True)
    handler = RotatingFileHandler(folder / f"{name}.log", maxBytes=_MOST_BYTES, backupCount=1, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    kept = logging.getLogger(f"examroom.{name}")
    kept.setLevel(logging.INFO)
    kept.addHandler(handler)
    return kept
